// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/container.h"
#include "engine/cli/default_container.h"
#include "engine/launch/parent.h"
#include "engine/launch/self.h"
#include "engine/launch/words.h"
#include "engine/rt/paths.h"
#include "engine/state/claim.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

// Where the records of containers are: one place for root, one of each user's own.
std::string_view state_root(const CommandLine& line, const Environment& environment) {
  if (line.has(Option::kRoot)) return std::string_view(line.option(Option::kRoot));
  const auto euid = static_cast<uint32_t>(sys::portable::geteuid());
  if (euid == 0) return std::string_view("/run/nosc");
  const char* runtime = environment.find("XDG_RUNTIME_DIR");
  if (runtime != nullptr && runtime[0] == '/') {
    return join_paths(runtime, "nosc", *environment.arena);
  }
  BufferWriter<32> path;
  path.text("/tmp/nosc-").decimal(euid);
  return environment.arena->copy_string(path.view());
}

void print_verbose(const Plan& plan) {
  BufferWriter<1024> out(kStderr);
  nosc::print_plan(plan, out);
  (void)out.flush();
}

std::optional<int> run_container(Plan& plan, const CommandLine& line, Arena& arena) {
  if (!line.has(Option::kVerbose)) return launch::run_foreground(plan, arena);
  print_verbose(plan);
  launch::Timing timing;
  const uint64_t before_us = launch::now_us();
  const auto status = launch::run_foreground(plan, arena, &timing);
  if (!status) return status;
  BufferWriter<128> out(kStderr);
  out.text("set up in ").decimal(timing.started_us - before_us).text(" us, ran for ");
  out.decimal(launch::now_us() - timing.started_us).text(" us\n");
  (void)out.flush();
  return status;
}

// Not every kernel and not every sandbox grants an overlay of the host's root; then everything is
// read-only.
int run_default(Plan& plan, const CommandLine& line, const Environment& environment) {
  auto status = run_container(plan, line, *environment.arena);
  if (!status) {
    Container container = plan_default_container(line, environment, RootAccess::kReadOnly);
    status = run_container(container.plan, line, *environment.arena);
  }
  return *status;
}

}  // namespace

int run(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  Container container = load_container(line, environment);
  if (container.is_default) return run_default(container.plan, line, environment);
  if (container.plan.namespaces.joined.has(sys::kCLONE_NEWPID)) {
    launch::continue_in_copy(environment.argv, environment.envp, arena);
  }
  const state::Claim claim(state_root(line, environment), container.plan.id, arena);
  return *run_container(container.plan, line, arena);
}

int print_plan(const CommandLine& line, const Environment& environment) {
  // The id only names the cgroup; a plan needs none.
  CommandLine named = line;
  if (named.has(Option::kBundle) && named.argument == nullptr) named.argument = "ID";
  const Container container = load_container(named, environment);
  BufferWriter<1024> out(kStdout);
  nosc::print_plan(container.plan, out);
  or_fail(out.flush(), "write", "stdout");
  return 0;
}

}  // namespace nosc::cli
