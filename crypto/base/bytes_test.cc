// SPDX-License-Identifier: Apache-2.0
// Slices, byte order, Reader and Writer: how bytes are cut, read and written.
#include "crypto/base/bytes.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/base/endian.h"
#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon {
namespace {

using ByteString = std::vector<uint8_t>;

TEST(SliceTest, GivesTheRangeAskedFor) {
  const ByteString bytes = {0, 1, 2, 3, 4};
  EXPECT_EQ(Slice(Bytes(bytes), 1, 3), Bytes(ByteString{1, 2, 3}));
  EXPECT_EQ(Slice(Bytes(bytes), 2), Bytes(ByteString{2, 3, 4}));
  EXPECT_TRUE(Slice(Bytes(bytes), 5).empty());
  EXPECT_TRUE(Slice(Bytes(bytes), 5, 0).empty());
  EXPECT_TRUE(Slice(Bytes(), 0, 0).empty());
}

TEST(SliceTest, TrapsOutOfRange) {
  const ByteString bytes(5);
  EXPECT_DEATH((void)Slice(Bytes(bytes), 6), "");
  EXPECT_DEATH((void)Slice(Bytes(bytes), 6, 0), "");
  EXPECT_DEATH((void)Slice(Bytes(bytes), 1, 5), "");
  EXPECT_DEATH((void)Slice(Bytes(bytes), 1, SIZE_MAX), "");  // at + size wraps
}

TEST(TextTest, GoesToBytesAndBack) {
  EXPECT_EQ(AsBytes("ab"), Bytes(ByteString{'a', 'b'}));
  EXPECT_EQ(AsText(AsBytes("label")), "label");
  EXPECT_TRUE(AsBytes("").empty());
}

TEST(EndianTest, LoadsAndStoresAtOddAddresses) {
  const uint8_t bytes[] = {0xff, 1, 2, 3, 4, 5, 6, 7, 8, 0xff};
  EXPECT_EQ(LoadBigEndian<uint32_t>(bytes + 1), 0x01020304u);
  EXPECT_EQ(LoadLittleEndian<uint32_t>(bytes + 1), 0x04030201u);
  EXPECT_EQ(LoadBigEndian<uint64_t>(bytes + 1), 0x0102030405060708u);
  EXPECT_EQ(LoadLittleEndian<uint64_t>(bytes + 1), 0x0807060504030201u);
  uint8_t out[10] = {};
  StoreBigEndian<uint64_t>(0x0102030405060708, out + 1);
  EXPECT_EQ(Slice(Bytes(out), 1, 8), Slice(Bytes(bytes), 1, 8));
  StoreLittleEndian<uint32_t>(0x04030201, out + 5);
  EXPECT_EQ(Slice(Bytes(out), 5, 4), Slice(Bytes(bytes), 1, 4));
  StoreLittleEndian<uint64_t>(0x0807060504030201, out + 1);
  EXPECT_EQ(Slice(Bytes(out), 1, 8), Slice(Bytes(bytes), 1, 8));
  EXPECT_EQ(out[0] | out[9], 0);
}

TEST(ReaderTest, TakesIntegersBigEndian) {
  const ByteString bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Reader in(bytes);
  uint8_t one;
  uint16_t two;
  uint32_t three, four;
  ASSERT_TRUE(in.Int(&one) && in.Int(&two));
  ASSERT_TRUE((in.Int<uint32_t, 3>(&three)) && in.Int(&four));
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, 0x0203);
  EXPECT_EQ(three, 0x040506u);
  EXPECT_EQ(four, 0x0708090au);
  EXPECT_TRUE(in.done());
}

TEST(ReaderTest, TakesNothingWhenTooShort) {
  const ByteString bytes = {3, 1, 2};
  Reader in(bytes);
  uint32_t value = 77;
  Bytes out = AsBytes("before");
  EXPECT_FALSE(in.Int(&value));
  EXPECT_FALSE(in.Take(4, &out));
  EXPECT_FALSE(in.Prefixed<1>(&out)) << "says 3, holds 2";
  EXPECT_FALSE(in.Prefixed<4>(&out)) << "not even a length";
  EXPECT_EQ(value, 77u);
  EXPECT_EQ(in.rest(), Bytes(bytes));
}

TEST(ReaderTest, TakesPrefixedVectors) {
  const ByteString bytes = {2, 'a', 'b', 0, 1, 'c', 0, 0, 0};
  Reader in(bytes);
  Bytes out;
  ASSERT_TRUE(in.Prefixed<1>(&out));
  EXPECT_EQ(AsText(out), "ab");
  ASSERT_TRUE(in.Prefixed<2>(&out));
  EXPECT_EQ(AsText(out), "c");
  ASSERT_TRUE(in.Prefixed<3>(&out));
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(in.done());
}

TEST(WriterTest, WritesWhatReaderReads) {
  ByteString buffer(64);
  Writer out(absl::MakeSpan(buffer));
  out.Int<1>(1);
  out.Int<2>(0x0203);
  out.Int<8>(0x0405060708090a0b);
  out.Raw(AsBytes("raw"));
  out.Prefixed<2>([&] {
    out.Prefixed<1>([&] { out.Raw(AsBytes("inner")); });
    out.Int<3>(0xabcdef);
  });
  const MutableBytes reserved = out.Reserve(2);
  reserved[0] = 7, reserved[1] = 8;
  ASSERT_TRUE(out.ok());
  const size_t size = *out.Finish();
  EXPECT_EQ(size, out.size());
  buffer.resize(size);
  EXPECT_EQ(buffer, (ByteString{1, 2, 3, 4,   5,   6,   7,   8,   9,    10,   11,   'r', 'a', 'w',
                                0, 9, 5, 'i', 'n', 'n', 'e', 'r', 0xab, 0xcd, 0xef, 7,   8}));
}

TEST(WriterTest, FailsAsAWholeWhenAValueDoesNotFit) {
  ByteString buffer(3, 0x55);
  Writer out(absl::MakeSpan(buffer.data(), 2));
  out.Int<2>(1);
  EXPECT_TRUE(out.ok());
  out.Int<1>(2);
  EXPECT_FALSE(out.ok());
  out.Raw({});  // failure sticks, also for what would fit
  EXPECT_TRUE(out.Reserve(0).empty());
  EXPECT_EQ(out.Finish().error(), NoSpace());
  EXPECT_EQ(buffer[2], 0x55);
}

TEST(WriterTest, FailsWhenAVectorIsLongerThanItsPrefixSays) {
  ByteString buffer(400);
  for (size_t size : {255, 256}) {
    Writer out(absl::MakeSpan(buffer));
    out.Prefixed<1>([&] { (void)out.Reserve(size); });
    EXPECT_EQ(out.ok(), size == 255);
  }
}

TEST(WriterTest, APrefixedBodyMayFail) {
  ByteString buffer(4);
  Writer out(absl::MakeSpan(buffer));
  out.Prefixed<2>([&] { out.Int<4>(1); });
  EXPECT_FALSE(out.Finish().ok());
}

}  // namespace
}  // namespace merlon
