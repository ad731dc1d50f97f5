// SPDX-License-Identifier: Apache-2.0
// Stream records: some of RFC 8448 to the byte (rfc8448_records_test.cc has all), and every
// malformed record by name.
#include "record/stream_record.h"

#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/vectors.h"

namespace merlon::record {
namespace {

using crypto::testing::ByteString;
using crypto::testing::FromHex;
using crypto::testing::ToHex;

void Install(RecordKeys& keys, std::string_view secret) {
  ASSERT_TRUE(keys.Install({&crypto::kPortableAes128Gcm, &crypto::kPortableSha256,
                            TrafficSecret::CopyOf(FromHex(secret))},
                           crypto::LabelPrefix::kTls13)
                  .ok());
}
ByteString Seal(RecordKeys& keys, ContentType type, Bytes content, size_t padding = 0) {
  ByteString out(content.size() + padding + StreamOverhead(keys));
  const auto size = SealProtected(keys, type, {&content, 1}, padding, absl::MakeSpan(out));
  EXPECT_TRUE(size.ok() && *size == out.size());
  return out;
}
StreamRecord Parsed(MutableBytes in, bool is_protected = true) {
  const ParsedRecord parsed =
      ParseStreamRecord(in, is_protected ? StreamForm::kProtected13 : StreamForm::kPlain);
  return std::get<StreamRecord>(parsed);
}

// The secrets of RFC 8448 s3, in the order of its records; and of s4, for 0-RTT.
constexpr std::string_view kClientHandshake =
    "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21";
constexpr std::string_view kServerApplication =
    "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";
constexpr std::string_view kClientApplication =
    "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";

constexpr std::string_view kClientEarly =
    "3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62";

struct Known {
  std::string_view secret;
  uint64_t sequence;
  ContentType type;
  std::string_view content, record;
};
constexpr std::string_view kFifty =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e"
    "2f"
    "3031";
constexpr Known kRfc8448[] = {
    {kClientHandshake, 0, ContentType::kHandshake,
     "14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61",
     "170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384b"
     "d1"
     "caeacab6867d726c40546"},
    {kClientApplication, 0, ContentType::kApplicationData, kFifty,
     "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441"
     "e2"
     "b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4"},
    {kServerApplication, 1, ContentType::kApplicationData, kFifty,
     "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a5"
     "9a"
     "8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d"},
    {kClientApplication, 1, ContentType::kAlert, "0100",
     "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3"},
    {kServerApplication, 2, ContentType::kAlert, "0100",
     "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9"},
    {kClientEarly, 0, ContentType::kApplicationData, "414243444546",
     "1703030017ab1df420e75c457a7cc5d2844f76d5aee4b4edbf049be0"},
};

void Check(RecordKeys& writing, RecordKeys& reading, const Known& known) {
  // Skip to its number.
  uint8_t nothing[17] = {};
  while (writing.sequence() < known.sequence) {
    ASSERT_TRUE(
        writing.Seal(writing.sequence(), {}, {}, Slice(Bytes(nothing), 0, 1), nothing).ok());
    ASSERT_TRUE(reading.Open(reading.sequence(), {}, nothing));
  }
  const ByteString content = FromHex(known.content);
  ByteString record = Seal(writing, known.type, content);
  EXPECT_EQ(ToHex(record), known.record);
  const auto opened = OpenProtected(reading, Parsed(absl::MakeSpan(record)));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->type, known.type);
  EXPECT_EQ(Bytes(opened->bytes), Bytes(content));
}

TEST(StreamRecord, ReproducesRfc8448) {
  for (const Known& known : kRfc8448) {
    RecordKeys writing, reading;
    Install(writing, known.secret);
    Install(reading, known.secret);
    Check(writing, reading, known);
  }
}

// ---- Headers
// -------------------------------------------------------------------------------------

TEST(ParseStreamRecord, NamesEveryOutcome) {
  const Error version = PeerError(Code::kBadRecordVersion, Alert::kProtocolVersion);
  const Error type = PeerError(Code::kBadRecordType, Alert::kUnexpectedMessage);
  const Error overflow = PeerError(Code::kRecordOverflow, Alert::kRecordOverflow);
  struct Case {
    std::string_view header;
    std::optional<Error> plain, plain12, protected13, protected12;
  };
  const Case cases[] = {
      {"1603010001", {}, version, version, version},
      {"1603030001", {}, {}, {}, {}},
      {"1603ff0001", {}, version, version, version},
      {"1602030001", version, version, version, version},
      {"1604030001", version, version, version, version},
      {"1803030001", type, type, type, type},
      {"1303030001", type, type, type, type},
      {"0003030001", type, type, type, type},
      {"1603034000", {}, {}, {}, {}},
      {"1603034001", overflow, overflow, {}, {}},
      {"1703034100", {}, overflow, {}, {}},
      {"1703034101", overflow, overflow, overflow, {}},
      {"1603034800", overflow, overflow, overflow, {}},
      {"1603034801", overflow, overflow, overflow, overflow},
      {"160303ffff", overflow, overflow, overflow, overflow},
      {"4745540000", version, version, version, version},  // "GET"
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.header);
    const std::pair<StreamForm, std::optional<Error>> forms[] = {
        {StreamForm::kPlain, test.plain},
        {StreamForm::kPlain12, test.plain12},
        {StreamForm::kProtected13, test.protected13},
        {StreamForm::kProtected12, test.protected12}};
    for (const auto& [form, expected] : forms) {
      ByteString header = FromHex(test.header);
      for (size_t size = 0; size < 5; ++size) {
        const auto part = ParseStreamRecord(Slice(absl::MakeSpan(header), 0, size), form);
        EXPECT_TRUE(std::holds_alternative<NeedMore>(part));
      }
      const ParsedRecord whole = ParseStreamRecord(absl::MakeSpan(header), form);
      ASSERT_EQ(std::holds_alternative<Error>(whole), expected.has_value());
      if (expected) {
        EXPECT_EQ(std::get<Error>(whole), *expected);
      }
    }
  }
}

TEST(ParseStreamRecord, TakesOneRecordOfSeveral) {
  ByteString in = FromHex(
      "160303000201021503030002"
      "0200");
  const StreamRecord record = Parsed(absl::MakeSpan(in), false);
  EXPECT_EQ(record.type, ContentType::kHandshake);
  EXPECT_EQ(record.size(), 7u);
  EXPECT_EQ(ToHex(record.body), "0102");
  for (size_t size = 5; size < 7; ++size) {
    EXPECT_TRUE(std::holds_alternative<NeedMore>(
        ParseStreamRecord(Slice(absl::MakeSpan(in), 0, size), StreamForm::kPlain)));
  }
}

TEST(OpenPlaintext, RefusesApplicationDataAndEmptyRecords) {
  const auto open = [](std::string_view hex) {
    ByteString in = FromHex(hex);
    const auto opened = OpenPlaintext(Parsed(absl::MakeSpan(in), false));
    return opened.ok() ? Code{} : opened.error().code;
  };
  EXPECT_EQ(open("160303000101"), Code{});
  EXPECT_EQ(open("150303000101"), Code{});
  EXPECT_EQ(open("170303000101"), Code::kBadRecordType);
  EXPECT_EQ(open("1603030000"), Code::kEmptyRecord);
  EXPECT_EQ(open("1503030000"), Code::kEmptyRecord);
}

// ---- Protection
// ----------------------------------------------------------------------------------

// Seals any inner plaintext, as a peer may that does not keep the rules.
ByteString SealInner(RecordKeys& keys, Bytes inner, uint8_t outer_type = 23) {
  const size_t size = inner.size() + keys.tag_size();
  ByteString out = {outer_type, 3, 3, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
  out.resize(5 + size);
  EXPECT_TRUE(keys.Seal(keys.sequence(), Slice(Bytes(out), 0, 5), {&inner, 1}, {},
                        Slice(absl::MakeSpan(out), 5))
                  .ok());
  return out;
}
Error OpenError(Bytes inner, uint8_t outer_type = 23) {
  RecordKeys writing, reading;
  Install(writing, kServerApplication);
  Install(reading, kServerApplication);
  ByteString record = SealInner(writing, inner, outer_type);
  const auto opened = OpenProtected(reading, Parsed(absl::MakeSpan(record)));
  return opened.ok() ? Error{} : opened.error();
}

TEST(OpenProtected, NamesWhatIsWrongInside) {
  const auto unexpected = [](Code code) { return PeerError(code, Alert::kUnexpectedMessage); };
  EXPECT_EQ(OpenError(FromHex("ab17")), Error{});
  EXPECT_EQ(OpenError(FromHex("17")), Error{});  // empty application data may be
  EXPECT_EQ(OpenError(FromHex("16")), unexpected(Code::kEmptyRecord));
  EXPECT_EQ(OpenError(FromHex("1500")), unexpected(Code::kEmptyRecord));
  EXPECT_EQ(OpenError(FromHex("0000000000")), unexpected(Code::kBadPadding));
  EXPECT_EQ(OpenError({}), unexpected(Code::kBadPadding));
  EXPECT_EQ(OpenError(FromHex("0114")), unexpected(Code::kBadRecordType));  // change_cipher_spec
  EXPECT_EQ(OpenError(FromHex("0118")), unexpected(Code::kBadRecordType));
  EXPECT_EQ(OpenError(FromHex("01ff0000")), unexpected(Code::kBadRecordType));
  EXPECT_EQ(OpenError(FromHex("0116"), 22), unexpected(Code::kBadRecordType));
  ByteString most(kMaxPlaintext + 1, 23);
  EXPECT_EQ(OpenError(most), Error{});
  most.push_back(23);
  EXPECT_EQ(OpenError(most), PeerError(Code::kRecordOverflow, Alert::kRecordOverflow));
  most.back() = 0;  // padding counts
  EXPECT_EQ(OpenError(most), PeerError(Code::kRecordOverflow, Alert::kRecordOverflow));
}

TEST(OpenProtected, StripsPadding) {
  RecordKeys writing, reading;
  Install(writing, kServerApplication);
  Install(reading, kServerApplication);
  const ByteString content = FromHex("0a000b0000");
  for (const size_t padding : {size_t{0}, size_t{1}, size_t{100}, kMaxPadding}) {
    ByteString record = Seal(writing, ContentType::kApplicationData, content, padding);
    EXPECT_EQ(record.size(), 5 + 5 + 1 + padding + 16);
    const auto opened = OpenProtected(reading, Parsed(absl::MakeSpan(record)));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->type, ContentType::kApplicationData);
    EXPECT_EQ(ToHex(opened->bytes), "0a000b0000");
  }
}

TEST(OpenProtected, RefusesAnyChangedBit) {
  RecordKeys writing;
  Install(writing, kServerApplication);
  const ByteString record = Seal(writing, ContentType::kApplicationData, FromHex("0102"));
  size_t refused = 0;
  for (size_t bit = 8 * kStreamHeaderSize; bit < 8 * record.size(); ++bit) {
    RecordKeys reading;
    Install(reading, kServerApplication);
    ByteString changed = record;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto opened = OpenProtected(reading, Parsed(absl::MakeSpan(changed)));
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
    ++refused;
  }
  EXPECT_EQ(refused, 8 * 19u);
  RecordKeys reading;
  Install(reading, kServerApplication);
  ByteString shorter = FromHex("170303000f");
  shorter.resize(20);
  EXPECT_EQ(OpenProtected(reading, Parsed(absl::MakeSpan(shorter))).error().code, Code::kBadMac);
}

TEST(SealProtected, SealsInPlace) {
  RecordKeys writing, reading;
  Install(writing, kServerApplication);
  Install(reading, kServerApplication);
  const ByteString content = FromHex("6d65726c6f6e");
  const ByteString apart = Seal(reading, ContentType::kApplicationData, content);
  ByteString out(kStreamHeaderSize);
  out.insert(out.end(), content.begin(), content.end());
  out.resize(apart.size());
  const Bytes within = Slice(Bytes(out), kStreamHeaderSize, content.size());
  const auto size =
      SealProtected(writing, ContentType::kApplicationData, {&within, 1}, 0, absl::MakeSpan(out));
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(out, apart);
}

}  // namespace
}  // namespace merlon::record
