// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a filter's compiler has to know about the machine that the filter is for: which ABIs its
// kernel runs, how a filter sees them, and the names and numbers of their calls. nosc has that of
// its own machine (native_target()); tests have all of them (kTarget).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "engine/spec/seccomp.h"
#include "syscalls/constants.h"
#include "syscalls/sys/names.h"

namespace nosc::seccomp {

// Which part of an argument counts.
enum class Word : uint8_t { k32, k64 };

enum class ByteOrder : uint8_t { kLittle, kBig };

// One ABI, as a filter sees it.
struct Abi {
  sys::AbiId id;
  spec::SeccompArchitecture architecture;
  uint32_t audit_arch;  // what seccomp_data says; x86_64 and x32 share theirs
  Word word;
  // Calls beyond the table, from kFirstPrivateCall on, each name ending in NUL; an empty one ends.
  const char* private_calls = "";
};

// __ARM_NR_BASE + 1 of arm's asm/unistd.h: no other ABI has such calls.
inline constexpr uint32_t kFirstPrivateCall = 0xf0001;
inline constexpr uint32_t kMostPrivateCalls = 6;

struct Target {
  std::string_view name;
  std::span<const Abi> abis;  // the native one first, then by audit_arch
  ByteOrder byte_order;
  uint16_t enosys;  // the number of ENOSYS
  unsigned name_count;
  // Of the names, as sys::NameTable has them.
  unsigned (*place)(const char* name, size_t size);
  void (*numbers_by_place)(sys::AbiId abi, int* numbers);
};

namespace internal {

using Architecture = spec::SeccompArchitecture;

// x32 programs pass whole registers, and filters look at their lower half, as libseccomp's do.
inline constexpr Abi kX86Abis[] = {
    {sys::AbiId::kX86_64, Architecture::kAmd64, sys::kAUDIT_ARCH_X86_64, Word::k64},
    {sys::AbiId::kX32, Architecture::kX32, sys::kAUDIT_ARCH_X86_64, Word::k32},
    {sys::AbiId::kI386, Architecture::kX86, sys::kAUDIT_ARCH_I386, Word::k32},
};
inline constexpr Abi kArmAbis[] = {
    {sys::AbiId::kAarch64, Architecture::kAarch64, sys::kAUDIT_ARCH_AARCH64, Word::k64},
    {sys::AbiId::kArm, Architecture::kArm, sys::kAUDIT_ARCH_ARM, Word::k32,
     "breakpoint\0cacheflush\0usr26\0usr32\0set_tls\0get_tls\0"},
};
inline constexpr Abi kRiscv64Abis[] = {
    {sys::AbiId::kRiscv64, Architecture::kRiscv64, sys::kAUDIT_ARCH_RISCV64, Word::k64},
};
inline constexpr Abi kPpc64leAbis[] = {
    {sys::AbiId::kPpc64le, Architecture::kPpc64le, sys::kAUDIT_ARCH_PPC64LE, Word::k64},
};
inline constexpr Abi kS390xAbis[] = {
    {sys::AbiId::kS390x, Architecture::kS390x, sys::kAUDIT_ARCH_S390X, Word::k64},
};
inline constexpr Abi kLoongarch64Abis[] = {
    {sys::AbiId::kLoongarch64, Architecture::kLoongarch64, sys::kAUDIT_ARCH_LOONGARCH64, Word::k64},
};
inline constexpr Abi kMips64elAbis[] = {
    {sys::AbiId::kMips64el, Architecture::kMipsel64, sys::kAUDIT_ARCH_MIPSEL64, Word::k64},
};

struct Machine {
  std::string_view name;  // sys::kAbiName
  std::span<const Abi> abis;
  ByteOrder byte_order = ByteOrder::kLittle;
  uint16_t enosys = 38;
};

inline constexpr Machine kMachines[] = {
    {"x86_64", kX86Abis},
    {"i386", std::span(kX86Abis).last(1)},
    {"aarch64", kArmAbis},
    {"arm", std::span(kArmAbis).last(1)},
    {"riscv64", kRiscv64Abis},
    {"ppc64le", kPpc64leAbis},
    {"s390x", kS390xAbis, ByteOrder::kBig},
    {"loongarch64", kLoongarch64Abis},
    {"mips64el", kMips64elAbis, ByteOrder::kLittle, 89},
};

consteval size_t machine_index(std::string_view name) {
  size_t index = 0;
  while (kMachines[index].name != name) ++index;
  return index;
}

// The table of the names that a machine's ABIs have, and no more.
template <size_t kMachine, size_t... kIndexes>
auto names_of(std::index_sequence<kIndexes...>)
    -> sys::NameTable<kMachines[kMachine].abis[kIndexes].id...>;

template <size_t kMachine>
consteval Target describe() {
  using Names =
      decltype(names_of<kMachine>(std::make_index_sequence<kMachines[kMachine].abis.size()>()));
  const Machine& machine = kMachines[kMachine];
  return {machine.name,  machine.abis,  machine.byte_order,      machine.enosys,
          Names::kCount, &Names::place, &Names::numbers_by_place};
}

}  // namespace internal

inline constexpr size_t kMachineCount = std::size(internal::kMachines);

template <size_t kMachine>
inline constexpr Target kTarget = internal::describe<kMachine>();

// The machine that nosc is built for.
const Target& native_target();

}  // namespace nosc::seccomp
