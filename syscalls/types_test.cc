// SPDX-License-Identifier: Apache-2.0
//
// The layer's own types, hosted. What must not compile is said with requires-expressions.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <string.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "syscalls/errno_messages.h"
#include "syscalls/sys.h"
#include "syscalls/sys/network.h"
#include "syscalls/sys/signal_set.h"

namespace {

template <typename T, typename U>
concept Mixes = requires(T a, U b) { a | b; };
template <typename T>
concept Borrowable = requires(T fd) { sys::BorrowedFd(std::forward<T>(fd)); };

static_assert(Mixes<sys::OpenFlags, sys::OpenFlags>);
static_assert(Mixes<sys::OpenTreeFlags, sys::OpenTreeAtFlags>);
static_assert(!Mixes<sys::OpenTreeFlags, sys::AtFlags>);
static_assert(std::is_convertible_v<decltype(sys::kO_CLOEXEC | sys::kO_DIRECT), sys::PipeFlags>);
static_assert(!std::is_convertible_v<decltype(sys::kO_CLOEXEC | sys::kO_PATH), sys::PipeFlags>);
static_assert(std::is_convertible_v<sys::PipeOpenFlags, sys::OpenFlags>);
static_assert(!std::is_convertible_v<sys::OpenFlags, sys::PipeOpenFlags>);
static_assert(!std::is_convertible_v<sys::OpenFlags, sys::PipeFlags>);
static_assert(!std::is_convertible_v<decltype(~sys::kO_CLOEXEC), sys::DupFlags>);
static_assert(std::is_same_v<decltype(sys::PipeOpenFlags{} & ~sys::kO_DIRECT), sys::PipeOpenFlags>);
static_assert(Mixes<sys::PipeFlags, decltype(sys::kO_CLOEXEC)>);
static_assert(std::is_convertible_v<sys::SemCommand, sys::IpcCommand>);
static_assert(!std::is_convertible_v<sys::IpcCommand, sys::SemCommand>);
static_assert(std::is_convertible_v<decltype(sys::kIPC_RMID), sys::ShmCommand>);
static_assert(!std::is_convertible_v<decltype(sys::kSETALL), sys::ShmCommand>);
static_assert(!std::is_constructible_v<sys::MsgCommand, int>);
static_assert(!Mixes<sys::OpenFlags, sys::MountFlags>);
static_assert(!Mixes<sys::AtFlags, sys::OpenFlags>);
static_assert(Borrowable<sys::Fd&>);
static_assert(!Borrowable<sys::Fd>);
static_assert(!std::is_convertible_v<int, sys::BorrowedFd>);
static_assert(!std::is_convertible_v<const char*, sys::CStr>);
static_assert(!std::is_copy_constructible_v<sys::Fd>);
static_assert(!std::is_copy_constructible_v<sys::Result<sys::Fd>>);
static_assert(sizeof(sys::Result<sys::Fd>) == sizeof(long));
static_assert(sizeof(sys::Fd) == sizeof(int));

bool is_open(int fd) { return sys::fcntl(sys::BorrowedFd::from_raw(fd), sys::kF_GETFD).ok(); }

TEST(FdTest, ClosesWhatItOwnsOnce) {
  int raw = -1;
  {
    sys::Fd fd = sys::memfd_create("fd", sys::kMFD_CLOEXEC).take();
    raw = fd.raw();
    EXPECT_TRUE(is_open(raw));
    sys::Fd other = std::move(fd);
    EXPECT_EQ(other.raw(), raw);
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST(FdTest, ReleaseGivesAway) {
  sys::Fd fd = sys::memfd_create("fd").take();
  const int raw = fd.release();
  fd.reset();
  EXPECT_TRUE(is_open(raw));
  EXPECT_TRUE(sys::close(raw).ok());
}

TEST(ResultTest, AnUntakenDescriptorIsClosed) {
  int raw = -1;
  {
    const auto made = sys::memfd_create("fd");
    ASSERT_TRUE(made.ok());
    raw = (*made).raw();
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST(ResultTest, ErrorsKeepTheirNumberAndName) {
  const auto opened = sys::openat(sys::kCwd, "/no/such/file", sys::kO_RDONLY);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error(), sys::kENOENT);
  EXPECT_TRUE(opened.failed_with(sys::kENOENT));
  EXPECT_STREQ(sys::errno_name(opened.error()), "ENOENT");
  const sys::Result<void*> same = opened.error();
  EXPECT_EQ(same.error(), sys::kENOENT);
}

TEST(ErrnoTest, EveryNumberHasANameOrNone) {
  EXPECT_STREQ(sys::errno_name(sys::kEPERM), "EPERM");
  EXPECT_STREQ(sys::errno_name(sys::kEHWPOISON), "EHWPOISON");
  EXPECT_STREQ(sys::errno_name(sys::Errno(41)), "?");
  EXPECT_STREQ(sys::errno_name(sys::Errno()), "?");
  EXPECT_STREQ(sys::errno_name(sys::Errno(4095)), "?");
}

TEST(ResultTest, AddressesUseTheWholeRange) {
  const auto page = sys::portable::mmap(nullptr, 4096, sys::kPROT_READ | sys::kPROT_WRITE,
                                        sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS,
                                        sys::BorrowedFd::from_raw(-1), 0);
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(sys::munmap(*page, 4096).ok());
  EXPECT_FALSE(sys::Result<void*>::from_raw(-4095).ok());
  EXPECT_TRUE(sys::Result<void*>::from_raw(-4096).ok());
}

TEST(SpanTest, TakesWhatIsContiguous) {
  std::string text = "abc";
  const std::array<int, 2> numbers = {1, 2};
  EXPECT_EQ(sys::Bytes(text).size(), 3u);
  EXPECT_EQ(sys::Bytes(std::string_view("ab")).size(), 2u);
  EXPECT_EQ(sys::Bytes(numbers).size(), 2 * sizeof(int));
  EXPECT_EQ(sys::MutableBytes(std::span<char>(text)).size(), 3u);
  EXPECT_EQ(sys::text("hello").size(), 5u);
}

TEST(FlagsTest, CombineAndAsk) {
  sys::OpenFlags flags = sys::kO_CLOEXEC | sys::kO_PATH;
  EXPECT_TRUE(flags.has(sys::kO_PATH));
  EXPECT_FALSE(flags.has(sys::kO_DIRECTORY));
  flags &= ~sys::kO_PATH;
  EXPECT_EQ(flags, sys::kO_CLOEXEC);
}

TEST(CallsTest, APipeCarriesBytes) {
  sys::FdPair ends;
  ASSERT_TRUE(sys::pipe2(ends, sys::kO_CLOEXEC).ok());
  const auto written = sys::write(ends.second, sys::text("hi"));
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(*written, 2u);
  char buffer[8];
  const auto got = sys::read(ends.first, buffer);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(std::string_view(buffer, *got), "hi");
}

TEST(ErrnoTest, MessagesAreThoseOfTheLibc) {
  int compared = 0;
  for (int value = 1; value < 256; ++value) {
    const char* const name = strerrorname_np(value);
    if (name == nullptr) continue;
    EXPECT_STREQ(sys::errno_message(sys::Errno(value)), strerror(value)) << name;
    ++compared;
  }
  EXPECT_GT(compared, 130);
  EXPECT_STREQ(sys::errno_message(sys::Errno(255)), "?");
  EXPECT_STREQ(sys::errno_message(sys::Errno()), "?");
}

TEST(CallsTest, CloneProcessForks) {
  const auto child = sys::portable::clone_process({}, sys::kSIGCHLD);
  ASSERT_TRUE(child.ok());
  if (*child == sys::Pid{0}) sys::exit_group(7);
  int status = 0;
  ASSERT_TRUE(sys::wait4(*child, &status).ok());
  EXPECT_EQ(status, 7 << 8);
}

TEST(Network, AddressesAreThoseOfTheLibc) {
  const sys::SockaddrIn own = sys::ipv4_address({127, 0, 0, 1}, 8080);
  sockaddr_in libc = {};
  libc.sin_family = AF_INET;
  libc.sin_port = htons(8080);
  libc.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static_assert(sizeof(own) == sizeof(libc));
  EXPECT_EQ(memcmp(&own, &libc, sizeof(own)), 0);
  EXPECT_EQ(sys::from_network(own.port), 8080);

  const sys::SockaddrIn6 own6 =
      sys::ipv6_address({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 8080, 3);
  sockaddr_in6 libc6 = {};
  libc6.sin6_family = AF_INET6;
  libc6.sin6_port = htons(8080);
  libc6.sin6_addr = in6addr_loopback;
  libc6.sin6_scope_id = 3;
  static_assert(sizeof(own6) == sizeof(libc6));
  EXPECT_EQ(memcmp(&own6, &libc6, sizeof(own6)), 0);
}

TEST(SignalSet, HoldsWhatWasAdded) {
  constexpr sys::Sigset kSet = sys::signals_of(sys::kSIGTERM, sys::Signal{64});
  static_assert(sys::has_signal(kSet, sys::kSIGTERM) && sys::has_signal(kSet, sys::Signal{64}));
  static_assert(!sys::has_signal(kSet, sys::kSIGHUP) && !sys::has_signal(kSet, sys::Signal{63}));
  sys::Sigset set = sys::all_signals();
  sys::remove_signal(set, sys::kSIGKILL);
  EXPECT_FALSE(sys::has_signal(set, sys::kSIGKILL));
  EXPECT_TRUE(sys::has_signal(set, sys::kSIGHUP) && sys::has_signal(set, sys::Signal{64}));
  sys::add_signal(set, sys::kSIGKILL);
  EXPECT_TRUE(sys::has_signal(set, sys::kSIGKILL));
}

}  // namespace
