// SPDX-License-Identifier: Apache-2.0
//
//   floor ROOTFS CGROUP_FOLDER PROGRAM BINDS
//
// BINDS is how many more mounts there are, of /bound to /mnt/N.
//
// The floor that runtimes are measured against: what bundle.cc's config.json asks for, and what
// every runtime sets up unasked (the rules for devices, a session and its keyring, the loopback
// interface), as one naive straight line of system calls, with nothing read, planned, remembered or
// checked twice. It is not the limit (cheaper calls exist for some of the steps) and it is no
// runtime: it trusts its root file system entirely.

#include "syscalls/freestanding/start.h"
#include "syscalls/portable.h"
#include "syscalls/sys.h"

namespace {

constexpr int kFailed = 125;

// The steps that may fail only by mistake: status 125 and the line in this file.
#define MUST(...) must((__VA_ARGS__), __LINE__)

[[noreturn]] void fail(int line, sys::Errno error) {
  char text[] = "floor: line ...: ";
  for (char* digit = text + 14; digit != text + 11; line /= 10) {
    *--digit = static_cast<char>('0' + line % 10);
  }
  const sys::BorrowedFd errors = sys::BorrowedFd::from_raw(2);
  const char* name = sys::errno_name(error);
  size_t length = 0;
  while (name[length] != '\0') {
    ++length;
  }
  (void)sys::write(errors, sys::Bytes(text, sizeof(text) - 1));
  (void)sys::write(errors, sys::Bytes(name, length));
  (void)sys::write(errors, sys::text("\n"));
  sys::exit_group(kFailed);
}

template <typename Result>
decltype(auto) must(Result&& result, int line) {
  if (!result.ok()) {
    fail(line, result.error());
  }
  return static_cast<Result&&>(result).value();
}

sys::CStr cstr(const char* text) { return sys::CStr::from_terminated(text); }

// The rules that every container has: nodes may be made, and the usual devices be opened.
void limit_devices(sys::BorrowedFd cgroup) {
  using Code = sys::BpfInstruction;
  constexpr uint8_t kLoadWord = sys::kBPF_LDX | sys::kBPF_MEM | sys::kBPF_W;
  constexpr uint8_t kIfEqual = sys::kBPF_JMP | sys::kBPF_JEQ | sys::kBPF_K;
  constexpr uint8_t kUnlessEqual = sys::kBPF_JMP | sys::kBPF_JNE | sys::kBPF_K;
  constexpr uint8_t kSet = sys::kBPF_ALU | sys::kBPF_MOV | sys::kBPF_K;
  constexpr uint8_t kExit = sys::kBPF_JMP | sys::kBPF_EXIT;
  // Registers: 2 access and type, 3 major, 4 minor, 5 access.
  const Code code[] = {
      {kLoadWord, 0x12, 0, 0},
      {kLoadWord, 0x13, 4, 0},
      {kLoadWord, 0x14, 8, 0},
      {sys::kBPF_ALU | sys::kBPF_MOV | sys::kBPF_X, 0x25, 0, 0},
      {sys::kBPF_ALU | sys::kBPF_RSH | sys::kBPF_K, 5, 0, 16},
      {kIfEqual, 5, 17, sys::kBPF_DEVCG_ACC_MKNOD},
      {sys::kBPF_ALU | sys::kBPF_AND | sys::kBPF_K, 2, 0, 0xffff},
      {kUnlessEqual, 2, 13, sys::kBPF_DEVCG_DEV_CHAR},
      {kIfEqual, 3, 14, 136},
      {kUnlessEqual, 3, 2, 5},
      {kIfEqual, 4, 12, 0},
      {kIfEqual, 4, 11, 2},
      {kUnlessEqual, 3, 5, 1},
      {kIfEqual, 4, 9, 3},
      {kIfEqual, 4, 8, 5},
      {kIfEqual, 4, 7, 7},
      {kIfEqual, 4, 6, 8},
      {kIfEqual, 4, 5, 9},
      {kUnlessEqual, 3, 2, 10},
      {kUnlessEqual, 4, 1, 200},
      {sys::kBPF_JMP | sys::kBPF_JA, 0, 2, 0},
      {kSet, 0, 0, 0},
      {kExit, 0, 0, 0},
      {kSet, 0, 0, 1},
      {kExit, 0, 0, 0},
  };
  sys::BpfProgramLoad load{.type = sys::kBPF_PROG_TYPE_CGROUP_DEVICE,
                           .instruction_count = sizeof code / sizeof *code,
                           .instructions = reinterpret_cast<uintptr_t>(code),
                           .license = reinterpret_cast<uintptr_t>("Apache-2.0")};
  const auto program = sys::Fd::adopt(MUST(sys::bpf(sys::kBPF_PROG_LOAD, &load, sizeof load)));
  sys::BpfProgramAttach attach{.target = cgroup.raw(),
                               .program = program.raw(),
                               .type = sys::kBPF_CGROUP_DEVICE,
                               .flags = sys::kBPF_F_ALLOW_MULTI};
  MUST(sys::bpf(sys::kBPF_PROG_ATTACH, &attach, sizeof attach));
}

void begin_session() {
  MUST(sys::setsid());
  const long keyring = MUST(sys::keyctl(sys::kKEYCTL_JOIN_SESSION_KEYRING));
  // All to those who hold it; view, read, search and link to its user (include/linux/key.h).
  MUST(sys::keyctl(sys::kKEYCTL_SETPERM, static_cast<unsigned long>(keyring), 0x3f1b0000));
}

void bring_loopback_up() {
  const sys::Fd socket = MUST(sys::socket(sys::kAF_UNIX, sys::kSOCK_DGRAM | sys::kSOCK_CLOEXEC, 0));
  sys::Ifreq request{};
  request.name[0] = 'l';
  request.name[1] = 'o';
  request.flags = sys::kIFF_UP;
  MUST(sys::ioctl(socket, sys::kSIOCSIFFLAGS, &request));
}

void mount_file_systems() {
  constexpr auto kStrict = sys::kMS_NOSUID | sys::kMS_NOEXEC;
  MUST(sys::mount("proc", "proc", "proc", {}));
  MUST(sys::mount("tmpfs", "dev", "tmpfs", sys::kMS_NOSUID | sys::kMS_STRICTATIME,
                  "mode=755,size=65536k"));
  const sys::Mode folder = sys::Mode::from_bits(0755);
  MUST(sys::mkdirat(sys::kCwd, "dev/pts", folder));
  MUST(sys::mount("devpts", "dev/pts", "devpts", kStrict,
                  "newinstance,ptmxmode=0666,mode=0620,gid=5"));
  MUST(sys::mkdirat(sys::kCwd, "dev/shm", folder));
  MUST(sys::mount("shm", "dev/shm", "tmpfs", kStrict | sys::kMS_NODEV, "mode=1777,size=65536k"));
  MUST(sys::mkdirat(sys::kCwd, "dev/mqueue", folder));
  MUST(sys::mount("mqueue", "dev/mqueue", "mqueue", kStrict | sys::kMS_NODEV));
  MUST(sys::mount("sysfs", "sys", "sysfs", kStrict | sys::kMS_NODEV | sys::kMS_RDONLY));
  MUST(sys::mount("cgroup", "sys/fs/cgroup", "cgroup2",
                  kStrict | sys::kMS_NODEV | sys::kMS_RELATIME | sys::kMS_RDONLY));
}

void bind_folders(const char* count) {
  unsigned binds = 0;
  for (; *count != '\0'; ++count) {
    binds = binds * 10 + static_cast<unsigned>(*count - '0');
  }
  for (unsigned i = 0; i < binds; ++i) {
    char target[16] = "mnt/";
    char digits[12];
    int length = 0;
    unsigned rest = i;
    do {
      digits[length++] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    for (char* next = target + 4; length > 0;) {
      *next++ = digits[--length];
    }
    MUST(sys::mount("bound", cstr(target), nullptr, sys::kMS_BIND | sys::kMS_REC));
  }
}

void make_devices() {
  const struct {
    const char* path;
    unsigned major;
    unsigned minor;
  } devices[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
                 {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
  for (const auto& device : devices) {
    MUST(sys::mknodat(sys::kCwd, cstr(device.path), sys::kS_IFCHR | sys::Mode::from_bits(0666),
                      device.major << 8 | device.minor));
  }
  MUST(sys::symlinkat("/proc/self/fd", sys::kCwd, "dev/fd"));
  MUST(sys::symlinkat("/proc/self/fd/0", sys::kCwd, "dev/stdin"));
  MUST(sys::symlinkat("/proc/self/fd/1", sys::kCwd, "dev/stdout"));
  MUST(sys::symlinkat("/proc/self/fd/2", sys::kCwd, "dev/stderr"));
  MUST(sys::symlinkat("pts/ptmx", sys::kCwd, "dev/ptmx"));
}

void enter_root() {
  MUST(sys::pivot_root(".", "."));
  MUST(sys::umount2(".", sys::kMNT_DETACH));
  MUST(sys::mount(nullptr, "/", nullptr, sys::kMS_REMOUNT | sys::kMS_BIND | sys::kMS_RDONLY));
}

// A file is covered by /dev/null, which fails on a folder; that is covered by an empty tmpfs.
void mask_paths() {
  const char* const paths[] = {"/proc/acpi",        "/proc/asound",        "/proc/kcore",
                               "/proc/keys",        "/proc/latency_stats", "/proc/timer_list",
                               "/proc/timer_stats", "/proc/sched_debug",   "/sys/firmware",
                               "/proc/scsi"};
  for (const char* path : paths) {
    const auto masked = sys::mount("/dev/null", cstr(path), nullptr, sys::kMS_BIND);
    if (masked.failed_with(sys::kENOTDIR)) {
      MUST(sys::mount("tmpfs", cstr(path), "tmpfs", sys::kMS_RDONLY, "size=0k"));
    } else if (!masked.ok() && !masked.failed_with(sys::kENOENT)) {
      fail(__LINE__, masked.error());
    }
  }
}

void protect_paths() {
  const char* const paths[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                               "/proc/sysrq-trigger"};
  for (const char* path : paths) {
    const auto bound = sys::mount(cstr(path), cstr(path), nullptr, sys::kMS_BIND | sys::kMS_REC);
    if (bound.ok()) {
      MUST(sys::mount(nullptr, cstr(path), nullptr,
                      sys::kMS_REMOUNT | sys::kMS_BIND | sys::kMS_RDONLY));
    } else if (!bound.failed_with(sys::kENOENT)) {
      fail(__LINE__, bound.error());
    }
  }
}

constexpr uint32_t bit(sys::CapabilityNumber capability) {
  return uint32_t{1} << static_cast<unsigned>(capability);
}

void drop_privileges() {
  constexpr uint32_t kKept =
      bit(sys::kCAP_AUDIT_WRITE) | bit(sys::kCAP_KILL) | bit(sys::kCAP_NET_BIND_SERVICE);
  for (unsigned long capability = 0; capability < 64; ++capability) {
    if (capability < 32 && (kKept >> capability & 1) != 0) {
      continue;
    }
    if (!sys::prctl(sys::kPR_CAPBSET_DROP, capability).ok()) {
      break;  // the kernel knows no more
    }
  }
  MUST(sys::portable::setgroups({}));
  MUST(sys::portable::setresgid(sys::Gid{0}, sys::Gid{0}, sys::Gid{0}));
  MUST(sys::portable::setresuid(sys::Uid{0}, sys::Uid{0}, sys::Uid{0}));
  sys::CapUserHeader header = {sys::k_LINUX_CAPABILITY_VERSION_3, sys::Pid{0}};
  const sys::CapUserDataPair data = {{{kKept, kKept, 0}, {0, 0, 0}}};
  MUST(sys::capset(header, data));
  MUST(sys::prctl(sys::kPR_SET_NO_NEW_PRIVS, 1));
}

[[noreturn]] void run_child(char** argv) {
  begin_session();
  bring_loopback_up();
  MUST(sys::mount(nullptr, "/", nullptr, sys::kMS_REC | sys::kMS_PRIVATE));
  MUST(sys::mount(cstr(argv[1]), cstr(argv[1]), nullptr, sys::kMS_BIND | sys::kMS_REC));
  MUST(sys::chdir(cstr(argv[1])));
  mount_file_systems();
  bind_folders(argv[4]);
  make_devices();
  enter_root();
  mask_paths();
  protect_paths();
  MUST(sys::sethostname(sys::text("bench")));
  const sys::Rlimit64 files = {1024, 1024};
  MUST(sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_NOFILE, &files));
  drop_privileges();
  MUST(sys::chdir("/"));
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char term[] = "TERM=xterm";
  char* const environment[] = {path, term, nullptr};
  argv[4] = nullptr;
  MUST(sys::execve(cstr(argv[3]), argv + 3, environment));
  sys::exit_group(kFailed);
}

}  // namespace

int sys_main(int argc, char** argv, char**) {
  if (argc != 5) {
    fail(__LINE__, sys::kEINVAL);
  }
  const sys::CStr cgroup = cstr(argv[2]);
  MUST(sys::mkdirat(sys::kCwd, cgroup, sys::Mode::from_bits(0755)));
  const sys::Fd cgroup_fd =
      MUST(sys::openat(sys::kCwd, cgroup, sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC));
  limit_devices(cgroup_fd);
  sys::CloneArgs arguments = {};
  arguments.flags = sys::kCLONE_INTO_CGROUP | sys::kCLONE_NEWCGROUP | sys::kCLONE_NEWNS |
                    sys::kCLONE_NEWPID | sys::kCLONE_NEWNET | sys::kCLONE_NEWIPC |
                    sys::kCLONE_NEWUTS;
  arguments.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  arguments.cgroup = static_cast<uint64_t>(cgroup_fd.raw());
  const sys::Pid child = MUST(sys::clone3(arguments));
  if (child == sys::Pid{0}) {
    run_child(argv);
  }
  int status = 0;
  MUST(sys::wait4(child, &status));
  MUST(sys::unlinkat(sys::kCwd, cgroup, sys::kAT_REMOVEDIR));
  return status == 0 ? 0 : kFailed;
}
