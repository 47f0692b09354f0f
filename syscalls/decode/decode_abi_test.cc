// SPDX-License-Identifier: Apache-2.0
//
// 64-bit arguments, which ABIs of 32 bits split over two registers: in which order, and whether
// from an even one on, is what the kernel is asked. The registers that make the call do what it
// should are decoded, and have to show the number that went in.
#include "syscalls/freestanding/start.h"
#include "syscalls/numbers.h"
#include "syscalls/sys.h"
#include "syscalls/sys/decode.h"

namespace {

constexpr auto kOut = sys::BorrowedFd::from_raw(1);
constexpr int64_t kFar = (int64_t{1} << 32) + 5;
constexpr const char* kFarText = "4294967301";
constexpr bool kSplits = sizeof(long) == 4;

size_t read_own(void*, uint64_t address, void* to, size_t size_bytes) {
  __builtin_memcpy(to, reinterpret_cast<const void*>(static_cast<uintptr_t>(address)), size_bytes);
  return size_bytes;
}

int failures = 0;

void say(const char* text) { (void)sys::write(kOut, sys::Bytes(text, __builtin_strlen(text))); }

void report(const char* name, bool is_right, const char* got) {
  say(is_right ? "ok " : "not ok ");
  say(name);
  if (!is_right) {
    say(": ");
    say(got);
    ++failures;
  }
  say("\n");
}

// Puts a 64-bit number behind the first registers in the one of four ways.
sys::RawCall with_number(sys::RawCall call, size_t at, int64_t number, unsigned way) {
  const auto low = static_cast<unsigned long>(number);
  if (!kSplits) {
    call.arguments[at] = low;
    return call;
  }
  const auto high = static_cast<unsigned long>(number >> 31 >> 1);
  if ((way & 1) != 0 && at % 2 != 0) ++at;
  call.arguments[at] = (way & 2) != 0 ? high : low;
  call.arguments[at + 1] = (way & 2) != 0 ? low : high;
  return call;
}

long make(const sys::RawCall& call) {
  const unsigned long* const a = call.arguments;
  return sys::raw::call6(call.number, static_cast<long>(a[0]), static_cast<long>(a[1]),
                         static_cast<long>(a[2]), static_cast<long>(a[3]), static_cast<long>(a[4]),
                         static_cast<long>(a[5]));
}

bool equal(const char* left, const char* right) {
  for (; *left != '\0' && *left == *right; ++left, ++right) {
  }
  return *left == *right;
}

bool contains(const char* text, const char* part) {
  for (; *text != '\0'; ++text) {
    const char* a = text;
    const char* b = part;
    for (; *b != '\0' && *a == *b; ++a, ++b) {
    }
    if (*b == '\0') return true;
  }
  return false;
}

long number_of(const char* name) {
  for (const sys::decode_data::Call& call : sys::decode_data::kCalls) {
    if (equal(call.name, name)) return call.number;
  }
  return -1;
}

// Makes the call in each way until it does what it should, and decodes that one.
template <typename Succeeds>
void check(const char* name, const sys::RawCall& call, size_t at, Succeeds succeeds) {
  for (unsigned way = 0; way < 4; ++way) {
    const sys::RawCall tried = with_number(call, at, kFar, way);
    if (!succeeds(make(tried))) continue;
    char text[256] = {};
    sys::TextBuffer out(text, sizeof(text) - 1);
    sys::decode_call(out, tried, {read_own, nullptr}, 3);
    return report(name, contains(text, kFarText), text);
  }
  report(name, false, "no order of registers works");
}

uint64_t size_of(const sys::Fd& file) {
  sys::Statx status;
  (void)sys::statx(file, "", sys::kAT_EMPTY_PATH, sys::kSTATX_SIZE, status);
  return status.size;
}

void check_split_numbers() {
  auto made = sys::memfd_create("far", {});
  if (!made.ok()) return report("split", false, "no memfd");
  const sys::Fd file = made.take();
  const auto fd = static_cast<unsigned long>(file.raw());
  if (!sys::pwrite64(file, sys::text("far"), kFar).ok()) return report("split", false, "no room");
  char buffer[64] = {};
  const auto address = reinterpret_cast<unsigned long>(buffer);
  check("pread64", {sys::nr::kpread64, {fd, address, 3}}, 3,
        [&](long result) { return result == 3 && equal(buffer, "far"); });
  (void)sys::portable::ftruncate(file, 0);
  const long ftruncate = number_of(kSplits ? "ftruncate64" : "ftruncate");
  check("ftruncate64", {ftruncate, {fd}}, 1, [&](long) { return size_of(file) == kFar; });
}

}  // namespace

int sys_main(int, char**, char**) {
  check_split_numbers();
  sys::RawCall close = {sys::nr::kclose, {static_cast<unsigned long>(-1)}};
  char text[64] = {};
  sys::TextBuffer out(text, sizeof(text) - 1);
  sys::decode_call(out, close, {});
  sys::decode_result(out, close.number, make(close));
  report("error", equal(text, "close(-1) = -1 EBADF (Bad file descriptor)"), text);
  return failures == 0 ? 0 : 1;
}
