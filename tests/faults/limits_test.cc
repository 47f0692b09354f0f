// SPDX-License-Identifier: Apache-2.0
// Large configurations: right ones work, and where the kernel says no, its word is passed on.

#include <fstream>

#include "tests/faults/fault_test.h"

namespace nosc::testing {
namespace {

using LimitsTest = FaultTest;

constexpr int kManyMounts = 1'000;
constexpr int kTooManyMounts = 100'000;
constexpr size_t kLargeConfigBytes = 16 << 20;

TEST_F(LimitsTest, NestingOf64Levels) {
  Bundle& bundle = make_bundle();
  // The outermost object is the first level.
  bundle.config()["futureMember"] = Json::raw(std::string(63, '[') + std::string(63, ']'));
  EXPECT_EQ(output_of(bundle, "echo ran"), "ran");
}

TEST_F(LimitsTest, ConfigOf16Megabytes) {
  Bundle& bundle = make_bundle();
  bundle.config()["annotations"] = Json::object({{"large", std::string(kLargeConfigBytes, 'x')}});
  EXPECT_EQ(output_of(bundle, "echo ran"), "ran");
}

TEST_F(LimitsTest, ConfigOf16MegabytesInSmallPieces) {
  Bundle& bundle = make_bundle();
  std::string numbers = "[";
  while (numbers.size() < kLargeConfigBytes) numbers += "1234567, ";
  bundle.config()["futureMember"] = Json::raw(numbers + "0]");
  EXPECT_EQ(output_of(bundle, "echo ran"), "ran");
}

TEST_F(LimitsTest, ThousandMounts) {
  Bundle& bundle = make_bundle();
  for (int i = 0; i < kManyMounts; ++i) {
    bundle.add_mount(mount_entry("/m/" + std::to_string(i), "bind", "rootfs/etc", {"bind"}));
  }
  EXPECT_EQ(output_of(bundle, "grep -c ' /m/' /proc/self/mountinfo"), std::to_string(kManyMounts));
}

TEST_F(LimitsTest, LongArgumentsAndEnvironment) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["env"].push("LONG=" + std::string(100'000, 'x'));
  bundle.set_args({"/bin/sh", "-c", "echo ${#LONG} ${#1}", "sh", std::string(100'000, 'y')});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.out, "100000 100000\n") << result.describe();
}

TEST_F(LimitsTest, ArgumentsBeyondTheKernelsLimit) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/true", std::string(4 << 20, 'y')});
  expect_refused(bundle, {"E2BIG"}, 126);
}

// The kernel counts the mounts of a namespace against fs.mount-max.
TEST_F(LimitsTest, HundredThousandMountsAreTheKernelsNoSpace) {
  std::ifstream file("/proc/sys/fs/mount-max");
  int maximum = 0;
  file >> maximum;
  if (maximum > kTooManyMounts) GTEST_SKIP() << "fs.mount-max is " << maximum;
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.config()["linux"].erase("maskedPaths");
  bundle.config()["linux"].erase("readonlyPaths");
  const std::string source = bundle.rootfs() / "etc";
  for (int i = 0; i < kTooManyMounts; ++i) {
    bundle.add_mount(mount_entry("/tmp/" + std::to_string(i % 1000), "bind", source, {"bind"}));
  }
  Command command = run_command(bundle);
  command.timeout = std::chrono::minutes(2);
  expect_one_line(run(command), 1, {"/mounts/", "ENOSPC"});
}

}  // namespace
}  // namespace nosc::testing
