// SPDX-License-Identifier: Apache-2.0
// Calls that a profile asks somebody outside about: the agent here is real, and what it answers is
// what the container sees.
// Source: runtime-spec 1.3.0, config-linux.md, "The Container Process State"; seccomp_unotify(2).

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kAsked = __NR_personality;
constexpr int kAnswer = 99;

// Listens, takes one listener after the other, and answers: kAnswer for kAsked, and "go on" for
// everything else.
class Agent {
 public:
  enum class Manner { kAnswers, kHangsUp };

  Agent(const fs::path& path, Manner manner) : manner_(manner) {
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(chmod(path.c_str(), 0777), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    EXPECT_EQ(pipe2(end_, O_CLOEXEC), 0);
    thread_ = std::thread([this] { serve(); });
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent() {
    close(end_[1]);
    thread_.join();
    close(socket_);
    close(end_[0]);
  }

  // What it was sent, message by message: once there are so many, or when that takes too long. A
  // command that has ended has sent its message, but who serves may not have read it.
  std::vector<std::string> messages(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return messages_.size() >= count; });
    return messages_;
  }
  int calls() const { return calls_; }

 private:
  void serve() {
    std::vector<pollfd> fds = {{end_[0], POLLIN, 0}, {socket_, POLLIN, 0}};
    for (;;) {
      if (poll(fds.data(), fds.size(), -1) < 0) continue;
      if (fds[0].revents != 0) break;
      if (fds[1].revents != 0) {
        const int listener = receive();
        if (listener >= 0) fds.push_back({listener, POLLIN, 0});
      }
      for (size_t i = 2; i < fds.size(); ++i) {
        if ((fds[i].revents & POLLIN) != 0) {
          answer(fds[i].fd);
        } else if (fds[i].revents != 0) {
          close(fds[i].fd);
          fds[i].fd = -1;
        }
      }
    }
    for (size_t i = 2; i < fds.size(); ++i) {
      if (fds[i].fd >= 0) close(fds[i].fd);
    }
  }

  int receive() {
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    std::string bytes(1 << 16, '\0');
    iovec vector{bytes.data(), bytes.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    close(connection);
    if (count <= 0) return -1;  // the runtime had to give up
    bytes.resize(static_cast<size_t>(count));
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      messages_.push_back(bytes);
    }
    arrived_.notify_all();
    int listener = -1;
    const cmsghdr* head = CMSG_FIRSTHDR(&message);
    if (head != nullptr) std::memcpy(&listener, CMSG_DATA(head), sizeof listener);
    if (manner_ == Manner::kAnswers) return listener;
    close(listener);
    return -1;
  }

  void answer(int listener) {
    seccomp_notif asked{};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) return;
    seccomp_notif_resp answer{};
    answer.id = asked.id;
    if (asked.data.nr == kAsked) {
      answer.error = -kAnswer;
    } else {
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    ++calls_;
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }

  Manner manner_;
  int socket_ = -1;
  int end_[2] = {-1, -1};
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> messages_;
  std::atomic<int> calls_ = 0;
  std::thread thread_;
};

class SeccompNotify : public LifecycleTest {
 protected:
  void SetUp() override {
    LifecycleTest::SetUp();
    if (IsSkipped()) return;
    path_ = make_folder("agent") / "socket";
  }

  // A profile that asks about kAsked and the names given.
  Bundle& make_asking_bundle(std::vector<std::string> names = {}, bool no_new_privileges = true) {
    Bundle& bundle = make_bundle();
    fs::copy_file("tests/integration/call", bundle.rootfs() / "bin" / "call");
    names.emplace_back("personality");
    bundle.config()["linux"]["seccomp"] =
        Json::object({{"defaultAction", "SCMP_ACT_ALLOW"},
                      {"listenerPath", path_.string()},
                      {"listenerMetadata", "for \"us\""},
                      {"syscalls", Json::array({Json::object({{"names", Json::strings(names)},
                                                              {"action", "SCMP_ACT_NOTIFY"}})})}});
    bundle.config()["process"]["noNewPrivileges"] = no_new_privileges;
    return bundle;
  }

  static std::string ask() { return "/bin/call " + std::to_string(kAsked) + " 4294967295"; }

  // Without pidfd_getfd there is no way to the listener.
  bool has_listeners() const { return setting().kernel != Kernel::kOld; }

  void expect_refused(const Completed& result, const std::string& text) {
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    EXPECT_NE(result.err.find(text), std::string::npos) << result.describe();
    EXPECT_EQ(status(), "");
  }

  fs::path path_;
};
NOSC_INSTANTIATE(SeccompNotify, all_settings());

TEST_P(SeccompNotify, TheAgentsAnswerIsWhatTheContainerSees) {
  if (!has_listeners()) GTEST_SKIP() << "no pidfd_getfd";
  Agent agent(path_, Agent::Manner::kAnswers);
  for (const bool no_new_privileges : {true, false}) {
    Bundle& bundle = make_asking_bundle({}, no_new_privileges);
    bundle.config()["annotations"] = Json::object({{"key", "value"}});
    EXPECT_EQ(output_of(bundle, ask() + "; echo done"), std::to_string(kAnswer) + "\ndone");
    const std::vector<std::string> messages = agent.messages(no_new_privileges ? 1 : 2);
    ASSERT_FALSE(messages.empty());
    const std::string& message = messages.back();
    EXPECT_EQ(message.find("{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":"), 0u)
        << message;
    EXPECT_NE(message.find("\"metadata\":\"for \\\"us\\\"\",\"state\":{"), std::string::npos);
    EXPECT_EQ(member_of(message, "status"), "creating") << message;
    EXPECT_EQ(member_of(message, "id"), last_id());
    EXPECT_EQ(member_of(message, "key"), "value");
  }
  EXPECT_EQ(agent.messages(2).size(), 2u);
}

TEST_P(SeccompNotify, CreateAndExecTellOfTheirProcesses) {
  if (!has_listeners()) GTEST_SKIP() << "no pidfd_getfd";
  Agent agent(path_, Agent::Manner::kAnswers);
  Bundle& bundle = make_asking_bundle();
  bundle.set_script(ask() + "; exec sleep 1000");
  const Completed created = create(bundle);
  ASSERT_EQ(created.exit_status, 0) << created.describe();
  const std::vector<std::string> first = agent.messages(1);
  ASSERT_EQ(first.size(), 1u) << "before create ends";
  EXPECT_EQ(member_of(first[0], "status"), "creating");
  // The process that is told of comes first, the container's in the state.
  const std::string init = "\"pid\":" + std::to_string(pid());
  EXPECT_LT(first[0].find(init), first[0].find("\"state\":")) << first[0];
  EXPECT_NE(first[0].rfind(init), first[0].find(init)) << first[0];
  const Completed started = command({"start", "ID"});
  ASSERT_EQ(started.exit_status, 0) << started.describe();
  EXPECT_TRUE(wait_for_output(std::to_string(kAnswer) + "\n"));
  const Completed entered =
      command({"exec", "ID", "/bin/call", std::to_string(kAsked), "4294967295"});
  EXPECT_EQ(entered.out, std::to_string(kAnswer) + "\n") << entered.describe();
  const std::vector<std::string> both = agent.messages(2);
  ASSERT_EQ(both.size(), 2u);
  const std::string& message = both[1];
  EXPECT_EQ(member_of(message, "status"), "running");
  ASSERT_NE(message.find(init), std::string::npos) << message;
  EXPECT_GT(message.find(init), message.find("\"state\":")) << message;
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

// The container goes on when the agent has its listener: who asks then is answered.
TEST_P(SeccompNotify, WhatTheLastStepsCallIsAnsweredToo) {
  if (!has_listeners()) GTEST_SKIP() << "no pidfd_getfd";
  const std::vector<std::string> names = {"read",   "execve", "fchdir", "fcntl", "accept4", "close",
                                          "capset", "prctl",  "openat", "brk",   "mmap"};
  for (const bool no_new_privileges : {true, false}) {
    Agent agent(path_, Agent::Manner::kAnswers);
    Bundle& bundle = make_asking_bundle(names, no_new_privileges);
    bundle.set_script(ask() + "; exec sleep 1000");
    const Completed created = create(bundle);
    ASSERT_EQ(created.exit_status, 0) << created.describe();
    ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
    EXPECT_TRUE(wait_for_output(std::to_string(kAnswer) + "\n"));
    const Completed entered =
        command({"exec", "ID", "/bin/call", std::to_string(kAsked), "4294967295"});
    EXPECT_EQ(entered.out, std::to_string(kAnswer) + "\n") << entered.describe();
    EXPECT_GT(agent.calls(), 3);
    EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
    fs::remove(path_);
  }
}

TEST_P(SeccompNotify, AnAgentThatHangsUpLeavesCallsUnanswered) {
  if (!has_listeners()) GTEST_SKIP() << "no pidfd_getfd";
  Agent agent(path_, Agent::Manner::kHangsUp);
  Bundle& bundle = make_asking_bundle();
  EXPECT_EQ(output_of(bundle, ask()), std::to_string(ENOSYS));
}

TEST_P(SeccompNotify, NobodyListens) {
  Bundle& bundle = make_asking_bundle();
  expect_refused(create(bundle),
                 "/linux/seccomp/listenerPath: connect to \"" + path_.string() + "\": ENOENT");
  bundle.config()["linux"]["seccomp"]["listenerPath"] = "/" + std::string(200, 'x');
  expect_refused(create(bundle), "ENAMETOOLONG");
}

TEST_P(SeccompNotify, KernelWithoutAWayToTheListener) {
  if (has_listeners()) GTEST_SKIP() << "there is one";
  Agent agent(path_, Agent::Manner::kAnswers);
  expect_refused(create(make_asking_bundle()),
                 "/linux/seccomp/listenerPath: take \"the listener's descriptor\": ENOSYS");
  EXPECT_TRUE(agent.messages(0).empty());
}

TEST_P(SeccompNotify, WrongCombinations) {
  Bundle& bundle = make_asking_bundle({"write"});
  expect_refused(
      create(bundle),
      "/linux/seccomp/syscalls/0/action: SCMP_ACT_NOTIFY cannot be used for the write syscall");
  Bundle& without = make_asking_bundle();
  without.config()["linux"]["seccomp"]["listenerPath"] = "";
  expect_refused(create(without), "/linux/seccomp/listenerPath: SCMP_ACT_NOTIFY needs a listener");
}

// Without a call to ask about nobody is connected to.
TEST_P(SeccompNotify, AListenerPathAloneIsNothing) {
  Bundle& bundle = make_asking_bundle();
  bundle.config()["linux"]["seccomp"]["syscalls"] = Json::array({});
  EXPECT_EQ(output_of(bundle, ask()), "ok");
}

}  // namespace
}  // namespace nosc::testing
