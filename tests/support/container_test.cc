// SPDX-License-Identifier: Apache-2.0
#include "tests/support/container_test.h"

#include <unistd.h>

#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr Kernel kKernels[] = {Kernel::kFull, Kernel::kNoClone3, Kernel::kNoOpenat2,
                               Kernel::kNoNewMountApi, Kernel::kOld};

std::vector<Setting> settings_of(Caller caller) {
  if (is_emulated()) return {{caller, Kernel::kFull}};
  std::vector<Setting> settings;
  for (Kernel kernel : kKernels) settings.push_back({caller, kernel});
  return settings;
}

int counter = 0;

}  // namespace

std::string name_of(const Setting& setting) {
  return std::string(name_of(setting.caller)) + "_" + name_of(setting.kernel);
}

void PrintTo(const Setting& setting, std::ostream* out) { *out << name_of(setting); }

std::vector<Setting> root_settings() { return settings_of(Caller::kRoot); }
std::vector<Setting> plain_user_settings() { return settings_of(Caller::kPlainUser); }

// Under an emulator only root: its threads keep a process from making a user namespace.
std::vector<Setting> all_settings() {
  if (is_emulated()) return root_settings();
  std::vector<Setting> settings = root_settings();
  for (const Setting& setting : plain_user_settings()) settings.push_back(setting);
  return settings;
}

bool is_machine_root() { return geteuid() == 0; }

fs::path cgroup2_root() {
  const std::vector<fs::path> roots = mount_points_of("cgroup2");
  return roots.empty() ? fs::path() : roots.front();
}

void ContainerFixture::SetUp() {
  if (!private_machine().ready) {
    GTEST_SKIP() << "no private machine for the test: " << private_machine().reason;
  }
  if (caller() == Caller::kRoot && !is_machine_root()) GTEST_SKIP() << "needs root";
  before_ = observe_traces();
}

void ContainerFixture::TearDown() {
  bundles_.clear();
  for (const fs::path& folder : folders_) fs::remove_all(folder);
  if (!private_machine().ready || IsSkipped()) return;
  const std::string leaks = describe_leaks(before_, observe_traces());
  EXPECT_EQ(leaks, "") << "left behind";
  if (!leaks.empty()) remove_leaks();
}

Bundle& ContainerFixture::make_bundle() {
  return bundles_.emplace_back(fs::path(kStage) / "work" / ("bundle-" + std::to_string(++counter)),
                               caller());
}

fs::path ContainerFixture::make_folder(const std::string& name) {
  const fs::path folder = fs::path(kStage) / "work" / name;
  fs::create_directories(folder);
  if (is_machine_root()) EXPECT_EQ(chown(folder.c_str(), uid_of(caller()), gid_of(caller())), 0);
  folders_.push_back(folder);
  return folder;
}

std::string ContainerFixture::next_id() {
  last_id_ = private_machine().id + "-" + std::to_string(++counter);
  return last_id_;
}

Command ContainerFixture::runtime_command(std::vector<std::string> arguments) const {
  Command command;
  command.argv = std::move(arguments);
  command.argv.insert(command.argv.begin(), private_machine().runtime);
  if (is_emulated()) command.argv.insert(command.argv.begin(), private_machine().emulator);
  command.caller = caller();
  command.kernel = setting().kernel;
  if (caller() == Caller::kPlainUser) {
    const std::string folder = std::string(kStage) + "/user";
    command.environment.push_back("XDG_RUNTIME_DIR=" + folder);
    command.environment.push_back("HOME=" + folder);
  }
  return command;
}

Command ContainerFixture::run_command(Bundle& bundle) {
  bundle.write();
  return runtime_command({"run", "--bundle", bundle.directory(), next_id()});
}

std::string ContainerFixture::output_of(Bundle& bundle, const std::string& script) {
  bundle.set_script(script);
  Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  if (result.out.ends_with('\n')) result.out.pop_back();
  return result.out;
}

}  // namespace nosc::testing
