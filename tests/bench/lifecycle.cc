// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/lifecycle.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <stdexcept>

#include "tests/bench/report.h"

namespace bench {
namespace {

constexpr char kId[] = "bench";
constexpr const char* kNames[kOperationCount] = {"create", "state", "start", "exec", "delete"};

std::vector<std::string> words(const Runtime& runtime, std::vector<std::string> more) {
  std::vector<std::string> command = runtime.command;
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// Ends the container's first process and waits for it, so that delete finds a stopped container.
void end_init(pid_t pid) {
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

pid_t read_pid(const std::string& path) {
  pid_t pid = 0;
  std::ifstream(path) >> pid;
  if (pid <= 0) {
    throw std::runtime_error(path + ": no process id");
  }
  return pid;
}

uint64_t read_pss_kb(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; file >> word;) {
    uint64_t pss_kb = 0;
    if (word == "Pss:" && file >> pss_kb) {
      return pss_kb;
    }
  }
  return 0;
}

void live(Runtime& runtime, const Bundle& bundle) {
  const std::string pid_file = bundle.folder() + "/pid";
  const auto perform = [&](Operation operation, std::vector<std::string> more) {
    runtime.runs[static_cast<size_t>(operation)].push_back(
        run_command(runtime.name, words(runtime, std::move(more))));
  };
  perform(Operation::kCreate, {"create", "--bundle", bundle.folder(), "--pid-file", pid_file, kId});
  const pid_t init = read_pid(pid_file);
  runtime.waiting_pss_kb = read_pss_kb(init);
  perform(Operation::kState, {"state", kId});
  perform(Operation::kStart, {"start", kId});
  perform(Operation::kExec, {"exec", kId, "/true"});
  end_init(init);
  perform(Operation::kDelete, {"delete", kId});
}

uint64_t p10_us(const std::vector<Run>& runs) { return quantile(runs, &Run::wall_ns, 0.1) / 1000; }

}  // namespace

std::vector<Runtime> find_runtimes(const Programs& programs, const Bundle& bundle) {
  std::vector<Runtime> runtimes;
  const auto add = [&](const std::string& name, const std::string& program,
                       std::vector<std::string> options) {
    if (program.empty()) {
      return;
    }
    options.insert(options.begin(), {program, "--root", bundle.state_folder() + "/" + name});
    runtimes.push_back({.name = name, .command = std::move(options)});
  };
  add("crun", find_program("crun"), {"--cgroup-manager=cgroupfs"});
  add("runc", find_program("runc"), {});
  add("nosc", programs.nosc, {});
  return runtimes;
}

void live_once(Runtime& runtime, const Bundle& bundle) {
  try {
    live(runtime, bundle);
  } catch (const std::runtime_error&) {
    try {
      (void)run_command(runtime.name, words(runtime, {"delete", "--force", kId}));
    } catch (const std::runtime_error&) {
      // There was nothing to delete.
    }
    throw;
  }
}

void print_lives(std::ostream& out, const std::vector<Runtime>& runtimes, const std::string& base) {
  const auto reference = std::find_if(runtimes.begin(), runtimes.end(),
                                      [&](const Runtime& runtime) { return runtime.name == base; });
  out << "operation  runtime     p10 us  median us   cpu us  " << base << " / it\n";
  for (size_t i = 0; i < kOperationCount; ++i) {
    for (const Runtime& runtime : runtimes) {
      const std::vector<Run>& runs = runtime.runs[i];
      out << std::left << std::setw(11) << kNames[i] << std::setw(8) << runtime.name << std::right
          << std::setw(10) << p10_us(runs) << std::setw(11)
          << quantile(runs, &Run::wall_ns, 0.5) / 1000 << std::setw(9)
          << quantile(runs, &Run::cpu_us, 0.5);
      if (reference != runtimes.end()) {
        out << std::fixed << std::setprecision(2) << std::setw(11)
            << static_cast<double>(p10_us(reference->runs[i])) / static_cast<double>(p10_us(runs));
      }
      out << "\n";
    }
  }
  for (const Runtime& runtime : runtimes) {
    out << runtime.name << ": a container that waits for its start holds " << runtime.waiting_pss_kb
        << " KB\n";
  }
}

}  // namespace bench
