// SPDX-License-Identifier: Apache-2.0
// Stands in for newuidmap and newgidmap of shadow-utils, installed setuid root under both names:
//   newuidmap PID CONTAINER_ID HOST_ID COUNT [CONTAINER_ID HOST_ID COUNT]...
// It grants what the real ones would grant to a user with the range 300000 to 365535: that range
// and the own id.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace {

constexpr unsigned long kFirst = 300000;
constexpr unsigned long kCount = 65536;

bool is_granted(unsigned long host_id, unsigned long count, unsigned long own_id) {
  return (host_id == own_id && count == 1) ||
         (host_id >= kFirst && host_id + count <= kFirst + kCount);
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_user = strstr(argv[0], "newuidmap") != nullptr;
  if (argc < 5 || (argc - 2) % 3 != 0) return 1;
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", argv[1], is_user ? "uid_map" : "gid_map");
  char map[1024] = "";
  size_t length = 0;
  for (int i = 2; i < argc; i += 3) {
    const unsigned long host_id = strtoul(argv[i + 1], nullptr, 10);
    const unsigned long count = strtoul(argv[i + 2], nullptr, 10);
    if (!is_granted(host_id, count, is_user ? getuid() : getgid())) return 1;
    length += static_cast<size_t>(
        snprintf(map + length, sizeof map - length, "%s %lu %lu\n", argv[i], host_id, count));
  }
  FILE* file = fopen(path, "w");
  if (file == nullptr) return 1;
  setvbuf(file, nullptr, _IOFBF, sizeof map);  // the kernel takes a map in one write
  fputs(map, file);
  return fclose(file) == 0 ? 0 : 1;
}
