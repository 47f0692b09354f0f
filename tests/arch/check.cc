// SPDX-License-Identifier: Apache-2.0

#include "tests/arch/check.h"

#include "syscalls/freestanding/start.h"
#include "syscalls/sys/retry.h"

extern "C" {
// The bounds of the section, named and made by the linker.
extern const check::Case* const __start_check_cases[];  // NOLINT(readability-identifier-naming)
extern const check::Case* const __stop_check_cases[];   // NOLINT(readability-identifier-naming)
}

namespace check {

Program program;

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kSkipped = 77;

void print(const char* text) {
  size_t size_bytes = 0;
  while (text[size_bytes] != '\0') {
    ++size_bytes;
  }
  // A line that can't be printed has nobody to be told about it; the status says enough.
  (void)sys::write(sys::BorrowedFd::from_raw(1), sys::Bytes(text, size_bytes));
}

void print_number(uint64_t value, unsigned base) {
  char digits[24];
  char* digit = digits + sizeof(digits);
  *--digit = '\0';
  do {
    *--digit = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  print(digit);
}

void print_site(const Site& site) {
  print(site.file);
  print(":");
  print_number(static_cast<uint64_t>(site.line), 10);
  print(": ");
  print(site.text);
}

void print_error(int error) { print(error == 0 ? "success" : sys::errno_name(sys::Errno(error))); }

int list_cases() {
  for (const Case* const* entry = __start_check_cases; entry != __stop_check_cases; ++entry) {
    print((*entry)->name);
    print("\n");
  }
  return 0;
}

// The case's process ends with the program, so that none outlives a program that is stopped.
int status_of_process(const Case& entry) {
  const sys::Pid pid = sys::portable::clone_process({}, sys::kSIGCHLD).value();
  if (pid == sys::Pid{0}) {
    (void)sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL));
    entry.run();
    sys::exit_group(0);
  }
  sys::Siginfo info{};
  const auto waited = sys::retry_eintr(
      [&] { return sys::waitid(sys::kP_PID, sys::to_raw(pid), &info, sys::kWEXITED); });
  if (!waited.ok()) {
    print_error(waited.error().value());
    print("\n");
    return kUsage;
  }
  return info.code == sys::kCLD_EXITED ? info.status : 128 + info.status;
}

int run_all_cases() {
  for (const Case* const* entry = __start_check_cases; entry != __stop_check_cases; ++entry) {
    const int status = status_of_process(**entry);
    print("= ");
    print((*entry)->name);
    print(" ");
    print_number(static_cast<uint64_t>(status), 10);
    print("\n");
  }
  return 0;
}

int run_case(const char* name) {
  for (const Case* const* entry = __start_check_cases; entry != __stop_check_cases; ++entry) {
    if (equal((*entry)->name, name)) {
      (*entry)->run();
      return 0;
    }
  }
  print("no such case\n");
  return kUsage;
}

}  // namespace

bool equal(const char* left, const char* right) {
  for (; *left != '\0' && *left == *right; ++left, ++right) {
  }
  return *left == *right;
}

void fail(const Site& site) {
  print_site(site);
  print("\n");
  sys::exit_group(kFailed);
}

void fail_equal(const Site& site, uint64_t actual, uint64_t expected) {
  print_site(site);
  print(": got 0x");
  print_number(actual, 16);
  print(", expected 0x");
  print_number(expected, 16);
  print("\n");
  sys::exit_group(kFailed);
}

void fail_error(const Site& site, int actual, int expected) {
  print_site(site);
  print(": got ");
  print_error(actual);
  print(", expected ");
  print_error(expected);
  print("\n");
  sys::exit_group(kFailed);
}

void skip(const char* why) {
  print(why);
  print("\n");
  sys::exit_group(kSkipped);
}

void skip_error(const char* why, sys::Errno error) {
  print(why);
  print(": ");
  print(sys::errno_name(error));
  print("\n");
  sys::exit_group(kSkipped);
}

}  // namespace check

int sys_main(int argc, char** argv, char** envp) {
  check::program = {argc, argv, envp};
  if (argc == 2 && check::equal(argv[1], "--list")) {
    return check::list_cases();
  }
  if (argc >= 3 && check::equal(argv[1], "--case")) {
    return check::run_case(argv[2]);
  }
  if (argc == 3 && check::equal(argv[1], "--all")) {
    return check::run_all_cases();
  }
  check::print("usage: --list | --case NAME | --all cases\n");
  return check::kUsage;
}
