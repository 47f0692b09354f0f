// SPDX-License-Identifier: Apache-2.0

#include "tests/arch/check.h"

#include <span>

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

void list_cases() {
  for (const Case* const* entry = __start_check_cases; entry != __stop_check_cases; ++entry) {
    print("+ ");
    print((*entry)->name);
    print("\n");
  }
}

void print_outcome(const Case& entry, int status) {
  print("= ");
  print(entry.name);
  print(" ");
  print_number(static_cast<uint64_t>(status), 10);
  print("\n");
}

// Runs cases in a process and returns how that ended. `passed` is memory that both see: how many of
// them came to their end, and have been printed.
// The process ends with the program, so that none outlives a program that is stopped.
int status_of_process(std::span<const Case* const> cases, volatile size_t& passed) {
  const sys::Pid pid = sys::portable::clone_process({}, sys::kSIGCHLD).value();
  if (pid == sys::Pid{0}) {
    (void)sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL));
    for (const Case* const entry : cases) {
      entry->run();
      print_outcome(*entry, 0);
      passed = passed + 1;
    }
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

// The first case, with those behind it that share its process.
std::span<const Case* const> first_process(std::span<const Case* const> cases) {
  size_t count = 1;
  if (cases[0]->is_shared) {
    while (count < cases.size() && cases[count]->is_shared) {
      ++count;
    }
  }
  return cases.first(count);
}

int run_all_cases() {
  list_cases();
  const auto shared =
      sys::portable::mmap(nullptr, sizeof(size_t), sys::kPROT_READ | sys::kPROT_WRITE,
                          sys::kMAP_SHARED | sys::kMAP_ANONYMOUS, sys::BorrowedFd::from_raw(-1), 0);
  if (!shared.ok()) {
    print_error(shared.error().value());
    print("\n");
    return kUsage;
  }
  volatile size_t& passed = *static_cast<volatile size_t*>(*shared);
  std::span<const Case* const> cases(__start_check_cases, __stop_check_cases);
  while (!cases.empty()) {
    const std::span<const Case* const> together = first_process(cases);
    passed = 0;
    const int status = status_of_process(together, passed);
    size_t count = passed;
    if (count < together.size()) {
      print_outcome(*together[count], status);  // the one that ended the process
      ++count;
    }
    cases = cases.subspan(count);
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
  if (argc >= 3 && check::equal(argv[1], "--case")) {
    return check::run_case(argv[2]);
  }
  if (argc == 3 && check::equal(argv[1], "--all")) {
    return check::run_all_cases();
  }
  check::print("usage: --case NAME | --all cases\n");
  return check::kUsage;
}
