// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/parse.h"

#include <string.h>

#include <bit>
#include <optional>

#include "engine/rt/packed_names.h"
#include "engine/spec/fields.h"
#include "engine/spec/validate.h"

namespace nosc::spec {
namespace {

using json::Index;
using json::Type;

// A span of bytes has the representation of a span of anything, so that one piece of code stores
// the arrays of all types.
using AnySpan = std::span<const std::byte>;
static_assert(sizeof(AnySpan) == sizeof(Strings) &&
              sizeof(AnySpan) == sizeof(std::span<const Mount>) &&
              std::is_trivially_copyable_v<AnySpan>);

// Of each list of paths this many are kept, and the first is what counts.
constexpr size_t kMaximumPaths = 32;

// How many bytes an element of an array takes, and how it is aligned.
struct Layout {
  size_t size_bytes;
  size_t alignment;
};

Layout layout_of(const Field& field) {
  if (field.kind == Kind::kObject) {
    const Object& object = object_of(static_cast<ObjectId>(field.detail));
    return {object.size_bytes, object.alignment};
  }
  if (field.kind == Kind::kUint32) return {sizeof(uint32_t), alignof(uint32_t)};
  if (field.kind == Kind::kEnum) return {sizeof(uint8_t), alignof(uint8_t)};
  return {sizeof(std::string_view), alignof(std::string_view)};
}

// Fills the model from a document, driven by the tables of fields.
class Interpreter {
 public:
  Interpreter(const json::Document& document, std::span<std::string_view> paths, Arena& arena)
      : document_(document),
        arena_(arena),
        unsupported_(paths.first(kMaximumPaths)),
        unknown_(paths.last(kMaximumPaths)) {}

  void object(Index index, const Object& type, void* target);
  Strings unsupported() const { return unsupported_.first(unsupported_count_); }
  Strings unknown() const { return unknown_.first(unknown_count_); }

 private:
  const char* pointer(Index index);
  [[noreturn]] void fail(Index index, const char* text, std::string_view detail = {},
                         const char* end = "");
  [[noreturn]] void fail_missing(Index object, const Object& type, uint32_t position);
  void expect(Index index, Type type);
  void list(std::span<std::string_view> paths, uint32_t& count, Index index);
  void list_unsupported(Index index);
  void value(Index index, const Field& field, void* target);
  void array(Index index, const Field& field, void* target);
  void map(Index index, void* target);
  void named_objects(Index index, const Field& field, void* target);
  void limit(Index index, LimitRange range, Limit& target);
  void string(Index index, std::string_view& target);
  void checked_string(Index index, const Field& field, std::string_view& target);
  void boolean(Index index, bool& target);
  void number(Index index, uint64_t maximum, uint64_t maximum_below_zero, uint64_t& target);
  void enumerator(Index index, EnumId id, uint8_t& target);
  bool is_empty(Index index) const;

  const json::Document& document_;
  Arena& arena_;
  std::span<std::string_view> unsupported_;
  std::span<std::string_view> unknown_;
  uint32_t unsupported_count_ = 0;
  uint32_t unknown_count_ = 0;
};

// The text of a value's place.
const char* Interpreter::pointer(Index index) { return document_.pointer(index, arena_).data(); }

// Fails with the text, then the detail, then the end, at a value's place.
void Interpreter::fail(Index index, const char* text, std::string_view detail, const char* end) {
  BufferWriter<256> writer;
  writer.text(text).escaped(detail.substr(0, 128)).text(end);
  fail_invalid({.pointer = pointer(index)}, writer.terminated());
}

void Interpreter::fail_missing(Index object, const Object& type, uint32_t position) {
  const char* name = type.names;
  for (; position != 0; --position) name = next_name(name);
  const bool is_root = object == json::Document::kRoot;
  fail_invalid({.pointer = is_root ? "" : pointer(object), .tail = name}, "is required");
}

void Interpreter::expect(Index index, Type type) {
  const Type found = document_.type(index);
  if (found == type) return;
  BufferWriter<64> writer;
  writer.text("expected ").text(json::type_name(type)).text(", found ");
  fail(index, writer.terminated(), json::type_name(found));
}

void Interpreter::list_unsupported(Index index) { list(unsupported_, unsupported_count_, index); }

void Interpreter::list(std::span<std::string_view> paths, uint32_t& count, Index index) {
  if (count < paths.size()) paths[count++] = pointer(index);
}

void Interpreter::object(Index index, const Object& type, void* target) {
  expect(index, Type::kObject);
  uint32_t seen = 0;
  for (Index key = index + 1; key != document_.end(index); key = document_.next(key + 1)) {
    const std::string_view name = document_.text(key);
    const char* known = type.names;
    uint32_t position = 0;
    while (position != type.field_count && !take_name(known, name)) ++position;
    if (position == type.field_count) {
      list(unknown_, unknown_count_, key);
    } else if (document_.type(key + 1) != Type::kNull) {
      seen |= 1U << position;
      const Field& field = type.fields[position];
      value(key + 1, field, static_cast<char*>(target) + field.offset);
    }
  }
  for (uint32_t position = 0; position != type.field_count; ++position) {
    const bool is_required = (type.fields[position].flags & kRequired) != 0;
    if (is_required && (seen & 1U << position) == 0) fail_missing(index, type, position);
  }
  if (type.has_present) *static_cast<bool*>(target) = true;
}

void Interpreter::value(Index index, const Field& field, void* target) {
  if ((field.flags & kArray) != 0) return array(index, field, target);
  uint64_t read = 0;
  switch (field.kind) {
    case Kind::kIgnored: return;
    case Kind::kUnsupported:
      expect(index, static_cast<Type>(field.detail));
      if ((field.flags & kPresent) != 0 || !is_empty(index)) list_unsupported(index);
      return;
    case Kind::kBoolean: return boolean(index, *static_cast<bool*>(target));
    case Kind::kString:
      return checked_string(index, field, *static_cast<std::string_view*>(target));
    case Kind::kUint64: return number(index, UINT64_MAX, 0, *static_cast<uint64_t*>(target));
    case Kind::kUint32:
      number(index, UINT32_MAX, 0, read);
      *static_cast<uint32_t*>(target) = static_cast<uint32_t>(read);
      return;
    case Kind::kInt64:
      return number(index, INT64_MAX, uint64_t{1} << 63, *static_cast<uint64_t*>(target));
    case Kind::kInt32:
      number(index, INT32_MAX, uint64_t{1} << 31, read);
      *static_cast<int32_t*>(target) = static_cast<int32_t>(read);
      return;
    case Kind::kOptionalUint32:
      number(index, UINT32_MAX, 0, read);
      *static_cast<std::optional<uint32_t>*>(target) = static_cast<uint32_t>(read);
      return;
    case Kind::kOptionalInt32:
      number(index, INT32_MAX, uint64_t{1} << 31, read);
      *static_cast<std::optional<int32_t>*>(target) = static_cast<int32_t>(read);
      return;
    case Kind::kEnum:
      return enumerator(index, static_cast<EnumId>(field.detail), *static_cast<uint8_t*>(target));
    case Kind::kObject:
      return object(index, object_of(static_cast<ObjectId>(field.detail)), target);
    case Kind::kMap: return map(index, target);
    case Kind::kNamedObjects: return named_objects(index, field, target);
    case Kind::kLimit:
      return limit(index, static_cast<LimitRange>(field.detail), *static_cast<Limit*>(target));
  }
}

void Interpreter::array(Index index, const Field& field, void* target) {
  expect(index, Type::kArray);
  const uint32_t count = document_.count(index);
  const Layout layout = layout_of(field);
  // Zeroed memory is what a default-made element of every such type consists of.
  auto* const items =
      static_cast<std::byte*>(arena_.allocate(count * layout.size_bytes, layout.alignment));
  Field element = field;
  element.flags &= static_cast<uint8_t>(~kArray);
  std::byte* item = items;
  for (Index at = index + 1; at != document_.end(index); at = document_.next(at)) {
    value(at, element, item);
    item += layout.size_bytes;
  }
  const AnySpan span(items, count);
  memcpy(target, &span, sizeof span);
}

void Interpreter::map(Index index, void* target) {
  expect(index, Type::kObject);
  const auto items = arena_.array<KeyValue>(document_.count(index));
  KeyValue* item = items.data();
  for (Index key = index + 1; key != document_.end(index); key = document_.next(key + 1)) {
    string(key, item->key);
    string(key + 1, item->value);
    ++item;
  }
  *static_cast<std::span<const KeyValue>*>(target) = items;
}

// The properties of an object become structs that start with the property's name.
void Interpreter::named_objects(Index index, const Field& field, void* target) {
  expect(index, Type::kObject);
  const Object& type = object_of(static_cast<ObjectId>(field.detail));
  const uint32_t count = document_.count(index);
  auto* const items =
      static_cast<std::byte*>(arena_.allocate(count * type.size_bytes, type.alignment));
  std::byte* item = items;
  for (Index key = index + 1; key != document_.end(index); key = document_.next(key + 1)) {
    string(key, *reinterpret_cast<std::string_view*>(item));
    object(key + 1, type, item);
    item += type.size_bytes;
  }
  const AnySpan span(items, count);
  memcpy(target, &span, sizeof span);
}

void Interpreter::limit(Index index, LimitRange range, Limit& target) {
  uint64_t read = 0;
  if (range == LimitRange::kBoolean) {
    bool value = false;
    boolean(index, value);
    read = value ? 1 : 0;
  } else {
    constexpr uint64_t kMaximum[] = {INT64_MAX, INT64_MAX, UINT32_MAX, UINT16_MAX};
    const uint64_t below_zero = range == LimitRange::kInt64 ? uint64_t{1} << 63 : 0;
    number(index, kMaximum[static_cast<size_t>(range)], below_zero, read);
    if (range == LimitRange::kWeight && !is_weight(read)) {
      fail(index, "a weight is from 10 to 1000");
    }
  }
  target = static_cast<int64_t>(read);
}

void Interpreter::string(Index index, std::string_view& target) {
  expect(index, Type::kString);
  target = document_.text(index);
  // Nothing that the kernel is given can hold a NUL: it would see a shorter string than the user.
  if (target.find('\0') != target.npos) fail(index, "a NUL character (\\u0000) isn't allowed");
}

void Interpreter::checked_string(Index index, const Field& field, std::string_view& target) {
  string(index, target);
  if (target.empty()) {
    if ((field.flags & kNonEmpty) != 0) fail(index, "must not be empty");
  } else if ((field.flags & kAbsolute) != 0 && target.front() != '/') {
    fail(index, "\"", target, "\" isn't an absolute path");
  }
}

void Interpreter::boolean(Index index, bool& target) {
  const Type type = document_.type(index);
  target = type == Type::kTrue;
  if (type == Type::kFalse) return;
  if (!target) fail(index, "expected true or false, found ", json::type_name(type));
}

// Reads an integer into two's complement.
void Interpreter::number(Index index, uint64_t maximum, uint64_t maximum_below_zero,
                         uint64_t& target) {
  expect(index, Type::kNumber);
  const json::Integer integer = document_.integer(index);
  if (integer.status == json::IntegerStatus::kNotInteger) {
    fail(index, "expected an integer, found ", document_.text(index));
  }
  if (integer.status == json::IntegerStatus::kOutOfRange ||
      integer.magnitude > (integer.negative ? maximum_below_zero : maximum)) {
    fail(index, "", document_.text(index), " is out of range");
  }
  target = integer.negative ? 0 - integer.magnitude : integer.magnitude;
}

void Interpreter::enumerator(Index index, EnumId id, uint8_t& target) {
  std::string_view text;
  string(index, text);
  const Names names = names_of(id);
  const char* name = names.first;
  std::string_view rest = text;
  const std::string_view prefix = names.prefix;
  const bool has_prefix = rest.starts_with(prefix);
  if (has_prefix) rest.remove_prefix(prefix.size());
  for (uint8_t i = 0; has_prefix && i != names.count; ++i) {
    if (!take_name(name, rest)) continue;
    target = i;
    return;
  }
  fail(index, "unknown value \"", text, "\"");
}

// Whether a value has no effect. A member that is empty may have one: a device that keeps its name.
bool Interpreter::is_empty(Index index) const {
  switch (document_.type(index)) {
    case Type::kNull: return true;
    case Type::kString: return document_.text(index).empty();
    case Type::kArray:
    case Type::kObject: return document_.end(index) == index + 1;
    default: return false;
  }
}

}  // namespace

Process parse_process(std::span<char> text, const char* name, Arena& arena) {
  const json::Document document = json::parse(text, name, arena);
  Process process;
  Interpreter interpreter(document, arena.array<std::string_view>(2 * kMaximumPaths), arena);
  interpreter.object(json::Document::kRoot, object_of(ObjectId::kProcess), &process);
  validate_process(process);
  if (interpreter.unsupported().empty()) return process;
  nosc::fail({.code = ErrorCode::kUnsupported,
              .place = {interpreter.unsupported()[0].data()},
              .text = "not supported yet"});
}

Resources parse_resources(std::span<char> text, const char* name, Arena& arena) {
  const json::Document document = json::parse(text, name, arena);
  Resources resources;
  Interpreter(document, arena.array<std::string_view>(2 * kMaximumPaths), arena)
      .object(json::Document::kRoot, object_of(ObjectId::kResources), &resources);
  return resources;
}

namespace {

// Before 1.3 there was no number for "no limit" of processes: clients wrote 0, and runtimes did
// nothing. Source: config-linux.md, "PIDs"; runc 1.1 and crun, which still do nothing.
void take_older_meaning(Config& config) {
  constexpr std::string_view kOlder[] = {"1.0.", "1.1.", "1.2."};
  for (const std::string_view version : kOlder) {
    spec::Limit& limit = config.linux.resources.pids.limit;
    if (config.oci_version.starts_with(version) && limit == 0) limit.reset();
  }
}

}  // namespace

Config parse(std::span<char> text, Arena& arena) {
  const json::Document document = json::parse(text, "config.json", arena);
  const auto paths = arena.array<std::string_view>(2 * kMaximumPaths);
  Config config;
  Interpreter interpreter(document, paths, arena);
  interpreter.object(json::Document::kRoot, object_of(ObjectId::kConfig), &config);
  config.unsupported = interpreter.unsupported();
  config.unknown = interpreter.unknown();
  validate(config);
  take_older_meaning(config);
  return config;
}

}  // namespace nosc::spec
