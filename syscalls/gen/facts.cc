// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/facts.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace syscalls_gen {

namespace {

// Runs a shell command with the given standard input; returns what it printed.
std::string run(const std::string& command, const std::string& input) {
  char name[] = "/tmp/syscalls_probe_XXXXXX";
  const int fd = mkstemp(name);
  if (fd < 0) return "";
  FILE* file = fdopen(fd, "w");
  fwrite(input.data(), 1, input.size(), file);
  fclose(file);
  std::string output;
  FILE* pipe = popen(absl::StrCat(command, " < ", name, " 2>&1").c_str(), "r");
  char buffer[65536];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  pclose(pipe);
  remove(name);
  return output;
}

// One expression to evaluate, under its key.
struct Question {
  std::string key;
  std::string expression;
};

std::string probe_text(const std::vector<std::string>& headers,
                       const std::vector<Question>& questions,
                       const std::set<std::string>& missing) {
  std::string text = "#include <stddef.h>\n";
  for (const std::string& header : headers) {
    absl::StrAppend(&text, "#if __has_include(<", header, ">)\n#include <", header, ">\n#endif\n");
  }
  for (size_t i = 0; i < questions.size(); ++i) {
    if (missing.contains(questions[i].key)) continue;
    // Each question is a function of its own line, so that an error names the question.
    absl::StrAppendFormat(&text,
                          "\n#line %d \"question\"\nvoid q%d(void) { asm volatile(\".ascii "
                          "\\\"@FACT %s %%c0 %%c1 \\\"\" : : "
                          "\"i\"((unsigned)(unsigned long long)(long long)(%s)), "
                          "\"i\"((unsigned)((unsigned long long)(long long)(%s) >> 32))); }\n",
                          i + 1, i, absl::StrReplaceAll(questions[i].key, {{" ", "~"}}),
                          questions[i].expression, questions[i].expression);
  }
  return text;
}

void read_answers(const std::string& output, Facts& facts) {
  for (std::string_view line : absl::StrSplit(output, '\n')) {
    const size_t at = line.find("@FACT ");
    if (at == std::string_view::npos) continue;
    const std::vector<std::string> words =
        absl::StrSplit(line.substr(at + 6), absl::ByAnyChar(" \t"), absl::SkipEmpty());
    int64_t low = 0;
    int64_t high = 0;
    if (words.size() < 3 || !absl::SimpleAtoi(words[1], &low) ||
        !absl::SimpleAtoi(words[2], &high)) {
      continue;
    }
    facts[absl::StrReplaceAll(words[0], {{"~", " "}})] =
        static_cast<uint64_t>(high) << 32 | static_cast<uint32_t>(low);
  }
}

// Compiles the questions; those that don't compile have no answer here.
absl::StatusOr<Facts> ask(const std::string& compiler, const std::vector<std::string>& headers,
                          const std::vector<Question>& questions) {
  std::set<std::string> missing;
  for (int attempt = 0; attempt < 4; ++attempt) {
    const std::string output =
        run(absl::StrCat(compiler, " -S -o - -x c -"), probe_text(headers, questions, missing));
    bool failed = false;
    for (std::string_view line : absl::StrSplit(output, '\n')) {
      if (!absl::StrContains(line, "error:")) continue;
      failed = true;
      const std::vector<std::string> parts = absl::StrSplit(line, ':');
      size_t number = 0;
      if (parts[0] == "question" && absl::SimpleAtoi(parts[1], &number)) {
        missing.insert(questions[number - 1].key);
      } else {
        return absl::FailedPreconditionError(line);
      }
    }
    if (failed) continue;
    Facts facts;
    read_answers(output, facts);
    return facts;
  }
  return absl::FailedPreconditionError("the headers don't compile");
}

// A folder with the one libc header that linux/if.h includes, for one struct of it.
struct StandIn {
  StandIn() {
    char name[] = "/tmp/syscalls_probe_XXXXXX";
    folder = mkdtemp(name) == nullptr ? "" : name;
    std::filesystem::create_directories(folder + "/sys");
    std::ofstream(folder + "/sys/socket.h")
        << "struct sockaddr { unsigned short sa_family; char sa_data[14]; };\n";
  }
  ~StandIn() { std::filesystem::remove_all(folder); }

  std::string folder;
};

// The compiler's command for the uapi headers of one folder.
std::string header_command(const HeaderSource& source, std::string_view flags,
                           std::string_view headers) {
  return absl::StrCat(source.clang, " ", flags,
                      " -O0 -w -ferror-limit=0 -ffreestanding -nostdlibinc -isystem ", source.root,
                      "/lib/linux/uapi/", headers, " -isystem ", source.root, "/include");
}

// Names of the macros of a header that begin with a prefix.
std::vector<std::string> macros(const std::string& compiler, const std::string& header,
                                std::string_view prefix) {
  const std::string output =
      run(absl::StrCat(compiler, " -E -dM -x c -"), absl::StrCat("#include <", header, ">\n"));
  std::vector<std::string> names;
  for (std::string_view line : absl::StrSplit(output, '\n')) {
    if (!absl::ConsumePrefix(&line, "#define ") || !absl::StartsWith(line, prefix)) continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find('(') < space) continue;
    names.emplace_back(line.substr(0, space));
  }
  return names;
}

void ask_structs(const Tables& tables, const Abi& abi, std::vector<Question>& questions) {
  for (const Struct& type : tables.structs) {
    if (type.kernel_type.empty() || !abi_matches(abi, type.abis)) continue;
    questions.push_back({"size " + type.name, absl::StrCat("sizeof(", type.kernel_type, ")")});
    for (const Field& field : type.fields) {
      if (field.kernel_field.empty() || !abi_matches(abi, field.abis)) continue;
      questions.push_back(
          {absl::StrCat("offset ", type.name, ".", field.name),
           absl::StrCat("__builtin_offsetof(", type.kernel_type, ", ", field.kernel_field, ")")});
    }
  }
}

// The names that an ABI's own header of numbers defines.
absl::StatusOr<std::vector<Question>> number_questions(const HeaderSource& source,
                                                       std::string_view headers,
                                                       std::string_view unistd) {
  const std::string path = absl::StrCat(source.root, "/lib/linux/uapi/", headers, "/asm/", unistd);
  const auto text = read_file(path);
  if (!text.ok()) return text.status();
  std::vector<Question> questions;
  for (std::string_view line : absl::StrSplit(*text, '\n')) {
    if (!absl::ConsumePrefix(&line, "#define __NR_")) continue;
    const std::string_view name = line.substr(0, line.find_first_of(" \t"));
    if (name == "syscalls") continue;
    questions.push_back({absl::StrCat("nr ", name), absl::StrCat("__NR_", name)});
  }
  return questions;
}

}  // namespace

absl::StatusOr<Facts> probe_headers(const HeaderSource& source, const Tables& tables,
                                    const Abi& abi) {
  const StandIn stand_in;
  const std::string compiler = absl::StrCat(
      header_command(source, "--target=" + abi.target, abi.headers), " -isystem ", stand_in.folder);
  auto asked = number_questions(source, abi.headers, abi.unistd);
  if (!asked.ok()) return asked.status();
  std::vector<Question> questions = *std::move(asked);
  for (const std::string& name : macros(compiler, "asm/errno.h", "E")) {
    questions.push_back({"const " + name, name});
  }
  for (const Family& family : tables.flags.families) {
    for (const Constant& constant : family.constants) {
      if (!constant.from_libc) questions.push_back({"const " + constant.name, constant.name});
    }
  }
  ask_structs(tables, abi, questions);
  return ask(compiler, tables.flags.headers, questions);
}

absl::StatusOr<Facts> probe_numbers(const HeaderSource& source, const NumberAbi& abi) {
  const auto questions = number_questions(source, abi.headers, abi.unistd);
  if (!questions.ok()) return questions.status();
  auto facts = ask(header_command(source, abi.compiler_flags, abi.headers),
                   {"asm/unistd.h", "asm/" + abi.unistd}, *questions);
  if (!facts.ok()) return facts.status();
  if (facts->size() == questions->size()) return facts;
  return complain(abi.location, abi.name, ": ", questions->size(), " numbers in ", abi.unistd,
                  ", and the compiler knows ", facts->size());
}

absl::StatusOr<Facts> probe_libc(const HeaderSource& source, const Tables& tables) {
  std::vector<Question> questions;
  for (const Family& family : tables.flags.families) {
    for (const Constant& constant : family.constants) {
      if (constant.from_libc) questions.push_back({"const " + constant.name, constant.name});
    }
  }
  return ask(
      absl::StrCat(source.clang, " -O0 -w -ferror-limit=0 -D_GNU_SOURCE ", source.libc_include),
      tables.flags.libc_headers, questions);
}

std::string format_facts(const Facts& facts, std::string_view origin) {
  std::string text = absl::StrCat(
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# What the kernel's own headers say, asked of a compiler. Imported; not edited.\n# ",
      origin, "\n");
  for (const auto& [key, value] : facts) absl::StrAppendFormat(&text, "%s 0x%x\n", key, value);
  return text;
}

absl::StatusOr<Facts> parse_facts(std::string_view file, std::string_view text) {
  Facts facts;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> words = split_words(row.text);
    uint64_t value = 0;
    if (words.size() != 3 || !absl::SimpleHexAtoi(words[2], &value)) {
      return complain(row.location, "a fact is: KIND NAME VALUE");
    }
    facts[absl::StrCat(words[0], " ", words[1])] = value;
  }
  return facts;
}

}  // namespace syscalls_gen
