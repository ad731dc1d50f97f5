// SPDX-License-Identifier: Apache-2.0
// The reading and the writing direction of a stream, and deframing. More of it, with a handshake
// around it, is tested in tls/stream_connection_test.cc.
#include "record/stream_layer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/vectors.h"

namespace merlon::record {
namespace {

using crypto::testing::ByteString;
using crypto::testing::FromHex;
using crypto::testing::ToHex;

// ---- Deframing
// -----------------------------------------------------------------------------------

ByteString Message(uint8_t type, size_t size) {
  ByteString out(kHandshakeHeaderSize + size, type);
  out[1] = 0;
  out[2] = static_cast<uint8_t>(size >> 8);
  out[3] = static_cast<uint8_t>(size);
  return out;
}
ByteString operator+(ByteString a, const ByteString& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Framer {
  explicit Framer(size_t size) : buffer(size), deframer(absl::MakeSpan(buffer)) {}
  // Types and sizes of the messages that are whole now; or the error.
  std::string Feed(Bytes fragment) {
    deframer.Add(fragment);
    std::string out;
    for (;;) {
      const auto next = deframer.Next();
      if (!next.ok()) return "error " + std::to_string(static_cast<int>(next.error().code));
      if (!next->has_value()) return out;
      out += std::to_string((*next)->type) + ":" + std::to_string((*next)->body.size()) + " ";
      for (const uint8_t byte : (*next)->body) EXPECT_EQ(byte, (*next)->type);
      copied |= (*next)->body.data() >= buffer.data() &&
                (*next)->body.data() < buffer.data() + buffer.size();
      deframer.Taken();
    }
  }
  ByteString buffer;
  HandshakeDeframer deframer;
  bool copied = false;
};

TEST(HandshakeDeframer, SeesWholeMessagesWhereTheyAre) {
  Framer f(0);  // nothing to copy them to
  EXPECT_EQ(f.Feed(Message(8, 6) + Message(11, 300) + Message(20, 0)), "8:6 11:300 20:0 ");
  EXPECT_FALSE(f.copied);
  EXPECT_TRUE(f.deframer.idle());
}

TEST(HandshakeDeframer, AnyCutGivesTheSameMessages) {
  ByteString all;
  std::string expected;
  for (const auto& [type, size] :
       {std::pair(1, 0), {2, 1}, {4, 300}, {8, 5}, {11, 1000}, {20, 32}}) {
    all = std::move(all) + Message(static_cast<uint8_t>(type), static_cast<size_t>(size));
    expected += std::to_string(type) + ":" + std::to_string(size) + " ";
  }
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const uint32_t most = 1 + seed * 2;
    Framer f(1004);
    std::string got;
    for (size_t at = 0; at < all.size();) {
      const size_t size = std::min<size_t>(1 + random() % most, all.size() - at);
      got += f.Feed(Slice(Bytes(all), at, size));
      at += size;
    }
    EXPECT_EQ(got, expected) << seed;
    EXPECT_TRUE(f.deframer.idle());
  }
}

TEST(HandshakeDeframer, KnowsWhetherAMessageIsCut) {
  Framer f(100);
  const ByteString two = Message(8, 6) + Message(20, 6);
  for (size_t size = 0; size <= two.size(); ++size) {
    f.deframer.Add(Slice(Bytes(two), 0, size));
    EXPECT_EQ(f.deframer.Hold(), 0u);
    EXPECT_EQ(f.deframer.mid_message(), size != 0 && size != 10 && size != 20) << size;
    EXPECT_EQ(f.deframer.Boundary().ok(), size == 0);
    EXPECT_EQ(f.deframer.last_kept(), size < 10   ? std::nullopt
                                      : size < 20 ? std::optional<uint8_t>(8)
                                                  : std::optional<uint8_t>(20));
    f.deframer.Clear();
  }
}

TEST(HandshakeDeframer, HoldsWhatFitsAndGoesOnLater) {
  Framer f(25);
  const ByteString fragment = Message(8, 6) + Message(11, 6) + Message(20, 6);
  f.deframer.Add(fragment);
  EXPECT_EQ(f.deframer.Hold(), 5u);
  EXPECT_EQ(f.deframer.free(), 0u);
  EXPECT_EQ(f.Feed(Slice(Bytes(fragment), 25)), "8:6 11:6 20:6 ");  // moved to the front to fit
  EXPECT_TRUE(f.deframer.idle());
  EXPECT_EQ(f.deframer.free(), 25u);
}

TEST(HandshakeDeframer, RefusesAFragmentedMessageBeyondItsBuffer) {
  Framer fits(104), large(103), tiny(3);
  const ByteString message = Message(11, 100);
  EXPECT_EQ(fits.Feed(Slice(Bytes(message), 0, 103)), "");
  EXPECT_EQ(fits.Feed(Slice(Bytes(message), 103)), "11:100 ");
  EXPECT_EQ(large.Feed(Slice(Bytes(message), 0, 4)), "error 306");
  EXPECT_EQ(tiny.Feed(Slice(Bytes(message), 0, 1)), "error 306");
  const ByteString huge = FromHex("0bffffff");
  EXPECT_EQ(large.Feed(huge), "error 306");
}

TEST(HandshakeDeframer, NoKeyChangeBeforeTheFragmentIsUsedUp) {
  Framer f(100);
  const ByteString two = Message(2, 6) + Message(8, 6);
  f.deframer.Add(two);
  ASSERT_TRUE(f.deframer.Next().ok());
  f.deframer.Taken();
  EXPECT_EQ(f.deframer.Boundary().error(),
            PeerError(Code::kKeyChangeInMessage, Alert::kUnexpectedMessage));
  ASSERT_TRUE(f.deframer.Next().ok());
  f.deframer.Taken();
  EXPECT_TRUE(f.deframer.Boundary().ok());
}

// ---- Directions
// ----------------------------------------------------------------------------------

TrafficKeys Keys(uint8_t which) {
  return {&crypto::kPortableAes128Gcm, &crypto::kPortableSha256,
          TrafficSecret(32, [&](MutableBytes out) {
            for (uint8_t& byte : out) byte = which;
          })};
}
MessageBoundary Boundary() {
  HandshakeDeframer empty{MutableBytes()};
  return *empty.Boundary();
}
ByteString Write(StreamWriter& writer, ContentType type, Bytes content) {
  ByteString out(content.size() + writer.overhead());
  const auto size = writer.Write(type, {&content, 1}, absl::MakeSpan(out));
  EXPECT_TRUE(size.ok());
  out.resize(size.ok() ? *size : 0);
  return out;
}
// "type:hex" of the record's content, or the error's code.
std::string Read(StreamReader& reader, ByteString in) {
  const ParsedRecord parsed = reader.Parse(absl::MakeSpan(in));
  if (!std::holds_alternative<StreamRecord>(parsed)) return "no record";
  const auto content = reader.Open(std::get<StreamRecord>(parsed));
  if (!content.ok()) return "error " + std::to_string(static_cast<int>(content.error().code));
  return std::to_string(static_cast<int>(content->type)) + ":" + ToHex(content->bytes);
}

TEST(StreamLayer, ChangesKeysBetweenRecords) {
  StreamWriter writer;
  StreamReader reader;
  const ByteString content = FromHex("01020304");
  EXPECT_EQ(Read(reader, Write(writer, ContentType::kHandshake, content)), "22:01020304");
  for (uint64_t epoch = 2; epoch < 6; ++epoch) {
    ASSERT_TRUE(writer.Install(Epoch{epoch}, Keys(static_cast<uint8_t>(epoch))).ok());
    ASSERT_TRUE(reader.Install(Boundary(), Epoch{epoch}, Keys(static_cast<uint8_t>(epoch))).ok());
    EXPECT_EQ(reader.epoch(), Epoch{epoch});
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Read(reader, Write(writer, ContentType::kApplicationData, content)), "23:01020304");
    }
  }
  EXPECT_EQ(
      writer.Install(Epoch::kApplication, {&crypto::kPortableAes128Gcm, nullptr, KeyBlockHalf{}})
          .error()
          .code,
      Code::kUnsupported);
}

TEST(StreamLayer, ChangeCipherSpecIsInTheClearWithOneForm) {
  StreamWriter writer;
  StreamReader reader;
  for (const bool keys : {false, true}) {
    if (keys) {
      ASSERT_TRUE(writer.Install(Epoch::kHandshake, Keys(1)).ok());
      ASSERT_TRUE(reader.Install(Boundary(), Epoch::kHandshake, Keys(1)).ok());
    }
    const ByteString record = Write(writer, ContentType::kChangeCipherSpec, FromHex("01"));
    EXPECT_EQ(ToHex(record), "140303000101");
    EXPECT_EQ(Read(reader, record), "20:01");
    EXPECT_EQ(Read(reader, FromHex("140303000102")), "error 3");
    EXPECT_EQ(Read(reader, FromHex("14030300020101")), "error 3");
    EXPECT_EQ(Read(reader, FromHex("1403030000")), "error 3");
  }
}

TEST(StreamLayer, HandshakeVersionIsForThePlaintextHandshake) {
  StreamWriter writer;
  writer.set_handshake_version(kLegacyFirstVersion);
  EXPECT_EQ(ToHex(Write(writer, ContentType::kHandshake, FromHex("aa"))), "1603010001aa");
  EXPECT_EQ(ToHex(Write(writer, ContentType::kAlert, FromHex("0250"))), "15030300020250");
  ASSERT_TRUE(writer.Install(Epoch::kHandshake, Keys(1)).ok());
  EXPECT_EQ(Write(writer, ContentType::kHandshake, FromHex("aa"))[2], 3);
}

TEST(StreamReader, SkipsApplicationDataUntilTheSecondClientHello) {
  StreamReader reader;
  StreamWriter early;
  ASSERT_TRUE(early.Install(Epoch::kEarly, Keys(1)).ok());
  reader.SkipEarlyData(/*until_client_hello=*/true, /*budget=*/100);
  for (int i = 0; i < 5; ++i) {  // 20 each with type and tag
    EXPECT_EQ(
        Read(reader, Write(early, ContentType::kApplicationData, FromHex("010203"))).substr(0, 2),
        "0:");
    EXPECT_EQ(Read(reader, FromHex("140303000101")), "20:01");  // does not end it
  }
  StreamReader over;
  over.SkipEarlyData(true, 19);
  EXPECT_EQ(Read(over, Write(early, ContentType::kApplicationData, FromHex("010203"))),
            "error 301");
  EXPECT_EQ(Read(reader, FromHex("16030300020100")), "22:0100");
  EXPECT_EQ(Read(reader, FromHex("170303000101")), "error 301");  // ended
}

TEST(StreamReader, SkipsUntilARecordOpensAndNoLonger) {
  StreamReader reader;
  StreamWriter early, handshake;
  ASSERT_TRUE(early.Install(Epoch::kEarly, Keys(1)).ok());
  ASSERT_TRUE(handshake.Install(Epoch::kHandshake, Keys(2)).ok());
  ASSERT_TRUE(reader.Install(Boundary(), Epoch::kHandshake, Keys(2)).ok());
  reader.SkipEarlyData(/*until_client_hello=*/false, /*budget=*/16384);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(Read(reader, Write(early, ContentType::kApplicationData, FromHex("01"))).substr(0, 2),
              "0:");
  }
  EXPECT_EQ(Read(reader, Write(handshake, ContentType::kHandshake, FromHex("14"))), "22:14");
  EXPECT_EQ(Read(reader, Write(early, ContentType::kApplicationData, FromHex("01"))), "error 105");
}

TEST(StreamReader, AnAlertInTheClearMayOnlyComeFromAClientBeforeItsFirstHandshakeRecord) {
  const ByteString alert = FromHex("15030300020228");
  StreamReader reader;
  StreamWriter writer;
  ASSERT_TRUE(writer.Install(Epoch::kHandshake, Keys(1)).ok());
  ASSERT_TRUE(reader.Install(Boundary(), Epoch::kHandshake, Keys(1)).ok());
  EXPECT_EQ(Read(reader, alert), "error 301");
  reader.AcceptEarlyAlert();
  EXPECT_EQ(Read(reader, alert), "21:0228");
  EXPECT_EQ(Read(reader, Write(writer, ContentType::kHandshake, FromHex("14"))), "22:14");
  EXPECT_EQ(Read(reader, alert), "error 301");
  ASSERT_TRUE(reader.Install(Boundary(), Epoch::kApplication, Keys(2)).ok());
  EXPECT_EQ(Read(reader, alert), "error 301");
}

TEST(StreamReader, CountsEmptyRecordsInARow) {
  StreamReader reader;
  StreamWriter writer;
  ASSERT_TRUE(writer.Install(Epoch::kApplication, Keys(1)).ok());
  ASSERT_TRUE(reader.Install(Boundary(), Epoch::kApplication, Keys(1)).ok());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 32; ++i) {
      EXPECT_EQ(Read(reader, Write(writer, ContentType::kApplicationData, {})), "23:");
    }
    if (round == 2) break;
    EXPECT_EQ(Read(reader, Write(writer, ContentType::kApplicationData, FromHex("00"))), "23:00");
  }
  EXPECT_EQ(Read(reader, Write(writer, ContentType::kApplicationData, {})), "error 305");
}

}  // namespace
}  // namespace merlon::record
