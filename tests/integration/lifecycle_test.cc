// SPDX-License-Identifier: Apache-2.0
// create, start, state, kill, delete, list and run as separate commands on one container.
// Source: runtime-spec 1.3.0, runtime.md.

#include "tests/support/lifecycle.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using Lifecycle = LifecycleTest;
NOSC_INSTANTIATE(Lifecycle, all_settings());

constexpr const char* kStay = "echo started; exec sleep 1000";

TEST_P(Lifecycle, EveryStateInItsOrder) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  const Completed created = create(bundle);
  ASSERT_EQ(created.exit_status, 0) << created.err;
  EXPECT_EQ(status(), "created");
  EXPECT_EQ(output(), "") << "the program must not run before start";
  const pid_t init = pid();
  EXPECT_EQ(kill(init, 0), 0);

  const Completed started = command({"start", "ID"});
  EXPECT_EQ(started.exit_status, 0) << started.describe();
  EXPECT_TRUE(wait_for_output("started"));
  EXPECT_EQ(status(), "running");
  EXPECT_EQ(pid(), init) << "the first process stays the same";

  EXPECT_EQ(command({"kill", "ID", "KILL"}).exit_status, 0);
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(pid(), 0);
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
  const Completed gone = command({"state", "ID"});
  EXPECT_EQ(gone.exit_status, 1);
  EXPECT_NE(gone.err.find("container \"" + last_id() + "\" does not exist"), std::string::npos);
}

TEST_P(Lifecycle, LaterEditsOfTheConfigurationChangeNothing) {
  Bundle& bundle = make_bundle();
  bundle.set_script("echo as created");
  ASSERT_EQ(create(bundle).exit_status, 0);
  bundle.write_text("{}");
  EXPECT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_TRUE(wait_for_output("as created"));
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

TEST_P(Lifecycle, WrongOrderIsRefusedAndChangesNothing) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  ASSERT_EQ(create(bundle).exit_status, 0);
  const std::string id = last_id();
  EXPECT_EQ(create_as(id, bundle).exit_status, 1) << "the id is in use";
  EXPECT_EQ(status(), "created");
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);

  const Completed twice = command({"start", "ID"});
  EXPECT_EQ(twice.exit_status, 1);
  EXPECT_NE(twice.err.find("cannot start an already running container"), std::string::npos);
  const Completed early = command({"delete", "ID"});
  EXPECT_EQ(early.exit_status, 1);
  EXPECT_NE(early.err.find("is not stopped: running"), std::string::npos);
  EXPECT_EQ(status(), "running");

  ASSERT_EQ(command({"kill", "ID", "9"}).exit_status, 0);
  ASSERT_TRUE(wait_for_status("stopped"));
  const Completed late = command({"kill", "ID", "9"});
  EXPECT_EQ(late.exit_status, 1);
  EXPECT_NE(late.err.find("container not running"), std::string::npos);
  const Completed again = command({"start", "ID"});
  EXPECT_EQ(again.exit_status, 1);
  EXPECT_NE(again.err.find("cannot start a container that has stopped"), std::string::npos);
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
  for (const char* name : {"start", "state", "kill", "delete"}) {
    const Completed missing = command({name, "ID"});
    EXPECT_EQ(missing.exit_status, 1) << name;
    EXPECT_NE(missing.err.find("does not exist"), std::string::npos) << missing.err;
  }
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0) << "what is gone was asked for";
}

TEST_P(Lifecycle, DeleteForceConvergesFromEveryState) {
  for (const char* state : {"created", "running", "stopped"}) {
    Bundle& bundle = make_bundle();
    bundle.set_script(kStay);
    ASSERT_EQ(create(bundle).exit_status, 0);
    const std::string wanted = state;
    if (wanted != "created") ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
    if (wanted == "stopped") ASSERT_EQ(command({"kill", "ID", "KILL"}).exit_status, 0);
    ASSERT_TRUE(wait_for_status(wanted));
    const Completed deleted = command({"delete", "-f", "ID"});
    EXPECT_EQ(deleted.exit_status, 0) << state << deleted.describe();
    EXPECT_EQ(status(), "");
  }
}

// A parent and its child that tell of USR1. The child is ready last.
constexpr const char* kFamily =
    "trap 'echo parent got it' USR1; (trap 'echo child got it' USR1; echo ready; "
    "while :; do sleep 0.02; done) & while :; do wait; done";

TEST_P(Lifecycle, SignalsGoToAllWhereAsked) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kFamily);
  ASSERT_EQ(create(bundle).exit_status, 0);
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  ASSERT_TRUE(wait_for_output("ready"));
  const Completed sent = command({"kill", "--all", "ID", "USR1"});
  EXPECT_EQ(sent.exit_status, 0) << sent.describe();
  EXPECT_TRUE(wait_for_output("parent got it"));
  const bool has_cgroup = command({"ps", "ID"}).exit_status == 0;
  if (has_cgroup) {
    EXPECT_TRUE(wait_for_output("child got it"));
    EXPECT_EQ(sent.err, "");
  } else {
    EXPECT_NE(sent.err.find("the container has no cgroup"), std::string::npos) << sent.describe();
  }
  EXPECT_EQ(command({"kill", "-a", "ID", "KILL"}).exit_status, 0);
  EXPECT_TRUE(wait_for_status("stopped"));
  const Completed late = command({"kill", "-a", "ID", "KILL"});
  EXPECT_EQ(late.exit_status, 0) << "there may be nobody left: " << late.describe();
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

// Without a pid namespace of its own nothing ends with the first process.
class SharedPids : public LifecycleTest {
 protected:
  void SetUp() override {
    LifecycleTest::SetUp();
    if (!IsSkipped() && cgroup2_root().empty()) GTEST_SKIP() << "needs a cgroup";
  }

  // Starts a container that leaves a sleeping process, whose first ends at once or stays.
  void start(Bundle& bundle, bool first_stays) {
    bundle.set_namespaces({"mount", "uts"});
    bundle.set_script(std::string("sleep 1001 & echo ready") + (first_stays ? "; wait" : ""));
    const Completed created = create(bundle);
    ASSERT_EQ(created.exit_status, 0) << created.err;
    ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
    ASSERT_TRUE(wait_for_output("ready"));
    if (!first_stays) ASSERT_TRUE(wait_for_status("stopped"));
  }

  bool is_alone() const {
    return wait_for_no_process(
        std::string("sleep\0"
                    "1001",
                    10));
  }
};
NOSC_INSTANTIATE(SharedPids, root_settings());

TEST_P(SharedPids, KillReachesThemAll) {
  for (const bool first_stays : {true, false}) {
    ASSERT_NO_FATAL_FAILURE(start(make_bundle(), first_stays));
    const Completed killed = command({"kill", "ID", "KILL"});
    EXPECT_EQ(killed.exit_status, 0) << killed.describe();
    EXPECT_TRUE(wait_for_status("stopped"));
    EXPECT_TRUE(is_alone());
    EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
  }
}

TEST_P(SharedPids, DeleteEndsWhatOutlivedTheFirst) {
  Bundle& bundle = make_bundle();
  // The cgroup is the caller's: it stays, and nobody stays in it.
  const fs::path cgroup = cgroup2_root() / (private_machine().id + "-given");
  std::error_code error;
  if (!fs::create_directory(cgroup, error)) GTEST_SKIP() << error.message();
  bundle.config()["linux"]["cgroupsPath"] = "/" + cgroup.filename().string();
  start(bundle, false);
  EXPECT_EQ(command({"delete", "-f", "ID"}).exit_status, 0);
  EXPECT_TRUE(is_alone());
  EXPECT_TRUE(fs::remove(cgroup));
}

TEST_P(Lifecycle, WithoutACgroupWhereItIsDisabled) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["cgroupsPath"] = "/" + private_machine().id + "-none";
  bundle.set_script("cat /proc/self/cgroup");
  bundle.write();
  const std::vector<std::string> words = {"--cgroup-manager", "disabled",         "run",
                                          "--bundle",         bundle.directory(), next_id()};
  const Completed result = run(runtime_command(words));
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, read_file("/proc/self/cgroup"));
  bundle.config()["linux"]["resources"]["pids"]["limit"] = 10;
  bundle.write();
  const Completed limited = run(runtime_command(words));
  EXPECT_EQ(limited.exit_status, 1);
  EXPECT_NE(limited.err.find("/linux/resources"), std::string::npos) << limited.err;
}

TEST_P(Lifecycle, SignalsGoByNumberAndName) {
  Bundle& bundle = make_bundle();
  bundle.set_script(
      "for s in TERM USR1 USR2 HUP INT; do trap \"echo got $s\" $s; done; echo ready; "
      "while :; do sleep 0.02; done");
  ASSERT_EQ(create(bundle).exit_status, 0);
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  ASSERT_TRUE(wait_for_output("ready"));
  const std::pair<const char*, const char*> signals[] = {
      {"USR1", "USR1"}, {"SIGUSR2", "USR2"}, {"1", "HUP"}, {"sigint", "INT"}};
  for (const auto& [word, name] : signals) {
    EXPECT_EQ(command({"kill", "ID", word}).exit_status, 0) << word;
    EXPECT_TRUE(wait_for_output(std::string("got ") + name)) << word;
  }
  EXPECT_EQ(command({"kill", "ID"}).exit_status, 0) << "TERM by default";
  EXPECT_TRUE(wait_for_output("got TERM"));
  EXPECT_EQ(command({"kill", "ID", "0"}).exit_status, 0) << "0 only asks";
  for (const char* word : {"NONE", "65", "-9", "9x"}) {
    EXPECT_EQ(command({"kill", "ID", word}).exit_status, 1) << word;
  }
  EXPECT_EQ(status(), "running");
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

TEST_P(Lifecycle, StateHasWhatTheSpecificationAsks) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  bundle.config()["annotations"]["a.b"] = "value \"quoted\"";
  ASSERT_EQ(create(bundle).exit_status, 0);
  const std::string state = command({"state", "ID"}).out;
  EXPECT_EQ(member_of(state, "ociVersion"), "1.3.0");
  EXPECT_EQ(member_of(state, "id"), last_id());
  EXPECT_EQ(member_of(state, "bundle"), bundle.directory());
  EXPECT_EQ(member_of(state, "rootfs"), bundle.rootfs());
  EXPECT_NE(state.find(R"("annotations": {"a.b":"value \"quoted\""})"), std::string::npos) << state;
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

TEST_P(Lifecycle, AMissingProgramFailsTheCreation) {
  Bundle& bundle = make_bundle();
  for (const char* program : {"no-such-program", "/etc"}) {
    bundle.set_args({program});
    const Completed created = create(bundle);
    EXPECT_EQ(created.exit_status, 1) << created.err;
    EXPECT_NE(created.err.find("/process/args/0"), std::string::npos) << created.err;
    EXPECT_EQ(status(), "");
  }
}

TEST_P(Lifecycle, RunIsSeenByOtherCommands) {
  Bundle& bundle = make_bundle();
  bundle.set_script("trap 'exit 6' TERM; echo ready; while :; do sleep 0.02; done");
  Process process(run_command(bundle));
  ASSERT_TRUE(process.wait_for_output("ready"));
  EXPECT_EQ(status(), "running");
  EXPECT_EQ(command({"kill", "ID"}).exit_status, 0);
  const Completed result = process.finish();
  EXPECT_EQ(result.exit_status, 6) << result.describe();
  EXPECT_EQ(status(), "");
}

TEST_P(Lifecycle, RunDetachedAndKept) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  EXPECT_EQ(create(bundle, {"run", "--detach"}).exit_status, 0);
  EXPECT_TRUE(wait_for_output("started"));
  EXPECT_EQ(status(), "running");
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  bundle.set_script("exit 5");
  EXPECT_EQ(create(bundle, {"run", "--keep"}).exit_status, 5);
  EXPECT_EQ(status(), "stopped");
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

TEST_P(Lifecycle, WhatAKilledRunLeftIsTakenOver) {
  Bundle& bundle = make_bundle();
  bundle.set_script("echo ready; while :; do sleep 0.02; done");
  const fs::path log = make_folder("hooks") / "log";
  bundle.config()["hooks"]["poststop"].push(
      Json::object({{"path", "/bin/sh"},
                    {"args", Json::strings({"sh", "-c", "echo poststop >> " + log.string()})}}));
  Process process(run_command(bundle));
  ASSERT_TRUE(process.wait_for_output("ready"));
  process.send_signal(SIGKILL);
  EXPECT_EQ(process.finish().signal, SIGKILL);
  ASSERT_TRUE(wait_for_status("stopped")) << "its container dies with it";
  bundle.set_script("echo again");
  const std::string id = last_id();
  bundle.write();
  const Completed again = run(runtime_command({"run", "--bundle", bundle.directory(), id}));
  EXPECT_EQ(again.exit_status, 0) << again.describe();
  EXPECT_EQ(again.out, "again\n");
  EXPECT_EQ(read_file(log), "poststop\npoststop\n") << "of the former and of this one";
  EXPECT_EQ(status(), "");
}

// What the waiting first process looks like from outside.
TEST_P(Lifecycle, ACreatedContainerIsNobodysAndSmall) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  ASSERT_EQ(create(bundle).exit_status, 0);
  const std::string directory = "/proc/" + std::to_string(pid());
  EXPECT_EQ(field_of(read_file(directory + "/status"), "PPid"), std::to_string(getpid()))
      << "reparented to the caller's reaper";
  const auto count_descriptors = [&] {
    const auto entries = fs::directory_iterator(directory + "/fd");
    return std::distance(begin(entries), end(entries));
  };
  // `state` has asked it whether it waits, and it may not have seen the end of that yet.
  (void)wait_until([&] { return count_descriptors() == 4; });
  EXPECT_EQ(count_descriptors(), 4) << "the standard streams and a socket";
  std::error_code error;
  EXPECT_TRUE(fs::read_symlink(directory + "/exe", error).string().starts_with("/memfd:"));
  const std::string pss = field_of(read_file(directory + "/smaps_rollup"), "Pss");
  if (!pss.empty()) EXPECT_LE(std::atoi(pss.c_str()), 200) << "KB";
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

TEST_P(Lifecycle, OneOfManyStartsWins) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  ASSERT_EQ(create(bundle).exit_status, 0);
  constexpr int kRivals = 12;
  std::list<Process> rivals;
  for (int i = 0; i < kRivals; ++i) {
    rivals.emplace_back(runtime_command({i % 3 == 2 ? "state" : "start", last_id()}));
  }
  int started = 0;
  int number = 0;
  for (Process& rival : rivals) {
    const Completed result = rival.finish();
    const bool is_state = number++ % 3 == 2;
    if (is_state) {
      EXPECT_EQ(result.exit_status, 0) << result.describe();
    } else if (result.exit_status == 0) {
      ++started;
    } else {
      EXPECT_NE(result.err.find("already running"), std::string::npos) << result.describe();
    }
  }
  EXPECT_EQ(started, 1);
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

TEST_P(Lifecycle, OneOfManyCreationsTakesTheId) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kStay);
  bundle.write();
  const std::string id = next_id();
  std::list<Process> rivals;
  for (int i = 0; i < 8; ++i) {
    Command rival = runtime_command({"create", "--bundle", bundle.directory(), id});
    rival.before_exec = discard_output;
    rivals.emplace_back(rival);
  }
  int created = 0;
  for (Process& rival : rivals) created += rival.finish().exit_status == 0 ? 1 : 0;
  EXPECT_EQ(created, 1);
  EXPECT_EQ(status(), "created");
  std::list<Process> deleters;
  for (int i = 0; i < 8; ++i) deleters.emplace_back(runtime_command({"delete", "--force", id}));
  for (Process& deleter : deleters) {
    const Completed result = deleter.finish();
    EXPECT_EQ(result.exit_status, 0) << result.describe();
  }
  EXPECT_EQ(status(), "");
}

}  // namespace
}  // namespace nosc::testing
