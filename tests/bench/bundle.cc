// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/bundle.h"

#include <errno.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bench {
namespace {

// What `runc spec` writes, without a terminal, resources and seccomp, and with a cgroup namespace.
constexpr char kConfig[] = R"({
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false,
    "user": {"uid": 0, "gid": 0},
    "args": ["PROGRAM"],
    "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
    "cwd": "/",
    "capabilities": {
      "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
      "effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
      "permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
    },
    "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
    "noNewPrivileges": true
  },
  "root": {"path": "ROOTFS", "readonly": true},
  "hostname": "bench",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
     "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"TTY_GROUP]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
     "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
    {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
     "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/sys", "type": "sysfs", "source": "sysfs",
     "options": ["nosuid", "noexec", "nodev", "ro"]},
    {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
     "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}MORE_MOUNTS
  ],
  "linux": {SECCOMP
    CGROUP"namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"},
                   {"type": "mount"}, {"type": "cgroup"}USER_NAMESPACE],ID_MAPS
    "maskedPaths": ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
                    "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                    "/proc/sched_debug", "/sys/firmware", "/proc/scsi"],
    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
  }
}
)";

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + strerror(errno));
}

// Everything mounted from here on is seen by this process and its children alone.
void enter_own_mounts() {
  if (unshare(CLONE_NEWNS) != 0) {
    fail("unshare of the mount namespace");
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    fail("mount / private");
  }
  struct statfs file_system = {};
  if (statfs("/sys/fs/cgroup", &file_system) == 0 && file_system.f_type == CGROUP2_SUPER_MAGIC) {
    return;
  }
  // A hybrid machine: runtimes look at this path to tell which version of cgroups they have.
  (void)umount2("/sys/fs/cgroup", MNT_DETACH);
  if (mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, nullptr) != 0) {
    fail("mount cgroup2 at /sys/fs/cgroup");
  }
}

void replace(std::string& text, const std::string& placeholder, const std::string& value) {
  text.replace(text.find(placeholder), placeholder.size(), value);
}

// The maps of a user namespace in which that user, and nobody else, is root.
std::string map_to_root(uid_t user) {
  const std::string map =
      "[{\"containerID\": 0, \"hostID\": " + std::to_string(user) + ", \"size\": 1}],";
  return "\n    \"uidMappings\": " + map + "\n    \"gidMappings\": " + map;
}

}  // namespace

Bundle::Bundle(const std::string& payload, const std::string& waiting) {
  enter_own_mounts();
  std::string name = std::filesystem::temp_directory_path() / "nosc_bench_XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    fail("mkdtemp " + name);
  }
  folder_ = name;
  std::filesystem::create_directory(state_folder());
  if (mount("tmpfs", state_folder().c_str(), "tmpfs", 0, "mode=1777") != 0) {
    fail("mount tmpfs");  // where runtimes keep it, /run, is one too
  }
  for (const char* folder : {"", "/proc", "/dev", "/sys", "/bound", "/mnt"}) {
    std::filesystem::create_directory(rootfs() + folder);
  }
  // Other users reach what is in it.
  std::filesystem::permissions(folder_, std::filesystem::perms(0711));
  add_program(payload, "/true");
  add_program(waiting, "/wait");
  run_program("/true");
}

void Bundle::add_program(const std::string& from, const std::string& path) const {
  std::filesystem::copy_file(from, rootfs() + path,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(rootfs() + path, std::filesystem::perms(0755));
}

void Bundle::run_program(const std::string& path) const {
  write_config(folder_, {.program = path});
}

void Bundle::write_config(const std::string& folder, const Settings& settings) const {
  std::string mounts;
  for (int i = 0; i < settings.binds; ++i) {
    const std::string target = "/mnt/" + std::to_string(i);
    std::filesystem::create_directories(rootfs() + target);
    mounts += ",\n    {\"destination\": \"" + target + "\", \"type\": \"bind\", \"source\": \"" +
              rootfs() + "/bound\", \"options\": [\"rbind\"]}";
  }
  std::string config = kConfig;
  replace(config, "PROGRAM", settings.program);
  replace(config, "ROOTFS", rootfs());
  replace(config, "MORE_MOUNTS", mounts);
  replace(config, "SECCOMP",
          settings.seccomp.empty() ? "" : "\"seccomp\": " + settings.seccomp + ",");
  const bool is_root = settings.user == 0;
  replace(config, "TTY_GROUP", is_root ? ", \"gid=5\"" : "");
  replace(config, "CGROUP", is_root ? "\"cgroupsPath\": \"/" + settings.cgroup + "\",\n    " : "");
  replace(config, "USER_NAMESPACE", is_root ? "" : ", {\"type\": \"user\"}");
  replace(config, "ID_MAPS", is_root ? "" : map_to_root(settings.user));
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/config.json") << config;
}

Bundle::~Bundle() {
  (void)umount2(state_folder().c_str(), MNT_DETACH);
  std::error_code ignored;  // what is left is in a temporary folder, and empty
  std::filesystem::remove_all(folder_, ignored);
  (void)rmdir(cgroup_folder());
}

}  // namespace bench
