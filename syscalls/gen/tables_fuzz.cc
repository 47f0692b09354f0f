// SPDX-License-Identifier: Apache-2.0
//
// No text makes the generator crash: whatever a table says, it is read or complained about in one
// line. The first byte chooses the table; the rest is its text, taken into a whole of small tables,
// checked against them and generated from.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "syscalls/gen/emit.h"
#include "syscalls/gen/signatures.h"

namespace syscalls_gen {
namespace {

constexpr char kAbi[] =
    "abi tiny\nmatch defined(__tiny__)\ntarget tiny-linux\nheaders tiny\nunistd unistd.h\n"
    "word 32\nendian big\ninstruction trap\nnumber r9\narguments r0 r1 r2 r3 r4 r5\n"
    "result r0\nerror negative\npairs aligned\nclone flags stack parent_tid child_tid tls\n";

template <typename T, typename Target>
absl::Status keep(absl::StatusOr<T> parsed, Target& target) {
  if (!parsed.ok()) return parsed.status();
  target = *std::move(parsed);
  return absl::OkStatus();
}

// Reads the text as one of the tables.
absl::Status read_as(uint8_t kind, const std::string& text, Tables& tables) {
  switch (kind % 14) {
    case 0: return keep(parse_calls("t", text), tables.calls);
    case 1: return keep(parse_flags("t", text), tables.flags);
    case 2: return keep(parse_structs("t", text), tables.structs);
    case 3: return keep(parse_abi("t", text), tables.abis[0]);
    case 4: return keep(parse_numbers("tiny.tbl", text), tables.numbers["tiny"]);
    case 5: return keep(parse_portable("t", text), tables.portable);
    case 6: return keep(parse_untyped("t", text), tables.untyped);
    case 7: return keep(parse_number_abis("t", text), tables.number_abis);
    case 9: return keep(parse_shown("t", text), tables.shown);
    case 10: return keep(parse_error_messages("t", text), tables.error_messages);
    case 11: return keep(parse_topics("t", text), tables.topics);
    case 12: return keep(parse_meanings("t", text), tables.meanings);
    case 13: return keep(parse_call_errors("t", text), tables.call_errors);
    default: break;
  }
  find_entry_points(text);
  return parse_signatures("t", text).status();
}

// A complaint is one line that begins with a place.
void expect_one_line(const absl::Status& status) {
  if (status.ok()) return;
  const size_t colon = status.message().find(':');
  if (colon == std::string_view::npos || status.message().find('\n') != std::string_view::npos) {
    abort();
  }
}

}  // namespace
}  // namespace syscalls_gen

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace syscalls_gen;
  if (size == 0) return 0;
  Tables tables;
  tables.abis.push_back(*parse_abi("tiny.abi", kAbi));
  tables.numbers["tiny"] = *parse_numbers("tiny.tbl", "close 6\nread 3\nfcntl 55\nclone 120\n");
  tables.flags =
      *parse_flags("f", "flags F u32 | few\n  A 1\nconstants BorrowedFd | cwd\n  AT_FDCWD -100\n");
  tables.structs = *parse_structs("s", "struct S of struct s zeroed | one\n  u64 a =\n");
  tables.calls = *parse_calls("c", "read | fd:fd buffer:buffer | size | files | 2.6 | - | Reads\n");
  tables.topics = *parse_topics("o", "files | files\n  Text.\n");
  tables.meanings = *parse_meanings("m", "fd | file\nbuffer | memory\n");
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  absl::Status status = read_as(data[0], text, tables);
  if (status.ok()) status = check_tables(tables);
  if (status.ok()) status = generate(tables).status();
  expect_one_line(status);
  return 0;
}
