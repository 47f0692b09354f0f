// SPDX-License-Identifier: Apache-2.0
// What `list` shows.

#include <fstream>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using List = LifecycleTest;
NOSC_INSTANTIATE(List, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                             {Caller::kPlainUser, Kernel::kFull}}));

constexpr const char* kStay = "exec sleep 1000";

TEST_P(List, ShowsEveryContainer) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  EXPECT_EQ(command({"list", "--format", "json"}).out, "[]\n");
  ASSERT_EQ(create(bundle).exit_status, 0);
  const std::string first = last_id();
  ASSERT_EQ(create(bundle).exit_status, 0);
  // What is damaged, or no record at all, hides no other.
  std::ofstream(state_root() / "foreign") << "{}";
  fs::permissions(state_root() / "foreign", fs::perms::all);
  EXPECT_EQ(command({"list", "-q"}).out.size(), first.size() + last_id().size() + 2);
  const Completed json = command({"list", "--format=json"});
  EXPECT_TRUE(json.out.starts_with("[{\"ociVersion\":\"1.3.0\",\"id\":\"" + first + "\",\"pid\":"))
      << json.out;
  EXPECT_NE(json.out.find("},{\"ociVersion\":\"1.3.0\",\"id\":\"" + last_id() + "\","),
            std::string::npos)
      << json.out;
  const std::string owner =
      caller() == Caller::kRoot ? "root" : "#" + std::to_string(uid_of(caller()));
  EXPECT_TRUE(json.out.ends_with(",\"owner\":\"" + owner + "\"}]\n")) << json.out;
  const std::vector<std::string> table = split_lines(command({"list"}).out);
  ASSERT_EQ(table.size(), 3u);
  EXPECT_TRUE(table[0].starts_with("ID ")) << table[0];
  const Completed foreign = command({"state", "foreign"});
  EXPECT_EQ(foreign.exit_status, 1);
  EXPECT_NE(foreign.err.find("record of container \"foreign\" is damaged"), std::string::npos);
  fs::remove(state_root() / "foreign");
  for (const std::string& id : {first, last_id()}) {
    EXPECT_EQ(command({"delete", "--force", id}).exit_status, 0);
  }
}

TEST_P(List, IsSortedById) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  const std::string id = next_id();
  const std::vector<std::string> sorted = {id + "-0", id + "-A", id + "-a", id + "-a.1", id + "-b"};
  for (const size_t i : {3, 0, 4, 2, 1}) {
    ASSERT_EQ(create_as(sorted[i], bundle).exit_status, 0);
  }
  EXPECT_EQ(split_lines(command({"list", "-q"}).out), sorted);
  for (const std::string& one : sorted) {
    EXPECT_EQ(command({"delete", "--force", one}).exit_status, 0);
  }
}

}  // namespace
}  // namespace nosc::testing
