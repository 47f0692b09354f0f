// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "syscalls/files.h"
#include "syscalls/sys/names.h"

// Answers "NUMBER" with a name and "NAME" with a number, for the ABI at an index.
// A program around it uses both ways, so that neither is left out when it is linked.
template <typename Names>
int look_up(int abi_index, const char* text) {
  const auto abi = static_cast<sys::AbiId>(abi_index);
  if (*text >= '0' && *text <= '9') {
    int number = 0;
    for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + (*text - '0');
    const sys::CallName name = Names::name(abi, number);
    if (!sys::write(sys::BorrowedFd::from_raw(1), sys::Bytes(name.text, name.size)).ok()) return 1;
    return name ? 0 : 1;
  }
  return Names::number(abi, text, __builtin_strlen(text)) & 0xff;
}
