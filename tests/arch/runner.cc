// SPDX-License-Identifier: Apache-2.0
//
// Runs a program of check.h under GoogleTest: one case there is one case here, so that each shows
// in test.xml with its name and its failure. All are run by one start of the program, for an
// emulator takes its time to start. Which program, and by which emulator, says the environment
// (nosc_test_per_architecture in //toolchains:defs.bzl).

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "toolchains/testing/emulator.h"

namespace {

constexpr int kSkippedStatus = 77;
constexpr unsigned kTimeLimitSeconds = 200;  // for all cases

struct Target {
  std::string architecture;
  std::string program;
  std::string emulator;  // empty: native
};

struct Outcome {
  int wait_status = -1;
  std::string output;
};

// In the child: becomes the program, with its output in the pipe. The alarm outlives execve.
[[noreturn]] void execute(const std::vector<char*>& argv, int output_fd) {
  alarm(kTimeLimitSeconds);
  dup2(output_fd, STDOUT_FILENO);
  dup2(output_fd, STDERR_FILENO);
  execv(argv[0], argv.data());
  dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

// Runs the target's program with those arguments; what it prints is its outcome's output.
Outcome run(const Target& target, const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  if (!target.emulator.empty()) {
    words.push_back(target.emulator);
  }
  words.push_back(target.program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);

  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    return {-1, strerror(errno)};
  }
  const pid_t child = fork();
  if (child == 0) {
    execute(argv, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  Outcome outcome;
  if (child < 0) {
    outcome.output = strerror(errno);
  } else {
    char bytes[4096];
    ssize_t count;
    while ((count = read(pipe_ends[0], bytes, sizeof(bytes))) > 0) {
      outcome.output.append(bytes, static_cast<size_t>(count));
    }
    waitpid(child, &outcome.wait_status, 0);
  }
  close(pipe_ends[0]);
  return outcome;
}

bool exited_with(const Outcome& outcome, int status) {
  return outcome.wait_status >= 0 && WIFEXITED(outcome.wait_status) &&
         WEXITSTATUS(outcome.wait_status) == status;
}

// Of one case: what it printed, and its exit status; negative: it didn't end.
struct CaseOutcome {
  int status = -1;
  std::string output;
};

class ProgramCase : public testing::Test {
 public:
  explicit ProgramCase(CaseOutcome outcome) : outcome_(std::move(outcome)) {}

  void TestBody() override {
    if (outcome_.status == kSkippedStatus) {
      GTEST_SKIP() << outcome_.output;
    }
    EXPECT_EQ(outcome_.status, 0) << outcome_.output;
  }

 private:
  CaseOutcome outcome_;
};

// Runs all cases, and takes what they print apart. One that doesn't end keeps its first outcome.
std::map<std::string, CaseOutcome> run_all(const Target& target) {
  const Outcome all = run(target, {"--all", "cases"});
  std::map<std::string, CaseOutcome> outcomes;
  std::istringstream lines(all.output);
  std::string printed;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark;
    std::string name;
    CaseOutcome outcome;
    if (words >> mark >> name && mark == "+") {
      outcomes[name].output = "it didn't end";
    } else if (words >> outcome.status && mark == "=") {
      outcome.output = std::exchange(printed, {});
      outcomes[name] = outcome;
    } else {
      printed += line + "\n";
    }
  }
  if (!exited_with(all, 0)) {
    fprintf(stderr, "%s: ended with wait status 0x%x: %s\n", target.program.c_str(),
            static_cast<unsigned>(all.wait_status), printed.c_str());
  }
  return outcomes;
}

// Registers the program's cases and returns how many there are.
int register_cases(const Target& target) {
  const std::map<std::string, CaseOutcome> outcomes = run_all(target);
  for (const auto& [name, outcome] : outcomes) {
    testing::RegisterTest(
        target.architecture.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
        [outcome = outcome]() -> testing::Test* { return new ProgramCase(outcome); });
  }
  return static_cast<int>(outcomes.size());
}

std::string environment(const char* name) {
  const char* value = getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const Target target = {environment("NOSC_ARCHITECTURE"), environment("NOSC_PROGRAM"),
                         nosc::testing::find_emulator()};
  if (register_cases(target) == 0) {
    fprintf(stderr, "no cases\n");
    return 1;
  }
  return RUN_ALL_TESTS();
}
