// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_format.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

constexpr char kHead[] = R"(// SPDX-License-Identifier: Apache-2.0
// Generated from syscalls/table/; not edited. To compile is to agree with the kernel.
#include "syscalls/sys.h"

namespace {

template <typename T>
constexpr uint64_t raw(T value) {
  return static_cast<uint64_t>(value);
}
template <typename Tag, typename Bits, uint64_t kMembers>
constexpr uint64_t raw(sys::FlagSet<Tag, Bits, kMembers> flags) {
  return static_cast<uint64_t>(flags.bits());
}
template <typename Tag, typename Bits, uint64_t kMembers>
constexpr uint64_t raw(sys::OneOf<Tag, Bits, kMembers> value) {
  return static_cast<uint64_t>(value.bits());
}
[[maybe_unused]] constexpr uint64_t raw(sys::BorrowedFd fd) {
  return static_cast<uint64_t>(int64_t{fd.raw()});
}
[[maybe_unused]] constexpr uint64_t raw(sys::Errno error) {
  return static_cast<uint64_t>(error.value());
}

// The bytes of a constant's own type; the headers' expressions are wider or narrower.
template <typename T>
constexpr uint64_t own_bits(T, uint64_t value) {
  return sizeof(T) >= 8 ? value : value & ((uint64_t{1} << (sizeof(T) * 8 % 64)) - 1);
}

}  // namespace

)";

std::string emit_constant_checks(const FlagTable& table, const Abi& abi, const Facts& facts) {
  std::string text;
  for (const Family& family : table.families) {
    for (const Constant& constant : family.constants) {
      const auto fact = facts.find("const " + constant.name);
      const ConstantValue& value = value_on(constant, abi);
      if (fact == facts.end() || value.kind != ConstantValue::Kind::kKnown) continue;
      const std::string name = "sys::k" + constant.name;
      absl::StrAppendFormat(&text, "static_assert(own_bits(%s, raw(%s)) == own_bits(%s, 0x%xu));\n",
                            name, name, name, fact->second);
    }
  }
  return text;
}

std::string emit_struct_checks(const Tables& tables, const Abi& abi, const Facts& facts) {
  std::string text;
  for (const Struct& type : tables.structs) {
    if (!abi_matches(abi, type.abis)) continue;
    const auto size = facts.find("size " + type.name);
    if (size == facts.end()) continue;
    absl::StrAppendFormat(&text, "static_assert(sizeof(sys::%s) == %d);\n", type.name,
                          size->second);
    for (const Field& field : type.fields) {
      const auto offset = facts.find(absl::StrCat("offset ", type.name, ".", field.name));
      if (offset == facts.end() || !abi_matches(abi, field.abis)) continue;
      absl::StrAppendFormat(&text, "static_assert(__builtin_offsetof(sys::%s, %s) == %d);\n",
                            type.name, field.name, offset->second);
    }
  }
  return text;
}

std::string emit_abi_checks(const Tables& tables, const Abi& abi, const Facts& facts) {
  std::string text;
  for (const auto& [name, number] : numbers_of(tables, abi)) {
    const auto fact = facts.find("nr " + name);
    if (fact == facts.end()) continue;
    absl::StrAppendFormat(&text, "static_assert(sys::nr::k%s == %d);\n", name, fact->second);
  }
  absl::StrAppend(&text, emit_constant_checks(tables.flags, abi, facts),
                  emit_constant_checks(tables.errors, abi, facts),
                  emit_struct_checks(tables, abi, facts));
  return text;
}

}  // namespace

std::string emit_checks(const Tables& tables, const std::map<std::string, Facts>& facts) {
  std::string text = kHead;
  const char* directive = "#if";
  for (const Abi& abi : tables.abis) {
    const auto known = facts.find(abi.name);
    if (known == facts.end()) continue;
    absl::StrAppend(&text, directive, " ", abi.match, "\n",
                    emit_abi_checks(tables, abi, known->second));
    directive = "#elif";
  }
  return absl::StrCat(text, "#else\n#error \"no facts for this ABI\"\n#endif\n");
}

std::string emit_libc_checks(const Tables& tables) {
  std::string text;
  for (const std::string& header : tables.flags.libc_headers) {
    absl::StrAppend(&text, "#include <", header, ">\n");
  }
  absl::StrAppend(&text, kHead);
  for (const Family& family : tables.flags.families) {
    for (const Constant& constant : family.constants) {
      if (!constant.from_libc) continue;
      const std::string name = "sys::k" + constant.name;
      absl::StrAppendFormat(&text,
                            "static_assert(own_bits(%s, raw(%s)) == "
                            "own_bits(%s, static_cast<uint64_t>(%s)));\n",
                            name, name, name, constant.name);
    }
  }
  return text;
}

}  // namespace syscalls_gen
