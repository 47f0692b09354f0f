// SPDX-License-Identifier: Apache-2.0
// Attempts to get more out of the runtime than its caller has.

#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using RootAttacksTest = RootContainerTest;
using UserAttacksTest = PlainUserContainerTest;

// CVE-2022-0811: a setting of the whole machine by way of a namespaced name.
TEST_F(RootAttacksTest, SysctlsOfTheHost) {
  const std::string before = read_file("/proc/sys/kernel/core_pattern");
  for (const char* key :
       {"kernel.core_pattern", "kernel/core_pattern", "net.ipv4/../../kernel/core_pattern",
        "net...kernel.core_pattern", "kernel.shm_rmid_forced/../core_pattern",
        "net/../kernel/core_pattern", "fs.mqueue/../../kernel/core_pattern", "", ".", "net",
        "kernel.hostname+kernel.core_pattern", "vm.swappiness"}) {
    Bundle& bundle = make_bundle();
    bundle.config()["linux"]["sysctl"] = Json::object({{key, "60"}});
    const Completed result = run_bundle(bundle);
    EXPECT_NE(result.exit_status, 0) << key;
    EXPECT_EQ(read_file("/proc/sys/kernel/core_pattern"), before);
  }
}

TEST_F(RootAttacksTest, SysctlOfANamespaceThatIsTheHosts) {
  Bundle& bundle = make_bundle();
  bundle.set_namespaces({"mount", "pid", "uts"});
  bundle.config()["linux"]["sysctl"] = Json::object({{"net.ipv4.ip_default_ttl", "65"}});
  const std::string before = read_file("/proc/sys/net/ipv4/ip_default_ttl");
  EXPECT_NE(run_bundle(bundle).exit_status, 0);
  EXPECT_EQ(read_file("/proc/sys/net/ipv4/ip_default_ttl"), before);
}

// CVE-2021-43784: more mappings than any buffer or the kernel expects.
TEST_F(RootAttacksTest, ThousandsOfMappings) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"].push(Json::object({{"type", "user"}}));
  Json mappings = Json::array();
  for (uint32_t i = 0; i < 6000; ++i) mappings.push(id_mapping(i, 100000 + 2 * i, 1));
  bundle.config()["linux"]["uidMappings"] = mappings;
  bundle.config()["linux"]["gidMappings"] = mappings;
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_NE(result.err, "");
}

// CVE-2016-8659, CVE-2020-5291, CVE-2026-41163
TEST_F(RootAttacksTest, SetuidRuntimeRefusesToRun) {
  NOSC_ONLY();
  // The stage is nosuid, so the program needs a file system of its own.
  const fs::path folder = make_folder("setuid");
  ASSERT_EQ(mount("setuid", folder.c_str(), "tmpfs", 0, "mode=755"), 0);
  const fs::path program = folder / "nosc";
  fs::copy_file(private_machine().runtime, program);
  for (mode_t mode : {04755, 02755}) {
    EXPECT_EQ(chmod(program.c_str(), mode), 0);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{program, "--version"}, {program, "run", "--", "true"}}) {
      Command command = runtime_command({});
      command.argv = arguments;
      command.caller = Caller::kPlainUser;
      const Completed result = run(command);
      EXPECT_EQ(result.exit_status, 1) << result.describe();
      EXPECT_EQ(result.out, "");
      EXPECT_TRUE(result.err.starts_with("nosc: ")) << result.err;
    }
  }
  EXPECT_EQ(umount2(folder.c_str(), MNT_DETACH), 0);
}

// CVE-2026-84042: helpers are found by absolute path only.
TEST_F(UserAttacksTest, HelperInThePath) {
  const fs::path folder = make_folder("evil");
  for (const char* name : {"newuidmap", "newgidmap"}) {
    std::ofstream(folder / name) << "#!" << private_machine().busybox.string() << " sh\necho ran > "
                                 << folder.string() << "/marker\n";
    fs::permissions(folder / name, fs::perms(0755));
  }
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["uidMappings"] =
      Json::array({id_mapping(0, uid_of(caller()), 1), id_mapping(1, 100000, 65535)});
  bundle.config()["linux"]["gidMappings"] =
      Json::array({id_mapping(0, gid_of(caller()), 1), id_mapping(1, 100000, 65535)});
  Command command = run_command(bundle);
  command.environment.front() = "PATH=" + folder.string() + ":/usr/bin:/bin";
  NOSC_ONLY();
  // Nobody has given the user those ids.
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_NE(result.err.find("idMappings"), std::string::npos) << result.describe();
  EXPECT_FALSE(fs::exists(folder / "marker"));
}

// The runtime's own environment and descriptors are nobody's business inside.
TEST_F(UserAttacksTest, EnvironmentOfTheRuntimeIsNotInProc) {
  Bundle& bundle = make_bundle();
  bundle.set_script("tr '\\0' '\\n' < /proc/1/environ; tr '\\0' '\\n' < /proc/self/environ");
  Command command = run_command(bundle);
  command.environment.push_back("SECRET=of the caller");
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_NE(result.out.find("TERM=xterm\n"), std::string::npos) << result.describe();
  EXPECT_EQ(result.out.find("SECRET"), std::string::npos) << result.describe();
}

}  // namespace
}  // namespace nosc::testing
