// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/fault_test.h"

#include <algorithm>

namespace nosc::testing {

std::set<std::string> paths_below(const std::filesystem::path& folder) {
  std::set<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    paths.insert(entry.path());
  }
  return paths;
}

void FaultTest::expect_one_line(const Completed& result, int exit_status,
                                const std::vector<std::string>& words) {
  if (!private_machine().runtime_is_nosc) {
    EXPECT_NE(result.exit_status, 0) << result.describe();
    return;
  }
  EXPECT_EQ(result.exit_status, exit_status) << result.describe();
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("nosc: ")) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  EXPECT_TRUE(result.err.ends_with('\n')) << result.err;
  for (const std::string& word : words) {
    EXPECT_NE(result.err.find(word), std::string::npos) << word << " in\n" << result.err;
  }
}

void FaultTest::expect_refused(Bundle& bundle, const std::vector<std::string>& words,
                               int exit_status) {
  const Command command = run_command(bundle);
  const std::set<std::string> before = paths_below(bundle.directory());
  expect_one_line(run(command), exit_status, words);
  EXPECT_EQ(paths_below(bundle.directory()), before);
}

void FaultTest::expect_text_refused(const std::string& text,
                                    const std::vector<std::string>& words) {
  Bundle& bundle = make_bundle();
  bundle.write_text(text);
  const Completed result = run(runtime_command({"run", "--bundle", bundle.directory(), next_id()}));
  expect_one_line(result, 1, words);
}

}  // namespace nosc::testing
