// SPDX-License-Identifier: Apache-2.0
#include "engine/hooks/hooks.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::hooks {
namespace {

class HooksTest : public testing::Test {
 protected:
  HooksTest() {
    texts_[state::Text::kId] = "one";
    texts_[state::Text::kBundle] = "/bundle";
    std::filesystem::create_directories(folder_);
  }
  ~HooksTest() override { std::filesystem::remove_all(folder_); }

  // A hook that runs a shell script.
  HookRecord hook(std::string script, int timeout_ms = -1) {
    const std::string_view args[] = {"sh", "-c", arena_.copy_string(script)};
    const std::string_view env[] = {"ONLY=this"};
    spec::Hook one{.path = "/bin/sh",
                   .args = spec::Strings(args),
                   .env = spec::Strings(env),
                   .timeout_s = std::nullopt};
    const spec::Hooks all{.present = true,
                          .prestart = {&one, 1},
                          .create_runtime = {},
                          .create_container = {},
                          .start_container = {},
                          .poststart = {},
                          .poststop = {}};
    HookRecord record = plan_hooks(all, arena_).of(Kind::kPrestart)[0];
    record.timeout_ms = timeout_ms;
    return record;
  }

  HookFailure run(const HookRecord& record) {
    return run_hook(record,
                    {.texts = &texts_, .pid = sys::Pid{77}, .status = state::Status::kCreating});
  }

  std::string content(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
  }

  Arena arena_;
  state::Texts texts_;
  std::string folder_ = testing::TempDir() + "/hooks." + std::to_string(getpid());
};

TEST_F(HooksTest, ReadsTheStateAndHasItsOwnEnvironmentAlone) {
  setenv("NOT_FOR_HOOKS", "1", 1);
  EXPECT_FALSE(run(hook("cat > " + folder_ + "/state; env > " + folder_ + "/env")).failed());
  EXPECT_NE(content("state").find("\"status\":\"creating\""), std::string::npos);
  EXPECT_NE(content("state").find("\"pid\":77"), std::string::npos);
  EXPECT_NE(content("env").find("ONLY=this\n"), std::string::npos);
  EXPECT_EQ(content("env").find("NOT_FOR_HOOKS"), std::string::npos);
}

TEST_F(HooksTest, WithoutAnEnvironmentItHasThatOfWhoeverRunsIt) {
  HookRecord record = hook("echo $OF > " + folder_ + "/of");
  record.envp = nullptr;
  char own[] = "OF=nosc";
  char* own_environment[] = {own, nullptr};
  set_own_environment(own_environment);
  EXPECT_FALSE(run(record).failed());
  EXPECT_EQ(content("of"), "nosc\n");
  char program[] = "OF=program";
  char* programs[] = {program, nullptr};
  EXPECT_FALSE(run_hook(record, {.texts = &texts_, .envp = programs}).failed());
  EXPECT_EQ(content("of"), "program\n");
}

TEST_F(HooksTest, OnlyAnAbsentEnvironmentIsAnothers) {
  spec::Hook one{.path = "/x", .args = {}, .env = {}, .timeout_s = std::nullopt};
  spec::Hooks all;
  all.poststop = {&one, 1};
  EXPECT_EQ(plan_hooks(all, arena_).of(Kind::kPoststop)[0].envp, nullptr);
  one.env = arena_.array<std::string_view>(0);
  char** const envp = plan_hooks(all, arena_).of(Kind::kPoststop)[0].envp;
  ASSERT_NE(envp, nullptr);
  EXPECT_EQ(envp[0], nullptr);
}

TEST_F(HooksTest, NeedsNotReadTheState) { EXPECT_FALSE(run(hook("exit 0")).failed()); }

TEST_F(HooksTest, InheritsNoDescriptor) {
  sys::FdPair pipe;
  ASSERT_TRUE(sys::pipe2(pipe).ok());  // without O_CLOEXEC, as a caller may have left one
  EXPECT_FALSE(run(hook("ls /proc/self/fd > " + folder_ + "/fds")).failed());
  std::istringstream names(content("fds"));
  std::string name;
  // The fourth is the directory that ls reads.
  while (names >> name) EXPECT_LE(std::stoi(name), 3) << name;
}

TEST_F(HooksTest, StatusAndSignalAreTold) {
  const HookFailure status = run(hook("exit 3"));
  EXPECT_EQ(status.operation, Operation::kAwait);
  EXPECT_EQ(status.error, 3);
  const HookFailure signal = run(hook("kill -9 $$"));
  EXPECT_EQ(signal.operation, Operation::kAwait);
  EXPECT_EQ(signal.error, kSignalled + SIGKILL);
}

TEST_F(HooksTest, AMissingProgramIsTold) {
  HookRecord missing = hook("");
  missing.path = "/no/such/hook";
  const HookFailure failure = run(missing);
  EXPECT_EQ(failure.operation, Operation::kExecute);
  EXPECT_EQ(failure.error, ENOENT);
}

TEST_F(HooksTest, WhatItWroteIsToldOfTheLastAlone) {
  char buffer[16];
  EXPECT_FALSE(run(hook("echo long before; echo long before >&2")).failed());
  EXPECT_TRUE(run(hook("echo said; echo wrong >&2; exit 1")).failed());
  EXPECT_EQ(read_output(Stream::kOut, buffer), "said");
  EXPECT_EQ(read_output(Stream::kError, buffer), "wrong");
  EXPECT_TRUE(run(hook("echo 0123456789abcdefghij; exit 1")).failed());
  EXPECT_EQ(read_output(Stream::kOut, buffer), "0123456789abcdef");
}

// The set-up has none of its own.
TEST_F(HooksTest, MakesNothingForEverybodyToWriteTo) {
  const mode_t before = umask(0);
  EXPECT_FALSE(run(hook("umask > " + folder_ + "/umask")).failed());
  umask(077);
  EXPECT_FALSE(run(hook("umask > " + folder_ + "/callers")).failed());
  umask(before);
  EXPECT_EQ(content("umask"), "0022\n");
  EXPECT_EQ(content("callers"), "0077\n");
}

TEST_F(HooksTest, ItsSignalsAreAsByDefault) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  EXPECT_FALSE(
      run(hook("grep -E 'Sig(Blk|Ign)' /proc/self/status > " + folder_ + "/set")).failed());
  sigprocmask(SIG_SETMASK, &before, nullptr);
  signal(SIGPIPE, SIG_DFL);
  std::istringstream set(content("set"));
  std::string name;
  unsigned long long blocked = 1;
  unsigned long long ignored = 1;
  set >> name >> std::hex >> blocked >> name >> ignored;
  EXPECT_EQ(blocked, 0u);
  EXPECT_EQ(ignored & 0x7fffffff, 0u) << "the standard signals, 1 to 31";
}

TEST_F(HooksTest, HasAStatusWhereTheCallerIgnoresTheEndsOfItsChildren) {
  signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(run(hook("exit 3")).error, 3);
}

TEST_F(HooksTest, OneThatHangsIsKilledWithItsGroup) {
  const std::string script =
      "sleep 1000 & echo $! > " + folder_ + "/child; echo $$ > " + folder_ + "/pid; wait";
  HookFailure failure = run(hook(script, 1));
  // A busy machine may be slower than a timeout; what was there by then is gone.
  for (int timeout_ms = 100; content("pid").empty(); timeout_ms *= 2) {
    failure = run(hook(script, timeout_ms));
  }
  EXPECT_EQ(failure.operation, Operation::kAwait);
  EXPECT_EQ(failure.error, kTimedOut);
  EXPECT_EQ(kill(std::atoi(content("pid").c_str()), 0), -1);
  // The child is killed too, but it is for process 1 to wait for it.
  const std::string child = content("child");
  const std::string status_path = "/proc/" + child.substr(0, child.size() - 1) + "/status";
  for (;;) {
    std::ifstream file(status_path);
    std::stringstream status;
    status << file.rdbuf();
    if (!file || status.str().find("State:\tS") == std::string::npos) break;
  }
}

TEST_F(HooksTest, ASignalEndsTheWait) {
  for (const int timeout_ms : {-1, 1'000'000}) {
    const HookFailure failure =
        run(hook("kill -TERM " + std::to_string(getpid()) + "; exec sleep 1000", timeout_ms));
    EXPECT_EQ(failure.operation, Operation::kAwait);
    EXPECT_EQ(failure.error, kInterrupted);
  }
}

TEST_F(HooksTest, TheFirstFailureEndsTheRow) {
  const HookRecord row[] = {hook("echo a >> " + folder_ + "/log"), hook("exit 1"),
                            hook("echo c >> " + folder_ + "/log")};
  const HookContext context{.texts = &texts_};
  const Failure failure = run_hooks(row, Step::kPoststartHook, context);
  EXPECT_EQ(failure.step, Step::kPoststartHook);
  EXPECT_EQ(failure.index, 1u);
  EXPECT_EQ(content("log"), "a\n");
  EXPECT_EQ(failure_of([&] { apply_hooks(row, Step::kStartContainerHook, context); }).index, 1u);
}

TEST_F(HooksTest, ATimeoutIsAboveZero) {
  for (const int timeout : {0, -1}) {
    spec::Hook one{.path = "/x", .args = {}, .env = {}, .timeout_s = timeout};
    spec::Hooks all;
    all.poststop = {&one, 1};
    const auto planned = outcome_of([&] { return plan_hooks(all, arena_); });
    ASSERT_FALSE(planned.ok());
    EXPECT_EQ(thrown::worded(planned.error()), "/hooks/poststop/0/timeout: must be above 0");
  }
}

}  // namespace
}  // namespace nosc::hooks
