// SPDX-License-Identifier: Apache-2.0
//
// What nosc can do, by the tables that its parsing uses: what a table refuses isn't named here.
// Source: runtime-spec 1.3.0, features.md and features-linux.md.

#include <cstring>

#include "engine/capabilities/capabilities.h"
#include "engine/cli/commands.h"
#include "engine/mounts/options.h"
#include "engine/rt/writer.h"
#include "engine/spec/fields.h"

namespace nosc::cli {
namespace {

using spec::ObjectId;

// Writes `count` names that stand one behind another, each ending in NUL, as a JSON array.
void write_names(const char* names, size_t count, std::string_view prefix, Writer& out) {
  char separator = '[';
  for (; count != 0; --count, names = spec::next_name(names)) {
    if (*names == '\0') continue;
    out.character(separator).character('"').text(prefix).text(names).character('"');
    separator = ',';
  }
  out.character(']');
}

Writer& write_boolean(Writer& out, bool value) { return out.text(value ? "true" : "false"); }

// A property of an object that is an object with `enabled` here.
struct Switch {
  const char* name;
  ObjectId object;
  const char* property;
};

constexpr Switch kSwitches[] = {
    {"apparmor", ObjectId::kProcess, "apparmorProfile"},
    {"selinux", ObjectId::kProcess, "selinuxLabel"},
    {"intelRdt", ObjectId::kLinux, "intelRdt"},
    {"netDevices", ObjectId::kLinux, "netDevices"},
};

struct SeccompList {
  const char* name;
  spec::EnumId names;
};

constexpr SeccompList kSeccompLists[] = {
    {"actions", spec::EnumId::kSeccompAction},      {"operators", spec::EnumId::kSeccompOperator},
    {"archs", spec::EnumId::kSeccompArchitecture},  {"knownFlags", spec::EnumId::kSeccompFlag},
    {"supportedFlags", spec::EnumId::kSeccompFlag},
};

void write_linux(Writer& out) {
  const spec::Names namespaces = spec::names_of(spec::EnumId::kNamespaceType);
  write_names(namespaces.first, namespaces.count, "", out.text("{\"namespaces\":"));
  const std::span<const char> capabilities = capabilities::capability_names();
  size_t count = 0;
  for (const char c : capabilities) count += c == '\0' ? 1 : 0;
  write_names(capabilities.data(), count, "CAP_", out.text(",\"capabilities\":"));
  const bool limits = spec::is_supported(ObjectId::kLinux, "resources");
  write_boolean(out.text(",\"cgroup\":{\"v1\":"), limits);
  write_boolean(out.text(",\"v2\":true,\"systemd\":false,\"systemdUser\":false,\"rdma\":"), limits);
  out.character('}');
  out.text(",\"seccomp\":{\"enabled\":true");
  for (const SeccompList& list : kSeccompLists) {
    const spec::Names names = spec::names_of(list.names);
    out.text(",\"").text(list.name).text("\":");
    write_names(names.first, names.count, names.prefix, out);
  }
  out.character('}');
  for (const Switch& row : kSwitches) {
    out.text(",\"").text(row.name).text("\":{\"enabled\":");
    write_boolean(out, spec::is_supported(row.object, row.property)).character('}');
  }
  write_boolean(out.text(",\"mountExtensions\":{\"idmap\":{\"enabled\":"),
                spec::is_supported(ObjectId::kMount, "uidMappings"));
  out.text("}}}");
}

}  // namespace

void print_features(const CommandLine&, const Environment&) {
  BufferWriter<1024> out(kStdout);
  const spec::Object& hooks = spec::object_of(ObjectId::kHooks);
  out.text("{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\",\"hooks\":");
  write_names(hooks.names, hooks.field_count, "", out);
  mounts::write_all_option_names(out.text(",\"mountOptions\":["));
  write_linux(out.text("],\"linux\":"));
  out.text(",\"potentiallyUnsafeConfigAnnotations\":[\"run.oci.keep_original_groups\"]}\n");
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
