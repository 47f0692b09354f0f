// SPDX-License-Identifier: Apache-2.0
//
// Generates the headers of the system-call layer from its tables.
//
//   generate --out=DIR syscalls/abi/*.abi syscalls/table/*.tbl syscalls/table/numbers/*.tbl
//   generate --checks=FILE --libc_checks=FILE ... syscalls/table/headers/*.facts
//   generate --codegen=DIR --codegen_abis=ABI,... ...
//
// With --checks it writes two sources instead, which compile only if the headers agree with what
// the facts say of the kernel's own, and with the libc's where the kernel has none.
//
// With --codegen it writes ABI_calls.cc, a function around each call, and ABI_counts.txt, which
// says what each one may take; see emit_codegen().
//
// A mistake in a table is one line "FILE:LINE: ..."; nothing is written then.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "syscalls/gen/emit.h"

ABSL_FLAG(std::string, out, "", "folder to write headers to");
ABSL_FLAG(std::string, checks, "", "source to write instead");
ABSL_FLAG(std::string, libc_checks, "", "second source to write instead");
ABSL_FLAG(std::string, codegen, "", "folder to write functions around the calls to instead");
ABSL_FLAG(std::string, codegen_abis, "", "ABIs to write them for");

namespace syscalls_gen {
namespace {

absl::Status write(const std::filesystem::path& path, const std::string& text) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path.string(), ":1: cannot be written"));
}

absl::Status write_headers(const std::vector<std::string>& paths, const std::string& folder) {
  const auto tables = load_tables(paths);
  if (!tables.ok()) return tables.status();
  const auto files = generate(*tables);
  if (!files.ok()) return files.status();
  for (const auto& [name, text] : *files) {
    if (auto status = write(std::filesystem::path(folder) / name, text); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status write_codegen(const std::vector<std::string>& paths, const std::string& folder) {
  const auto tables = load_tables(paths);
  if (!tables.ok()) return tables.status();
  for (const Abi& abi : tables->abis) {
    if (!abi_matches(abi, absl::GetFlag(FLAGS_codegen_abis))) continue;
    const auto code = emit_codegen(*tables, abi);
    if (!code.ok()) return code.status();
    const std::filesystem::path place = std::filesystem::path(folder) / abi.name;
    if (auto status = write(place.string() + "_calls.cc", code->source); !status.ok()) {
      return status;
    }
    if (auto status = write(place.string() + "_counts.txt", code->counts); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status write_checks(const std::vector<std::string>& paths, const std::string& out) {
  std::vector<std::string> table_paths;
  std::map<std::string, Facts> facts;
  for (const std::string& path : paths) {
    if (std::filesystem::path(path).extension() != ".facts") {
      table_paths.push_back(path);
      continue;
    }
    const auto text = read_file(path);
    if (!text.ok()) return text.status();
    auto known = parse_facts(path, *text);
    if (!known.ok()) return known.status();
    facts[std::filesystem::path(path).stem().string()] = *std::move(known);
  }
  const auto tables = load_tables(table_paths);
  if (!tables.ok()) return tables.status();
  if (auto status = write(out, emit_checks(*tables, facts)); !status.ok()) return status;
  return write(absl::GetFlag(FLAGS_libc_checks), emit_libc_checks(*tables));
}

absl::Status run(const std::vector<std::string>& paths) {
  const std::string checks = absl::GetFlag(FLAGS_checks);
  if (!checks.empty()) return write_checks(paths, checks);
  const std::string codegen = absl::GetFlag(FLAGS_codegen);
  if (!codegen.empty()) return write_codegen(paths, codegen);
  return write_headers(paths, absl::GetFlag(FLAGS_out));
}

}  // namespace
}  // namespace syscalls_gen

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  const std::vector<std::string> paths(arguments.begin() + 1, arguments.end());
  const absl::Status status = syscalls_gen::run(paths);
  if (status.ok()) return 0;
  fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
