// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/options.h"

#include <cstring>

namespace nosc::mounts {
namespace {

enum class Effect : uint8_t { kSet, kClear, kPropagation, kBind, kNone, kCopyUp, kRefused };

// The name is stored in place: a table of pointers would be larger than the names are.
struct Option {
  char name[15];
  Effect effect;
  uint32_t bits;
};

constexpr uint32_t bits(sys::MountFlags flags) { return static_cast<uint32_t>(flags.bits()); }

constexpr Option kOptions[] = {
    {"async", Effect::kClear, bits(sys::kMS_SYNCHRONOUS)},
    {"atime", Effect::kClear, bits(sys::kMS_NOATIME)},
    {"bind", Effect::kBind, 0},
    {"defaults", Effect::kNone, 0},
    {"dev", Effect::kClear, bits(sys::kMS_NODEV)},
    {"diratime", Effect::kClear, bits(sys::kMS_NODIRATIME)},
    {"dirsync", Effect::kSet, bits(sys::kMS_DIRSYNC)},
    {"exec", Effect::kClear, bits(sys::kMS_NOEXEC)},
    {"idmap", Effect::kRefused, 0},
    {"iversion", Effect::kSet, bits(sys::kMS_I_VERSION)},
    {"lazytime", Effect::kSet, bits(sys::kMS_LAZYTIME)},
    {"loud", Effect::kClear, bits(sys::kMS_SILENT)},
    {"mand", Effect::kSet, bits(sys::kMS_MANDLOCK)},
    {"noatime", Effect::kSet, bits(sys::kMS_NOATIME)},
    {"nodev", Effect::kSet, bits(sys::kMS_NODEV)},
    {"nodiratime", Effect::kSet, bits(sys::kMS_NODIRATIME)},
    {"noexec", Effect::kSet, bits(sys::kMS_NOEXEC)},
    {"noiversion", Effect::kClear, bits(sys::kMS_I_VERSION)},
    {"nolazytime", Effect::kClear, bits(sys::kMS_LAZYTIME)},
    {"nomand", Effect::kClear, bits(sys::kMS_MANDLOCK)},
    {"norelatime", Effect::kClear, bits(sys::kMS_RELATIME)},
    {"nostrictatime", Effect::kClear, bits(sys::kMS_STRICTATIME)},
    {"nosuid", Effect::kSet, bits(sys::kMS_NOSUID)},
    {"nosymfollow", Effect::kSet, bits(sys::kMS_NOSYMFOLLOW)},
    {"private", Effect::kPropagation, bits(sys::kMS_PRIVATE)},
    {"relatime", Effect::kSet, bits(sys::kMS_RELATIME)},
    {"remount", Effect::kSet, bits(sys::kMS_REMOUNT)},
    {"ro", Effect::kSet, bits(sys::kMS_RDONLY)},
    {"rw", Effect::kClear, bits(sys::kMS_RDONLY)},
    {"shared", Effect::kPropagation, bits(sys::kMS_SHARED)},
    {"silent", Effect::kSet, bits(sys::kMS_SILENT)},
    {"slave", Effect::kPropagation, bits(sys::kMS_SLAVE)},
    {"strictatime", Effect::kSet, bits(sys::kMS_STRICTATIME)},
    {"suid", Effect::kClear, bits(sys::kMS_NOSUID)},
    {"symfollow", Effect::kClear, bits(sys::kMS_NOSYMFOLLOW)},
    {"sync", Effect::kSet, bits(sys::kMS_SYNCHRONOUS)},
    {"tmpcopyup", Effect::kCopyUp, 0},
    {"unbindable", Effect::kPropagation, bits(sys::kMS_UNBINDABLE)},
};

const Option* find_option(std::string_view name) {
  if (name.size() >= sizeof Option::name) return nullptr;
  for (const Option& option : kOptions) {
    if (option.name[name.size()] == '\0' &&
        std::memcmp(option.name, name.data(), name.size()) == 0) {
      return &option;
    }
  }
  return nullptr;
}

// True where "r" before the option's name means the whole tree.
bool has_recursive_form(const Option& option) {
  switch (option.effect) {
    case Effect::kPropagation:
    case Effect::kBind: return true;
    case Effect::kSet:
    case Effect::kClear: return (option.bits & bits(kPerMount)) != 0;
    case Effect::kRefused: return true;
    case Effect::kCopyUp:
    case Effect::kNone: break;
  }
  return false;
}

void apply_option(const Option& option, bool recursive, MountOptions& out) {
  const sys::MountFlags flags = sys::MountFlags::from_bits(option.bits);
  sys::MountFlags& set = recursive ? out.recursive_set : out.set;
  sys::MountFlags& cleared = recursive ? out.recursive_cleared : out.cleared;
  switch (option.effect) {
    case Effect::kSet:
      set = set | flags;
      cleared = cleared & ~flags;
      break;
    case Effect::kClear:
      set = set & ~flags;
      cleared = cleared | flags;
      break;
    case Effect::kPropagation: out.propagation = recursive ? flags | sys::kMS_REC : flags; break;
    case Effect::kBind:
      if (out.binding != Binding::kRecursive) {
        out.binding = recursive ? Binding::kRecursive : Binding::kOne;
      }
      break;
    case Effect::kCopyUp: out.copy_up = true; break;
    case Effect::kNone:
    case Effect::kRefused: break;
  }
}

}  // namespace

MountOptions parse_options(std::span<const std::string_view> options, Place place, Arena& arena) {
  MountOptions out;
  size_t data_bytes = 0;
  for (std::string_view name : options) data_bytes += name.size() + 1;
  char* data = nullptr;
  char* end = nullptr;
  for (std::string_view name : options) {
    const Option* option = find_option(name);
    bool recursive = false;
    if (option == nullptr && name.size() > 1 && name[0] == 'r') {
      option = find_option(name.substr(1));
      recursive = option != nullptr && has_recursive_form(*option);
      if (!recursive) option = nullptr;
    }
    if (option == nullptr) {
      if (name.empty()) continue;
      if (data == nullptr) {
        data = end = arena.array<char>(data_bytes).data();
      } else {
        *end++ = ',';
      }
      std::memcpy(end, name.data(), name.size());
      end += name.size();
      *end = '\0';
      continue;
    }
    if (option->effect == Effect::kRefused) {
      fail({.code = ErrorCode::kUnsupported,
            .object = name,
            .place = place,
            .text = "mount option not supported yet"});
    }
    apply_option(*option, recursive, out);
  }
  if (data != nullptr) out.data = data;
  return out;
}

void write_all_option_names(Writer& out) {
  const char* separator = "";
  for (const Option& option : kOptions) {
    if (option.effect == Effect::kRefused) continue;
    out.text(separator).quoted(option.name);
    separator = ",";
    if (has_recursive_form(option)) out.text(",\"r").text(option.name).character('"');
  }
}

void write_option_names(sys::MountFlags flags, Writer& out) {
  std::string_view separator;
  const bool recursive = flags.has(sys::kMS_REC);
  for (const Option& option : kOptions) {
    if (option.effect != Effect::kSet && option.effect != Effect::kPropagation) continue;
    if (!flags.has(sys::MountFlags::from_bits(option.bits))) continue;
    out.text(separator).text(recursive ? "r" : "").text(option.name);
    separator = ",";
  }
}

}  // namespace nosc::mounts
