// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <utility>

#include "engine/process/process.h"
#include "engine/process/stub/control.h"
#include "engine/process/stub/image.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/error.h"
#include "engine/rt/files.h"
#include "engine/rt/step.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

constexpr char kDescriptors[] = "/proc/self/fd";
constexpr unsigned kFirstInherited = 3;  // beyond stdin, stdout and stderr

// Without execveat a memory file has a name only in /proc, and by now /proc is the container's. The
// host's directory of descriptors is still open: the name is relative to it, and the stub changes
// back to where the program is to start. Returns only on failure.
sys::Errno exec_by_directory(const ExecRecord& record, const ExecDescriptors& descriptors,
                             Control& control) {
  begin_step(Step::kWorkingDirectory);
  int back = descriptors.working_directory.raw();
  if (back < 0 && descriptors.is_filtered) fail_step(Operation::kOpen, sys::kEACCES);
  if (back < 0) back = or_fail(open_working_directory(), Operation::kOpen).release();
  // Who may not come back must not leave: the stub has nobody to tell.
  const auto directory = sys::BorrowedFd::from_raw(back);
  or_fail(sys::fchdir(directory), Operation::kChangeDirectory);
  or_fail(sys::portable::fcntl(directory, sys::kF_SETFD, 0), Operation::kSet);
  begin_step(Step::kStub);
  control.directory_fd = static_cast<uint32_t>(back);
  write_control(control, record.stub_argv[0]);
  or_fail(sys::fchdir(descriptors.descriptor_directory), Operation::kChangeDirectory);
  return sys::execve(DescriptorPath(descriptors.stub).name(), record.stub_argv, record.envp)
      .error();
}

// nosc's file, as it is mapped. Source: the linker's own symbols.
extern "C" {
extern char image_first __asm__("__executable_start");
extern char image_end __asm__("_end");
}

bool is_in_image(const void* address) { return &image_first <= address && address < &image_end; }

// Whether the kernel lets this process come from another file: that its own is mapped is all that
// is wrong.
bool may_leave_image(sys::BorrowedFd program) {
  return set_program(program, &image_first).failed_with(sys::kEBUSY);
}

// Whether none of the texts of a null-terminated array lies in nosc's file.
bool outlive_image(char** texts) {
  while (*texts != nullptr && !is_in_image(*texts)) ++texts;
  return *texts == nullptr;
}

bool outlives_image(const ExecRecord& record) {
  return outlive_image(record.stub_argv + 1) && outlive_image(record.envp);
}

}  // namespace

void close_descriptors_on_exec(uint32_t kept) {
  const uint32_t first = kFirstInherited + kept;
  if (kept != 0) {
    // Engines leave holes, but the last one they mean. One that closes at exec is nosc's own: the
    // caller's have come through one.
    const auto last = sys::BorrowedFd::from_raw(static_cast<int>(first - 1));
    const auto flags = sys::portable::fcntl(last, sys::kF_GETFD);
    if (!flags || (*flags & sys::kFD_CLOEXEC) != 0) {
      BufferWriter<16> name;
      fail_system("pass on descriptor", name.decimal(first - 1).view(), sys::kEBADF);
    }
  }
  or_fail(close_on_exec_from(first), "mark", kDescriptors);
}

sys::Fd open_stub() {
  sys::Fd file = make_program();
  const size_t written =
      or_fail(sys::write(file, sys::Bytes(kStubImage.data(), kStubImage.size())), "write", "memfd");
  if (written != kStubImage.size()) fail_system("write", "memfd", sys::kENOSPC);
  seal_program(file);
  return file;
}

sys::Fd make_program() {
  constexpr auto kFlags = sys::kMFD_CLOEXEC | sys::kMFD_ALLOW_SEALING;
  // Since 6.3 a file that is to be executed says so; before, that is a flag unknown.
  auto made = sys::memfd_create("nosc", kFlags | sys::kMFD_EXEC);
  if (made.failed_with(sys::kEINVAL)) made = sys::memfd_create("nosc", kFlags);
  return or_fail(std::move(made), "memfd_create", "");
}

void seal_program(sys::BorrowedFd file) {
  constexpr auto kSeals =
      sys::kF_SEAL_SEAL | sys::kF_SEAL_SHRINK | sys::kF_SEAL_GROW | sys::kF_SEAL_WRITE;
  or_fail(sys::portable::fcntl(file, sys::kF_ADD_SEALS, kSeals.bits()), "seal", "memfd");
}

sys::Result<sys::Fd> open_descriptor_directory() {
  return sys::openat(sys::kCwd, kDescriptors, sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
}

sys::Result<sys::Fd> open_working_directory() {
  return sys::openat(sys::kCwd, ".", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
}

bool can_map_stub(const ExecRecord& record, sys::BorrowedFd stub, Rights rights) {
  if (!outlives_image(record)) return false;
  if (rights == Rights::kOwn) return may_leave_image(stub);
  // A kernel of 64 bits wants its own layout from programs of 32, too.
  uint32_t map_bytes = 0;
  const auto asked = sys::prctl(sys::kPR_SET_MM, sys::kPR_SET_MM_MAP_SIZE,
                                reinterpret_cast<uintptr_t>(&map_bytes));
  return asked && map_bytes == sizeof(sys::PrctlMmMap);
}

bool map_stub(const ExecRecord& record, sys::BorrowedFd stub) {
  if (!outlives_image(record) || !may_leave_image(stub)) return false;
  auto* place = reinterpret_cast<void*>(kStubAddress);
  const auto mapped =
      sys::portable::mmap(place, kStubImage.size(), sys::kPROT_READ | sys::kPROT_EXEC,
                          sys::kMAP_PRIVATE | sys::kMAP_FIXED_NOREPLACE, stub, 0);
  // Before 4.17 the place was a mere wish.
  return mapped && *mapped == place;
}

void enter_stub(const ExecRecord& record, const ExecDescriptors& descriptors, InPlace& stage) {
  stage.image = &image_first;
  stage.image_bytes = static_cast<size_t>(&image_end - &image_first);
  stage.program = descriptors.stub;
  stage.failure = descriptors.failure;
  stage.attributes = descriptors.attributes;
  stage.candidate_count = record.candidate_count;
  stage.candidates = candidates_of(record);
  stage.envp = record.envp;
  stage.label = record.has_label ? stage.candidates[-1] : nullptr;
  reinterpret_cast<InPlaceEntrance>(kStubEntrance)(stage);
}

void apply_exec(const ExecRecord& record, const ExecDescriptors& descriptors) {
  begin_step(Step::kStub);
  // One of the two goes on into the stub, which closes it by a successful execve.
  const bool waits = descriptors.start.raw() >= 0;
  const sys::BorrowedFd kept = waits ? descriptors.start : descriptors.failure;
  or_fail(sys::portable::fcntl(kept, sys::kF_SETFD, 0), Operation::kSet);
  const auto kept_number = static_cast<uint32_t>(kept.raw());
  Control control = {
      record.candidate_count, waits ? kNone : kept_number, kNone, waits ? kept_number : kNone,
      record.filter_count,    record.filter_flags,         kNone};
  if (record.has_label) {
    or_fail(sys::portable::fcntl(descriptors.attributes, sys::kF_SETFD, 0), Operation::kSet);
    control.attributes_fd = static_cast<uint32_t>(descriptors.attributes.raw());
  }
  write_control(control, record.stub_argv[0]);
  sys::Errno refusal = sys::kENOSYS;
  if (!descriptors.is_filtered || descriptors.may_try_execveat) {
    refusal =
        sys::execveat(descriptors.stub, "", record.stub_argv, record.envp, sys::kAT_EMPTY_PATH)
            .error();
  }
  const bool is_refused =
      refusal == sys::kENOSYS || (descriptors.is_filtered && refusal != sys::kE2BIG);
  if (is_refused && descriptors.descriptor_directory.raw() >= 0) {
    refusal = exec_by_directory(record, descriptors, control);
  }
  // It is the program's arguments that are too long.
  if (refusal == sys::kE2BIG) begin_step(Step::kExec);
  fail_step(Operation::kExecute, refusal);
}

void check_program(const ExecRecord& record) {
  begin_step(Step::kExec);
  sys::Errno refusal = sys::kENOENT;
  for (uint32_t i = 0; i < record.candidate_count; ++i) {
    const auto path = sys::CStr::from_terminated(candidates_of(record)[i]);
    const auto allowed = sys::faccessat(sys::kCwd, path, sys::kX_OK);
    sys::Statx status;
    if (allowed && sys::statx(sys::kCwd, path, {}, sys::kSTATX_TYPE, status) &&
        (status.mode & sys::kS_IFMT.bits()) != sys::kS_IFDIR.bits()) {
      return;
    }
    if (allowed || allowed.failed_with(sys::kEACCES)) refusal = sys::kEACCES;
  }
  fail_step(Operation::kExecute, refusal);
}

}  // namespace nosc::process
