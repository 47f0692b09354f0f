// SPDX-License-Identifier: Apache-2.0
#include "engine/host/controllers.h"

namespace nosc::host {
namespace {

// In the order of the enumerators.
constexpr char kNames[kControllerCount][11] = {
    "cpu",     "cpuacct", "cpuset",  "memory",   "pids",       "devices", "freezer", "io",
    "hugetlb", "rdma",    "net_cls", "net_prio", "perf_event", "misc",    "",
};

}  // namespace

const char* controller_name(Controller controller) {
  return kNames[static_cast<size_t>(controller)];
}

Controller controller_of(std::string_view name) {
  if (name == "blkio") return Controller::kIo;
  int i = 0;
  while (i < kControllerCount - 1 && name != kNames[i]) ++i;
  return static_cast<Controller>(i);
}

}  // namespace nosc::host
