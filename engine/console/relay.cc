// SPDX-License-Identifier: Apache-2.0
#include "engine/console/relay.h"

#include "syscalls/errno.h"
#include "syscalls/files.h"

namespace nosc::console {

void Channel::step() {
  if (ended_) return;
  const bool reads = begin_ == end_;
  const auto count = reads ? sys::read(source_, buffer_)
                           : sys::write(sink_, sys::Bytes(buffer_ + begin_, end_ - begin_));
  if (!count) {
    ended_ = count.error() != sys::kEAGAIN && count.error() != sys::kEINTR;
  } else if (reads) {
    begin_ = 0;
    end_ = *count;
    ended_ = *count == 0;
  } else {
    begin_ += *count;
  }
}

void Channel::drain() {
  do {
    while (waits_for_sink()) step();
    if (waits_for_source()) step();
  } while (waits_for_sink());
}

}  // namespace nosc::console
