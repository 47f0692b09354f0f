// SPDX-License-Identifier: Apache-2.0
// What the configuration promises, row by row.

#include <cstdio>
#include <filesystem>

#include "tests/conformance/conformance.h"
#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {

namespace fs = std::filesystem;

void PrintTo(const Conformance& row, std::ostream* out) { *out << row.section; }

namespace {

class Configuration : public LifecycleFixture, public ::testing::WithParamInterface<Conformance> {
 protected:
  Setting setting() const override { return {}; }

  void TearDown() override {
    LifecycleFixture::TearDown();
    static int number = 0;
    const Conformance& row = GetParam();
    std::printf("%s %d - %s: %s%s\n", HasFailure() ? "not ok" : "ok", ++number, row.section,
                row.name, IsSkipped() ? " # SKIP" : "");
  }
};

// Whether a printed line is what the row's says.
bool matches(const std::string& line, const std::string& wanted) {
  if (wanted.empty() || (wanted[0] != '@' && wanted[0] != '!')) return line == wanted;
  const std::string name = wanted.substr(1);
  const std::string own = fs::read_symlink("/proc/self/ns/" + name).string();
  return line.starts_with(name + ":[") && (line == own) == (wanted[0] == '@');
}

TEST_P(Configuration, IsApplied) {
  const Conformance& row = GetParam();
  RecordProperty("section", row.section);
  Bundle& bundle = make_bundle();
  row.configure(bundle);
  if (row.script != nullptr) bundle.set_script(row.script);
  const Completed created = create(bundle);
  ASSERT_EQ(created.exit_status, 0) << created.err;
  EXPECT_EQ(status(), "created");
  EXPECT_EQ(output(), "");
  const Completed started = command({"start", "ID"});
  EXPECT_EQ(started.exit_status, 0) << started.describe();
  EXPECT_TRUE(wait_for_status("stopped"));
  const std::vector<std::string> lines = split_lines(output());
  const std::vector<std::string> wanted = split_lines(row.output);
  bool same = lines.size() == wanted.size();
  for (size_t i = 0; same && i < lines.size(); ++i) same = matches(lines[i], wanted[i]);
  EXPECT_TRUE(same) << "wanted:\n" << row.output << "printed:\n" << output();
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

const auto kName = [](const auto& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Process, Configuration, ::testing::ValuesIn(process_rows()), kName);
INSTANTIATE_TEST_SUITE_P(Mounts, Configuration, ::testing::ValuesIn(mount_rows()), kName);
INSTANTIATE_TEST_SUITE_P(Linux, Configuration, ::testing::ValuesIn(linux_rows()), kName);

}  // namespace
}  // namespace nosc::testing
