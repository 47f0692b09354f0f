// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// One asm statement in the making.
struct Statement {
  std::vector<std::string> before;  // declarations of register variables
  std::vector<std::string> lines;   // of assembly
  std::vector<std::string> outputs;
  std::vector<std::string> inputs;
  std::vector<std::string> clobbers;
};

// Gives each operand its register; a split number may skip one to begin at an even register.
std::vector<size_t> place(const Abi& abi, const std::vector<Operand>& operands) {
  std::vector<size_t> places;
  size_t next = 0;
  for (const Operand& operand : operands) {
    if (operand.pair_start && abi.aligned_pairs && next % 2 == 1) ++next;
    places.push_back(next++);
  }
  return places;
}

// Puts the instructions around the call that its arguments' way over the stack takes. What lies in
// registers without an argument goes along, and is not read.
void spill(const Abi& abi, Statement& statement) {
  const std::vector<std::string> head = absl::StrSplit(abi.spill_before, "; ");
  statement.lines.insert(statement.lines.begin(), head.begin(), head.end());
  for (std::string_view line : absl::StrSplit(abi.spill_after, "; ")) {
    statement.lines.emplace_back(line);
  }
}

void add_arguments(const Abi& abi, const std::vector<Operand>& operands, Statement& statement) {
  const std::vector<size_t> places = place(abi, operands);
  for (size_t i = 0; i < operands.size(); ++i) {
    const std::string& name = abi.arguments[places[i]];
    const std::string variable = absl::StrCat("in", places[i]);
    if (name == abi.stacked_argument) {
      statement.before.push_back(
          absl::StrCat(operands[i].type, " ", variable, " = ", operands[i].expression, ";"));
      statement.inputs.push_back(absl::StrCat("[stacked] \"g\"(", variable, ")"));
      const std::vector<std::string> head = absl::StrSplit(abi.stacked_before, "; ");
      statement.lines.insert(statement.lines.begin(), head.begin(), head.end());
      for (std::string_view line : absl::StrSplit(abi.stacked_after, "; ")) {
        statement.lines.emplace_back(line);
      }
      continue;
    }
    if (abi.spilled_from != 0 && places[i] == abi.spilled_from) spill(abi, statement);
    const bool narrow = operands[i].narrow && !abi.narrow_arguments.empty();
    statement.before.push_back(
        absl::StrFormat("register %s %s asm(\"%s\") = %s;", operands[i].type, variable,
                        narrow ? abi.narrow_arguments[places[i]] : name, operands[i].expression));
    const bool overwritten = contains(abi.clobbers, name);
    (overwritten ? statement.outputs : statement.inputs)
        .push_back(absl::StrCat("\"", overwritten ? "+" : "", "r\"(", variable, ")"));
    if (overwritten) {
      statement.clobbers.erase(
          std::find(statement.clobbers.begin(), statement.clobbers.end(), name));
    }
  }
}

std::string render(const Statement& statement) {
  std::vector<std::string> quoted;
  for (const std::string& line : statement.lines) quoted.push_back(absl::StrCat("\"", line, "\""));
  std::vector<std::string> clobbers;
  for (const std::string& name : statement.clobbers) {
    clobbers.push_back(absl::StrCat("\"", name, "\""));
  }
  clobbers.push_back("\"memory\"");
  std::string text;
  for (const std::string& line : statement.before) absl::StrAppend(&text, "  ", line, "\n");
  absl::StrAppend(&text, "  asm volatile(", absl::StrJoin(quoted, " \"\\n\\t\"\n               "),
                  "\n               : ", absl::StrJoin(statement.outputs, ", "),
                  "\n               : ", absl::StrJoin(statement.inputs, ", "),
                  "\n               : ", absl::StrJoin(clobbers, ", "), ");\n");
  return text;
}

// The statement with the number in a register; with `keep`, in the ABI's way around a register
// that may be the frame pointer.
std::string emit_one(const Abi& abi, const std::string& number,
                     const std::vector<Operand>& operands, bool returns, bool keep) {
  Statement statement;
  statement.clobbers = abi.clobbers;
  statement.lines = absl::StrSplit(abi.instruction, "; ");
  const bool constant = absl::ascii_isdigit(number[0]);
  if (keep) {
    statement.lines.insert(statement.lines.begin(),
                           {absl::StrCat("mov ", abi.number_saved_in, ", ", abi.number_register),
                            absl::StrCat("mov ", abi.number_register, ", %[number]")});
    statement.lines.push_back(absl::StrCat("mov ", abi.number_register, ", ", abi.number_saved_in));
    statement.inputs.push_back(
        absl::StrCat("[number] \"", constant ? "i" : "r", "\"(", number, ")"));
    statement.clobbers.push_back(abi.number_saved_in);
  } else {
    statement.before.push_back(
        absl::StrFormat("register int nr asm(\"%s\") = %s;", abi.number_register, number));
    statement.inputs.push_back("\"r\"(nr)");
  }
  add_arguments(abi, operands, statement);
  const bool flagged = abi.error == ErrorConvention::kFlagRegister;
  statement.outputs.insert(statement.outputs.begin(), "\"=r\"(result)");
  statement.before.push_back(
      absl::StrFormat("register long result asm(\"%s\");", abi.result_register));
  if (flagged) {
    statement.outputs.push_back("\"=r\"(failed)");
    statement.before.push_back(
        absl::StrFormat("register long failed asm(\"%s\");", abi.flag_register));
  }
  std::string text = render(statement);
  if (!returns) {
    absl::StrAppend(&text, "  __builtin_unreachable();\n");
  } else if (flagged) {
    absl::StrAppend(&text, "  if (failed != 0) result = -result;\n");
  }
  return text;
}

}  // namespace

std::string emit_instruction(const Abi& abi, const std::string& number,
                             const std::vector<Operand>& operands, bool returns) {
  const std::string plain = emit_one(abi, number, operands, returns, false);
  if (abi.number_saved_in.empty()) return plain;
  return absl::StrCat("#if ", abi.number_saved_when, "\n",
                      emit_one(abi, number, operands, returns, true), "#else\n", plain, "#endif\n");
}

std::string emit_abi(const Tables& tables, const Abi& abi) {
  const auto& numbers = numbers_of(tables, abi);
  std::string text = file_head("abi/" + abi.name + ".abi");
  absl::StrAppend(&text, "namespace sys {\n\n// What the tables call this ABI.\n",
                  "inline constexpr char kAbiName[] = \"", abi.name, "\";\n\n");
  absl::StrAppend(&text, "namespace detail {\n\n",
                  "// The width at which a small result's sign is asked.\nusing SignWord = ",
                  abi.sign_type, ";\n\n", "// close(2), for owners that go.\n",
                  "[[gnu::always_inline]] inline void close(int fd) {\n");
  const std::string body =
      emit_instruction(abi, absl::StrCat(numbers.at("close")), {{"int", "fd", true}}, true);
  // Nothing reads the result here.
  absl::StrAppend(&text, body, "  (void)result;\n}\n\n}  // namespace detail\n\n");
  absl::StrAppend(&text, "// System calls without types: number and registers as they are.\n",
                  "namespace raw {\n\n");
  std::vector<Operand> operands;
  std::string parameters = "long number";
  for (int count = 0; count <= 6; ++count) {
    absl::StrAppendFormat(&text,
                          "[[gnu::always_inline]] inline long call%d(%s) {\n%s  return "
                          "result;\n}\n\n",
                          count, parameters, emit_instruction(abi, "number", operands, true));
    absl::StrAppend(&parameters, ", long a", count);
    operands.push_back({"long", absl::StrCat("a", count), false});
  }
  absl::StrAppend(&text, "}  // namespace raw\n\n}  // namespace sys\n");
  return text;
}

}  // namespace syscalls_gen
