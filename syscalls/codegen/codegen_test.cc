// SPDX-License-Identifier: Apache-2.0
//
// Looks at the instructions that the system-call layer compiles to, at -O2 and at -Oz.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

// The fewest instructions that a function of nothing but a call can do with: one brings the number,
// one calls, one returns, and one brings each constant argument (a struct's size). The arguments
// come in the registers that the kernel wants but for `moved`, which takes one more. `extension` is
// what an int that fills a register takes; the other types are taken as they come. `bare` is what
// the ABI of functions wants of 32 bits that are returned as they are; inlined calls do without.
struct Minimum {
  const char* architecture;
  size_t moved;  // position of the argument that comes in another register; kNone: none does
  size_t extension;
  size_t bare;
  const char* call;  // the call instruction
};

constexpr size_t kNone = 100;
constexpr Minimum kMinimums[] = {
    {"aarch64", kNone, 1, 0, "svc"},
    {"riscv64", kNone, 0, 1, "ecall"},
    // The fourth is in rcx, which the instruction overwrites, and has to be in r10.
    {"x86_64", 3, 1, 0, "syscall"},
};

struct Function {
  size_t bytes = 0;
  std::vector<std::string> instructions;
};

std::string objdump(const std::string& arguments) {
  const std::string command = std::string(getenv("NOSC_OBJDUMP")) + " " + arguments;
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

std::string object(const std::string& name, const std::string& architecture,
                   const std::string& goal) {
  return "syscalls/codegen/" + name + "_" + architecture + "_" + goal + ".a";
}

// The functions of an object by name: "ADDRESS <NAME>:" and an instruction per line behind it, as
// "  OFFSET: BYTE BYTE...<tab>INSTRUCTION".
std::map<std::string, Function> functions_of(const std::string& path) {
  std::map<std::string, Function> functions;
  Function* current = nullptr;
  std::istringstream lines(objdump("-d " + path));
  for (std::string line; std::getline(lines, line);) {
    const size_t open = line.find('<');
    if (!line.empty() && line[0] == '0' && line.back() == ':' && open != line.npos) {
      current = &functions[line.substr(open + 1, line.size() - open - 3)];
      continue;
    }
    const size_t tab = line.find('\t');
    if (line.find("file format") != line.npos) current = nullptr;
    if (current == nullptr || tab == line.npos) continue;
    size_t digits = 0;
    for (size_t i = line.find(':') + 1; i < tab; ++i) digits += isxdigit(line[i]) ? 1 : 0;
    current->bytes += digits / 2;
    current->instructions.push_back(line.substr(tab + 1));
  }
  return functions;
}

std::string listing(const Function& function) {
  std::string text;
  for (const std::string& line : function.instructions) text += "\n  " + line;
  return text;
}

// The number of instructions; x86_64's short form of a constant's move, a push and a pop that are
// three bytes instead of five, is one.
size_t moves_counted_once(const std::vector<std::string>& instructions) {
  size_t count = instructions.size();
  for (size_t i = 1; i < instructions.size(); ++i) {
    count -= instructions[i - 1].rfind("pushq\t$", 0) == 0 && instructions[i].rfind("popq", 0) == 0;
  }
  return count;
}

// What one line of ARCHITECTURE_counts.txt allows; its format is in syscalls/gen/emit.h.
size_t allowed(const Minimum& minimum, std::istringstream& words) {
  std::string word;
  words >> word;
  size_t count = word == "ends" ? 2 : 3;
  if (word == "returns_bare") count += minimum.bare;
  for (size_t i = 0; words >> word; ++i) {
    if (word == "constant" || word == "extended" || i == minimum.moved) {
      ++count;
    } else if (word == "wide") {
      count += minimum.extension;
    }
  }
  return count;
}

void expect_minimal(const Minimum& minimum, const std::string& name, size_t most,
                    const std::map<std::string, Function>& functions) {
  const auto function = functions.find("call_" + name);
  ASSERT_NE(function, functions.end()) << name;
  EXPECT_EQ(moves_counted_once(function->second.instructions), most)
      << minimum.architecture << " " << name << listing(function->second);
  size_t calls = 0;
  for (const std::string& line : function->second.instructions) {
    calls += line.substr(0, line.find('\t')) == minimum.call ? 1 : 0;
  }
  EXPECT_EQ(calls, 1u) << minimum.architecture << " " << name << listing(function->second);
}

class CodegenTest : public testing::TestWithParam<std::tuple<Minimum, const char*>> {
 protected:
  Minimum minimum() const { return std::get<0>(GetParam()); }
  std::map<std::string, Function> functions(const std::string& name) const {
    return functions_of(object(name, minimum().architecture, std::get<1>(GetParam())));
  }
};

TEST_P(CodegenTest, NoCallHasAnInstructionTooMany) {
  const auto functions = this->functions("calls_of");
  std::ifstream counts("syscalls/codegen/" + std::string(minimum().architecture) + "_counts.txt");
  size_t checked = 0;
  for (std::string line; std::getline(counts, line); ++checked) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    expect_minimal(minimum(), name, allowed(minimum(), words), functions);
  }
  EXPECT_GT(checked, 150u);
  EXPECT_EQ(checked, functions.size());
  RecordProperty("wrappers", static_cast<int>(checked));
  printf("%zu wrappers\n", checked);
}

TEST_P(CodegenTest, OwnedDescriptorsCostWhatAssemblyCosts) {
  const auto functions = this->functions("owners");
  ASSERT_TRUE(functions.count("read_file_typed") && functions.count("read_file_by_hand"));
  const Function& typed = functions.at("read_file_typed");
  const Function& by_hand = functions.at("read_file_by_hand");
  EXPECT_GT(by_hand.instructions.size(), 15u);
  EXPECT_LE(typed.instructions.size(), by_hand.instructions.size()) << listing(typed);
  EXPECT_LE(typed.bytes, by_hand.bytes) << listing(typed);
  printf("%zu instructions, %zu bytes\n", typed.instructions.size(), typed.bytes);
}

// Sections of an object: "INDEX NAME SIZE VMA TYPE", where TYPE is empty for what is not loaded.
TEST_P(CodegenTest, WhatIsUnusedCostsNothing) {
  const std::string path = object("unused", minimum().architecture, std::get<1>(GetParam()));
  std::istringstream lines(objdump("-h " + path));
  size_t sections = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    size_t index = 0;
    std::string name, size, address, type;
    if (!(words >> index >> name >> size >> address)) continue;
    ++sections;
    words >> type;
    if (type.empty()) continue;
    EXPECT_EQ(size.find_first_not_of('0'), size.npos) << line;
  }
  EXPECT_GT(sections, 1u);
  EXPECT_TRUE(functions("unused").empty());
}

INSTANTIATE_TEST_SUITE_P(All, CodegenTest,
                         testing::Combine(testing::ValuesIn(kMinimums),
                                          testing::Values("speed", "size")),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).architecture) + "_" +
                                  std::get<1>(info.param);
                         });

}  // namespace
