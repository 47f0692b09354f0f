// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/default_container.h"

#include "engine/cli/host_mounts.h"
#include "engine/spec/parse.h"
#include "engine/spec/write_default.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kConfigBytes = 8192;

// A directory of every host, to mount over in the container's own namespace while the root is made.
constexpr const char* kScratch = "/tmp";

spec::Config starter_config(const HostFacts& host, Arena& arena) {
  const auto text = arena.array<char>(kConfigBytes);
  Writer writer(text.first(kConfigBytes - 1));
  if (host.euid == 0) {
    spec::write_default(writer, spec::CgroupNamespace::kOwn);
  } else {
    spec::write_rootless_default(writer, spec::CgroupNamespace::kOwn, host.euid, host.egid);
  }
  return spec::parse(text.first(writer.view().size()), arena);
}

// The starter configuration for a caller without privileges leaves the network as it is; this
// container never does.
std::span<const spec::Namespace> with_network(std::span<const spec::Namespace> own, Arena& arena) {
  const auto all = arena.array<spec::Namespace>(own.size() + 1);
  size_t count = 0;
  for (const spec::Namespace& entry : own) {
    if (entry.type != spec::NamespaceType::kNetwork) all[count++] = entry;
  }
  all[count++].type = spec::NamespaceType::kNetwork;
  return std::span<const spec::Namespace>(all.first(count));
}

bool is_interactive(console::TerminalSize& size) {
  console::TerminalSize ignored;
  return console::is_terminal(kStdin, size) && console::is_terminal(kStdout, ignored);
}

// The program: what the command line says, the user's shell on a terminal, or the report.
Payload choose_program(const CommandLine& line, const Environment& environment, bool interactive,
                       spec::Process& process) {
  Arena& arena = *environment.arena;
  const size_t count = line.program.empty() ? 1 : line.program.size();
  const auto args = arena.array<std::string_view>(count);
  for (size_t i = 0; i < line.program.size(); ++i) args[i] = line.program[i];
  process.args = args;
  if (!line.program.empty()) return Payload::kProgram;
  if (!interactive) {
    args[0] = "report";
    return Payload::kReport;
  }
  const char* shell = environment.find("SHELL");
  args[0] = shell != nullptr && shell[0] == '/' ? shell : "/bin/sh";
  return Payload::kProgram;
}

void choose_environment(const Environment& environment, spec::Process& process) {
  Arena& arena = *environment.arena;
  const auto variables = arena.array<std::string_view>(2);
  variables[0] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const char* type = environment.find("TERM");
  BufferWriter<64> term;
  term.text("TERM=").text(type == nullptr ? "dumb" : type);
  variables[1] = arena.copy_string(term.view());
  process.env = variables;
}

std::string_view unique_id(Arena& arena) {
  BufferWriter<20> id;
  id.text("nosc-").decimal(static_cast<uint32_t>(sys::getpid()));
  return arena.copy_string(id.view());
}

}  // namespace

Container plan_default_container(const CommandLine& line, const Environment& environment,
                                 RootAccess access) {
  Arena& arena = *environment.arena;
  HostFacts host = probe_host(environment.caller);
  probe_cgroups(host, arena);
  spec::Config config = starter_config(host, arena);
  console::TerminalSize size;
  const bool interactive = is_interactive(size);
  config.linux.namespaces = with_network(config.linux.namespaces, arena);
  config.hostname = "nosc";
  config.root.readonly = false;
  config.process.cwd = "/";
  config.process.terminal = false;
  config.linux.resources = {};
  const Payload payload = choose_program(line, environment, interactive, config.process);
  choose_environment(environment, config.process);
  const bool read_only = access == RootAccess::kReadOnly || host.euid != 0;
  config.mounts =
      with_host_mounts(config.mounts, read_only ? HostMounts::kCovered : HostMounts::kShown, arena);
  Container container;
  container.is_default = true;
  container.plan = make_plan(config, {.id = unique_id(arena), .bundle = "/", .host = host}, arena);
  Plan& plan = container.plan;
  plan.payload = payload;
  plan.mounts.root.path = kScratch;
  plan.mounts.root.kind =
      read_only ? mounts::RootKind::kHostReadOnly : mounts::RootKind::kHostOverlay;
  if (interactive) {
    plan.terminal = Terminal::kOwn;
    plan.terminal_size = size;
  }
  return container;
}

}  // namespace nosc::cli
