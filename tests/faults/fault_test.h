// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every faulty input has in common: one line that names the place, exit status 1 unless
// another is promised, and nothing left behind, not even in the bundle.

#include <set>
#include <string>
#include <vector>

#include "tests/support/container_test.h"

namespace nosc::testing {

// As root where the tests run as root, else as the plain user.
class FaultTest : public ContainerFixture {
 protected:
  Setting setting() const override {
    return {is_machine_root() ? Caller::kRoot : Caller::kPlainUser, Kernel::kFull};
  }

  // The result must be one line on stderr that begins with "nosc: " and holds all the words.
  void expect_one_line(const Completed& result, int exit_status,
                       const std::vector<std::string>& words);

  // Runs the bundle, which must be refused so, with its files as they were.
  void expect_refused(Bundle& bundle, const std::vector<std::string>& words, int exit_status = 1);

  // The same for config.json given as text.
  void expect_text_refused(const std::string& text, const std::vector<std::string>& words);
};

// Every path below a folder.
std::set<std::string> paths_below(const std::filesystem::path& folder);

}  // namespace nosc::testing
