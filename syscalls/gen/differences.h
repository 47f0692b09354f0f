// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "syscalls/gen/facts.h"

namespace syscalls_gen {

// What newer facts have, lack and say otherwise than older ones, by ABI: one line per fact, such as
// "new: nr fchroot 472 on x86_64 i386" or "changed: const PIPE_BUF 4096 -> 512 on arm". Empty if
// they agree. An ABI that the older ones lack is one line.
std::string differences(const std::map<std::string, Facts>& older,
                        const std::map<std::string, Facts>& newer);

}  // namespace syscalls_gen
