// SPDX-License-Identifier: Apache-2.0
// Feeds any bytes to the JSON parser and reads everything that it made of them.

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/json/json.h"
#include "engine/rt/testing.h"

namespace {

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

void read_everything(const nosc::json::Document& document) {
  using nosc::json::Type;
  const nosc::json::Index end = document.next(nosc::json::Document::kRoot);
  for (nosc::json::Index index = 0; index != end; ++index) {
    nosc::BufferWriter<64> pointer;
    // Pointers of deep and wide texts take long; the start of a text is enough.
    if (index < 64) document.write_pointer(pointer, index);
    switch (document.type(index)) {
      case Type::kString:
        check(document.text(index).data()[document.text(index).size()] == '\0');
        break;
      case Type::kNumber:
        check(!document.text(index).empty());
        (void)document.integer(index);
        break;
      case Type::kArray:
      case Type::kObject:
        check(document.end(index) > index && document.end(index) <= end);
        check(document.count(index) <= end - index);
        break;
      default: break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  nosc::Arena arena;
  const auto document =
      nosc::outcome_of([&] { return nosc::json::parse({text.data(), size}, "text", arena); });
  if (document.ok()) {
    read_everything(*document);
  } else {
    nosc::BufferWriter<256> message;
    nosc::write_error(message, document.error());
    check(!message.view().empty());
  }
  return 0;
}
