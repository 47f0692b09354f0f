// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/conformance.h"
#include "tests/support/private_machine.h"

namespace nosc::testing {
namespace {

constexpr const char* kNamespaces =
    "for n in mnt pid net ipc uts cgroup user time; do readlink /proc/self/ns/$n; done";

void join(Bundle& bundle, const char* type, const char* path) {
  Json& list = bundle.config()["linux"]["namespaces"];
  Json joined = Json::array();
  for (const char* other : {"mount", "pid", "network", "ipc", "uts"}) {
    Json entry = Json::object({{"type", other}});
    if (std::string(other) == type) entry["path"] = path;
    joined.push(std::move(entry));
  }
  list = joined;
}

Json device(const char* type, const char* path, int major, int minor) {
  return Json::object({{"type", type},
                       {"path", path},
                       {"major", major},
                       {"minor", minor},
                       {"fileMode", 0640},
                       {"uid", 5},
                       {"gid", 6}});
}

}  // namespace

std::vector<Conformance> linux_rows() {
  return {
      {"NamespacesNew", "config-linux.md#namespaces",
       [](Bundle& bundle) {
         bundle.set_namespaces({"mount", "pid", "network", "ipc", "uts", "cgroup"});
       },
       kNamespaces, "!mnt\n!pid\n!net\n!ipc\n!uts\n!cgroup\n@user\n@time\n"},
      {"NamespacesInherited", "config-linux.md#namespaces",
       [](Bundle& bundle) { bundle.set_namespaces({"mount", "uts"}); }, kNamespaces,
       "!mnt\n@pid\n@net\n@ipc\n!uts\n@cgroup\n@user\n@time\n"},
      {"NamespaceByPath", "config-linux.md#namespaces",
       [](Bundle& bundle) { join(bundle, "ipc", "/proc/1/ns/ipc"); }, kNamespaces,
       "!mnt\n!pid\n!net\n@ipc\n!uts\n@cgroup\n@user\n@time\n"},
      {"NetworkNamespaceByPath", "config-linux.md#namespaces",
       [](Bundle& bundle) { join(bundle, "network", "/proc/1/ns/net"); }, kNamespaces,
       "!mnt\n!pid\n@net\n!ipc\n!uts\n@cgroup\n@user\n@time\n"},
      {"UserNamespaceMappings", "config-linux.md#user-namespace-mappings",
       [](Bundle& bundle) {
         bundle.config()["linux"]["namespaces"].push(Json::object({{"type", "user"}}));
         const Json maps = Json::array({id_mapping(0, 0, 10), id_mapping(10, 5000, 20)});
         bundle.config()["linux"]["uidMappings"] = maps;
         bundle.config()["linux"]["gidMappings"] = maps;
       },
       "for f in uid_map gid_map; do awk '{print $1, $2, $3}' /proc/self/$f; done; id -u",
       "0 0 10\n10 5000 20\n0 0 10\n10 5000 20\n0\n"},
      {"Devices", "config-linux.md#devices",
       [](Bundle& bundle) {
         bundle.config()["linux"]["devices"] =
             Json::array({device("c", "/dev/own/nothing", 1, 3), device("b", "/dev/block", 7, 0),
                          device("u", "/dev/unbuffered", 1, 5)});
         Json fifo = device("p", "/dev/fifo", 0, 0);
         fifo.erase("major");
         fifo.erase("minor");
         bundle.config()["linux"]["devices"].push(std::move(fifo));
       },
       "stat -c '%F %t:%T %a %u %g' /dev/own/nothing /dev/block /dev/unbuffered; "
       "stat -c '%F %a %u %g' /dev/fifo",
       "character special file 1:3 640 5 6\nblock special file 7:0 640 5 6\n"
       "character special file 1:5 640 5 6\nfifo 640 5 6\n"},
      {"MaskedPaths", "config-linux.md#masked-paths",
       [](Bundle& bundle) {
         bundle.add_file("rootfs/etc/secret", "secret\n");
         bundle.add_file("rootfs/etc/folder/secret", "secret\n");
         bundle.config()["linux"]["maskedPaths"] =
             Json::strings({"/etc/secret", "/etc/folder", "/etc/missing", "/proc/keys"});
       },
       "cat /etc/secret; ls /etc/folder; cat /proc/keys; echo end", "end\n"},
      {"ReadonlyPaths", "config-linux.md#readonly-paths",
       [](Bundle& bundle) {
         bundle.add_file("rootfs/etc/kept/file", "kept\n");
         bundle.config()["linux"]["readonlyPaths"] =
             Json::strings({"/etc/kept", "/etc/missing", "/proc/sys"});
       },
       "touch /etc/kept/new 2>&1; cat /etc/kept/file; touch /etc/other && echo other",
       "touch: /etc/kept/new: Read-only file system\nkept\nother\n"},
      {"Sysctl", "config-linux.md#sysctl",
       [](Bundle& bundle) {
         bundle.config()["linux"]["sysctl"] =
             Json::object({{"kernel.msgmax", "5000"}, {"net.ipv4.ip_forward", "1"}});
       },
       "cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward", "5000\n1\n"},
      {"Personality", "config-linux.md#personality",
       [](Bundle& bundle) {
         bundle.config()["linux"]["personality"] = Json::object({{"domain", "LINUX32"}});
       },
       "cat /proc/1/personality", "00000008\n"},
      {"CgroupsPath", "config-linux.md#cgroups-path",
       [](Bundle& bundle) {
         bundle.config()["linux"]["cgroupsPath"] = "/" + private_machine().id + "-conformance/leaf";
       },
       "sed -n 's/^0::.*-conformance/conformance/p' /proc/self/cgroup", "conformance/leaf\n"},
      {"Seccomp", "config-linux.md#seccomp",
       [](Bundle& bundle) {
         bundle.config()["linux"]["seccomp"] = Json::raw(
             R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],)"
             R"( "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]})");
       },
       "mkdir /tmp/new 2>&1; awk '/^Seccomp:/{print $2}' /proc/self/status",
       "mkdir: can't create directory '/tmp/new': No space left on device\n2\n"},
  };
}

}  // namespace nosc::testing
