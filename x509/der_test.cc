// SPDX-License-Identifier: Apache-2.0
// DER read and written: basic types, times, distinguished names, signature algorithms.
#include "x509/der.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "x509/der_writer.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

using Buffer = std::vector<uint8_t>;
using crypto::HashId;
using crypto::SignFamily;

template <class T, class Read>
std::optional<T> ReadAll(const Buffer& der, Read read) {
  DerReader reader{Bytes(der)};
  T value{};
  return read(reader, &value) && reader.done() ? std::optional(value) : std::nullopt;
}

TEST(Der, BooleansAreFfOrZero) {
  EXPECT_EQ(ReadAll<bool>({1, 1, 0xff}, ReadBoolean), true);
  EXPECT_EQ(ReadAll<bool>({1, 1, 0}, ReadBoolean), false);
  EXPECT_FALSE(ReadAll<bool>({1, 1, 1}, ReadBoolean));
  EXPECT_FALSE(ReadAll<bool>({1, 0}, ReadBoolean));
  EXPECT_FALSE(ReadAll<bool>({1, 1, 0}, ReadDefaultFalse));
  EXPECT_EQ(ReadAll<bool>({}, ReadDefaultFalse), false);
}

TEST(Der, NamedBitsAreMinimal) {
  EXPECT_EQ(ReadAll<uint16_t>({3, 2, 7, 0x80}, ReadNamedBits), 1);
  EXPECT_EQ(ReadAll<uint16_t>({3, 2, 1, 0x06}, ReadNamedBits), 0x60);
  EXPECT_EQ(ReadAll<uint16_t>({3, 3, 7, 0, 0x80}, ReadNamedBits), 0x100);
  EXPECT_EQ(ReadAll<uint16_t>({3, 1, 0}, ReadNamedBits), 0);
  for (const Buffer& bad : {Buffer{3, 2, 6, 0x80},
                            {3, 2, 0, 0x80},
                            {3, 2, 7, 0xc0},
                            {3, 2, 8, 0},
                            {3, 0},
                            {3, 1, 1},
                            {3, 2, 7, 0},
                            {3, 4, 0, 1, 1, 1}}) {
    EXPECT_FALSE(ReadAll<uint16_t>(bad, ReadNamedBits));
  }
}

TEST(Der, BitStringsAreWholeOctets) {
  EXPECT_TRUE(ReadAll<Bytes>({3, 2, 0, 1}, ReadBitString));
  EXPECT_FALSE(ReadAll<Bytes>({3, 2, 1, 2}, ReadBitString));
  EXPECT_FALSE(ReadAll<Bytes>({3, 0}, ReadBitString));
}

TEST(Der, OidsAreMinimal) {
  EXPECT_TRUE(ReadAll<Bytes>({6, 3, 0x2a, 0x86, 0x48}, ReadOid));
  for (const Buffer& bad :
       {Buffer{6, 0}, {6, 1, 0x80}, {6, 2, 0x2a, 0x86}, {6, 3, 0x2a, 0x80, 1}}) {
    EXPECT_FALSE(ReadAll<Bytes>(bad, ReadOid));
  }
}

std::optional<UnixTime> TimeOf(uint8_t tag, const std::string& text) {
  Buffer der = {tag, static_cast<uint8_t>(text.size())};
  der.insert(der.end(), text.begin(), text.end());
  return ReadAll<UnixTime>(der, ReadTime);
}
std::optional<int64_t> Seconds(uint8_t tag, const std::string& text) {
  const auto time = TimeOf(tag, text);
  return time ? std::optional<int64_t>(time->time_since_epoch().count()) : std::nullopt;
}

TEST(Time, ReadsBothForms) {
  EXPECT_EQ(Seconds(der::kUtcTime, "700101000000Z"), 0);
  EXPECT_EQ(Seconds(der::kUtcTime, "491231235959Z"), 2524607999);
  EXPECT_EQ(Seconds(der::kUtcTime, "500101000000Z"), -631152000);
  EXPECT_EQ(Seconds(der::kGeneralizedTime, "20240229120000Z"), 1709208000);
  EXPECT_EQ(Seconds(der::kGeneralizedTime, "99991231235959Z"), 253402300799);
}

TEST(Time, RefusesOtherForms) {
  for (const char* bad :
       {"", "7001010000Z", "700101000000", "700101000000+0000", "701301000000Z", "700100000000Z",
        "700001000000Z", "230229000000Z", "700101240000Z", "700101006000Z", "700101000060Z",
        "7001010000 0Z", "70010100000/Z", "19700101000000Z"}) {
    EXPECT_FALSE(TimeOf(der::kUtcTime, bad)) << bad;
  }
  for (const char* bad : {"700101000000Z", "20240101000000.5Z", "202401010000Z", "20240101000000",
                          "20230229000000Z", "21000229000000Z"}) {
    EXPECT_FALSE(TimeOf(der::kGeneralizedTime, bad)) << bad;
  }
  EXPECT_FALSE(TimeOf(der::kPrintableString, "700101000000Z"));
}

TEST(Time, WritesTheFormThatTheYearWants) {
  const struct {
    int64_t seconds;
    uint8_t tag;
    const char* text;
  } cases[] = {{0, der::kUtcTime, "700101000000Z"},
               {-631152000, der::kUtcTime, "500101000000Z"},
               {-631152001, der::kGeneralizedTime, "19491231235959Z"},
               {2524607999, der::kUtcTime, "491231235959Z"},
               {2524608000, der::kGeneralizedTime, "20500101000000Z"},
               {253402300799, der::kGeneralizedTime, "99991231235959Z"}};
  for (const auto& test : cases) {
    const EncodedTime encoded = EncodeTime(UnixTime(std::chrono::seconds(test.seconds)));
    EXPECT_EQ(encoded.tag, test.tag);
    EXPECT_EQ(AsText(encoded.contents()), test.text);
    EXPECT_EQ(Seconds(encoded.tag, test.text), test.seconds);
  }
}

TEST(DerWriter, WritesMinimalLengths) {
  for (size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    const Buffer contents(size, 0x5a);
    Buffer out(size + 16);
    DerWriter writer(absl::MakeSpan(out));
    writer.Element(der::kSequence, [&] { writer.Element(der::kOctetString, contents); });
    const Result<size_t> written = writer.Finish();
    ASSERT_TRUE(written.ok());
    DerReader outer(Slice(Bytes(out), 0, *written)), inner{Bytes()};
    Bytes read;
    ASSERT_TRUE(outer.Sequence(&inner) && outer.done());
    ASSERT_TRUE(inner.Element(der::kOctetString, &read) && inner.done());
    EXPECT_EQ(read, Bytes(contents));
  }
}

TEST(DerWriter, WritesIntegersAndBits) {
  uint8_t out[64];
  DerWriter writer{absl::MakeSpan(out)};
  for (uint32_t value : {0u, 127u, 128u, 65536u}) writer.SmallInteger(value);
  writer.NamedBits(0);
  writer.NamedBits(0x60);
  writer.NamedBits(0x101);
  const Buffer expected = {2, 1, 0, 2, 1, 0x7f, 2, 2, 0, 0x80, 2, 3,    1,   0,
                           0, 3, 1, 0, 3, 2,    1, 6, 3, 3,    7, 0x80, 0x80};
  EXPECT_EQ(Slice(Bytes(out), 0, *writer.Finish()), Bytes(expected));
}

TEST(DerWriter, FailsAsAWholeWhenItDoesNotFit) {
  const Buffer contents(200, 1);
  for (size_t room = 0; room < 203; ++room) {
    Buffer out(room);
    DerWriter writer(absl::MakeSpan(out));
    writer.Element(der::kOctetString, contents);
    writer.SmallInteger(1);
    EXPECT_FALSE(writer.Finish().ok());
  }
}

// A Name of RDNs; each RDN of attributes with tag and text. Types are 2.5.4.n.
struct Att {
  uint8_t type, tag;
  std::string text;
};
Buffer NameOf(const std::vector<std::vector<Att>>& rdns) {
  Buffer out(512);
  DerWriter writer(absl::MakeSpan(out));
  writer.Element(der::kSequence, [&] {
    for (const auto& rdn : rdns) {
      writer.Element(der::kSet, [&] {
        for (const Att& attribute : rdn) {
          writer.Element(der::kSequence, [&] {
            const uint8_t id[] = {0x55, 0x04, attribute.type};
            writer.Element(der::kOid, id);
            writer.Element(attribute.tag, AsBytes(attribute.text));
          });
        }
      });
    }
  });
  out.resize(*writer.Finish());
  return out;
}

TEST(Name, ComparesAsRfc5280Says) {
  const uint8_t p = der::kPrintableString, u = der::kUtf8String, t = der::kTeletexString;
  const Buffer name =
      NameOf({{{6, p, "DE"}}, {{10, u, "My  Company"}}, {{3, u, "x"}, {5, p, "1"}}});
  EXPECT_TRUE(IsName(name));
  EXPECT_TRUE(NamesEqual(name, name));
  EXPECT_TRUE(NamesEqual(
      name, NameOf({{{6, u, "de"}}, {{10, p, " my company "}}, {{5, p, "1"}, {3, u, "X"}}})));
  EXPECT_FALSE(NamesEqual(name, NameOf({{{6, p, "DE"}}, {{10, u, "My  Company"}}})));
  EXPECT_FALSE(NamesEqual(
      name, NameOf({{{6, p, "DE"}}, {{10, u, "MyCompany"}}, {{3, u, "x"}, {5, p, "1"}}})));
  EXPECT_FALSE(NamesEqual(
      name, NameOf({{{6, p, "DE"}}, {{10, u, "My Company"}}, {{3, u, "x"}, {3, u, "x"}}})));
  EXPECT_FALSE(
      NamesEqual(NameOf({{{3, u, "a"}}, {{3, u, "b"}}}), NameOf({{{3, u, "b"}}, {{3, u, "a"}}})));
  // Other string types octet by octet, and only with their own.
  EXPECT_TRUE(NamesEqual(NameOf({{{3, t, "a"}}}), NameOf({{{3, t, "a"}}})));
  EXPECT_FALSE(NamesEqual(NameOf({{{3, t, "a"}}}), NameOf({{{3, t, "A"}}})));
  EXPECT_FALSE(NamesEqual(NameOf({{{3, t, "a"}}}), NameOf({{{3, u, "a"}}})));
}

TEST(Name, PrefixesAreSubtrees) {
  const uint8_t u = der::kUtf8String;
  const Buffer base = NameOf({{{6, u, "DE"}}, {{10, u, "Org"}}});
  EXPECT_TRUE(NameWithin(NameOf({{{6, u, "de"}}, {{10, u, "ORG"}}, {{3, u, "x"}}}), base));
  EXPECT_TRUE(NameWithin(base, base));
  EXPECT_FALSE(NameWithin(NameOf({{{6, u, "de"}}}), base));
  EXPECT_FALSE(NameWithin(NameOf({{{6, u, "de"}}, {{3, u, "x"}}, {{10, u, "ORG"}}}), base));
}

TEST(Name, StructureIsChecked) {
  EXPECT_TRUE(IsName(Buffer{0x30, 0}));
  EXPECT_TRUE(IsEmptyName(Buffer{0x30, 0}));
  for (const Buffer& bad : {Buffer{},
                            {0x30},
                            {0x31, 0},
                            {0x30, 0, 0},
                            {0x30, 2, 0x31, 0},
                            {0x30, 2, 0x30, 0},
                            {0x30, 4, 0x31, 2, 0x30, 0},
                            {0x30, 7, 0x31, 5, 0x30, 3, 6, 1, 0x55},
                            {0x30, 11, 0x31, 9, 0x30, 7, 6, 1, 0x55, 12, 0, 12, 0}}) {
    EXPECT_FALSE(IsName(bad));
  }
}

TEST(SignatureAlgorithm, ReadsWhatItWrites) {
  for (SignFamily family : {SignFamily::kEcdsa, SignFamily::kRsaPkcs1, SignFamily::kRsaPss}) {
    for (HashId hash : {HashId::kSha256, HashId::kSha384, HashId::kSha512}) {
      const crypto::SignAlg algorithm{family, hash};
      const Result<Bytes> der = SignatureAlgorithmIdentifier(algorithm);
      ASSERT_TRUE(der.ok());
      EXPECT_EQ(*ParseSignatureAlgorithm(*der), algorithm);
      for (size_t i = 0; i < der->size(); ++i) {  // any other octet makes it something else
        Buffer changed(der->begin(), der->end());
        changed[i] ^= 1;
        const Result<crypto::SignAlg> parsed = ParseSignatureAlgorithm(changed);
        EXPECT_FALSE(parsed.ok() && *parsed == algorithm) << i;
      }
    }
  }
  EXPECT_FALSE(SignatureAlgorithmIdentifier({SignFamily::kEcdsa, HashId::kNone}).ok());
}

TEST(SignatureAlgorithm, RefusesOthersAndOtherParameters) {
  const struct {
    Buffer der;
    Alert alert;
  } cases[] = {
      // sha1WithRSAEncryption, md5WithRSAEncryption, ecdsa-with-SHA1
      {{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5, 5, 0}, Alert::kBadCertificate},
      {{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4, 5, 0}, Alert::kBadCertificate},
      {{0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1}, Alert::kBadCertificate},
      // sha256WithRSAEncryption with another parameter, ecdsa-with-SHA256 with NULL, PSS with the
      // defaults
      {{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 4, 0},
       Alert::kUnsupportedCertificate},
      {{0x30, 12, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2, 5, 0},
       Alert::kUnsupportedCertificate},
      {{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 0},
       Alert::kUnsupportedCertificate},
  };
  for (const auto& test : cases) {
    const Result<crypto::SignAlg> parsed = ParseSignatureAlgorithm(test.der);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error(), PeerError(Code::kUnsupportedAlgorithm, test.alert));
  }
  EXPECT_EQ(ParseSignatureAlgorithm(Buffer{0x30, 1}).error().code, Code::kBadDer);
  // RFC 4055 s5: without its NULL it is to be read, though not to be written.
  const Buffer bare = {0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12};
  EXPECT_EQ(*ParseSignatureAlgorithm(bare),
            (crypto::SignAlg{SignFamily::kRsaPkcs1, HashId::kSha384}));
}

TEST(SignatureAlgorithm, PssHashesMayLeaveTheirParametersOut) {
  // RFC 4055 s2.1: absent and NULL are both legal. Salt lengths other than the hash's are not.
  const auto pss = [](bool null_hash, bool null_mgf, uint8_t mgf_hash, uint8_t salt) {
    Buffer out(128);
    DerWriter writer(absl::MakeSpan(out));
    const auto sha2 = [&](uint8_t which, bool null) {
      writer.Element(der::kSequence, [&] {
        const uint8_t id[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, which};
        writer.Element(der::kOid, id);
        if (null) writer.Element(der::kNull, Bytes());
      });
    };
    const uint8_t pss_id[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10};
    const uint8_t mgf_id[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8};
    writer.Element(der::kSequence, [&] {
      writer.Element(der::kOid, pss_id);
      writer.Element(der::kSequence, [&] {
        writer.Element(0xa0, [&] { sha2(1, null_hash); });
        writer.Element(0xa1, [&] {
          writer.Element(der::kSequence, [&] {
            writer.Element(der::kOid, mgf_id);
            sha2(mgf_hash, null_mgf);
          });
        });
        writer.Element(0xa2, [&] { writer.SmallInteger(salt); });
      });
    });
    out.resize(*writer.Finish());
    return ParseSignatureAlgorithm(out).ok();
  };
  EXPECT_TRUE(pss(false, false, 1, 32));
  EXPECT_TRUE(pss(true, false, 1, 32));
  EXPECT_TRUE(pss(false, true, 1, 32));
  EXPECT_TRUE(pss(true, true, 1, 32));
  EXPECT_FALSE(pss(true, true, 2, 32));
  EXPECT_FALSE(pss(true, true, 1, 20));
  EXPECT_FALSE(pss(true, true, 1, 48));
}

}  // namespace
}  // namespace merlon::x509
