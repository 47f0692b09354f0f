// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/files.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "engine/rt/testing.h"
#include "engine/rt/writer.h"

namespace nosc {
namespace {

constexpr size_t kLimitBytes = size_t{1} << 20;

class Files : public testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  std::string read_back(const std::string& content, size_t limit_bytes = kLimitBytes) {
    std::ofstream(path_, std::ios::binary) << content;
    return read(path_.c_str(), limit_bytes);
  }
  std::string read(const char* path, size_t limit_bytes = kLimitBytes) {
    Arena arena;
    const auto text = outcome_of([&] { return read_file(path, limit_bytes, arena); });
    if (text.ok()) {
      EXPECT_EQ(text->data()[text->size()], '\0');
      return {text->begin(), text->end()};
    }
    BufferWriter<256> writer;
    write_error(writer, text.error());
    return std::string(writer.view());
  }

  std::string path_ = testing::TempDir() + "/files_test";
};

TEST_F(Files, AreReadWhole) {
  EXPECT_EQ(read_back(""), "");
  EXPECT_EQ(read_back("hello"), "hello");
  for (const size_t size : {32767u, 32768u, 32769u, 65535u, 300000u}) {
    const std::string content(size, 'x');
    EXPECT_EQ(read_back(content), content);
  }
}

TEST_F(Files, HaveALimit) {
  EXPECT_EQ(read_back(std::string(100, 'x'), 100).size(), 100u);
  EXPECT_EQ(read_back(std::string(101, 'x'), 100),
            "read \"" + path_ + "\": the file is larger than nosc reads");
}

TEST_F(Files, OfProcAreReadDespiteTheirSize) {
  EXPECT_NE(read("/proc/self/status").find("VmRSS"), std::string::npos);
}

TEST_F(Files, AreNamedInErrors) {
  EXPECT_EQ(read("/nonexistent/config.json"), "open \"/nonexistent/config.json\": ENOENT");
  EXPECT_EQ(read("/"), "read \"/\": EISDIR");
}

}  // namespace
}  // namespace nosc
