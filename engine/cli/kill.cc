// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/control.h"
#include "engine/cli/container.h"
#include "engine/cli/log.h"
#include "engine/launch/remove.h"
#include "engine/rt/number.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr struct {
  char name[7];
  sys::Signal signal;
} kSignals[] = {
    {"ABRT", sys::kSIGABRT},   {"ALRM", sys::kSIGALRM}, {"BUS", sys::kSIGBUS},
    {"CHLD", sys::kSIGCHLD},   {"CONT", sys::kSIGCONT}, {"FPE", sys::kSIGFPE},
    {"HUP", sys::kSIGHUP},     {"ILL", sys::kSIGILL},   {"INT", sys::kSIGINT},
    {"IO", sys::kSIGIO},       {"KILL", sys::kSIGKILL}, {"PIPE", sys::kSIGPIPE},
    {"PROF", sys::kSIGPROF},   {"PWR", sys::kSIGPWR},   {"QUIT", sys::kSIGQUIT},
    {"SEGV", sys::kSIGSEGV},   {"STOP", sys::kSIGSTOP}, {"SYS", sys::kSIGSYS},
    {"TERM", sys::kSIGTERM},   {"TRAP", sys::kSIGTRAP}, {"TSTP", sys::kSIGTSTP},
    {"TTIN", sys::kSIGTTIN},   {"TTOU", sys::kSIGTTOU}, {"URG", sys::kSIGURG},
    {"USR1", sys::kSIGUSR1},   {"USR2", sys::kSIGUSR2}, {"VTALRM", sys::kSIGVTALRM},
    {"WINCH", sys::kSIGWINCH}, {"XCPU", sys::kSIGXCPU}, {"XFSZ", sys::kSIGXFSZ},
    {"POLL", sys::kSIGIO},     {"IOT", sys::kSIGABRT},
};
constexpr uint64_t kLastSignal = 64;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool is_same_name(std::string_view text, std::string_view name) {
  if (text.size() != name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (upper(text[i]) != name[i]) return false;
  }
  return true;
}

// A number, a name, or a name with SIG in front, whatever the case; nothing is TERM. 0 only asks
// whether the process is there.
sys::Signal parse_signal(const char* given) {
  if (given == nullptr || given[0] == '\0') return sys::kSIGTERM;
  const std::string_view text = given;
  const auto number = parse_decimal(text, kLastSignal);
  if (number) return static_cast<sys::Signal>(*number);
  std::string_view name = text;
  if (name.size() > 3 && is_same_name(name.substr(0, 3), "SIG")) name.remove_prefix(3);
  for (const auto& row : kSignals) {
    if (is_same_name(name, row.name)) return row.signal;
  }
  fail({.code = ErrorCode::kUsage, .operation = "unknown signal", .object = text});
}

// Whom a signal is for; kAll: every process in the container's cgroups.
enum class Reach : uint8_t { kFirst, kAll };

// Read with the record's lock not held: a signal waits for no other command.
sys::Result<void> signal_init(const state::Record& record, sys::Signal signal) {
  const state::ProcessMark& init = record.progress().init;
  const auto process = state::open_process(init);
  if (process) return sys::pidfd_send_signal(process.borrow(), signal);
  if (!process.failed_with(sys::kENOSYS) || !state::is_alive(init)) return sys::kESRCH;
  return sys::kill(init.pid, signal);
}

// SIGKILL is for all: where the pid namespace is shared they outlive the first process, and version
// 1's freezer holds even those that are to die with it.
sys::Result<void> signal_container(const state::Record& record, sys::Signal signal, Reach reach,
                                   Arena& arena) {
  const state::ProcessMark& init = record.progress().init;
  const bool is_final = signal == sys::kSIGKILL;
  const bool outlive = !record.has(state::kOwnPids) || state::is_alive(init);
  // A container that was never complete has nobody that is known to be its own.
  const bool all = init.pid != sys::Pid{0} && (reach == Reach::kAll || (is_final && outlive));
  const bool reached = all && cgroups::kill_all(state::cgroups_of(record, arena), signal);
  if (reached && !is_final) return sys::Result<void>::from_raw(0);
  const auto sent = signal_init(record, signal);
  return reached ? sys::Result<void>::from_raw(0) : sent;
}

// What a record that can't be read was of is nobody's to find; its id at least is free.
void discard(state::Record& record, std::string_view id) {
  BufferWriter<512> text;
  text.text("record of container ")
      .quoted(id)
      .text(" is damaged: removed, and nothing that it told");
  log_warning({.text = text.text(" of").terminated()});
  if (record.relock()) record.remove(id);
}

}  // namespace

void kill(const CommandLine& line, const Environment& environment) {
  const sys::Signal signal = parse_signal(line.operand);
  state::Record record;
  open_record(line, environment, record);
  Arena& arena = *environment.arena;
  const Reach reach = line.has(Option::kAll) ? Reach::kAll : Reach::kFirst;
  const bool one_ends_all = signal == sys::kSIGKILL && record.has(state::kOwnPids);
  if (reach == Reach::kAll && !one_ends_all &&
      state::cgroups_of(record, arena).hierarchies.empty()) {
    log_warning({.text = "--all reaches the first process alone: the container has no cgroup"});
  }
  const auto sent = signal_container(record, signal, reach, arena);
  if (sent.failed_with(sys::kESRCH)) {
    // Nobody is left: whoever asks for all has what was asked for.
    if (reach == Reach::kAll) return;
    fail({.text = "container not running"});
  }
  or_fail(sent, "signal container", record.id());
}

void remove(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  const bool force = line.has(Option::kForce);
  state::Record record;
  sys::Result<sys::Fd> root(sys::kENOENT);
  bool is_open = false;
  if (force) {
    // What is gone already is what was asked for, and stays so when it goes at this moment. What
    // hangs is killed before its lock is waited for.
    root = state::find_root(state_root(line, environment), environment.caller.euid);
    if (line.argument != nullptr && state::is_valid_id(line.argument)) {
      if (!root) return;
      const auto opened = record.try_open(root.borrow(), line.argument, arena);
      if (opened.failed_with(sys::kENOENT)) return;
      if (opened.failed_with(sys::kEBADMSG)) return discard(record, line.argument);
      is_open = opened.ok();
    }
  }
  if (!is_open) open_record(line, environment, record);
  if (force) {
    (void)signal_container(record, sys::kSIGKILL, Reach::kFirst, arena);
    if (!record.relock()) return;
  }
  record.lock();
  const state::Status status = state::status_of(record);
  if (status != state::Status::kStopped && status != state::Status::kCreated && !force) {
    BufferWriter<64> text;
    text.text("that is not stopped: ").text(state::status_name(status));
    state::fail_about("cannot delete container", record.id(), text.terminated());
  }
  launch::kill_init(record);
  delete_container(record, arena);
}

}  // namespace nosc::cli
