// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/container.h"

#include "engine/cli/default_container.h"
#include "engine/cli/log.h"
#include "engine/rt/files.h"
#include "engine/rt/paths.h"
#include "engine/spec/parse.h"
#include "engine/state/claim.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestConfigBytes = size_t{64} << 20;
constexpr size_t kLongestPathBytes = 4096;  // PATH_MAX

// The absolute path of the bundle: the configuration's relative paths start there.
std::string_view absolute_bundle(const char* bundle, Arena& arena) {
  if (bundle[0] == '/') return std::string_view(bundle);
  const auto buffer = arena.array<char>(kLongestPathBytes);
  const size_t size = or_fail(sys::getcwd(buffer), "getcwd", ".");
  return join_paths({buffer.data(), size - 1}, bundle, arena);
}

spec::Config read_config(std::string_view bundle, Arena& arena) {
  const std::string_view path = join_paths(bundle, "config.json", arena);
  const std::span<char> text = read_file(path.data(), kLargestConfigBytes, arena);
  return spec::parse(text, arena);
}

Container load_bundle(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  if (line.argument == nullptr) {
    fail({.code = ErrorCode::kUsage, .text = "a bundle needs a container ID"});
  }
  if (!state::is_valid_id(line.argument)) {
    fail({.code = ErrorCode::kUsage, .operation = "invalid container ID", .object = line.argument});
  }
  if (!line.program.empty()) {
    fail({.code = ErrorCode::kUsage,
          .operation = "the bundle names the command; unexpected",
          .object = line.program[0]});
  }
  const char* bundle = line.has(Option::kBundle) ? line.option(Option::kBundle) : ".";
  const std::string_view path = absolute_bundle(bundle, arena);
  const spec::Config config = read_config(path, arena);
  Container container;
  container.plan = make_plan(
      config, {.id = line.argument, .bundle = path, .host = probe_host(environment.caller, arena)},
      arena);
  return container;
}

}  // namespace

Container load_container(const CommandLine& line, const Environment& environment) {
  const bool from_bundle = line.argument != nullptr || line.has(Option::kBundle);
  auto container = from_bundle ? load_bundle(line, environment)
                               : plan_default_container(line, environment, RootAccess::kWritable);
  for (const Error& warning : container.plan.capabilities.warnings) log_warning(warning);
  return container;
}

}  // namespace nosc::cli
