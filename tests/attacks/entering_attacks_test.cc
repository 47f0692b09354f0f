// SPDX-License-Identifier: Apache-2.0
// Attacks on who enters a container: from inside one that runs already, and through what an image
// has in the places of user data base, shell and terminal.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class EnteringAttacks : public ContainerTest {
 protected:
  void SetUp() override {
    ContainerTest::SetUp();
    runtime_ = read_file(private_machine().runtime);
  }
  void TearDown() override {
    EXPECT_TRUE(read_file(private_machine().runtime) == runtime_) << "the runtime's file changed";
    ContainerTest::TearDown();
  }

  // Starts a container that does this again and again until it is told to end.
  void start(Bundle& bundle, const std::string& turn = "sleep 0.05") {
    bundle.config()["root"]["readonly"] = false;
    bundle.set_script("trap 'exit 0' TERM; echo ready; while :; do " + turn + "; done");
    container_.emplace(run_command(bundle));
    ASSERT_TRUE(container_->wait_for_output("ready")) << container_->finish().describe();
  }

  Completed stop() {
    container_->send_signal(SIGTERM);
    Completed result = container_->finish();
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    container_.reset();
    return result;
  }

  Completed exec(std::vector<std::string> words) {
    words.insert(words.begin(), "exec");
    return run(runtime_command(words));
  }

  std::optional<Process> container_;

 private:
  std::string runtime_;
};
NOSC_INSTANTIATE(EnteringAttacks, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                                        {Caller::kRoot, Kernel::kNoClone3},
                                                        {Caller::kPlainUser, Kernel::kFull}}));

// A passwd file that never ends, never opens, or is one of the host's, tells no home and keeps
// nobody waiting.
TEST_P(EnteringAttacks, PasswdIsNoFileOfTheImage) {
  const fs::path victim = make_folder("victim");
  std::ofstream(victim / "passwd") << "root:x:0:0:root:/stolen:/bin/sh\n";
  enum class Kind { kFifo, kDirectory, kAbsoluteLink, kClimbingLink, kLoop, kDevice };
  for (const Kind kind : {Kind::kFifo, Kind::kDirectory, Kind::kAbsoluteLink, Kind::kClimbingLink,
                          Kind::kLoop, Kind::kDevice}) {
    SCOPED_TRACE(static_cast<int>(kind));
    if (kind == Kind::kDevice && caller() != Caller::kRoot) continue;
    Bundle& bundle = make_bundle();
    const fs::path passwd = bundle.rootfs() / "etc/passwd";
    fs::remove_all(passwd);
    switch (kind) {
      case Kind::kFifo: ASSERT_EQ(mkfifo(passwd.c_str(), 0644), 0); break;
      case Kind::kDirectory: fs::create_directory(passwd); break;
      case Kind::kAbsoluteLink: fs::create_symlink(victim / "passwd", passwd); break;
      case Kind::kClimbingLink:
        fs::create_symlink("../../../../../../.." + (victim / "passwd").string(), passwd);
        break;
      case Kind::kLoop: fs::create_symlink("passwd", passwd); break;
      case Kind::kDevice:  // one that has no end
        if (mknod(passwd.c_str(), S_IFCHR | 0644, makedev(1, 5)) != 0) continue;
        break;
    }
    ASSERT_NO_FATAL_FAILURE(start(bundle, "sleep 0.05"));
    const Completed result = exec({last_id(), "/bin/sh", "-c", "echo home $HOME"});
    EXPECT_EQ(result.out, "home /\n") << result.describe();
    stop();
    EXPECT_EQ(output_of(bundle, "echo home $HOME"), "home /");
  }
}

// CVE-2024-21626: links in the image to descriptors that the runtime or its caller has open.
TEST_P(EnteringAttacks, ALinkToADescriptorLeadsNowhere) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("/proc/self/fd", bundle.rootfs() / "way");
  fs::create_symlink("/proc/self/cwd", bundle.rootfs() / "here");
  ASSERT_NO_FATAL_FAILURE(start(bundle));
  std::vector<std::string> places = {"/here", "/proc/self/cwd", "/proc/thread-self/cwd"};
  for (int number = 3; number < 24; ++number) places.push_back("/way/" + std::to_string(number));
  for (const std::string& place : places) {
    Command command = runtime_command({"exec", "--cwd", place, last_id(), "/bin/sh", "-c",
                                       "stat -c %d:%i ./../../../../../../.. /"});
    command.before_exec = [] {
      const int root = open("/", O_RDONLY | O_DIRECTORY);
      for (const int number : {9, 17}) dup2(root, number);
    };
    const Completed result = run(command);
    if (result.exit_status != 0) continue;
    const std::vector<std::string> lines = split_lines(result.out);
    ASSERT_EQ(lines.size(), 2u) << result.describe();
    EXPECT_EQ(lines[0], lines[1]) << place;
  }
  stop();
}

// CVE-2019-5736: the shell that is run is the runtime, or a script that asks for it, while others
// write to whatever program they find.
TEST_P(EnteringAttacks, TheShellIsTheRuntime) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("/proc/self/exe", bundle.rootfs() / "bin/evil");
  bundle.add_file("rootfs/bin/script", "#!/proc/self/exe\n", 0755);
  ASSERT_NO_FATAL_FAILURE(
      start(bundle,
            "for p in /proc/[0-9]*/exe; do (echo '#!/bin/sh' > $p) 2>/dev/null && echo WROTE $p; "
            "done"));
  for (const char* program : {"/bin/evil", "/bin/script", "/proc/self/exe"}) {
    for (int i = 0; i < 5; ++i) {
      const Completed result = exec({last_id(), program, "--version"});
      EXPECT_EQ(result.out.find(" version "), std::string::npos) << result.describe();
      EXPECT_FALSE(result.timed_out);
    }
  }
  const Completed watched = stop();
  EXPECT_EQ(watched.out.find("WROTE"), std::string::npos) << watched.out;
}

// CVE-2016-9962: who enters is in the container before its last execve; nobody inside gets to see
// what it has of the host's, not even with CAP_SYS_PTRACE, with which nothing is out of reach.
TEST_P(EnteringAttacks, WhoEntersHasNothingOfTheHosts) {
  Bundle& bundle = make_bundle();
  bundle.grant_all_capabilities();
  // The watcher's own programs are left out, and the stub has nothing of the host's any more.
  ASSERT_NO_FATAL_FAILURE(start(
      bundle,
      "for p in /proc/[0-9]*; do case $(cat $p/comm) in sh|cat|ls|grep|true) continue;; esac; "
      "for fd in $p/fd/*; do case $(readlink $fd) in /dev/*|/memfd:*) ;; /*) "
      "echo SAW $(cat $p/comm) $(readlink $fd);; esac; done; done 2>/dev/null"));
  for (int i = 0; i < 40; ++i) {
    const Completed result = exec({last_id(), "/bin/true"});
    EXPECT_EQ(result.exit_status, 0) << result.describe();
  }
  const Completed watched = stop();
  EXPECT_EQ(watched.out.find("SAW"), std::string::npos) << watched.out;
}

// A descriptor that the caller left open is not the program's, whatever command starts it.
TEST_P(EnteringAttacks, NothingThatWasLeftOpenComesAlong) {
  Bundle& bundle = make_bundle();
  const auto leave_open = [] {
    const int root = open("/", O_RDONLY | O_DIRECTORY);
    for (int number = 5; number < 40; ++number) dup2(root, number);
  };
  constexpr const char* kCount = "ls /proc/self/fd | grep -vE '^[0-3]$'; echo end";
  bundle.set_script(kCount);
  Command first = run_command(bundle);
  first.before_exec = leave_open;
  EXPECT_EQ(run(first).out, "end\n");
  ASSERT_NO_FATAL_FAILURE(start(bundle));
  Command second = runtime_command({"exec", last_id(), "/bin/sh", "-c", kCount});
  second.before_exec = leave_open;
  EXPECT_EQ(run(second).out, "end\n");
  stop();
}

// CVE-2025-52565: what an image has in the places of the terminal is never taken for one.
TEST_P(EnteringAttacks, TheTerminalIsTheKernelsOwn) {
  const fs::path victim = make_folder("victim");
  std::ofstream(victim / "file") << "precious\n";
  enum class Kind { kFile, kLink, kFolderLink };
  for (const Kind kind : {Kind::kFile, Kind::kLink, Kind::kFolderLink}) {
    SCOPED_TRACE(static_cast<int>(kind));
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["terminal"] = true;
    bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
    bundle.set_script("echo reached");
    const fs::path pts = bundle.rootfs() / "dev/pts";
    if (kind == Kind::kFolderLink) {
      fs::create_directories(bundle.rootfs() / "dev");
      fs::create_symlink("/proc/self/fd", pts);
    } else {
      fs::create_directories(pts);
    }
    if (kind == Kind::kFile) std::ofstream(pts / "ptmx") << "";
    if (kind == Kind::kLink) fs::create_symlink(victim / "file", pts / "ptmx");
    const Completed result = run_bundle(bundle);
    EXPECT_NE(result.exit_status, 0) << result.describe();
    EXPECT_NE(result.err.find("/process/terminal"), std::string::npos) << result.describe();
    EXPECT_EQ(read_file(victim / "file"), "precious\n");
  }
}

// CVE-2025-31133: a null device of the container's that is a file or a link to one, which a mask
// would show in place of what it hides: nothing runs then.
TEST_P(EnteringAttacks, WhatMasksIsTheNullDevice) {
  for (const bool linked : {false, true}) {
    Bundle& bundle = make_bundle();
    bundle.config()["root"]["readonly"] = false;
    bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
    bundle.config()["linux"]["maskedPaths"] = Json::strings({"/etc/secret", "/etc/link"});
    bundle.add_file("rootfs/etc/secret", "hidden\n");
    bundle.add_file("rootfs/etc/linked", "hidden too\n");
    bundle.add_file("rootfs/etc/other", "not null\n");
    fs::create_symlink("linked", bundle.rootfs() / "etc/link");
    // A /dev that is bound is the caller's, and gets no devices.
    const fs::path devices = make_folder(linked ? "linked" : "plain");
    if (linked) {
      fs::create_symlink("/etc/other", devices / "null");
    } else {
      std::ofstream(devices / "null") << "not null\n";
    }
    bundle.add_mount(mount_entry("/dev", "bind", devices.string(), {"bind"}));
    bundle.set_script("cat /etc/secret /etc/linked");
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    EXPECT_EQ(result.out, "") << result.describe();
    EXPECT_NE(result.err.find("/linux/maskedPaths"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace nosc::testing
