// SPDX-License-Identifier: Apache-2.0
#include "engine/state/record.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "engine/rt/descriptor_path.h"
#include "engine/rt/files.h"
#include "engine/rt/rooted.h"
#include "engine/rt/writer.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"
#include "syscalls/sys/retry.h"

namespace nosc::state {
namespace {

constexpr size_t kLongestId = 255;  // NAME_MAX
constexpr size_t kLargestBytes = size_t{256} << 20;
constexpr uint64_t kUsualBytes = 4000;  // of a record without its configuration
constexpr int kProgressReads = 100;     // of one that is being written

// The part of the header that is written in place.
struct StoredProgress {
  uint32_t flags;
  uint32_t pid;
  uint64_t start_time;
  cgroups::KeptBytes cgroup_kept_bytes;
  uint32_t reserved;
  uint32_t sum;

  // Odd factors lose no bit, so that a change of any one word changes the sum.
  uint32_t expected_sum() const {
    constexpr uint32_t kFactor = 0x9e3779b1;
    uint32_t total = kFactor;
    const auto* const words = reinterpret_cast<const uint32_t*>(this);
    for (size_t i = 0; i != offsetof(StoredProgress, sum) / sizeof(uint32_t); ++i) {
      total = (total + words[i]) * kFactor;
    }
    return total;
  }
};

struct Header {
  char magic[8];
  StoredProgress progress;
  uint32_t lengths[kTextCount];
};
static_assert(sizeof(StoredProgress) == 56);

constexpr char kMagic[8] = {'n', 'o', 's', 'c', 'r', 'e', 'c', '1'};

StoredProgress to_stored(const Progress& progress) {
  StoredProgress stored{.flags = progress.flags,
                        .pid = static_cast<uint32_t>(sys::to_raw(progress.init.pid)),
                        .start_time = progress.init.start_time,
                        .cgroup_kept_bytes = progress.cgroup_kept_bytes,
                        .reserved = 0,
                        .sum = 0};
  stored.sum = stored.expected_sum();
  return stored;
}

// Nothing of one that was read while it was being written: a torn one has a wrong sum.
std::optional<Progress> from_stored(const StoredProgress& stored) {
  if (stored.sum != stored.expected_sum()) return {};
  return Progress{
      .flags = stored.flags,
      .cgroup_kept_bytes = stored.cgroup_kept_bytes,
      .init = {.pid = sys::Pid{static_cast<int>(stored.pid)}, .start_time = stored.start_time}};
}

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-' || c == '.';
}

// A directory that somebody else could have put there proves nothing.
void check_root(sys::BorrowedFd directory, std::string_view path, uint32_t owner) {
  sys::Statx status;
  or_fail(sys::statx(directory, "", sys::kAT_EMPTY_PATH, sys::kSTATX_BASIC_STATS, status), "stat",
          path);
  constexpr auto kOthersWrite = sys::kS_IWGRP | sys::kS_IWOTH;
  if (status.uid != sys::Uid{owner} || (status.mode & kOthersWrite.bits()) != 0) {
    fail({.object = path, .text = "state directory must be this user's alone"});
  }
}

// A name for a file that doesn't have its own yet: no id begins like that.
class TemporaryName {
 public:
  void choose() {
    text_.character(':').decimal(static_cast<uint32_t>(sys::getpid())).character('\0');
  }
  bool is_chosen() const { return !text_.view().empty(); }
  sys::CStr path() const { return sys::CStr::from_terminated(text_.view().data()); }

 private:
  BufferWriter<24> text_;
};

// A file without a name, where the file system has such, and else with a temporary one.
sys::Result<sys::Fd> make_file(sys::BorrowedFd root, TemporaryName& temporary) {
  constexpr auto kMode = sys::Mode::from_bits(0600);
  constexpr auto kFlags = sys::kO_RDWR | sys::kO_CLOEXEC;
  auto made = sys::openat(root, ".", kFlags | sys::kO_TMPFILE, kMode);
  if (made || !made.failed_with(sys::kEOPNOTSUPP)) return made;
  temporary.choose();
  // What a killed process of the same pid left may be a container's record: never truncated.
  (void)sys::unlinkat(root, temporary.path());
  return sys::openat(root, temporary.path(), kFlags | sys::kO_CREAT | sys::kO_EXCL, kMode);
}

// Writes the header and the texts as one. Nothing is ever half there: the file has no name yet.
sys::Result<void> write_whole(sys::BorrowedFd file, const Texts& texts, const Progress& progress) {
  Header header{.magic = {}, .progress = to_stored(progress), .lengths = {}};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  sys::Iovec parts[1 + kTextCount] = {{&header, sizeof header}};
  size_t size = sizeof header;
  for (size_t i = 0; i < kTextCount; ++i) {
    const std::string_view text = texts.views[i];
    header.lengths[i] = static_cast<uint32_t>(text.size());
    parts[1 + i] = {text.data() == nullptr ? "" : text.data(), text.size() + 1};
    size += text.size() + 1;
  }
  const auto written = sys::writev(file, parts);
  if (written && *written == size) return sys::Result<void>::from_raw(0);
  return written ? sys::kENOSPC : written.error();
}

// Without the way through /proc, which has to be walked, where the caller may name an inode by its
// descriptor alone (CAP_DAC_READ_SEARCH; without it ENOENT: linkat(2)).
sys::Result<void> give_name(sys::BorrowedFd file, sys::BorrowedFd root, sys::CStr name) {
  const auto named = sys::linkat(file, "", root, name, sys::kAT_EMPTY_PATH);
  if (!named.failed_with(sys::kENOENT)) return named;
  return sys::linkat(sys::kCwd, DescriptorPath(file).path(), root, name, sys::kAT_SYMLINK_FOLLOW);
}

}  // namespace

bool is_valid_id(std::string_view id) {
  if (id.empty() || id.size() > kLongestId || id == "." || id == "..") return false;
  for (char c : id) {
    if (!is_id_character(c)) return false;
  }
  return true;
}

void fail_about(const char* before, std::string_view id, const char* after, ErrorCode code) {
  BufferWriter<512> text;
  text.text(before).character(' ').quoted(id).character(' ').text(after);
  fail({.code = code, .text = text.terminated()});
}

void fail_missing(std::string_view id) { fail_about("container", id, "does not exist"); }

sys::Result<sys::Fd> find_root(std::string_view path, uint32_t owner) {
  auto opened = sys::openat(sys::kCwd, sys::CStr::from_terminated(path.data()),
                            sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
  if (opened) {
    check_root(opened.borrow(), path, owner);
  } else if (!opened.failed_with(sys::kENOENT)) {
    fail_system("open", path, opened.error());
  }
  return opened;
}

sys::Fd make_root(std::string_view path, uint32_t owner) {
  auto found = find_root(path, owner);
  if (!found) {
    const sys::Fd base =
        or_fail(sys::openat(sys::kCwd, path[0] == '/' ? sys::CStr("/") : sys::CStr("."),
                            sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
                "open", path);
    (void)or_fail(rt::make_directories_beneath(base, path.data(), 0700), "create", path);
    found = find_root(path, owner);
  }
  return or_fail(std::move(found), "open", path);
}

void Record::create(sys::Fd root, const Texts& texts, const Progress& progress) {
  owned_root_ = std::move(root);
  root_ = owned_root_;
  texts_ = texts;
  progress_ = progress;
  TemporaryName temporary;
  file_ = or_fail(make_file(root_, temporary), "create record of", id());
  or_fail(sys::flock(file_, sys::kLOCK_EX), "lock record of", id());
  is_locked_ = true;
  auto done = write_whole(file_, texts, progress);
  if (done) {
    done = give_name(file_, root_, sys::CStr::from_terminated(id().data()));
  }
  if (temporary.is_chosen()) (void)sys::unlinkat(root_, temporary.path());
  if (done.failed_with(sys::kEEXIST)) {
    fail_about("container", id(), "exists already", ErrorCode::kConflict);
  }
  or_fail(done, "write record of", id());
  // Its number names the socket on which a start is waited for.
  if (!has(kForeground)) or_fail(identify(file_), "stat record of", id());
}

sys::Result<void> Record::identify(sys::BorrowedFd file) {
  sys::Statx status;
  const auto asked = sys::statx(file, "", sys::kAT_EMPTY_PATH, sys::kSTATX_BASIC_STATS, status);
  if (!asked) return asked;
  inode_ = status.ino;
  size_bytes_ = status.size;
  owner_ = sys::to_raw(status.uid);
  return status.nlink == 0 ? sys::kENOENT : sys::Errno{};
}

// Returns false where the file is too short, or none that is read at a place. One that can't be
// read for another reason isn't damaged: the command ends.
bool Record::read_at(int64_t offset, sys::MutableBytes bytes) const {
  const auto count = sys::pread64(file_, bytes, offset);
  if (count.failed_with(sys::kESPIPE)) return false;
  return or_fail(count, "read", "record") == bytes.size();
}

// One that is written at this moment is read again.
bool Record::read_progress() {
  for (int i = 0; i < kProgressReads; ++i) {
    StoredProgress stored;
    const sys::MutableBytes bytes(&stored, sizeof stored);
    if (!read_at(offsetof(Header, progress), bytes)) return false;
    const auto progress = from_stored(stored);
    if (!progress) continue;
    progress_ = *progress;
    return true;
  }
  return false;
}

// Reads the file up to its longest text, the configuration, which is rarely asked for.
// Returns false unless each text is where the header says and ends in a NUL.
bool Record::read_all_but_config(Arena& arena) {
  std::span<char> bytes = arena.array<char>(std::min(size_bytes_, kUsualBytes));
  if (!read_from_start(bytes) || bytes.size() < sizeof(Header)) return false;
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return false;
  uint64_t end = sizeof header;
  for (const uint32_t length : header.lengths) end += uint64_t{length} + 1;
  if (end != size_bytes_ || end > kLargestBytes) return false;
  const size_t config_bytes = header.lengths[static_cast<size_t>(Text::kConfig)];
  config_offset_ = end - config_bytes - 1;
  if (config_offset_ > bytes.size()) {
    bytes = arena.array<char>(config_offset_);
    if (!read_from_start(bytes)) return false;
  }
  const char* next = bytes.data() + sizeof header;
  for (size_t i = 0; i + 1 < kTextCount; ++i) {
    texts_.views[i] = {next, header.lengths[i]};
    next += header.lengths[i];
    if (*next++ != '\0') return false;
  }
  texts_[Text::kConfig] = {nullptr, config_bytes};
  const auto progress = from_stored(header.progress);
  if (!progress) return read_progress();
  progress_ = *progress;
  return true;
}

bool Record::read_from_start(std::span<char> bytes) const {
  return read_at(0, sys::MutableBytes(bytes.data(), bytes.size()));
}

sys::Result<void> Record::try_open(sys::BorrowedFd root, std::string_view id, Arena& arena) {
  root_ = root;
  auto opened = sys::openat(root, sys::CStr::from_terminated(id.data()),
                            sys::kO_RDWR | sys::kO_NOFOLLOW | sys::kO_NONBLOCK | sys::kO_CLOEXEC);
  if (!opened) return opened.error();
  file_ = opened.take();
  const auto identified = identify(file_);
  if (!identified) return identified;
  if (!read_all_but_config(arena) || this->id() != id) return sys::kEBADMSG;
  return identified;
}

void Record::open(std::string_view path, uint32_t owner, std::string_view id, Arena& arena) {
  auto root = is_valid_id(id) ? find_root(path, owner) : sys::Result<sys::Fd>(sys::kENOENT);
  auto opened = sys::Result<void>(sys::kENOENT);
  if (root) {
    owned_root_ = root.take();
    opened = try_open(owned_root_, id, arena);
  }
  if (opened.failed_with(sys::kENOENT)) fail_missing(id);
  if (opened.failed_with(sys::kEBADMSG)) fail_about("record of container", id, "is damaged");
  or_fail(opened, "open record of", id);
}

bool Record::relock() {
  or_fail(sys::retry_eintr([&] { return sys::flock(file_, sys::kLOCK_EX); }), "lock record of",
          id());
  is_locked_ = true;
  return !is_deleted();
}

void Record::unlock() {
  (void)sys::flock(file_, sys::kLOCK_UN);
  is_locked_ = false;
}

void Record::lock() {
  if (!relock()) fail_missing(id());
  if (!read_progress()) fail_about("record of container", id(), "is damaged");
}

bool Record::try_lock() {
  is_locked_ = sys::flock(file_, sys::kLOCK_EX | sys::kLOCK_NB).ok();
  return is_locked_ && !is_deleted();
}

bool Record::is_locked_elsewhere() {
  // To ask the kernel for a second lock is to give away the first.
  if (is_locked_) return false;
  const auto locked = sys::flock(file_, sys::kLOCK_SH | sys::kLOCK_NB);
  if (locked.failed_with(sys::kEAGAIN)) return true;
  if (locked) unlock();
  (void)read_progress();
  return false;
}

bool Record::is_deleted() { return identify(file_).failed_with(sys::kENOENT); }

void Record::write(const Progress& progress) {
  progress_ = progress;
  const StoredProgress stored = to_stored(progress);
  or_fail(sys::pwrite64(file_, sys::Bytes(&stored, sizeof stored), offsetof(Header, progress)),
          "write record of", id());
}

void Record::remove(std::string_view id) const {
  if (!has(kForeground)) remove_start_socket(root_, inode_);
  if (has(kHasNotify)) {
    (void)sys::unlinkat(root_, NotifyName(id, kNotifySocket).path());
    (void)sys::unlinkat(root_, NotifyName(id).path(), sys::kAT_REMOVEDIR);
  }
  const auto removed = sys::unlinkat(root_, sys::CStr::from_terminated(id.data()));
  if (!removed.failed_with(sys::kENOENT)) or_fail(removed, "remove record of", id);
}

std::span<char> Record::read_config(Arena& arena) const {
  const size_t size = texts_[Text::kConfig].size();
  const auto text = arena.array<char>(size + 1);
  const size_t count = or_fail(sys::pread64(file_, sys::MutableBytes(text.data(), size),
                                            static_cast<int64_t>(config_offset_)),
                               "read record of", id());
  if (count != size) fail_about("record of container", id(), "is damaged");
  return text.first(size);
}

}  // namespace nosc::state
