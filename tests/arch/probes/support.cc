// SPDX-License-Identifier: Apache-2.0

#include "tests/arch/probes/support.h"

#include "syscalls/freestanding/start.h"

namespace probe {
namespace {

// The value of a variable of the environment, or the alternative.
const char* environment(const char* name, const char* alternative) {
  for (char** variable = check::program.envp; *variable != nullptr; ++variable) {
    const char* text = *variable;
    const char* expected = name;
    for (; *expected != '\0' && *text == *expected; ++text, ++expected) {
    }
    if (*expected == '\0' && *text == '=') {
      return text + 1;
    }
  }
  return alternative;
}

// Writes "probe_NUMBER" and a NUL.
void name_by_number(char* name, unsigned number) {
  for (const char* prefix = "probe_"; *prefix != '\0'; ++prefix) {
    *name++ = *prefix;
  }
  unsigned place = 1;
  while (number / place >= 10) {
    place *= 10;
  }
  for (; place != 0; place /= 10) {
    *name++ = static_cast<char>('0' + number / place % 10);
  }
  *name = '\0';
}

}  // namespace

size_t page_size_bytes() {
  const sys::AuxiliaryEntry* entry = sys::find_auxiliary(check::program.envp, sys::kAT_PAGESZ);
  CHECK(entry != nullptr);
  return entry->value;
}

sys::Fd memory_file(sys::Bytes contents) {
  sys::Fd file = CHECK_VALUE(sys::memfd_create("probe", sys::kMFD_CLOEXEC));
  CHECK_EQUAL(CHECK_VALUE(sys::pwrite64(file, contents, 0)), contents.size());
  return file;
}

Folder::Folder() {
  parent_ = CHECK_VALUE(sys::openat(sys::kCwd, cstr(environment("TEST_TMPDIR", "/tmp")),
                                    sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC));
  name_by_number(name_, static_cast<unsigned>(to_raw(sys::getpid())));
  CHECK_OK(sys::mkdirat(parent_, cstr(name_), mode(0700)));
  fd_ = CHECK_VALUE(
      sys::openat(parent_, cstr(name_), sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_CLOEXEC));
}

Folder::~Folder() { (void)sys::unlinkat(parent_, cstr(name_), sys::kAT_REMOVEDIR); }

void Folder::write_file(const char* name, sys::Bytes contents) const {
  const sys::Fd file = CHECK_VALUE(
      sys::openat(fd_, cstr(name), sys::kO_WRONLY | sys::kO_CREAT | sys::kO_CLOEXEC, mode(0600)));
  CHECK_EQUAL(CHECK_VALUE(sys::write(file, contents)), contents.size());
}

void Folder::remove(const char* name) const { CHECK_OK(sys::unlinkat(fd_, cstr(name))); }

sys::Pid start_child(int (*run)()) {
  const sys::Pid pid = CHECK_VALUE(sys::portable::clone_process({}, sys::kSIGCHLD));
  if (pid == sys::Pid{0}) {
    sys::exit_group(run());
  }
  return pid;
}

int wait_for(sys::Pid pid) {
  int status = -1;
  CHECK_EQUAL(to_raw(CHECK_VALUE(sys::portable::wait4(pid, &status))), to_raw(pid));
  return status;
}

}  // namespace probe
