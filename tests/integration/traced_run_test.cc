// SPDX-License-Identifier: Apache-2.0
// The decoder of system calls beside strace, on the engine's own calls: both trace a whole run, and
// tell of each process the same calls with the same arguments and results.
//
// Two runs are compared, so what the kernel chooses is put aside (process ids, addresses, how a
// struct is laid out), and a call more or less is no fault: processes that wait for each other find
// the other one ready or not.

#include <signal.h>

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "syscalls/decode/traces.h"
#include "syscalls/sys/names.h"
#include "tests/support/container_test.h"

namespace nosc::testing {
namespace {

using traces::Call;
using Names = sys::NameTable<sys::AbiId::kX86_64>;

using Processes = std::vector<std::vector<Call>>;

// Puts PID in place of each number that is one of the processes.
std::string without_pids(const std::string& text, const std::set<std::string>& pids) {
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
    const std::string number = text.substr(i, end - i);
    absl::StrAppend(&plain, pids.contains(number) ? "PID" : number);
    if (end < text.size()) plain += text[end];
    i = end + 1;
  }
  return plain;
}

Processes read(const std::string& path, const std::string& id) {
  const std::vector<Call> calls = traces::read_trace(path);
  std::set<std::string> pids;
  for (const Call& call : calls) pids.insert(absl::StrCat(call.process));
  Processes processes = traces::by_process(calls);
  for (std::vector<Call>& process : processes) {
    for (Call& call : process) {
      for (std::string& argument : call.arguments) {
        argument = without_pids(absl::StrReplaceAll(argument, {{id, "ID"}}), pids);
      }
      call.result = without_pids(call.result, pids);
    }
  }
  return processes;
}

bool is_same(const Call& ours, const Call& theirs) {
  if (ours.name != theirs.name || !traces::has_same_result(ours, theirs)) return false;
  // The environment is only counted by strace.
  if (ours.name == "execve") return true;
  return std::equal(ours.arguments.begin(), ours.arguments.end(), theirs.arguments.begin(),
                    theirs.arguments.end(), traces::is_same_argument);
}

// The calls of the first process that the second has too, in the same order, as many as there are;
// what is left over is told.
size_t count_same(const std::vector<Call>& ours, const std::vector<Call>& theirs,
                  std::vector<std::string>& left_over) {
  std::vector<std::vector<size_t>> most(ours.size() + 1, std::vector<size_t>(theirs.size() + 1));
  for (size_t i = ours.size(); i-- > 0;) {
    for (size_t j = theirs.size(); j-- > 0;) {
      most[i][j] = is_same(ours[i], theirs[j]) ? most[i + 1][j + 1] + 1
                                               : std::max(most[i + 1][j], most[i][j + 1]);
    }
  }
  size_t i = 0;
  size_t j = 0;
  while (i < ours.size() || j < theirs.size()) {
    if (i < ours.size() && j < theirs.size() && is_same(ours[i], theirs[j])) {
      ++i;
      ++j;
    } else if (j == theirs.size() || (i < ours.size() && most[i + 1][j] >= most[i][j + 1])) {
      left_over.push_back("trace:  " + ours[i++].line);
    } else {
      left_over.push_back("strace: " + theirs[j++].line);
    }
  }
  return most[0][0];
}

class TracedRunTest : public RootContainerTest {
 protected:
  // Runs nosc under a tracer, whose trace is at path.
  Completed trace(std::vector<std::string> tracer, const std::string& path, Command command) {
    std::vector<std::string> words = std::move(tracer);
    words.insert(words.end(), {"-f", "-o", path});
    command.argv.insert(command.argv.begin(), words.begin(), words.end());
    return run(command);
  }
};

TEST_F(TracedRunTest, IsToldAsStraceTellsIt) {
  NOSC_ONLY();
  Command attempt;
  attempt.argv = {"strace", "-o", "/dev/null", "true"};
  if (run(attempt).exit_status != 0) {
    GTEST_SKIP() << "strace is not installed, or cannot trace here";
  }
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/true"});
  // What a machine's first container makes is there from now on.
  ASSERT_EQ(run_bundle(bundle).exit_status, 0);
  const std::string folder = make_folder("traces");
  const Completed theirs =
      trace({"strace", "-n", "-s", "32"}, folder + "/strace", run_command(bundle));
  ASSERT_EQ(theirs.exit_status, 0) << theirs.describe();
  const Processes their_processes = read(folder + "/strace", last_id());
  const Completed ours = trace({"syscalls/decode/trace"}, folder + "/trace", run_command(bundle));
  ASSERT_EQ(ours.exit_status, 0) << ours.describe();
  const Processes our_processes = read(folder + "/trace", last_id());

  ASSERT_EQ(our_processes.size(), their_processes.size());
  size_t total = 0;
  size_t same = 0;
  std::vector<std::string> left_over;
  for (size_t i = 0; i < our_processes.size(); ++i) {
    total += their_processes[i].size();
    same += count_same(our_processes[i], their_processes[i], left_over);
    for (const Call& call : their_processes[i]) {
      EXPECT_EQ(Names::number(sys::AbiId::kX86_64, call.name.data(), call.name.size()),
                call.number);
    }
  }
  EXPECT_GT(total, 200u);
  EXPECT_GE(same * 10, total * 9) << same << " of " << total << "\n"
                                  << absl::StrJoin(left_over, "\n");
}

size_t place_of(const std::vector<Call>& calls, std::string_view name) {
  const auto found = std::ranges::find(calls, name, &Call::name);
  return static_cast<size_t>(found - calls.begin());
}

// CVE-2016-9962, CVE-2019-5736: of what enters, the container sees a process that is the stub from
// its birth on, and has given up before what the program may not have.
TEST_F(TracedRunTest, WhoEntersIsBornAsTheStub) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.set_script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done");
  Process container(run_command(bundle));
  ASSERT_TRUE(container.wait_for_output("ready"));
  const std::string path = make_folder("traces") / "exec";
  const Completed result =
      trace({"syscalls/decode/trace"}, path, runtime_command({"exec", last_id(), "/bin/true"}));
  ASSERT_EQ(result.exit_status, 0) << result.describe();
  container.send_signal(SIGTERM);
  EXPECT_EQ(container.finish().exit_status, 0);

  const Processes processes = traces::by_process(traces::read_trace(path));
  ASSERT_EQ(processes.size(), 3u);  // nosc, the process between, and the program
  const std::vector<Call>& between = processes[1];
  const size_t birth = place_of(between, "clone");
  ASSERT_LT(birth, between.size());
  for (const char* name : {"setns", "setresuid", "close_range", "capset"}) {
    EXPECT_LT(place_of(between, name), birth) << name;
  }
  const std::vector<Call>& program = processes[2];
  ASSERT_GT(program.size(), 2u);
  EXPECT_EQ(program[0].name, "setsid") << program[0].line;
  EXPECT_EQ(program[1].name, "execve") << program[1].line;
}

}  // namespace
}  // namespace nosc::testing
