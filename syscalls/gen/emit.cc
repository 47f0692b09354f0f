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
  if (auto status = add(files, folder + "decode_data.h", emit_decode_data(tables, abi));
      !status.ok()) {
    return status;
  }
  files[folder + "errno_messages.h"] = emit_error_messages(tables, abi);
  files[folder + "vdso_names.h"] = emit_vdso_names(tables, abi);
  if (auto status = emit_types(tables, abi, files); !status.ok()) return status;
  for (const Topic& topic : tables.topics) {
    auto status = add(files, folder + topic.name + ".h", emit_topic(tables, abi, topic.name));
    if (!status.ok()) return status;
  }
  return add(files, folder + "portable.h", emit_portable(tables, abi));
}

// What sys.h says of the layer.
constexpr char kEssay[] =
    R"(// The whole system-call layer: every typed call of the ABI that is compiled for.
//
// A call is one inline function of the kernel's name that is the system call itself: arguments go
// to the registers that the ABI wants, and what comes back is a Result in one register. Types keep
// apart what the kernel takes as plain numbers: owned and borrowed descriptors (Fd, BorrowedFd),
// strings that are known to end (CStr), memory with its size (Bytes, MutableBytes, Span), sets of
// flags that don't mix, ids. None of them costs an instruction. Constants are "k" and the kernel's
// name. A call that an ABI lacks is not declared there; sys::portable has one spelling for those
// that ABIs call differently by history alone, and sys::raw calls without types.
//
// Nothing here needs a libc, a C++ runtime or an initializer; nothing that is unused is linked.
)";

std::string emit_everything() {
  std::string text = absl::StrCat(file_head("table/"), kEssay);
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
  std::vector<std::string> names{"abi",      "numbers",    "errno",       "constants",     "types",
                                 "portable", "vdso_names", "decode_data", "errno_messages"};
  for (const Topic& topic : tables.topics) names.push_back(topic.name);
  for (const std::string& name : names) files[name + ".h"] = emit_dispatch(tables, name);
  files["sys.h"] = emit_everything();
  files["names_data.h"] = emit_name_data(tables);
  return files;
}

}  // namespace syscalls_gen
