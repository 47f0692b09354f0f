// SPDX-License-Identifier: Apache-2.0
#include "engine/sysctl/sysctl.h"

#include <algorithm>

#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::sysctl {
namespace {

using spec::NamespaceType;

struct Owner {
  char prefix[24];  // a trailing slash: everything beneath; otherwise the one key
  NamespaceType type;
};

constexpr Owner kOwners[] = {
    {"net/", NamespaceType::kNetwork},          {"fs/mqueue/", NamespaceType::kIpc},
    {"kernel/msgmax", NamespaceType::kIpc},     {"kernel/msgmnb", NamespaceType::kIpc},
    {"kernel/msgmni", NamespaceType::kIpc},     {"kernel/sem", NamespaceType::kIpc},
    {"kernel/shmall", NamespaceType::kIpc},     {"kernel/shmmax", NamespaceType::kIpc},
    {"kernel/shmmni", NamespaceType::kIpc},     {"kernel/shm_rmid_forced", NamespaceType::kIpc},
    {"kernel/domainname", NamespaceType::kUts}, {"user/", NamespaceType::kUser},
};

const Owner* find_owner(std::string_view key) {
  for (const Owner& owner : kOwners) {
    const std::string_view prefix = owner.prefix;
    if (prefix.back() == '/' ? key.starts_with(prefix) : key == prefix) return &owner;
  }
  return nullptr;
}

constexpr std::string_view kPrefix = "sys/";

// Letters, digits, '_' and '-', in parts separated by single dots or slashes.
bool is_plain(std::string_view key) {
  bool is_between = true;
  for (char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!letter && ((c != '.' && c != '/') || is_between)) return false;
    is_between = !letter;
  }
  return !is_between;
}

char swap_separator(char c) {
  if (c == '.') return '/';
  return c == '/' ? '.' : c;
}

// A parameter's path beneath /proc. Whichever of dot and slash comes first stands between folders,
// the other one in the name of a folder, as sysctl(8) has it: eth0.7 in net.ipv4.conf.eth0/7.mtu
// and in net/ipv4/conf/eth0.7/mtu.
std::span<char> path_of(std::string_view key, Arena& arena) {
  const auto path = arena.array<char>(kPrefix.size() + key.size() + 1);
  std::ranges::copy(kPrefix, path.begin());
  const size_t first = key.find_first_of("./");
  const bool is_dotted = first == key.npos || key[first] == '.';
  for (size_t i = 0; i < key.size(); ++i) {
    path[kPrefix.size() + i] = is_dotted ? swap_separator(key[i]) : key[i];
  }
  return path;
}

bool has_namespace(const spec::Config& config, NamespaceType type) {
  for (const spec::Namespace& entry : config.linux.namespaces) {
    if (entry.type == type) return true;
  }
  return false;
}

}  // namespace

std::span<SysctlRecord> plan_sysctls(const spec::Config& config, Arena& arena) {
  const auto entries = config.linux.sysctl;
  const auto records = arena.array<SysctlRecord>(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = entries[i].key;
    const Place place{"/linux/sysctl", -1, key.data()};
    if (!is_plain(key)) fail_invalid(place, "not a plain name");
    const auto path = path_of(key, arena);
    const Owner* owner = find_owner({path.data() + kPrefix.size(), key.size()});
    if (owner == nullptr) fail_invalid(place, "belongs to no namespace of the container");
    if (!has_namespace(config, owner->type)) {
      fail_invalid(place, "needs a namespace of this type", namespace_type_name(owner->type));
    }
    records[i] = {path.data(), entries[i].value, owner->type, place};
  }
  return records;
}

void apply_sysctls(std::span<const SysctlRecord> records, sys::BorrowedFd proc) {
  for (size_t i = 0; i < records.size(); ++i) {
    begin_step(Step::kSysctl, i);
    const sys::Fd file = or_fail(sys::openat(proc, sys::CStr::from_terminated(records[i].path),
                                             sys::kO_WRONLY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
                                 Operation::kOpen);
    or_fail(sys::write(file, records[i].value), Operation::kWrite);
  }
}

}  // namespace nosc::sysctl
