// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "syscalls/sys/fd.h"

namespace nosc::console {

// One direction of copying: a source, a sink, and what was read from one and not yet written to the
// other. Nothing here waits for either side; whoever polls asks what the channel is waiting for and
// calls step() when that is ready, so that a terminal which nobody reads can't keep the other
// direction, or a signal, from getting through.
class Channel {
 public:
  Channel(sys::BorrowedFd source, sys::BorrowedFd sink) : source_(source), sink_(sink) {}

  bool waits_for_source() const { return !ended_ && begin_ == end_; }
  bool waits_for_sink() const { return !ended_ && begin_ != end_; }

  // Reads or writes once. Pre: what the channel waits for is ready, or doesn't block.
  void step();

  // Copies what is there already. Pre: the source doesn't block.
  void drain();

 private:
  sys::BorrowedFd source_;
  sys::BorrowedFd sink_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;  // the source has ended, or the sink takes no more
  char buffer_[2048];
};

}  // namespace nosc::console
