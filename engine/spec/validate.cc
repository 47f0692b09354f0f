// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/validate.h"

#include <algorithm>

namespace nosc::spec {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_identifier_character(char c) {
  return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The three parts of a version differ in what their identifiers may be.
enum class Part : uint8_t { kCore, kPrerelease, kBuild };

// Takes identifiers separated by dots off the front and counts them; 0 if one is malformed.
int take_identifiers(std::string_view& text, Part part) {
  for (int count = 1;; ++count) {
    size_t size = 0;
    bool is_number = true;
    for (; size != text.size() && is_identifier_character(text[size]); ++size) {
      if (is_digit(text[size])) continue;
      if (part == Part::kCore) break;
      is_number = false;
    }
    const bool has_extra_zero = is_number && size > 1 && text.front() == '0';
    if (size == 0 || (has_extra_zero && part != Part::kBuild)) return 0;
    text.remove_prefix(size);
    if (!text.starts_with('.')) return count;
    text.remove_prefix(1);
  }
}

// Takes a part and the mark in front of it, if it is there, off the front.
bool take_part(std::string_view& text, char mark, Part part) {
  if (!text.starts_with(mark)) return true;
  text.remove_prefix(1);
  return take_identifiers(text, part) != 0;
}

// Source: Semantic Versioning 2.0.0, items 2, 9 and 10.
void validate_version(std::string_view version) {
  constexpr Place kPlace = {.pointer = "/ociVersion"};
  std::string_view rest = version;
  if (take_identifiers(rest, Part::kCore) != 3 || !take_part(rest, '-', Part::kPrerelease) ||
      !take_part(rest, '+', Part::kBuild) || !rest.empty()) {
    fail_invalid(kPlace, "isn't a version such as 1.3.0", version);
  }
  if (!version.starts_with("1.")) {
    fail_invalid(kPlace, "isn't a supported version: 1.x.y is", version);
  }
}

void validate_namespaces(std::span<const Namespace> namespaces) {
  uint32_t seen = 0;
  int32_t index = 0;
  for (const Namespace& entry : namespaces) {
    const uint32_t bit = 1U << static_cast<unsigned>(entry.type);
    if ((seen & bit) != 0) {
      fail_invalid({.pointer = "/linux/namespaces", .index = index}, "this type is listed twice",
                   namespace_type_name(entry.type));
    }
    seen |= bit;
    ++index;
  }
}

void validate_rlimits(std::span<const Rlimit> rlimits) {
  // There are fewer resources than this, so a repeated one repeats within.
  constexpr size_t kEnough = 64;
  const size_t count = std::min(rlimits.size(), kEnough);
  for (size_t i = 0; i < count; ++i) {
    for (size_t other = 0; other < i; ++other) {
      if (rlimits[i].type != rlimits[other].type) continue;
      fail_invalid({.pointer = "/process/rlimits", .index = static_cast<int32_t>(i)},
                   "this type is listed twice", rlimits[i].type);
    }
  }
}

}  // namespace

void validate_process(const Process& process) {
  validate_rlimits(process.rlimits);
  // proc(5), /proc/PID/oom_score_adj
  const auto adjustment = process.oom_score_adj;
  if (adjustment && (*adjustment < -1000 || *adjustment > 1000)) {
    fail_invalid({.pointer = "/process/oomScoreAdj"}, "must be from -1000 to 1000");
  }
}

void validate(const Config& config) {
  validate_version(config.oci_version);
  validate_namespaces(config.linux.namespaces);
  validate_process(config.process);
}

}  // namespace nosc::spec
