// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "syscalls/sys/cstr.h"

namespace nosc::cgroups {

// A leading part of a path as a terminated string: the path itself, cut for as long as this lives.
// Pre: a NUL stands behind the path.
class LeadingPart {
 public:
  LeadingPart(std::span<char> path, size_t length)
      : text_(path.data()), end_(path.data()[length]), length_(length) {
    text_[length] = '\0';
  }
  ~LeadingPart() { text_[length_] = end_; }
  LeadingPart(const LeadingPart&) = delete;
  LeadingPart& operator=(const LeadingPart&) = delete;

  sys::CStr c_str() const { return sys::CStr::from_terminated(text_); }

 private:
  char* text_;
  char end_;
  size_t length_;
};

// The length of the leading part with one component less; 0 where only one is left.
inline size_t parent_length(std::span<const char> path, size_t length) {
  const size_t slash = std::string_view(path.data(), length).rfind('/');
  return slash == std::string_view::npos ? 0 : slash;
}

// The length of the leading part with one component more.
inline size_t child_length(std::span<const char> path, size_t length) {
  const size_t slash = std::string_view(path.data(), path.size()).find('/', length + 1);
  return slash == std::string_view::npos ? path.size() : slash;
}

}  // namespace nosc::cgroups
