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
#include "syscalls/gen/reference_words.h"

ABSL_FLAG(std::string, out, "", "folder to write pages to");

namespace syscalls_gen {
namespace {

constexpr std::string_view kGenerated = "<!-- Generated from syscalls/table; not edited. -->\n\n";

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
    absl::StrAppend(&text, describe_argument(tables, call, argument));
  }
  absl::StrAppend(&text, "- returns ", returned(call, *type), "\n");
  if (call.blocking) absl::StrAppend(&text, "- may wait, and be interrupted by a signal\n");
  absl::StrAppend(&text, describe_errors(tables, call));
  const bool always = call.since == "2.6";
  absl::StrAppend(&text, "- ABIs: ", abis_with(tables, call));
  if (!call.abis.empty()) absl::StrAppend(&text, "; in this form: ", call.abis);
  absl::StrAppend(&text, "\n- since Linux ", always ? "2.6 or earlier" : call.since,
                  "; more in the manual: ", call.name, "(2)\n\n");
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
  for (const Topic& topic : tables.topics) {
    files[absl::StrCat(topic.name, ".md")] = absl::StrCat(
        kGenerated, "# ", topic.title, "\n\n", topic.introduction, "\n`#include \"syscalls/",
        topic.name, ".h\"`; the namespace is `sys`. [All calls](README.md)\n\n");
  }
  for (const Call* call : calls) {
    std::string& page = files[page_name(*call)];
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
      "error. A `Result` holds the call's value or its errno. A call with several forms stands "
      "once "
      "for each.\n\n");
  for (const Topic& topic : tables.topics) {
    absl::StrAppend(&list, "- [", topic.name, "](", topic.name, ".md): ", topic.title, "\n");
  }
  absl::StrAppend(&list, "\n| call | topic | what it does |\n|---|---|---|\n");
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
