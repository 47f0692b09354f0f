// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/reference_words.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/argument_types.h"

namespace syscalls_gen {

namespace {

// Longer lists of values are left to the tables.
constexpr size_t kListed = 24;

struct TypeWords {
  std::string_view type;
  std::string_view words;
};

// Types of arguments; what stands behind a '<' is any. Longer ones first where one begins another.
constexpr TypeWords kTypes[] = {
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
    {"Pid", "an id"},
    {"Uid", "a user id"},
    {"Gid", "a group id"},
};

std::string_view words_of_type(std::string_view type) {
  for (const TypeWords& known : kTypes) {
    const bool has_parameter = absl::StrContains(known.type, '<');
    if (has_parameter ? absl::StartsWith(type, known.type) : type == known.type) return known.words;
  }
  return "a number";
}

const Family* family_of(const Tables& tables, std::string_view type) {
  if (absl::ConsumePrefix(&type, "narrow<") || absl::ConsumePrefix(&type, "word<")) {
    absl::ConsumeSuffix(&type, ">");
  }
  return find_family(tables, type);
}

// Names of a family's values, with those of families that it accepts.
std::vector<std::string> values_of(const Tables& tables, const Family& family) {
  std::vector<std::string> names = family.members;
  for (const Constant& constant : family.constants) names.push_back(constant.name);
  for (const std::string& other : family.accepts) {
    if (other == "Mode") continue;
    const std::vector<std::string> more = values_of(tables, *find_family(tables, other));
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

std::string describe_family(const Tables& tables, const Family& family) {
  const std::vector<std::string> names = values_of(tables, family);
  const std::string_view kind = family.kind == FamilyKind::kEnum ? "one of " : "any of ";
  if (names.size() > kListed) {
    return absl::StrCat(kind, names.size(), " values, `k", names[0], "` and so on");
  }
  return absl::StrCat(kind, "`k", absl::StrJoin(names, "`, `k"), "`");
}

bool is_path(const Call& call, const Argument& argument) {
  if (!absl::StartsWith(argument.type, "cstr")) return false;
  const std::string_view name = argument.name;
  return absl::EndsWith(name, "path") || name == "new_root" || name == "put_old" ||
         (name == "target" && !absl::StartsWith(call.name, "symlink"));
}

// What a pointer leads to: memory that may not be the process's.
bool is_memory(const Argument& argument) {
  static constexpr std::string_view kKinds[] = {
      "bytes",
      "buffer",
      "const_pointer",
      "count_first",
      "cstr",
      "cstr?",
      "in",
      "in?",
      "inout",
      "inout?",
      "out",
      "out?",
      "pointer",
      "span",
      "strings",
      "size_first_buffer",
      "size_first_bytes",
  };
  const std::string_view kind = std::string_view(argument.type).substr(0, argument.type.find('<'));
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

// True for a folder in which a path begins: not looked at if the path is absolute.
bool is_folder(const Argument& argument) {
  return argument.type == "fd" && absl::EndsWith(argument.name, "dirfd");
}

// The names of the arguments for which something holds, in code font; empty if none.
template <typename Predicate>
std::string names_where(const Call& call, Predicate holds) {
  std::vector<std::string> names;
  for (const Argument& argument : call.arguments) {
    if (holds(argument)) names.push_back(absl::StrCat("`", argument.name, "`"));
  }
  return absl::StrJoin(names, ", ");
}

// The errors of one call, line by line, without those that the table takes away.
class ErrorList {
 public:
  ErrorList(const Tables& tables, const Call& call) : tables_(tables), call_(call) {}

  // What follows from an argument or a property of the call.
  void add_general(const std::vector<std::string>& errors, const std::string& when) {
    std::vector<std::string> left;
    for (const std::string& error : errors) {
      if (!is_taken_away(error)) left.push_back(error);
    }
    if (!left.empty()) add(left, when);
  }

  // What the table has.
  void add_own() {
    for (const CallErrors& row : tables_.call_errors) {
      if (!row.never && is_of_call(row)) add(row.errors, row.text);
    }
  }

  const std::string& text() const { return text_; }

 private:
  bool is_of_call(const CallErrors& row) const {
    return std::find(row.calls.begin(), row.calls.end(), call_.name) != row.calls.end();
  }

  bool is_taken_away(const std::string& error) const {
    return std::any_of(tables_.call_errors.begin(), tables_.call_errors.end(),
                       [&](const CallErrors& row) {
                         const auto& errors = row.errors;
                         return row.never && is_of_call(row) &&
                                std::find(errors.begin(), errors.end(), error) != errors.end();
                       });
  }

  void add(const std::vector<std::string>& errors, const std::string& when) {
    absl::StrAppend(&text_, "  - ", absl::StrJoin(errors, ", "), ": ", when, "\n");
  }

  const Tables& tables_;
  const Call& call_;
  std::string text_;
};

void add_path_errors(const Call& call, ErrorList& list) {
  const auto is_path_here = [&](const Argument& argument) { return is_path(call, argument); };
  const std::string paths = names_where(call, is_path_here);
  if (paths.empty()) return;
  list.add_general({"ENOENT"}, absl::StrCat("a part of ", paths, " is missing"));
  list.add_general({"ENOTDIR"}, absl::StrCat("a part of ", paths, " is no folder"));
  list.add_general({"EACCES"}, absl::StrCat("a folder in ", paths, " may not be searched"));
  list.add_general({"ELOOP"}, absl::StrCat("too many symbolic links in ", paths));
  list.add_general({"ENAMETOOLONG"}, absl::StrCat(paths, " or a part of it is too long"));
}

void add_memory_errors(const Call& call, ErrorList& list) {
  const std::string memory = names_where(call, is_memory);
  if (!memory.empty()) {
    list.add_general({"EFAULT"}, absl::StrCat(memory, " is not the process's memory"));
  }
}

void add_descriptor_errors(const Call& call, ErrorList& list) {
  const std::string folders = names_where(call, is_folder);
  const std::string fds = names_where(
      call, [](const Argument& argument) { return argument.type == "fd" && !is_folder(argument); });
  if (!fds.empty()) list.add_general({"EBADF"}, absl::StrCat(fds, " is no open descriptor"));
  if (!folders.empty()) {
    list.add_general({"EBADF"}, absl::StrCat(folders, " is no open descriptor and is needed"));
  }
}

bool makes_descriptors(const Call& call) {
  const auto is_pair = [](const Argument& argument) { return argument.type == "out<FdPair>"; };
  return call.returns == "fd" || std::any_of(call.arguments.begin(), call.arguments.end(), is_pair);
}

// What any call with such arguments can end in.
void add_general_errors(const Tables& tables, const Call& call, ErrorList& list) {
  add_descriptor_errors(call, list);
  add_path_errors(call, list);
  add_memory_errors(call, list);
  const std::string flags = names_where(call, [&](const Argument& argument) {
    return argument.type != "Mode" && family_of(tables, argument.type) != nullptr;
  });
  if (!flags.empty()) {
    list.add_general({"EINVAL"},
                     absl::StrCat(flags, " has a value that this kernel does not take"));
  }
  if (makes_descriptors(call)) {
    list.add_general({"EMFILE"}, "the process has no descriptor left");
    list.add_general({"ENFILE"}, "the system has no open file left");
  }
  const bool has_path =
      std::any_of(call.arguments.begin(), call.arguments.end(),
                  [&](const Argument& argument) { return is_path(call, argument); });
  if (has_path) list.add_general({"ENOMEM"}, "the kernel has no memory for it");
  if (call.blocking) list.add_general({"EINTR"}, "a signal came before anything was done");
  if (!absl::StartsWith(call.since, "2.6")) {
    list.add_general(
        {"ENOSYS"}, absl::StrCat("the kernel is older than ", call.since, ", or built without it"));
  }
}

}  // namespace

std::string describe_argument(const Tables& tables, const Call& call, const Argument& argument) {
  const Meaning* const meaning = find_meaning(tables, call, argument);
  std::string text = absl::StrCat("- `", argument.name, "` (`", argument.type, "`): ");
  const Family* const family = family_of(tables, argument.type);
  if (family != nullptr && family->name != "Mode") {
    const bool is_general = meaning == nullptr || argument.name == "flags";
    absl::StrAppend(&text, is_general ? family->text : meaning->text, ": ",
                    describe_family(tables, *family));
  } else {
    if (meaning != nullptr) absl::StrAppend(&text, meaning->text, "; ");
    absl::StrAppend(&text, family != nullptr ? "a set of bits" : words_of_type(argument.type));
  }
  return absl::StrReplaceAll(text, {{"see the list; ", ""}}) + "\n";
}

std::string describe_errors(const Tables& tables, const Call& call) {
  if (call.infallible) return "";
  ErrorList list(tables, call);
  add_general_errors(tables, call, list);
  list.add_own();
  return list.text().empty() ? "- no error is known\n" : absl::StrCat("- errors:\n", list.text());
}

}  // namespace syscalls_gen
