// SPDX-License-Identifier: Apache-2.0
//
// The device programs in an interpreter of the test's own, against the rules read one by one.

#include "engine/cgroups/devices.h"

#include <gtest/gtest.h>

#include <bit>
#include <list>
#include <string>
#include <vector>

#include "engine/rt/testing.h"

namespace nosc::cgroups {
namespace {

constexpr uint32_t kMake = 1, kRead = 2, kWrite = 4;

struct Access {
  char type;
  uint32_t major;
  uint32_t minor;
  uint32_t bits;
};

// Runs a program as the kernel does. Everything that the compiler doesn't emit is a failure.
bool run(std::span<const sys::BpfInstruction> code, const Access& access) {
  const uint32_t context[3] = {access.bits << 16 | (access.type == 'b' ? 1U : 2U), access.major,
                               access.minor};
  uint64_t registers[11] = {};
  for (size_t at = 0; at < code.size(); ++at) {
    const sys::BpfInstruction& op = code[at];
    const bool little = std::endian::native == std::endian::little;
    uint64_t& to = registers[little ? op.registers & 15 : op.registers >> 4];
    const uint64_t from = registers[little ? op.registers >> 4 : op.registers & 15];
    const auto sign_extended = static_cast<uint64_t>(static_cast<int64_t>(op.immediate));
    const auto immediate = static_cast<uint32_t>(op.immediate);
    switch (op.code) {
      case 0x61: to = context[op.offset / 4]; break;                            // ldxw
      case 0xbc: to = static_cast<uint32_t>(from); break;                       // mov32 register
      case 0xb4: to = immediate; break;                                         // mov32
      case 0x74: to = static_cast<uint32_t>(to) >> immediate; break;            // rsh32
      case 0x54: to = static_cast<uint32_t>(to) & immediate; break;             // and32
      case 0x64: to = static_cast<uint32_t>(to << immediate); break;            // lsh32
      case 0x4c: to = static_cast<uint32_t>(to | from); break;                  // or32 register
      case 0x1d: at += to == from ? static_cast<size_t>(op.offset) : 0; break;  // jeq register
      case 0x5d: at += to != from ? static_cast<size_t>(op.offset) : 0; break;  // jne register
      case 0x55: at += to != sign_extended ? static_cast<size_t>(op.offset) : 0; break;  // jne
      case 0x15: at += to == sign_extended ? static_cast<size_t>(op.offset) : 0; break;  // jeq
      case 0x95: return registers[0] != 0;                                               // exit
      default: ADD_FAILURE() << "instruction " << int{op.code}; return false;
    }
  }
  ADD_FAILURE() << "the program has no end";
  return false;
}

// Whether each instruction can be come to, by the jumps alone: the kernel refuses others.
bool is_all_reachable(std::span<const sys::BpfInstruction> code) {
  std::vector<bool> reached(code.size());
  reached[0] = true;
  for (size_t at = 0; at < code.size(); ++at) {
    if (!reached[at]) return false;
    if (code[at].code == 0x95) continue;
    reached[at + 1] = true;
    if ((code[at].code & 7) == 5) reached[at + 1 + static_cast<size_t>(code[at].offset)] = true;
  }
  return true;
}

// The same by the words of the specification: for each access the last rule that says something.
bool judge(std::span<const DeviceRecord> rules, const Access& access) {
  for (const uint32_t bit : {kMake, kRead, kWrite}) {
    if ((access.bits & bit) == 0) continue;
    bool allowed = false;
    for (const DeviceRecord& rule : rules) {
      const bool fits = (rule.type == 'a' || rule.type == access.type) &&
                        (rule.major == kAnyNumber || rule.major == access.major) &&
                        (rule.minor == kAnyNumber || rule.minor == access.minor);
      if (fits && (rule.access & bit) != 0) allowed = rule.allow;
    }
    if (!allowed) return false;
  }
  return true;
}

class DevicesTest : public testing::Test {
 protected:
  std::span<const DeviceRecord> plan(std::vector<spec::DeviceRule> rules,
                                     std::span<const spec::Device> made = {}) {
    kept_.push_back(std::move(rules));
    return plan_devices(kept_.back(), made, arena_);
  }

  std::string text(std::span<const DeviceRecord> rules) {
    BufferWriter<2048> out;
    for (const DeviceRecord& rule : rules) {
      out.text(rule.allow ? "+" : "-");
      write_rule(rule, rule.type, out);
      out.character('\n');
    }
    return std::string(out.view());
  }

  // Both answers to every access around the numbers that rules name.
  void compare(std::span<const DeviceRecord> rules) {
    const auto program = compile_devices(rules, arena_);
    EXPECT_TRUE(is_all_reachable(program)) << text(rules);
    for (const char type : {'b', 'c'}) {
      for (const uint32_t major : {0U, 1U, 5U, 8U, 10U, 136U, 4095U}) {
        for (const uint32_t minor : {0U, 1U, 3U, 229U, 1048575U}) {
          for (uint32_t bits = 1; bits < 8; ++bits) {
            const Access access{type, major, minor, bits};
            EXPECT_EQ(run(program, access), judge(rules, access))
                << type << major << ":" << minor << " " << bits << "\n"
                << text(rules);
          }
        }
      }
    }
  }

  Arena arena_;
  std::list<std::vector<spec::DeviceRule>> kept_;
};

const spec::DeviceRule kDenyAll = {
    .allow = false, .type = {}, .major = {}, .minor = {}, .access = "rwm"};
const spec::DeviceRule kAllowAll = {
    .allow = true, .type = "a", .major = {}, .minor = -1, .access = {}};

TEST_F(DevicesTest, WithoutRulesThereAreTheDefaultDevices) {
  EXPECT_EQ(text(plan({})),
            "-a *:* rwm\n+c 1:3 rwm\n+c 1:5 rwm\n+c 1:7 rwm\n+c 1:8 rwm\n+c 1:9 rwm\n+c 5:0 rwm\n"
            "+c 5:2 rwm\n+c 10:200 rwm\n+c 136:* rwm\n+a *:* m\n");
  compare(plan({}));
  for (const DeviceRecord& rule : plan({})) EXPECT_TRUE(rule.is_default);
}

TEST_F(DevicesTest, TheDefaultProgramIsShort) {
  // A third of what a question for each type, number and access takes: loading is what rules cost.
  EXPECT_LE(compile_devices(plan({}), arena_).size(), 25u);
}

TEST_F(DevicesTest, OwnDevicesAreAllowedUnlessEverythingIsDenied) {
  const auto device = [](const char* type, spec::Limit major, spec::Limit minor) {
    spec::Device made{};
    made.type = type;
    made.major = major;
    made.minor = minor;
    return made;
  };
  const spec::Device made[] = {device("c", 10, 229), device("u", 10, 230), device("b", 8, 0),
                               device("p", {}, {}),  device("c", {}, {}),  device("c", -1, -1)};
  EXPECT_TRUE(text(plan({}, made))
                  .starts_with("-a *:* rwm\n+c 10:229 rwm\n+c 10:230 rwm\n+b 8:0 rwm\n+c 1:3"));
  compare(plan({}, made));
  const auto partial = plan({{true, "c", 10, 1, "r"}, {false, "c", 10, 229, "w"}}, made);
  EXPECT_FALSE(run(compile_devices(partial, arena_), {'c', 10, 229, kWrite}));
  EXPECT_TRUE(run(compile_devices(partial, arena_), {'c', 10, 229, kRead}));
  EXPECT_FALSE(partial[0].is_default);
  compare(partial);
  EXPECT_TRUE(text(plan({kDenyAll}, made)).starts_with("-a *:* rwm\n+c 1:3"));
  EXPECT_EQ(text(plan({kAllowAll}, made)), "+a *:* rwm\n");
}

TEST_F(DevicesTest, TheLastRuleForEverythingEndsWhatWasBefore) {
  EXPECT_EQ(text(plan({kDenyAll, {true, "c", 8, 0, "r"}, kAllowAll})), "+a *:* rwm\n");
  const std::string rules = text(plan({kAllowAll, kDenyAll, {true, "c", 10, 229, "rw"}}));
  EXPECT_TRUE(rules.starts_with("-a *:* rwm\n+c 10:229 rw\n+c 1:3 rwm\n")) << rules;
}

TEST_F(DevicesTest, WithoutOneNothingIsAllowedFirst) {
  EXPECT_TRUE(text(plan({{true, "b", 8, {}, "r"}})).starts_with("-a *:* rwm\n+b 8:* r\n"));
}

TEST_F(DevicesTest, DefaultDevicesStayAllowed) {
  const auto rules = plan({kDenyAll, {false, "c", 1, 3, "rwm"}});
  EXPECT_TRUE(judge(rules, {'c', 1, 3, kRead | kWrite | kMake}));
  EXPECT_TRUE(run(compile_devices(rules, arena_), {'c', 1, 3, kRead | kWrite}));
  EXPECT_FALSE(run(compile_devices(rules, arena_), {'b', 1, 3, kRead}));
}

TEST_F(DevicesTest, ProgramsSayWhatTheRulesSay) {
  compare(plan({kDenyAll}));
  compare(plan({kAllowAll}));
  compare(plan({kAllowAll, {false, "b", 8, {}, "w"}, {true, "b", 8, 1, "w"}}));
  compare(plan({kDenyAll, {true, "a", {}, 3, "r"}, {false, "c", 10, {}, "rw"}}));
  compare(plan({{true, "c", 5, 0, "r"}, {false, "c", 5, 0, "r"}, {true, "c", 5, {}, "w"}}));
  compare(plan({kAllowAll, {false, "a", {}, {}, "w"}, {true, "c", 10, 229, "rw"}}));
  compare(plan({kDenyAll, {true, "c", 4294967295, 0, "r"}}));
  compare(plan({kDenyAll, {true, "c", 4294967295, {}, "rwm"}}));
  compare(plan({kDenyAll, {true, "b", 4095, 1048575, "rwm"}, {false, "b", 4095, 1, "rwm"}}));
  compare(plan({kDenyAll, {true, "b", 4095, 1048575, "r"}, {true, "b", {}, 3, "rwm"}}));
  compare(plan({kDenyAll, {true, "c", {}, {}, "rwm"}, {false, "b", {}, {}, "rwm"}}));
  compare(plan({kAllowAll, {true, "c", 8, 0, "rwm"}}));
}

TEST_F(DevicesTest, Version1RefusesWhatItWouldNotHeed) {
  const auto possible = [&](std::vector<spec::DeviceRule> rules) {
    const auto planned = plan(std::move(rules));
    return find_impossible(planned) == planned.size();
  };
  EXPECT_TRUE(possible({kDenyAll, {true, "c", 8, 0, "rw"}, {false, "c", 8, 0, "w"}}));
  EXPECT_FALSE(possible({kDenyAll, {true, "c", 8, {}, "rw"}, {false, "c", 8, 0, "w"}}));
  EXPECT_TRUE(possible({kDenyAll, {true, "c", 8, {}, "r"}, {false, "c", 8, 0, "w"}}));
  EXPECT_FALSE(possible({kAllowAll, {false, "a", {}, {}, "w"}, {true, "c", 8, 0, "w"}}));
  EXPECT_TRUE(possible({kAllowAll, {false, "b", 8, {}, "w"}}));
}

}  // namespace
}  // namespace nosc::cgroups
