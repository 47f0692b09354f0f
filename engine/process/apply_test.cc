// SPDX-License-Identifier: Apache-2.0
//
// Effects on a process: each in a child that reports by its exit status.

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "engine/capabilities/capabilities.h"
#include "engine/process/process.h"
#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

// Runs the work in a child. Returns its exit status.
template <typename Work>
int in_child(Work work) {
  const auto child = sys::portable::clone_process({}, sys::kSIGCHLD);
  EXPECT_TRUE(child.ok());
  if (*child == sys::Pid{0}) sys::exit_group(work());
  sys::Siginfo info{};
  EXPECT_TRUE(sys::waitid(sys::kP_PID, sys::to_raw(*child), &info, sys::kWEXITED).ok());
  return info.code == sys::kCLD_EXITED ? info.status : -1;
}

// Root in a user namespace that maps one id only, as in a sandbox, can't become anybody else.
bool can_change_ids() {
  return in_child([] {
           const bool groups = sys::portable::setgroups({}).ok();
           constexpr sys::Uid kOther{1234};
           return groups && sys::portable::setresuid(kOther, kOther, kOther) ? 0 : 1;
         }) == 0;
}

// An identity that changes nothing but the directory.
IdentityRecord own_identity(const char* directory) {
  return {.uid = sys::portable::getuid(),
          .gid = sys::portable::getgid(),
          .groups = {},
          .group_change = GroupChange::kKeep,
          .umask = sys::Mode::from_bits(027),
          .working_directory = directory};
}

TEST(ApplyIdentity, EntersTheDirectory) {
  EXPECT_EQ(in_child([] {
              if (failure_of([&] { apply_identity(own_identity("/usr")); }).failed()) return 1;
              char buffer[64];
              if (!sys::getcwd(buffer) || std::string(buffer) != "/usr") return 2;
              return sys::umask({}).bits() == 027 ? 0 : 3;
            }),
            0);
}

TEST(ApplyIdentity, NamesTheStepThatFails) {
  EXPECT_EQ(in_child([] {
              const Failure failure = failure_of([&] { apply_identity(own_identity("/nowhere")); });
              const bool right =
                  failure.step == Step::kWorkingDirectory && failure.error == sys::kENOENT.value();
              return right ? 0 : 1;
            }),
            0);
}

TEST(ApplyIdentity, RefusesADirectoryOutsideTheRoot) {
  if (sys::portable::geteuid() != sys::Uid{0}) GTEST_SKIP() << "needs chroot";
  EXPECT_EQ(in_child([] {
              // A descriptor that someone forgot, as in CVE-2024-21626.
              const auto outside = sys::openat(sys::kCwd, "/usr", sys::kO_PATH);
              if (!outside || !sys::unshare(sys::kCLONE_FS)) return 1;
              if (!sys::chroot("/proc") || !sys::chdir("/")) return 2;
              const std::string path = "/self/fd/" + std::to_string(outside.borrow().raw());
              const Failure failure =
                  failure_of([&] { apply_identity(own_identity(path.c_str())); });
              if (failure.step != Step::kWorkingDirectory) return 3;
              return failure.operation == Operation::kVerify ? 0 : 4;
            }),
            0);
}

TEST(ApplyIdentity, ChangesIdsAndGroups) {
  if (!can_change_ids()) GTEST_SKIP() << "needs the right to change ids";
  EXPECT_EQ(in_child([] {
              const sys::Gid groups[] = {sys::Gid{5}, sys::Gid{6}};
              const IdentityRecord record = {.uid = sys::Uid{1234},
                                             .gid = sys::Gid{2345},
                                             .groups = groups,
                                             .group_change = GroupChange::kSet,
                                             .umask = {},
                                             .working_directory = "/"};
              if (failure_of([&] { apply_identity(record); }).failed()) return 1;
              if (sys::portable::getuid() != sys::Uid{1234}) return 2;
              if (sys::portable::getegid() != sys::Gid{2345}) return 3;
              sys::Gid actual[4];
              const auto count = sys::portable::getgroups(actual);
              return count && *count == 2 && actual[1] == sys::Gid{6} ? 0 : 4;
            }),
            0);
}

TEST(ApplyRlimits, SetsThemAndTellsWhichFailed) {
  EXPECT_EQ(in_child([] {
              const RlimitRecord lower[] = {{sys::kRLIMIT_CORE, 0, 0}};
              if (failure_of([&] { apply_rlimits(lower, Waits::kNot); }).failed()) return 1;
              sys::Rlimit64 now{};
              if (!sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_CORE, nullptr, &now)) return 2;
              if (now.cur != 0 || now.max != 0) return 3;
              const RlimitRecord wrong[] = {{sys::kRLIMIT_CORE, 0, 0}, {sys::kRLIMIT_CORE, 2, 1}};
              const Failure failure = failure_of([&] { apply_rlimits(wrong, Waits::kNot); });
              return failure.step == Step::kRlimit && failure.index == 1 ? 0 : 4;
            }),
            0);
}

TEST(ApplyOomScoreAdj, WritesIt) {
  EXPECT_EQ(in_child([] {
              const auto proc = sys::openat(sys::kCwd, "/proc", sys::kO_PATH | sys::kO_CLOEXEC);
              if (failure_of([&] { apply_oom_score_adj({"321"}, proc.borrow()); }).failed()) {
                return 1;
              }
              std::ifstream file("/proc/self/oom_score_adj");
              int value = 0;
              file >> value;
              return value == 321 ? 0 : 2;
            }),
            0);
}

TEST(ApplyNoNewPrivileges, SetsTheBit) {
  EXPECT_EQ(in_child([] {
              if (failure_of([&] { apply_no_new_privileges(); }).failed()) return 1;
              const auto bit = sys::prctl(sys::kPR_GET_NO_NEW_PRIVS);
              return bit && *bit == 1 ? 0 : 2;
            }),
            0);
}

// The order of the steps is capabilities.h's; the result is what the kernel says of the process.
TEST(ApplyCapabilities, SurviveTheChangeOfUser) {
  if (!can_change_ids()) GTEST_SKIP() << "needs the right to change ids";
  constexpr uint64_t kKill = uint64_t{1} << 5;
  constexpr uint64_t kBind = uint64_t{1} << 10;
  const capabilities::CapabilityPlan plan = {.bounding = kKill | kBind,
                                             .effective = kBind,
                                             .inheritable = kBind,
                                             .permitted = kKill | kBind,
                                             .ambient = kBind,
                                             .last_capability = 40,
                                             .leaves_root = true,
                                             .warnings = {}};
  EXPECT_EQ(in_child([&plan] {
              IdentityRecord identity = own_identity("/");
              identity.uid = sys::Uid{1234};
              if (failure_of([&] { capabilities::apply_bounding(plan); }).failed()) return 1;
              if (failure_of([&] { apply_identity(identity); }).failed()) return 2;
              if (failure_of([&] { capabilities::apply_capabilities(plan); }).failed()) return 3;
              std::ifstream file("/proc/self/status");
              std::string text((std::istreambuf_iterator<char>(file)), {});
              for (const char* line : {"CapInh:\t0000000000000400", "CapPrm:\t0000000000000420",
                                       "CapEff:\t0000000000000400", "CapBnd:\t0000000000000420",
                                       "CapAmb:\t0000000000000400"}) {
                if (text.find(line) == text.npos) return 4;
              }
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace nosc::process
