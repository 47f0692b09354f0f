// SPDX-License-Identifier: Apache-2.0
//
// Processes: made, waited for, limited and named.

#include "tests/arch/probes/support.h"

namespace {

int exit_with_42() { return 42; }

sys::Pid parent_pid;

int compare_parent() { return to_raw(sys::getppid()) == to_raw(parent_pid) ? 0 : 1; }

// A stack for clone. The child begins where the parent called, with nothing of the parent's frame:
// what it does first must be a call of a function that takes nothing and never returns.
struct NewStack {
  static void* top() {
    // Some ABIs let a function write a little way into its caller's frame.
    constexpr size_t kCallersFrame = 512;
    return memory + sizeof(memory) - kCallersFrame;
  }
  static bool is_used() {
    volatile char local = 0;
    const auto address = reinterpret_cast<uintptr_t>(&local);
    const auto begin = reinterpret_cast<uintptr_t>(memory);
    return address >= begin && address < begin + sizeof(memory);
  }
  [[noreturn, gnu::noinline]] static void exit_process() { sys::exit_group(is_used() ? 42 : 1); }
  [[noreturn, gnu::noinline]] static void exit_thread() {
    told = is_used() ? to_raw(sys::gettid()) : -1;
    sys::exit(0);
  }

  alignas(16) static inline char memory[65536];
  static inline volatile int told = 0;
};

int kill_itself() {
  CHECK_OK(sys::kill(sys::getpid(), sys::kSIGKILL));
  return 0;
}

}  // namespace

TEST_CASE(child_gives_its_exit_status) {
  parent_pid = sys::getpid();
  CHECK_EQUAL(probe::wait_for(probe::start_child(exit_with_42)), 42 << 8);
  CHECK_EQUAL(probe::wait_for(probe::start_child(compare_parent)), 0);
}

TEST_CASE(child_gives_its_signal) {
  const int status = probe::wait_for(probe::start_child(kill_itself));
  CHECK_EQUAL(probe::ending_signal(status), sys::kSIGKILL);
}

TEST_CASE(waitid_reports_a_child) {
  const sys::Pid pid = probe::start_child(exit_with_42);
  sys::Siginfo info = {};
  CHECK_OK(sys::waitid(sys::kP_PID, to_raw(pid), &info, sys::kWEXITED));
  CHECK_EQUAL(info.signo, sys::kSIGCHLD);
  CHECK_EQUAL(info.code, sys::kCLD_EXITED);
  CHECK_EQUAL(info.error, 0);
  CHECK_EQUAL(to_raw(info.pid), to_raw(pid));
  CHECK_EQUAL(to_raw(info.uid), to_raw(sys::portable::geteuid()));
  CHECK_EQUAL(info.status, 42);
}

TEST_CASE(clone3_makes_a_process_and_a_pidfd) {
  int pidfd = -1;
  sys::CloneArgs arguments = {};
  arguments.flags = sys::kCLONE_PIDFD;
  arguments.pidfd = sys::address_of(&pidfd);
  arguments.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  const auto made = sys::clone3(arguments);
  if (!made.ok()) {
    check::skip_error("clone3", made.error());
  }
  if (*made == sys::Pid{0}) {
    sys::exit_group(42);
  }
  const sys::Fd process = sys::Fd::adopt(pidfd);
  CHECK(process.raw() >= 0);
  sys::Siginfo info = {};
  CHECK_OK(sys::waitid(sys::kP_PIDFD, process.raw(), &info, sys::kWEXITED));
  CHECK_EQUAL(to_raw(info.pid), to_raw(*made));
  CHECK_EQUAL(info.status, 42);
}

TEST_CASE(clone_takes_its_arguments_in_order) {
  // Of the three that ABIs order differently only one is used, and the others must stay unread.
  static int parent_tid;
  static int child_tid;
  const auto flags = sys::kCLONE_CHILD_SETTID;
  const sys::Pid pid = CHECK_VALUE(sys::clone(
      static_cast<unsigned long>(flags.bits()) | static_cast<unsigned long>(sys::kSIGCHLD), nullptr,
      &parent_tid, &child_tid, 0));
  if (pid == sys::Pid{0}) {
    sys::exit_group(child_tid == to_raw(sys::gettid()) && parent_tid == 0 ? 0 : 1);
  }
  CHECK_EQUAL(parent_tid, 0);
  CHECK_EQUAL(child_tid, 0);
  CHECK_EQUAL(probe::wait_for(pid), 0);
}

TEST_CASE(clone_gives_a_process_its_stack) {
  const auto signal = static_cast<unsigned long>(sys::kSIGCHLD);
  const sys::Pid pid = CHECK_VALUE(sys::clone(signal, NewStack::top(), nullptr, nullptr, 0));
  if (pid == sys::Pid{0}) {
    NewStack::exit_process();
  }
  CHECK_EQUAL(probe::wait_for(pid), 42 << 8);
}

// With both of the tids and a stack, all of clone's arguments but one are in their place.
TEST_CASE(clone_gives_a_thread_its_stack) {
  static volatile int parent_tid = 0;
  static volatile int child_tid = 0;
  const auto flags = sys::kCLONE_VM | sys::kCLONE_FS | sys::kCLONE_FILES | sys::kCLONE_SIGHAND |
                     sys::kCLONE_THREAD | sys::kCLONE_SYSVSEM | sys::kCLONE_PARENT_SETTID |
                     sys::kCLONE_CHILD_SETTID;
  const sys::Pid tid =
      CHECK_VALUE(sys::clone(static_cast<unsigned long>(flags.bits()), NewStack::top(),
                             const_cast<int*>(&parent_tid), const_cast<int*>(&child_tid), 0));
  if (tid == sys::Pid{0}) {
    NewStack::exit_thread();
  }
  CHECK_EQUAL(parent_tid, to_raw(tid));
  for (int tries = 0; tries < 5000 && NewStack::told == 0; ++tries) {
    sys::Timespec pause = {0, 1000000};
    CHECK_OK(sys::portable::clock_nanosleep(sys::kCLOCK_MONOTONIC, {}, pause));
  }
  CHECK_EQUAL(NewStack::told, to_raw(tid));
  CHECK_EQUAL(child_tid, to_raw(tid));
}

TEST_CASE(pidfd_reaches_a_process) {
  const sys::Pid pid = probe::start_child([] {
    sys::Timespec time = {30, 0};
    (void)sys::portable::clock_nanosleep(sys::kCLOCK_MONOTONIC, {}, time);
    return 0;
  });
  const auto process = sys::pidfd_open(pid);
  if (!process.ok()) {
    CHECK_OK(sys::kill(pid, sys::kSIGKILL));
    check::skip_error("pidfd_open", process.error());
  }
  CHECK_OK(sys::pidfd_send_signal(process.borrow(), sys::kSIGTERM));
  CHECK_EQUAL(probe::ending_signal(probe::wait_for(pid)), sys::kSIGTERM);
}

TEST_CASE(limits_are_set_and_told) {
  sys::Rlimit64 former = {};
  CHECK_OK(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_NOFILE, nullptr, &former));
  CHECK(former.cur <= former.max && former.max > 100);
  const sys::Rlimit64 wanted = {100, former.max};
  CHECK_OK(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_NOFILE, &wanted));
  sys::Rlimit64 now = {};
  CHECK_OK(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_NOFILE, nullptr, &now));
  CHECK_EQUAL(now.cur, 100);
  CHECK_EQUAL(now.max, former.max);
  const sys::Fd file = probe::memory_file({});
  CHECK_ERROR(sys::kEBADF, sys::dup3(file, 100));
}

TEST_CASE(limit_of_file_size_holds_wide_numbers) {
  sys::Rlimit64 limit = {};
  CHECK_OK(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_CPU, nullptr, &limit));
  limit.cur = limit.max == sys::kRLIM64_INFINITY ? uint64_t{5} << 32 : limit.max;
  CHECK_OK(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_CPU, &limit));
  sys::Rlimit64 now = {};
  CHECK_OK(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_CPU, nullptr, &now));
  CHECK_EQUAL(now.cur, limit.cur);
  CHECK_EQUAL(now.max, limit.max);
}

TEST_CASE(capabilities_are_told) {
  sys::CapUserHeader header = {sys::k_LINUX_CAPABILITY_VERSION_3, sys::Pid{0}};
  sys::CapUserDataPair data = {};
  CHECK_OK(sys::capget(header, &data));
  for (const sys::CapUserData& word : data.word) {
    CHECK_EQUAL(word.effective & ~word.permitted, 0);
  }
  // Setting what is already there is always allowed.
  CHECK_OK(sys::capset(header, data));
  header.version = 0;
  CHECK_ERROR(sys::kEINVAL, sys::capget(header, &data));
  CHECK_EQUAL(header.version, sys::k_LINUX_CAPABILITY_VERSION_3);
}

TEST_CASE(prctl_sets_the_name) {
  char name[16] = "probe";
  CHECK_OK(sys::prctl(sys::kPR_SET_NAME, reinterpret_cast<unsigned long>(name)));
  char read_back[16] = {};
  CHECK_OK(sys::prctl(sys::kPR_GET_NAME, reinterpret_cast<unsigned long>(read_back)));
  CHECK(check::equal(read_back, "probe"));
}

TEST_CASE(prctl_sets_no_new_privileges) {
  CHECK_EQUAL(CHECK_VALUE(sys::prctl(sys::kPR_GET_NO_NEW_PRIVS)), 0);
  CHECK_OK(sys::prctl(sys::kPR_SET_NO_NEW_PRIVS, 1));
  CHECK_EQUAL(CHECK_VALUE(sys::prctl(sys::kPR_GET_NO_NEW_PRIVS)), 1);
}

TEST_CASE(users_and_groups_are_told) {
  const sys::Uid uid = sys::portable::getuid();
  sys::Uid real{};
  sys::Uid effective{};
  sys::Uid saved{};
  CHECK_OK(sys::portable::getresuid(real, effective, saved));
  CHECK(real == uid && effective == sys::portable::geteuid() && saved == effective);
  CHECK_OK(sys::portable::setresuid(sys::kKeepUid, sys::kKeepUid, sys::kKeepUid));
  CHECK_OK(sys::portable::setresgid(sys::kKeepGid, sys::kKeepGid, sys::kKeepGid));
}

TEST_CASE(ids_have_more_than_16_bits) {
  const auto set = sys::portable::setresgid(sys::Gid{100001}, sys::Gid{100002}, sys::Gid{100003});
  if (!set.ok()) {
    check::skip_error("setresgid", set.error());
  }
  CHECK_EQUAL(to_raw(sys::portable::getgid()), 100001);
  CHECK_EQUAL(to_raw(sys::portable::getegid()), 100002);
  sys::Gid real{};
  sys::Gid effective{};
  sys::Gid saved{};
  CHECK_OK(sys::portable::getresgid(real, effective, saved));
  CHECK_EQUAL(to_raw(saved), 100003);
}

TEST_CASE(sessions_are_begun) {
  const sys::Pid pid = probe::start_child([] {
    const sys::Pid self = sys::getpid();
    CHECK(CHECK_VALUE(sys::setsid()) == self);
    CHECK(CHECK_VALUE(sys::getsid(sys::Pid{0})) == self);
    CHECK(CHECK_VALUE(sys::getpgid(sys::Pid{0})) == self);
    CHECK_ERROR(sys::kEPERM, sys::setsid());
    return 0;
  });
  CHECK_EQUAL(probe::wait_for(pid), 0);
}

TEST_CASE(execve_tells_why_it_failed) {
  char name[] = "name";
  char* const arguments[] = {name, nullptr};
  CHECK_ERROR(sys::kENOENT, sys::execve("/no/such/program", arguments, check::program.envp));
  CHECK_ERROR(sys::kEACCES, sys::execve("/dev/null", arguments, check::program.envp));
}

TEST_CASE(random_bytes_are_given) {
  unsigned char bytes[64] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::getrandom(bytes)), sizeof(bytes));
  unsigned sum = 0;
  for (const unsigned char byte : bytes) {
    sum += byte;
  }
  CHECK(sum != 0);
}

TEST_CASE(memory_and_uptime_are_told) {
  sys::Sysinfo info = {};
  CHECK_OK(sys::sysinfo(info));
  CHECK(info.uptime > 0 && info.totalram > 0 && info.mem_unit > 0);
  // qemu-user cuts a large machine's bytes to 32 bits, where the kernel would choose a larger unit.
  CHECK(sizeof(info.totalram) == 4 || info.totalram >= info.freeram);
}

TEST_CASE(clocks_go_forward) {
  sys::Timespec before = {};
  sys::Timespec after = {};
  CHECK_OK(sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, before));
  sys::Timespec pause = {0, 2000000};
  CHECK_OK(sys::portable::clock_nanosleep(sys::kCLOCK_MONOTONIC, {}, pause));
  CHECK_OK(sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, after));
  const int64_t passed_ns = (after.sec - before.sec) * 1000000000 + after.nsec - before.nsec;
  CHECK(passed_ns >= pause.nsec);
  CHECK(passed_ns < int64_t{50} * 1000000000);
}
