// SPDX-License-Identifier: Apache-2.0
// nosc killed before each of its system calls in turn: whatever it has done by then can be taken
// back, and nothing that is nobody's stays.

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <set>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using Calls = std::vector<uint64_t>;  // their numbers
using Words = std::vector<std::string>;

constexpr size_t kToTheEnd = SIZE_MAX;

// Waits for the next stop of a traced process. Returns false when it has ended instead, which is
// left to be waited for.
bool wait_for_stop(pid_t pid, int& signal) {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WSTOPPED | WNOWAIT) != 0) continue;
  if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED) return false;
  int status = 0;
  waitpid(pid, &status, 0);
  signal = WSTOPSIG(status);
  return true;
}

// Lets a program run up to its call of that number, counted from 0, and kills it there.
// Returns the calls that it came to.
Calls run_up_to(Command command, size_t last) {
  command.before_exec = [] {
    discard_output();
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  };
  Process process(command);
  Calls calls;
  bool is_known = false;
  for (int signal = 0; wait_for_stop(process.pid(), signal);) {
    if (!is_known) {
      is_known = true;
      ptrace(PTRACE_SETOPTIONS, process.pid(), nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    }
    if (signal == (SIGTRAP | 0x80)) {
      __ptrace_syscall_info call{};
      ptrace(PTRACE_GET_SYSCALL_INFO, process.pid(), sizeof call, &call);
      if (call.op == PTRACE_SYSCALL_INFO_ENTRY) {
        if (calls.size() == last) break;
        calls.push_back(call.entry.nr);
      }
    }
    // What a stop is told by is the tracer's; other signals are the program's.
    const bool is_own = signal == SIGTRAP || signal == (SIGTRAP | 0x80);
    ptrace(PTRACE_SYSCALL, process.pid(), nullptr, is_own ? 0 : signal);
  }
  kill(process.pid(), SIGKILL);
  (void)process.finish();
  return calls;
}

// The places to kill a program at: each, or where they are too many the first and the last of each
// kind of call and those between at even distances.
std::set<size_t> places_in(const Calls& calls, size_t at_most) {
  std::set<size_t> places;
  std::map<uint64_t, size_t> last;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (!last.contains(calls[i])) places.insert(i);
    last[calls[i]] = i;
  }
  for (const auto& [number, place] : last) places.insert(place);
  const size_t distance = calls.size() / at_most + 1;
  for (size_t i = 0; i < calls.size(); i += distance) places.insert(i);
  return places;
}

class KilledAnywhere : public LifecycleTest {
 protected:
  void SetUp() override {
    LifecycleTest::SetUp();
    if (IsSkipped()) return;
    if (is_emulated()) GTEST_SKIP() << "the emulator's calls are not nosc's";
    bundle_ = &make_bundle();
    bundle_->set_args({"/bin/sleep", "1000"});
    id_ = next_id();
    if (caller() == Caller::kRoot && !cgroup2_root().empty()) {
      bundle_->config()["linux"]["cgroupsPath"] = "/" + id_ + "/between/leaf";
    }
    bundle_->write();
    clean_ = observe_traces();
  }

  Words create_words(const char* verb = "create") const {
    return {verb, "--bundle", bundle_->directory(), id_};
  }

  // Creates the container, whose streams are nobody's.
  void create_quietly() {
    Command create = runtime_command(create_words());
    create.before_exec = discard_output;
    const Completed created = run(create);
    ASSERT_EQ(created.exit_status, 0) << "the same id must be free: " << created.describe();
  }

  std::string status_now() { return member_of(run(runtime_command({"state", id_})).out, "status"); }

  void expect_gone() {
    EXPECT_EQ(status_now(), "");
    std::string left;
    (void)wait_until([&] {
      left = describe_leaks(clean_, observe_traces());
      return left.empty();
    });
    EXPECT_EQ(left, "");
  }

  void force_delete() {
    const Completed deleted = run(runtime_command({"delete", "--force", id_}));
    EXPECT_EQ(deleted.exit_status, 0) << deleted.describe();
    expect_gone();
  }

  // Waits until nobody is left beside the container's first process, whose end waits for them.
  void reap_others() {
    size_t processes = 0;
    (void)wait_until([&] {
      while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
      processes = 0;
      for (const auto& entry : fs::directory_iterator("/proc")) {
        processes += isdigit(entry.path().filename().c_str()[0]) ? 1 : 0;
      }
      return processes <= 2;
    });
    EXPECT_EQ(processes, 2u);
  }

  // Kills a command at each place, with what comes before and after it.
  template <class Before, class After>
  void kill_everywhere(const Words& words, Before before, After after) {
    before();
    if (HasFatalFailure()) return;
    const Calls all = run_up_to(runtime_command(words), kToTheEnd);
    after();
    EXPECT_GT(all.size(), 5u);
    for (const size_t place : places_in(all, kMostPlaces)) {
      SCOPED_TRACE(words[0] + " killed before call " + std::to_string(place) + " of " +
                   std::to_string(all.size()) + ", number " + std::to_string(all[place]));
      before();
      if (HasFatalFailure()) return;
      (void)run_up_to(runtime_command(words), place);
      after();
      if (HasFailure()) return;
    }
  }

  static constexpr size_t kMostPlaces = 40;

  Bundle* bundle_ = nullptr;
  std::string id_;
  Traces clean_;
};

NOSC_INSTANTIATE(KilledAnywhere, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                                       {Caller::kRoot, Kernel::kNoClone3},
                                                       {Caller::kPlainUser, Kernel::kFull}}));

TEST_P(KilledAnywhere, Create) {
  kill_everywhere(
      create_words(), [] {},
      [&] {
        const std::set<std::string> possible = {"", "creating", "created", "stopped"};
        const std::string seen = status_now();
        EXPECT_TRUE(possible.contains(seen)) << seen;
        force_delete();
      });
  create_quietly();
  force_delete();
}

TEST_P(KilledAnywhere, CreateTwice) {
  kill_everywhere(
      create_words(), [] {},
      [&] {
        // The first one's remains are taken away by a delete, and the id is free.
        force_delete();
        create_quietly();
        EXPECT_EQ(status_now(), "created");
        force_delete();
      });
}

TEST_P(KilledAnywhere, Run) {
  bundle_->set_args({"/bin/true"});
  bundle_->write();
  kill_everywhere(
      create_words("run"), [] {},
      [&] {
        // What runs in the foreground ends with its nosc, in its own time: no delete is needed.
        const std::set<std::string> living = {"creating", "running"};
        EXPECT_TRUE(wait_until([&] { return !living.contains(status_now()); }));
        const Completed again = run(runtime_command(create_words("run")));
        EXPECT_EQ(again.exit_status, 0) << again.describe();
        expect_gone();
      });
}

TEST_P(KilledAnywhere, Start) {
  kill_everywhere(
      {"start", id_}, [&] { create_quietly(); },
      [&] {
        const std::string seen = status_now();
        EXPECT_TRUE(seen == "created" || seen == "running") << seen;
        if (seen == "created") {
          const Completed again = run(runtime_command({"start", id_}));
          EXPECT_EQ(again.exit_status, 0) << again.describe();
        }
        EXPECT_EQ(status_now(), "running");
        force_delete();
      });
}

TEST_P(KilledAnywhere, Delete) {
  kill_everywhere({"delete", id_}, [&] { create_quietly(); }, [&] { force_delete(); });
}

TEST_P(KilledAnywhere, DeleteForce) {
  kill_everywhere(
      {"delete", "--force", id_},
      [&] {
        create_quietly();
        EXPECT_EQ(run(runtime_command({"start", id_})).exit_status, 0);
      },
      [&] { force_delete(); });
}

TEST_P(KilledAnywhere, Exec) {
  create_quietly();
  ASSERT_EQ(run(runtime_command({"start", id_})).exit_status, 0);
  kill_everywhere(
      {"exec", id_, "true"}, [] {},
      [&] {
        reap_others();
        EXPECT_EQ(status_now(), "running");
        const Completed again = run(runtime_command({"exec", id_, "true"}));
        EXPECT_EQ(again.exit_status, 0) << again.describe();
      });
  force_delete();
}

}  // namespace
}  // namespace nosc::testing
