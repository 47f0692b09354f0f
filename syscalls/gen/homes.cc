// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/homes.h"

#include <vector>

#include "absl/strings/ascii.h"

namespace syscalls_gen {

namespace {

// The topics that take each family and struct, and what each of those is made of.
struct Uses {
  std::map<std::string, std::set<std::string>> topics;
  std::map<std::string, std::set<std::string>> parts;
};

// The names in a type like "in?<OpenHow>" or a default like "kAT_FDCWD".
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  bool inside = false;
  for (const char character : text) {
    const bool is_part = absl::ascii_isalnum(character) || character == '_';
    if (is_part && !inside) names.emplace_back();
    if (is_part) names.back() += character;
    inside = is_part;
  }
  return names;
}

Uses list_parts(const Tables& tables) {
  Uses uses;
  for (const Family& family : tables.flags.families) {
    if (family.name.empty()) continue;
    auto& parts = uses.parts[family.name];
    if (!family.whole.empty()) parts.insert(family.whole);
    for (const Constant& constant : family.constants) {
      uses.parts["k" + constant.name].insert(family.name);
    }
  }
  for (const Struct& type : tables.structs) {
    auto& parts = uses.parts[type.name];
    for (const Field& field : type.fields) {
      for (const std::string& name : names_in(field.type)) parts.insert(name);
    }
  }
  return uses;
}

// Says that a topic takes what is called that, and all that it is made of.
void use(Uses& uses, const std::string& name, const std::string& topic) {
  const auto parts = uses.parts.find(name);
  if (parts == uses.parts.end() || !uses.topics[name].insert(topic).second) return;
  for (const std::string& part : parts->second) use(uses, part, topic);
}

void use_text(Uses& uses, std::string_view text, const std::string& topic) {
  for (const std::string& name : names_in(text)) use(uses, name, topic);
}

void use_if_unused(Uses& uses, const std::string& name, const std::string& topic) {
  if (uses.topics[name].empty()) use(uses, name, topic.empty() ? std::string(kShared) : topic);
}

}  // namespace

Homes find_homes(const Tables& tables) {
  Uses uses = list_parts(tables);
  for (const Call& call : tables.calls) {
    use_text(uses, call.returns, call.topic);
    for (const Argument& argument : call.arguments) {
      use_text(uses, argument.type, call.topic);
      use_text(uses, argument.fallback, call.topic);
    }
  }
  for (const Struct& type : tables.structs) use_if_unused(uses, type.name, type.topic);
  for (const Family& family : tables.flags.families) {
    if (!family.name.empty()) use_if_unused(uses, family.name, family.topic);
  }
  Homes homes;
  for (const auto& [name, topics] : uses.topics) {
    if (topics.empty()) continue;
    const bool shared = topics.size() > 1 || topics.contains(std::string(kShared));
    homes.by_name[name] = shared ? std::string(kShared) : *topics.begin();
    if (shared) homes.need_shared.insert(topics.begin(), topics.end());
  }
  return homes;
}

std::string_view home_of(const Homes& homes, const Family& family) {
  if (!family.name.empty()) return homes.by_name.at(family.name);
  return family.topic.empty() ? kShared : std::string_view(family.topic);
}

}  // namespace syscalls_gen
