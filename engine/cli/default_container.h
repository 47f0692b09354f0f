// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/container.h"

namespace nosc::cli {

// Whether the container may write to its copy of the host's files.
enum class RootAccess : uint8_t {
  kWritable,  // where the caller is root
  kReadOnly,
};

// Plans the container that needs no bundle: the starter configuration, with the host's file system
// as its root. Changes go to a tmpfs and vanish with the container; other mounts of the host, such
// as a separate /usr or /home, appear read-only. For a user without privileges everything is
// read-only: a user namespace is granted no overlay of a root that has locked mounts on it.
// The host's files stay readable in there: this isolates processes, not secrets.
Container plan_default_container(const CommandLine& line, const Environment& environment,
                                 RootAccess access);

}  // namespace nosc::cli
