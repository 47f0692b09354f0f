// SPDX-License-Identifier: Apache-2.0
// One more process in a running container: what it is, what it may, and what it can't get at.
// Over 400 lines: every case enters one kind of container, by one fixture.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWait = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";

class ExecTest : public ContainerTest {
 protected:
  // Starts the bundle's container with a shell script and waits for its "ready".
  void start(Bundle& bundle, const std::string& script = kWait) {
    bundle.set_script(script);
    container_.emplace(run_command(bundle));
    ASSERT_TRUE(container_->wait_for_output("ready")) << container_->finish().describe();
  }

  Command exec_command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "exec");
    return runtime_command(std::move(arguments));
  }

  // Runs a script in the container, with options of exec in front.
  Completed exec(std::vector<std::string> options, const std::string& script) {
    options.push_back(last_id());
    for (const char* word : {"/bin/sh", "-c"}) options.emplace_back(word);
    options.push_back(script);
    return run(exec_command(std::move(options)));
  }

  std::string output(std::vector<std::string> options, const std::string& script) {
    const Completed result = exec(std::move(options), script);
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    std::string text = result.out;
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

  void stop() {
    container_->send_signal(SIGTERM);
    const Completed result = container_->finish();
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    container_.reset();
  }

  std::optional<Process> container_;
};
NOSC_INSTANTIATE(ExecTest, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                                 {Caller::kRoot, Kernel::kNoClone3},
                                                 {Caller::kRoot, Kernel::kNoOpenat2},
                                                 {Caller::kPlainUser, Kernel::kFull}}));

TEST_P(ExecTest, EntersEveryNamespaceAndTheCgroup) {
  Bundle& bundle = make_bundle();
  start(bundle);
  const std::string inside =
      output({},
             "for n in pid net mnt ipc uts user cgroup; do "
             "[ $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) ] || echo $n; done; "
             "[ \"$(cat /proc/self/cgroup)\" = \"$(cat /proc/1/cgroup)\" ] || echo cgroup; "
             "echo $(hostname) $$");
  EXPECT_EQ(inside.find('\n'), std::string::npos) << inside;
  stop();
}

// The kernel lets nobody join one who shares memory with another process.
TEST_P(ExecTest, EntersATimeNamespace) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"].push(Json::object({{"type", "time"}}));
  bundle.config()["linux"]["timeOffsets"] =
      Json::object({{"boottime", Json::object({{"secs", 864000}})}});
  start(bundle);
  EXPECT_EQ(output({}, "readlink /proc/self/ns/time"), output({}, "readlink /proc/1/ns/time"));
  EXPECT_GE(std::stoll(output({}, "cut -d. -f1 /proc/uptime")), 864000);
  stop();
}

TEST_P(ExecTest, PassesStreamsAndStatus) {
  Bundle& bundle = make_bundle();
  start(bundle);
  Command command = exec_command({last_id(), "/bin/sh", "-c", "cat; echo err >&2; exit 7"});
  command.input = "through\n";
  Completed result = run(command);
  EXPECT_EQ(result.exit_status, 7) << result.describe();
  EXPECT_EQ(result.out, "through\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(exec({}, "kill -9 $$").exit_status, 128 + 9);
  result = run(exec_command({last_id(), "/no/such/program"}));
  EXPECT_EQ(result.exit_status, 255) << result.describe();
  EXPECT_NE(result.err.find("no such file or directory"), std::string::npos) << result.err;
  result = run(exec_command({last_id(), "nosuchprogram"}));
  EXPECT_EQ(result.exit_status, 255) << result.describe();
  EXPECT_NE(result.err.find("executable file not found in $PATH"), std::string::npos) << result.err;
  stop();
}

TEST_P(ExecTest, HasTheContainersIdentityUnlessTold) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["env"].push("FIRST=1");
  start(bundle);
  EXPECT_EQ(output({}, "echo $FIRST"), "1");
  EXPECT_EQ(output({"-e", "FIRST=2", "--env", "SECOND=a=b"}, "echo $FIRST $SECOND"), "2 a=b");
  EXPECT_EQ(output({"--cwd", "/tmp"}, "pwd"), "/tmp");
  if (caller() == Caller::kRoot) {
    EXPECT_EQ(output({"-u", "7:8", "-g", "9", "--additional-gids=10"}, "id -u; id -g; id -G"),
              "7\n8\n8 9 10");
  }
  EXPECT_EQ(output({"--no-new-privs"}, "grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t1");
  EXPECT_EQ(exec({"--cwd", "/no/such"}, "true").exit_status, 255);
  stop();
}

// CVE-2026-30892
TEST_P(ExecTest, AUserIsReadToItsEnd) {
  Bundle& bundle = make_bundle();
  start(bundle);
  for (const char* user : {"1x", "1:", ":1", "", "4294967296", "4294967295", "-1", "+1", "0x0",
                           "1:2:3", " 1", "root", "1:2x"}) {
    const Completed result = run(exec_command({std::string("--user=") + user, last_id(), "id"}));
    EXPECT_NE(result.exit_status, 0) << user;
    EXPECT_EQ(result.out, "") << user;
  }
  stop();
}

// CVE-2022-29162
TEST_P(ExecTest, CapabilitiesAreNeverInheritable) {
  Bundle& bundle = make_bundle();
  start(bundle);
  const std::string status = output({"--cap", "CAP_NET_RAW"}, "cat /proc/self/status");
  EXPECT_NE(std::stoull(field_of(status, "CapEff"), nullptr, 16) & 1U << 13, 0U);
  EXPECT_EQ(std::stoull(field_of(status, "CapInh"), nullptr, 16) & 1U << 13, 0U);
  EXPECT_EQ(std::stoull(field_of(status, "CapAmb"), nullptr, 16), 0U);
  stop();
}

TEST_P(ExecTest, CapabilitiesBecomeAmbientWhereTheContainerInherits) {
  Bundle& bundle = make_bundle();
  const Json raw = Json::strings({"CAP_NET_RAW"});
  for (const char* set : {"bounding", "effective", "permitted", "inheritable"}) {
    bundle.config()["process"]["capabilities"][set] = raw;
  }
  start(bundle);
  const auto ambient = [&](const std::vector<std::string>& options) {
    const std::string status = output(options, "cat /proc/self/status");
    return std::stoull(field_of(status, "CapAmb"), nullptr, 16);
  };
  EXPECT_EQ(ambient({}), 0U);
  EXPECT_EQ(ambient({"--cap", "CAP_NET_RAW"}), 1U << 13);
  stop();
}

TEST_P(ExecTest, IsFilteredLikeTheContainer) {
  for (const bool no_new_privileges : {false, true}) {
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["noNewPrivileges"] = Json(no_new_privileges);
    bundle.config()["linux"]["seccomp"] = Json::raw(
        R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [)"
        R"({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]})");
    start(bundle);
    EXPECT_EQ(output({}, "grep Seccomp: /proc/self/status"), "Seccomp:\t2");
    const Completed result = exec({}, "mkdir /tmp/filtered");
    EXPECT_NE(result.exit_status, 0) << result.describe();
    EXPECT_NE(result.err.find("No space left"), std::string::npos) << result.err;
    stop();
  }
}

TEST_P(ExecTest, ReadsAProcessFile) {
  Bundle& bundle = make_bundle();
  start(bundle);
  const fs::path folder = make_folder("process");
  std::ofstream(folder / "process.json")
      << R"({"args": ["/bin/sh", "-c", "echo $ONLY; pwd; echo $HOME; cat /proc/self/oom_s*j"],)"
      << R"("cwd": "/bin", "oomScoreAdj": 654, "env": ["ONLY=this", "HOME=/h", "PATH=/bin"]})";
  Completed result = run(exec_command({"--process", folder / "process.json", last_id()}));
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "this\n/bin\n/h\n654\n");
  std::ofstream(folder / "bad.json") << R"({"args": ["sh"], "cwd": "relative"})";
  result = run(exec_command({"-p", folder / "bad.json", last_id()}));
  EXPECT_EQ(result.exit_status, 255) << result.describe();
  EXPECT_NE(result.err.find("/cwd"), std::string::npos) << result.err;
  stop();
}

TEST_P(ExecTest, RunsOnTheProcessorsOfItsFile) {
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) GTEST_SKIP() << "one processor";
  start(make_bundle());
  const fs::path file = make_folder("process") / "process.json";
  const std::pair<const char*, const char*> cases[] = {
      {R"({"initial": "0"})", "0\n"}, {R"({"initial": "0", "final": "1"})", "1\n"}};
  for (const auto& [affinity, processors] : cases) {
    std::ofstream(file)
        << R"({"args": ["awk", "/Cpus_allowed_list/ {print $2}", "/proc/self/status"],)"
        << R"("cwd": "/", "env": ["PATH=/bin"], "execCPUAffinity": )" << affinity << "}";
    const Completed result = run(exec_command({"--process", file, last_id()}));
    EXPECT_EQ(result.out, processors) << result.describe();
  }
  stop();
}

TEST_P(ExecTest, OptionsBesideAProcessFileCount) {
  Bundle& bundle = make_bundle();
  start(bundle);
  const fs::path file = make_folder("process") / "process.json";
  std::ofstream(file) << R"({"args": ["/bin/sh", "-c", "echo $A $B; pwd; test -t 0 && echo tty"],)"
                      << R"("cwd": "/bin", "env": ["A=1", "B=1"]})";
  const Completed result =
      run(exec_command({"--process", file, "--env", "B=2", "--cwd", "/tmp", "--tty", last_id()}));
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "1 2\n/tmp\ntty\n");
  const Completed twice = run(exec_command({"--process", file, last_id(), "/bin/true"}));
  EXPECT_EQ(twice.exit_status, 255);
  EXPECT_NE(twice.err.find("--process names the command"), std::string::npos) << twice.err;
  stop();
}

TEST_P(ExecTest, EntersACgroupBelow) {
  if (caller() != Caller::kRoot || cgroup2_root().empty()) GTEST_SKIP() << "needs a cgroup";
  Bundle& bundle = make_bundle();
  start(bundle);
  const std::string own = output({}, "sed -n 's/^0:://p' /proc/self/cgroup");
  const fs::path below = cgroup2_root() / own.substr(1) / "below";
  ASSERT_TRUE(fs::create_directory(below));
  EXPECT_EQ(output({"--cgroup", "below"}, "sed -n 's/^0:://p' /proc/self/cgroup"), own + "/below");
  for (const char* climbing : {"..", "../..", "below/../.."}) {
    const Completed refused = exec({"--cgroup", climbing}, "true");
    EXPECT_EQ(refused.exit_status, 255) << refused.describe();
    EXPECT_NE(refused.err.find(climbing), std::string::npos) << refused.err;
  }
  const Completed result = exec({"--cgroup", "missing"}, "true");
  EXPECT_EQ(result.exit_status, 255) << result.describe();
  EXPECT_NE(result.err.find("missing"), std::string::npos) << result.err;
  stop();
}

TEST_P(ExecTest, EntersACgroupBelowInEveryHierarchy) {
  const fs::path pids = "/sys/fs/cgroup/pids";
  if (caller() != Caller::kRoot || !fs::exists(pids / "cgroup.procs")) {
    GTEST_SKIP() << "needs version 1";
  }
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["resources"]["pids"]["limit"] = 50;
  start(bundle);
  const std::string own = output({}, "sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup");
  for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup")) {
    const fs::path cgroup = hierarchy.path() / own.substr(1);
    if (!fs::exists(cgroup)) continue;
    fs::create_directory(cgroup / "below");
    // Version 1 takes no process where these are empty, and a new directory's are.
    for (const char* name : {"cpuset.cpus", "cpuset.mems"}) {
      if (!fs::exists(cgroup / name)) continue;
      std::ofstream(cgroup / "below" / name) << read_file(cgroup / name);
    }
  }
  EXPECT_EQ(output({"--cgroup", "below"}, "sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup"),
            own + "/below");
  // One hierarchy alone; the container stays where it is in the others.
  const std::string script = "sed -n 's/^[0-9]*:\\(pids\\|devices\\)://p' /proc/self/cgroup | sort";
  EXPECT_EQ(output({"--cgroup", "pids:below"}, script), own + "\n" + own + "/below");
  EXPECT_EQ(output({"--cgroup", "pids,devices:below"}, script), own + "/below\n" + own + "/below");
  EXPECT_EQ(output({"--cgroup", "devices:/below", "--cgroup", "pids:/"}, script),
            own + "\n" + own + "/below");
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{"--cgroup", "soul:below"}, "unknown controller"},
      {{"--cgroup", ":below"}, "unknown controller"},
      {{"--cgroup", "pids:.."}, "is not a sub cgroup path"},
      {{"--cgroup", "pids:below", "--cgroup", "below"}, "again"},
      {{"--cgroup", "pids:missing"}, "missing"},
  };
  for (const auto& [options, text] : wrong) {
    const Completed refused = exec(options, "true");
    EXPECT_EQ(refused.exit_status, 255) << refused.describe();
    EXPECT_NE(refused.err.find(text), std::string::npos) << refused.err;
  }
  stop();
}

TEST_P(ExecTest, EntersAPausedContainerWhereTold) {
  if (caller() != Caller::kRoot || cgroup2_root().empty()) GTEST_SKIP() << "needs a cgroup";
  Bundle& bundle = make_bundle();
  start(bundle);
  ASSERT_EQ(exec({}, "true").exit_status, 0);
  ASSERT_EQ(run(runtime_command({"pause", last_id()})).exit_status, 0);
  Process entering(exec_command({"--ignore-paused", last_id(), "/bin/sh", "-c", "echo inside"}));
  EXPECT_EQ(run(runtime_command({"resume", last_id()})).exit_status, 0);
  const Completed result = entering.finish();
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "inside\n");
  stop();
}

TEST_P(ExecTest, HandsSignalsOn) {
  Bundle& bundle = make_bundle();
  start(bundle);
  Process process(exec_command({last_id(), "/bin/sh", "-c",
                                "trap 'echo got; exit 3' USR1; echo set; "
                                "while :; do sleep 0.02; done"}));
  ASSERT_TRUE(process.wait_for_output("set"));
  process.send_signal(SIGUSR1);
  const Completed result = process.finish();
  EXPECT_EQ(result.exit_status, 3) << result.describe();
  stop();
}

TEST_P(ExecTest, GivesATerminalOfTheContainer) {
  Bundle& bundle = make_bundle();
  start(bundle);
  const std::string text = output({"--tty"}, "tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all");
  EXPECT_NE(text.find("/dev/pts/"), std::string::npos) << text;
  EXPECT_NE(text.find("all"), std::string::npos) << text;
  const Completed result = exec({"--tty", "--detach"}, "true");
  EXPECT_EQ(result.exit_status, 255) << result.describe();
  stop();
}

TEST_P(ExecTest, DetachedLeavesThePid) {
  // A pid namespace ends when all of its processes are reaped: here that is up to the test.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  Bundle& bundle = make_bundle();
  start(bundle);
  const fs::path folder = make_folder("pid");
  std::ofstream(folder / ".pid") << "somebody's";
  Command command = exec_command({"--detach", "--pid-file", folder / "pid", last_id(), "/bin/sh",
                                  "-c", "echo 1 > /tmp/done; exec sleep 60"});
  command.before_exec = [] {
    const int null = open("/dev/null", O_RDWR);
    for (int stream = 0; stream < 3; ++stream) dup2(null, stream);
  };
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  const std::string pid = read_file(folder / "pid");
  ASSERT_FALSE(pid.empty());
  EXPECT_TRUE(fs::exists("/proc/" + pid)) << pid;
  EXPECT_EQ(read_file(folder / ".pid"), "somebody's");
  EXPECT_EQ(output({}, "while [ ! -s /tmp/done ]; do sleep 0.01; done; cat /tmp/done"), "1");
  ASSERT_EQ(kill(std::stoi(pid), SIGKILL), 0);
  EXPECT_EQ(waitpid(std::stoi(pid), nullptr, 0), std::stoi(pid));
  stop();
}

TEST_P(ExecTest, PreservesWhatItIsTold) {
  Bundle& bundle = make_bundle();
  start(bundle);
  const auto with_descriptors = [this](std::vector<std::string> options) {
    options.push_back(last_id());
    for (const char* word : {"/bin/sh", "-c", "ls /proc/self/fd; cat <&3"}) options.push_back(word);
    Command command = exec_command(std::move(options));
    command.before_exec = [] {
      const int file = open("/proc/version", O_RDONLY);
      dup2(file, 3);
      dup2(file, 4);
      dup2(file, 5);
    };
    return run(command);
  };
  const Completed kept = with_descriptors({"--preserve-fds", "1"});
  EXPECT_EQ(kept.exit_status, 0) << kept.describe();
  EXPECT_NE(kept.out.find("Linux version"), std::string::npos) << kept.out;
  EXPECT_EQ(kept.out.find("5\n"), std::string::npos) << kept.out;
  // Numbers 6 and on are holes, but for the last.
  const auto with_holes = [this](const char* count) {
    Command command =
        exec_command({"--preserve-fds", count, last_id(), "/bin/sh", "-c", "cat <&9"});
    command.before_exec = [] { dup2(open("/proc/version", O_RDONLY), 9); };
    return run(command);
  };
  EXPECT_NE(with_holes("7").out.find("Linux version"), std::string::npos);
  EXPECT_EQ(with_holes("8").exit_status, 255);
  // One that only nosc has is none to preserve.
  Command lacking = runtime_command({"--log", make_folder("log") / "file", "exec", "--preserve-fds",
                                     "1", last_id(), "/bin/true"});
  lacking.before_exec = [] { close(3); };
  EXPECT_NE(run(lacking).exit_status, 0);
  const Completed closed = with_descriptors({});
  EXPECT_NE(closed.exit_status, 0) << closed.describe();
  stop();
}

// CVE-2024-21626: a working directory by a descriptor that somebody left open.
TEST_P(ExecTest, NoWorkingDirectoryLeadsOut) {
  Bundle& bundle = make_bundle();
  start(bundle);
  for (int number = 3; number < 40; ++number) {
    Command command = exec_command({"--cwd", "/proc/self/fd/" + std::to_string(number), last_id(),
                                    "/bin/sh", "-c", "pwd; ls"});
    command.before_exec = [] {
      const int root = open("/", O_RDONLY | O_DIRECTORY);
      dup2(root, 9);
    };
    const Completed result = run(command);
    EXPECT_NE(result.exit_status, 0) << number << ": " << result.describe();
  }
  stop();
}

// CVE-2016-9962: who enters can't be looked into before its program runs.
TEST_P(ExecTest, NobodyInsideReadsWhoEnters) {
  Bundle& bundle = make_bundle();
  start(bundle,
        "trap 'exit 0' TERM; echo ready; while :; do for p in /proc/[0-9]*; do "
        "n=${p#/proc/}; [ $n = 1 ] || [ $n = $$ ] && continue; "
        "c=$(readlink $p/exe 2>/dev/null); case $c in *nosc*memfd*|*memfd:nosc*) "
        "[ -e $p/root/bin/sh ] && ls -l $p/fd 2>/dev/null | grep -v 'pipe\\|null\\|socket' "
        "| grep -- '->' && echo LEAK;; esac; done; done");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(exec({}, "true").exit_status, 0);
  container_->send_signal(SIGTERM);
  const Completed result = container_->finish();
  EXPECT_EQ(result.out.find("LEAK"), std::string::npos) << result.out;
  container_.reset();
}

TEST_P(ExecTest, RefusesWhatDoesNotRun) {
  const Completed missing = run(exec_command({next_id(), "true"}));
  EXPECT_EQ(missing.exit_status, 255) << missing.describe();
  EXPECT_NE(missing.err.find("does not exist"), std::string::npos) << missing.err;
  Bundle& bundle = make_bundle();
  start(bundle);
  EXPECT_EQ(run(exec_command({last_id()})).exit_status, 255);
  const Completed variable = exec({"-e", "NOVALUE"}, "true");
  EXPECT_NE(variable.err.find("NOVALUE"), std::string::npos) << variable.err;
  EXPECT_EQ(variable.exit_status, 255);
  stop();
}

}  // namespace
}  // namespace nosc::testing
