// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/walk.h"

#include <string.h>

#include <string_view>

namespace nosc::rt {
namespace {

constexpr size_t kMaximumPathBytes = 4096;  // PATH_MAX, with the NUL
constexpr int kMaximumLinks = 40;           // the kernel's own limit
constexpr size_t kMaximumDepth = 256;
constexpr uint32_t kDirectoryMode = 0755;

constexpr sys::Result<void> success() { return sys::Result<void>::from_raw(0); }

class Walk {
 public:
  Walk(sys::BorrowedFd root, const WalkOptions& options) : root_(root), options_(options) {}

  sys::Result<sys::Fd> run(const char* path);

 private:
  // The part of the path that is still ahead stands at the end of the buffer, so that a link's
  // target can be put in front of it.
  char* end() { return buffer_ + sizeof buffer_ - 1; }
  bool at_end() const { return *rest_ == '\0'; }
  sys::BorrowedFd here() const { return depth_ == 0 ? root_ : parents_[depth_ - 1].borrow(); }

  // Cuts the next component off the rest; empty at the end.
  char* take_component();
  sys::Result<void> enter(char* name);
  sys::Result<void> push(sys::Fd directory);
  sys::Result<sys::Fd> open_last(char* name);
  sys::Result<sys::Fd> open_here();
  // Puts a link's target in front of the rest. EINVAL: it isn't a link.
  sys::Result<void> follow(char* name);

  sys::BorrowedFd root_;
  const WalkOptions& options_;
  size_t depth_ = 0;
  int links_ = 0;
  bool must_be_directory_ = false;
  char* rest_ = end();
  sys::Fd parents_[kMaximumDepth];
  char buffer_[2 * kMaximumPathBytes];
};

char* Walk::take_component() {
  while (*rest_ == '/') ++rest_;
  char* const name = rest_;
  while (*rest_ != '/' && *rest_ != '\0') ++rest_;
  if (*rest_ == '\0') return name;
  *rest_++ = '\0';
  while (*rest_ == '/') ++rest_;
  if (at_end()) must_be_directory_ = true;
  return name;
}

sys::Result<void> Walk::follow(char* name) {
  const size_t space = static_cast<size_t>(name - buffer_);
  auto length =
      sys::readlinkat(here(), sys::CStr::from_terminated(name), sys::Span<char>(buffer_, space));
  if (!length.ok()) return length.error();
  if (options_.links == Links::kRefuse || ++links_ > kMaximumLinks) return sys::kELOOP;
  const size_t size = *length;
  if (size >= space || size >= kMaximumPathBytes) return sys::kENAMETOOLONG;
  if (size == 0) return sys::kENOENT;
  if (buffer_[0] == '/') {
    while (depth_ > 0) parents_[--depth_].reset();
  }
  if (!at_end()) *--rest_ = '/';
  rest_ -= size;
  memmove(rest_, buffer_, size);
  return success();
}

sys::Result<void> Walk::push(sys::Fd directory) {
  if (depth_ == kMaximumDepth) return sys::kENAMETOOLONG;
  parents_[depth_++] = static_cast<sys::Fd&&>(directory);
  return success();
}

sys::Result<void> Walk::enter(char* name) {
  const sys::CStr component = sys::CStr::from_terminated(name);
  constexpr sys::OpenFlags kFlags =
      sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC;
  auto opened = sys::openat(here(), component, kFlags);
  if (opened.failed_with(sys::kENOENT) && options_.missing != Missing::kFail) {
    const uint32_t mode =
        options_.missing == Missing::kMakeDirectory ? options_.mode : kDirectoryMode;
    auto made = sys::mkdirat(here(), component, sys::Mode::from_bits(mode));
    // Somebody else may have been faster.
    if (!made.ok() && !made.failed_with(sys::kEEXIST)) return made.error();
    opened = sys::openat(here(), component, kFlags);
  }
  if (opened.ok()) return push(opened.take());
  if (!opened.failed_with(sys::kENOTDIR) && !opened.failed_with(sys::kELOOP)) {
    return opened.error();
  }
  auto followed = follow(name);
  return followed.failed_with(sys::kEINVAL) ? opened.error() : followed;
}

sys::Result<sys::Fd> Walk::open_here() {
  return sys::openat(here(), ".", options_.flags | sys::kO_CLOEXEC);
}

sys::Result<sys::Fd> Walk::open_last(char* name) {
  const sys::CStr component = sys::CStr::from_terminated(name);
  sys::OpenFlags flags = options_.flags | sys::kO_NOFOLLOW | sys::kO_CLOEXEC;
  if (must_be_directory_) flags |= sys::kO_DIRECTORY;
  auto opened = sys::openat(here(), component, flags);
  if (opened.failed_with(sys::kENOENT) && options_.missing == Missing::kMakeFile &&
      !must_be_directory_) {
    // O_EXCL follows no link, not even a dangling one.
    auto made = sys::openat(here(), component,
                            sys::kO_CREAT | sys::kO_EXCL | sys::kO_WRONLY | sys::kO_CLOEXEC,
                            sys::Mode::from_bits(options_.mode));
    if (!made.ok() && !made.failed_with(sys::kEEXIST)) return made.error();
    opened = sys::openat(here(), component, flags);
  }
  if (opened.ok() && flags.has(sys::kO_PATH) && !options_.flags.has(sys::kO_NOFOLLOW)) {
    // O_PATH with O_NOFOLLOW opens a link itself, which isn't what was asked for.
    char link[1];
    if (!sys::readlinkat(opened.borrow(), "", link).ok()) return opened;
    return sys::kELOOP;
  }
  return opened;
}

sys::Result<sys::Fd> Walk::run(const char* path) {
  const size_t size = strlen(path);
  if (size == 0) return sys::kENOENT;
  if (size >= kMaximumPathBytes) return sys::kENAMETOOLONG;
  *end() = '\0';
  rest_ = end() - size;
  memcpy(rest_, path, size);
  for (;;) {
    char* const name = take_component();
    const std::string_view component = name;
    if (component.empty()) return open_here();
    if (component == ".") continue;
    if (component == "..") {
      if (depth_ > 0) parents_[--depth_].reset();
      continue;
    }
    if (at_end() && options_.missing != Missing::kMakeDirectory) {
      auto opened = open_last(name);
      const bool may_be_link = opened.failed_with(sys::kELOOP) || opened.failed_with(sys::kENOTDIR);
      const bool follows = must_be_directory_ || !options_.flags.has(sys::kO_NOFOLLOW);
      if (!may_be_link || !follows) return opened;
      auto followed = follow(name);
      if (followed.failed_with(sys::kEINVAL)) return opened;
      if (!followed.ok()) return followed.error();
    } else {
      auto entered = enter(name);
      if (!entered.ok()) return entered.error();
    }
  }
}

}  // namespace

sys::Result<sys::Fd> walk_beneath(sys::BorrowedFd root, const char* path,
                                  const WalkOptions& options) {
  return Walk(root, options).run(path);
}

}  // namespace nosc::rt
