// SPDX-License-Identifier: Apache-2.0
#include "engine/console/console.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/console/relay.h"
#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::console {
namespace {

// A process that does as it is told and never comes back into the test.
template <typename Work>
sys::Pid start(Work work) {
  const auto child = sys::portable::clone_process({}, sys::kSIGCHLD);
  EXPECT_TRUE(child.ok());
  if (*child == sys::Pid{0}) sys::exit_group(work());
  return *child;
}

constexpr sys::BorrowedFd kNone = sys::BorrowedFd::from_raw(-1);

class ForegroundTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sys::rt_sigprocmask(sys::kSIG_BLOCK, nullptr, &before_).ok());
    ASSERT_TRUE(outcome_of([] { return hold_signals(); }).ok());
  }
  void TearDown() override { EXPECT_TRUE(sys::rt_sigprocmask(sys::kSIG_SETMASK, &before_).ok()); }

  sys::Sigset before_;
};

TEST_F(ForegroundTest, ReturnsTheExitStatus) {
  const auto status =
      outcome_of([&] { return wait_foreground(start([] { return 42; }), kNone, kNone); });
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(*status, 42);
}

TEST_F(ForegroundTest, ReturnsTheSignal) {
  const sys::Pid child = start([] {
    (void)sys::kill(sys::getpid(), sys::kSIGKILL);
    return 0;
  });
  const auto status = outcome_of([&] { return wait_foreground(child, kNone, kNone); });
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(*status, 128 + 9);
}

TEST_F(ForegroundTest, HandsSignalsOn) {
  const sys::Pid child = start([] {
    // The parent's own signal comes back as the end of this process.
    (void)sys::kill(sys::getppid(), sys::kSIGTERM);
    (void)failure_of([] { apply_default_signals(); });
    for (;;) (void)sys::portable::ppoll({}, nullptr, nullptr);
    return 0;
  });
  const auto status = outcome_of([&] { return wait_foreground(child, kNone, kNone); });
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(*status, 128 + 15);
}

TEST(Channel, CopiesWhatIsThere) {
  sys::FdPair source;
  sys::FdPair sink;
  ASSERT_TRUE(sys::pipe2(source, sys::kO_NONBLOCK).ok());
  ASSERT_TRUE(sys::pipe2(sink, sys::kO_NONBLOCK).ok());
  Channel channel(source.first, sink.second);
  EXPECT_TRUE(channel.waits_for_source());
  channel.drain();
  EXPECT_TRUE(channel.waits_for_source());

  ASSERT_TRUE(sys::write(source.second, sys::text("hello")).ok());
  channel.step();
  EXPECT_TRUE(channel.waits_for_sink());
  channel.step();
  EXPECT_TRUE(channel.waits_for_source());
  char buffer[16];
  const auto count = sys::read(sink.first, buffer);
  ASSERT_TRUE(count.ok());
  EXPECT_EQ(std::string(buffer, *count), "hello");

  source.second.reset();
  channel.step();
  EXPECT_FALSE(channel.waits_for_source());
  EXPECT_FALSE(channel.waits_for_sink());
}

TEST(Terminal, TravelsThroughASocket) {
  sys::FdPair ends;
  ASSERT_TRUE(sys::socketpair(sys::kAF_UNIX, sys::kSOCK_STREAM, 0, ends).ok());
  sys::FdPair pipe;
  ASSERT_TRUE(sys::pipe2(pipe).ok());
  ASSERT_FALSE(failure_of([&] { send_terminal(ends.first, pipe.second); }).failed());
  auto received = outcome_of([&] { return receive_terminal(ends.second); });
  ASSERT_TRUE(received.ok());
  ASSERT_TRUE(sys::write(*received, sys::text("x")).ok());
  char byte = 0;
  ASSERT_TRUE(sys::read(pipe.first, sys::MutableBytes(&byte, 1)).ok());
  EXPECT_EQ(byte, 'x');
}

TEST(Terminal, AnEmptyMessageIsAnError) {
  sys::FdPair ends;
  ASSERT_TRUE(sys::socketpair(sys::kAF_UNIX, sys::kSOCK_STREAM, 0, ends).ok());
  ends.first.reset();
  EXPECT_FALSE(outcome_of([&] { return receive_terminal(ends.second); }).ok());
}

TEST(Terminal, OpensInAnyDevpts) {
  const auto root = sys::openat(sys::kCwd, "/", sys::kO_PATH | sys::kO_DIRECTORY);
  ASSERT_TRUE(root.ok());
  sys::Fd master;
  sys::Fd peer;
  const Failure failure =
      failure_of([&] { open_terminal(root.borrow(), {.rows = 10, .columns = 20}, master, peer); });
  if (failure.failed()) GTEST_SKIP() << "no usable /dev/pts/ptmx here: errno " << failure.error;
  TerminalSize size;
  ASSERT_TRUE(is_terminal(peer, size));
  EXPECT_EQ(size.rows, 10);
  EXPECT_EQ(size.columns, 20);
}

}  // namespace
}  // namespace nosc::console
