// SPDX-License-Identifier: Apache-2.0
// The operations of runtime.md: what each does in each state, what hooks see of them, and what is
// left afterwards. Source: runtime-spec 1.3.0, runtime.md and config.md, "POSIX-platform Hooks".

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class Operations : public LifecycleFixture {
 protected:
  Setting setting() const override { return {}; }

  // Brings a container into a state; "" is one that was never made.
  void bring_to(const std::string& state) {
    if (state.empty()) return (void)next_id();
    Bundle& bundle = make_bundle();
    bundle.set_script("exec sleep 1000");
    ASSERT_EQ(create(bundle).exit_status, 0) << output();
    if (state == "created") return;
    ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
    if (state == "stopped") ASSERT_EQ(command({"kill", "ID", "KILL"}).exit_status, 0);
    if (state == "paused") ASSERT_EQ(command({"pause", "ID"}).exit_status, 0);
    ASSERT_TRUE(wait_for_status(state));
  }
};

struct Transition {
  const char* name;
  const char* section;
  const char* state;
  std::vector<std::string> operation;
  const char* error;  // what it says; nullptr: it succeeds
  const char* after;  // the state then
};

void PrintTo(const Transition& row, std::ostream* out) { *out << row.section; }

const Transition kTransitions[] = {
    {"StateOfNone", "runtime.md#query-state", "", {"state", "ID"}, "does not exist", ""},
    {"StateOfCreated", "runtime.md#query-state", "created", {"state", "ID"}, nullptr, "created"},
    {"StateOfRunning", "runtime.md#query-state", "running", {"state", "ID"}, nullptr, "running"},
    {"StateOfStopped", "runtime.md#query-state", "stopped", {"state", "ID"}, nullptr, "stopped"},
    {"StateWithoutId", "runtime.md#query-state", "", {"state"}, "needs a container ID", ""},
    {"StartOfNone", "runtime.md#start", "", {"start", "ID"}, "does not exist", ""},
    {"StartOfCreated", "runtime.md#start", "created", {"start", "ID"}, nullptr, "running"},
    {"StartOfRunning",
     "runtime.md#start",
     "running",
     {"start", "ID"},
     "already running",
     "running"},
    {"StartOfPaused",
     "runtime.md#start",
     "paused",
     {"start", "ID"},
     "while it is paused",
     "paused"},
    {"StartOfStopped", "runtime.md#start", "stopped", {"start", "ID"}, "has stopped", "stopped"},
    {"StartWithoutId", "runtime.md#start", "", {"start"}, "needs a container ID", ""},
    {"KillOfNone", "runtime.md#kill", "", {"kill", "ID", "9"}, "does not exist", ""},
    {"KillOfCreated", "runtime.md#kill", "created", {"kill", "ID", "9"}, nullptr, "stopped"},
    {"KillOfRunning", "runtime.md#kill", "running", {"kill", "ID", "9"}, nullptr, "stopped"},
    {"KillOfPaused", "runtime.md#kill", "paused", {"kill", "ID", "9"}, nullptr, "stopped"},
    {"KillOfStopped", "runtime.md#kill", "stopped", {"kill", "ID", "9"}, "not running", "stopped"},
    {"KillWithoutId", "runtime.md#kill", "", {"kill"}, "needs a container ID", ""},
    {"DeleteOfNone", "runtime.md#delete", "", {"delete", "ID"}, "does not exist", ""},
    {"DeleteOfRunning", "runtime.md#delete", "running", {"delete", "ID"}, "not stopped", "running"},
    {"DeleteOfPaused", "runtime.md#delete", "paused", {"delete", "ID"}, "not stopped", "paused"},
    {"DeleteOfStopped", "runtime.md#delete", "stopped", {"delete", "ID"}, nullptr, ""},
    {"DeleteWithoutId", "runtime.md#delete", "", {"delete"}, "needs a container ID", ""},
};

class Transitions : public Operations, public ::testing::WithParamInterface<Transition> {
 protected:
  void TearDown() override {
    Operations::TearDown();
    static int number = 0;
    std::printf("%s %d - %s: %s%s\n", HasFailure() ? "not ok" : "ok", ++number, GetParam().section,
                GetParam().name, IsSkipped() ? " # SKIP" : "");
  }
};

TEST_P(Transitions, AreTheSpecifications) {
  const Transition& row = GetParam();
  RecordProperty("section", row.section);
  const std::string state = row.state;
  if (state == "paused" && cgroup2_root().empty()) GTEST_SKIP() << "needs a cgroup";
  ASSERT_NO_FATAL_FAILURE(bring_to(state));
  const Completed result = command(row.operation);
  EXPECT_EQ(result.exit_status, row.error == nullptr ? 0 : 1) << result.describe();
  if (row.error != nullptr) {
    EXPECT_NE(result.err.find(row.error), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_TRUE(wait_for_status(row.after)) << status();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, Transitions, ::testing::ValuesIn(kTransitions),
                         [](const auto& info) { return std::string(info.param.name); });

// runtime.md#create
TEST_F(Operations, CreateNeedsAnIdThatIsFreeAndABundle) {
  bring_to("created");
  Bundle& bundle = make_bundle();
  bundle.write();
  const std::string used = last_id();
  EXPECT_EQ(create_as(used, bundle).exit_status, 1);
  EXPECT_NE(output().find("exists already"), std::string::npos) << output();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_EQ(command({"create", "--bundle", bundle.directory()}).exit_status, 1);
  const fs::path empty = make_folder("empty");
  const Completed missing = command({"create", "--bundle", empty, next_id()});
  EXPECT_EQ(missing.exit_status, 1);
  EXPECT_NE(missing.err.find("config.json"), std::string::npos) << missing.err;
  EXPECT_EQ(status(), "");
}

// runtime.md#create: "Any changes made to config.json after this operation will not have an
// effect".
TEST_F(Operations, LaterChangesOfTheConfigurationHaveNoEffect) {
  Bundle& bundle = make_bundle();
  const fs::path log = make_folder("hooks") / "log";
  bundle.set_script("echo before; hostname");
  ASSERT_EQ(create(bundle).exit_status, 0) << output();
  bundle.config()["hostname"] = "changed";
  bundle.config()["annotations"]["new"] = "one";
  bundle.config()["hooks"]["poststart"].push(
      Json::object({{"path", "/bin/touch"}, {"args", Json::strings({"touch", log.string()})}}));
  bundle.set_script("echo after");
  bundle.write();
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(output(), "before\ninside\n");
  EXPECT_FALSE(fs::exists(log));
  EXPECT_EQ(command({"state", "ID"}).out.find("\"new\""), std::string::npos);
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
}

// runtime.md#state
TEST_F(Operations, StateHasItsFields) {
  Bundle& bundle = make_bundle();
  bundle.set_script("exec sleep 1000");
  bundle.config()["annotations"]["org.example.key"] = "value";
  const fs::path pid_file = make_folder("pid") / "pid";
  ASSERT_EQ(create(bundle, {"--pid-file", pid_file}).exit_status, 0) << output();
  const std::string created = command({"state", "ID"}).out;
  EXPECT_EQ(member_of(created, "ociVersion"), "1.3.0");
  EXPECT_EQ(member_of(created, "id"), last_id());
  EXPECT_EQ(member_of(created, "status"), "created");
  EXPECT_EQ(member_of(created, "bundle"), bundle.directory());
  EXPECT_NE(created.find("\"org.example.key\":\"value\""), std::string::npos) << created;
  EXPECT_EQ(member_of(created, "pid"), read_file(pid_file));
  EXPECT_TRUE(fs::exists("/proc/" + read_file(pid_file)));
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

// runtime.md#lifecycle, config.md#posix-platform-hooks
TEST_F(Operations, HooksRunAtTheirMoments) {
  Bundle& bundle = make_bundle();
  const fs::path folder = make_folder("hooks");
  fs::permissions(folder, fs::perms::all);
  bundle.add_mount(mount_entry("/log", "bind", folder, {"bind"}));
  for (const char* kind : {"prestart", "createRuntime", "createContainer", "startContainer",
                           "poststart", "poststop"}) {
    const bool inside = std::string_view(kind) == "startContainer";
    const std::string log = inside ? "/log/log" : (folder / "log").string();
    for (const char* number : {"1", "2"}) {
      bundle.config()["hooks"][kind].push(Json::object(
          {{"path", "/bin/sh"},
           {"args",
            Json::strings({"sh", "-c",
                           "echo $KIND $(sed -n 's/.*\"status\": *\"\\([a-z]*\\)\".*/\\1/p')"
                           " >> " +
                               log})},
           {"env", Json::strings({std::string("KIND=") + kind + number, "PATH=/bin:/usr/bin"})}}));
    }
  }
  bundle.set_script("echo program >> /log/log");
  ASSERT_EQ(create(bundle).exit_status, 0) << output();
  const std::string at_create =
      "prestart1 creating\nprestart2 creating\ncreateRuntime1 creating\ncreateRuntime2 creating\n"
      "createContainer1 creating\ncreateContainer2 creating\n";
  EXPECT_EQ(read_file(folder / "log"), at_create);
  ASSERT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_TRUE(wait_for_status("stopped"));
  EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
  std::string rest = read_file(folder / "log").substr(at_create.size());
  // The program runs beside the poststart hooks.
  const size_t program = rest.find("program\n");
  ASSERT_NE(program, std::string::npos) << rest;
  EXPECT_GT(program, rest.find("startContainer2"));
  rest.erase(program, sizeof "program");
  EXPECT_EQ(rest,
            "startContainer1 created\nstartContainer2 created\npoststart1 running\n"
            "poststart2 running\npoststop1 stopped\npoststop2 stopped\n");
}

// config.md#posix-platform-hooks, runtime.md#lifecycle: what the failure of each kind does.
TEST_F(Operations, AFailingHookStopsWhatItBelongsTo) {
  const std::pair<const char*, const char*> fails_at[] = {
      {"prestart", "create"},      {"createRuntime", "create"}, {"createContainer", "create"},
      {"startContainer", "start"}, {"poststart", "start"},      {"poststop", ""}};
  for (const auto& [kind, operation] : fails_at) {
    Bundle& bundle = make_bundle();
    bundle.config()["hooks"][kind].push(
        Json::object({{"path", "/bin/sh"}, {"args", Json::strings({"sh", "-c", "exit 1"})}}));
    bundle.set_script("exec sleep 1000");
    const std::string failing = operation;
    EXPECT_EQ(create(bundle).exit_status, failing == "create" ? 1 : 0) << kind << output();
    if (failing == "create") {
      EXPECT_EQ(status(), "") << kind;
      continue;
    }
    EXPECT_EQ(command({"start", "ID"}).exit_status, failing == "start" ? 1 : 0) << kind;
    EXPECT_TRUE(wait_for_status(failing == "start" ? "stopped" : "running")) << kind;
    EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0) << kind;
    EXPECT_EQ(status(), "");
  }
}

}  // namespace
}  // namespace nosc::testing
