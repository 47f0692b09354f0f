// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JSON value to build config.json with. Tests start from a configuration that works and change
// the one member that they are about:
//
//   config["process"]["cwd"] = "/tmp";
//   config["mounts"].push(Json::object({{"destination", "/data"}, {"type", "tmpfs"}}));
//
// Members keep the order in which they were added, so positions in messages are predictable. There
// is no parser here: the code under test has the only one that matters.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nosc::testing {

class Json {
 public:
  using Member = std::pair<std::string, Json>;

  Json() = default;  // null
  Json(bool value) : text_(value ? "true" : "false") {}
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  Json(Number value) : text_(std::to_string(value)) {}
  Json(const char* value) : text_(quoted(value)) {}
  Json(std::string_view value) : text_(quoted(value)) {}
  Json(const std::string& value) : text_(quoted(value)) {}

  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::initializer_list<Json> elements = {});
  static Json strings(const std::vector<std::string>& elements);

  // A value given as JSON text, right or wrong, that is written as it stands.
  static Json raw(std::string text);

  // The member of that name, added (as null) when it is not there; null turns into an object.
  Json& operator[](std::string_view name);

  // The element at that position.
  // Pre: this is an array with more elements than `index`.
  Json& at(size_t index);

  // Appends an element; null turns into an array.
  void push(Json element);

  // Takes the member of that name out, if it is there.
  void erase(std::string_view name);

  // Adds a member even when one of that name exists.
  void add_duplicate(std::string_view name, Json value);

  size_t size() const { return children_.size(); }
  std::string dump() const;

  // The text as a JSON string, quotes included.
  static std::string quoted(std::string_view text);

 private:
  enum class Kind : uint8_t { kText, kObject, kArray };

  void append_to(std::string& out) const;

  Kind kind_ = Kind::kText;
  std::string text_ = "null";
  std::vector<Member> children_;  // an array's elements have empty names
};

}  // namespace nosc::testing
