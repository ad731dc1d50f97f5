// SPDX-License-Identifier: Apache-2.0
// A session survives its encoding, and nothing but an encoding of ours is a session.
#include "tls/session.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace merlon::tls {
namespace {

using Buffer = std::vector<uint8_t>;

Session Example() {
  Session session;
  session.transport = Transport::kDatagram;
  session.cipher_suite = 0x1301;
  session.psk = Secret<48>::CopyOf(AsBytes("0123456789abcdef0123456789abcdef"));
  session.issued = UnixTime(std::chrono::seconds(1790000000));
  session.lifetime = 7200;
  session.age_add = 0x01020304;
  session.max_early_data = 16384;
  session.client_authentication = ClientAuthentication::kRequired;
  session.client_authenticated = true;
  session.client_identity = AsBytes("who");
  session.extended_master_secret = true;
  session.session_id = AsBytes("id");
  session.server_name = AsBytes("a.example");
  session.alpn = AsBytes("h2");
  session.ticket = AsBytes("ticket");
  return session;
}

Buffer Encoded(const Session& session) {
  Buffer out(session.EncodedSize());
  const auto size = session.Encode(MutableBytes(out));
  EXPECT_TRUE(size.ok() && *size == out.size());
  return out;
}

void ExpectNotOurs(Bytes encoded, const std::string& what) {
  const auto session = Session::Decode(encoded);
  ASSERT_FALSE(session.ok()) << what;
  EXPECT_EQ(session.error(), LocalError(Code::kIllegalValue)) << what;
}

TEST(Session, SurvivesItsEncoding) {
  const Session before = Example();
  const Buffer encoded = Encoded(before);
  const auto after = Session::Decode(encoded);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->version, 0x0304);
  EXPECT_EQ(after->transport, Transport::kDatagram);
  EXPECT_EQ(after->cipher_suite, 0x1301);
  EXPECT_EQ(after->psk.reveal(), before.psk.reveal());
  EXPECT_EQ(after->issued, before.issued);
  EXPECT_EQ(after->lifetime, 7200u);
  EXPECT_EQ(after->age_add, 0x01020304u);
  EXPECT_EQ(after->max_early_data, 16384u);
  EXPECT_EQ(after->client_authentication, ClientAuthentication::kRequired);
  EXPECT_TRUE(after->client_authenticated);
  EXPECT_EQ(AsText(after->client_identity), "who");
  EXPECT_TRUE(after->extended_master_secret);
  EXPECT_EQ(AsText(after->session_id), "id");
  EXPECT_EQ(AsText(after->server_name), "a.example");
  EXPECT_EQ(AsText(after->alpn), "h2");
  EXPECT_EQ(AsText(after->ticket), "ticket");
}

// The format is kept on disk and in tickets: a change of it needs a new number, and shows here.
TEST(Session, EncodingIsStable) {
  static constexpr uint8_t kExpected[] = {
      2,   0x03, 0x04, 2,   0x13, 0x01, 0,   0,   0,   0,    0x6a, 0xb1, 0x3b, 0x80, 0,
      0,   0x1c, 0x20, 1,   2,    3,    4,   0,   0,   0x40, 0,    1,    2,    1,    32,
      '0', '1',  '2',  '3', '4',  '5',  '6', '7', '8', '9',  'a',  'b',  'c',  'd',  'e',
      'f', '0',  '1',  '2', '3',  '4',  '5', '6', '7', '8',  '9',  'a',  'b',  'c',  'd',
      'e', 'f',  3,    'w', 'h',  'o',  2,   'i', 'd', 9,    'a',  '.',  'e',  'x',  'a',
      'm', 'p',  'l',  'e', 2,    'h',  '2', 0,   6,   't',  'i',  'c',  'k',  'e',  't'};
  EXPECT_EQ(Bytes(Encoded(Example())), Bytes(kExpected));
}

TEST(Session, EveryTruncationIsRefused) {
  const Buffer encoded = Encoded(Example());
  for (size_t size = 0; size < encoded.size(); ++size) {
    const Buffer cut(encoded.begin(), encoded.begin() + static_cast<ptrdiff_t>(size));
    ExpectNotOurs(cut, "cut at " + std::to_string(size));
  }
}

TEST(Session, WhatIsNotOursIsRefused) {
  const Buffer good = Encoded(Example());
  const auto with = [&](size_t at, uint8_t value) {
    Buffer bad = good;
    bad[at] = value;
    return bad;
  };
  ExpectNotOurs(with(0, 0), "format");
  ExpectNotOurs(with(0, 1), "format of the past");
  ExpectNotOurs(with(0, 3), "format of the future");
  ExpectNotOurs(with(2, 0x05), "version");
  ExpectNotOurs(with(3, 3), "transport");
  ExpectNotOurs(with(6, 1), "time beyond all");
  ExpectNotOurs(with(26, 2), "neither with extended master secret nor without");
  ExpectNotOurs(with(27, 3), "client authentication");
  ExpectNotOurs(with(28, 2), "neither authenticated nor not");
  ExpectNotOurs(with(29, 0), "no PSK");
  ExpectNotOurs(with(29, 49), "PSK of 49 bytes");
  Buffer longer = good;
  longer.push_back(0);
  ExpectNotOurs(longer, "bytes behind");
}

TEST(Session, DamageIsRefusedOrDecodesToItself) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const Buffer good = Encoded(Example());
  for (int i = 0; i < 20000; ++i) {
    Buffer bytes = good;
    for (uint32_t n = random() % 3; n != ~uint32_t{0}; --n) {
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    }
    const auto session = Session::Decode(bytes);
    ASSERT_TRUE(!session.ok() || Encoded(*session) == bytes);
  }
}

TEST(Session, WhatCannotBeEncodedIsRefused) {
  Buffer out(1000);
  Session session = Example();
  const std::string long_name(256, 'a');
  session.server_name = AsBytes(long_name);
  EXPECT_EQ(session.Encode(MutableBytes(out)).error(), NoSpace());
  session = Example();
  session.psk = {};
  EXPECT_EQ(session.Encode(MutableBytes(out)).error(), LocalError(Code::kIllegalValue));
  session = Example();
  session.issued = UnixTime(std::chrono::seconds(-1));
  EXPECT_EQ(session.Encode(MutableBytes(out)).error(), LocalError(Code::kIllegalValue));
  session = Example();
  for (size_t size = 0; size < session.EncodedSize(); ++size) {
    EXPECT_EQ(session.Encode(Slice(MutableBytes(out), 0, size)).error(), NoSpace());
  }
}

}  // namespace
}  // namespace merlon::tls
