// SPDX-License-Identifier: Apache-2.0
//
// Generates the headers of the system-call layer from its tables.
//
//   generate --out=DIR syscalls/abi/*.abi syscalls/table/*.tbl syscalls/table/numbers/*.tbl
//
// A mistake in a table is one line "FILE:LINE: ..."; nothing is written then.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "syscalls/gen/emit.h"

ABSL_FLAG(std::string, out, "", "folder to write to");

namespace syscalls_gen {
namespace {

absl::Status run(const std::vector<std::string>& paths, const std::string& folder) {
  const auto tables = load_tables(paths);
  if (!tables.ok()) return tables.status();
  const auto files = generate(*tables);
  if (!files.ok()) return files.status();
  for (const auto& [name, text] : *files) {
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out) return absl::UnavailableError(absl::StrCat(path.string(), ":1: cannot be written"));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace syscalls_gen

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  const std::vector<std::string> paths(arguments.begin() + 1, arguments.end());
  const absl::Status status = syscalls_gen::run(paths, absl::GetFlag(FLAGS_out));
  if (status.ok()) return 0;
  fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
