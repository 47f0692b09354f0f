// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/failure.h"
#include "syscalls/constants.h"

namespace nosc::net {

// Brings up the loopback interface of a new network namespace: programs expect 127.0.0.1 to answer,
// and a new namespace's own interface is down. Does nothing where `created` has no CLONE_NEWNET.
// Source: netdevice(7).
void apply_loopback(sys::NamespaceFlags created);

}  // namespace nosc::net
