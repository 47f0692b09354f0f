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
  const uint32_t euid = environment.caller.euid;
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

// Runs a container to its end, and ends with its status. Returns where the host doesn't grant the
// overlay that the plan makes its root of.
void run_container(Plan& plan, const CommandLine& line, Arena& arena) {
  const bool verbose = line.has(Option::kVerbose);
  if (verbose) print_verbose(plan);
  launch::Foreground foreground(plan);
  uint64_t started_us = 0;
  const uint64_t before_us = verbose ? launch::now_us() : 0;
  const auto status = launch::run_foreground(foreground, arena, verbose ? &started_us : nullptr);
  if (!status) return;
  if (verbose) {
    BufferWriter<128> out(kStderr);
    out.text("set up in ").decimal(started_us - before_us).text(" us, ran for ");
    out.decimal(launch::now_us() - started_us).text(" us\n");
    (void)out.flush();
  }
  finish(*status);
}

// Not every kernel and not every sandbox grants an overlay of the host's root; then everything is
// read-only.
void run_default(Plan& plan, const CommandLine& line, const Environment& environment) {
  run_container(plan, line, *environment.arena);
  Container container = plan_default_container(line, environment, RootAccess::kReadOnly);
  run_container(container.plan, line, *environment.arena);
}

}  // namespace

void run(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  Container container = load_container(line, environment);
  if (container.is_default) return run_default(container.plan, line, environment);
  if (container.plan.namespaces.joined.has(sys::kCLONE_NEWPID)) {
    launch::continue_in_copy(environment.argv, environment.envp, arena);
  }
  const state::Claim claim(state_root(line, environment), environment.caller.euid,
                           container.plan.id, arena);
  run_container(container.plan, line, arena);
}

void print_plan(const CommandLine& line, const Environment& environment) {
  // The id only names the cgroup; a plan needs none.
  CommandLine named = line;
  if (named.has(Option::kBundle) && named.argument == nullptr) named.argument = "ID";
  const Container container = load_container(named, environment);
  BufferWriter<1024> out(kStdout);
  nosc::print_plan(container.plan, out);
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
