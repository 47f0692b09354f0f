// SPDX-License-Identifier: Apache-2.0
#include "engine/sysctl/sysctl.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::sysctl {
namespace {

using spec::NamespaceType;

class PlanSysctlsTest : public testing::Test {
 protected:
  Outcome<std::span<SysctlRecord>> plan(std::string_view key) {
    entries_ = {{key, "1"}};
    config_.linux.sysctl = entries_;
    config_.linux.namespaces = namespaces_;
    return outcome_of([&] { return plan_sysctls(config_, arena_); });
  }

  // The file of a key, or what is wrong with it.
  std::string planned(std::string_view key) {
    const auto result = plan(key);
    if (result.ok()) return (*result)[0].path;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
    EXPECT_STREQ(result.error().place.pointer, "/linux/sysctl");
    EXPECT_EQ(result.error().place.tail, key);
    return result.error().text;
  }

  Arena arena_;
  spec::Config config_;
  std::vector<spec::KeyValue> entries_;
  std::vector<spec::Namespace> namespaces_ = {
      {NamespaceType::kNetwork, ""}, {NamespaceType::kIpc, "/run/ipc"}, {NamespaceType::kUts, ""}};
};

constexpr char kForeign[] = "belongs to no namespace of the container";
constexpr char kNotPlain[] = "not a plain name";

TEST_F(PlanSysctlsTest, KeysOfTheContainersNamespaces) {
  EXPECT_EQ(planned("net.ipv4.ping_group_range"), "sys/net/ipv4/ping_group_range");
  EXPECT_EQ(planned("net.ipv4.conf.eth0-1.rp_filter"), "sys/net/ipv4/conf/eth0-1/rp_filter");
  EXPECT_EQ(planned("fs.mqueue.msg_max"), "sys/fs/mqueue/msg_max");
  EXPECT_EQ(planned("net/ipv4/ip_forward"), "sys/net/ipv4/ip_forward");
  EXPECT_EQ(planned("net.ipv4.conf.eth0/7.rp_filter"), "sys/net/ipv4/conf/eth0.7/rp_filter");
  EXPECT_EQ(planned("net/ipv4/conf/eth0.7/rp_filter"), "sys/net/ipv4/conf/eth0.7/rp_filter");
  for (const std::string_view key : {"msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax",
                                     "shmmni", "shm_rmid_forced", "domainname"}) {
    EXPECT_EQ(planned("kernel." + std::string(key)), "sys/kernel/" + std::string(key));
  }
}

TEST_F(PlanSysctlsTest, KeysOfTheHostAreRefused) {
  for (const std::string_view key :
       {"kernel.core_pattern", "vm.overcommit_memory", "net", "fs.file-max", "kernel.msgmax.x",
        "kernel.semx", "kernel.hostname", "fs.mqueue", "network.x", "user", "vm/swappiness"}) {
    EXPECT_EQ(planned(key), kForeign) << key;
  }
}

TEST_F(PlanSysctlsTest, KeysThatCouldNameAnotherFileAreRefused) {
  for (const std::string_view key :
       {"", ".", "net.", ".net.x", "net..x", "net/", "net./x", "net/./x", "net.ipv4/../../vm.x",
        "net.ipv4.a b", "kernel.shm_rmid_forced+x", "net.\n", "net.\xc3\xa4"}) {
    EXPECT_EQ(planned(key), kNotPlain) << key;
  }
}

TEST_F(PlanSysctlsTest, ANamespaceOfTheContainerIsNeeded) {
  namespaces_ = {{NamespaceType::kMount, ""}};
  const auto result = plan("net.ipv4.ip_forward");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().object, "network");
  EXPECT_EQ(planned("kernel.sem"), "needs a namespace of this type");
  EXPECT_EQ(planned("user.max_net_namespaces"), "needs a namespace of this type");
  EXPECT_EQ(planned("kernel.domainname"), "needs a namespace of this type");
}

TEST_F(PlanSysctlsTest, KeepsOrderAndValues) {
  entries_ = {{"net.a", "0 2147483647"}, {"net.b", ""}};
  config_.linux.sysctl = entries_;
  config_.linux.namespaces = namespaces_;
  const auto result = outcome_of([&] { return plan_sysctls(config_, arena_); });
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->size(), 2u);
  EXPECT_EQ((*result)[0].value, "0 2147483647");
  EXPECT_STREQ((*result)[1].path, "sys/net/b");
}

// A directory in the place of /proc.
class ApplySysctlsTest : public testing::Test {
 protected:
  ApplySysctlsTest() {
    std::filesystem::create_directories(root_ / "sys/net");
    std::ofstream(root_ / "sys/net/a");
    std::filesystem::create_symlink("a", root_ / "sys/net/link");
    auto opened = sys::openat(sys::kCwd, sys::CStr::from_terminated(root_.c_str()),
                              sys::kO_PATH | sys::kO_CLOEXEC);
    EXPECT_TRUE(opened.ok());
    proc_ = opened.take();
  }
  ~ApplySysctlsTest() override { std::filesystem::remove_all(root_); }

  std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) / ("sysctl." + std::to_string(getpid()));
  sys::Fd proc_;
};

TEST_F(ApplySysctlsTest, WritesTheValues) {
  const SysctlRecord records[] = {{.path = "sys/net/a", .value = "0 1", .place = {}}};
  EXPECT_FALSE(failure_of([&] { apply_sysctls(records, proc_); }).failed());
  std::string line;
  std::getline(std::ifstream(root_ / "sys/net/a"), line);
  EXPECT_EQ(line, "0 1");
}

TEST_F(ApplySysctlsTest, SaysWhichOneFailed) {
  const SysctlRecord records[] = {{.path = "sys/net/a", .value = "1", .place = {}},
                                  {.path = "sys/net/b", .value = "1", .place = {}}};
  const Failure failure = failure_of([&] { apply_sysctls(records, proc_); });
  EXPECT_EQ(failure.step, Step::kSysctl);
  EXPECT_EQ(failure.operation, Operation::kOpen);
  EXPECT_EQ(failure.index, 1u);
  EXPECT_EQ(failure.error, sys::kENOENT.value());
}

TEST_F(ApplySysctlsTest, FollowsNoLink) {
  const SysctlRecord records[] = {{.path = "sys/net/link", .value = "1", .place = {}}};
  EXPECT_EQ(failure_of([&] { apply_sysctls(records, proc_); }).error, sys::kELOOP.value());
}

}  // namespace
}  // namespace nosc::sysctl
