// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/scenarios.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/bench/least_memory.h"
#include "tests/bench/report.h"

namespace bench {
namespace {

using std::to_string;

constexpr double kFirstDecile = 0.1;

struct Context {
  const Programs& programs;
  const Bundle& bundle;
  int rounds;
};

void keep_names(std::vector<Contender>& contenders, const std::vector<std::string>& names) {
  std::erase_if(contenders, [&](const Contender& contender) {
    return std::find(names.begin(), names.end(), contender.name) == names.end();
  });
}

void drop_those_that_fail(std::vector<Contender>& contenders) {
  std::erase_if(contenders, [](const Contender& contender) {
    try {
      (void)run_command(contender.name, contender.command, contender.caller);
      return false;
    } catch (const std::runtime_error& error) {
      std::cerr << "left out: " << error.what() << "\n";
      return true;
    }
  });
}

// The wall times of the contenders, as one case; ratios are to the first of them.
Case measure(const Context& context, const std::string& name, std::vector<Contender> contenders) {
  std::cerr << name << "\n";
  drop_those_that_fail(contenders);
  std::mt19937 random(std::random_device{}());
  std::vector<Contender*> order;
  for (Contender& contender : contenders) {
    order.push_back(&contender);
  }
  for (int round = 0; round < context.rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (Contender* contender : order) {
      contender->runs.push_back(
          run_command(contender->name, contender->command, contender->caller));
    }
  }
  Case result{name, {}};
  for (const Contender& contender : contenders) {
    const auto value_us =
        static_cast<double>(quantile(contender.runs, &Run::wall_ns, kFirstDecile)) / 1000;
    const double base_us = result.rows.empty() ? value_us : result.rows.front().value;
    result.rows.push_back({contender.name, value_us, value_us / base_us});
  }
  return result;
}

Site write_site(const Context& context, const std::string& name, Bundle::Settings settings) {
  const Site site{context.bundle.folder() + "/" + name, "nosc_bench_" + name, settings.binds,
                  settings.program};
  settings.cgroup = site.name;
  context.bundle.write_config(site.folder, settings);
  return site;
}

Scenario measure_mounts(const Context& context) {
  Scenario scenario{"mounts of the configuration", "us", {}};
  for (const int binds : {1, 10, 100, 1000}) {
    const Site site = write_site(context, "binds" + to_string(binds), {.binds = binds});
    std::vector<Contender> contenders = find_contenders(context.programs, context.bundle, site);
    keep_names(contenders, {"floor", "nosc", "crun", "runc"});
    scenario.cases.push_back(
        measure(context, to_string(binds) + " bind mounts", std::move(contenders)));
  }
  return scenario;
}

// Mounts that are there in this process's mount namespace for as long as this lives.
class HostMounts {
 public:
  HostMounts(const std::string& folder, int count) : folder_(folder), count_(count) {
    for (int i = 0; i < count; ++i) {
      std::filesystem::create_directories(folder + "/" + to_string(i));
      if (mount("tmpfs", (folder + "/" + to_string(i)).c_str(), "tmpfs", 0, "size=4k") != 0) {
        throw std::runtime_error("mount of a tmpfs refused");
      }
    }
  }
  ~HostMounts() {
    for (int i = 0; i < count_; ++i) {
      (void)umount2((folder_ + "/" + to_string(i)).c_str(), MNT_DETACH);
    }
  }
  HostMounts(const HostMounts&) = delete;
  HostMounts& operator=(const HostMounts&) = delete;

 private:
  std::string folder_;
  int count_;
};

Scenario measure_host_mounts(const Context& context) {
  Scenario scenario{"mounts of the host", "us", {}};
  const Site site = write_site(context, "host", {});
  for (const int more : {0, 200, 1000}) {
    const HostMounts mounts(context.bundle.folder() + "/host_mounts", more);
    std::vector<Contender> contenders = find_contenders(context.programs, context.bundle, site);
    keep_names(contenders, {"floor", "nosc", "crun", "runc"});
    scenario.cases.push_back(
        measure(context, to_string(more) + " more host mounts", std::move(contenders)));
  }
  return scenario;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The floor makes no user namespace: ratios are to nosc.
Scenario measure_user(const Context& context) {
  constexpr uid_t kUser = 1000;
  Site site = write_site(context, "user", {.user = kUser});
  site.records = "/user";  // the folder of the others' is not this user's
  // Where the build is, other users may not look.
  Programs programs = context.programs;
  programs.nosc = context.bundle.folder() + "/nosc";
  std::filesystem::copy_file(context.programs.nosc, programs.nosc);
  std::vector<Contender> contenders = find_contenders(programs, context.bundle, site);
  keep_names(contenders, {"nosc", "crun", "runc", "bwrap"});
  for (Contender& contender : contenders) {
    contender.caller.user = kUser;
  }
  return {"plain user", "us", {measure(context, "run as a plain user", contenders)}};
}

constexpr char kBusybox[] = "/bin/busybox";
// A name by which busybox is its own `true`.
constexpr char kBusyboxTrue[] = "/mnt/true";

// What containers run: by the name of the case, nothing but an exit, and a usual small program.
std::vector<std::pair<std::string, Site>> write_payload_sites(const Context& context) {
  std::vector<std::pair<std::string, Site>> sites = {
      {"a program that exits", write_site(context, "exits", {})}};
  if (std::filesystem::exists(kBusybox)) {
    context.bundle.add_program(kBusybox, kBusyboxTrue);
    sites.emplace_back("busybox true", write_site(context, "busybox", {.program = kBusyboxTrue}));
  }
  return sites;
}

Scenario measure_payloads(const Context& context) {
  Scenario scenario{"payload", "us", {}};
  for (const auto& [name, site] : write_payload_sites(context)) {
    scenario.cases.push_back(
        measure(context, name, find_contenders(context.programs, context.bundle, site)));
  }
  return scenario;
}

Scenario measure_least_memory(const Context& context) {
  Scenario scenario{"least memory limit", "KiB", {}};
  try {
    const LimitedCgroup cgroup(context.bundle.folder() + "/memory", "nosc_bench_limit");
    for (const auto& [name, site] : write_payload_sites(context)) {
      std::cerr << "least memory for " << name << "\n";
      std::vector<Row>& rows = scenario.cases.emplace_back(name).rows;
      for (const Contender& contender : find_contenders(context.programs, context.bundle, site)) {
        const auto value = static_cast<double>(cgroup.find_least_kib(contender));
        if (value > 0) {
          rows.push_back({contender.name, value, rows.empty() ? 1 : value / rows.front().value});
        }
      }
    }
  } catch (const std::runtime_error& error) {
    std::cerr << "left out: " << error.what() << "\n";
  }
  return scenario;
}

// The floor has no compiler of filters: ratios are to nosc without one.
Scenario measure_filter(const Context& context) {
  const Site plain = write_site(context, "plain", {});
  const Site filtered =
      write_site(context, "filtered", {.seccomp = read_text(context.programs.profile)});
  std::vector<Contender> contenders = find_contenders(context.programs, context.bundle, plain);
  keep_names(contenders, {"nosc"});
  std::vector<Contender> more = find_contenders(context.programs, context.bundle, filtered);
  keep_names(more, {"nosc", "crun", "runc"});
  for (Contender& contender : more) {
    contender.name += ", filtered";
    contenders.push_back(contender);
  }
  return {"podman's default seccomp profile", "us", {measure(context, "run", contenders)}};
}

// Makes containers that have stopped, whose records are in that folder.
void make_stopped(const Context& context, const Site& site, const std::string& root, int first,
                  int last) {
  const std::string pid_file = context.bundle.folder() + "/stopped_pid";
  for (int i = first; i < last; ++i) {
    (void)run_command(
        "nosc", {context.programs.nosc, "--root", root, "--cgroup-manager", "disabled", "create",
                 "--bundle", site.folder, "--pid-file", pid_file, "stopped" + to_string(i)});
    pid_t pid = 0;
    std::ifstream(pid_file) >> pid;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
}

// nosc's own commands beside records of containers that have stopped; ratios are to one record.
Scenario measure_records(const Context& context) {
  Scenario scenario{"stopped containers beside it", "us", {}};
  const std::string root = context.bundle.state_folder() + "/records";
  const Site site = write_site(context, "records", {.program = "/wait"});
  const Site plain = write_site(context, "beside", {});
  const std::string& nosc = context.programs.nosc;
  int present = 0;
  for (const int count : {1, 100, 1000, 10000}) {
    make_stopped(context, site, root, present, count);
    present = count;
    scenario.cases.push_back(
        measure(context, to_string(count) + " stopped containers",
                {{"run", {nosc, "--root", root, "run", "--bundle", plain.folder, plain.name}},
                 {"state", {nosc, "--root", root, "state", "stopped0"}},
                 {"list", {nosc, "--root", root, "list"}}}));
    for (size_t i = 0; i < scenario.cases.back().rows.size(); ++i) {
      Row& row = scenario.cases.back().rows[i];
      row.times_base = row.value / scenario.cases.front().rows[i].value;
    }
  }
  return scenario;
}

// Containers per second that `workers` start side by side, each one after the other.
double measure_rate(const Context& context, const std::string& name, int workers) {
  std::vector<std::vector<std::string>> commands;
  for (int worker = 0; worker < workers; ++worker) {
    const Site site = write_site(context, "rate" + to_string(worker), {});
    for (const Contender& contender : find_contenders(context.programs, context.bundle, site)) {
      if (contender.name == name) commands.push_back(contender.command);
    }
  }
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::jthread> threads;
  for (const std::vector<std::string>& command : commands) {
    threads.emplace_back([&command, &context, &name] {
      for (int round = 0; round < context.rounds; ++round) {
        (void)run_command(name, command);
      }
    });
  }
  threads.clear();  // waits for them
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return workers * context.rounds / elapsed.count();
}

Scenario measure_rates(const Context& context) {
  Scenario scenario{"containers per second", "1/s", {}};
  for (const int workers : {1, 2, 4}) {
    Case result{to_string(workers) + " at a time", {}};
    std::cerr << result.name << "\n";
    std::vector<Contender> contenders =
        find_contenders(context.programs, context.bundle, write_site(context, "rate0", {}));
    keep_names(contenders, {"floor", "nosc", "crun", "runc"});
    drop_those_that_fail(contenders);
    for (const Contender& contender : contenders) {
      const double value = measure_rate(context, contender.name, workers);
      const double base = result.rows.empty() ? value : result.rows.front().value;
      result.rows.push_back({contender.name, value, value / base});
    }
    scenario.cases.push_back(std::move(result));
  }
  return scenario;
}

}  // namespace

std::vector<Scenario> measure_scenarios(const Programs& programs, const Bundle& bundle,
                                        int rounds) {
  // The first processes of containers that are created become this one's children.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Context context{programs, bundle, rounds};
  return {measure_filter(context),       measure_user(context),        measure_payloads(context),
          measure_mounts(context),       measure_host_mounts(context), measure_rates(context),
          measure_least_memory(context), measure_records(context)};
}

void print_scenarios(std::ostream& out, const std::vector<Scenario>& scenarios) {
  for (const Scenario& scenario : scenarios) {
    out << scenario.name << "\n";
    for (const Case& row : scenario.cases) {
      for (const Row& figure : row.rows) {
        out << "  " << std::left << std::setw(26) << row.name << std::setw(16) << figure.contender
            << std::right << std::fixed << std::setprecision(0) << std::setw(9) << figure.value
            << " " << scenario.unit << std::setprecision(2) << std::setw(8) << figure.times_base
            << "\n";
      }
    }
  }
}

}  // namespace bench
