// SPDX-License-Identifier: Apache-2.0
// NOTIFY_SOCKET: that the program is ready reaches whoever started nosc, and nothing else does.
// Source: sd_notify(3).

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class Notify : public LifecycleTest {
 protected:
  void SetUp() override {
    LifecycleTest::SetUp();
    if (IsSkipped()) return;
    path_ = make_folder("notify") / "socket";
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(chmod(path_.c_str(), 0777), 0);
  }
  void TearDown() override {
    if (socket_ >= 0) close(socket_);
    LifecycleTest::TearDown();
  }

  Bundle& make_notifying_bundle(const std::string& script) {
    Bundle& bundle = make_bundle();
    fs::create_directories(bundle.rootfs() / "bin");
    fs::copy_file("tests/integration/notify", bundle.rootfs() / "bin/notify");
    bundle.config()["process"]["env"].push("PATH=/bin");
    bundle.set_script(script);
    bundle.write();
    return bundle;
  }

  Command notified(std::vector<std::string> words) {
    Command command = runtime_command(std::move(words));
    command.environment.push_back("NOTIFY_SOCKET=" + path_.string());
    return command;
  }

  // The next message, and what was sent with it is closed, as systemd does.
  std::string receive() {
    char bytes[256];
    iovec vector{bytes, sizeof bytes};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t count = recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
    const cmsghdr* head = CMSG_FIRSTHDR(&message);
    if (head != nullptr && head->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head), sizeof fd);
      close(fd);
    }
    return {bytes, count < 0 ? 0 : static_cast<size_t>(count)};
  }

  fs::path path_;
  int socket_ = -1;
};

NOSC_INSTANTIATE(Notify, all_settings());

// Only the line that says so is passed on, not what else the container sends.
TEST_P(Notify, StartTellsWhenTheProgramIsReady) {
  Bundle& bundle = make_notifying_bundle(
      "printf '%s\n' $NOTIFY_SOCKET; notify STATUS=no MAINPID=1 \"$(printf 'A=b\nREADY=1')\"; "
      "exec sleep 1000");
  Command create = notified({"create", "--bundle", bundle.directory(), next_id()});
  create.before_exec = [] { close(1), close(2); };
  ASSERT_EQ(run(create).exit_status, 0);
  const pid_t init = pid();
  Process start(notified({"start", last_id()}));
  EXPECT_EQ(receive(), "READY=1\n");
  EXPECT_EQ(receive(), "MAINPID=" + std::to_string(init) + "\n");
  EXPECT_EQ(receive(), "BARRIER=1");
  const Completed started = start.finish();
  EXPECT_EQ(started.exit_status, 0) << started.describe();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_TRUE(fs::is_empty(state_root()));
}

TEST_P(Notify, AProgramThatEndsWithoutAWordKeepsNobodyWaiting) {
  Bundle& bundle = make_notifying_bundle("notify STATUS=no");
  Command create = notified({"run", "--detach", "--bundle", bundle.directory(), next_id()});
  create.before_exec = [] { close(1), close(2); };
  const Completed result = run(create);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_TRUE(fs::is_empty(state_root()));
}

TEST_P(Notify, RunTellsItsOwnPidInTheForeground) {
  Bundle& bundle =
      make_notifying_bundle("trap 'exit 0' TERM; notify READY=1; while :; do sleep 0.02; done");
  Process running(notified({"run", "--bundle", bundle.directory(), next_id()}));
  EXPECT_EQ(receive(), "READY=1\n");
  EXPECT_EQ(receive(), "MAINPID=" + std::to_string(running.pid()) + "\n");
  EXPECT_EQ(receive(), "BARRIER=1");
  running.send_signal(SIGTERM);
  const Completed result = running.finish();
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_TRUE(fs::is_empty(state_root()));
}

// Hooks that come before have had the signals taken: they end the wait, too.
TEST_P(Notify, ASignalEndsAStartThatWaits) {
  Bundle& bundle = make_notifying_bundle("exec sleep 1000");
  bundle.config()["hooks"]["startContainer"] =
      Json::array({Json::object({{"path", "/bin/busybox"}, {"args", Json::array({"true"})}})});
  bundle.write();
  Command create = notified({"create", "--bundle", bundle.directory(), next_id()});
  create.before_exec = [] { close(1), close(2); };
  ASSERT_EQ(run(create).exit_status, 0);
  Process start(notified({"start", last_id()}));
  ASSERT_TRUE(wait_for_status("running"));
  start.send_signal(SIGTERM);
  const Completed started = start.finish();
  EXPECT_NE(started.exit_status, 0) << started.describe();
  // Of the hooks' end, or of the program's word, whichever it waits for.
  EXPECT_TRUE(started.err.ends_with(": interrupted\n")) << started.describe();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_TRUE(fs::is_empty(state_root()));
}

TEST_P(Notify, WithoutTheVariableThereIsNothing) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "echo [$NOTIFY_SOCKET]; test ! -e /run/notify"), "[]");
}

}  // namespace
}  // namespace nosc::testing
