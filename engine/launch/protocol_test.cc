// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/protocol.h"

#include <gtest/gtest.h>

#include <utility>

#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

// Both ends in one process: what one side says waits in the socket.
Failure failure(Step step, Operation operation, sys::Errno error, uint32_t index = 0) {
  return {step, operation, static_cast<uint16_t>(error.value()), index};
}

class ProtocolTest : public testing::Test {
 protected:
  ProtocolTest() {
    auto opened = outcome_of([&] { return open_channel(); });
    EXPECT_TRUE(opened.ok());
    channel_ = std::move(opened).value();
  }

  Message receive_one() {
    const auto message = outcome_of([&] { return receive(channel_.parent); });
    EXPECT_TRUE(message.ok());
    return message.ok() ? *message : Message{};
  }

  Channel channel_;
};

bool closes_at_exec(sys::BorrowedFd fd) {
  const auto flags = sys::portable::fcntl(fd, sys::kF_GETFD);
  return flags.ok() && (*flags & sys::kFD_CLOEXEC) != 0;
}

TEST_F(ProtocolTest, EndsCloseAtExec) {
  EXPECT_TRUE(closes_at_exec(channel_.parent));
  EXPECT_TRUE(closes_at_exec(channel_.child));
}

TEST_F(ProtocolTest, TheChildWaitsForGo) {
  ASSERT_TRUE(send_go(channel_.parent, {.pid = sys::Pid{4321}, .ignored_signals = 5}).ok());
  Go go;
  ASSERT_TRUE(wait_for_go(channel_.child, go).ok());
  EXPECT_EQ(go.pid, sys::Pid{4321});
  EXPECT_EQ(go.ignored_signals, 5u);
}

TEST_F(ProtocolTest, TheChildHearsOfTheParentsEnd) {
  channel_.parent.reset();
  const auto result = wait_for_go(channel_.child);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error(), sys::kEPIPE);
}

TEST_F(ProtocolTest, AGoToNobodyIsAnErrorAndNoSignal) {
  channel_.child.reset();
  const auto result = send_go(channel_.parent);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error(), sys::kEPIPE);
}

TEST_F(ProtocolTest, EventsArriveInOrder) {
  send_event(channel_.child, Event::kUnshared, sys::Pid{0});
  send_event(channel_.child, Event::kForked, sys::Pid{4321});
  EXPECT_EQ(receive_one().event, Event::kUnshared);
  const Message forked = receive_one();
  EXPECT_EQ(forked.event, Event::kForked);
  EXPECT_EQ(forked.pid, sys::Pid{4321});
}

TEST_F(ProtocolTest, AFailureArrivesFromAChildThatNeverReadItsGo) {
  ASSERT_TRUE(send_go(channel_.parent).ok());
  send_failure(channel_.child, failure(Step::kMount, Operation::kBind, sys::kENOSPC));
  channel_.child.reset();
  EXPECT_TRUE(message_is_next(channel_.parent));
  EXPECT_EQ(receive_one().failure.step, Step::kMount);
  EXPECT_EQ(receive_one().event, Event::kExecuted) << "the end of the channel";
}

TEST_F(ProtocolTest, AFailureArrivesWhole) {
  send_failure(channel_.child, failure(Step::kMount, Operation::kBind, sys::kENOSPC, 70000));
  const Message message = receive_one();
  EXPECT_EQ(message.event, Event::kFailed);
  EXPECT_EQ(message.failure.step, Step::kMount);
  EXPECT_EQ(message.failure.operation, Operation::kBind);
  EXPECT_EQ(message.failure.index, 70000u);
  EXPECT_EQ(message.failure.error, sys::kENOSPC.value());
}

TEST_F(ProtocolTest, TheEndOfTheChannelMeansThatTheProgramRuns) {
  channel_.child.reset();
  EXPECT_EQ(receive_one().event, Event::kExecuted);
}

TEST_F(ProtocolTest, WhatWasSaidBeforeTheEndIsHeard) {
  send_failure(channel_.child, failure(Step::kExec, Operation::kExecute, sys::kENOENT));
  channel_.child.reset();
  EXPECT_EQ(receive_one().event, Event::kFailed);
  EXPECT_EQ(receive_one().event, Event::kExecuted);
}

TEST_F(ProtocolTest, TheChildMayOutliveTheParent) {
  channel_.parent.reset();
  send_failure(channel_.child, failure(Step::kMount, Operation::kBind, sys::kENOSPC));
}

TEST_F(ProtocolTest, KnowsAMessageFromATerminal) {
  char byte[1] = {};
  ASSERT_TRUE(sys::sendto(channel_.child, byte, sys::kMSG_NOSIGNAL).ok());
  auto next = outcome_of([&] { return message_is_next(channel_.parent); });
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(*next);
  ASSERT_TRUE(sys::read(channel_.parent, byte).ok());

  send_failure(channel_.child, failure(Step::kExec, Operation::kExecute, sys::kENOENT));
  EXPECT_TRUE(*outcome_of([&] { return message_is_next(channel_.parent); }));
  EXPECT_EQ(receive_one().event, Event::kFailed);
  channel_.child.reset();
  EXPECT_TRUE(*outcome_of([&] { return message_is_next(channel_.parent); }));
}

}  // namespace
}  // namespace nosc::launch
