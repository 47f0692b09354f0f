// SPDX-License-Identifier: Apache-2.0
// Bundles that are not there, not readable or not JSON.

#include "tests/faults/fault_test.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using BundleFaultsTest = FaultTest;

TEST_F(BundleFaultsTest, MissingBundle) {
  const Completed result = run(runtime_command({"run", "--bundle", "/no/such/bundle", next_id()}));
  expect_one_line(result, 1, {"/no/such/bundle", "ENOENT"});
}

TEST_F(BundleFaultsTest, MissingConfig) {
  const fs::path folder = make_folder("empty");
  const Completed result = run(runtime_command({"run", "--bundle", folder, next_id()}));
  expect_one_line(result, 1, {"config.json", "ENOENT"});
}

TEST_F(BundleFaultsTest, ConfigIsAFolder) {
  const fs::path folder = make_folder("empty");
  fs::create_directory(folder / "config.json");
  const Completed result = run(runtime_command({"run", "--bundle", folder, next_id()}));
  expect_one_line(result, 1, {"config.json"});
}

class UnreadableConfigTest : public FaultTest {
 protected:
  Setting setting() const override { return {Caller::kPlainUser, Kernel::kFull}; }
};

TEST_F(UnreadableConfigTest, IsNamedWithItsErrno) {
  Bundle& bundle = make_bundle();
  bundle.write();
  fs::permissions(bundle.directory() / "config.json", fs::perms(0));
  const Completed result = run(runtime_command({"run", "--bundle", bundle.directory(), next_id()}));
  expect_one_line(result, 1, {"config.json", "EACCES"});
}

TEST_F(BundleFaultsTest, EmptyConfig) {
  expect_text_refused("", {"config.json", "line 1, column 1"});
  expect_text_refused(" \n\n", {"config.json", "line 3, column 1"});
}

TEST_F(BundleFaultsTest, BrokenJsonIsNamedByLineAndColumn) {
  const std::pair<std::string, std::string> cases[] = {
      {"{", "line 1, column 2"},
      {"{\"ociVersion\": \"1.0.2\",\n  \"process\": }", "line 2, column 14"},
      {"{\"ociVersion\": \"1.0.2\",\n}", "line 2, column 1"},
      {"{\"a\" 1}", "line 1, column 6"},
      {"[1,2", "line 1, column 5"},
      {"{\"a\": nul}", "line 1, column"},
      {"{\"a\": 01}", "line 1, column"},
      {"{\"a\": 1.}", "line 1, column"},
      {"{\"a\": +1}", "line 1, column 7"},
      {"{\"a\": 'x'}", "line 1, column 7"},
      {"{\"a\": \"x\ny\"}", "line 1, column"},
      {"{\"a\": \"\\q\"}", "line 1, column"},
      {"{\"a\": \"\\ud800\"}", "line 1, column"},
      {"{\"a\": \"\xff\"}", "line 1, column"},
      {"{\"a\": \"open", "line 1, column"},
      {"{} {}", "line 1, column 4"},
      {"\xef\xbb\xbf{}", "line 1, column 1"},
      {"// comment\n{}", "line 1, column 1"},
      {std::string("{}\0", 3), "line 1, column 3"},
  };
  for (const auto& [text, position] : cases) {
    SCOPED_TRACE(text);
    expect_text_refused(text, {"config.json", position});
  }
}

TEST_F(BundleFaultsTest, AnythingButAnObject) {
  for (const char* text : {"[]", "\"text\"", "17", "true", "null"}) {
    SCOPED_TRACE(text);
    expect_text_refused(text, {"object"});
  }
}

TEST_F(BundleFaultsTest, NestingWithoutEnd) {
  expect_text_refused(std::string(200'000, '['), {"line 1, column"});
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  expect_text_refused(objects, {"line 1, column"});
}

TEST_F(BundleFaultsTest, DuplicateKeys) {
  Bundle& top = make_bundle();
  top.config().add_duplicate("hostname", "another");
  expect_refused(top, {"hostname"});
  Bundle& inner = make_bundle();
  inner.config()["process"].add_duplicate("cwd", "/tmp");
  expect_refused(inner, {"cwd"});
  Bundle& unknown = make_bundle();
  unknown.config()["annotations"] = Json::object({{"a", "1"}});
  unknown.config()["annotations"].add_duplicate("a", "2");
  expect_refused(unknown, {"/annotations/a"});
}

TEST_F(BundleFaultsTest, RootFileSystem) {
  Bundle& missing = make_bundle();
  missing.config()["root"]["path"] = "nothing-here";
  expect_refused(missing, {"/root/path", "nothing-here", "ENOENT"});

  Bundle& file = make_bundle();
  file.add_file("plain-file", "");
  file.config()["root"]["path"] = "plain-file";
  expect_refused(file, {"/root/path", "plain-file", "ENOTDIR"});

  Bundle& symlink = make_bundle();
  fs::create_directory_symlink("rootfs", symlink.directory() / "link");
  symlink.config()["root"]["path"] = "link";
  expect_refused(symlink, {"/root/path", "link"});
}

}  // namespace
}  // namespace nosc::testing
