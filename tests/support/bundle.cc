// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bundle.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/private_machine.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kApplets[] = {
    "cat",   "chmod",  "cut",      "dd",       "df",     "echo", "env",      "false",
    "grep",  "head",   "hostname", "id",       "kill",   "ln",   "ls",       "mkdir",
    "mknod", "mount",  "mv",       "printenv", "ps",     "pwd",  "readlink", "rm",
    "sed",   "sh",     "sleep",    "sort",     "stat",   "test", "touch",    "tr",
    "true",  "umount", "wc",       "ip",       "getopt", "sync", "cmp",      "awk"};

constexpr const char* kCapabilities[] = {"CAP_CHOWN",           "CAP_DAC_OVERRIDE",
                                         "CAP_DAC_READ_SEARCH", "CAP_FOWNER",
                                         "CAP_FSETID",          "CAP_KILL",
                                         "CAP_SETGID",          "CAP_SETUID",
                                         "CAP_SETPCAP",         "CAP_NET_BIND_SERVICE",
                                         "CAP_NET_ADMIN",       "CAP_NET_RAW",
                                         "CAP_SYS_CHROOT",      "CAP_SYS_PTRACE",
                                         "CAP_SYS_ADMIN",       "CAP_MKNOD",
                                         "CAP_AUDIT_WRITE"};

Json default_process() {
  const Json capabilities = Json::strings({"CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"});
  return Json::object({
      {"terminal", false},
      {"user", Json::object({{"uid", 0}, {"gid", 0}})},
      {"args", Json::strings({"/bin/true"})},
      {"env", Json::strings({"PATH=/bin:/usr/bin", "TERM=xterm"})},
      {"cwd", "/"},
      {"capabilities",
       Json::object(
           {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}})},
      {"rlimits",
       Json::array({Json::object({{"type", "RLIMIT_NOFILE"}, {"hard", 1024}, {"soft", 1024}})})},
      {"noNewPrivileges", true},
  });
}

Json default_mounts(Caller caller) {
  std::vector<std::string> pts = {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (caller == Caller::kRoot) pts.push_back("gid=5");  // not mapped in a plain user's namespace
  return Json::array({
      mount_entry("/proc", "proc", "proc"),
      mount_entry("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
      mount_entry("/dev/pts", "devpts", "devpts", pts),
      mount_entry("/dev/shm", "tmpfs", "shm",
                  {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}),
      mount_entry("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
      mount_entry("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}),
  });
}

Json default_linux(Caller caller) {
  Json section = Json::object({
      {"namespaces", Json::array()},
      {"maskedPaths", Json::strings({"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list",
                                     "/sys/firmware"})},
      {"readonlyPaths", Json::strings({"/proc/bus", "/proc/irq", "/proc/sys"})},
  });
  for (const char* type : {"pid", "network", "ipc", "uts", "mount"}) {
    section["namespaces"].push(Json::object({{"type", type}}));
  }
  if (caller == Caller::kPlainUser) {
    section["namespaces"].push(Json::object({{"type", "user"}}));
    section["uidMappings"] = Json::array({id_mapping(0, uid_of(caller), 1)});
    section["gidMappings"] = Json::array({id_mapping(0, gid_of(caller), 1)});
  }
  return section;
}

}  // namespace

uid_t uid_of(Caller caller) {
  return caller == Caller::kPlainUser && geteuid() == 0 ? kPlainUid : geteuid();
}

gid_t gid_of(Caller caller) {
  return caller == Caller::kPlainUser && geteuid() == 0 ? kPlainUid : getegid();
}

Json mount_entry(const std::string& destination, const std::string& type, const std::string& source,
                 const std::vector<std::string>& options) {
  Json entry = Json::object({{"destination", destination}});
  if (!type.empty()) entry["type"] = type;
  entry["source"] = source;
  if (!options.empty()) entry["options"] = Json::strings(options);
  return entry;
}

Json id_mapping(uint32_t container_id, uint32_t host_id, uint32_t size) {
  return Json::object({{"containerID", container_id}, {"hostID", host_id}, {"size", size}});
}

Json default_config(Caller caller) {
  return Json::object({
      {"ociVersion", "1.0.2"},
      {"process", default_process()},
      {"root", Json::object({{"path", "rootfs"}, {"readonly", false}})},
      {"hostname", "inside"},
      {"mounts", default_mounts(caller)},
      {"linux", default_linux(caller)},
  });
}

Bundle::Bundle(fs::path directory, Caller owner)
    : directory_(std::move(directory)), owner_(owner), config_(default_config(owner)) {
  for (const char* name : {"bin", "dev", "etc", "proc", "sys", "tmp"}) {
    fs::create_directories(rootfs() / name);
  }
  fs::permissions(rootfs() / "tmp", fs::perms::all | fs::perms::sticky_bit);
  fs::copy_file(private_machine().busybox, rootfs() / "bin/busybox");
  for (const char* applet : kApplets) fs::create_symlink("busybox", rootfs() / "bin" / applet);
}

Bundle::~Bundle() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Bundle::set_args(const std::vector<std::string>& args) {
  config_["process"]["args"] = Json::strings(args);
}

void Bundle::set_script(const std::string& script) { set_args({"/bin/sh", "-c", script}); }

void Bundle::set_namespaces(const std::vector<std::string>& types) {
  Json list = Json::array();
  for (const std::string& type : types) list.push(Json::object({{"type", type}}));
  config_["linux"]["namespaces"] = list;
}

void Bundle::grant_all_capabilities() {
  const Json all = Json::strings({std::begin(kCapabilities), std::end(kCapabilities)});
  for (const char* set : {"bounding", "effective", "permitted"}) {
    config_["process"]["capabilities"][set] = all;
  }
}

void Bundle::add_file(const std::string& path, const std::string& content, int mode) {
  const fs::path file = directory_ / path;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  if (chmod(file.c_str(), static_cast<mode_t>(mode)) != 0) throw std::runtime_error("chmod");
}

void Bundle::write() { write_text(config_.dump()); }

void Bundle::write_text(const std::string& config_text) {
  add_file("config.json", config_text);
  if (geteuid() != 0 || owner_ == Caller::kRoot) return;
  const auto give = [&](const fs::path& path) {
    if (lchown(path.c_str(), uid_of(owner_), gid_of(owner_)) != 0) {
      throw std::runtime_error("lchown " + path.string());
    }
  };
  give(directory_);
  for (const auto& entry : fs::recursive_directory_iterator(directory_)) give(entry.path());
}

}  // namespace nosc::testing
