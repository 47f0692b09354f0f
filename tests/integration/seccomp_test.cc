// SPDX-License-Identifier: Apache-2.0
// Filters of system calls, by what the kernel then answers and by what /proc says of them.

#include <asm/unistd.h>
#include <signal.h>

#include <filesystem>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

// Calls that nobody needs here, and what they answer without a filter.
constexpr int kPersonality = __NR_personality;
constexpr int kGetpriority = __NR_getpriority;
constexpr int kX32Bit = 0x40000000;

// A profile that lets everything through but for the entries given.
Json profile(Json entries, const char* default_action = "SCMP_ACT_ALLOW") {
  return Json::object(
      {{"defaultAction", default_action},
       {"architectures", Json::strings({"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"})},
       {"syscalls", std::move(entries)}});
}

Json entry(const std::vector<std::string>& names, const char* action) {
  return Json::object({{"names", Json::strings(names)}, {"action", action}});
}

class SeccompTest : public ContainerTest {
 protected:
  Bundle& make_bundle_with(Json seccomp, bool no_new_privileges = true) {
    Bundle& bundle = make_bundle();
    std::filesystem::copy_file("tests/integration/call", bundle.rootfs() / "bin" / "call");
    bundle.config()["linux"]["seccomp"] = std::move(seccomp);
    bundle.config()["process"]["noNewPrivileges"] = no_new_privileges;
    return bundle;
  }

  // How many filters the tests' own stand-in for an older kernel is.
  int own_filters() const { return setting().kernel == Kernel::kFull ? 0 : 1; }

  // Runs a program that makes no call but the one that it is told to, and write and exit.
  void expect_to_run(Bundle& bundle) {
    bundle.set_args({"/bin/call", std::to_string(kGetpriority)});
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    EXPECT_EQ(result.out, "ok\n");
  }

  // A machine may have no such programs at all, however its kernel is made.
  static bool has_i386() {
    Command getpid;
    getpid.argv = {"tests/integration/call", "i386", "20"};
    return run(getpid).out == "ok\n";
  }

  std::string call(Bundle& bundle, const std::string& arguments) {
    return output_of(bundle, "/bin/call " + arguments);
  }
};
NOSC_INSTANTIATE(SeccompTest, all_settings());

using RootSeccompTest = SeccompTest;
NOSC_INSTANTIATE(RootSeccompTest, root_settings());

TEST_P(SeccompTest, IsInForceWithAndWithoutNoNewPrivileges) {
  for (const bool no_new_privileges : {true, false}) {
    Bundle& bundle = make_bundle_with(
        profile(Json::array({entry({"personality"}, "SCMP_ACT_ERRNO")})), no_new_privileges);
    const std::string status = output_of(
        bundle, "cat /proc/self/status; /bin/call " + std::to_string(kPersonality) + " 4294967295");
    EXPECT_EQ(field_of(status, "Seccomp"), "2");
    EXPECT_EQ(field_of(status, "Seccomp_filters"), std::to_string(1 + own_filters()));
    EXPECT_EQ(field_of(status, "NoNewPrivs"), no_new_privileges ? "1" : "0");
    EXPECT_TRUE(status.ends_with("\n1")) << status;
  }
}

TEST_P(SeccompTest, AllowsAndDeniesByDefault) {
  Bundle& bundle = make_bundle_with(
      profile(Json::array({entry({"personality"}, "SCMP_ACT_ERRNO")}), "SCMP_ACT_LOG"));
  EXPECT_EQ(call(bundle, std::to_string(kPersonality) + " 4294967295"), "1");
  EXPECT_EQ(call(bundle, std::to_string(kGetpriority)), "ok");
}

TEST_P(SeccompTest, AnswersWithTheErrnoGiven) {
  Json rule = entry({"personality"}, "SCMP_ACT_ERRNO");
  rule["errnoRet"] = 99;
  Bundle& bundle = make_bundle_with(profile(Json::array({std::move(rule)})));
  EXPECT_EQ(call(bundle, std::to_string(kPersonality) + " 4294967295"), "99");
}

TEST_P(SeccompTest, ComparesArguments) {
  Json rule = entry({"personality"}, "SCMP_ACT_ERRNO");
  rule["errnoRet"] = 99;
  rule["args"] =
      Json::array({Json::object({{"index", 0}, {"value", 4294967295}, {"op", "SCMP_CMP_NE"}})});
  Bundle& bundle = make_bundle_with(profile(Json::array({std::move(rule)})));
  EXPECT_EQ(call(bundle, std::to_string(kPersonality) + " 4294967295"), "ok");
  EXPECT_EQ(call(bundle, std::to_string(kPersonality) + " 8"), "99");
  // The upper half counts.
  EXPECT_EQ(call(bundle, std::to_string(kPersonality) + " 8589934591"), "99");
}

TEST_P(SeccompTest, HoldsOnEveryListedAbi) {
  Json rule = entry({"getpriority"}, "SCMP_ACT_ERRNO");
  rule["errnoRet"] = 99;
  Bundle& bundle = make_bundle_with(profile(Json::array({std::move(rule)})));
  EXPECT_EQ(call(bundle, std::to_string(kGetpriority)), "99");
  EXPECT_EQ(call(bundle, std::to_string(kX32Bit + kGetpriority)), "99");
  if (has_i386()) EXPECT_EQ(call(bundle, "i386 96"), "99");  // getpriority of i386
}

TEST_P(SeccompTest, KillsCallsOfAbisThatAreNotListed) {
  Json seccomp = profile(Json::array({}));
  seccomp["architectures"] = Json::strings({"SCMP_ARCH_X86_64"});
  Bundle& bundle = make_bundle_with(std::move(seccomp));
  for (const char* arguments : {"i386 96", "1073741964"}) {
    if (arguments[0] == 'i' && !has_i386()) continue;
    bundle.set_script(std::string("/bin/call ") + arguments + "; echo $?");
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    EXPECT_TRUE(result.out.ends_with(std::to_string(128 + SIGSYS) + "\n")) << result.describe();
  }
}

TEST_P(SeccompTest, KillsAndTraps) {
  for (const char* action :
       {"SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"}) {
    Bundle& bundle = make_bundle_with(profile(Json::array({entry({"getpriority"}, action)})));
    // A signal that the process sends itself is nothing to the first one of a pid namespace; the
    // kernel's own end is.
    bundle.set_script("/bin/call " + std::to_string(kGetpriority) + "; exit $?");
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, 128 + SIGSYS) << action << " " << result.describe();
  }
}

TEST_P(SeccompTest, EndsTheFirstProcess) {
  Bundle& bundle =
      make_bundle_with(profile(Json::array({entry({"getpriority"}, "SCMP_ACT_KILL_PROCESS")})));
  bundle.set_args({"/bin/call", std::to_string(kGetpriority)});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 128 + SIGSYS) << result.describe();
}

TEST_P(SeccompTest, AnswersEnosysAboveTheProfile) {
  // A list of what is let through, as far as personality; the rest is refused, and what is newer
  // than anything in the list is missing.
  Json seccomp = profile(Json::array({entry({"getpriority"}, "SCMP_ACT_ERRNO")}), "SCMP_ACT_ERRNO");
  Json names = Json::array();
  for (const char* name : {"read",
                           "write",
                           "close",
                           "mmap",
                           "mprotect",
                           "munmap",
                           "brk",
                           "rt_sigaction",
                           "rt_sigprocmask",
                           "execve",
                           "exit",
                           "exit_group",
                           "arch_prctl",
                           "getuid",
                           "set_tid_address",
                           "fcntl",
                           "getpid",
                           "getppid",
                           "stat",
                           "newfstatat",
                           "getcwd",
                           "setuid",
                           "setgid",
                           "fchdir",
                           "prctl",
                           "uname",
                           "ioctl",
                           "fork",
                           "vfork",
                           "wait4",
                           "rt_sigreturn",
                           "set_robust_list",
                           "prlimit64",
                           "getrandom",
                           "capset",
                           "clone",
                           "readlink",
                           "geteuid",
                           "getgid",
                           "getegid",
                           "open",
                           "access",
                           "dup2",
                           "sigaltstack",
                           "poll",
                           "lseek",
                           "time",
                           "openat"}) {
    names.push(name);
  }
  seccomp["syscalls"] =
      Json::array({Json::object({{"names", std::move(names)}, {"action", "SCMP_ACT_ALLOW"}})});
  Bundle& bundle = make_bundle_with(std::move(seccomp));
  EXPECT_EQ(call(bundle, std::to_string(kPersonality) + " 4294967295"), "1");
  EXPECT_EQ(call(bundle, "470"), "38");
  EXPECT_EQ(call(bundle, std::to_string(kX32Bit + 600)), "38");
}

TEST_P(SeccompTest, LeavesTheSetUpAlone) {
  // Everything that the set-up does, with the filter loaded last, is out of its reach.
  Bundle& bundle = make_bundle_with(profile(Json::array({entry(
      {"mount", "umount2", "pivot_root", "setresuid", "setresgid", "setgroups", "capset", "prctl",
       "chdir", "openat2", "unshare", "mknodat", "setsid", "execveat", "sendto", "close_range"},
      "SCMP_ACT_KILL_PROCESS")})));
  expect_to_run(bundle);
}

// Without either privilege it is loaded before the capabilities go: little of the set-up is left.
TEST_P(SeccompTest, LeavesMostOfTheSetUpAloneWhenLoadedEarly) {
  Bundle& bundle = make_bundle_with(
      profile(Json::array({entry(
          {"mount", "umount2", "pivot_root", "setresuid", "setresgid", "setgroups", "chdir",
           "openat2", "unshare", "mknodat", "setsid", "execveat", "sendto", "ppoll", "prlimit64"},
          "SCMP_ACT_KILL_PROCESS")})),
      false);
  expect_to_run(bundle);
}

TEST_P(RootSeccompTest, HoldsForAnOrdinaryUser) {
  for (const bool no_new_privileges : {true, false}) {
    Bundle& bundle = make_bundle_with(
        profile(Json::array({entry({"personality"}, "SCMP_ACT_ERRNO")})), no_new_privileges);
    bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
    const std::string status = output_of(
        bundle, "cat /proc/self/status; /bin/call " + std::to_string(kPersonality) + " 4294967295");
    EXPECT_EQ(field_of(status, "Seccomp"), "2");
    EXPECT_EQ(field_of(status, "CapEff"), "0000000000000000");
    EXPECT_TRUE(status.ends_with("\n1")) << status;
  }
}

// Kept, CAP_SYS_ADMIN lets the last stage load the filter.
TEST_P(SeccompTest, IsLoadedLastWithCapSysAdmin) {
  Bundle& bundle = make_bundle_with(
      profile(Json::array({entry({"capset", "prctl"}, "SCMP_ACT_KILL_PROCESS")})), false);
  bundle.grant_all_capabilities();
  expect_to_run(bundle);
}

TEST_P(SeccompTest, NamesAFilterThatTheKernelRefuses) {
  Json many = Json::array();
  for (int i = 0; i < 1500; ++i) {
    Json rule = entry({"ioctl"}, "SCMP_ACT_ERRNO");
    rule["args"] = Json::array({Json::object({{"index", 1}, {"value", i}, {"op", "SCMP_CMP_EQ"}})});
    many.push(std::move(rule));
  }
  Bundle& bundle = make_bundle_with(profile(std::move(many)));
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.err.find("/linux/seccomp/syscalls: needs more than 4096 instructions"),
            std::string::npos)
      << result.describe();
}

}  // namespace
}  // namespace nosc::testing
