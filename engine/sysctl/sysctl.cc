// SPDX-License-Identifier: Apache-2.0
#include "engine/sysctl/sysctl.h"

#include <cstring>

#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::sysctl {
namespace {

using spec::NamespaceType;

struct Owner {
  char prefix[24];  // a trailing dot: everything beneath; otherwise the one key
  NamespaceType type;
};

constexpr Owner kOwners[] = {
    {"net.", NamespaceType::kNetwork},          {"fs.mqueue.", NamespaceType::kIpc},
    {"kernel.msgmax", NamespaceType::kIpc},     {"kernel.msgmnb", NamespaceType::kIpc},
    {"kernel.msgmni", NamespaceType::kIpc},     {"kernel.sem", NamespaceType::kIpc},
    {"kernel.shmall", NamespaceType::kIpc},     {"kernel.shmmax", NamespaceType::kIpc},
    {"kernel.shmmni", NamespaceType::kIpc},     {"kernel.shm_rmid_forced", NamespaceType::kIpc},
    {"kernel.domainname", NamespaceType::kUts},
};

const Owner* find_owner(std::string_view key) {
  for (const Owner& owner : kOwners) {
    const std::string_view prefix = owner.prefix;
    if (prefix.back() == '.' ? key.starts_with(prefix) : key == prefix) return &owner;
  }
  return nullptr;
}

// Letters, digits, '_' and '-', in parts separated by single dots.
bool is_plain(std::string_view key) {
  char before = '.';
  for (char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!letter && (c != '.' || before == '.')) return false;
    before = c;
  }
  return before != '.';
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
    if (!is_plain(key)) fail_invalid(place, "not a plain dotted name");
    const Owner* owner = find_owner(key);
    if (owner == nullptr) fail_invalid(place, "belongs to no namespace of the container");
    if (!has_namespace(config, owner->type)) {
      fail_invalid(place, "needs a namespace of this type", namespace_type_name(owner->type));
    }
    constexpr std::string_view kPrefix = "sys/";
    const auto path = arena.array<char>(kPrefix.size() + key.size() + 1);
    std::memcpy(path.data(), kPrefix.data(), kPrefix.size());
    for (size_t j = 0; j < key.size(); ++j) {
      path[kPrefix.size() + j] = key[j] == '.' ? '/' : key[j];
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
