// SPDX-License-Identifier: Apache-2.0
#pragma once

// A test process is process 1 of its own pid namespace, in a mount namespace of its own with an
// empty tmpfs on /run: whatever a test starts or mounts dies with it, even when it is killed, and
// every process and file that it finds there is its own doing. A plain user gets the same through a
// user namespace in which only the own id is mapped.
//
// A runtime of a foreign architecture needs more: it executes programs of that architecture itself.
// Its machine is in a user namespace for root too, with a binfmt_misc of its own that names the
// emulator, so that the host's list of formats is neither used nor touched.

#include <filesystem>
#include <string>

namespace nosc::testing {

// Where the tests keep everything: on the private tmpfs.
inline constexpr const char* kStage = "/run/nosc-test";

struct PrivateMachine {
  bool ready = false;
  std::string reason;             // why it is not
  std::string id;                 // unlike that of any other test process on this machine
  std::filesystem::path runtime;  // the program under test
  std::filesystem::path busybox;
  std::filesystem::path emulator;  // what starts the runtime; empty: the machine itself
  bool runtime_is_nosc = true;  // false when the suites are being checked against another runtime
};

// True when the runtime runs under an emulator: known before the machine is set up.
bool is_emulated();

// The set-up of this test process.
const PrivateMachine& private_machine();

// Runs `body` as process 1 of a private machine and returns what it returned; where the machine
// can't be had, `body` runs all the same, and the tests skip themselves with the reason.
int run_in_private_machine(int (*body)());

}  // namespace nosc::testing
