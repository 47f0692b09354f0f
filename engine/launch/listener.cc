// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/listener.h"

#include <cstring>

#include "engine/rt/descriptor_message.h"
#include "engine/rt/error.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constexpr Place kPath = {"/linux/seccomp/listenerPath"};
constexpr size_t kFixedBytes = 512;   // more than the members' names and numbers
constexpr size_t kLargestEscape = 6;  // of one character, in JSON

std::span<char> write_process_state(const seccomp::SeccompPlan& plan, const Notified& notified,
                                    Arena& arena) {
  size_t bytes = kFixedBytes + kLargestEscape * plan.listener_metadata.size();
  for (const std::string_view text : notified.texts->views) bytes += kLargestEscape * text.size();
  const auto buffer = arena.array<char>(bytes);
  Writer out(buffer);
  out.text("{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":");
  out.decimal(static_cast<uint32_t>(sys::to_raw(notified.process->pid)));
  out.text(",\"metadata\":").quoted(plan.listener_metadata).text(",\"state\":");
  state::write_state(out, *notified.texts, notified.container_pid, notified.status);
  return buffer.first(out.character('}').view().size());
}

}  // namespace

sys::Fd connect_to(std::string_view path, const Place& place) {
  sys::SockaddrUn address{};
  if (path.size() >= sizeof address.path) {
    fail_system("connect to", path, sys::kENAMETOOLONG, place);
  }
  address.family = static_cast<uint16_t>(sys::kAF_UNIX);
  std::memcpy(address.path, path.data(), path.size());
  sys::Fd socket =
      or_fail(sys::socket(sys::kAF_UNIX, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC, 0), "socket", {});
  or_fail(sys::connect(socket, sys::Bytes(&address, sizeof address)), "connect to", path, place);
  return socket;
}

sys::Fd connect_to_agent(const seccomp::SeccompPlan& plan) {
  return plan.listener_path == nullptr ? sys::Fd{} : connect_to(plan.listener_path, kPath);
}

void hand_over_listener(sys::BorrowedFd agent, const seccomp::SeccompPlan& plan, uint32_t number,
                        const Notified& notified, Arena& arena) {
  const sys::Fd listener =
      or_fail(sys::pidfd_getfd(notified.process->pidfd, static_cast<int>(number)), "take",
              "the listener's descriptor", kPath);
  const std::span<char> text = write_process_state(plan, notified, arena);
  DescriptorMessage message(text);
  message.set_fd(listener.raw());
  const char* const path = plan.listener_path;
  size_t sent =
      or_fail(sys::sendmsg(agent, message.header(), sys::kMSG_NOSIGNAL), "send to", path, kPath);
  while (sent != text.size()) {
    sent +=
        or_fail(sys::sendto(agent, text.subspan(sent), sys::kMSG_NOSIGNAL), "send to", path, kPath);
  }
}

}  // namespace nosc::launch
