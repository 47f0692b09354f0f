// SPDX-License-Identifier: Apache-2.0
//
// What a program finds at its start: arguments, environment, auxiliary vector, stack.

#include "syscalls/freestanding/start.h"

#include "tests/arch/check.h"

namespace {

size_t count(char** strings) {
  size_t number = 0;
  while (strings[number] != nullptr) {
    ++number;
  }
  return number;
}

}  // namespace

TEST_CASE(arguments_are_counted_and_end_with_null) {
  CHECK_EQUAL(check::program.argc, 3);
  CHECK_EQUAL(count(check::program.argv), 3);
  if (check::equal(check::program.argv[1], "--all")) {
    CHECK(check::equal(check::program.argv[2], "cases"));
  } else {
    CHECK(check::equal(check::program.argv[1], "--case"));
    CHECK(check::equal(check::program.argv[2], "arguments_are_counted_and_end_with_null"));
  }
}

TEST_CASE(environment_follows_the_arguments) {
  CHECK(check::program.envp == check::program.argv + check::program.argc + 1);
  for (char** variable = check::program.envp; *variable != nullptr; ++variable) {
    bool has_name = false;
    for (const char* character = *variable; *character != '\0'; ++character) {
      has_name = has_name || *character == '=';
    }
    CHECK(has_name);
  }
}

TEST_CASE(auxiliary_vector_has_page_size_and_program_headers) {
  const sys::AuxiliaryEntry* page_size = sys::find_auxiliary(check::program.envp, sys::kAT_PAGESZ);
  CHECK(page_size != nullptr);
  CHECK(page_size->value >= 4096 && (page_size->value & (page_size->value - 1)) == 0);
  const sys::AuxiliaryEntry* headers = sys::find_auxiliary(check::program.envp, sys::kAT_PHDR);
  CHECK(headers != nullptr && headers->value != 0);
}

TEST_CASE(auxiliary_vector_has_random_bytes) {
  const sys::AuxiliaryEntry* random = sys::find_auxiliary(check::program.envp, sys::kAT_RANDOM);
  CHECK(random != nullptr);
  const auto* bytes = reinterpret_cast<const unsigned char*>(random->value);
  unsigned sum = 0;
  for (int i = 0; i < 16; ++i) {
    sum += bytes[i];
  }
  CHECK(sum != 0);
}

TEST_CASE(auxiliary_vector_says_when_an_entry_is_missing) {
  CHECK(sys::find_auxiliary(check::program.envp, sys::AuxvType{0x7fffffff}) == nullptr);
}

TEST_CASE(stack_is_aligned) {
  // The strictest alignment that compiled code assumes without realigning.
  alignas(alignof(max_align_t)) volatile unsigned char aligned[alignof(max_align_t)] = {};
  CHECK_EQUAL(reinterpret_cast<uintptr_t>(aligned) % alignof(max_align_t), 0);
}
