// SPDX-License-Identifier: Apache-2.0
// Hooks: when they run, where, what they get, and what their failure does.
// Source: runtime-spec 1.3.0, config.md, "POSIX-platform Hooks", and runtime.md, "Lifecycle".

#include <signal.h>
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
               "state=$(tr -d '\\n'); case $state in *'\"id\":\"'*) ;; *) exit 9;; esac; "
               "echo $HOOK $(echo $state | sed 's/.*\"status\": *\"\\([a-z]*\\)\".*/\\1/') "
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
  EXPECT_NE(output().find("\"status\":\"created\""), std::string::npos) << output();
  EXPECT_EQ(output().find("XDG_RUNTIME_DIR"), std::string::npos) << "an environment of its own";
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_EQ(log().size(), 5u);
  EXPECT_EQ(log().back(), "poststop stopped outside");
}

TEST_P(Hooks, KnowTheirFolderAndThePidThatTheySee) {
  Bundle& bundle = make_bundle();
  const fs::path told = make_folder("told");
  for (const char* kind :
       {"prestart", "createRuntime", "createContainer", "poststart", "poststop"}) {
    add_hook(bundle, kind, "{ pwd; cat; } > " + (told / kind).string());
  }
  add_hook(bundle, "startContainer", "{ pwd; cat; } > /tmp/told");
  bundle.config()["root"]["readonly"] = false;
  bundle.add_file("rootfs/tmp/.keep", "");
  bundle.set_script("cat /tmp/told; exec sleep 1000");
  ASSERT_EQ(create(bundle).exit_status, 0);
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_TRUE(wait_for_output("owner"));
  const std::string inside = "\"pid\":1,";
  EXPECT_TRUE(output().starts_with("/\n")) << output();
  EXPECT_NE(output().find(inside), std::string::npos) << output();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  for (const auto& entry : fs::directory_iterator(told)) {
    const std::string text = read_file(entry.path());
    EXPECT_TRUE(text.starts_with(fs::canonical(bundle.directory()).string() + "\n"))
        << entry << text;
    EXPECT_EQ(text.find(inside) != std::string::npos, entry.path().filename() == "createContainer")
        << entry << text;
  }
}

// Inside of the container nothing tells of the caller's environment.
TEST_P(Hooks, OneInsideWithoutAnEnvironmentHasTheContainers) {
  Bundle& bundle = make_bundle();
  bundle.config()["hooks"]["startContainer"].push(
      Json::object({{"path", "/bin/sh"}, {"args", Json::strings({"sh", "-c", "env > /tmp/env"})}}));
  bundle.config()["process"]["env"].push("CONTAINERS=own");
  bundle.config()["root"]["readonly"] = false;
  bundle.add_file("rootfs/tmp/.keep", "");
  bundle.set_script("cat /tmp/env");
  Command command = run_command(bundle);
  command.environment.emplace_back("SECRET=of-the-host");
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_NE(result.out.find("CONTAINERS=own"), std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("SECRET"), std::string::npos) << result.out;
}

TEST_P(Hooks, AFailureDuringCreationLeavesNothing) {
  for (const char* kind : {"prestart", "createRuntime", "createContainer"}) {
    Bundle& bundle = make_bundle();
    add_all_hooks(bundle, kind);
    const Completed created = create(bundle);
    EXPECT_EQ(created.exit_status, 1);
    const std::string name = kind;
    EXPECT_NE(created.err.find("/hooks/" + name + "/0: error running " + name +
                               " hook #0: exit status 3, stdout: , stderr: "),
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
  EXPECT_NE(created.err.find("/hooks/createRuntime/0: error running createRuntime hook #0: hook "
                             "ran past specified timeout of 1.0s"),
            std::string::npos)
      << created.err;
}

TEST_P(Hooks, TheErrorTellsWhatTheHookWrote) {
  for (const char* kind : {"prestart", "createContainer"}) {
    Bundle& bundle = make_bundle();
    add_hook(bundle, kind, "echo before; echo before >&2");
    add_hook(bundle, kind, "echo one; echo two; printf 'no\\n\\n' >&2; kill -9 $$");
    const Completed created = create(bundle);
    EXPECT_EQ(created.exit_status, 1);
    EXPECT_NE(created.err.find("hook #1: signal: killed, stdout: one\\u000atwo, stderr: no\n"),
              std::string::npos)
        << created.err;
    EXPECT_EQ(split_lines(created.err).size(), 1u) << created.err;
  }
}

TEST_P(Hooks, AProgramThatIsMissingIsTold) {
  Bundle& bundle = make_bundle();
  bundle.config()["hooks"]["createRuntime"].push(Json::object({{"path", "/no/such/hook"}}));
  const Completed created = create(bundle);
  EXPECT_EQ(created.exit_status, 1);
  EXPECT_NE(created.err.find("error running createRuntime hook #0: fork/exec /no/such/hook: ENOENT "
                             "(no such file or directory)"),
            std::string::npos)
      << created.err;
}

// A hook that says when it runs and never ends. Its nosc is sent a signal meanwhile.
class HangingHooks : public Hooks {
 protected:
  void add_hanging_hook(Bundle& bundle, const std::string& kind, int timeout_s) {
    running_ = (bundle.directory() / "running").string();
    // Inside of the container the same folder is another path.
    if (kind == "startContainer") {
      bundle.config()["root"]["readonly"] = false;
      bundle.add_file("rootfs/tmp/.keep", "");
      running_ = (bundle.rootfs() / "tmp/running").string();
    }
    const std::string inside = kind == "startContainer" ? "/tmp/running" : running_;
    add_hook(bundle, kind, "echo > " + inside + "; sleep 1003 & wait", timeout_s);
    bundle.set_args({"/bin/sleep", "1000"});
    bundle.write();
  }

  Completed interrupt(const std::vector<std::string>& words, int signal) {
    Command command = runtime_command(words);
    // The container's streams are not the test's, which ends when they are closed.
    Process process(command);
    EXPECT_TRUE(wait_until([&] { return fs::exists(running_); }));
    process.send_signal(signal);
    return process.finish();
  }

  void expect_interrupted(const Completed& result) {
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    EXPECT_TRUE(result.err.ends_with(": interrupted\n")) << result.describe();
    EXPECT_EQ(split_lines(result.err).size(), 1u) << result.err;
    EXPECT_TRUE(
        wait_for_no_process(std::string("sleep\0"
                                        "1003",
                                        10)));
  }

  std::string running_;
};

NOSC_INSTANTIATE(HangingHooks, all_settings());

TEST_P(HangingHooks, ASignalTakesTheCreationBack) {
  for (const char* kind : {"prestart", "createRuntime", "createContainer"}) {
    for (const char* verb : {"create", "run"}) {
      SCOPED_TRACE(std::string(kind) + " " + verb);
      Bundle& bundle = make_bundle();
      const bool timed = verb[0] == 'r';
      add_hanging_hook(bundle, kind, timed ? 10000 : 0);
      expect_interrupted(
          interrupt({verb, "--bundle", bundle.directory(), next_id()}, timed ? SIGINT : SIGTERM));
      EXPECT_EQ(status(), "");
    }
  }
}

TEST_P(HangingHooks, ASignalTakesTheStartBack) {
  for (const char* kind : {"startContainer", "poststart"}) {
    SCOPED_TRACE(kind);
    Bundle& bundle = make_bundle();
    add_hanging_hook(bundle, kind, 0);
    ASSERT_EQ(create(bundle).exit_status, 0);
    expect_interrupted(interrupt({"start", last_id()}, SIGTERM));
    EXPECT_EQ(status(), "stopped");
    EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
  }
}

TEST_P(HangingHooks, ASignalEndsOneAfterTheEnd) {
  Bundle& bundle = make_bundle();
  add_hanging_hook(bundle, "poststop", 0);
  ASSERT_EQ(create(bundle).exit_status, 0);
  const Completed deleted = interrupt({"delete", last_id()}, SIGTERM);
  EXPECT_EQ(deleted.exit_status, 0) << deleted.describe();
  EXPECT_NE(deleted.err.find("warning: /hooks/poststop/0: error running poststop hook #0: "
                             "interrupted"),
            std::string::npos)
      << deleted.err;
  EXPECT_EQ(status(), "");
}

TEST_P(HangingHooks, ASignalThatTheCallerIgnoresEndsNothing) {
  Bundle& bundle = make_bundle();
  add_hook(bundle, "createRuntime", "kill -HUP $PPID");
  bundle.write();
  Command create = runtime_command({"run", "--detach", "--bundle", bundle.directory(), next_id()});
  bundle.set_args({"/bin/true"});
  bundle.write();
  create.before_exec = [] { signal(SIGHUP, SIG_IGN); };
  const Completed created = run(create);
  EXPECT_EQ(created.exit_status, 0) << created.describe();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

// The container's filter holds for a program that runs inside of it.
TEST_P(Hooks, StartContainerRunsUnderTheFilter) {
  for (const bool no_new_privileges : {true, false}) {
    for (const bool is_detached : {true, false}) {
      Bundle& bundle = make_bundle();
      bundle.config()["process"]["noNewPrivileges"] = no_new_privileges;
      bundle.config()["linux"]["seccomp"] = Json::object(
          {{"defaultAction", "SCMP_ACT_ALLOW"},
           {"syscalls", Json::array({Json::object({{"names", Json::strings({"mkdir", "mkdirat"})},
                                                   {"action", "SCMP_ACT_KILL_PROCESS"}})})}});
      add_hook(bundle, "startContainer", "exec mkdir /tmp/made");
      bundle.set_args({"/bin/true"});
      if (is_detached) ASSERT_EQ(create(bundle).exit_status, 0);
      const Completed result = is_detached ? command({"start", "ID"}) : run_bundle(bundle);
      EXPECT_EQ(result.exit_status, 1) << result.describe();
      EXPECT_NE(result.err.find("error running startContainer hook #0: signal: bad system call"),
                std::string::npos)
          << result.describe();
      EXPECT_FALSE(fs::exists(bundle.rootfs() / "tmp/made"));
      if (is_detached) EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
    }
  }
}

// What waits for the start under a filter that refuses that has ended, and not gone mad.
TEST_P(Hooks, AFilterThatRefusesToWaitForTheStartEndsTheContainer) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["seccomp"] =
      Json::object({{"defaultAction", "SCMP_ACT_ALLOW"},
                    {"syscalls", Json::array({Json::object({{"names", Json::strings({"accept4"})},
                                                            {"action", "SCMP_ACT_ERRNO"}})})}});
  add_hook(bundle, "startContainer", "exit 0");
  ASSERT_EQ(create(bundle).exit_status, 0);
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(command({"start", "ID"}).exit_status, 1);
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

TEST_P(Hooks, WhatAFailingOneWritesToTheTerminalIsShown) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["terminal"] = true;
  add_hook(bundle, "startContainer", "echo said by the hook > /dev/console; exit 3");
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_EQ(result.out, "said by the hook\n");
  EXPECT_NE(result.err.find("startContainer hook #0: exit status 3"), std::string::npos)
      << result.describe();
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
