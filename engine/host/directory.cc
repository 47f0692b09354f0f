// SPDX-License-Identifier: Apache-2.0
#include "engine/host/directory.h"

#include "syscalls/files.h"

namespace nosc::host {

const char* DirectoryReader::next() {
  for (;;) {
    if (position_ == end_) {
      const auto count = sys::getdents64(directory_, buffer_);
      if (!count || *count == 0) return nullptr;
      end_ = *count;
      position_ = 0;
    }
    const auto* entry = reinterpret_cast<const sys::Dirent64*>(&buffer_[position_]);
    position_ += entry->reclen;
    is_directory_ = entry->type == sys::kDT_DIR;
    const char* name = entry->name;
    if (name[0] != '.' || (name[1] != '\0' && (name[1] != '.' || name[2] != '\0'))) return name;
  }
}

const char* DirectoryReader::next_directory() {
  const char* name = next();
  while (name != nullptr && !is_directory_) name = next();
  return name;
}

}  // namespace nosc::host
