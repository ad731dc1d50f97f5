// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/der.h"

#include <gtest/gtest.h>

#include <vector>

namespace merlon {
namespace {

using ByteString = std::vector<uint8_t>;

ByteString Element(uint8_t tag, ByteString header, size_t size) {
  header.insert(header.begin(), tag);
  header.resize(header.size() + size, 0x41);
  return header;
}

TEST(DerReaderTest, TakesShortAndLongLengths) {
  const struct {
    ByteString length;
    size_t size;
  } kCases[] = {{{0}, 0},
                {{0x7f}, 127},
                {{0x81, 0x80}, 128},
                {{0x81, 0xff}, 255},
                {{0x82, 0x01, 0x00}, 256},
                {{0x83, 0x01, 0x00, 0x00}, 65536}};
  for (const auto& c : kCases) {
    const ByteString der = Element(der::kOctetString, c.length, c.size);
    DerReader in{Bytes(der)};
    uint8_t tag;
    Bytes contents, whole;
    ASSERT_TRUE(in.Any(&tag, &contents, &whole)) << c.size;
    EXPECT_EQ(tag, der::kOctetString);
    EXPECT_EQ(contents.size(), c.size);
    EXPECT_EQ(whole, Bytes(der));
    EXPECT_TRUE(in.done());
  }
}

// X.690 s10.1 and s8.1.2.4; RFC 5280 uses no high tag numbers.
TEST(DerReaderTest, RefusesWhatIsNotStrict) {
  const ByteString kCases[] = {
      {},
      {0x04},
      {0x04, 0x01},                                // shorter than it says
      {0x04, 0x80, 0x00, 0x00},                    // indefinite
      {0x04, 0x81, 0x01, 0x41},                    // long form for a short length
      {0x04, 0x81},                                // no length octet
      {0x04, 0x82, 0x00, 0x01, 0x41},              // leading zero in a length
      {0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00},  // more octets than are ever needed
      {0x04, 0x84, 0xff, 0xff, 0xff, 0xff},        // longer than the input
      {0x04, 0xff, 0x00},                          // reserved (s8.1.3.5 c)
      {0x1f, 0x01, 0x41},                          // high tag number
      {0x3f, 0x01, 0x00},
  };
  for (const ByteString& der : kCases) {
    DerReader in{Bytes(der)};
    uint8_t tag;
    Bytes contents;
    EXPECT_FALSE(in.Any(&tag, &contents)) << ::testing::PrintToString(der);
    EXPECT_EQ(in.rest(), Bytes(der)) << "nothing was taken";
  }
}

TEST(DerReaderTest, TakesOnlyTheTagAskedFor) {
  const ByteString der = {0x05, 0x00, 0x01, 0x01, 0xff};
  DerReader in{Bytes(der)};
  Bytes contents;
  EXPECT_FALSE(in.Element(der::kBoolean, &contents));
  EXPECT_EQ(in.rest().size(), 5u);
  EXPECT_TRUE(in.NextIs(der::kNull));
  EXPECT_TRUE(in.Element(der::kNull, &contents));
  bool present = true;
  EXPECT_TRUE(in.Optional(der::kInteger, &contents, &present));
  EXPECT_FALSE(present);
  EXPECT_TRUE(in.Optional(der::kBoolean, &contents, &present));
  EXPECT_TRUE(present);
  EXPECT_EQ(contents, Bytes(ByteString{0xff}));
  EXPECT_TRUE(in.done());
  EXPECT_TRUE(in.Optional(der::kBoolean, &contents, &present));
  EXPECT_FALSE(present) << "at the end";
}

TEST(DerReaderTest, AnOptionalElementThatIsThereMustBeWhole) {
  const ByteString der = {0x01, 0x02, 0xff};
  DerReader in{Bytes(der)};
  Bytes contents;
  bool present;
  EXPECT_FALSE(in.Optional(der::kBoolean, &contents, &present));
}

TEST(DerReaderTest, EntersSequences) {
  const ByteString der = {0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00};
  DerReader in{Bytes(der)}, inner{Bytes()};
  ASSERT_TRUE(in.Sequence(&inner));
  EXPECT_TRUE(in.done());
  uint32_t value;
  Bytes contents;
  ASSERT_TRUE(inner.SmallInteger(&value) && inner.Element(der::kNull, &contents));
  EXPECT_EQ(value, 7u);
  EXPECT_TRUE(inner.done());
  EXPECT_FALSE(inner.Sequence(&inner));
}

TEST(DerReaderTest, TakesUnsignedIntegersInTheirShortestForm) {
  const struct {
    ByteString der, magnitude;
    bool valid;
  } kCases[] = {
      {{2, 1, 0}, {}, true},
      {{2, 1, 0x7f}, {0x7f}, true},
      {{2, 2, 0, 0x80}, {0x80}, true},
      {{2, 3, 1, 2, 3}, {1, 2, 3}, true},
      {{2, 0}, {}, false},              // no contents
      {{2, 1, 0x80}, {}, false},        // negative
      {{2, 2, 0, 0x7f}, {}, false},     // padded
      {{2, 2, 0, 0}, {}, false},        // padded zero
      {{2, 2, 0xff, 0x80}, {}, false},  // padded negative
      {{4, 1, 1}, {}, false},           // another tag
  };
  for (const auto& c : kCases) {
    DerReader in{Bytes(c.der)};
    Bytes magnitude;
    ASSERT_EQ(in.UnsignedInteger(&magnitude), c.valid) << ::testing::PrintToString(c.der);
    if (c.valid) {
      EXPECT_EQ(magnitude, Bytes(c.magnitude));
    } else {
      EXPECT_EQ(in.rest(), Bytes(c.der));
    }
  }
}

TEST(DerReaderTest, TakesSmallIntegersBelowTwoToThe32) {
  const ByteString most = {2, 5, 0, 0xff, 0xff, 0xff, 0xff}, more = {2, 5, 1, 0, 0, 0, 0};
  uint32_t value = 1;
  DerReader in{Bytes(most)}, above{Bytes(more)};
  ASSERT_TRUE(in.SmallInteger(&value));
  EXPECT_EQ(value, UINT32_MAX);
  EXPECT_FALSE(above.SmallInteger(&value));
  EXPECT_EQ(above.rest(), Bytes(more));
}

TEST(DerTest, ContextTags) {
  EXPECT_EQ(der::Context(0, true), 0xa0);
  EXPECT_EQ(der::Context(2, false), 0x82);
}

}  // namespace
}  // namespace merlon
