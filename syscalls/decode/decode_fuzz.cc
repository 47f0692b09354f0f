// SPDX-License-Identifier: Apache-2.0
//
// Any number, any arguments, any memory, any room for the text.
#include <stdlib.h>
#include <string.h>

#include "syscalls/sys/decode.h"

namespace {

struct Input {
  const uint8_t* data;
  size_t size_bytes;
};

// Reads from the input, from the address as an offset; sometimes less than it could.
size_t read_input(void* context, uint64_t address, void* to, size_t size_bytes) {
  const Input& input = *static_cast<const Input*>(context);
  const size_t offset = address % (input.size_bytes + 1);
  const size_t left = input.size_bytes - offset;
  const size_t count = left < size_bytes ? left : size_bytes;
  if (count != 0) memcpy(to, input.data + offset, count);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
  struct {
    uint16_t number;
    uint8_t room;
    int8_t filled;
    long any_number;
    sys::RawCall call;
    long result;
  } fields = {};
  memcpy(&fields, data, size_bytes < sizeof(fields) ? size_bytes : sizeof(fields));
  // Most numbers are those of calls.
  fields.call.number = fields.any_number % 4 == 0 ? fields.any_number : fields.number % 600;
  Input input = {data, size_bytes};
  char* const text = static_cast<char*>(malloc(fields.room + 1U));
  sys::TextBuffer out(text, fields.room);
  sys::decode_call(out, fields.call, {read_input, &input}, fields.filled);
  sys::decode_result(out, fields.call.number, fields.result);
  if (out.size() > fields.room) abort();
  free(text);
  return 0;
}
