// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/conformance.h"

namespace nosc::testing {
namespace {

void set_user(Bundle& bundle, uint32_t uid, uint32_t gid) {
  bundle.config()["process"]["user"] = Json::object({{"uid", uid}, {"gid", gid}});
}

void set_capabilities(Bundle& bundle, const Json& ambient) {
  const Json kill = Json::strings({"CAP_KILL"});
  const Json both = Json::strings({"CAP_CHOWN", "CAP_KILL"});
  bundle.config()["process"]["capabilities"] = Json::object({{"bounding", both},
                                                             {"permitted", both},
                                                             {"effective", kill},
                                                             {"inheritable", kill},
                                                             {"ambient", ambient}});
}

constexpr const char* kCapabilitySets = "grep ^Cap /proc/self/status | tr '\\t' ' '";

}  // namespace

std::vector<Conformance> process_rows() {
  return {
      {"Args", "config.md#process",
       [](Bundle& bundle) {
         bundle.set_args({"/bin/sh", "-c", "for a; do echo \"[$a]\"; done", "name", "a b", "", "*",
                          "$HOME", "\u00e9"});
       },
       nullptr, "[a b]\n[]\n[*]\n[$HOME]\n[\u00e9]\n"},
      {"ArgsAreLookedUpAsByExecvp", "config.md#process",
       [](Bundle& bundle) {
         bundle.add_file("rootfs/own/tool", "#!/bin/sh\necho found in PATH\n", 0755);
         bundle.config()["process"]["env"] = Json::strings({"PATH=/nowhere:/own:/bin"});
         bundle.set_args({"tool"});
       },
       nullptr, "found in PATH\n"},
      {"Env", "config.md#process",
       [](Bundle& bundle) {
         bundle.config()["process"]["env"] =
             Json::strings({"PATH=/bin", "HOME=/h", "EMPTY=", "A=b=c", "SPACED=x y"});
         bundle.set_args({"/bin/env"});
       },
       nullptr, "PATH=/bin\nHOME=/h\nEMPTY=\nA=b=c\nSPACED=x y\n"},
      {"Cwd", "config.md#process",
       [](Bundle& bundle) { bundle.config()["process"]["cwd"] = "/proc/sys"; }, "/bin/pwd",
       "/proc/sys\n"},
      {"TerminalFalse", "config.md#process",
       [](Bundle& bundle) { bundle.config()["process"]["terminal"] = false; },
       "test -t 0 || test -t 1 || echo none", "none\n"},
      {"RootUserByDefault", "config.md#user", [](Bundle& bundle) { set_user(bundle, 0, 0); },
       "id -u; id -g; id -G; umask", "0\n0\n0\n0022\n"},
      {"UserGroupsAndUmask", "config.md#posix-platform-user",
       [](Bundle& bundle) {
         set_user(bundle, 1007, 1008);
         bundle.config()["process"]["user"]["umask"] = 077;
         bundle.config()["process"]["user"]["additionalGids"] = Json::array({1009, 5});
       },
       "id -u; id -g; id -G; umask; touch /tmp/mine; stat -c '%a %u %g' /tmp/mine",
       "1007\n1008\n1008 5 1009\n0077\n600 1007 1008\n"},
      {"Rlimits", "config.md#posix-process",
       [](Bundle& bundle) {
         const auto limit = [](const char* type, int soft, int hard) {
           return Json::object({{"type", type}, {"soft", soft}, {"hard", hard}});
         };
         bundle.config()["process"]["rlimits"] = Json::array(
             {limit("RLIMIT_NOFILE", 100, 200), limit("RLIMIT_CORE", 0, 4096),
              limit("RLIMIT_STACK", 1048576, 2097152), limit("RLIMIT_FSIZE", 65536, 65536)});
       },
       "awk '/open files/{print $4, $5} /core file/{print $5, $6} /stack size/{print $4, $5}"
       " /Max file size/{print $4, $5}' /proc/self/limits",
       "65536 65536\n1048576 2097152\n0 4096\n100 200\n"},
      {"CapabilitiesOfRoot", "config.md#linux-process",
       [](Bundle& bundle) { set_capabilities(bundle, Json::array()); }, kCapabilitySets,
       "CapInh: 0000000000000020\nCapPrm: 0000000000000021\nCapEff: 0000000000000021\n"
       "CapBnd: 0000000000000021\nCapAmb: 0000000000000000\n"},
      {"CapabilitiesOfAnotherUser", "config.md#linux-process",
       [](Bundle& bundle) {
         set_user(bundle, 1000, 1000);
         set_capabilities(bundle, Json::array());
       },
       kCapabilitySets,
       "CapInh: 0000000000000020\nCapPrm: 0000000000000000\nCapEff: 0000000000000000\n"
       "CapBnd: 0000000000000021\nCapAmb: 0000000000000000\n"},
      {"AmbientCapabilities", "config.md#linux-process",
       [](Bundle& bundle) {
         set_user(bundle, 1000, 1000);
         set_capabilities(bundle, Json::strings({"CAP_KILL"}));
       },
       kCapabilitySets,
       "CapInh: 0000000000000020\nCapPrm: 0000000000000020\nCapEff: 0000000000000020\n"
       "CapBnd: 0000000000000021\nCapAmb: 0000000000000020\n"},
      {"NoCapabilities", "config.md#linux-process",
       [](Bundle& bundle) { bundle.config()["process"].erase("capabilities"); }, kCapabilitySets,
       "CapInh: 0000000000000000\nCapPrm: 0000000000000000\nCapEff: 0000000000000000\n"
       "CapBnd: 0000000000000000\nCapAmb: 0000000000000000\n"},
      {"NoNewPrivilegesTrue", "config.md#linux-process",
       [](Bundle& bundle) { bundle.config()["process"]["noNewPrivileges"] = true; },
       "awk '/NoNewPrivs/{print $2}' /proc/self/status", "1\n"},
      {"NoNewPrivilegesFalse", "config.md#linux-process",
       [](Bundle& bundle) { bundle.config()["process"]["noNewPrivileges"] = false; },
       "awk '/NoNewPrivs/{print $2}' /proc/self/status", "0\n"},
      {"OomScoreAdj", "config.md#linux-process",
       [](Bundle& bundle) { bundle.config()["process"]["oomScoreAdj"] = 321; },
       "cat /proc/self/oom_score_adj", "321\n"},
      {"SchedulerWithNice", "config.md#linux-process",
       [](Bundle& bundle) {
         bundle.config()["process"]["scheduler"] =
             Json::object({{"policy", "SCHED_OTHER"}, {"nice", 7}});
       },
       "awk '{print $19}' /proc/1/stat", "7\n"},
      {"Hostname", "config.md#hostname",
       [](Bundle& bundle) { bundle.config()["hostname"] = "conformance.test"; }, "hostname",
       "conformance.test\n"},
      {"Domainname", "config.md#domainname",
       [](Bundle& bundle) { bundle.config()["domainname"] = "domain.test"; },
       "cat /proc/sys/kernel/domainname", "domain.test\n"},
  };
}

}  // namespace nosc::testing
