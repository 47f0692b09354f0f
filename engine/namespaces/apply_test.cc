// SPDX-License-Identifier: Apache-2.0
//
// Mappings and joins on real namespaces, in processes of their own; skipped where the kernel grants
// no user namespace.

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "engine/namespaces/namespaces.h"
#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::namespaces {
namespace {

// A child that creates namespaces, says so, waits for a word and then does its work, whose result
// is its exit status.
template <typename Work>
class Child {
 public:
  Child(sys::NamespaceFlags created, Work work) {
    EXPECT_TRUE(sys::socketpair(sys::kAF_UNIX, sys::kSOCK_STREAM, 0, ends_).ok());
    const auto pid = sys::portable::clone_process({}, sys::kSIGCHLD);
    EXPECT_TRUE(pid.ok());
    pid_ = *pid;
    if (pid_ == sys::Pid{0}) {
      char byte = sys::unshare(created) ? 'y' : 'n';
      (void)sys::write(ends_.second, sys::Bytes(&byte, 1));
      (void)sys::read(ends_.second, sys::MutableBytes(&byte, 1));
      sys::exit_group(work());
    }
    char byte = 'n';
    EXPECT_TRUE(sys::read(ends_.first, sys::MutableBytes(&byte, 1)).ok());
    created_ = byte == 'y';
  }

  bool created() const { return created_; }
  sys::Pid pid() const { return pid_; }

  // Lets the child go on. Returns its exit status.
  int finish() {
    EXPECT_TRUE(sys::write(ends_.first, sys::text("g")).ok());
    sys::Siginfo info{};
    EXPECT_TRUE(sys::waitid(sys::kP_PID, sys::to_raw(pid_), &info, sys::kWEXITED).ok());
    return info.code == sys::kCLD_EXITED ? info.status : -1;
  }

 private:
  sys::FdPair ends_;
  sys::Pid pid_{};
  bool created_ = false;
};

NamespacePlan plan_own_ids(Arena& arena, const HostFacts& facts) {
  static const spec::Namespace user[] = {{spec::NamespaceType::kUser, ""}};
  static spec::IdMapping uids[1];
  static spec::IdMapping gids[1];
  uids[0] = {77, facts.euid, 1};
  gids[0] = {88, facts.egid, 1};
  spec::Linux linux;
  linux.namespaces = user;
  linux.uid_mappings = uids;
  linux.gid_mappings = gids;
  auto plan = outcome_of([&] { return plan_namespaces(linux, facts, arena); });
  EXPECT_TRUE(plan.ok());
  return *plan;
}

int has_mapped_ids() {
  return sys::portable::getuid() == sys::Uid{77} && sys::portable::getgid() == sys::Gid{88} ? 0 : 1;
}

TEST(ApplyMappings, OfOnesOwnIdsWithoutPrivileges) {
  Arena arena;
  auto facts = probe_host({.euid = geteuid(), .egid = getegid()});
  facts.permitted_capabilities = 0;
  const NamespacePlan plan = plan_own_ids(arena, facts);
  EXPECT_EQ(plan.setgroups, Setgroups::kDeny);
  Child child(sys::kCLONE_NEWUSER, has_mapped_ids);
  if (!child.created()) {
    child.finish();
    GTEST_SKIP() << "no user namespaces here";
  }
  const auto applied = outcome_of([&] { return apply_mappings(plan, child.pid()); });
  EXPECT_TRUE(applied.ok());
  EXPECT_EQ(child.finish(), 0);
}

TEST(ApplyMappings, NameTheirPlaceWhenTheyFail) {
  Arena arena;
  auto facts = probe_host({.euid = geteuid(), .egid = getegid()});
  NamespacePlan plan = plan_own_ids(arena, facts);
  plan.gid_map.text = "nonsense";
  Child child(sys::kCLONE_NEWUSER, [] { return 0; });
  const auto applied = outcome_of([&] { return apply_mappings(plan, child.pid()); });
  child.finish();
  ASSERT_FALSE(applied.ok());
  EXPECT_STREQ(applied.error().place.pointer, "/linux/gidMappings");
}

TEST(ApplyMappings, AMissingHelperIsNamed) {
  if (sys::faccessat(sys::kCwd, "/usr/bin/newgidmap", sys::kX_OK)) {
    GTEST_SKIP() << "newgidmap is installed";
  }
  Arena arena;
  auto facts = probe_host({.euid = geteuid(), .egid = getegid()});
  facts.permitted_capabilities = 0;
  facts.egid += 1;
  NamespacePlan plan = plan_own_ids(arena, facts);
  plan.gid_map.writer = MapWriter::kHelper;
  const char* argv[] = {"newgidmap", nullptr, "0", "0", "1", nullptr};
  plan.gid_map.helper_argv = argv;
  Child child(sys::kCLONE_NEWUSER, [] { return 0; });
  const auto applied = outcome_of([&] { return apply_mappings(plan, child.pid()); });
  child.finish();
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().object, "newgidmap");
}

TEST(ApplyJoins, JoinAnothersNamespace) {
  Child other(sys::kCLONE_NEWUSER | sys::kCLONE_NEWUTS, [] { return 0; });
  if (!other.created()) {
    other.finish();
    GTEST_SKIP() << "no user namespaces here";
  }
  const std::string directory = "/proc/" + std::to_string(sys::to_raw(other.pid())) + "/ns/";
  const std::string user = directory + "user";
  const std::string uts = directory + "uts";
  const spec::Namespace namespaces[] = {{spec::NamespaceType::kUts, uts},
                                        {spec::NamespaceType::kUser, user}};
  spec::Linux linux;
  linux.namespaces = namespaces;
  Arena arena;
  const auto facts = probe_host({.euid = geteuid(), .egid = getegid()});
  auto plan = outcome_of([&] { return plan_namespaces(linux, facts, arena); });
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(outcome_of([&] { return open_joins(*plan); }).ok());
  Child joiner({}, [&plan] { return failure_of([&] { apply_joins(*plan); }).failed() ? 1 : 0; });
  EXPECT_EQ(joiner.finish(), 0);
  close_joins(*plan);
  other.finish();
}

TEST(ApplyJoins, TellWhichOneFailed) {
  JoinRecord joins[2];
  const auto own = sys::openat(sys::kCwd, "/proc/self/ns/user", sys::kO_RDONLY | sys::kO_CLOEXEC);
  ASSERT_TRUE(own.ok());
  joins[0] = {.path = "", .type = sys::kCLONE_NEWUSER, .fd = own.borrow().raw(), .place = {}};
  NamespacePlan plan;
  plan.joins = joins;
  const Failure failure =
      failure_of([&] { apply_joins(plan); });  // joining one's own user namespace is EINVAL
  EXPECT_EQ(failure.step, Step::kJoinNamespace);
  EXPECT_EQ(failure.index, 0u);
  EXPECT_EQ(failure.error, sys::kEINVAL.value());
}

}  // namespace
}  // namespace nosc::namespaces
