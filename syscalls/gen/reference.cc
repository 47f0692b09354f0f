// SPDX-License-Identifier: Apache-2.0
//
// Writes the reference of the typed calls as Markdown, a page for each topic and an index:
//   reference --out=FOLDER TABLE...

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/emit.h"

ABSL_FLAG(std::string, out, "", "folder to write pages to");

namespace syscalls_gen {
namespace {

constexpr std::string_view kGenerated = "<!-- Generated from syscalls/table; not edited. -->\n\n";

struct Meaning {
  std::string_view type;
  std::string_view words;
};

// Types of arguments; what stands behind a '<' is any. Longer ones first where one begins another.
constexpr Meaning kMeanings[] = {
    {"fd", "a descriptor, borrowed"},
    {"cstr?", "a string with proof of its end, or none"},
    {"cstr", "a string with proof of its end"},
    {"bytes", "memory that is read: address and size"},
    {"buffer", "memory that is filled: address and size"},
    {"size_first_bytes", "memory that is read: size and address"},
    {"size_first_buffer", "memory that is filled: size and address"},
    {"span<const", "elements that are read: address and number"},
    {"span<", "elements that are read and written: address and number"},
    {"count_first<const", "elements that are read: number and address"},
    {"count_first<", "elements that are read and written: number and address"},
    {"in?<", "a struct that is read, or null"},
    {"in<", "a struct that is read"},
    {"out?<", "a struct that is filled, or null"},
    {"out<", "a struct that is filled"},
    {"inout?<", "a struct that is read and filled, or null"},
    {"inout<", "a struct that is read and filled"},
    {"strings", "pointers to strings, with a null one at the end"},
    {"const_pointer", "memory that is read, of no fixed type"},
    {"pointer", "memory of no fixed type"},
    {"sizeof<", "the size of the struct; filled in"},
    {"constant<", "a fixed value; filled in"},
    {"u64", "a 64-bit number; two registers on 32-bit ABIs"},
    {"i64", "a 64-bit number; two registers on 32-bit ABIs"},
    {"low_high", "a 64-bit number, as two words on every ABI"},
    {"wide_int", "a number that fills a register"},
    {"narrow<", "a family of flags or values"},
    {"word<", "a family of flags or values"},
    {"Pid", "a process"},
    {"Uid", "a user"},
    {"Gid", "a group"},
};

std::string_view meaning_of(std::string_view type) {
  for (const Meaning& meaning : kMeanings) {
    const bool has_parameter = absl::StrContains(meaning.type, '<');
    if (has_parameter ? absl::StartsWith(type, meaning.type) : type == meaning.type) {
      return meaning.words;
    }
  }
  return scalar_type(type).empty() ? "a family of flags or values" : "a number";
}

// Which of all ABIs number the call, in as few words as can be.
std::string abis_with(const Tables& tables, const Call& call) {
  std::vector<std::string> with;
  std::vector<std::string> without;
  for (const auto& [abi, table] : tables.numbers) {
    (table.numbers.count(call.name) != 0 ? with : without).push_back(abi);
  }
  if (without.empty()) return absl::StrCat("all ", with.size());
  if (without.size() < with.size()) return absl::StrCat("all but ", absl::StrJoin(without, ", "));
  return absl::StrJoin(with, ", ");
}

// The first ABI that has the call: the one to write its signature for.
const Abi* example_of(const Tables& tables, const Call& call) {
  const Abi* found = nullptr;
  for (const Abi& abi : tables.abis) {
    if (!call_exists(tables, abi, call)) continue;
    if (abi.name == "x86_64") return &abi;
    if (found == nullptr) found = &abi;
  }
  return found;
}

std::string returned(const Call& call, const std::string& type) {
  if (type.empty()) return "does not return";
  std::string words = absl::StrCat("`", type, "`");
  if (type == "void") words = "nothing";
  if (type == "Fd") words = "`Fd`, owned by the caller";
  return absl::StrCat(words, call.infallible ? "; cannot fail" : ", or an errno");
}

absl::StatusOr<std::string> describe(const Tables& tables, const Call& call) {
  std::string text = absl::StrCat("### ", call.name, "\n\n", call.text, ".\n\n");
  const auto type = return_type(tables, call);
  if (!type.ok()) return type.status();
  if (const Abi* abi = example_of(tables, call)) {
    std::vector<ExpandedArgument> arguments;
    for (const Argument& argument : call.arguments) {
      auto expanded = expand_argument(tables, *abi, call.location, argument);
      if (!expanded.ok()) return expanded.status();
      arguments.push_back(*std::move(expanded));
    }
    const std::string returns = call.infallible ? *type : absl::StrCat("Result<", *type, ">");
    const std::string head = absl::StrCat(type->empty() ? "void" : returns, " ", call.name);
    const std::string signature = wrap_signature(head, parameter_list(arguments, true));
    absl::StrAppend(&text, "```cpp\n", absl::StripSuffix(signature, " {\n"), ";\n```\n\n");
  }
  for (const Argument& argument : call.arguments) {
    absl::StrAppend(&text, "- `", argument.name, "` (`", argument.type,
                    "`): ", meaning_of(argument.type), "\n");
  }
  absl::StrAppend(&text, "- returns ", returned(call, *type), "\n");
  if (call.blocking) absl::StrAppend(&text, "- may wait, and be interrupted by a signal (EINTR)\n");
  const bool always = call.since == "2.6";
  absl::StrAppend(&text, "- ABIs: ", abis_with(tables, call));
  if (!call.abis.empty()) absl::StrAppend(&text, "; in this form: ", call.abis);
  absl::StrAppend(&text, "\n- since Linux ", always ? "2.6 or earlier" : call.since,
                  "; errors and details: ", call.name, "(2)\n\n");
  return text;
}

std::string page_name(const Call& call) { return absl::StrCat(call.topic, ".md"); }

absl::StatusOr<Files> write_pages(const Tables& tables) {
  Files files;
  std::map<std::string, const Call*> index;
  std::vector<const Call*> calls;
  for (const Call& call : tables.calls) calls.push_back(&call);
  // By name, and forms of one call in the order of the tables.
  std::sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) {
    return a->name == b->name ? a < b : a->name < b->name;
  });
  for (const Call* call : calls) {
    std::string& page = files[page_name(*call)];
    if (page.empty()) {
      page = absl::StrCat(kGenerated, "# ", call->topic, "\n\n`#include \"syscalls/", call->topic,
                          ".h\"`; the namespace is `sys`. [All calls](README.md)\n\n");
    }
    auto text = describe(tables, *call);
    if (!text.ok()) return text.status();
    page += *text;
    index.emplace(call->name, call);
  }
  std::string& list = files["README.md"];
  list = absl::StrCat(
      kGenerated, "# Typed calls\n\n", index.size(),
      " calls by name, with the ABIs that number each. The headers have a call where this layer "
      "knows "
      "the ABI's conventions and the layouts that the call needs; elsewhere using it is a compile "
      "error. What can go wrong is the kernel's to say: a `Result` holds its errno, which "
      "the manual page explains. A call with several forms stands once for each.\n\n| call | topic "
      "| what it does |\n|---|---|---|\n");
  for (const auto& [name, call] : index) {
    absl::StrAppend(&list, "| [", name, "](", page_name(*call), "#", name, ") | ", call->topic,
                    " | ", absl::StrReplaceAll(call->text, {{"|", "\\|"}}), " |\n");
  }
  for (auto& [name, text] : files) {
    while (absl::EndsWith(text, "\n\n")) text.pop_back();
  }
  return files;
}

absl::Status run(const std::vector<std::string>& paths) {
  const auto tables = load_tables(paths);
  if (!tables.ok()) return tables.status();
  const auto files = write_pages(*tables);
  if (!files.ok()) return files.status();
  const std::filesystem::path folder = absl::GetFlag(FLAGS_out);
  std::filesystem::create_directories(folder);
  for (const auto& [name, text] : *files) {
    std::ofstream out(folder / name, std::ios::binary);
    out << text;
    out.close();
    if (!out)
      return absl::UnavailableError(absl::StrCat((folder / name).string(), ": not written"));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace syscalls_gen

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  const std::vector<std::string> paths(arguments.begin() + 1, arguments.end());
  const absl::Status status = syscalls_gen::run(paths);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
