// SPDX-License-Identifier: Apache-2.0
#pragma once

// The runtime specification as one table: each row names the section that it is about, changes a
// configuration that works, and says what the container must print. Every container is created,
// started, left to its end and deleted by commands of their own; the prober inside is a shell.
//
// Besides GoogleTest's own report each case is one line of TAP with its section, and the section is
// a property of the case in the XML report.

#include <string>
#include <vector>

#include "tests/support/bundle.h"

namespace nosc::testing {

struct Conformance {
  const char* name;
  const char* section;  // file#anchor of runtime-spec 1.3.0
  void (*configure)(Bundle& bundle);
  const char* script;  // nullptr: process.args are the configuration's
  // What the container prints, exactly. "@NAME" at a line's beginning stands for the symbolic link
  // /proc/self/ns/NAME of the test, "!NAME" for another one of that kind.
  const char* output;
};

void PrintTo(const Conformance& row, std::ostream* out);

std::vector<Conformance> process_rows();
std::vector<Conformance> mount_rows();
std::vector<Conformance> linux_rows();

}  // namespace nosc::testing
