// SPDX-License-Identifier: Apache-2.0
#pragma once

// What nosc knows of a container between two commands: one flat file per container, ROOT/ID.
//
//   header   flags, the first process, the lengths of what follows
//   texts    what `state` prints and what deleting needs, each followed by a NUL
//   config   the bytes of config.json as they were at `create`; later edits change nothing
//
// The file is written whole into a nameless file, locked, and then linked to its name: nobody ever
// sees half of it, and an id is taken by the link, which fails where there is one. That happens
// before the first side effect. What is learned later (the first process, that the set-up is
// complete) is a single small write in place, with a sum by which a reader knows a torn one.
// So whatever moment nosc is killed at, the file says what there is to take back.
//
// The lock (flock) is held by commands that change something, for as long as they do, and goes with
// the process that holds it. Reading takes none.
//
// No status is stored; it is derived from what there is (status_of):
//   the lock is held and the set-up isn't complete    creating
//   the first process is gone, or was never made      stopped
//   its cgroup is frozen                              paused
//   somebody listens on the start socket              created
//   otherwise                                         running
//
// The start socket stands beside the record and is called ":N", N being the record's inode number:
// no id contains a colon, and the name fits into a socket address however long ids are. The waiting
// first process listens on it; see launch/start.h.
//
// A process is told from a later one of the same pid by its start time. What a record names is
// checked whenever it is read, so a damaged or foreign file is one clear error.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/cgroups/cgroups.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/waiting.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/ids.h"

namespace nosc::state {

// The texts of a record, in their order in the file. Each is followed by a NUL.
enum class Text : uint8_t {
  kId,
  kBundle,       // absolute path
  kRootfs,       // absolute path; empty where the mount namespace is joined
  kCreated,      // RFC 3339, UTC
  kAnnotations,  // a JSON object; empty: none
  kCgroups,      // cgroups::write_hierarchies; empty: no cgroup of its own
  kConfig,       // config.json, byte for byte
};
inline constexpr size_t kTextCount = 7;

struct Texts {
  std::array<std::string_view, kTextCount> views;

  std::string_view& operator[](Text text) { return views[static_cast<size_t>(text)]; }
  std::string_view operator[](Text text) const { return views[static_cast<size_t>(text)]; }
};

enum Flag : uint32_t {
  kForeground = 1,    // `run` waits for it and removes it; one whose nosc was killed is taken over
  kSetUp = 2,         // `create` is complete
  kHasPoststart = 4,  // hooks of the configuration
  kHasPoststop = 8,
  kOwnPids = 16,  // in a pid namespace of its own: its processes end with the first one
  kHasStartContainer = 32,
  kHasNotify = 64,      // a directory for sd_notify(3) stands beside the record
  kHasRootMount = 128,  // kRootfs is a mount in nosc's own mount namespace
};

// A process that is never taken for a later one with the same pid.
struct ProcessMark {
  sys::Pid pid{};           // 0: none
  uint64_t start_time = 0;  // clock ticks since boot, field 22 of /proc/PID/stat
};

// What changes while the container lives.
struct Progress {
  uint32_t flags = 0;
  cgroups::KeptBytes cgroup_kept_bytes{};  // of each of kCgroups
  ProcessMark init;
};

// True if an id may name a container: letters, digits, "_", "+", "-" and ".", not "." or "..",
// at most 255 bytes.
bool is_valid_id(std::string_view id);

// Opens the directory of records, which must be `owner`'s alone.
// Shape: NUL-terminated path. Errors of the result: ENOENT, where there is none yet.
sys::Result<sys::Fd> find_root(std::string_view path, uint32_t owner);

// The same, made with all its parents (mode 0700) where it is missing.
sys::Fd make_root(std::string_view path, uint32_t owner);

// One container's record. Its descriptors close at exec.
class Record {
 public:
  // Writes the record of a new container and locks it.
  // Errors: kConflict when the id is in use; a full file system, which leaves nothing.
  void create(sys::Fd root, const Texts& texts, const Progress& progress);

  // Opens the record of a container and reads all but its configuration.
  // Errors of the result: ENOENT: no such container; EBADMSG: the file isn't a record.
  sys::Result<void> try_open(sys::BorrowedFd root, std::string_view id, Arena& arena);
  // The same for a command about this one container.
  // Errors: 'container "ID" does not exist'; a damaged record.
  void open(std::string_view path, uint32_t owner, std::string_view id, Arena& arena);

  // Waits for commands that act on the container, and keeps them waiting until this process ends.
  // Then reads the progress again.
  // Errors: 'container "ID" does not exist' when it has been deleted meanwhile.
  void lock();
  // Returns false where another command holds the lock, or has deleted the record.
  bool try_lock();
  void unlock();
  // Locks again. Returns false where the record has been deleted meanwhile.
  bool relock();
  // Whether another command acts on the container at this moment. If not, reads the progress again:
  // one may have ended just now.
  bool is_locked_elsewhere();
  bool is_deleted();

  // Writes what has changed. Pre: locked.
  void write(const Progress& progress);

  // Removes the start socket and the record: the id is free. Pre: locked.
  void remove() const { remove(id()); }
  // The same for a record that says no id. Shape: NUL-terminated.
  void remove(std::string_view id) const;

  // Reads the bytes of config.json, ready for spec::parse.
  std::span<char> read_config(Arena& arena) const;

  bool is_open() const { return static_cast<bool>(file_); }
  const Texts& texts() const { return texts_; }
  std::string_view id() const { return texts_[Text::kId]; }
  const Progress& progress() const { return progress_; }
  bool has(Flag flag) const { return (progress_.flags & flag) != 0; }
  uint32_t owner() const { return owner_; }
  // Pre: not this command's own foreground container: nobody starts that.
  uint64_t inode() const { return inode_; }
  sys::BorrowedFd root() const { return root_; }
  sys::BorrowedFd file() const { return file_; }

 private:
  sys::Result<void> identify(sys::BorrowedFd file);
  bool read_all_but_config(Arena& arena);
  bool read_from_start(std::span<char> bytes) const;
  bool read_at(int64_t offset, sys::MutableBytes bytes) const;
  bool read_progress();

  sys::Fd owned_root_;
  sys::BorrowedFd root_ = sys::BorrowedFd::from_raw(-1);
  sys::Fd file_;
  uint64_t inode_ = 0;
  uint64_t size_bytes_ = 0;
  uint64_t config_offset_ = 0;
  uint32_t owner_ = 0;
  bool is_locked_ = false;
  Progress progress_;
  Texts texts_;
};

// What /proc/PID/stat tells of a process.
struct ProcessFacts {
  uint64_t start_time = 0;                          // 0 for one that is gone or a zombie
  uint32_t ignored_signals = rt::kStandardSignals;  // as for rt::reset_signals
};

ProcessFacts facts_of(sys::Pid pid);

// Whether a process, or a zombie that hasn't been waited for, has executed a program since its
// birth; true for one that /proc hides (hidepid).
bool has_executed(sys::Pid pid);

// The start time of a living process; 0 for one that is gone or a zombie.
inline uint64_t start_time_of(sys::Pid pid) { return facts_of(pid).start_time; }

// True while that very process lives. One that was gone when it was written down has no start time.
inline bool is_alive(const ProcessMark& mark) {
  return mark.start_time != 0 && start_time_of(mark.pid) == mark.start_time;
}

// Opens that very process.
// Errors of the result: ESRCH when it is gone; ENOSYS before Linux 5.3.
sys::Result<sys::Fd> open_process(const ProcessMark& mark);

// The cgroups that the container has, for cgroups/control.h; none, where it has none of its own.
cgroups::CgroupPlan cgroups_of(const Record& record, Arena& arena);

enum class Status : uint8_t { kCreating, kCreated, kRunning, kPaused, kStopped };

// "creating", "created", "running", "paused" or "stopped".
const char* status_name(Status status);

// Shape: `connection`, where given, becomes the one to a created container, which it can be started
// by (start_socket.h).
Status status_of(Record& record, sys::Fd* connection = nullptr);

// How JSON is laid out; without a line feed at the end.
enum class Layout : uint8_t { kIndented, kOneLine };

// Writes the state of a container as JSON: indented for `state`, on one line for `list`, which
// names the owner too, for hooks, some of which read a line, and for seccomp agents. Source:
// runtime-spec 1.3.0, runtime.md, "State"; runc(8).
void write_state(Writer& out, const Texts& texts, sys::Pid pid, Status status,
                 std::string_view owner = "", Layout layout = Layout::kOneLine);

// Ends the command with a sentence about a container: BEFORE "ID" AFTER.
[[noreturn]] void fail_about(const char* before, std::string_view id, const char* after,
                             ErrorCode code = ErrorCode::kInvalid);
[[noreturn]] void fail_missing(std::string_view id);

}  // namespace nosc::state
