// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/words.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace nosc::launch {
namespace {

// A plan with one record of each kind, and two mounts.
Failure failure(Step step, Operation operation, sys::Errno error, uint32_t index = 0) {
  return {step, operation, static_cast<uint16_t>(error.value()), index};
}

class WordsTest : public testing::Test {
 protected:
  WordsTest() {
    plan_.mounts.root.path = "/bundle/rootfs";
    plan_.mounts.mounts = mounts_;
    plan_.mounts.masks = masks_;
    plan_.mounts.read_only = read_only_;
    plan_.namespaces.joins = joins_;
    plan_.sysctls = sysctls_;
    plan_.process.identity.working_directory = "/work";
    plan_.program = "program";
    plan_.hooks.kinds.fill(hooks_);
    plan_.process.label.text = "label";
  }

  Error describe(const Failure& failure) { return describe_failure(failure, plan_, arena_); }

  std::string message(const Failure& failure) {
    BufferWriter<512> writer;
    write_error(writer, describe(failure));
    EXPECT_FALSE(writer.truncated());
    return std::string(writer.view());
  }

  Arena arena_;
  Plan plan_;
  mounts::MountRecord mounts_[2] = {
      {.kind = mounts::MountKind::kProc,
       .destination = "/proc",
       .source = "proc",
       .type = "proc",
       .place = {"/mounts", 0}},
      {.kind = mounts::MountKind::kBind,
       .destination = "/data",
       .source = "/srv",
       .place = {"/mounts", 1}},
  };
  mounts::MaskRecord masks_[1] = {{"/proc/kcore", {"/linux/maskedPaths", 0}}};
  mounts::ReadOnlyRecord read_only_[1] = {
      {mounts::ReadOnlyKind::kSelfBind, "/proc/sys", {"/linux/readonlyPaths", 0}}};
  namespaces::JoinRecord joins_[1] = {
      {.path = "/run/netns/a", .place = {"/linux/namespaces", 2, "path"}}};
  hooks::HookRecord hooks_[1] = {
      {.path = "/bin/hook", .timeout_ms = 2000, .place = {"/hooks/prestart", 0}}};
  sysctl::SysctlRecord sysctls_[1] = {{.path = "sys/net/a",
                                       .value = "1",
                                       .owner = spec::NamespaceType::kNetwork,
                                       .place = {"/linux/sysctl", -1, "net.a"}}};
};

TEST_F(WordsTest, EveryStepSaysWhereOrWhat) {
  for (auto step = static_cast<uint8_t>(Step::kNone) + 1; step <= static_cast<uint8_t>(Step::kExec);
       ++step) {
    const Error error = describe(failure(static_cast<Step>(step), Operation::kOpen, sys::kEPERM));
    EXPECT_TRUE(error.place.known() || !error.object.empty()) << step;
    EXPECT_EQ(error.cause, sys::kEPERM) << step;
    // What a hook did is said in the words of others.
    const bool is_hook =
        error.place.known() && std::string_view(error.place.pointer) == "/hooks/prestart";
    EXPECT_STREQ(error.operation, is_hook ? nullptr : "open") << step;
  }
}

TEST_F(WordsTest, HooksSayHowTheyEnded) {
  const std::string hook = "/hooks/prestart/0: error running prestart hook #0: ";
  const auto ended = [&](unsigned how) {
    return message({Step::kPoststopHook, Operation::kAwait, static_cast<uint16_t>(how), 0});
  };
  EXPECT_EQ(message(failure(Step::kPrestartHook, Operation::kExecute, sys::kENOENT)),
            hook + "fork/exec /bin/hook: ENOENT");
  EXPECT_EQ(ended(3), hook + "exit status 3, stdout: , stderr: ");
  EXPECT_EQ(ended(hooks::kSignalled + 15), hook + "signal: terminated, stdout: , stderr: ");
  EXPECT_EQ(ended(hooks::kSignalled + 40), hook + "signal: signal 40, stdout: , stderr: ");
  EXPECT_EQ(ended(hooks::kTimedOut), hook + "hook ran past specified timeout of 2.0s");
  EXPECT_EQ(ended(hooks::kInterrupted), hook + "interrupted");
}

TEST_F(WordsTest, EveryOperationHasAWord) {
  for (auto operation = static_cast<uint8_t>(Operation::kNone) + 1;
       operation <= static_cast<uint8_t>(Operation::kAwait); ++operation) {
    const Error error =
        describe(failure(Step::kSession, static_cast<Operation>(operation), sys::kEPERM));
    EXPECT_NE(error.operation, nullptr) << operation;
  }
  EXPECT_STREQ(describe(failure(Step::kClone, Operation::kFork, sys::kEAGAIN)).operation, "fork");
  EXPECT_STREQ(describe(failure(Step::kExec, Operation::kExecute, sys::kEACCES)).operation,
               "execute");
  EXPECT_STREQ(describe(failure(Step::kRoot, Operation::kVerify, sys::kEXDEV)).operation, "verify");
}

TEST_F(WordsTest, Mounts) {
  EXPECT_EQ(message(failure(Step::kMount, Operation::kMount, sys::kEPERM)),
            "/mounts/0: mount \"/proc\": proc: EPERM");
  EXPECT_EQ(message(failure(Step::kMount, Operation::kBind, sys::kENOSPC, 1)),
            "/mounts/1: bind \"/data\": source \"/srv\": ENOSPC");
  EXPECT_EQ(message(failure(Step::kMountSource, Operation::kOpen, sys::kENOENT, 1)),
            "/mounts/1: open \"/srv\": ENOENT");
  mounts_[1].kind = mounts::MountKind::kFileSystem;
  mounts_[1].type = "tmpfs";
  mounts_[1].data = "mode=7x";
  EXPECT_EQ(message(failure(Step::kMount, Operation::kMount, sys::kEINVAL, 1)),
            "/mounts/1: mount \"/data\": tmpfs, data \"mode=7x\": EINVAL");
}

TEST_F(WordsTest, MountsThatMustNotBe) {
  EXPECT_EQ(
      message(failure(Step::kMount, Operation::kVerify, sys::kEPERM, 0)),
      "/mounts/0: verify \"/proc\": only a proc file system may be mounted over /proc: EPERM");
  EXPECT_EQ(
      message(failure(Step::kMount, Operation::kVerify, sys::kEXDEV, 1)),
      "/mounts/1: verify \"/data\": the destination changed while it was being mounted: EXDEV");
}

TEST_F(WordsTest, OtherRecords) {
  EXPECT_EQ(message(failure(Step::kJoinNamespace, Operation::kJoin, sys::kEINVAL)),
            "/linux/namespaces/2/path: join \"/run/netns/a\": EINVAL");
  EXPECT_EQ(message(failure(Step::kMask, Operation::kMount, sys::kEPERM)),
            "/linux/maskedPaths/0: mount \"/proc/kcore\": EPERM");
  EXPECT_EQ(message(failure(Step::kReadOnlyPath, Operation::kBind, sys::kEINVAL)),
            "/linux/readonlyPaths/0: bind \"/proc/sys\": EINVAL");
  EXPECT_EQ(message(failure(Step::kSysctl, Operation::kWrite, sys::kEINVAL)),
            "/linux/sysctl/net.a: write \"sys/net/a\": EINVAL");
  EXPECT_EQ(message(failure(Step::kRlimit, Operation::kSet, sys::kEPERM, 3)),
            "/process/rlimits/3: set: EPERM");
  EXPECT_EQ(message(failure(Step::kDevice, Operation::kCreate, sys::kEPERM, 5)),
            "create \"/dev/tty\": EPERM");
  EXPECT_EQ(message(failure(Step::kLink, Operation::kCreate, sys::kEROFS, 4)),
            "create \"ptmx\": EROFS");
}

TEST_F(WordsTest, WhatThereIsOneOf) {
  EXPECT_EQ(message(failure(Step::kRoot, Operation::kOpen, sys::kENOENT)),
            "/root/path: open \"/bundle/rootfs\": ENOENT");
  EXPECT_EQ(message(failure(Step::kWorkingDirectory, Operation::kChangeDirectory, sys::kENOENT)),
            "/process/cwd: change directory to \"/work\": ENOENT");
  EXPECT_EQ(message(failure(Step::kHostname, Operation::kSet, sys::kEPERM)),
            "/hostname: set \"hostname\": EPERM");
}

TEST_F(WordsTest, AProgramThatDoesNotStartDecidesTheExitStatus) {
  for (const sys::Errno missing : {sys::kENOENT, sys::kENOTDIR}) {
    EXPECT_EQ(describe(failure(Step::kExec, Operation::kExecute, missing)).code,
              ErrorCode::kNotFound);
  }
  for (const sys::Errno refused : {sys::kEACCES, sys::kENOEXEC, sys::kEISDIR, sys::kE2BIG}) {
    EXPECT_EQ(describe(failure(Step::kExec, Operation::kExecute, refused)).code,
              ErrorCode::kNotExecutable);
  }
  EXPECT_EQ(message(failure(Step::kExec, Operation::kExecute, sys::kENOENT)),
            "/process/args/0: execute \"program\": ENOENT");
}

// The last stage is in reach of the container's neighbours, and may say anything.
TEST_F(WordsTest, WhatCannotBeIsDescribedAllTheSame) {
  for (int step = 0; step < 256; ++step) {
    for (const int operation : {0, 3, 19, 20, 200, 255}) {
      for (const uint32_t index : {0U, 1U, 7U, UINT32_MAX}) {
        const Error error = describe({static_cast<Step>(step), static_cast<Operation>(operation),
                                      static_cast<uint16_t>(sys::kEPERM.value()), index});
        BufferWriter<8192> writer;
        write_error(writer, error);
        EXPECT_FALSE(writer.view().empty());
      }
    }
  }
}

}  // namespace
}  // namespace nosc::launch
