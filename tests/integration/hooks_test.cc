// SPDX-License-Identifier: Apache-2.0
// Hooks: when they run, where, what they get, and what their failure does.
// Source: runtime-spec 1.3.0, config.md, "POSIX-platform Hooks", and runtime.md, "Lifecycle".

#include <unistd.h>

#include <string>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class Hooks : public LifecycleTest {
 protected:
  // Adds a hook that runs a shell script: the host's shell, or for startContainer the bundle's.
  void add_hook(Bundle& bundle, const std::string& kind, const std::string& script,
                int timeout_s = 0) {
    Json hook = Json::object({{"path", "/bin/sh"},
                              {"args", Json::strings({"sh", "-c", script})},
                              {"env", Json::strings({"PATH=/usr/bin:/bin", "HOOK=" + kind})}});
    if (timeout_s != 0) hook["timeout"] = timeout_s;
    bundle.config()["hooks"][kind].push(std::move(hook));
  }

  // One of each kind that logs its name, the status it was told and its mount namespace.
  void add_all_hooks(Bundle& bundle, const std::string& failing = "") {
    log_ = make_folder("hooks") / "log";
    for (const char* kind :
         {"prestart", "createRuntime", "createContainer", "poststart", "poststop"}) {
      add_hook(bundle, kind,
               "state=$(tr -d '\\n'); case $state in *'\"id\": \"'*) ;; *) exit 9;; esac; "
               "echo $HOOK $(echo $state | sed 's/.*\"status\": \"\\([a-z]*\\)\".*/\\1/') "
               "$(readlink /proc/self/ns/mnt) >> " +
                   log_.string() + (failing == kind ? "; exit 3" : ""));
    }
    add_hook(bundle, "startContainer",
             std::string("cat > /tmp/started; env > /tmp/env") +
                 (failing == "startContainer" ? "; exit 3" : ""));
    bundle.config()["root"]["readonly"] = false;
    bundle.add_file("rootfs/tmp/.keep", "");
  }

  // What the hooks logged: "kind status inside|outside" each.
  std::vector<std::string> log() const {
    std::vector<std::string> lines;
    const std::string outside = fs::read_symlink("/proc/self/ns/mnt");
    for (std::string line : split_lines(read_file(log_))) {
      const size_t last = line.rfind(' ');
      const bool is_outside = line.substr(last + 1) == outside;
      lines.push_back(line.substr(0, last) + (is_outside ? " outside" : " inside"));
    }
    return lines;
  }

  fs::path log_;
};

NOSC_INSTANTIATE(Hooks, all_settings());

TEST_P(Hooks, RunInTheirOrderAndPlaces) {
  Bundle& bundle = make_bundle();
  add_all_hooks(bundle);
  bundle.set_script("cat /tmp/started; cat /tmp/env; exec sleep 1000");
  const Completed created = create(bundle);
  ASSERT_EQ(created.exit_status, 0) << created.err;
  const std::vector<std::string> at_create = {"prestart creating outside",
                                              "createRuntime creating outside",
                                              "createContainer creating inside"};
  EXPECT_EQ(log(), at_create);
  EXPECT_EQ(status(), "created");
  EXPECT_FALSE(fs::exists(bundle.rootfs() / "tmp/started")) << "startContainer belongs to start";
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_EQ(log().back(), "poststart running outside");
  EXPECT_TRUE(wait_for_output("HOOK=startContainer"));
  EXPECT_NE(output().find("\"status\": \"created\""), std::string::npos) << output();
  EXPECT_EQ(output().find("XDG_RUNTIME_DIR"), std::string::npos) << "an environment of its own";
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_EQ(log().size(), 5u);
  EXPECT_EQ(log().back(), "poststop stopped outside");
}

TEST_P(Hooks, AFailureDuringCreationLeavesNothing) {
  for (const char* kind : {"prestart", "createRuntime", "createContainer"}) {
    Bundle& bundle = make_bundle();
    add_all_hooks(bundle, kind);
    const Completed created = create(bundle);
    EXPECT_EQ(created.exit_status, 1);
    EXPECT_NE(created.err.find("/hooks/" + std::string(kind) +
                               "/0: run \"/bin/sh\": ended with status 3"),
              std::string::npos)
        << created.err;
    EXPECT_EQ(status(), "");
    EXPECT_EQ(log().back(), "poststop stopped outside") << kind;
    fs::remove(log_);
  }
}

TEST_P(Hooks, AFailureAroundTheStartStopsTheContainer) {
  for (const char* kind : {"startContainer", "poststart"}) {
    Bundle& bundle = make_bundle();
    add_all_hooks(bundle, kind);
    bundle.set_script("exec sleep 1000");
    ASSERT_EQ(create(bundle).exit_status, 0);
    const Completed started = command({"start", "ID"});
    EXPECT_EQ(started.exit_status, 1);
    EXPECT_NE(started.err.find("/hooks/" + std::string(kind) + "/0"), std::string::npos)
        << started.err;
    EXPECT_EQ(status(), "stopped") << kind;
    EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
    EXPECT_EQ(log().back(), "poststop stopped outside");
    fs::remove(log_);
  }
}

TEST_P(Hooks, AFailingPoststopIsAWarning) {
  Bundle& bundle = make_bundle();
  add_all_hooks(bundle, "poststop");
  add_hook(bundle, "poststop", "echo second >> " + log_.string());
  ASSERT_EQ(create(bundle).exit_status, 0);
  const Completed deleted = command({"delete", "--force", "ID"});
  EXPECT_EQ(deleted.exit_status, 0);
  EXPECT_NE(deleted.err.find("warning: /hooks/poststop/0"), std::string::npos) << deleted.err;
  EXPECT_NE(read_file(log_).find("second"), std::string::npos);
}

TEST_P(Hooks, OneThatHangsEndsAtItsTimeout) {
  Bundle& bundle = make_bundle();
  add_hook(bundle, "createRuntime", "exec sleep 1000", 1);
  const Completed created = create(bundle);
  EXPECT_EQ(created.exit_status, 1);
  EXPECT_NE(created.err.find("/hooks/createRuntime/0: run \"/bin/sh\": timed out"),
            std::string::npos)
      << created.err;
}

TEST_P(Hooks, RunAlsoInTheForeground) {
  Bundle& bundle = make_bundle();
  add_all_hooks(bundle);
  bundle.set_script("exit 4");
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 4) << result.describe();
  EXPECT_EQ(log().size(), 5u);
  EXPECT_EQ(log().back(), "poststop stopped outside");
}

}  // namespace
}  // namespace nosc::testing
