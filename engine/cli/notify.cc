// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/notify.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/cli/container.h"
#include "engine/console/console.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/undo.h"
#include "engine/rt/waiting.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr std::string_view kVariable = "NOTIFY_SOCKET";
constexpr std::string_view kDestination = "/run/notify";
constexpr std::string_view kEntry = "NOTIFY_SOCKET=/run/notify/notify.sock";
constexpr std::string_view kReady = "READY=";
constexpr int kLookMs = 100;        // between looks at a program that says nothing
constexpr int kBarrierMs = 30'000;  // for the caller to have read everything
constexpr size_t kMessageBytes = 4096;

template <class T>
std::span<T> with_one_more(std::span<const T> before, const T& last, Arena& arena) {
  const auto all = arena.array<T>(before.size() + 1);
  std::copy(before.begin(), before.end(), all.begin());
  all.back() = last;
  return all;
}

// Whether one of the lines says that the program is ready.
bool says_ready(std::string_view message) {
  for (;;) {
    if (message.starts_with(kReady)) return true;
    const size_t end = message.find('\n');
    if (end == message.npos) return false;
    message.remove_prefix(end + 1);
  }
}

bool wait_until_ready(sys::BorrowedFd socket, const state::ProcessMark& init) {
  for (;;) {
    const rt::Waited waited = rt::wait_until_readable(socket, kLookMs);
    if (waited == rt::Waited::kInterrupted) {
      fail({.operation = "wait for", .object = "notify socket", .text = "interrupted"});
    }
    if (waited == rt::Waited::kReady) {
      char buffer[kMessageBytes];
      const auto count = sys::read(socket, sys::MutableBytes(buffer, sizeof buffer));
      if (count && says_ready({buffer, *count})) return true;
    } else if (!state::is_alive(init)) {
      return false;
    }
  }
}

// Shape: what begins with "@" is an abstract name.
sys::SockaddrUn address_of(std::string_view path) {
  sys::SockaddrUn address{};
  if (path.size() >= sizeof address.path) fail_system("connect to", path, sys::kENAMETOOLONG);
  address.family = static_cast<uint16_t>(sys::kAF_UNIX);
  std::memcpy(address.path, path.data(), path.size());
  if (address.path[0] == '@') address.path[0] = '\0';
  return address;
}

size_t bytes_of(std::string_view path) { return offsetof(sys::SockaddrUn, path) + path.size(); }

sys::Fd open_socket() {
  return or_fail(sys::socket(sys::kAF_UNIX, sys::kSOCK_DGRAM | sys::kSOCK_CLOEXEC, 0), "open",
                 "notify socket");
}

// Waits until the caller has read what came before: it closes what it is sent then.
void await_barrier(sys::BorrowedFd caller) {
  sys::FdPair pipe;
  if (!sys::pipe2(pipe, sys::kO_CLOEXEC)) return;
  if (!console::send_descriptor(caller, pipe.second, "BARRIER=1")) return;
  pipe.second.reset();
  (void)rt::wait_until_readable(pipe.first, kBarrierMs);
}

}  // namespace

void add_notify_socket(const CommandLine& line, const Environment& environment,
                       spec::Config& config, Arena& arena) {
  if (environment.find(kVariable) == nullptr) return;
  if (line.command != CommandId::kCreate && line.command != CommandId::kRun) return;
  const std::string_view root = absolute_path(state_root(line, environment).data(), arena);
  const std::string_view id = line.argument;
  Writer path(arena.array<char>(root.size() + id.size() + 4));
  path.text(root).text("/::").text(id);
  static constexpr std::string_view kOptions[] = {"bind", "nosuid", "noexec", "nodev", "ro"};
  config.mounts = with_one_more(
      config.mounts, {kDestination, "bind", path.terminated(), spec::Strings(kOptions)}, arena);
  config.process.env = with_one_more(config.process.env, kEntry, arena);
}

void make_notify_directory(const state::Record& record) {
  if (!record.has(state::kHasNotify)) return;
  constexpr auto kMode = sys::Mode::from_bits(0755);
  const state::NotifyName name(record.id());
  or_fail(sys::mkdirat(record.root(), name.path(), kMode), "create", "notify directory");
  or_fail(sys::fchmodat(record.root(), name.path(), kMode), "set mode of", "notify directory");
}

sys::Fd open_notify_socket(const state::Record& record, const Environment& environment) {
  if (!record.has(state::kHasNotify) || environment.find(kVariable) == nullptr) return {};
  constexpr const char* kObject = "notify socket";
  const sys::Fd directory =
      or_fail(sys::openat(record.root(), state::NotifyName(record.id()).path(),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
              "open", kObject);
  BufferWriter<64> path;
  path.text(DescriptorPath(directory).path().c_str()).text(state::kNotifySocket);
  const sys::SockaddrUn address = address_of(path.view());
  sys::Fd socket = open_socket();
  // One that a killed start left.
  (void)sys::unlinkat(directory, sys::CStr::from_terminated(state::kNotifySocket.data() + 1));
  or_fail(sys::bind(socket, sys::Bytes(&address, bytes_of(path.view()))), "bind", kObject);
  or_fail(sys::fchmodat(directory, sys::CStr::from_terminated(state::kNotifySocket.data() + 1),
                        sys::Mode::from_bits(0777)),
          "set mode of", kObject);
  return socket;
}

void pass_on_readiness(sys::Fd socket, const state::Record& record, sys::Pid main,
                       const Environment& environment) {
  if (!socket || !wait_until_ready(socket, record.progress().init)) return;
  const std::string_view path = environment.find(kVariable);
  const sys::SockaddrUn address = address_of(path);
  const sys::Fd caller = open_socket();
  or_fail(sys::connect(caller, sys::Bytes(&address, bytes_of(path))), "connect to", path);
  BufferWriter<32> pid;
  pid.text("MAINPID=").decimal(static_cast<uint32_t>(sys::to_raw(main))).character('\n');
  or_fail(sys::sendto(caller, sys::text("READY=1\n"), sys::kMSG_NOSIGNAL), "send", path);
  or_fail(sys::sendto(caller, sys::Bytes(pid.view().data(), pid.view().size()), sys::kMSG_NOSIGNAL),
          "send", path);
  await_barrier(caller);
}

void pass_on_readiness_beside(sys::Fd socket, const state::Record& record,
                              const Environment& environment) {
  if (!socket) return;
  const sys::Pid own = sys::getpid();
  const auto pid = or_fail(sys::portable::clone_process(sys::CloneFlags{}, sys::kSIGCHLD), "fork",
                           "notify socket");
  if (pid != sys::Pid{0}) return;
  (void)sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL));
  // What the one that waits has begun is not this one's to take back.
  Undo::leave_all();
  pass_on_readiness(std::move(socket), record, own, environment);
  for (;;) (void)sys::exit_group(0);
}

}  // namespace nosc::cli
