// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "syscalls/gen/emit.h"

namespace syscalls_gen {

// Everything that the arrays of decode_data.h are made of.
struct DecodeArrays {
  std::string constants;
  std::string families;
  std::string structs;
  std::string fields;
  std::string requests;
  std::string parameters;
  std::string calls;
  size_t constant_count = 0;
  size_t family_count = 0;
  size_t field_count = 0;
  size_t request_count = 0;
  size_t parameter_count = 0;
  std::map<std::string, size_t> family_indexes;  // also by a constant of a family without a name
  std::set<std::string> flag_families;
  std::map<std::string, size_t> struct_indexes;
};

// How a value is shown, and with which family or struct.
struct DecodeRole {
  std::string role;
  size_t family = 0;
};

// The role of a type as shown.tbl has it.
DecodeRole shown_role(const DecodeArrays& arrays, const std::string& type);

// The type that shown.tbl has for a call's argument or request, or for a field; empty if none.
std::string shown_type(const Tables& tables, const std::string& owner, const std::string& what);

// The role of a plain number.
std::string scalar_role(std::string_view type);

// The structs of an ABI, with the fields that can be shown.
void add_structs(const Tables& tables, const Abi& abi, DecodeArrays& arrays);

}  // namespace syscalls_gen
