// SPDX-License-Identifier: Apache-2.0
#include "engine/host/line_reader.h"

#include <algorithm>
#include <cstring>

#include "syscalls/files.h"

namespace nosc::host {

void LineReader::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const size_t wanted = std::min(buffer_.size() - end_, rest_bytes_);
  const auto count = sys::read(file_, buffer_.subspan(end_, wanted));
  const size_t read = count ? *count : 0;
  end_ += read;
  rest_bytes_ = read == 0 ? 0 : rest_bytes_ - read;
}

bool LineReader::next(std::string_view& line) {
  for (;;) {
    const std::string_view pending(buffer_.data() + begin_, end_ - begin_);
    const size_t feed = pending.find('\n');
    if (feed != pending.npos) {
      line = pending.substr(0, feed);
      begin_ += feed + 1;
      return true;
    }
    if (rest_bytes_ == 0 || pending.size() == buffer_.size()) {
      line = pending;
      begin_ = end_;
      return !pending.empty();
    }
    fill();
  }
}

}  // namespace nosc::host
