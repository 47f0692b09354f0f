// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/rt/writer.h"

namespace nosc::spec {

// kHost: what engines expect where version 1 is mounted, and can find their containers' cgroups by.
enum class CgroupNamespace : uint8_t { kHost, kOwn };

// Writes the config.json that a new bundle starts with: a shell in new namespaces, the usual
// mounts, masked paths and small capability set. Source: runtime-spec 1.3.0, config.md,
// "Configuration Schema Example", and what runc and crun write.
void write_default(Writer& writer, CgroupNamespace cgroup_namespace);

// Writes the same for a caller without privileges: in a user namespace that maps these host ids to
// root, without what only the host's root may do. The network stays the host's.
void write_rootless_default(Writer& writer, CgroupNamespace cgroup_namespace, uint32_t uid,
                            uint32_t gid);

}  // namespace nosc::spec
