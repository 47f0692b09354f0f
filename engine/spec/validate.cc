// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/validate.h"

#include <algorithm>

namespace nosc::spec {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_identifier_character(char c) {
  return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes digits without a superfluous leading 0 from the front.
std::string_view take_number(std::string_view& text) {
  size_t size = 0;
  while (size != text.size() && is_digit(text[size])) ++size;
  if (size > 1 && text.front() == '0') size = 0;
  const std::string_view number = text.substr(0, size);
  text.remove_prefix(size);
  return number;
}

enum class LeadingZeros : uint8_t { kRefused, kAllowed };

// Takes identifiers separated by dots from the front; false if one is malformed.
bool take_identifiers(std::string_view& text, LeadingZeros leading_zeros) {
  for (;;) {
    size_t size = 0;
    bool is_number = true;
    for (; size != text.size() && is_identifier_character(text[size]); ++size) {
      is_number = is_number && is_digit(text[size]);
    }
    if (size == 0) return false;
    if (is_number && size > 1 && text.front() == '0' && leading_zeros == LeadingZeros::kRefused) {
      return false;
    }
    text.remove_prefix(size);
    if (!text.starts_with('.')) return true;
    text.remove_prefix(1);
  }
}

// Source: Semantic Versioning 2.0.0, items 2, 9 and 10.
Result<void> validate_version(std::string_view version) {
  constexpr Place kPlace = {.pointer = "/ociVersion"};
  std::string_view rest = version;
  const std::string_view major = take_number(rest);
  bool is_valid = !major.empty();
  for (int i = 0; i < 2 && is_valid; ++i) {
    is_valid = rest.starts_with('.');
    if (is_valid) rest.remove_prefix(1);
    is_valid = is_valid && !take_number(rest).empty();
  }
  if (is_valid && rest.starts_with('-')) {
    rest.remove_prefix(1);
    is_valid = take_identifiers(rest, LeadingZeros::kRefused);
  }
  if (is_valid && rest.starts_with('+')) {
    rest.remove_prefix(1);
    is_valid = take_identifiers(rest, LeadingZeros::kAllowed);
  }
  if (!is_valid || !rest.empty()) {
    return invalid_error(kPlace, "isn't a version such as 1.3.0", version);
  }
  if (major != "1") return invalid_error(kPlace, "isn't a supported version: 1.x.y is", version);
  return {};
}

Result<void> validate_namespaces(std::span<const Namespace> namespaces) {
  uint32_t seen = 0;
  int32_t index = 0;
  for (const Namespace& entry : namespaces) {
    const uint32_t bit = 1U << static_cast<unsigned>(entry.type);
    if ((seen & bit) != 0) {
      return invalid_error({.pointer = "/linux/namespaces", .index = index},
                           "this type is listed twice", namespace_type_name(entry.type));
    }
    seen |= bit;
    ++index;
  }
  return {};
}

Result<void> validate_rlimits(std::span<const Rlimit> rlimits) {
  // There are fewer resources than this, so a repeated one repeats within.
  constexpr size_t kEnough = 64;
  const size_t count = std::min(rlimits.size(), kEnough);
  for (size_t i = 0; i < count; ++i) {
    for (size_t other = 0; other < i; ++other) {
      if (rlimits[i].type != rlimits[other].type) continue;
      return invalid_error({.pointer = "/process/rlimits", .index = static_cast<int32_t>(i)},
                           "this type is listed twice", rlimits[i].type);
    }
  }
  return {};
}

}  // namespace

Result<void> validate(const Config& config) {
  TRY(validate_version(config.oci_version));
  TRY(validate_namespaces(config.linux.namespaces));
  TRY(validate_rlimits(config.process.rlimits));
  // proc(5), /proc/PID/oom_score_adj
  const auto adjustment = config.process.oom_score_adj;
  if (adjustment && (*adjustment < -1000 || *adjustment > 1000)) {
    return invalid_error({.pointer = "/process/oomScoreAdj"}, "must be from -1000 to 1000");
  }
  return {};
}

}  // namespace nosc::spec
