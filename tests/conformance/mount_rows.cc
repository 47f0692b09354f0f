// SPDX-License-Identifier: Apache-2.0
#include <list>

#include "tests/conformance/conformance.h"

namespace nosc::testing {
namespace {

constexpr const char* kOptionsOfData =
    "awk '$5 == \"/data\"{print $6, $(NF - 2)}' /proc/self/mountinfo";
// The propagation is between the sixth word and the "-"; the number of a group is the kernel's.
constexpr const char* kPropagationOf =
    "propagation() { awk -v at=\"$1\" '$5 == at{t = \"private\"; for (i = 7; $i != \"-\"; ++i) "
    "{sub(/:.*/, \"\", $i); t = (i == 7 ? \"\" : t \" \") $i} print t}' /proc/self/mountinfo; }; ";

void add_data(Bundle& bundle, const std::vector<std::string>& options) {
  bundle.add_mount(mount_entry("/data", "tmpfs", "tmpfs", options));
}

void add_bind(Bundle& bundle, const std::vector<std::string>& options) {
  bundle.add_file("volume/file", "from outside\n");
  bundle.add_mount(mount_entry("/data", "bind", bundle.directory() / "volume", options));
}

const std::string& propagation_script(const char* target) {
  static std::list<std::string> scripts;  // they stay where they are
  return scripts.emplace_back(std::string(kPropagationOf) + "propagation " + target);
}

}  // namespace

std::vector<Conformance> mount_rows() {
  return {
      {"RootReadonly", "config.md#root",
       [](Bundle& bundle) { bundle.config()["root"]["readonly"] = true; },
       "touch /file 2>&1; awk '$5 == \"/\"{print substr($6, 1, 2)}' /proc/self/mountinfo",
       "touch: /file: Read-only file system\nro\n"},
      {"RootWritable", "config.md#root",
       [](Bundle& bundle) { bundle.config()["root"]["readonly"] = false; },
       "touch /file && ls /file", "/file\n"},
      {"MountOptions", "config.md#linux-mount-options",
       [](Bundle& bundle) {
         add_data(bundle, {"ro", "nosuid", "nodev", "noexec", "noatime", "mode=0700", "size=8k"});
       },
       kOptionsOfData, "ro,nosuid,nodev,noexec,noatime tmpfs\n"},
      {"TheLastOfContraryOptionsCounts", "config.md#linux-mount-options",
       [](Bundle& bundle) { add_data(bundle, {"ro", "nosuid", "rw", "suid", "dev", "exec"}); },
       kOptionsOfData, "rw,relatime tmpfs\n"},
      {"MountsInTheirOrder", "config.md#mounts",
       [](Bundle& bundle) {
         add_data(bundle, {"mode=0700"});
         add_data(bundle, {"mode=0711"});
         bundle.add_mount(mount_entry("/data/inner", "tmpfs", "tmpfs", {"mode=0701"}));
       },
       "stat -c %a /data /data/inner", "711\n701\n"},
      {"BindOfAFolder", "config.md#mounts",
       [](Bundle& bundle) { add_bind(bundle, {"rbind", "ro", "nosuid"}); },
       "cat /data/file; touch /data/new 2>&1",
       "from outside\ntouch: /data/new: Read-only file system\n"},
      {"BindOfAFile", "config.md#mounts",
       [](Bundle& bundle) {
         bundle.add_file("one", "one file\n");
         bundle.add_mount(mount_entry("/etc/one", "bind", bundle.directory() / "one", {"bind"}));
       },
       "cat /etc/one", "one file\n"},
      {"BindRelativeToTheBundle", "config.md#mounts",
       [](Bundle& bundle) {
         bundle.add_file("volume/file", "relative\n");
         bundle.add_mount(mount_entry("/data", "none", "volume", {"bind"}));
       },
       "cat /data/file", "relative\n"},
      {"PropagationPrivate", "config.md#linux-mount-options",
       [](Bundle& bundle) { add_bind(bundle, {"rbind", "rprivate"}); },
       propagation_script("/data").c_str(), "private\n"},
      {"PropagationShared", "config.md#linux-mount-options",
       [](Bundle& bundle) { add_bind(bundle, {"rbind", "private", "rshared"}); },
       propagation_script("/data").c_str(), "shared\n"},
      {"PropagationUnbindable", "config.md#linux-mount-options",
       [](Bundle& bundle) { add_bind(bundle, {"rbind", "unbindable"}); },
       propagation_script("/data").c_str(), "unbindable\n"},
      {"RootfsPropagationPrivate", "config-linux.md#rootfs-mount-propagation",
       [](Bundle& bundle) { bundle.config()["linux"]["rootfsPropagation"] = "private"; },
       propagation_script("/").c_str(), "private\n"},
      {"RootfsPropagationShared", "config-linux.md#rootfs-mount-propagation",
       [](Bundle& bundle) { bundle.config()["linux"]["rootfsPropagation"] = "shared"; },
       propagation_script("/").c_str(), "shared\n"},
      {"DefaultFilesystems", "config-linux.md#default-filesystems", [](Bundle&) {},
       "awk '$5 ~ \"^/(proc|sys|dev/pts|dev/shm)$\"{for (i = 7; $i != \"-\"; ++i); "
       "print $5, $(i + 1)}' /proc/self/mountinfo | sort",
       "/dev/pts devpts\n/dev/shm tmpfs\n/proc proc\n/sys sysfs\n"},
      {"DefaultDevices", "config-linux.md#default-devices", [](Bundle&) {},
       "for d in null zero full random urandom tty; do stat -c '%n %F %t:%T %a' /dev/$d; done; "
       "test -c /dev/ptmx && echo ptmx",
       "/dev/null character special file 1:3 666\n/dev/zero character special file 1:5 666\n"
       "/dev/full character special file 1:7 666\n/dev/random character special file 1:8 666\n"
       "/dev/urandom character special file 1:9 666\n/dev/tty character special file 5:0 666\n"
       "ptmx\n"},
      {"DevSymbolicLinks", "runtime-linux.md#dev-symbolic-links", [](Bundle&) {},
       "for l in fd stdin stdout stderr; do readlink /dev/$l; done",
       "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n"},
      {"FileDescriptors", "runtime-linux.md#file-descriptors", [](Bundle&) {},
       "ls /proc/1/fd; true", "0\n1\n2\n"},
  };
}

}  // namespace nosc::testing
