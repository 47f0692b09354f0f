// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "engine/host/directory.h"
#include "engine/process/process.h"
#include "engine/process/stub/control.h"
#include "engine/process/stub/image.h"
#include "engine/rt/number.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

constexpr char kDescriptors[] = "/proc/self/fd";
constexpr unsigned kFirstInherited = 3;  // beyond stdin, stdout and stderr

Failure stub_failure(Operation operation, sys::Errno error) {
  return fail(Step::kStub, operation, error);
}

// Without execveat a memory file has a name only in /proc, and by now /proc is the container's. The
// host's directory of descriptors is still open: the name is relative to it, and the stub changes
// back to where the program is to start.
Failure exec_by_directory(const ExecRecord& record, const ExecDescriptors& descriptors,
                          Control& control) {
  auto back = sys::openat(sys::kCwd, ".", sys::kO_PATH | sys::kO_DIRECTORY);
  if (!back) return stub_failure(Operation::kOpen, back.error());
  control.directory_fd = static_cast<uint32_t>(back.borrow().raw());
  write_control(control, record.stub_argv[0]);
  const auto entered = sys::fchdir(descriptors.descriptor_directory);
  if (!entered) return stub_failure(Operation::kChangeDirectory, entered.error());
  BufferWriter<12> name;
  name.decimal(static_cast<uint32_t>(descriptors.stub.raw())).character('\0');
  const auto path = sys::CStr::from_terminated(name.view().data());
  return stub_failure(Operation::kExecute,
                      sys::execve(path, record.stub_argv, record.envp).error());
}

// For kernels before 5.11: marks what /proc/self/fd lists, the list's own descriptor included.
Result<void> mark_each_descriptor() {
  const sys::Fd directory = TRY_SYS(
      "open", kDescriptors,
      sys::openat(sys::kCwd, kDescriptors, sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_CLOEXEC));
  host::DirectoryReader reader(directory);
  while (const char* name = reader.next()) {
    const std::optional<uint64_t> number = parse_decimal(name, INT32_MAX);
    if (!number || *number < kFirstInherited) continue;
    const auto fd = sys::BorrowedFd::from_raw(static_cast<int>(*number));
    TRY_SYS("mark descriptor", name, sys::portable::fcntl(fd, sys::kF_SETFD, sys::kFD_CLOEXEC));
  }
  return {};
}

}  // namespace

Result<void> close_descriptors_on_exec() {
  const auto marked = sys::close_range(kFirstInherited, ~0u, sys::kCLOSE_RANGE_CLOEXEC);
  if (marked) return {};
  // ENOSYS before 5.9, EINVAL before 5.11.
  return mark_each_descriptor();
}

Result<sys::Fd> open_stub() { return seal_program({kStubImage.data(), kStubImage.size()}); }

Result<sys::Fd> seal_program(sys::Bytes image) {
  constexpr auto kFlags = sys::kMFD_CLOEXEC | sys::kMFD_ALLOW_SEALING;
  // Since 6.3 a file that is to be executed says so; before, that is a flag unknown.
  auto made = sys::memfd_create("nosc", kFlags | sys::kMFD_EXEC);
  if (!made && made.error() == sys::kEINVAL) made = sys::memfd_create("nosc", kFlags);
  sys::Fd file = TRY_SYS("memfd_create", "", std::move(made));
  const size_t written = TRY_SYS("write", "memfd", sys::write(file, image));
  if (written != image.size()) return system_error("write", "memfd", sys::kENOSPC);
  constexpr auto kSeals =
      sys::kF_SEAL_SEAL | sys::kF_SEAL_SHRINK | sys::kF_SEAL_GROW | sys::kF_SEAL_WRITE;
  TRY_SYS("seal", "memfd", sys::portable::fcntl(file, sys::kF_ADD_SEALS, kSeals.bits()));
  return file;
}

sys::Result<sys::Fd> open_descriptor_directory() {
  return sys::openat(sys::kCwd, kDescriptors, sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
}

Failure apply_exec(const ExecRecord& record, const ExecDescriptors& descriptors) {
  const auto kept = sys::portable::fcntl(descriptors.failure, sys::kF_SETFD, 0);
  if (!kept) return stub_failure(Operation::kSet, kept.error());
  Control control = {record.candidate_count, static_cast<uint32_t>(descriptors.failure.raw()),
                     kNoDirectory};
  write_control(control, record.stub_argv[0]);
  const auto result =
      sys::execveat(descriptors.stub, "", record.stub_argv, record.envp, sys::kAT_EMPTY_PATH);
  if (result.error() != sys::kENOSYS || descriptors.descriptor_directory.raw() < 0) {
    return stub_failure(Operation::kExecute, result.error());
  }
  return exec_by_directory(record, descriptors, control);
}

int exit_status_of_exec(sys::Errno error) {
  return error == sys::kENOENT || error == sys::kENOTDIR ? 127 : 126;
}

}  // namespace nosc::process
