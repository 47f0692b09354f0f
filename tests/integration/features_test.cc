// SPDX-License-Identifier: Apache-2.0
// What `features` says: in the shape that the specification gives it, and nothing that the engine
// doesn't take, nor less. Source: runtime-spec 1.3.0, features.md, features-linux.md.

#include <algorithm>
#include <regex>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

class FeaturesTest : public RootContainerTest {
 protected:
  void SetUp() override {
    RootContainerTest::SetUp();
    if (IsSkipped()) return;
    if (!private_machine().runtime_is_nosc) GTEST_SKIP() << "the configurations go to nosc's plan";
    const Completed result = run(runtime_command({"features"}));
    ASSERT_EQ(result.exit_status, 0) << result.describe();
    text_ = result.out;
  }

  // The strings of the only list of that name.
  std::vector<std::string> list(const std::string& name) const {
    std::smatch match;
    const bool found =
        std::regex_search(text_, match, std::regex("\"" + name + "\":\\[([^\\]]*)\\]"));
    EXPECT_TRUE(found) << name;
    std::vector<std::string> strings;
    const std::string inner = found ? match[1].str() : "";
    const std::regex quoted("\"([^\"]*)\"");
    for (std::sregex_iterator at(inner.begin(), inner.end(), quoted), end; at != end; ++at) {
      strings.push_back((*at)[1].str());
    }
    EXPECT_FALSE(strings.empty()) << name;
    return strings;
  }

  // What plan says to a configuration that has one more name.
  template <class Change>
  Completed plan_with(const Change& change) {
    if (bundle_ == nullptr) {
      bundle_ = &make_bundle();
      base_ = bundle_->config();
    }
    bundle_->config() = base_;
    change(bundle_->config());
    bundle_->write();
    return run(runtime_command({"plan", "--bundle", bundle_->directory(), "planned"}));
  }

  // Of all names those are planned that the list has.
  template <class Change>
  void expect_same(const std::string& name, std::vector<std::string> others, const Change& change) {
    const std::vector<std::string> listed = list(name);
    others.insert(others.end(), listed.begin(), listed.end());
    for (const std::string& one : others) {
      const Completed result = plan_with([&](Json& config) { change(config, one); });
      const bool is_listed = std::find(listed.begin(), listed.end(), one) != listed.end();
      // A capability that isn't known is left out, with a warning.
      const bool taken = result.exit_status == 0 && result.err.find("unknown") == std::string::npos;
      EXPECT_EQ(taken, is_listed) << name << " " << one << result.describe();
    }
  }

  std::string text_;
  Bundle* bundle_ = nullptr;
  Json base_;
};

TEST_F(FeaturesTest, HasTheShapeOfTheSpecification) {
  std::string shape = std::regex_replace(text_, std::regex("\\[\"[^\\]]*\"\\]"), "[]");
  shape = std::regex_replace(shape, std::regex(":(true|false)"), ":?");
  EXPECT_EQ(shape,
            "{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\",\"hooks\":[],"
            "\"mountOptions\":[],\"linux\":{\"namespaces\":[],\"capabilities\":[],"
            "\"cgroup\":{\"v1\":?,\"v2\":?,\"systemd\":?,\"systemdUser\":?,\"rdma\":?},"
            "\"seccomp\":{\"enabled\":?,\"actions\":[],\"operators\":[],\"archs\":[],"
            "\"knownFlags\":[],\"supportedFlags\":[]},\"apparmor\":{\"enabled\":?},"
            "\"selinux\":{\"enabled\":?},\"intelRdt\":{\"enabled\":?},"
            "\"netDevices\":{\"enabled\":?},\"mountExtensions\":{\"idmap\":{\"enabled\":?}}},"
            "\"potentiallyUnsafeConfigAnnotations\":[]}\n");
}

TEST_F(FeaturesTest, Capabilities) {
  for (const std::string& name : list("capabilities")) EXPECT_TRUE(name.starts_with("CAP_"));
  expect_same("capabilities", {"CAP_NONE", "cap_chown", "CHOWN", "CAP_"},
              [](Json& config, const std::string& name) {
                config["process"]["capabilities"]["bounding"] = Json::array({name});
              });
}

TEST_F(FeaturesTest, Namespaces) {
  expect_same("namespaces", {"pids", "MOUNT", "net", "mnt", ""},
              [](Json& config, const std::string& name) {
                Json mount = Json::object({{"type", "mount"}});
                Json other = Json::object({{"type", name}});
                config["linux"]["namespaces"] =
                    name == "mount" ? Json::array({mount}) : Json::array({mount, other});
                config["linux"].erase("uidMappings");
                config["linux"].erase("gidMappings");
                if (name == "user") {
                  config["linux"]["uidMappings"] = Json::array({id_mapping(0, 1000, 1)});
                  config["linux"]["gidMappings"] = Json::array({id_mapping(0, 1000, 1)});
                }
                config.erase("hostname");
              });
}

Json entry(const char* action) {
  return Json::object({{"names", Json::array({"read"})}, {"action", action}});
}

TEST_F(FeaturesTest, SeccompActions) {
  expect_same("actions", {"SCMP_ACT_", "SCMP_ACT_NONE", "ALLOW", "SCMP_ACT_ALLOW "},
              [](Json& config, const std::string& name) {
                Json& seccomp = config["linux"]["seccomp"];
                seccomp["defaultAction"] = "SCMP_ACT_ALLOW";
                seccomp["listenerPath"] = "/run/agent";
                seccomp["syscalls"] = Json::array({entry(name.c_str())});
              });
}

TEST_F(FeaturesTest, SeccompOperators) {
  expect_same(
      "operators", {"SCMP_CMP_", "SCMP_CMP_NONE", "EQ"}, [](Json& config, const std::string& name) {
        Json& seccomp = config["linux"]["seccomp"];
        seccomp["defaultAction"] = "SCMP_ACT_ALLOW";
        Json rule = entry("SCMP_ACT_ERRNO");
        rule["args"] = Json::array({Json::object({{"index", 0}, {"value", 1}, {"op", name}})});
        seccomp["syscalls"] = Json::array({rule});
      });
}

TEST_F(FeaturesTest, SeccompArchitectures) {
  expect_same("archs", {"SCMP_ARCH_", "SCMP_ARCH_NATIVE", "X86"},
              [](Json& config, const std::string& name) {
                Json& seccomp = config["linux"]["seccomp"];
                seccomp["defaultAction"] = "SCMP_ACT_ALLOW";
                seccomp["architectures"] = Json::array({name});
              });
}

TEST_F(FeaturesTest, SeccompFlags) {
  EXPECT_EQ(list("knownFlags"), list("supportedFlags"));
  expect_same("supportedFlags", {"SECCOMP_FILTER_FLAG_NEW_LISTENER", "TSYNC"},
              [](Json& config, const std::string& name) {
                Json& seccomp = config["linux"]["seccomp"];
                seccomp["defaultAction"] = "SCMP_ACT_ALLOW";
                seccomp["flags"] = Json::array({name});
              });
}

// A hook of an unknown name is an unknown property, and no error; a wrong one of a known name is.
TEST_F(FeaturesTest, Hooks) {
  const std::vector<std::string> listed = list("hooks");
  std::vector<std::string> all = {"poststopped", "createruntime", "start"};
  all.insert(all.end(), listed.begin(), listed.end());
  for (const std::string& name : all) {
    const Completed result = plan_with([&](Json& config) {
      config["hooks"][name] = Json::array({Json::object({{"path", "no/absolute/path"}})});
    });
    const bool is_listed = std::find(listed.begin(), listed.end(), name) != listed.end();
    EXPECT_EQ(result.exit_status != 0, is_listed) << name << result.describe();
  }
}

// An option that the engine doesn't know goes to the file system, or is refused.
TEST_F(FeaturesTest, MountOptions) {
  const std::vector<std::string> listed = list("mountOptions");
  // Those of the specification, and what is near to others.
  std::vector<std::string> all = {"async",
                                  "atime",
                                  "bind",
                                  "defaults",
                                  "dev",
                                  "diratime",
                                  "dirsync",
                                  "exec",
                                  "iversion",
                                  "lazytime",
                                  "loud",
                                  "mand",
                                  "noatime",
                                  "nodev",
                                  "nodiratime",
                                  "noexec",
                                  "noiversion",
                                  "nolazytime",
                                  "nomand",
                                  "norelatime",
                                  "nostrictatime",
                                  "nosuid",
                                  "nosymfollow",
                                  "private",
                                  "ratime",
                                  "rbind",
                                  "rdev",
                                  "rdiratime",
                                  "relatime",
                                  "remount",
                                  "rexec",
                                  "rnoatime",
                                  "rnodev",
                                  "rnodiratime",
                                  "rnoexec",
                                  "rnorelatime",
                                  "rnostrictatime",
                                  "rnosuid",
                                  "rnosymfollow",
                                  "ro",
                                  "rprivate",
                                  "rrelatime",
                                  "rro",
                                  "rrw",
                                  "rshared",
                                  "rslave",
                                  "rstrictatime",
                                  "rsuid",
                                  "rsymfollow",
                                  "runbindable",
                                  "rw",
                                  "shared",
                                  "silent",
                                  "slave",
                                  "strictatime",
                                  "suid",
                                  "symfollow",
                                  "sync",
                                  "tmpcopyup",
                                  "unbindable",
                                  "idmap",
                                  "ridmap",
                                  "rasync",
                                  "rdefaults",
                                  "RO",
                                  "mode=1777"};
  all.insert(all.end(), listed.begin(), listed.end());
  for (const std::string& name : all) {
    const Completed result = plan_with([&](Json& config) {
      const bool binds = name.ends_with("bind");
      config["mounts"].push(mount_entry("/tried", "tmpfs", binds ? "/" : "tmpfs", {name}));
    });
    const std::regex passed_on("data \"([^\"]*,)?" + name + "\"");
    const bool taken = result.exit_status == 0 && !std::regex_search(result.out, passed_on);
    const bool is_listed = std::find(listed.begin(), listed.end(), name) != listed.end();
    EXPECT_EQ(taken, is_listed) << name << result.describe();
  }
}

}  // namespace
}  // namespace nosc::testing
