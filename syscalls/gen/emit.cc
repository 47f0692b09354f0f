// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

absl::Status add(Files& files, const std::string& path, absl::StatusOr<std::string> text) {
  if (!text.ok()) return text.status();
  files[path] = *std::move(text);
  return absl::OkStatus();
}

absl::Status add_abi(const Tables& tables, const Abi& abi, Files& files) {
  const std::string folder = abi.name + "/";
  files[folder + "abi.h"] = emit_abi(tables, abi);
  files[folder + "numbers.h"] = emit_numbers(tables, abi);
  files[folder + "errno.h"] = emit_errors(tables, abi);
  files[folder + "constants.h"] = emit_constants(tables, abi);
  if (auto status = add(files, folder + "types.h", emit_types(tables, abi)); !status.ok()) {
    return status;
  }
  for (const std::string& topic : topics()) {
    auto status = add(files, folder + topic + ".h", emit_topic(tables, abi, topic));
    if (!status.ok()) return status;
  }
  return add(files, folder + "portable.h", emit_portable(tables, abi));
}

std::string emit_everything() {
  std::string text = file_head("table/");
  for (const char* name : {"errno", "numbers", "portable"}) {
    absl::StrAppend(&text, "#include \"syscalls/", name, ".h\"\n");
  }
  return text;
}

}  // namespace

std::string file_head(const std::string& sources) {
  return absl::StrCat("// SPDX-License-Identifier: Apache-2.0\n// Generated from syscalls/",
                      sources, "; not edited.\n#pragma once\n\n");
}

std::string emit_dispatch(const Tables& tables, const std::string& name) {
  std::string text = file_head("abi/");
  const char* directive = "#if";
  for (const Abi& abi : tables.abis) {
    absl::StrAppend(&text, directive, " ", abi.match, "\n#include \"syscalls/", abi.name, "/", name,
                    ".h\"  // IWYU pragma: export\n");
    directive = "#elif";
  }
  absl::StrAppend(&text, "#else\n#error \"syscalls: no tables for this ABI\"\n#endif\n");
  return text;
}

absl::StatusOr<Files> generate(const Tables& tables) {
  Files files;
  for (const Abi& abi : tables.abis) {
    if (auto status = add_abi(tables, abi, files); !status.ok()) return status;
  }
  std::vector<std::string> names = topics();
  names.insert(names.end(), {"abi", "numbers", "errno", "constants", "types", "portable"});
  for (const std::string& name : names) files[name + ".h"] = emit_dispatch(tables, name);
  files["sys.h"] = emit_everything();
  return files;
}

}  // namespace syscalls_gen
