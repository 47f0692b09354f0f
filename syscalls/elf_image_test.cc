// SPDX-License-Identifier: Apache-2.0
#include "syscalls/sys/elf_image.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <time.h>

#include <cstddef>

#include "syscalls/sys/retry.h"
#include "syscalls/sys/vdso.h"

namespace {

namespace elf = sys::detail::elf;

template <size_t kWordBytes, typename Header, typename Segment, typename Symbol, typename Entry>
constexpr bool agrees_with_the_system() {
  using Format = elf::Format<kWordBytes>;
  using OwnHeader = elf::Header<typename Format::Word>;
  using OwnSegment = typename Format::ProgramHeader;
  using OwnSymbol = typename Format::Symbol;
  using OwnEntry = elf::Dynamic<typename Format::Word>;
  return sizeof(OwnSegment) == sizeof(Segment) && sizeof(OwnSymbol) == sizeof(Symbol) &&
         sizeof(OwnEntry) == sizeof(Entry) &&
         offsetof(OwnHeader, machine) == offsetof(Header, e_machine) &&
         offsetof(OwnHeader, program_headers) == offsetof(Header, e_phoff) &&
         offsetof(OwnHeader, program_header_count) == offsetof(Header, e_phnum) &&
         offsetof(OwnSegment, type) == offsetof(Segment, p_type) &&
         offsetof(OwnSegment, offset) == offsetof(Segment, p_offset) &&
         offsetof(OwnSegment, address) == offsetof(Segment, p_vaddr) &&
         offsetof(OwnSymbol, name) == offsetof(Symbol, st_name) &&
         offsetof(OwnSymbol, section) == offsetof(Symbol, st_shndx) &&
         offsetof(OwnSymbol, value) == offsetof(Symbol, st_value) &&
         offsetof(OwnEntry, tag) == offsetof(Entry, d_tag) &&
         offsetof(OwnEntry, value) == offsetof(Entry, d_un);
}
static_assert(agrees_with_the_system<8, Elf64_Ehdr, Elf64_Phdr, Elf64_Sym, Elf64_Dyn>());
static_assert(agrees_with_the_system<4, Elf32_Ehdr, Elf32_Phdr, Elf32_Sym, Elf32_Dyn>());
static_assert(elf::kLoad == PT_LOAD && elf::kDynamic == PT_DYNAMIC && elf::kTagNull == DT_NULL);
static_assert(elf::kTagHash == DT_HASH && elf::kTagGnuHash == DT_GNU_HASH);
static_assert(elf::kTagStrings == DT_STRTAB && elf::kTagSymbols == DT_SYMTAB);
static_assert(elf::kMachineS390 == EM_S390 && elf::kMachineAlpha == EM_ALPHA);

// A small image: `first` is undefined, `second` and `third` are defined. It pretends to be linked
// at an address of its own, as a prelinked vDSO is.
struct Image {
  static constexpr uint64_t kLinkedAt = 0x7000;

  Elf64_Ehdr header = {};
  Elf64_Phdr segments[2] = {};
  Elf64_Dyn dynamic[4] = {};
  Elf64_Sym symbols[4] = {};
  char strings[32] = "\0first\0second\0third";
  // DT_HASH, with words of either size; DT_GNU_HASH.
  uint32_t hash[2] = {1, 4};
  uint64_t wide_hash[2] = {1, 4};
  // One bucket, the first hashed symbol is 1, one word of filter; its chain ends at symbol 3.
  uint32_t gnu_hash[10] = {1, 1, 1, 0, 0, 0, 1, 2, 4, 7};
  char code[64] = {};

  uint64_t address(const void* part) const {
    return kLinkedAt + static_cast<uint64_t>(static_cast<const char*>(part) -
                                             reinterpret_cast<const char*>(this));
  }

  explicit Image(Elf64_Sxword hash_tag) {
    header.e_phoff = offsetof(Image, segments);
    header.e_phnum = 2;
    segments[0] = {PT_LOAD, 0, 0, kLinkedAt, 0, sizeof(Image), sizeof(Image), 0};
    segments[1] = {PT_DYNAMIC, 0, offsetof(Image, dynamic), address(dynamic), 0, 0, 0, 0};
    dynamic[0] = {DT_STRTAB, {address(strings)}};
    dynamic[1] = {DT_SYMTAB, {address(symbols)}};
    dynamic[2] = {hash_tag, {0}};
    symbols[1] = {1, 0, 0, SHN_UNDEF, 0, 0};
    symbols[2] = {7, 0, 0, 1, address(code), 0};
    symbols[3] = {14, 0, 0, 1, address(code + 8), 0};
  }
  Image(const Image&) = delete;
};

void expect_symbols(const Image& image) {
  const auto parsed = sys::BasicElfImage<8>::from_header(&image);
  EXPECT_EQ(parsed.symbol_count(), 4U);
  EXPECT_EQ(parsed.find("first"), nullptr);
  EXPECT_EQ(parsed.find("second"), image.code);
  EXPECT_EQ(parsed.find("third"), image.code + 8);
  EXPECT_EQ(parsed.find("thir"), nullptr);
  EXPECT_EQ(parsed.find("thirds"), nullptr);
  EXPECT_EQ(parsed.find(""), nullptr);
}

TEST(ElfImage, FindsByHash) {
  Image image(DT_HASH);
  image.dynamic[2].d_un.d_ptr = image.address(image.hash);
  expect_symbols(image);
}

TEST(ElfImage, FindsByWideHash) {
  Image image(DT_HASH);
  image.dynamic[2].d_un.d_ptr = image.address(image.wide_hash);
  image.header.e_machine = EM_S390;
  expect_symbols(image);
}

TEST(ElfImage, FindsByGnuHash) {
  Image image(DT_GNU_HASH);
  image.dynamic[2].d_un.d_ptr = image.address(image.gnu_hash);
  expect_symbols(image);
}

TEST(ElfImage, HasNoSymbolsWithoutTables) {
  Image image(DT_HASH);
  image.dynamic[0].d_tag = DT_NULL;
  const auto parsed = sys::BasicElfImage<8>::from_header(&image);
  EXPECT_EQ(parsed.symbol_count(), 0U);
  EXPECT_EQ(parsed.find("second"), nullptr);
  EXPECT_EQ(sys::ElfImage::from_header(nullptr).find("second"), nullptr);
  EXPECT_EQ(sys::ElfImage().symbol_count(), 0U);
}

TEST(Vdso, WorksBesideALibc) {
  const auto vdso =
      sys::Vdso::from_image(reinterpret_cast<const void*>(getauxval(AT_SYSINFO_EHDR)));
  if (!vdso.has_clock_gettime()) GTEST_SKIP() << "the kernel offers no vDSO here";
  sys::Timespec told;
  timespec libcs = {};
  ASSERT_TRUE(vdso.clock_gettime(sys::kCLOCK_MONOTONIC, told).ok());
  ASSERT_EQ(clock_gettime(CLOCK_MONOTONIC, &libcs), 0);
  EXPECT_LE(told.sec, libcs.tv_sec);
  EXPECT_GE(told.sec + 60, libcs.tv_sec);
}

template <typename Call, typename... Arguments>
concept Retriable =
    requires(Call call, Arguments... arguments) { sys::retry_eintr(call, arguments...); };
constexpr auto kCloseInside = [] { return sys::close(3); };
constexpr auto kSyncInside = [] { return sys::fsync(sys::BorrowedFd::from_raw(3)); };
static_assert(Retriable<decltype(kSyncInside)>);
static_assert(!Retriable<decltype(kCloseInside)>);
static_assert(!Retriable<decltype(&sys::close), int>);

TEST(RetryEintr, TriesUntilSomethingElseHappens) {
  int tries = 0;
  const auto outcome = sys::retry_eintr([&]() -> sys::Result<int> {
    if (++tries < 4) return sys::kEINTR;
    return sys::Result<int>::from_raw(7);
  });
  EXPECT_EQ(tries, 4);
  EXPECT_EQ(*outcome, 7);
}

TEST(RetryEintr, HandsOtherErrorsOn) {
  int tries = 0;
  const auto outcome = sys::retry_eintr(
      [&](int by) -> sys::Result<void> {
        tries += by;
        return sys::kEAGAIN;
      },
      2);
  EXPECT_EQ(tries, 2);
  EXPECT_TRUE(outcome.failed_with(sys::kEAGAIN));
}

TEST(RetryEintr, KeepsOwnership) {
  auto fd = sys::retry_eintr([] { return sys::memfd_create("retried", sys::kMFD_CLOEXEC); });
  ASSERT_TRUE(fd.ok());
  EXPECT_TRUE(sys::fcntl(fd.borrow(), sys::kF_GETFD).ok());
}

}  // namespace
