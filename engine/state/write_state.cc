// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/writer.h"
#include "engine/state/record.h"

namespace nosc::state {
namespace {

constexpr struct {
  Text text;
  const char* name;
} kMembers[] = {
    {Text::kBundle, "bundle"},
    {Text::kRootfs, "rootfs"},
    {Text::kCreated, "created"},
};

// Writes what stands between two values, as it is or without the white space.
[[gnu::noinline]] Writer& between(Writer& out, Layout layout, std::string_view text) {
  for (const char c : text) {
    if (layout == Layout::kIndented || c > ' ') out.character(c);
  }
  return out;
}

}  // namespace

void write_state(Writer& out, const Texts& texts, sys::Pid pid, Status status,
                 std::string_view owner, Layout layout) {
  between(out, layout, "{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": ").quoted(texts[Text::kId]);
  between(out, layout, ",\n  \"pid\": ").decimal(static_cast<uint32_t>(sys::to_raw(pid)));
  between(out, layout, ",\n  \"status\": ").quoted(status_name(status));
  for (const auto& member : kMembers) {
    between(out, layout, ",\n  ").quoted(member.name);
    between(out, layout, ": ").quoted(texts[member.text]);
  }
  if (!texts[Text::kAnnotations].empty()) {
    between(out, layout, ",\n  \"annotations\": ").text(texts[Text::kAnnotations]);
  }
  between(out, layout, ",\n  \"owner\": ").quoted(owner);
  between(out, layout, "\n}");
}

}  // namespace nosc::state
