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

}  // namespace

void write_state(Writer& out, const Texts& texts, sys::Pid pid, Status status) {
  out.text("{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": ").quoted(texts[Text::kId]);
  out.text(",\n  \"pid\": ").decimal(static_cast<uint32_t>(sys::to_raw(pid)));
  out.text(",\n  \"status\": ").quoted(status_name(status));
  for (const auto& member : kMembers) {
    out.text(",\n  ").quoted(member.name).text(": ").quoted(texts[member.text]);
  }
  if (!texts[Text::kAnnotations].empty()) {
    out.text(",\n  \"annotations\": ").text(texts[Text::kAnnotations]);
  }
  out.text(",\n  \"owner\": \"\"\n}");
}

}  // namespace nosc::state
