// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 and DTLS 1.2 records: known answers, and everything malformed by name. The answers are
// from the Python package cryptography 48.0.0 (OpenSSL), which was given nonce and additional data
// as the RFCs write them: key 20 21 .., fixed IV c0 c1 .., content 00 01 .. 13, application_data.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/testing/vectors.h"
#include "record/datagram_epochs.h"
#include "record/stream_layer.h"

namespace merlon::record {
namespace {

using crypto::testing::ByteString;
using crypto::testing::FromHex;
using crypto::testing::ToHex;

constexpr uint64_t kStreamNumber = 7;      // the records' numbers in the answers
constexpr uint64_t kDatagramNumber = 258;  // in epoch 1

struct Known {
  const crypto::AeadAlgorithm& aead;
  size_t fixed_iv;
  std::string_view stream, datagram;
};
const Known kKnown[] = {
    {crypto::kPortableAes128Gcm, 4,
     "170303002c0000000000000007b83c2a2ad87d10f6c802823e3162ee71886d261e7895dd694ce41fb63652df3b6d"
     "ec2eec",
     "17fefd0001000000000102002c0001000000000102b602dd52c29c52a9660f1e086b7a0834b444d4954ba7540e26"
     "2466272eda153c80297000"},
    {crypto::kPortableAes256Gcm, 4,
     "170303002c00000000000000073114e3bd6c505cd36b660ddb096189db4a4b8add25c08f0c65a09596ddd6ed4447"
     "0bd460",
     "17fefd0001000000000102002c000100000000010237bc107efba92e2ff1ecbae3b02da7cfb616f7398faaa31ed5"
     "0575af2acc43032b59b114"},
    {crypto::kPortableChaCha20Poly1305, 12,
     "1703030024bcdbf74350eea0fbd8825b13a993d160314b8b3052aa0074a075b40af049838e30299db7",
     "17fefd00010000000001020024865167948f3a956075cc6e338760a96b4d31a171bb1bb30af25d867c8e2937ca0a"
     "177adb"},
    {crypto::kPortableAes128Ccm, 4,
     "170303002c000000000000000775156513216b1f7f6017ba17bc4c129176143e74960a6cda6188ae67dc9d127b45"
     "43a23d",
     "17fefd0001000000000102002c00010000000001023e5c14f8cafcf54c369bce9faaaeb4245611a8a8396a8955c7"
     "90da19fb218169061350fe"},
    {crypto::kPortableAes128Ccm8, 4,
     "1703030024000000000000000775156513216b1f7f6017ba17bc4c129176143e74728e0fe596773dee",
     "17fefd0001000000000102002400010000000001023e5c14f8cafcf54c369bce9faaaeb4245611a8a8bd48cb821b"
     "1386fb"},
};

ByteString CountingFrom(uint8_t first, size_t size) {
  ByteString out(size);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(first + i);
  return out;
}
const ByteString kContent = CountingFrom(0, 20);

TrafficKeys KeysOf(const crypto::AeadAlgorithm& aead, size_t fixed_iv = 4) {
  return {&aead, nullptr,
          KeyBlockHalf{Secret<32>::CopyOf(CountingFrom(0x20, aead.key_size)),
                       Secret<12>::CopyOf(CountingFrom(0xc0, fixed_iv))}};
}
void Install(RecordKeys& keys, const Known& known, uint64_t first) {
  ASSERT_TRUE(
      keys.Install(KeysOf(known.aead, known.fixed_iv), crypto::LabelPrefix::kTls13, first).ok());
}
const crypto::AeadAlgorithm& Gcm() { return crypto::kPortableAes128Gcm; }

// ---- Streams -----------------------------------------------------------------------------------

struct StreamEnds {
  explicit StreamEnds(const Known& known = kKnown[0], uint64_t first = 0) {
    Install(writing, known, first);
    Install(reading, known, first);
  }
  ByteString Seal(ContentType type, Bytes content) {
    ByteString out(content.size() + StreamOverhead12(writing));
    const auto size = SealProtected12(writing, type, {&content, 1}, absl::MakeSpan(out));
    EXPECT_TRUE(size.ok() && *size == out.size());
    return out;
  }
  Result<Content> Open(ByteString& record) {
    const ParsedRecord parsed = ParseStreamRecord(absl::MakeSpan(record), StreamForm::kProtected12);
    if (const Error* error = std::get_if<Error>(&parsed)) return *error;
    return OpenProtected12(reading, std::get<StreamRecord>(parsed));
  }
  RecordKeys writing, reading;
};

TEST(StreamRecord12, ReproducesKnownAnswers) {
  for (const Known& known : kKnown) {
    StreamEnds ends(known, kStreamNumber);
    ByteString record = ends.Seal(ContentType::kApplicationData, kContent);
    EXPECT_EQ(ToHex(record), known.stream);
    const Result<Content> content = ends.Open(record);
    ASSERT_TRUE(content.ok());
    EXPECT_EQ(content->type, ContentType::kApplicationData);
    EXPECT_EQ(Bytes(content->bytes), Bytes(kContent));
    EXPECT_EQ(ends.reading.sequence(), kStreamNumber + 1);
  }
}

TEST(StreamRecord12, SealsInPlaceAndGathers) {
  StreamEnds apart, within;
  const ByteString expected = apart.Seal(ContentType::kApplicationData, kContent);
  ByteString out(expected.size());
  const size_t at = kStreamHeaderSize + within.writing.explicit_nonce_size();
  std::copy(kContent.begin(), kContent.end(), out.begin() + static_cast<ptrdiff_t>(at));
  const Bytes content = Slice(Bytes(out), at, kContent.size());
  ASSERT_TRUE(SealProtected12(within.writing, ContentType::kApplicationData, {&content, 1},
                              absl::MakeSpan(out))
                  .ok());
  EXPECT_EQ(out, expected);

  StreamEnds gather;
  const Bytes pieces[] = {Slice(Bytes(kContent), 0, 3), {}, Slice(Bytes(kContent), 3)};
  ASSERT_TRUE(
      SealProtected12(gather.writing, ContentType::kApplicationData, pieces, absl::MakeSpan(out))
          .ok());
  EXPECT_EQ(out, expected);
}

TEST(StreamRecord12, NamesWhatIsWrong) {
  const Error unexpected = PeerError(Code::kBadRecordType, Alert::kUnexpectedMessage);
  const Error empty = PeerError(Code::kEmptyRecord, Alert::kUnexpectedMessage);
  const Error overflow = PeerError(Code::kRecordOverflow, Alert::kRecordOverflow);
  struct Case {
    ContentType type;
    size_t size;
    std::optional<Error> expected;
  };
  const Case cases[] = {{ContentType::kHandshake, 1, {}},
                        {ContentType::kAlert, 2, {}},
                        {ContentType::kApplicationData, 0, {}},
                        {ContentType::kApplicationData, kMaxPlaintext, {}},
                        {ContentType::kApplicationData, kMaxPlaintext + 1, overflow},
                        {ContentType::kApplicationData, kMaxPlaintext + 2024, overflow},
                        {ContentType::kHandshake, 0, empty},
                        {ContentType::kAlert, 0, empty},
                        {ContentType::kChangeCipherSpec, 1, unexpected}};
  for (const Case& test : cases) {
    StreamEnds ends;
    // By hand: SealProtected12 does not write what is too long.
    const size_t size = test.size + Overhead12(ends.writing);
    ByteString record = {static_cast<uint8_t>(test.type), 3, 3, static_cast<uint8_t>(size >> 8),
                         static_cast<uint8_t>(size)};
    record.resize(kStreamHeaderSize + size);
    const ByteString content(test.size, 1);
    const Bytes view(content);
    ASSERT_TRUE(SealBody12(ends.writing, {0, test.type, kLegacyVersion}, {&view, 1},
                           Slice(absl::MakeSpan(record), kStreamHeaderSize))
                    .ok());
    const Result<Content> opened = ends.Open(record);
    ASSERT_EQ(opened.ok(), !test.expected) << test.size;
    if (test.expected) {
      EXPECT_EQ(opened.error(), *test.expected);
    }
  }
}

TEST(StreamRecord12, WhatIsTooShortForNonceAndTagDoesNotAuthenticate) {
  for (size_t size = 0; size < 24; ++size) {
    StreamEnds ends;
    ByteString record = {23, 3, 3, 0, static_cast<uint8_t>(size)};
    record.resize(kStreamHeaderSize + size);
    EXPECT_EQ(ends.Open(record).error(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
    EXPECT_EQ(ends.reading.failed_opens(), 1u);
  }
}

TEST(StreamRecord12, RefusesAnyChangedBitAndAnyOtherNumber) {
  for (const Known& known : kKnown) {
    const ByteString record = FromHex(known.stream);
    for (size_t bit = 0; bit < 8 * record.size(); ++bit) {
      StreamEnds ends(known, kStreamNumber);
      ByteString changed = record;
      changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      const ParsedRecord parsed =
          ParseStreamRecord(absl::MakeSpan(changed), StreamForm::kProtected12);
      if (std::holds_alternative<StreamRecord>(parsed)) {
        EXPECT_EQ(ends.Open(changed).error().code, Code::kBadMac) << bit;
      }
    }
    // The number is authenticated besides the nonce: a record cannot change its place.
    StreamEnds other(known, kStreamNumber + 1);
    ByteString same = record;
    EXPECT_EQ(other.Open(same).error().code, Code::kBadMac);
  }
}

TEST(StreamLayer12, TakesKeysOfItsVersionOnly) {
  ByteString buffer(64);
  HandshakeDeframer deframer(absl::MakeSpan(buffer));
  const TrafficKeys secret = {&Gcm(), nullptr, TrafficSecret::CopyOf(CountingFrom(0, 32))};
  StreamReader reader;
  StreamWriter writer;
  const auto boundary = deframer.Boundary();
  EXPECT_EQ(reader.Install(*boundary, Epoch::kFirstKeys, KeysOf(Gcm())).error().code,
            Code::kUnsupported);
  EXPECT_EQ(writer.Install(Epoch::kFirstKeys, KeysOf(Gcm())).error().code, Code::kUnsupported);
  reader.Settle12();
  writer.Settle12();
  EXPECT_EQ(reader.Install(*boundary, Epoch::kFirstKeys, secret).error().code, Code::kUnsupported);
  EXPECT_EQ(writer.Install(Epoch::kFirstKeys, secret).error().code, Code::kUnsupported);
  EXPECT_EQ(writer.overhead(), kStreamHeaderSize);
  ASSERT_TRUE(reader.Install(*boundary, Epoch::kFirstKeys, KeysOf(Gcm())).ok());
  ASSERT_TRUE(writer.Install(Epoch::kFirstKeys, KeysOf(Gcm())).ok());
  EXPECT_EQ(writer.overhead(), kStreamHeaderSize + 8 + 16);

  ByteString out(100);
  const Bytes content(kContent);
  for (uint64_t i = 0; i < 3; ++i) {
    const auto size = writer.Write(ContentType::kHandshake, {&content, 1}, absl::MakeSpan(out));
    ASSERT_TRUE(size.ok());
    const ParsedRecord parsed = reader.Parse(Slice(absl::MakeSpan(out), 0, *size));
    const auto opened = reader.Open(std::get<StreamRecord>(parsed));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->type, ContentType::kHandshake);
    EXPECT_EQ(Bytes(opened->bytes), content);
  }
}

// ---- Datagrams ---------------------------------------------------------------------------------

struct DatagramEnds {
  explicit DatagramEnds(const Known& known = kKnown[0]) {
    EXPECT_TRUE(write.InstallWrite(Epoch::kFirstKeys, KeysOf(known.aead, known.fixed_iv)).ok());
    EXPECT_TRUE(read.InstallRead(Epoch::kFirstKeys, KeysOf(known.aead, known.fixed_iv)).ok());
  }
  ByteString Seal(std::string_view text) {
    ByteString out(100);
    const auto sealed = write.Seal(Epoch::kFirstKeys, ContentType::kApplicationData, AsBytes(text),
                                   absl::MakeSpan(out));
    EXPECT_TRUE(sealed.ok());
    out.resize(sealed->size);
    return out;
  }
  // What comes of a datagram with one record: its text, or how it is refused.
  std::string Open(ByteString datagram) {
    MutableBytes rest = absl::MakeSpan(datagram);
    const auto record = TakeRecord(rest, {});
    if (!record || !rest.empty()) return "malformed";
    ReadEpoch* const keys = read.Reader12(record->epoch);
    if (record->unified || keys == nullptr) return "no keys";
    const Result<Opened> opened = read.Open(*record, *keys);
    if (!opened.ok()) return "error";
    if (opened->noise == Noise::kReplayed) return "replayed";
    if (opened->noise) return "forged";
    return std::string(AsText(opened->content));
  }
  DatagramEpochs write, read;
};

TEST(DatagramRecord12, ReproducesKnownAnswers) {
  for (const Known& known : kKnown) {
    RecordKeys writing, reading;
    Install(writing, known, kDatagramNumber);
    Install(reading, known, 0);
    ByteString out(100);
    const auto sealed = Seal12(writing, Epoch::kFirstKeys, ContentType::kApplicationData, kContent,
                               absl::MakeSpan(out));
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->number, (RecordNumber{Epoch::kFirstKeys, kDatagramNumber}));
    out.resize(sealed->size);
    EXPECT_EQ(ToHex(out), known.datagram);
    MutableBytes rest = absl::MakeSpan(out);
    ReplayWindow window;
    const auto opened = Open12(*TakeRecord(rest, {}), reading, window);
    ASSERT_TRUE(opened.ok());
    EXPECT_FALSE(opened->noise);
    EXPECT_EQ(opened->type, ContentType::kApplicationData);
    EXPECT_EQ(opened->sequence, kDatagramNumber);
    EXPECT_EQ(Bytes(opened->content), Bytes(kContent));
    EXPECT_EQ(window.expected(), kDatagramNumber + 1);
  }
}

TEST(DatagramRecord12, SealsInPlaceUpToItsRoom) {
  DatagramEnds ends;
  EXPECT_EQ(ends.write.HeaderSize(Epoch::kPlain), 13u);
  const size_t header = ends.write.HeaderSize(Epoch::kFirstKeys);
  EXPECT_EQ(header, 13u + 8);
  EXPECT_EQ(ends.write.MaxPlaintext(Epoch::kFirstKeys, 37), 0u);
  for (size_t room = 38; room < 80; ++room) {
    const size_t most = ends.write.MaxPlaintext(Epoch::kFirstKeys, room);
    ASSERT_EQ(most, room - 37);
    ByteString out(room, 'x');
    const auto longer = ends.write.Seal(Epoch::kFirstKeys, ContentType::kApplicationData,
                                        ByteString(most + 1), absl::MakeSpan(out));
    EXPECT_EQ(longer.error().code, Code::kNoSpace);
    const auto sealed = ends.write.Seal(Epoch::kFirstKeys, ContentType::kApplicationData,
                                        Slice(Bytes(out), header, most), absl::MakeSpan(out));
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->size, room);
    EXPECT_EQ(ends.Open(out), std::string(most, 'x'));
  }
}

TEST(DatagramRecord12, OpensRecordsInAnyOrderOnce) {
  DatagramEnds ends;
  std::vector<ByteString> records;
  for (int i = 0; i < 70; ++i) records.push_back(ends.Seal("x"));
  const std::pair<size_t, std::string_view> arrivals[] = {
      {66, "x"},        {66, "replayed"}, {65, "x"},
      {3, "x"},         {2, "replayed"},  // 64 behind the newest: too old to tell
      {69, "x"},        {5, "replayed"},  {6, "x"},
      {65, "replayed"}, {6, "replayed"}};
  for (const auto& [index, expected] : arrivals) {
    EXPECT_EQ(ends.Open(records[index]), expected) << index;
  }
}

TEST(DatagramRecord12, WhatDoesNotOpenIsNoise) {
  DatagramEnds ends;
  const ByteString record = ends.Seal("text");
  for (size_t bit = 0; bit < 8 * record.size(); ++bit) {
    ByteString changed = record;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const std::string opened = ends.Open(changed);
    EXPECT_TRUE(opened == "forged" || opened == "no keys" || opened == "malformed") << bit;
  }
  for (size_t size = 0; size < 24; ++size) {
    ByteString shorter(record.begin(), record.begin() + static_cast<ptrdiff_t>(13 + size));
    shorter[12] = static_cast<uint8_t>(size);
    EXPECT_EQ(ends.Open(shorter), "forged");
  }
  EXPECT_EQ(ends.Open(record), "text");  // none of it moved the window
}

// 2^14 + 2048 bytes of ciphertext, and 2^14 of plaintext (RFC 5246 s6.2).
TEST(DatagramRecord12, HasTheLengthLimitsOfTls12) {
  for (const size_t size : {kMaxPlaintext, kMaxPlaintext + 1, kMaxPlaintext + 2024}) {
    DatagramEnds ends;
    RecordKeys writing;
    Install(writing, kKnown[0], 0);
    const size_t body = size + Overhead12(writing);
    ByteString record(kPlainHeaderSize + body), content(size, 'x');
    WritePlainHeader({Epoch::kFirstKeys, 0}, ContentType::kApplicationData, body,
                     Slice(absl::MakeSpan(record), 0, kPlainHeaderSize));
    const Bytes view(content);
    const RecordInfo12 info = {uint64_t{1} << 48, ContentType::kApplicationData, kDtls12Version};
    ASSERT_TRUE(
        SealBody12(writing, info, {&view, 1}, Slice(absl::MakeSpan(record), kPlainHeaderSize))
            .ok());
    EXPECT_EQ(ends.Open(record), size == kMaxPlaintext ? std::string(size, 'x') : "error");
  }
  ByteString longest(kPlainHeaderSize + kMaxCiphertext12 + 1);
  WritePlainHeader({Epoch::kFirstKeys, 0}, ContentType::kApplicationData, kMaxCiphertext12 + 1,
                   Slice(absl::MakeSpan(longest), 0, kPlainHeaderSize));
  EXPECT_EQ(DatagramEnds().Open(longest), "malformed");
}

TEST(DatagramEpochs12, KnowsItsEpochByTheNumberOnTheWire) {
  DatagramEnds ends;
  EXPECT_EQ(ends.read.newest_read(), Epoch::kFirstKeys);
  EXPECT_EQ(ends.write.newest_write(), Epoch::kFirstKeys);
  EXPECT_FALSE(ends.read.has_opened());
  EXPECT_EQ(ends.Open(ends.Seal("x")), "x");
  EXPECT_TRUE(ends.read.has_opened());
  EXPECT_EQ(ends.read.Reader12(0), nullptr);
  EXPECT_EQ(ends.read.Reader12(2), nullptr);
  EXPECT_EQ(ends.read.Reader12(0x10001), nullptr);
  // What DTLS 1.3 has in epoch 1 is something else.
  DatagramEpochs early;
  const TrafficKeys secret = {&Gcm(), nullptr, TrafficSecret::CopyOf(CountingFrom(0, 32))};
  ASSERT_TRUE(early.InstallRead(Epoch::kEarly, secret).ok());
  EXPECT_EQ(early.newest_read(), Epoch::kPlain);
  EXPECT_EQ(early.Reader12(1), nullptr);
}

TEST(DatagramEpochs12, CountsPlaintextFromWhereItIsTold) {
  DatagramEpochs epochs(5);
  ByteString out(40);
  const auto sealed =
      epochs.Seal(Epoch::kPlain, ContentType::kHandshake, AsBytes("x"), absl::MakeSpan(out));
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->number, (RecordNumber{Epoch::kPlain, 5}));
  EXPECT_EQ(ToHex(Slice(Bytes(out), 0, 14)), "16fefd0000000000000005000178");
}

}  // namespace
}  // namespace merlon::record
