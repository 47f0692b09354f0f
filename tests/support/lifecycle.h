// SPDX-License-Identifier: Apache-2.0
#pragma once

// Containers that are created, started and deleted by separate commands.

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/container_test.h"

namespace nosc::testing {

class LifecycleFixture : public ContainerFixture {
 protected:
  void TearDown() override;

  // Creates a container under a new id; its standard streams are a file of the test's, or nothing
  // would ever end the output of `create`. What the command said is in `err`.
  Completed create(Bundle& bundle, std::vector<std::string> options = {});
  Completed create_as(const std::string& id, Bundle& bundle, std::vector<std::string> options = {});

  // Runs a command of the runtime on the last container: {"kill", "ID", "9"}.
  Completed command(std::vector<std::string> words);

  // What the container printed so far.
  std::string output() const;
  // Waits until it has printed that; false after a time limit.
  bool wait_for_output(const std::string& text) const;

  // The status and the pid that `state` tells; empty and 0 where there is no container.
  std::string status();
  pid_t pid();
  // Waits until the status is that; false after a time limit.
  bool wait_for_status(const std::string& wanted);
  // Waits until no process's command line, its words apart by NUL, holds that.
  bool wait_for_no_process(const std::string& words) const;

  // The directory of records.
  std::filesystem::path state_root() const;

 private:
  std::string streams_path_;
};

class LifecycleTest : public LifecycleFixture, public ::testing::WithParamInterface<Setting> {
 protected:
  Setting setting() const override { return GetParam(); }
};

// The value of a member of a flat JSON object.
std::string member_of(const std::string& json, const std::string& name);

}  // namespace nosc::testing
