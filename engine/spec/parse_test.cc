// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/parse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/rt/testing.h"

namespace nosc::spec {
namespace {

// Keeps the text and the arena of a configuration alive.
struct Parsed {
  explicit Parsed(std::string source)
      : text(std::move(source)),
        result(outcome_of([&] { return parse({text.data(), text.size()}, arena); })) {}

  std::string message() const {
    BufferWriter<512> writer;
    if (!result.ok()) write_error(writer, result.error());
    return std::string(writer.view());
  }

  std::string text;
  Arena arena;
  Outcome<Config> result;
};

// A minimal configuration with more top-level members.
std::string with(const std::string& members) {
  return R"({"ociVersion": "1.3.0")" + (members.empty() ? "" : ", " + members) + "}";
}

std::string error_of(const std::string& members) { return Parsed(with(members)).message(); }

std::vector<std::string> copy(Strings strings) { return {strings.begin(), strings.end()}; }

std::vector<std::string> unsupported_of(const std::string& members) {
  Parsed parsed(with(members));
  EXPECT_TRUE(parsed.result.ok()) << parsed.message();
  return copy(parsed.result->unsupported);
}

using List = std::vector<std::string>;

TEST(SpecParse, ReadsAMinimalConfiguration) {
  Parsed parsed(with(""));
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  const Config& config = *parsed.result;
  EXPECT_EQ(config.oci_version, "1.3.0");
  EXPECT_FALSE(config.root.present);
  EXPECT_FALSE(config.process.present);
  EXPECT_FALSE(config.linux.present);
  EXPECT_FALSE(config.process.oom_score_adj.has_value());
  EXPECT_TRUE(config.unsupported.empty());
}

TEST(SpecParse, ReadsRootAndProcess) {
  Parsed parsed(with(R"(
    "root": {"path": "rootfs", "readonly": true},
    "hostname": "box", "domainname": "example.org",
    "process": {
      "terminal": false, "consoleSize": {"height": 25, "width": 80},
      "user": {"uid": 1000, "gid": 100, "umask": 18, "additionalGids": [5, 4294967295]},
      "args": ["sh", "-c", "true"], "env": ["A=b"], "cwd": "/", "noNewPrivileges": true,
      "capabilities": {"bounding": ["CAP_KILL"], "ambient": [], "permitted": ["CAP_A", "CAP_B"]},
      "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 1024}],
      "oomScoreAdj": -5, "apparmorProfile": "", "user.unknown": 1
    })"));
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  const Config& config = *parsed.result;
  EXPECT_TRUE(config.root.present);
  EXPECT_TRUE(config.root.readonly);
  EXPECT_EQ(config.root.path, "rootfs");
  EXPECT_EQ(config.root.path.data()[6], '\0');
  EXPECT_EQ(config.hostname, "box");
  EXPECT_EQ(config.domainname, "example.org");
  const Process& process = config.process;
  EXPECT_TRUE(process.present);
  EXPECT_TRUE(process.console_size.present);
  EXPECT_EQ(process.console_size.height, 25u);
  EXPECT_EQ(process.user.uid, 1000u);
  EXPECT_EQ(process.user.gid, 100u);
  EXPECT_EQ(process.user.umask, 18u);
  ASSERT_EQ(process.user.additional_gids.size(), 2u);
  EXPECT_EQ(process.user.additional_gids[1], UINT32_MAX);
  EXPECT_EQ(copy(process.args), (List{"sh", "-c", "true"}));
  EXPECT_EQ(copy(process.env), List{"A=b"});
  EXPECT_EQ(process.cwd, "/");
  EXPECT_TRUE(process.no_new_privileges);
  EXPECT_TRUE(process.capabilities.present);
  EXPECT_EQ(copy(process.capabilities.permitted), (List{"CAP_A", "CAP_B"}));
  ASSERT_EQ(process.rlimits.size(), 1u);
  EXPECT_EQ(process.rlimits[0].type, "RLIMIT_NOFILE");
  EXPECT_EQ(process.rlimits[0].hard, UINT64_MAX);
  EXPECT_EQ(process.rlimits[0].soft, 1024u);
  EXPECT_EQ(process.oom_score_adj, -5);
  EXPECT_EQ(copy(config.unknown), List{"/process/user.unknown"});
  EXPECT_TRUE(config.unsupported.empty());
}

TEST(SpecParse, ReadsMountsAndLinux) {
  Parsed parsed(with(R"(
    "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
               {"destination": "/data", "source": "/srv", "options": ["rbind", "ro"]}],
    "annotations": {"a.b": "c", "empty": ""},
    "linux": {
      "namespaces": [{"type": "mount"}, {"type": "network", "path": "/run/netns/a"}],
      "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
      "gidMappings": [{"containerID": 0, "hostID": 100, "size": 1},
                      {"containerID": 1, "hostID": 100000, "size": 65536}],
      "cgroupsPath": "/a", "sysctl": {"net.ipv4.ping_group_range": "0 0"},
      "rootfsPropagation": "rslave", "maskedPaths": ["/proc/kcore"], "readonlyPaths": null,
      "resources": {}, "devices": [], "mountLabel": "", "seccomp": null
    }, "hooks": {"prestart": [], "poststop": []}, "windows": {"layerFolders": [1]})"));
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  const Config& config = *parsed.result;
  ASSERT_EQ(config.mounts.size(), 2u);
  EXPECT_EQ(config.mounts[0].type, "proc");
  EXPECT_EQ(config.mounts[1].destination, "/data");
  EXPECT_EQ(copy(config.mounts[1].options), (List{"rbind", "ro"}));
  ASSERT_EQ(config.annotations.size(), 2u);
  EXPECT_EQ(config.annotations[0].key, "a.b");
  EXPECT_EQ(config.annotations[0].value, "c");
  const Linux& section = config.linux;
  ASSERT_EQ(section.namespaces.size(), 2u);
  EXPECT_EQ(section.namespaces[0].type, NamespaceType::kMount);
  EXPECT_EQ(section.namespaces[1].type, NamespaceType::kNetwork);
  EXPECT_EQ(section.namespaces[1].path, "/run/netns/a");
  EXPECT_EQ(section.uid_mappings[0].host_id, 1000u);
  ASSERT_EQ(section.gid_mappings.size(), 2u);
  EXPECT_EQ(section.gid_mappings[1].size, 65536u);
  EXPECT_EQ(section.cgroups_path, "/a");
  EXPECT_EQ(section.sysctl[0].value, "0 0");
  EXPECT_EQ(section.rootfs_propagation, RootfsPropagation::kRecursiveSlave);
  EXPECT_EQ(copy(section.masked_paths), List{"/proc/kcore"});
  EXPECT_TRUE(config.unsupported.empty());
  EXPECT_TRUE(config.unknown.empty());
}

TEST(SpecParse, NamesTheTypeThatIsWrong) {
  EXPECT_EQ(error_of(R"("process": {"cwd": "/", "args": "sh"})"),
            "/process/args: expected an array, found a string");
  EXPECT_EQ(error_of(R"("process": {"cwd": "/", "args": ["a", 1]})"),
            "/process/args/1: expected a string, found a number");
  EXPECT_EQ(error_of(R"("process": [])"), "/process: expected an object, found an array");
  EXPECT_EQ(error_of(R"("root": {"path": "r", "readonly": "yes"})"),
            "/root/readonly: expected true or false, found a string");
  EXPECT_EQ(error_of(R"("linux": {"seccomp": []})"),
            "/linux/seccomp: expected an object, found an array");
  EXPECT_EQ(error_of(R"("linux": {"sysctl": {"a": 1}})"),
            "/linux/sysctl/a: expected a string, found a number");
  EXPECT_EQ(error_of(R"("annotations": {"a/b": {}})"),
            "/annotations/a~1b: expected a string, found an object");
  EXPECT_EQ(error_of(R"("mounts": [null])"), "/mounts/0: expected an object, found null");
  EXPECT_EQ(Parsed("[]").message(), "/: expected an object, found an array");
}

TEST(SpecParse, NamesTheNumberThatIsOutOfRange) {
  const auto user = [](const std::string& uid) {
    return error_of(R"("process": {"cwd": "/", "user": {"uid": )" + uid + "}}");
  };
  EXPECT_EQ(user("4294967295"), "");
  EXPECT_EQ(user("4294967296"), "/process/user/uid: 4294967296 is out of range");
  EXPECT_EQ(user("-1"), "/process/user/uid: -1 is out of range");
  EXPECT_EQ(user("1e3"), "/process/user/uid: expected an integer, found 1e3");
  EXPECT_EQ(user("1.5"), "/process/user/uid: expected an integer, found 1.5");
  EXPECT_EQ(error_of(R"("process": {"cwd": "/", "oomScoreAdj": -2147483649})"),
            "/process/oomScoreAdj: -2147483649 is out of range");
  EXPECT_EQ(error_of(R"("process": {"cwd": "/", "oomScoreAdj": 1001})"),
            "/process/oomScoreAdj: must be from -1000 to 1000");
}

TEST(SpecParse, NamesWhatIsMissing) {
  EXPECT_EQ(Parsed("{}").message(), "/ociVersion: is required");
  EXPECT_EQ(error_of(R"("root": {})"), "/root/path: is required");
  EXPECT_EQ(error_of(R"("process": {"args": ["sh"]})"), "/process/cwd: is required");
  EXPECT_EQ(error_of(R"("process": {"cwd": null})"), "/process/cwd: is required");
  EXPECT_EQ(error_of(R"("mounts": [{"destination": "/a"}, {"type": "proc"}])"),
            "/mounts/1/destination: is required");
  EXPECT_EQ(error_of(R"("linux": {"namespaces": [{}]})"), "/linux/namespaces/0/type: is required");
  EXPECT_EQ(error_of(R"("linux": {"uidMappings": [{"containerID": 0, "hostID": 0}]})"),
            "/linux/uidMappings/0/size: is required");
  EXPECT_EQ(error_of(R"("process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_CORE"}]})"),
            "/process/rlimits/0/soft: is required");
}

TEST(SpecParse, RefusesWrongStrings) {
  EXPECT_EQ(error_of(R"("root": {"path": ""})"), "/root/path: must not be empty");
  EXPECT_EQ(error_of(R"("process": {"cwd": "tmp"})"),
            "/process/cwd: \"tmp\" isn't an absolute path");
  EXPECT_EQ(error_of(R"("process": {"cwd": ""})"), "/process/cwd: must not be empty");
  EXPECT_EQ(error_of(R"("linux": {"namespaces": [{"type": "pid", "path": "ns"}]})"),
            "/linux/namespaces/0/path: \"ns\" isn't an absolute path");
  EXPECT_EQ(error_of(R"("hostname": "a\u0000b")"),
            "/hostname: a NUL character (\\u0000) isn't allowed");
  EXPECT_EQ(error_of(R"("annotations": {"a\u0000b": "c"})"),
            "/annotations/a\\u0000b: a NUL character (\\u0000) isn't allowed");
}

TEST(SpecParse, RefusesUnknownEnumerators) {
  EXPECT_EQ(error_of(R"("linux": {"namespaces": [{"type": "net"}]})"),
            "/linux/namespaces/0/type: unknown value \"net\"");
  EXPECT_EQ(error_of(R"("linux": {"rootfsPropagation": "both"})"),
            "/linux/rootfsPropagation: unknown value \"both\"");
  EXPECT_EQ(error_of(R"("linux": {"rootfsPropagation": ""})"), "");
}

TEST(SpecParse, RefusesDuplicates) {
  EXPECT_EQ(error_of(R"("hostname": "a", "hostname": "a")"), "/hostname: appears twice");
  EXPECT_EQ(error_of(R"("linux": {"namespaces": [{"type": "pid"}, {"type": "uts"},
                                                 {"type": "pid", "path": "/a"}]})"),
            "/linux/namespaces/2: \"pid\": this type is listed twice");
  EXPECT_EQ(error_of(R"("process": {"cwd": "/", "rlimits": [
                          {"type": "RLIMIT_CORE", "soft": 1, "hard": 1},
                          {"type": "RLIMIT_CORE", "soft": 2, "hard": 2}]})"),
            "/process/rlimits/1: \"RLIMIT_CORE\": this type is listed twice");
}

TEST(SpecParse, ChecksTheVersion) {
  const auto version = [](const std::string& text) {
    return Parsed(R"({"ociVersion": ")" + text + "\"}").message();
  };
  for (const char* good : {"1.0.0", "1.3.0", "1.0.2-dev", "1.2.0-rc.1", "1.10.0+dev.001",
                           "1.0.0-a-b", "1.0.0-0a.1+5"}) {
    EXPECT_EQ(version(good), "") << good;
  }
  for (const char* bad : {"", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "1.0.0-", "1.0.0-01",
                          "1.0.0-a..b", "1.0.0+", "v1.0.0", "1.0.0 ", "1.0.x"}) {
    EXPECT_NE(version(bad), "") << bad;
  }
  EXPECT_EQ(version("1.0"), "/ociVersion: \"1.0\": isn't a version such as 1.3.0");
  EXPECT_EQ(version("2.0.0"), "/ociVersion: \"2.0.0\": isn't a supported version: 1.x.y is");
}

TEST(SpecParse, NoProcessesAreNoLimitInOlderVersions) {
  const auto limit = [](const std::string& version, const std::string& number) {
    const Parsed parsed(R"({"ociVersion": ")" + version +
                        R"(", "linux": {"resources": {"pids": {"limit": )" + number + "}}}}");
    return parsed.result->linux.resources.pids.limit;
  };
  EXPECT_EQ(limit("1.0.2-dev", "0"), std::nullopt);
  EXPECT_EQ(limit("1.2.1", "0"), std::nullopt);
  EXPECT_EQ(limit("1.2.1", "7"), 7);
  EXPECT_EQ(limit("1.2.1", "-1"), -1);
  EXPECT_EQ(limit("1.3.0", "0"), 0);
}

TEST(SpecParse, ListsWhatIsUnsupportedInOrder) {
  EXPECT_EQ(unsupported_of(R"(
    "linux": {"netDevices": {"eth0": {}}, "intelRdt": {}},
    "mounts": [{"destination": "/a"}, {"destination": "/b", "uidMappings": [{}]}],
    "process": {"cwd": "/"})"),
            (List{"/linux/netDevices", "/linux/intelRdt", "/mounts/1/uidMappings"}));
}

TEST(SpecParse, ReadsSeccomp) {
  Parsed parsed(with(R"("linux": {"seccomp": {
      "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
      "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_SHEB"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
      "listenerPath": "/run/agent", "listenerMetadata": "opaque",
      "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_NOTIFY", "errnoRet": 0, "args": [
        {"index": 5, "value": 18446744073709551615, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ"}]},
        {"names": ["open"], "action": "SCMP_ACT_KILL", "args": null}]}})"));
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  const Seccomp& seccomp = parsed.result->linux.seccomp;
  EXPECT_TRUE(seccomp.present);
  EXPECT_EQ(seccomp.default_action, SeccompAction::kErrno);
  EXPECT_EQ(seccomp.default_errno_ret, 38u);
  ASSERT_EQ(seccomp.architectures.size(), 2u);
  EXPECT_EQ(seccomp.architectures[0], SeccompArchitecture::kX86);
  EXPECT_EQ(seccomp.architectures[1], SeccompArchitecture::kSheb);
  ASSERT_EQ(seccomp.flags.size(), 1u);
  EXPECT_EQ(seccomp.flags[0], SeccompFlag::kLog);
  EXPECT_EQ(seccomp.listener_path, "/run/agent");
  EXPECT_EQ(seccomp.listener_metadata, "opaque");
  ASSERT_EQ(seccomp.syscalls.size(), 2u);
  EXPECT_EQ(copy(seccomp.syscalls[0].names), (List{"read", "write"}));
  EXPECT_EQ(seccomp.syscalls[0].action, SeccompAction::kNotify);
  EXPECT_EQ(seccomp.syscalls[0].errno_ret, 0u);
  ASSERT_EQ(seccomp.syscalls[0].args.size(), 1u);
  const SeccompArgument& argument = seccomp.syscalls[0].args[0];
  EXPECT_EQ(argument.index, 5u);
  EXPECT_EQ(argument.value, UINT64_MAX);
  EXPECT_EQ(argument.value_two, 7u);
  EXPECT_EQ(argument.op, SeccompOperator::kMaskedEqual);
  EXPECT_EQ(seccomp.syscalls[1].action, SeccompAction::kKill);
  EXPECT_FALSE(seccomp.syscalls[1].errno_ret.has_value());
}

TEST(SpecParse, TellsNoFlagsFromAnEmptyList) {
  const auto has_flags = [](const std::string& flags) {
    Parsed parsed(
        with(R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW")" + flags + "}}"));
    return parsed.result->linux.seccomp.flags.data() != nullptr;
  };
  EXPECT_FALSE(has_flags(""));
  EXPECT_FALSE(has_flags(R"(, "flags": null)"));
  EXPECT_TRUE(has_flags(R"(, "flags": [])"));
}

TEST(SpecParse, RefusesUnknownSeccompNames) {
  const auto error = [](const std::string& members) {
    return error_of(R"("linux": {"seccomp": {)" + members + "}}");
  };
  EXPECT_EQ(error(""), "/linux/seccomp/defaultAction: is required");
  EXPECT_EQ(error(R"("defaultAction": "SCMP_ACT_NONE")"),
            "/linux/seccomp/defaultAction: unknown value \"SCMP_ACT_NONE\"");
  EXPECT_EQ(error(R"("defaultAction": "ALLOW")"),
            "/linux/seccomp/defaultAction: unknown value \"ALLOW\"");
  EXPECT_EQ(error(R"("defaultAction": "SCMP_ACT_LOG", "architectures": ["SCMP_ARCH_Z80"])"),
            "/linux/seccomp/architectures/0: unknown value \"SCMP_ARCH_Z80\"");
  EXPECT_EQ(error(R"("defaultAction": "SCMP_ACT_LOG", "flags": ["SECCOMP_FILTER_FLAG_X"])"),
            "/linux/seccomp/flags/0: unknown value \"SECCOMP_FILTER_FLAG_X\"");
  EXPECT_EQ(error(R"("defaultAction": "SCMP_ACT_LOG", "syscalls": [{"action": "SCMP_ACT_LOG"}])"),
            "/linux/seccomp/syscalls/0/names: is required");
  EXPECT_EQ(error(R"("defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["read", ""],
                     "action": "SCMP_ACT_LOG"}])"),
            "/linux/seccomp/syscalls/0/names/1: must not be empty");
  EXPECT_EQ(error(R"("defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["read"],
                     "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 1, "op": "EQ"}]}])"),
            "/linux/seccomp/syscalls/0/args/0/op: unknown value \"EQ\"");
}

TEST(SpecParse, ReadsLargeConfigurations) {
  std::string mounts = R"("mounts": [)";
  for (int i = 0; i < 100000; ++i) {
    mounts += R"({"destination": "/m)" + std::to_string(i) + R"(", "uidMappings": [{}], "x": 1},)";
  }
  Parsed parsed(with(mounts + R"({"destination": "/last"}])"));
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  ASSERT_EQ(parsed.result->mounts.size(), 100001u);
  EXPECT_EQ(parsed.result->mounts[99999].destination, "/m99999");
  EXPECT_EQ(parsed.result->mounts[100000].destination, "/last");
  EXPECT_EQ(parsed.result->unsupported[0], "/mounts/0/uidMappings");
  EXPECT_FALSE(parsed.result->unknown.empty());
}

}  // namespace
}  // namespace nosc::spec
