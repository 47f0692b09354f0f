// SPDX-License-Identifier: Apache-2.0
// Signals sent to the runtime reach the container's init.

#include <signal.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

using SignalsTest = ContainerTest;
NOSC_INSTANTIATE(SignalsTest, all_settings());

// Waits in slices, because the shell runs its traps between commands.
constexpr const char* kWait = "echo ready; while :; do sleep 0.02; done";

TEST_P(SignalsTest, TermReachesTheInit) {
  Bundle& bundle = make_bundle();
  bundle.set_script(std::string("trap 'echo got term; exit 9' TERM; ") + kWait);
  Process process(run_command(bundle));
  ASSERT_TRUE(process.wait_for_output("ready"));
  process.send_signal(SIGTERM);
  const Completed result = process.finish();
  EXPECT_EQ(result.exit_status, 9) << result.describe();
  EXPECT_EQ(result.out, "ready\ngot term\n");
}

TEST_P(SignalsTest, OrdinarySignalsAreForwarded) {
  Bundle& bundle = make_bundle();
  bundle.set_script(std::string("for s in HUP INT QUIT USR1 USR2 ALRM; do "
                                "trap \"echo got $s\" $s; done; trap 'exit 0' TERM; ") +
                    kWait);
  Process process(run_command(bundle));
  ASSERT_TRUE(process.wait_for_output("ready"));
  const std::pair<int, const char*> signals[] = {{SIGHUP, "HUP"},   {SIGINT, "INT"},
                                                 {SIGQUIT, "QUIT"}, {SIGUSR1, "USR1"},
                                                 {SIGUSR2, "USR2"}, {SIGALRM, "ALRM"}};
  for (const auto& [signal, name] : signals) {
    process.send_signal(signal);
    ASSERT_TRUE(process.wait_for_output(std::string("got ") + name)) << name;
  }
  process.send_signal(SIGTERM);
  EXPECT_EQ(process.finish().exit_status, 0);
}

TEST_P(SignalsTest, IgnoredSignalLeavesTheContainerRunning) {
  Bundle& bundle = make_bundle();
  // Process 1 of a pid namespace ignores what it has no handler for.
  bundle.set_script(std::string("trap 'echo still here; exit 4' USR2; ") + kWait);
  Process process(run_command(bundle));
  ASSERT_TRUE(process.wait_for_output("ready"));
  // Both are handed on in the order of their numbers, so the second tells that the first has been.
  static_assert(SIGUSR1 < SIGUSR2);
  process.send_signal(SIGUSR1);
  process.send_signal(SIGUSR2);
  const Completed result = process.finish();
  EXPECT_EQ(result.exit_status, 4) << result.describe();
  EXPECT_EQ(result.out, "ready\nstill here\n");
}

TEST_P(SignalsTest, InitStartsWithDefaultActionsAndNothingBlocked) {
  // conmon ignores broken pipes, nohup hangups, and shells in the background interrupts.
  constexpr int kIgnored[] = {SIGPIPE, SIGHUP, SIGINT, SIGQUIT};
  for (const int number : kIgnored) (void)signal(number, SIG_IGN);
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/cat", "/proc/self/status"});
  const Completed result = run_bundle(bundle);
  for (const int number : kIgnored) (void)signal(number, SIG_DFL);
  ASSERT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_NE(result.out.find("SigBlk:\t0000000000000000"), std::string::npos) << result.out;
  // 32 and 33 are the host libc's own, and out of its programs' reach.
  constexpr uint64_t kOwn = (uint64_t{1} << 31) - 1;
  EXPECT_EQ(std::stoull(field_of(result.out, "SigIgn"), nullptr, 16) & kOwn, 0U) << result.out;
}

// nohup and others: the ends of children that are ignored are waited for all the same.
TEST_P(SignalsTest, TheCallerMayIgnoreTheEndsOfItsChildren) {
  Bundle& bundle = make_bundle();
  bundle.set_script("exit 9");
  Command command = run_command(bundle);
  command.before_exec = [] { (void)signal(SIGCHLD, SIG_IGN); };
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 9) << result.describe();
}

}  // namespace
}  // namespace nosc::testing
