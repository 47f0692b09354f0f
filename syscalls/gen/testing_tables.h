// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// The project's own tables, read once; the test fails if they are wrong.
// Pre: the test has //syscalls:tables as data.
inline const Tables& tables() {
  static const auto& loaded = *new absl::StatusOr<Tables>([] {
    std::vector<std::string> paths;
    for (const char* folder : {"syscalls/abi", "syscalls/table"}) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string extension = entry.path().extension().string();
        if (extension == ".abi" || extension == ".tbl") paths.push_back(entry.path().string());
      }
    }
    return load_tables(paths);
  }());
  if (!loaded.ok()) ADD_FAILURE() << loaded.status();
  return *loaded;
}

}  // namespace syscalls_gen
