// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/commands.h"
#include "engine/rt/files.h"
#include "engine/rt/split.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestFileBytes = size_t{16} << 20;
constexpr size_t kLabelWidth = 14;

constexpr char kNamespaces[][7] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};

Writer& label(Writer& out, std::string_view name) {
  out.text(name);
  for (size_t i = name.size(); i < kLabelWidth; ++i) out.character(' ');
  return out;
}

// A file of /proc, or nothing where it can't be read: a report says what it can. One copy for all.
[[gnu::noinline]] std::string_view read_text(const char* path, Arena& arena) {
  if (!sys::faccessat(sys::kCwd, sys::CStr::from_terminated(path), sys::kR_OK)) return {};
  const auto text = read_file(path, kLargestFileBytes, arena);
  return {text.data(), text.size()};
}

template <class Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) use(take_until(text, '\n'));
}

void report_identity(Writer& out) {
  label(out, "pid").decimal(static_cast<uint32_t>(sys::getpid())).character('\n');
  sys::Utsname name;
  if (sys::uname(name)) label(out, "hostname").text(name.nodename).character('\n');
  label(out, "ids").text("uid ").decimal(static_cast<uint32_t>(sys::portable::getuid()));
  out.text(" gid ").decimal(static_cast<uint32_t>(sys::portable::getgid())).character('\n');
}

void report_namespaces(Writer& out) {
  for (const char* name : kNamespaces) {
    BufferWriter<32> path;
    path.text("/proc/self/ns/").text(name);
    char target[64];
    auto size =
        sys::readlinkat(sys::kAT_FDCWD, sys::CStr::from_terminated(path.terminated()), target);
    if (size) label(out, "namespace").text({target, *size}).character('\n');
  }
}

void report_cgroup(Writer& out, Arena& arena) {
  for_each_line(read_text("/proc/self/cgroup", arena), [&](std::string_view line) {
    if (line.starts_with("0::")) label(out, "cgroup").text(line.substr(3)).character('\n');
  });
}

// Privileges, as the kernel's own summary has them.
void report_status(Writer& out, Arena& arena) {
  for_each_line(read_text("/proc/self/status", arena), [&](std::string_view line) {
    for (std::string_view field : {"CapEff:\t", "NoNewPrivs:\t"}) {
      if (!line.starts_with(field)) continue;
      label(out, field[0] == 'C' ? "capabilities" : "no_new_privs");
      out.text(line.substr(field.size())).character('\n');
    }
  });
}

void report_mounts(Writer& out, Arena& arena) {
  uint64_t count = 0;
  const std::string_view text = read_text("/proc/self/mountinfo", arena);
  for_each_line(text, [&](std::string_view) { ++count; });
  label(out, "mounts").decimal(count).character('\n');
}

void report_interfaces(Writer& out, Arena& arena) {
  label(out, "interfaces");
  for_each_line(read_text("/proc/net/dev", arena), [&](std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == line.npos) return;
    const size_t start = line.find_first_not_of(' ');
    out.text(line.substr(start, colon - start)).character(' ');
  });
  out.character('\n');
}

}  // namespace

void report(const CommandLine&, const Environment& environment) {
  BufferWriter<1024> out(kStdout);
  report_identity(out);
  report_namespaces(out);
  report_cgroup(out, *environment.arena);
  report_status(out, *environment.arena);
  report_mounts(out, *environment.arena);
  report_interfaces(out, *environment.arena);
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
