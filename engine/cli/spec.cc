// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/commands.h"
#include "engine/rt/paths.h"
#include "engine/spec/write_default.h"
#include "syscalls/sys.h"

namespace nosc::cli {

namespace {

spec::CgroupNamespace choose_cgroup_namespace() {
  sys::Statfs status;
  const auto asked = sys::portable::statfs("/sys/fs/cgroup", status);
  const bool unified = asked && static_cast<uint32_t>(status.type) == sys::kCGROUP2_SUPER_MAGIC;
  return unified ? spec::CgroupNamespace::kOwn : spec::CgroupNamespace::kHost;
}

}  // namespace

void write_spec(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  const std::string_view path = join_paths(line.option(Option::kBundle, "."), "config.json", arena);
  const sys::Fd file =
      or_fail(sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(path.data()),
                          sys::kO_WRONLY | sys::kO_CREAT | sys::kO_EXCL | sys::kO_CLOEXEC,
                          sys::Mode::from_bits(0666)),
              "create", path);
  BufferWriter<1024> out(file);
  const spec::CgroupNamespace own = choose_cgroup_namespace();
  if (line.has(Option::kRootless)) {
    spec::write_rootless_default(out, own, environment.caller.euid, environment.caller.egid);
  } else {
    spec::write_default(out, own);
  }
  const auto written = out.flush();
  if (written) return;
  // A half-written file would look like a configuration.
  (void)sys::unlinkat(sys::kAT_FDCWD, sys::CStr::from_terminated(path.data()), {});
  fail_system("write", path, written.error());
}

}  // namespace nosc::cli
