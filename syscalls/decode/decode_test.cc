// SPDX-License-Identifier: Apache-2.0
#include "syscalls/sys/decode.h"

#include <gtest/gtest.h>
#include <string.h>

#include <string>

#include "syscalls/numbers.h"
#include "syscalls/sys.h"

namespace {

// The test's own memory; address 1 cannot be read.
size_t read_own(void*, uint64_t address, void* to, size_t size_bytes) {
  if (address == 1) return 0;
  memcpy(to, reinterpret_cast<const void*>(address), size_bytes);
  return size_bytes;
}

unsigned long place_of(const void* data) { return reinterpret_cast<unsigned long>(data); }

std::string decode(const sys::RawCall& call, long filled = -1) {
  char text[512];
  sys::TextBuffer out(text, sizeof(text));
  sys::decode_call(out, call, {read_own, nullptr}, filled);
  return std::string(text, out.size());
}

std::string result_of(long number, long result) {
  char text[64];
  sys::TextBuffer out(text, sizeof(text));
  sys::decode_result(out, number, result);
  return std::string(text, out.size());
}

unsigned long bits(sys::OpenFlags flags) { return flags.bits(); }

// Room for what decoding reads at a time.
char path[64] = "/etc/passwd";

TEST(Decode, NamesDescriptorsStringsFlagsAndModes) {
  const unsigned long here = static_cast<unsigned long>(sys::kCwd.raw());
  EXPECT_EQ(decode({sys::nr::kopenat, {here, place_of(path), bits(sys::kO_CLOEXEC), 0, 0, 0}}),
            "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC)");
  const auto flags = sys::kO_WRONLY | sys::kO_CREAT | sys::kO_TRUNC;
  EXPECT_EQ(decode({sys::nr::kopenat, {7, place_of(path), bits(flags), 0644, 0, 0}}),
            "openat(7, \"/etc/passwd\", O_WRONLY|O_CREAT|O_TRUNC, 0644)");
}

TEST(Decode, TellsFlagsThatContainOthersOnce) {
  EXPECT_EQ(decode({sys::nr::kopenat, {3, 0, bits(sys::kO_SYNC | sys::kO_RDWR), 0, 0, 0}}),
            "openat(3, NULL, O_RDWR|O_SYNC)");
  EXPECT_EQ(decode({sys::nr::kopenat, {3, 1, 1U << 31, 0, 0, 0}}),
            "openat(3, 0x1, O_RDONLY|0x80000000)");
}

TEST(Decode, ShowsMemory) {
  char data[64] =
      "a\n\"\\\x01"
      "1\x01"
      "b";
  EXPECT_EQ(decode({sys::nr::kwrite, {1, place_of(data), 8, 0, 0, 0}}),
            R"(write(1, "a\n\"\\\0011\1b", 8))");
  memset(data, 'x', sizeof(data));
  const std::string cut(32, 'x');
  EXPECT_EQ(decode({sys::nr::kwrite, {1, place_of(data), 33, 0, 0, 0}}),
            "write(1, \"" + cut + "\"..., 33)");
  EXPECT_EQ(decode({sys::nr::kwrite, {1, place_of(data), 0, 0, 0, 0}}), "write(1, \"\", 0)");
  EXPECT_EQ(decode({sys::nr::kread, {0, 1, 5, 0, 0, 0}}), "read(0, 0x1, 5)");
  EXPECT_EQ(decode({sys::nr::kread, {0, place_of(data), 5, 0, 0, 0}}, 2), "read(0, \"xx\", 5)");
}

TEST(Decode, ListsStrings) {
  char option[64] = "-l";
  const unsigned long list[] = {place_of(path), place_of(option), 0};
  EXPECT_EQ(decode({sys::nr::kexecve, {place_of(path), place_of(list), 0, 0, 0, 0}}),
            R"(execve("/etc/passwd", ["/etc/passwd", "-l"], NULL))");
  EXPECT_EQ(decode({sys::nr::kexecve, {0, place_of(list + 2), 1, 0, 0, 0}}),
            "execve(NULL, [], 0x1)");
  unsigned long endless[64];
  for (unsigned long& string : endless) string = place_of(option);
  const std::string decoded = decode({sys::nr::kexecve, {0, place_of(endless), 0, 0, 0, 0}});
  EXPECT_TRUE(decoded.ends_with(R"("-l", "-l", ...], NULL))")) << decoded;
}

TEST(Decode, NamesOneOfSeveral) {
  EXPECT_EQ(decode({sys::nr::klseek, {3, static_cast<unsigned long>(-5), 2, 0, 0, 0}}),
            "lseek(3, -5, SEEK_END)");
  EXPECT_EQ(decode({sys::nr::klseek, {3, 0, 77, 0, 0, 0}}), "lseek(3, 0, 0x4d)");
}

TEST(Decode, NamesSignals) {
  EXPECT_EQ(decode({sys::nr::kkill, {5, 15, 0, 0, 0, 0}}), "kill(5, SIGTERM)");
  EXPECT_EQ(decode({sys::nr::kkill, {5, 0, 0, 0, 0, 0}}), "kill(5, 0)");
  EXPECT_EQ(decode({sys::nr::kkill, {5, 32, 0, 0, 0, 0}}), "kill(5, SIGRTMIN)");
  EXPECT_EQ(decode({sys::nr::kkill, {5, 34, 0, 0, 0, 0}}), "kill(5, SIGRT_2)");
  EXPECT_EQ(decode({sys::nr::kkill, {5, 64, 0, 0, 0, 0}}), "kill(5, SIGRT_32)");
  EXPECT_EQ(decode({sys::nr::kkill, {5, 65, 0, 0, 0, 0}}), "kill(5, 65)");
  EXPECT_EQ(decode({sys::nr::kkill, {5, static_cast<unsigned>(-1), 0, 0, 0, 0}}), "kill(5, -1)");
  EXPECT_EQ(decode({sys::nr::ktgkill, {5, 6, 0, 0, 0, 0}}), "tgkill(5, 6, 0)");
  EXPECT_EQ(decode({sys::nr::kpidfd_send_signal, {3, 0, 0, 0, 0, 0}}),
            "pidfd_send_signal(3, 0, NULL, 0)");
  EXPECT_EQ(decode({sys::nr::kprctl, {1, 0, 0, 0, 0, 0}}), "prctl(PR_SET_PDEATHSIG, 0)");
}

TEST(Decode, NamesSocketOptionsByTheirLevel) {
  EXPECT_EQ(decode({sys::nr::ksetsockopt, {3, 6, 1, 0, 0, 0}}),
            "setsockopt(3, SOL_TCP, TCP_NODELAY)");
  // 6 is SOL_TCP where it is a level.
  EXPECT_EQ(decode({sys::nr::ksetsockopt, {3, 1, 6, 1, 4, 0}}),
            "setsockopt(3, SOL_SOCKET, SO_BROADCAST, 0x1, 4)");
  EXPECT_EQ(decode({sys::nr::ksetsockopt, {3, 6, 6, 1, 4, 0}}),
            "setsockopt(3, SOL_TCP, TCP_KEEPCNT, 0x1, 4)");
  EXPECT_EQ(decode({sys::nr::kgetsockopt, {3, 41, 26, 1, 1, 0}}),
            "getsockopt(3, SOL_IPV6, IPV6_V6ONLY, 0x1, 0x1)");
}

TEST(Decode, TellsWhatARequestTakesAndNoMore) {
  // The sixth register is none of prctl's, and 15 is PR_SET_NAME where it is the option.
  EXPECT_EQ(decode({sys::nr::kprctl, {24, 15, 0, 0, 0, 0x7f01}}),
            "prctl(PR_CAPBSET_DROP, CAP_IPC_OWNER)");
  EXPECT_EQ(decode({sys::nr::kkeyctl, {1, place_of(path), 0, 0, 0, 0}}),
            R"(keyctl(KEYCTL_JOIN_SESSION_KEYRING, "/etc/passwd"))");
  EXPECT_EQ(decode({sys::nr::kmknodat, {3, place_of(path), 020666, 0x103, 0, 0}}),
            R"(mknodat(3, "/etc/passwd", S_IFCHR|0666, 259))");
}

TEST(Decode, TellsTheSignalOfAClone) {
  const unsigned long child = static_cast<unsigned long>(sys::kSIGCHLD);
  const unsigned long flags = (sys::kCLONE_NEWPID | sys::kCLONE_NEWUTS).bits();
  EXPECT_EQ(decode({sys::nr::kclone, {flags | child, 0, 0, 0, 0, 0}}),
            "clone(CLONE_NEWUTS|CLONE_NEWPID|SIGCHLD, NULL, NULL, NULL, 0)");
  EXPECT_EQ(decode({sys::nr::kclone, {child, 0, 0, 0, 0, 0}}),
            "clone(SIGCHLD, NULL, NULL, NULL, 0)");
  EXPECT_EQ(decode({sys::nr::kclone, {flags | 35, 0, 0, 0, 0, 0}}),
            "clone(CLONE_NEWUTS|CLONE_NEWPID|SIGRT_3, NULL, NULL, NULL, 0)");
  EXPECT_EQ(decode({sys::nr::kclone, {flags | 200, 0, 0, 0, 0, 0}}),
            "clone(CLONE_NEWUTS|CLONE_NEWPID|200, NULL, NULL, NULL, 0)");
  EXPECT_EQ(decode({sys::nr::kclone, {0, 0, 0, 0, 0, 0}}), "clone(0, NULL, NULL, NULL, 0)");
}

TEST(Decode, TakesStructsApart) {
  sys::OpenHow how;
  how.flags = sys::kO_DIRECTORY | sys::kO_CLOEXEC;
  how.mode = 0;
  how.resolve = sys::kRESOLVE_IN_ROOT;
  EXPECT_EQ(decode({sys::nr::kopenat2, {3, place_of(path), place_of(&how), sizeof(how), 0, 0}}),
            "openat2(3, \"/etc/passwd\", {flags=O_RDONLY|O_DIRECTORY|O_CLOEXEC, mode=0, "
            "resolve=RESOLVE_IN_ROOT}, 24)");
  sys::CloneArgs arguments;
  arguments.flags = sys::kCLONE_NEWPID;
  arguments.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  EXPECT_EQ(decode({sys::nr::kclone3, {place_of(&arguments), sizeof(arguments), 0, 0, 0, 0}}),
            "clone3({flags=CLONE_NEWPID, exit_signal=SIGCHLD}, 88)");
  const sys::Timespec time = {3, 5};
  EXPECT_EQ(decode({sys::nr::knanosleep, {place_of(&time), 0, 0, 0, 0, 0}}),
            "nanosleep({tv_sec=3, tv_nsec=5}, NULL)");
  EXPECT_EQ(decode({sys::nr::kclone3, {1, 88, 0, 0, 0, 0}}), "clone3(0x1, 88)");
}

TEST(Decode, ShowsFilledStructsAfterTheCall) {
  sys::Statx status = {};
  status.mask = sys::kSTATX_SIZE;
  status.mode = 0100644;
  status.size = 7;
  const sys::RawCall call = {sys::nr::kstatx, {3, place_of(path), 0x1000, 0, place_of(&status), 0}};
  EXPECT_TRUE(decode(call).starts_with("statx(3, \"/etc/passwd\", AT_EMPTY_PATH, 0, 0x"));
  EXPECT_EQ(
      decode(call, 0),
      "statx(3, \"/etc/passwd\", AT_EMPTY_PATH, 0, {stx_mask=STATX_SIZE, stx_mode=S_IFREG|0644, "
      "stx_size=7})");
  int ends[2] = {3, 4};
  EXPECT_TRUE(decode({sys::nr::kpipe2, {place_of(ends), bits(sys::kO_CLOEXEC), 0, 0, 0, 0}}, 0)
                  .starts_with("pipe2([3, 4], "));
  sys::Rlimit64 limit = {1024, ~0ULL};
  EXPECT_EQ(decode({sys::nr::kprlimit64, {0, 7, place_of(&limit), 0, 0, 0}}),
            "prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=RLIM64_INFINITY}, NULL)");
}

TEST(Decode, ShowsVectors) {
  char text[64] = "abc";
  const sys::Iovec vectors[] = {{text, 3}, {text, 1}};
  EXPECT_EQ(decode({sys::nr::kwritev, {1, place_of(vectors), 2, 0, 0, 0}}),
            "writev(1, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"a\", iov_len=1}], 2)");
  EXPECT_EQ(decode({sys::nr::kwritev, {1, 1, 2, 0, 0, 0}}), "writev(1, 0x1, 2)");
}

TEST(Decode, ShowsSignalSets) {
  sys::Sigset set;
  set.bits[0] = 1UL << 1 | 1UL << 14;
  const auto block = static_cast<unsigned long>(sys::kSIG_BLOCK);
  EXPECT_EQ(decode({sys::nr::krt_sigprocmask, {block, place_of(&set), 0, 8, 0, 0}}),
            "rt_sigprocmask(SIG_BLOCK, [INT TERM], NULL, 8)");
  set.bits[0] = ~(1UL << 8 | 1UL << 18);
  EXPECT_EQ(decode({sys::nr::krt_sigprocmask, {block, place_of(&set), 0, 8, 0, 0}}),
            "rt_sigprocmask(SIG_BLOCK, ~[KILL STOP], NULL, 8)");
  set.bits[0] = 3UL << 31;
  EXPECT_EQ(decode({sys::nr::krt_sigprocmask, {block, place_of(&set), 0, 8, 0, 0}}),
            "rt_sigprocmask(SIG_BLOCK, [RTMIN RT_1], NULL, 8)");
}

unsigned long request(auto constant) { return static_cast<unsigned long>(constant); }

TEST(Decode, ReadsArgumentsByTheirRequest) {
  EXPECT_EQ(decode({sys::nr::kfcntl, {3, request(sys::kF_GETFD), 77, 0, 0, 0}}),
            "fcntl(3, F_GETFD)");
  EXPECT_EQ(decode({sys::nr::kfcntl, {3, request(sys::kF_SETFD), 1, 0, 0, 0}}),
            "fcntl(3, F_SETFD, FD_CLOEXEC)");
  EXPECT_EQ(decode({sys::nr::kfcntl, {3, request(sys::kF_ADD_SEALS), 9, 0, 0, 0}}),
            "fcntl(3, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_WRITE)");
  const sys::Winsize size = {24, 80, 0, 0};
  EXPECT_EQ(decode({sys::nr::kioctl, {0, request(sys::kTIOCSWINSZ), place_of(&size), 0, 0, 0}}),
            "ioctl(0, TIOCSWINSZ, {ws_row=24, ws_col=80})");
  EXPECT_EQ(decode({sys::nr::kioctl, {0, request(sys::kTIOCGWINSZ), place_of(&size), 0, 0, 0}}, 0),
            "ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80})");
  EXPECT_EQ(decode({sys::nr::kprctl, {request(sys::kPR_CAPBSET_DROP), 21, 0, 0, 0, 0}}),
            "prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)");
  EXPECT_EQ(decode({sys::nr::kprctl, {request(sys::kPR_SET_NAME), place_of(path), 0, 0, 0, 0}}),
            "prctl(PR_SET_NAME, \"/etc/passwd\")");
}

TEST(Decode, LeavesUnknownCallsAsNumbers) {
  EXPECT_EQ(decode({99999, {1, 2, 3, 4, 5, 6}}), "syscall_0x1869f(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)");
}

TEST(Decode, TellsResults) {
  EXPECT_EQ(result_of(sys::nr::kread, 5), " = 5");
  EXPECT_EQ(result_of(sys::nr::kread, -2), " = -1 ENOENT (No such file or directory)");
  EXPECT_EQ(result_of(sys::nr::kmmap, 0x1000), " = 0x1000");
  EXPECT_EQ(result_of(sys::nr::kread, -4096), " = -4096");
  EXPECT_EQ(result_of(99999, -38), " = -1 ENOSYS (Function not implemented)");
}

TEST(Decode, CutsOffWhatHasNoRoom) {
  char text[8];
  sys::TextBuffer out(text, sizeof(text));
  sys::decode_call(out, {sys::nr::kopenat, {}}, {});
  EXPECT_EQ(std::string(text, out.size()), "openat(0");
}

// Calls of `nosc spec` and `nosc plan` on x86_64, and a close that fails, with what strace 6.1
// wrote of them. Left out are those whose structs and arrays strace takes apart and this does not,
// and getcwd, whose NUL this shows.
struct Recorded {
  sys::RawCall call;
  long filled;
  long result;
  const char* strace;
};

// Words as strace writes them: its column of results closed up.
std::string normalise(std::string line) {
  const size_t equals = line.rfind(" = ");
  size_t end = equals;
  while (end > 0 && line[end - 1] == ' ') --end;
  line.erase(end, equals - end);
  return line;
}

TEST(Decode, WritesTheEnginesCallsAsStraceDoes) {
  const char config[] = "{\n  \"ociVersion\": \"1.3.0\",\n  \"root\": {\n";
  const char relative[64] = "b/config.json";
  const char absolute[64] = "/tmp/tr/b/config.json";
  const unsigned long here = static_cast<unsigned long>(sys::kCwd.raw());
  const unsigned long none = static_cast<unsigned long>(-1);
  const Recorded recorded[] = {
      {{102, {}}, -1, 0, "getuid()                                = 0"},
      {{108, {}}, -1, 0, "getegid()                               = 0"},
      {{9, {0, 65536, 3, 0x22, none, 0}},
       -1,
       0x7f0ec2f27000,
       "mmap(NULL, 65536, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
       "0x7f0ec2f27000"},
      {{257, {here, place_of(relative), 0x800c1, 0666}},
       -1,
       3,
       "openat(AT_FDCWD, \"b/config.json\", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0666) = 3"},
      {{257, {here, place_of(absolute), 0x80800}},
       -1,
       3,
       "openat(AT_FDCWD, \"/tmp/tr/b/config.json\", O_RDONLY|O_NONBLOCK|O_CLOEXEC) = 3"},
      {{1, {3, place_of(config), 1024}},
       -1,
       1024,
       "write(3, \"{\\n  \\\"ociVersion\\\": \\\"1.3.0\\\",\\n  \\\"ro\"..., 1024) = 1024"},
      {{0, {3, place_of(config), 32767}},
       2393,
       2393,
       "read(3, \"{\\n  \\\"ociVersion\\\": \\\"1.3.0\\\",\\n  \\\"ro\"..., 32767) = 2393"},
      {{0, {3, place_of(config), 30374}}, 0, 0, "read(3, \"\", 30374)                      = 0"},
      {{3, {3}}, -1, 0, "close(3)                                = 0"},
      {{3, {9}},
       -1,
       -9,
       "close(9)                                = -1 EBADF (Bad file descriptor)"},
      {{11, {0x7f0ec2f27000, 65536}}, -1, 0, "munmap(0x7f0ec2f27000, 65536)           = 0"},
  };
  if (sys::nr::kopenat != 257) GTEST_SKIP() << "recorded on x86_64";
  for (const Recorded& one : recorded) {
    const std::string decoded =
        decode(one.call, one.filled) + result_of(one.call.number, one.result);
    EXPECT_EQ(decoded, normalise(one.strace));
  }
}

}  // namespace
