// SPDX-License-Identifier: Apache-2.0
// Records that are no records any more: cut off, empty, of another version, somebody else's. Every
// command says so in one line, `delete --force` frees the id, and other containers aren't hidden.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class RecordFaults : public LifecycleTest {
 protected:
  // The bytes of a record that was right.
  std::string take_record() {
    Bundle& bundle = make_bundle();
    bundle.set_args({"/bin/sleep", "1000"});
    EXPECT_EQ(create(bundle).exit_status, 0);
    const std::string record = read_file(state_root() / last_id());
    EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
    return record;
  }

  void put_record(const std::string& content) {
    const fs::path path = state_root() / last_id();
    std::ofstream(path, std::ios::binary) << content;
    if (is_machine_root()) {
      ASSERT_EQ(chown(path.c_str(), uid_of(caller()), gid_of(caller())), 0);
    }
  }

  void expect_told(const Completed& result, int exit_status, const std::string& text) {
    EXPECT_EQ(result.exit_status, exit_status) << result.describe();
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }

  void expect_damaged() {
    const std::string text = "record of container \"" + last_id() + "\" is damaged";
    for (const char* verb : {"state", "start", "kill", "delete", "ps", "pause", "resume"}) {
      SCOPED_TRACE(verb);
      expect_told(command({verb, "ID"}), 1, text);
    }
    expect_told(command({"exec", "ID", "true"}), 255, text);
    EXPECT_EQ(command({"list", "-q"}).out, "");
    expect_told(command({"delete", "--force", "ID"}), 0, text);
    EXPECT_TRUE(fs::is_empty(state_root()));
  }
};

NOSC_INSTANTIATE(RecordFaults, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                                     {Caller::kPlainUser, Kernel::kFull}}));

TEST_P(RecordFaults, WhatIsNoRecordIsToldAndCanBeRemoved) {
  const std::string right = take_record();
  ASSERT_GT(right.size(), 200u);
  std::string other_version = right;
  other_version[7] = '9';
  std::string torn = right;
  torn[12] = static_cast<char>(torn[12] ^ 1);
  const std::map<std::string, std::string> contents = {
      {"empty", ""},
      {"cut off in the header", right.substr(0, 20)},
      {"cut off in the texts", right.substr(0, 120)},
      {"cut off at the end", right.substr(0, right.size() - 1)},
      {"longer", right + "x"},
      {"another version", other_version},
      {"torn", torn},
      {"something else", "{\"ociVersion\": \"1.3.0\"}\n"},
  };
  for (const auto& [what, content] : contents) {
    SCOPED_TRACE(what);
    put_record(content);
    expect_damaged();
  }
  // Under another name it is another container's.
  next_id();
  put_record(right);
  expect_damaged();
}

TEST_P(RecordFaults, AnIdIsFreeAfterwards) {
  (void)take_record();
  put_record("");
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/sleep", "1000"});
  const Completed taken = create_as(last_id(), bundle);
  EXPECT_EQ(taken.exit_status, 1);
  EXPECT_NE(taken.err.find("exists already"), std::string::npos) << taken.err;
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_EQ(create_as(last_id(), bundle).exit_status, 0);
  EXPECT_EQ(status(), "created");
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

TEST_P(RecordFaults, ADirectoryThatOthersWriteToProvesNothing) {
  const std::string right = take_record();
  const fs::path root = make_folder("records");
  std::ofstream(root / last_id(), std::ios::binary) << right;
  ASSERT_EQ(chmod(root.c_str(), 0777), 0);
  for (const char* verb : {"state", "start", "kill", "delete"}) {
    expect_told(run(runtime_command({"--root", root, verb, last_id()})), 1,
                "state directory must be this user's alone");
  }
  expect_told(run(runtime_command({"--root", root, "delete", "--force", last_id()})), 1,
              "state directory must be this user's alone");
  EXPECT_TRUE(fs::exists(root / last_id()));
}

}  // namespace
}  // namespace nosc::testing
