// SPDX-License-Identifier: Apache-2.0
// Runs a test program without a framework of its own and reports each of its cases to Bazel.
//
// The program ($NOSC_PROGRAM, under an emulator where one is needed) prints a line per case:
//   ok NAME
//   not ok NAME: what went wrong
//   skip NAME: why
// Other lines are passed on and ignored. A program that prints no case, or that ends with a signal
// or a status other than 0 without having said why, has failed.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "toolchains/testing/emulator.h"

namespace {

enum class Outcome { kPassed, kFailed, kSkipped };

struct Case {
  Outcome outcome;
  std::string name;
  std::string message;
};

std::string environment(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

// Reads one line of the program's output; false if it is not about a case.
bool parse_case(std::string_view line, Case& out) {
  struct Prefix {
    std::string_view text;
    Outcome outcome;
  };
  constexpr Prefix kPrefixes[] = {
      {"ok ", Outcome::kPassed}, {"not ok ", Outcome::kFailed}, {"skip ", Outcome::kSkipped}};
  for (const Prefix& prefix : kPrefixes) {
    if (line.substr(0, prefix.text.size()) != prefix.text) continue;
    line.remove_prefix(prefix.text.size());
    const size_t colon = line.find(": ");
    out.outcome = prefix.outcome;
    out.name = line.substr(0, colon);
    out.message = colon == line.npos ? "" : line.substr(colon + 2);
    return true;
  }
  return false;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
  }
  return out;
}

void write_xml(const std::string& path, const std::string& suite, const std::vector<Case>& cases) {
  FILE* file = fopen(path.c_str(), "w");
  if (!file) return;
  size_t failed = 0;
  size_t skipped = 0;
  for (const Case& test : cases) {
    failed += test.outcome == Outcome::kFailed;
    skipped += test.outcome == Outcome::kSkipped;
  }
  fprintf(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
  fprintf(file, "  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
          escaped(suite).c_str(), cases.size(), failed, skipped);
  for (const Case& test : cases) {
    fprintf(file, "    <testcase classname=\"%s\" name=\"%s\"", escaped(suite).c_str(),
            escaped(test.name).c_str());
    const char* element = test.outcome == Outcome::kFailed ? "failure" : "skipped";
    if (test.outcome == Outcome::kPassed) {
      fprintf(file, "/>\n");
    } else {
      fprintf(file, "><%s message=\"%s\"/></testcase>\n", element, escaped(test.message).c_str());
    }
  }
  fprintf(file, "  </testsuite>\n</testsuites>\n");
  fclose(file);
}

// Starts the program with its standard output in a pipe; returns its process id.
pid_t start(const std::string& emulator, const std::string& program, FILE*& output) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t pid = fork();
  if (pid != 0) {
    close(ends[1]);
    output = fdopen(ends[0], "r");
    return pid;
  }
  dup2(ends[1], STDOUT_FILENO);
  close(ends[0]);
  close(ends[1]);
  if (emulator.empty()) {
    execl(program.c_str(), program.c_str(), nullptr);
  } else {
    execl(emulator.c_str(), emulator.c_str(), program.c_str(), nullptr);
  }
  fprintf(stderr, "exec %s: %s\n", program.c_str(), strerror(errno));
  _exit(127);
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

int main() {
  const std::string program = environment("NOSC_PROGRAM");
  FILE* output = nullptr;
  const pid_t pid = start(nosc::testing::find_emulator(), program, output);
  if (pid < 0 || !output) return 1;

  std::vector<Case> cases;
  bool any_failed = false;
  char* line = nullptr;
  size_t capacity = 0;
  for (ssize_t size; (size = getline(&line, &capacity, output)) >= 0;) {
    fwrite(line, 1, static_cast<size_t>(size), stdout);
    std::string_view text(line, static_cast<size_t>(size));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    Case test;
    if (!parse_case(text, test)) continue;
    any_failed |= test.outcome == Outcome::kFailed;
    cases.push_back(test);
  }
  int status = 0;
  waitpid(pid, &status, 0);

  if (cases.empty()) cases.push_back({Outcome::kFailed, "cases", "the program reported none"});
  if (status != 0 && !any_failed) cases.push_back({Outcome::kFailed, "end", describe(status)});
  any_failed = false;
  for (const Case& test : cases) any_failed |= test.outcome == Outcome::kFailed;
  if (any_failed) printf("%s: %s\n", program.c_str(), describe(status).c_str());
  std::string suite = program.substr(program.rfind('/') + 1);
  const std::string architecture = environment("NOSC_ARCHITECTURE");
  if (!architecture.empty()) suite += "." + architecture;
  write_xml(environment("XML_OUTPUT_FILE"), suite, cases);
  return any_failed ? 1 : 0;
}
