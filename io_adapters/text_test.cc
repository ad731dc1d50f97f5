// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace merlon::io {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Text, CatJoinsTextAndNumbers) {
  EXPECT_EQ(Cat("port ", uint16_t{443}, std::string_view(", "), -1, std::string("!")),
            "port 443, -1!");
  EXPECT_EQ(Cat(), "");
}

TEST(Text, HexIsLowerCase) {
  const uint8_t bytes[] = {0x00, 0xab, 0x7f};
  EXPECT_EQ(ToHex(bytes), "00ab7f");
  EXPECT_EQ(ToHex({}), "");
}

TEST(Text, PrintableEscapesWhatATerminalActsOn) {
  EXPECT_EQ(Printable("plain ~text"), "plain ~text");
  EXPECT_EQ(Printable("\x1b[31m\n\x7f\xc3"), "\\x1b[31m\\x0a\\x7f\\xc3");
}

TEST(Text, JoinAndSplitAreInverse) {
  EXPECT_EQ(Join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(Join({}, ", "), "");
  EXPECT_THAT(Split("h2,http/1.1", ','), ElementsAre("h2", "http/1.1"));
  EXPECT_THAT(Split("one", ','), ElementsAre("one"));
  EXPECT_THAT(Split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(Split("", ','), IsEmpty());
}

}  // namespace
}  // namespace merlon::io
