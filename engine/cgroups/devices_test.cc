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
      case 0x61: to = context[op.offset / 4]; break;                  // ldxw
      case 0xbc: to = static_cast<uint32_t>(from); break;             // mov32 register
      case 0xb4: to = immediate; break;                               // mov32
      case 0x74: to = static_cast<uint32_t>(to) >> immediate; break;  // rsh32
      case 0x54: to = static_cast<uint32_t>(to) & immediate; break;   // and32
      case 0x55: at += to != sign_extended ? static_cast<size_t>(op.offset) : 0; break;  // jne
      case 0x15: at += to == sign_extended ? static_cast<size_t>(op.offset) : 0; break;  // jeq
      case 0x95: return registers[0] != 0;                                               // exit
      default: ADD_FAILURE() << "instruction " << int{op.code}; return false;
    }
  }
  ADD_FAILURE() << "the program has no end";
  return false;
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
  std::span<const DeviceRecord> plan(std::vector<spec::DeviceRule> rules) {
    kept_.push_back(std::move(rules));
    return plan_devices(kept_.back(), arena_);
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

TEST_F(DevicesTest, WithoutRulesThereIsNoProgram) {
  EXPECT_TRUE(plan({}).empty());
  EXPECT_TRUE(compile_devices({}, arena_).empty());
}

TEST_F(DevicesTest, TheLastRuleForEverythingEndsWhatWasBefore) {
  EXPECT_EQ(text(plan({kDenyAll, {true, "c", 8, 0, "r"}, kAllowAll})), "+a *:* rwm\n");
  const std::string rules = text(plan({kAllowAll, kDenyAll, {true, "c", 10, 229, "rw"}}));
  EXPECT_TRUE(rules.starts_with("-a *:* rwm\n+c 10:229 rw\n+c *:* m\n")) << rules;
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
