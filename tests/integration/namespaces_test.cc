// SPDX-License-Identifier: Apache-2.0
// Namespaces: new ones, those of the caller, and joined ones.

#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"
#include "tests/support/namespace_holder.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

// OCI names and the kernel's.
constexpr std::pair<const char*, const char*> kTypes[] = {{"pid", "pid"},   {"network", "net"},
                                                          {"ipc", "ipc"},   {"uts", "uts"},
                                                          {"mount", "mnt"}, {"cgroup", "cgroup"}};

std::string own_namespace(const std::string& name) {
  return fs::read_symlink("/proc/self/ns/" + name);
}

Json joined(const std::string& type, const std::string& path) {
  return Json::object({{"type", type}, {"path", path}});
}

class NamespacesTest : public ContainerTest {
 protected:
  // A joined mount namespace's /proc doesn't know the new process, and one of nosc's own takes
  // fsopen(2).
  static bool has_private_proc() {
    return GetParam().kernel != Kernel::kNoNewMountApi && GetParam().kernel != Kernel::kOld;
  }

  // A container with the host's /proc, which works in any combination of namespaces.
  Bundle& make_plain_bundle() {
    Bundle& bundle = make_bundle();
    bundle.config()["mounts"] = Json::array({mount_entry("/proc", "none", "/proc", {"rbind"})});
    bundle.config()["linux"].erase("maskedPaths");
    bundle.config()["linux"].erase("readonlyPaths");
    bundle.config().erase("hostname");
    return bundle;
  }
};
NOSC_INSTANTIATE(NamespacesTest, all_settings());

using JoinedNamespacesTest = NamespacesTest;
NOSC_INSTANTIATE(JoinedNamespacesTest, root_settings());

TEST_P(NamespacesTest, ListedOnesAreNew) {
  Bundle& bundle = make_bundle();
  std::vector<std::string> types;
  for (const auto& [type, name] : kTypes) types.push_back(type);
  if (caller() == Caller::kPlainUser) types.push_back("user");
  bundle.set_namespaces(types);
  const std::string out = output_of(bundle,
                                    "cd /proc/self/ns && for n in pid net ipc uts mnt cgroup; do "
                                    "echo $n: $(readlink $n); done");
  for (const auto& [type, name] : kTypes) {
    EXPECT_NE(field_of(out, name), "") << out;
    EXPECT_NE(field_of(out, name), own_namespace(name)) << type;
  }
}

TEST_P(NamespacesTest, OthersStayTheCallers) {
  Bundle& bundle = make_plain_bundle();
  bundle.set_namespaces(caller() == Caller::kPlainUser ? std::vector<std::string>{"mount", "user"}
                                                       : std::vector<std::string>{"mount"});
  const std::string out = output_of(
      bundle, "cd /proc/self/ns && for n in pid net ipc uts; do echo $n: $(readlink $n); done");
  for (const char* name : {"pid", "net", "ipc", "uts"}) {
    EXPECT_EQ(field_of(out, name), own_namespace(name)) << name;
  }
}

TEST_P(NamespacesTest, InitIsProcessOne) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "echo $$; cd /proc && echo [0-9]*"), "1\n1");
}

TEST_P(NamespacesTest, NetworkHasOnlyALoopback) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "ls /sys/class/net"), "lo");
}

TEST_P(JoinedNamespacesTest, NetworkIpcAndNames) {
  NamespaceHolder holder(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);
  Bundle& bundle = make_bundle();
  bundle.config().erase("hostname");
  bundle.config()["linux"]["namespaces"] =
      Json::array({Json::object({{"type", "mount"}}), Json::object({{"type", "pid"}}),
                   joined("network", holder.path("net")), joined("ipc", holder.path("ipc")),
                   joined("uts", holder.path("uts"))});
  const std::string out = output_of(
      bundle, "cd /proc/self/ns && for n in net ipc uts; do echo $n: $(readlink $n); done");
  for (const char* name : {"net", "ipc", "uts"}) {
    EXPECT_EQ(field_of(out, name), holder.identity(name)) << name;
  }
}

TEST_P(JoinedNamespacesTest, Pid) {
  NamespaceHolder holder(CLONE_NEWPID);
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"] =
      Json::array({Json::object({{"type", "mount"}}), Json::object({{"type", "uts"}}),
                   joined("pid", holder.path("pid"))});
  const std::string out =
      output_of(bundle, "readlink /proc/self/ns/pid; test $$ -gt 1 && echo not 1");
  EXPECT_EQ(out, holder.identity("pid") + "\nnot 1");
}

TEST_P(JoinedNamespacesTest, BindMountedNamespaceFile) {
  NamespaceHolder holder(CLONE_NEWNET);
  const fs::path folder = make_folder("namespaces");
  Bundle& bundle = make_bundle();
  // As `ip netns` keeps them: a symlink stands in for the bind mount.
  fs::create_symlink(holder.path("net"), folder / "net");
  bundle.config()["linux"]["namespaces"] =
      Json::array({Json::object({{"type", "mount"}}), Json::object({{"type", "pid"}}),
                   joined("network", folder / "net")});
  bundle.config().erase("hostname");
  EXPECT_EQ(output_of(bundle, "readlink /proc/self/ns/net"), holder.identity("net"));
}

TEST_P(JoinedNamespacesTest, User) {
  NamespaceHolder holder(CLONE_NEWUSER);
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"].push(joined("user", holder.path("user")));
  bundle.config()["linux"]["uidMappings"] = Json::array({id_mapping(0, 100000, 65536)});
  bundle.config()["linux"]["gidMappings"] = Json::array({id_mapping(0, 100000, 65536)});
  fs::permissions(bundle.directory(), fs::perms(0755));
  const std::string out =
      output_of(bundle, "readlink /proc/self/ns/user; id -u; tr -s ' ' < /proc/self/uid_map");
  EXPECT_EQ(out, holder.identity("user") + "\n0\n 0 100000 65536");
}

// Its root may not look into the caller's private directories: engines keep what they mount in
// such.
TEST_P(JoinedNamespacesTest, SourcesOfMountsAreTheCallersToOpen) {
  NOSC_ONLY();
  NamespaceHolder holder(CLONE_NEWUSER);
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"].push(joined("user", holder.path("user")));
  bundle.add_file("private/note", "for the container\n");
  fs::permissions(bundle.directory() / "private", fs::perms::owner_all);
  bundle.add_mount(
      mount_entry("/tmp/note", "bind", bundle.directory() / "private/note", {"bind", "ro"}));
  fs::permissions(bundle.directory(), fs::perms(0755));
  EXPECT_EQ(output_of(bundle, "cat /tmp/note"), "for the container");
}

// A joined user namespace has its mappings already.
TEST_P(JoinedNamespacesTest, UserWithItsNetwork) {
  NOSC_ONLY();
  NamespaceHolder holder(CLONE_NEWUSER | CLONE_NEWNET);
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"] =
      Json::array({Json::object({{"type", "mount"}}), Json::object({{"type", "pid"}}),
                   Json::object({{"type", "uts"}}), Json::object({{"type", "ipc"}}),
                   joined("network", holder.path("net")), joined("user", holder.path("user"))});
  const std::string out =
      output_of(bundle, "readlink /proc/self/ns/user; readlink /proc/self/ns/net");
  EXPECT_EQ(out, holder.identity("user") + "\n" + holder.identity("net"));
}

// Orphans of a container without a pid namespace of its own are the machine's to wait for. nosc,
// which waits for one process, would keep the others as zombies.
TEST_P(JoinedNamespacesTest, OrphansAreNotKept) {
  NamespaceHolder holder(CLONE_NEWNET);
  Bundle& bundle = make_plain_bundle();
  bundle.config()["linux"]["namespaces"] =
      Json::array({Json::object({{"type", "mount"}}), joined("network", holder.path("net"))});
  bundle.set_script(
      "for i in 1 2 3; do (sleep 0.05 &); done; sleep 0.4; trap 'exit 0' TERM; echo ready; "
      "while :; do sleep 0.02; done");
  Process running(run_command(bundle));
  ASSERT_TRUE(running.wait_for_output("ready"));
  const std::string pid = std::to_string(running.pid());
  const std::string children = read_file("/proc/" + pid + "/task/" + pid + "/children");
  EXPECT_EQ(std::ranges::count(children, ' '), 1) << children;
  running.send_signal(SIGTERM);
  EXPECT_EQ(running.finish().exit_status, 0);
}

// What a joined mount namespace has at /proc may be anybody's: the offsets are written to the
// kernel's own (CVE-2019-16884 is of that kind).
TEST_P(JoinedNamespacesTest, TheTimeNamespaceIsNotTheJoinedRootsToMake) {
  NOSC_ONLY();
  if (!has_private_proc()) GTEST_SKIP() << "needs fsopen(2)";
  const fs::path fake = make_folder("fake");
  fs::create_directories(fake / "self/ns");
  std::ofstream(fake / "self/timens_offsets") << "";
  NamespaceHolder holder(CLONE_NEWNS, [&] {
    (void)mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    (void)mount(fake.c_str(), "/proc", nullptr, MS_BIND, nullptr);
  });
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"] =
      Json::array({joined("mount", holder.path("mnt")), Json::object({{"type", "pid"}}),
                   Json::object({{"type", "time"}})});
  bundle.config()["linux"]["timeOffsets"] =
      Json::object({{"monotonic", Json::object({{"secs", uint64_t{70000}}})}});
  (void)run_bundle(bundle);
  EXPECT_EQ(read_file(fake / "self/timens_offsets"), "");
}

// CVE-2016-9962: among processes that there are already, the set-up still has the host's files, and
// is not to be traced. The kernel shows that by giving its files in /proc to the machine's root.
TEST_P(JoinedNamespacesTest, TheSetUpIsOutOfItsNeighboursReach) {
  NOSC_ONLY();
  NamespaceHolder holder(CLONE_NEWUSER | CLONE_NEWPID);
  Bundle& bundle = make_bundle();
  const fs::path owner = make_folder("owner") / "uid";
  bundle.config()["linux"]["namespaces"] =
      Json::array({Json::object({{"type", "mount"}}), Json::object({{"type", "uts"}}),
                   Json::object({{"type", "ipc"}}), Json::object({{"type", "network"}}),
                   joined("pid", holder.path("pid")), joined("user", holder.path("user"))});
  bundle.config()["process"]["oomScoreAdj"] = 100;
  const std::string script =
      "pid=$(tr -d '\\n' | sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'); "
      "stat -c %u /proc/$pid/environ > " +
      owner.string();
  bundle.config()["hooks"]["createRuntime"].push(
      Json::object({{"path", "/bin/sh"}, {"args", Json::strings({"sh", "-c", script})}}));
  EXPECT_EQ(output_of(bundle, "id -u; cat /proc/self/oom_score_adj"), "0\n100");
  EXPECT_EQ(read_file(owner), "0\n");
}

TEST_P(JoinedNamespacesTest, MountWithAPidNamespaceOfItsOwn) {
  NOSC_ONLY();
  if (!has_private_proc()) GTEST_SKIP() << "no private /proc";
  NamespaceHolder holder(CLONE_NEWNS);
  Bundle& bundle = make_plain_bundle();
  bundle.config()["mounts"] = Json::array({});
  bundle.config()["linux"]["namespaces"] =
      Json::array({joined("mount", holder.path("mnt")), Json::object({{"type", "pid"}})});
  EXPECT_EQ(output_of(bundle, "echo $$"), "1");
}

// Its root becomes the container's, for everyone who has it, as with runc.
TEST_P(JoinedNamespacesTest, MountForMountsOfTheConfiguration) {
  NOSC_ONLY();
  if (!has_private_proc()) GTEST_SKIP() << "no private /proc";
  NamespaceHolder holder(CLONE_NEWNS);
  Bundle& bundle = make_plain_bundle();
  bundle.config()["mounts"].push(mount_entry("/marked", "tmpfs", "tmpfs", {}));
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/proc/keys"});
  bundle.config()["linux"]["namespaces"] =
      Json::array({joined("mount", holder.path("mnt")), Json::object({{"type", "pid"}})});
  EXPECT_EQ(output_of(bundle,
                      "echo $$; readlink /proc/self/ns/mnt; grep -c ' /marked ' /proc/self/mounts; "
                      "wc -c < /proc/keys"),
            "1\n" + holder.identity("mnt") + "\n1\n0");
}

}  // namespace
}  // namespace nosc::testing
