// SPDX-License-Identifier: Apache-2.0
#include "engine/state/record.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "engine/rt/testing.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"

namespace nosc::state {
namespace {

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    texts_[Text::kBundle] = "/bundle";
    texts_[Text::kRootfs] = "/bundle/rootfs";
    texts_[Text::kCreated] = "2026-11-25T16:00:00Z";
    texts_[Text::kAnnotations] = R"({"a": "b"})";
    texts_[Text::kConfig] = R"({"ociVersion": "1.3.0"})";
  }
  ~RecordTest() override { std::filesystem::remove_all(root_); }

  Outcome<std::unique_ptr<Record>> create(const std::string& id, Progress progress = {}) {
    return outcome_of([&] {
      auto record = std::make_unique<Record>();
      texts_[Text::kId] = arena_.copy_string(id);
      record->create(make_root(root_, geteuid()), texts_, progress);
      return record;
    });
  }

  Outcome<std::unique_ptr<Record>> open(std::string_view id) {
    return outcome_of([&] {
      auto record = std::make_unique<Record>();
      record->open(root_, geteuid(), id, arena_);
      return record;
    });
  }

  static std::string message(const Outcome<std::unique_ptr<Record>>& outcome) {
    return outcome.ok() ? "" : thrown::worded(outcome.error());
  }

  ProcessMark self() const { return {sys::Pid{getpid()}, start_time_of(sys::Pid{getpid()})}; }

  Arena arena_;
  Texts texts_;
  std::string root_ = testing::TempDir() + "/records." + std::to_string(getpid());
};

TEST_F(RecordTest, IsReadAsItWasWritten) {
  Progress progress{.flags = kSetUp | kHasPoststop, .cgroup_kept_bytes = {7, 5}, .init = self()};
  ASSERT_TRUE(create("one", progress).ok());
  const auto record = open("one");
  ASSERT_TRUE(record.ok()) << message(record);
  for (const Text text : {Text::kId, Text::kBundle, Text::kRootfs, Text::kCreated,
                          Text::kAnnotations, Text::kCgroups}) {
    EXPECT_EQ((**record).texts()[text], texts_[text]);
  }
  EXPECT_TRUE((**record).has(kHasPoststop));
  EXPECT_FALSE((**record).has(kForeground));
  EXPECT_EQ((**record).progress().cgroup_kept_bytes[1], 5u);
  EXPECT_EQ((**record).owner(), geteuid());
  const auto config = (**record).read_config(arena_);
  EXPECT_EQ(std::string_view(config.data(), config.size()), texts_[Text::kConfig]);
  EXPECT_EQ(config.data()[config.size()], '\0');
}

TEST_F(RecordTest, IsReadHoweverLongTheTextsAre) {
  const std::string id = "one";
  const std::string config(100, 'c');
  texts_[Text::kConfig] = config;
  for (const size_t length : {0u, 1000u, 3800u, 3900u, 4000u, 4096u, 50000u}) {
    const std::string annotations(length, 'a');
    texts_[Text::kAnnotations] = annotations;
    const auto created = create(id, {.flags = kSetUp, .cgroup_kept_bytes = {}, .init = self()});
    ASSERT_TRUE(created.ok());
    const auto record = open(id);
    ASSERT_TRUE(record.ok()) << length << message(record);
    EXPECT_EQ((**record).texts()[Text::kAnnotations], annotations);
    EXPECT_TRUE(is_alive((**record).progress().init));
    const auto read = (**record).read_config(arena_);
    EXPECT_EQ(std::string_view(read.data(), read.size()), config);
    (**created).remove();
  }
}

TEST_F(RecordTest, AnIdIsTakenOnce) {
  const auto first = create("one");
  ASSERT_TRUE(first.ok());
  const auto second = create("one");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(message(second), "container \"one\" exists already");
  (**first).remove();
  EXPECT_TRUE(create("one").ok());
}

TEST_F(RecordTest, TheFileAndItsDirectoryAreTheUsersAlone) {
  root_ += "/deep/er";
  ASSERT_TRUE(create("one").ok());
  struct stat status;
  ASSERT_EQ(stat(root_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(stat((root_ + "/one").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(RecordTest, ADirectoryThatOthersWriteToIsRefused) {
  std::filesystem::create_directory(root_);
  ASSERT_EQ(chmod(root_.c_str(), 0777), 0);
  EXPECT_EQ(message(create("one")), "\"" + root_ + "\": state directory must be this user's alone");
}

TEST_F(RecordTest, WhatIsMissingDoesNotExist) {
  EXPECT_EQ(message(open("one")), "container \"one\" does not exist");
  ASSERT_TRUE(create("one").ok());
  EXPECT_EQ(message(open("two")), "container \"two\" does not exist");
  EXPECT_EQ(message(open("../one")), "container \"../one\" does not exist");
}

TEST_F(RecordTest, DamagedAndForeignFilesAreNamed) {
  ASSERT_TRUE(create("one").ok());
  const std::string path = root_ + "/one";
  std::string bytes;
  {
    std::ifstream file(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto rewrite = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    return message(open("one"));
  };
  EXPECT_EQ(rewrite(bytes), "");
  const char* damaged = "record of container \"one\" is damaged";
  for (const size_t size : {size_t{0}, size_t{5}, size_t{63}, bytes.size() - 1}) {
    EXPECT_EQ(rewrite(bytes.substr(0, size)), damaged) << size;
  }
  EXPECT_EQ(rewrite(bytes + "x"), damaged);
  EXPECT_EQ(rewrite("{\"id\": \"one\"}"), damaged);
  for (size_t i = 0; i < 64 + sizeof "one"; ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(rewrite(changed), damaged) << i;
  }
}

TEST_F(RecordTest, FollowsNoLink) {
  std::filesystem::create_directory(root_);
  ASSERT_EQ(chmod(root_.c_str(), 0700), 0);
  std::filesystem::create_symlink("/etc/passwd", root_ + "/one");
  EXPECT_EQ(message(open("one")), "open record of \"one\": ELOOP");
}

TEST_F(RecordTest, TheLockShowsWhetherItIsBeingMade) {
  auto made = create("one");
  ASSERT_TRUE(made.ok());
  auto seen = open("one");
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(status_of(**seen), Status::kCreating);
  EXPECT_FALSE((**seen).try_lock());
  made->reset();
  seen = open("one");
  EXPECT_EQ(status_of(**seen), Status::kStopped);
}

// Who asks for the status of a container that it has locked keeps it locked.
TEST_F(RecordTest, TheStatusOfAHalfMadeOneLeavesItsLock) {
  create("one");
  auto first = open("one");
  auto second = open("one");
  ASSERT_TRUE(first.ok() && second.ok());
  (**first).lock();
  EXPECT_EQ(status_of(**first), Status::kStopped);
  EXPECT_FALSE((**second).try_lock());
  EXPECT_EQ(status_of(**second), Status::kCreating);
  (**first).unlock();
  EXPECT_TRUE((**second).try_lock());
}

// What was read before the lock was looked at may be older than its end.
TEST_F(RecordTest, OneThatIsCompleteMeanwhileIsSeenSo) {
  auto made = create("one");
  ASSERT_TRUE(made.ok());
  auto seen = open("one");
  ASSERT_TRUE(seen.ok());
  (**made).write({.flags = kSetUp, .cgroup_kept_bytes = {}, .init = self()});
  made->reset();
  EXPECT_EQ(status_of(**seen), Status::kRunning);
}

// A first process that was gone before it could be asked has no start time, and nobody is it.
TEST_F(RecordTest, WhatHadEndedBeforeItWasWrittenDownIsNotAlive) {
  EXPECT_FALSE(is_alive({.pid = sys::Pid{0x3fffffff}, .start_time = 0}));
  EXPECT_TRUE(is_alive(self()));
}

TEST_F(RecordTest, LockingFindsThatAnotherHasDeleted) {
  auto seen = [&] {
    EXPECT_TRUE(create("one").ok());
    return open("one");
  }();
  (**open("one")).remove();
  const auto locked = outcome_of([&] { (**seen).lock(); });
  ASSERT_FALSE(locked.ok());
  EXPECT_EQ(thrown::worded(locked.error()), "container \"one\" does not exist");
}

TEST_F(RecordTest, StatusFollowsProcessAndSocket) {
  ASSERT_TRUE(create("one", {.flags = kSetUp, .cgroup_kept_bytes = {}, .init = self()}).ok());
  auto record = open("one");
  EXPECT_EQ(status_of(**record), Status::kRunning);
  {
    const sys::Fd socket = listen_for_start((**record).root(), (**record).inode());
    EXPECT_EQ(status_of(**record), Status::kCreated);
  }
  // The name is still there, and nobody listens.
  EXPECT_EQ(status_of(**record), Status::kRunning);
  Progress progress = (**record).progress();
  progress.init.start_time += 1;
  (**record).write(progress);
  EXPECT_EQ(status_of(**open("one")), Status::kStopped);
}

TEST_F(RecordTest, TheSocketFitsWhateverTheIdIs) {
  root_ += "/" + std::string(150, 'd');
  const std::string id(255, 'x');
  const auto record = create(id);
  ASSERT_TRUE(record.ok()) << message(record);
  const sys::Fd socket = listen_for_start((**record).root(), (**record).inode());
  EXPECT_TRUE(connect_to_start((**record).root(), (**record).inode()).ok());
  (**record).remove();
  EXPECT_TRUE(std::filesystem::is_empty(root_));
}

TEST(ProcessMark, TellsProcessesApart) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    pause();
    _exit(0);
  }
  const ProcessMark mark{sys::Pid{child}, start_time_of(sys::Pid{child})};
  EXPECT_TRUE(is_alive(mark));
  EXPECT_TRUE(open_process(mark).ok());
  EXPECT_FALSE(is_alive({mark.pid, mark.start_time + 1}));
  EXPECT_FALSE(open_process({mark.pid, mark.start_time + 1}).ok());
  kill(child, SIGKILL);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(is_alive(mark)) << "a zombie";
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_alive(mark));
  EXPECT_FALSE(is_alive({}));
}

TEST(ProcessFacts, TellIgnoredSignals) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    for (int number = 1; number <= SIGSYS; ++number) signal(number, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    kill(getpid(), SIGSTOP);
    _exit(0);
  }
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED), 0);
  EXPECT_EQ(facts_of(sys::Pid{child}).ignored_signals, 1u << (SIGHUP - 1) | 1u << (SIGPIPE - 1));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(facts_of(sys::Pid{child}).ignored_signals, rt::kStandardSignals) << "nobody knows";
}

TEST(WriteState, HasWhatTheSpecificationAsks) {
  Texts texts;
  texts[Text::kId] = "x\"y";
  texts[Text::kBundle] = "/b";
  texts[Text::kRootfs] = "/b/r";
  texts[Text::kCreated] = "2026-11-25T16:00:00Z";
  BufferWriter<1024> out;
  write_state(out, texts, sys::Pid{12}, Status::kRunning, "", Layout::kIndented);
  EXPECT_EQ(out.view(),
            "{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": \"x\\\"y\",\n  \"pid\": 12,\n"
            "  \"status\": \"running\",\n  \"bundle\": \"/b\",\n  \"rootfs\": \"/b/r\",\n"
            "  \"created\": \"2026-11-25T16:00:00Z\",\n  \"owner\": \"\"\n}");
  BufferWriter<1024> line;
  write_state(line, texts, sys::Pid{12}, Status::kRunning);
  EXPECT_EQ(line.view().find('\n'), line.view().npos);
}

TEST(ContainerId, Valid) {
  for (const std::string_view id : {"a", "A-b_c.d+9", "...", ".a", "-", "0"}) {
    EXPECT_TRUE(is_valid_id(id)) << id;
  }
  EXPECT_TRUE(is_valid_id(std::string(255, 'x')));
}

TEST(ContainerId, Invalid) {
  for (const std::string_view id :
       {"", ".", "..", "a/b", "/", "a b", "a\n", "\xc3\xa4", "a:b", "a*"}) {
    EXPECT_FALSE(is_valid_id(id)) << id;
  }
  EXPECT_FALSE(is_valid_id(std::string(256, 'x')));
  EXPECT_FALSE(is_valid_id(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace nosc::state
