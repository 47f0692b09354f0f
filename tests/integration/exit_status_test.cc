// SPDX-License-Identifier: Apache-2.0
// The container's exit status is the runtime's own.

#include <signal.h>

#include "tests/support/container_test.h"

namespace nosc::testing {
namespace {

using ExitStatusTest = ContainerTest;
NOSC_INSTANTIATE(ExitStatusTest, all_settings());

TEST_P(ExitStatusTest, SuccessIsZero) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/true"});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "");
}

TEST_P(ExitStatusTest, FailureIsPassedOn) {
  for (int status : {1, 7, 125, 126, 127, 255}) {
    Bundle& bundle = make_bundle();
    bundle.set_script("exit " + std::to_string(status));
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, status) << result.describe();
    EXPECT_EQ(result.err, "");
  }
}

TEST_P(ExitStatusTest, OneHundredAndTwentyEightPlusTheSignalThatEndedIt) {
  // Process 1 can't kill itself, so the signal comes from outside.
  // Of these the numbers are the same on every architecture.
  for (int signal : {SIGKILL, SIGTERM, SIGHUP}) {
    Bundle& bundle = make_bundle();
    bundle.set_namespaces(caller() == Caller::kRoot ? std::vector<std::string>{"mount", "uts"}
                                                    : std::vector<std::string>{"mount", "user"});
    bundle.config()["mounts"] = Json::array({mount_entry("/proc", "none", "/proc", {"rbind"})});
    bundle.config()["linux"].erase("maskedPaths");
    bundle.config()["linux"].erase("readonlyPaths");
    bundle.config().erase("hostname");
    bundle.set_script("kill -" + std::to_string(signal) + " $$");
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, 128 + signal) << result.describe();
  }
}

TEST_P(ExitStatusTest, ProcessesLeftInThePidNamespaceEndWithItsInit) {
  Bundle& bundle = make_bundle();
  bundle.set_script("sleep 1000 >/dev/null 2>&1 </dev/null & exit 3");
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 3) << result.describe();
}

}  // namespace
}  // namespace nosc::testing
