// SPDX-License-Identifier: Apache-2.0
// Configurations that are JSON, but wrong: types, ranges, contradictions, what isn't supported.

#include "tests/faults/fault_test.h"

namespace nosc::testing {
namespace {

using ConfigFaultsTest = FaultTest;

TEST_F(ConfigFaultsTest, Version) {
  Bundle& missing = make_bundle();
  missing.config().erase("ociVersion");
  expect_refused(missing, {"/ociVersion"});
  for (const char* version : {"", "banana", "1", "1.0", "01.0.0", "2.0.0", "1.0.0.0"}) {
    Bundle& bundle = make_bundle();
    bundle.config()["ociVersion"] = version;
    NOSC_ONLY();
    expect_refused(bundle, {"/ociVersion"});
  }
}

TEST_F(ConfigFaultsTest, WrongTypesInProcess) {
  const std::tuple<const char*, Json, const char*> cases[] = {
      {"args", "sh", "/process/args"},
      {"args", Json::array({"sh", 1}), "/process/args/1"},
      {"args", Json::array(), "/process/args"},
      {"env", Json::object(), "/process/env"},
      {"env", Json::array({Json()}), "/process/env/0"},
      {"cwd", 5, "/process/cwd"},
      {"cwd", "", "/process/cwd"},
      {"cwd", "tmp", "/process/cwd"},
      {"user", "root", "/process/user"},
      {"terminal", "no", "/process/terminal"},
      {"noNewPrivileges", 1, "/process/noNewPrivileges"},
      {"rlimits", Json::object(), "/process/rlimits"},
      {"capabilities", Json::array(), "/process/capabilities"},
      {"oomScoreAdj", "0", "/process/oomScoreAdj"},
      {"oomScoreAdj", 1001, "/process/oomScoreAdj"},
      {"oomScoreAdj", -1001, "/process/oomScoreAdj"},
      {"oomScoreAdj", 3000000000, "/process/oomScoreAdj"},
      {"oomScoreAdj", Json::raw("1.5"), "/process/oomScoreAdj"},
  };
  NOSC_ONLY();
  for (const auto& [name, value, place] : cases) {
    SCOPED_TRACE(std::string(name) + " = " + value.dump());
    Bundle& bundle = make_bundle();
    bundle.config()["process"][name] = value;
    expect_refused(bundle, {std::string(place) + ":"});
  }
}

TEST_F(ConfigFaultsTest, MissingMembers) {
  Bundle& cwd = make_bundle();
  cwd.config()["process"].erase("cwd");
  expect_refused(cwd, {"/process/cwd"});
  Bundle& args = make_bundle();
  args.config()["process"].erase("args");
  expect_refused(args, {"/process/args"});
  Bundle& process = make_bundle();
  process.config().erase("process");
  expect_refused(process, {"/process"});
  Bundle& root = make_bundle();
  root.config().erase("root");
  expect_refused(root, {"/root"});
  Bundle& destination = make_bundle();
  destination.add_mount(Json::object({{"type", "tmpfs"}, {"source", "tmpfs"}}));
  expect_refused(destination, {"/mounts/6/destination"});
}

TEST_F(ConfigFaultsTest, IdsOutOfRange) {
  NOSC_ONLY();
  for (const char* text : {"-1", "4294967295", "4294967296", "18446744073709551616", "1.0", "\"0\"",
                           "99999999999999999999999999"}) {
    SCOPED_TRACE(text);
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["user"]["uid"] = Json::raw(text);
    expect_refused(bundle, {"/process/user/uid"});
  }
  Bundle& umask = make_bundle();
  umask.config()["process"]["user"]["umask"] = 01000;
  expect_refused(umask, {"/process/user/umask"});
}

TEST_F(ConfigFaultsTest, NulInAString) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["args"] = Json::array({Json::raw("\"/bin/true\\u0000x\"")});
  expect_refused(bundle, {"/process/args/0"});
}

TEST_F(ConfigFaultsTest, ResourceLimits) {
  const auto limit = [](const char* type, int soft, int hard) {
    return Json::object({{"type", type}, {"soft", soft}, {"hard", hard}});
  };
  Bundle& unknown = make_bundle();
  unknown.config()["process"]["rlimits"] =
      Json::array({limit("RLIMIT_CORE", 0, 0), limit("RLIMIT_TEA", 1, 1)});
  expect_refused(unknown, {"/process/rlimits/1", "RLIMIT_TEA"});
  Bundle& twice = make_bundle();
  twice.config()["process"]["rlimits"] =
      Json::array({limit("RLIMIT_CORE", 0, 0), limit("RLIMIT_CORE", 1, 1)});
  expect_refused(twice, {"/process/rlimits/1", "RLIMIT_CORE"});
  Bundle& reversed = make_bundle();
  reversed.config()["process"]["rlimits"] = Json::array({limit("RLIMIT_CORE", 5, 4)});
  expect_refused(reversed, {"/process/rlimits/0"});
}

TEST_F(ConfigFaultsTest, UnknownCapabilityIsAWarning) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["capabilities"]["bounding"].push("CAP_FLY");
  bundle.set_args({"/bin/echo", "ran"});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_NE(result.err.find("CAP_FLY"), std::string::npos) << result.err;
}

TEST_F(ConfigFaultsTest, UnknownMembersAreNoError) {
  Bundle& bundle = make_bundle();
  bundle.config()["futureMember"] = Json::object({{"a", Json::array({1, 2})}});
  bundle.config()["process"]["futureMember"] = 7;
  bundle.config()["linux"]["futureMember"] = true;
  bundle.set_args({"/bin/echo", "ran"});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "ran\n");
}

TEST_F(ConfigFaultsTest, Namespaces) {
  const auto with = [&](Json entry) -> Bundle& {
    Bundle& bundle = make_bundle();
    bundle.config()["linux"]["namespaces"].push(std::move(entry));
    return bundle;
  };
  const std::string place =
      caller() == Caller::kRoot ? "/linux/namespaces/5" : "/linux/namespaces/6";
  expect_refused(with(Json::object({{"type", "pid"}})), {place, "pid"});
  expect_refused(with(Json::object({{"type", "soul"}})), {place, "soul"});
  expect_refused(with(Json::object({{"path", "/proc/self/ns/net"}})), {place});
  expect_refused(with(Json::object({{"type", "cgroup"}, {"path", "relative"}})), {place});
  expect_refused(with(Json::object({{"type", "cgroup"}, {"path", "/no/such"}})),
                 {place, "/no/such", "ENOENT"});
  expect_refused(with(Json::object({{"type", "cgroup"}, {"path", "/proc/self/ns/uts"}})), {place});
  expect_refused(with(Json::object({{"type", "cgroup"}, {"path", "/etc/passwd"}})), {place});
}

TEST_F(ConfigFaultsTest, Names) {
  Bundle& hostname = make_bundle();
  hostname.config()["hostname"] = std::string(65, 'a');
  NOSC_ONLY();
  expect_refused(hostname, {"/hostname"});
  Bundle& shared = make_bundle();
  shared.set_namespaces(caller() == Caller::kRoot
                            ? std::vector<std::string>{"mount", "pid"}
                            : std::vector<std::string>{"mount", "pid", "user"});
  expect_refused(shared, {"/hostname", "uts"});
}

TEST_F(ConfigFaultsTest, Mappings) {
  Bundle& without_namespace = make_bundle();
  without_namespace.set_namespaces({"mount", "pid", "uts", "ipc", "network"});
  without_namespace.config()["linux"]["uidMappings"] = Json::array({id_mapping(0, 0, 1)});
  NOSC_ONLY();
  expect_refused(without_namespace, {"/linux/uidMappings"});
  Bundle& nothing = make_bundle();
  nothing.set_namespaces({"mount", "pid", "uts", "ipc", "network", "user"});
  nothing.config()["linux"]["uidMappings"] = Json::array({id_mapping(0, 1000, 0)});
  nothing.config()["linux"]["gidMappings"] = Json::array({id_mapping(0, 1000, 1)});
  expect_refused(nothing, {"/linux/uidMappings"});
}

TEST_F(ConfigFaultsTest, WhatLaterWorkBringsIsRefusedByName) {
  NOSC_ONLY();
  const std::pair<const char*, Json> members[] = {
      {"netDevices", Json::object({{"eth0", Json::object({{"name", "x"}})}})},
  };
  for (const auto& [name, value] : members) {
    Bundle& bundle = make_bundle();
    bundle.config()["linux"][name] = value;
    expect_refused(bundle, {"/linux/" + std::string(name) + ": not supported yet"});
  }
}

}  // namespace
}  // namespace nosc::testing
