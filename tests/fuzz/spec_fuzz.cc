// SPDX-License-Identifier: Apache-2.0
// Feeds any bytes to the reader of config.json and checks what every Config promises.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "engine/rt/testing.h"
#include "engine/spec/parse.h"

namespace {

using nosc::spec::Config;

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

// A view may go to the kernel as it is.
void check_string(std::string_view text) {
  check(text.data() == nullptr || std::strlen(text.data()) == text.size());
}

void check_strings(nosc::spec::Strings strings) {
  for (const std::string_view text : strings) check_string(text);
}

void check_config(const Config& config) {
  check(config.oci_version.starts_with("1."));
  check_string(config.hostname);
  check(config.root.present == !config.root.path.empty());
  check(!config.process.present || config.process.cwd.starts_with('/'));
  check_strings(config.process.args);
  check_strings(config.process.env);
  check_strings(config.process.capabilities.bounding);
  for (const auto& rlimit : config.process.rlimits) check_string(rlimit.type);
  for (const auto& mount : config.mounts) {
    check(!mount.destination.empty());
    check_string(mount.source);
    check_strings(mount.options);
  }
  check(config.linux.namespaces.size() <= nosc::spec::kNamespaceTypeCount);
  for (const auto& entry : config.linux.namespaces) check_string(entry.path);
  for (const auto& entry : config.linux.sysctl) {
    check_string(entry.key);
    check_string(entry.value);
  }
  check_strings(config.linux.masked_paths);
  check_strings(config.unsupported);
  check_strings(config.unknown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  nosc::Arena arena;
  const auto config =
      nosc::outcome_of([&] { return nosc::spec::parse({text.data(), size}, arena); });
  if (config.ok()) {
    check_config(*config);
  } else {
    nosc::BufferWriter<1024> message;
    nosc::write_error(message, config.error());
    check(!message.view().empty());
  }
  return 0;
}
