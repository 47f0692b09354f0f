// SPDX-License-Identifier: Apache-2.0
//
// Imports what the kernel's source declares of its system calls: names and types of arguments.
//
//   import_signatures --source=DIR --origin="linux-source-7.3 7.3.4 sha256:..." syscalls/abi/*.abi
//   ...
//
// DIR holds an unpacked kernel source. An ABI's `calls` line names the source's table of calls and
// the rows that the ABI takes; entry points are looked for in the folder of its architecture first.
// Calls whose entry point is no SYSCALL_DEFINE, or several that differ, come from --by_hand.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/differences.h"
#include "syscalls/gen/signatures.h"
#include "syscalls/gen/tables.h"

ABSL_FLAG(bool, check, false, "compare and write nothing");
ABSL_FLAG(std::string, source, "", "folder of the kernel's source");
ABSL_FLAG(std::string, origin, "", "package, version and hash of the source");
ABSL_FLAG(std::string, by_hand, "syscalls/table/signatures/by_hand.facts", "signatures to add");
ABSL_FLAG(std::string, out, "syscalls/table/signatures/kernel.facts", "file to write");

namespace syscalls_gen {
namespace {

// Definitions of an entry point by the folder that they are for: "x86", or "" for all.
using Definitions = std::map<std::string, std::map<std::string, std::set<std::string>>>;

struct Source {
  Definitions definitions;  // by entry point; a signature as format_signatures() writes it
  std::map<std::string, KernelArguments> arguments;  // by that text
};

std::string signature_text(const KernelArguments& arguments) {
  std::string text;
  for (const KernelArgument& argument : arguments) {
    absl::StrAppend(&text, " | ", argument.type, " ", argument.name);
  }
  return text;
}

void read_source(const std::filesystem::path& root, Source& source) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".c") continue;
    const auto text = read_file(entry.path().string());
    if (!text.ok() || !absl::StrContains(*text, "SYSCALL")) continue;
    const std::string path = entry.path().lexically_relative(root).string();
    const std::vector<std::string> folders = absl::StrSplit(path, '/');
    const std::string folder = folders[0] == "arch" ? folders[1] : "";
    for (const EntryPoint& point : find_entry_points(*text)) {
      const std::string signature = signature_text(point.arguments);
      source.definitions[point.name][folder].insert(signature);
      source.arguments[signature] = point.arguments;
    }
  }
}

// The entry points of an ABI by the names of its calls; those that aren't implemented are left out.
absl::StatusOr<std::map<std::string, std::string>> read_table(const Tables& tables, const Abi& abi,
                                                              const std::string& root) {
  const auto& [path, tags] = abi.kernel_table;
  const auto text = read_file(root + "/" + path);
  if (!text.ok()) return text.status();
  std::map<std::string, std::string> entries;
  for (std::string_view line : absl::StrSplit(*text, '\n')) {
    const std::vector<std::string> words =
        absl::StrSplit(line.substr(0, line.find('#')), absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 4 || words[3] == "sys_ni_syscall" || words[3] == "-" ||
        !tags.contains(words[1]) || !numbers_of(tables, abi).contains(words[2])) {
      continue;
    }
    std::string_view entry = words[3];
    absl::ConsumePrefix(&entry, "sys_");
    entries[words[2]] = std::string(entry);
  }
  return entries;
}

// The one signature that an architecture's entry point has, or null.
const KernelArguments* find_signature(const Source& source, const std::string& entry,
                                      const std::string& folder) {
  const auto definitions = source.definitions.find(entry);
  if (definitions == source.definitions.end()) return nullptr;
  for (const std::string& place : {folder, std::string()}) {
    const auto found = definitions->second.find(place);
    if (found == definitions->second.end()) continue;
    if (found->second.size() != 1) return nullptr;
    return &source.arguments.at(*found->second.begin());
  }
  return nullptr;
}

absl::StatusOr<Signatures> read_signatures(const Tables& tables, const Signatures& by_hand,
                                           const std::string& root) {
  Source source;
  read_source(root, source);
  Signatures signatures;
  for (const Abi& abi : tables.abis) {
    if (abi.kernel_table.path.empty()) continue;
    const auto entries = read_table(tables, abi, root);
    if (!entries.ok()) return entries.status();
    const auto known = by_hand.find(abi.name);
    for (const auto& [name, entry] : *entries) {
      const KernelArguments* arguments = find_signature(source, entry, abi.headers);
      if (known != by_hand.end() && known->second.contains(name)) {
        arguments = &known->second.at(name);
      }
      if (arguments == nullptr) {
        fprintf(stderr, "%s %s: no single definition of %s\n", abi.name.c_str(), name.c_str(),
                entry.c_str());
        continue;
      }
      signatures[abi.name][name] = *arguments;
    }
  }
  return signatures;
}

// Signatures as facts, for the report of differences.
std::map<std::string, Facts> as_facts(const Signatures& signatures) {
  std::map<std::string, Facts> facts;
  for (const auto& [abi, calls] : signatures) {
    for (const auto& [name, arguments] : calls) {
      facts[abi][absl::StrCat("call ", name, signature_text(arguments))] = arguments.size();
    }
  }
  return facts;
}

absl::StatusOr<Signatures> read_known(const std::string& path) {
  const auto text = read_file(path);
  if (!text.ok()) return text.status();
  return parse_signatures(path, *text);
}

// True if the source says anything else than the last import.
absl::StatusOr<bool> import(const std::vector<std::string>& paths) {
  Tables tables;
  if (auto status = load_unchecked(paths, tables); !status.ok()) return status;
  const auto by_hand = read_known(absl::GetFlag(FLAGS_by_hand));
  if (!by_hand.ok()) return by_hand.status();
  const auto signatures = read_signatures(tables, *by_hand, absl::GetFlag(FLAGS_source));
  if (!signatures.ok()) return signatures.status();
  const std::string path = absl::GetFlag(FLAGS_out);
  const auto older = read_known(path);
  const std::string report = differences(
      older.ok() ? as_facts(*older) : std::map<std::string, Facts>(), as_facts(*signatures));
  printf("%s", report.empty() ? "no difference\n" : report.c_str());
  if (!absl::GetFlag(FLAGS_check)) {
    std::ofstream(path, std::ios::binary)
        << format_signatures(*signatures, absl::GetFlag(FLAGS_origin));
  }
  return !report.empty();
}

}  // namespace
}  // namespace syscalls_gen

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  const auto differs =
      syscalls_gen::import(std::vector<std::string>(arguments.begin() + 1, arguments.end()));
  if (differs.ok()) return *differs && absl::GetFlag(FLAGS_check) ? 1 : 0;
  fprintf(stderr, "%s\n", std::string(differs.status().message()).c_str());
  return 2;
}
