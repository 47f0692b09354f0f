// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fixture of every test that runs the runtime as a black box, by its command line.
//
// A suite is a TEST_P over settings (who calls, and what the kernel can do), so each promise is
// checked on both launch paths, with and without openat2 and the newer mount calls, for root and
// for a plain user. After each test the fixture looks for what the runtime left behind.

#include <gtest/gtest.h>

#include <filesystem>
#include <list>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/bundle.h"
#include "tests/support/leaks.h"
#include "tests/support/private_machine.h"
#include "tests/support/process.h"

namespace nosc::testing {

struct Setting {
  Caller caller = Caller::kRoot;
  Kernel kernel = Kernel::kFull;
};

std::string name_of(const Setting& setting);
void PrintTo(const Setting& setting, std::ostream* out);

// Every caller with every kernel; root with every kernel; the plain user with every kernel.
std::vector<Setting> all_settings();
std::vector<Setting> root_settings();
std::vector<Setting> plain_user_settings();

class ContainerFixture : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  virtual Setting setting() const = 0;
  Caller caller() const { return setting().caller; }

  // A bundle that belongs to the caller and goes away with the test.
  Bundle& make_bundle();

  // A folder outside every bundle that goes away with the test and belongs to the caller.
  std::filesystem::path make_folder(const std::string& name);

  // The next container id, unlike any other on the machine.
  std::string next_id();

  // A command line of the runtime, and one that runs the bundle under a new id; the bundle is
  // written first.
  Command runtime_command(std::vector<std::string> arguments) const;
  Command run_command(Bundle& bundle);

  Completed run_bundle(Bundle& bundle) { return run(run_command(bundle)); }

  // Runs a shell script in the bundle's container and returns what it printed, without the last
  // newline. A failure of the runtime or of the script is a test failure.
  std::string output_of(Bundle& bundle, const std::string& script);

  // The id of the container that the last run_command() named.
  const std::string& last_id() const { return last_id_; }

 private:
  Traces before_;
  std::list<Bundle> bundles_;
  std::vector<std::filesystem::path> folders_;
  std::string last_id_;
};

class ContainerTest : public ContainerFixture, public ::testing::WithParamInterface<Setting> {
 protected:
  Setting setting() const override { return GetParam(); }
};

// For what does not depend on the setting: root on a full kernel.
class RootContainerTest : public ContainerFixture {
 protected:
  Setting setting() const override { return {}; }
};

// For what only a plain user meets.
class PlainUserContainerTest : public ContainerFixture {
 protected:
  Setting setting() const override { return {Caller::kPlainUser, Kernel::kFull}; }
};

// True when root's powers over the machine are real: not those of a user namespace.
bool is_machine_root();

// Where cgroup2 is mounted, or an empty path.
std::filesystem::path cgroup2_root();

}  // namespace nosc::testing

// Runs the suite's tests once per setting.
#define NOSC_INSTANTIATE(Suite, settings)                            \
  INSTANTIATE_TEST_SUITE_P(On, Suite, ::testing::ValuesIn(settings), \
                           [](const auto& info) { return nosc::testing::name_of(info.param); })

// For what other runtimes do differently, while the suites are checked against one of them.
#define NOSC_ONLY() \
  if (!nosc::testing::private_machine().runtime_is_nosc) GTEST_SKIP() << "nosc's own promise"
