// SPDX-License-Identifier: Apache-2.0
#include "tests/support/json.h"

#include <algorithm>
#include <cstdio>

namespace nosc::testing {

Json Json::object(std::initializer_list<Member> members) {
  Json value;
  value.kind_ = Kind::kObject;
  value.children_ = members;
  return value;
}

Json Json::array(std::initializer_list<Json> elements) {
  Json value;
  value.kind_ = Kind::kArray;
  for (const Json& element : elements) value.push(element);
  return value;
}

Json Json::strings(const std::vector<std::string>& elements) {
  Json value = array();
  for (const std::string& element : elements) value.push(element);
  return value;
}

Json Json::raw(std::string text) {
  Json value;
  value.text_ = std::move(text);
  return value;
}

Json& Json::operator[](std::string_view name) {
  kind_ = Kind::kObject;
  for (Member& member : children_) {
    if (member.first == name) return member.second;
  }
  return children_.emplace_back(std::string(name), Json()).second;
}

Json& Json::at(size_t index) { return children_.at(index).second; }

void Json::push(Json element) {
  kind_ = Kind::kArray;
  children_.emplace_back(std::string(), std::move(element));
}

void Json::erase(std::string_view name) {
  std::erase_if(children_, [&](const Member& member) { return member.first == name; });
}

void Json::add_duplicate(std::string_view name, Json value) {
  kind_ = Kind::kObject;
  children_.emplace_back(std::string(name), std::move(value));
}

std::string Json::dump() const {
  std::string out;
  append_to(out);
  out += '\n';
  return out;
}

std::string Json::quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

void Json::append_to(std::string& out) const {
  if (kind_ == Kind::kText) {
    out += text_;
    return;
  }
  out += kind_ == Kind::kObject ? '{' : '[';
  const char* separator = "";
  for (const auto& [name, value] : children_) {
    out += separator;
    if (kind_ == Kind::kObject) out += quoted(name) + ": ";
    value.append_to(out);
    separator = ", ";
  }
  out += kind_ == Kind::kObject ? '}' : ']';
}

}  // namespace nosc::testing
