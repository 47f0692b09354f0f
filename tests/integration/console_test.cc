// SPDX-License-Identifier: Apache-2.0
// The container's terminal: sent through --console-socket, or relayed in the foreground. Its pidfd,
// which is sent likewise.

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class Console : public LifecycleTest {
 protected:
  void SetUp() override {
    LifecycleTest::SetUp();
    if (IsSkipped()) return;
    path_ = make_folder("console") / "socket";
  }
  void TearDown() override {
    for (const int fd : {listener_, master_}) {
      if (fd >= 0) close(fd);
    }
    LifecycleTest::TearDown();
  }

  void listen_for_console() {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(chmod(path_.c_str(), 0777), 0);
    ASSERT_EQ(listen(listener_, 1), 0);
  }

  // The descriptor that was sent; the sender must have closed its end after one message.
  void receive_master() {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    ASSERT_GE(connection, 0);
    char bytes[64];
    iovec vector{bytes, sizeof bytes};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ASSERT_GE(recvmsg(connection, &message, MSG_CMSG_CLOEXEC), 1);
    const cmsghdr* head = CMSG_FIRSTHDR(&message);
    ASSERT_NE(head, nullptr);
    ASSERT_EQ(head->cmsg_type, SCM_RIGHTS);
    std::memcpy(&master_, CMSG_DATA(head), sizeof master_);
    EXPECT_EQ(recv(connection, bytes, sizeof bytes, 0), 0) << "one message, then the end";
    close(connection);
  }

  // Everything that the container writes to its terminal until nobody has it open.
  std::string read_terminal() const {
    std::string all;
    char buffer[512];
    for (ssize_t count = 0; (count = read(master_, buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<size_t>(count));
    }
    return all;
  }

  Bundle& make_terminal_bundle(const std::string& script) {
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["terminal"] = true;
    bundle.set_script(script);
    return bundle;
  }

  fs::path path_;
  int listener_ = -1;
  int master_ = -1;
};

NOSC_INSTANTIATE(Console, all_settings());

TEST_P(Console, IsSentThroughTheSocket) {
  Bundle& bundle = make_terminal_bundle(
      "tty; stty size; test -c /dev/console && echo to-console > /dev/console; "
      "echo to-tty > /dev/tty; exit 0");
  bundle.config()["process"]["consoleSize"] = Json::object({{"height", 33}, {"width", 101}});
  listen_for_console();
  const Completed created = create(bundle, {"--console-socket", path_});
  ASSERT_EQ(created.exit_status, 0) << created.err;
  receive_master();
  winsize size{};
  ASSERT_EQ(ioctl(master_, TIOCGWINSZ, &size), 0);
  EXPECT_EQ(size.ws_row, 33);
  EXPECT_EQ(size.ws_col, 101);
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  const std::string printed = read_terminal();
  for (const char* part : {"/dev/pts/0\r\n", "to-console\r\n", "to-tty\r\n"}) {
    EXPECT_NE(printed.find(part), std::string::npos) << printed;
  }
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

// The pidfd is of that very process: it is what ends by a signal through it.
TEST_P(Console, APidfdIsSentThroughASocketOfItsOwn) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/sleep", "1000"});
  listen_for_console();
  const Completed created = create(bundle, {"--pidfd-socket", path_});
  if (setting().kernel == Kernel::kOld) {
    EXPECT_EQ(created.exit_status, 1);
    EXPECT_NE(created.err.find("open \"pidfd\": ENOSYS"), std::string::npos) << created.err;
    return;
  }
  ASSERT_EQ(created.exit_status, 0) << created.err;
  receive_master();
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_EQ(syscall(SYS_pidfd_send_signal, master_, SIGKILL, nullptr, 0), 0);
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
  const Completed refused = create(bundle, {"--pidfd-socket", path_.string() + ".not"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_NE(refused.err.find("socket.not"), std::string::npos) << refused.err;
  EXPECT_EQ(status(), "");
}

TEST_P(Console, APidfdIsSentOfRunAndExec) {
  if (setting().kernel == Kernel::kOld) GTEST_SKIP() << "no pidfds";
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/sleep", "1000"});
  listen_for_console();
  ASSERT_EQ(create(bundle, {"run", "--detach", "--pidfd-socket", path_}).exit_status, 0)
      << output();
  receive_master();
  close(master_);
  const Completed entered = command({"exec", "--pidfd-socket", path_, "ID", "true"});
  EXPECT_EQ(entered.exit_status, 0) << entered.describe();
  receive_master();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

TEST_P(Console, ASocketThatNobodyListensOnLeavesNothing) {
  Bundle& bundle = make_terminal_bundle("true");
  const Completed created = create(bundle, {"--console-socket", path_});
  EXPECT_EQ(created.exit_status, 1);
  EXPECT_NE(created.err.find("connect to \"" + path_.string() + "\""), std::string::npos)
      << created.err;
  EXPECT_EQ(split_lines(created.err).size(), 1u) << created.err;
  EXPECT_EQ(status(), "");
}

TEST_P(Console, TerminalAndSocketNeedEachOther) {
  const Completed without = create(make_terminal_bundle("true"));
  EXPECT_EQ(without.exit_status, 1);
  EXPECT_NE(without.err.find("/process/terminal"), std::string::npos) << without.err;
  EXPECT_EQ(split_lines(without.err).size(), 1u) << without.err;
  listen_for_console();
  Bundle& plain = make_bundle();
  plain.set_script("true");
  const Completed superfluous = create(plain, {"--console-socket", path_});
  EXPECT_EQ(superfluous.exit_status, 1);
  EXPECT_NE(superfluous.err.find("/process/terminal"), std::string::npos) << superfluous.err;
}

TEST_P(Console, IsRelayedInTheForeground) {
  Command relayed = run_command(make_terminal_bundle("tty; read word; echo got $word; exit 5"));
  relayed.input = "hello\n";
  const Completed result = run(relayed);
  EXPECT_EQ(result.exit_status, 5) << result.describe();
  EXPECT_NE(result.out.find("/dev/pts/0\n"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("got hello\n"), std::string::npos) << result.out;
}

// CVE-2026-88264: what the image has in the console's place is never followed.
TEST_P(Console, ALinkInItsPlaceIsRefused) {
  Bundle& bundle = make_terminal_bundle("true");
  const fs::path folder = make_folder("victim");
  bundle.config()["mounts"] =
      Json::array({mount_entry("/proc", "proc", "proc"),
                   mount_entry("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"})});
  fs::create_directories(bundle.rootfs() / "dev/pts");
  fs::create_symlink(folder / "made", bundle.rootfs() / "dev/console");
  const Completed result = run_bundle(bundle);
  EXPECT_NE(result.exit_status, 0);
  EXPECT_NE(result.err.find("/process/terminal"), std::string::npos) << result.describe();
  EXPECT_TRUE(fs::is_empty(folder));
}

}  // namespace
}  // namespace nosc::testing
