// SPDX-License-Identifier: Apache-2.0
#include "record/datagram_record.h"

#include <vector>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/key_derivation.h"
#include "gtest/gtest.h"
#include "record/datagram_epochs.h"

namespace merlon::record {
namespace {

using Buffer = std::vector<uint8_t>;

// What the portable AEAD does not offer: both at once, here one after the other.
constexpr crypto::MaskedAead kMasked = {
    .seal =
        [](const void* context, const void* mask_context, uint64_t nonce64, Bytes ad,
           absl::Span<const Bytes> in, Bytes tail, MutableBytes out, MutableBytes mask) {
          const crypto::AeadAlgorithm& aead = crypto::kPortableAes128Gcm;
          aead.seal_scatter(context, nonce64, ad, in, tail, out);
          aead.mask->mask(mask_context, Slice(out, 0, 16), mask);
        },
    .open =
        [](const void* context, const void* mask_context, uint64_t nonce64, Bytes ad,
           uint16_t foreseen, MutableBytes in_out, MutableBytes mask) {
          const crypto::AeadAlgorithm& aead = crypto::kPortableAes128Gcm;
          aead.mask->mask(mask_context, Slice(in_out, 0, 16), mask);
          if ((mask[0] << 8 | mask[1]) != foreseen) return crypto::MaskedOpen::kOtherMask;
          const bool opened = aead.open_in_place(context, nonce64, ad, in_out);
          return opened ? crypto::MaskedOpen::kOpened : crypto::MaskedOpen::kForged;
        }};
const crypto::AeadAlgorithm& MaskedGcm() {
  static const crypto::AeadAlgorithm aead = [] {
    crypto::AeadAlgorithm out = crypto::kPortableAes128Gcm;
    out.masked = &kMasked;
    return out;
  }();
  return aead;
}

TrafficKeys KeysOf(uint8_t fill, bool masked = false) {
  TrafficKeys out;
  out.aead = masked ? &MaskedGcm() : &crypto::kPortableAes128Gcm;
  out.hash = &crypto::kPortableSha256;
  const Buffer secret(32, fill);
  out.secret = TrafficSecret::CopyOf(secret);
  return out;
}

// ---- Record numbers
// ------------------------------------------------------------------------------

TEST(RecordNumber, ReconstructsTheClosestToExpected) {
  struct Case {
    uint16_t wire;
    unsigned bits;
    uint64_t expected;
    std::optional<uint64_t> sequence;
  };
  constexpr uint64_t kMax = kMaxSequence;
  const Case cases[] = {
      {0, 16, 0, 0},
      {5, 16, 0, 5},
      {0xffff, 16, 0, 0xffff},  // nothing below 0
      {0xffff, 16, 0x10000, 0xffff},
      {0xfffe, 16, 0x10005, 0xfffe},
      {0x0003, 16, 0xfff0, 0x10003},
      {0x8000, 16, 0x20000, 0x28000},  // a tie goes up
      {0x8001, 16, 0x20000, 0x18001},
      {0xff, 8, 0x100, 0xff},
      {0x05, 8, 0x1fc, 0x205},
      {0x90, 8, 0x210, 0x190 + 0x100},  // 128 away: up
      {0x91, 8, 0x210, 0x191},
      {static_cast<uint16_t>(kMax), 16, kMax, kMax},
      {0, 16, kMax, std::nullopt},  // would be 2^48
      {0x7fff, 16, kMax, std::nullopt},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ReconstructSequence(c.wire, c.bits, c.expected), c.sequence)
        << c.wire << " " << c.bits << " " << c.expected;
  }
}

TEST(RecordNumber, TheMaskIsTheCipherOfTheFirst16BytesOfCiphertext) {
  const TrafficKeys keys = KeysOf(1);
  BoundKeys bound;
  ASSERT_TRUE(bound.Bind(keys, 0).ok());
  const NumberMask& mask = bound.mask;
  const Buffer ciphertext(20, 0x42);

  // The same by hand: HKDF-Expand-Label(secret, "sn", "", 16), then AES-ECB.
  Buffer key(16), expected(16);
  crypto::HkdfExpandLabel(*keys.hash, std::get<TrafficSecret>(keys.secret).reveal(),
                          crypto::LabelPrefix::kDtls13, "sn", {}, absl::MakeSpan(key));
  alignas(16) std::array<uint8_t, crypto::kMaxCipherContextSize> context;
  crypto::kPortableAes128.bind(context.data(), key);
  crypto::kPortableAes128.encrypt_blocks(context.data(), Slice(Bytes(ciphertext), 0, 16),
                                         absl::MakeSpan(expected));
  EXPECT_EQ(mask.Of(ciphertext), expected[0] << 8 | expected[1]);
  EXPECT_EQ(mask.Of(Slice(Bytes(ciphertext), 0, 15)), std::nullopt);
}

TEST(ReplayWindow, KnowsWhatWasMarkedAndWhatIsTooOld) {
  ReplayWindow window;
  EXPECT_FALSE(window.IsReplay(0));
  window.Mark(0);
  EXPECT_TRUE(window.IsReplay(0));
  EXPECT_FALSE(window.IsReplay(1));
  window.Mark(63);
  EXPECT_TRUE(window.IsReplay(0));  // still inside, and seen
  EXPECT_FALSE(window.IsReplay(1));
  window.Mark(1);
  EXPECT_TRUE(window.IsReplay(1));
  window.Mark(66);
  EXPECT_FALSE(window.IsReplay(3));  // the oldest inside
  EXPECT_TRUE(window.IsReplay(2));   // fell out
  EXPECT_EQ(window.expected(), 67u);
  window.Mark(1000);
  for (uint64_t i = 937; i < 1000; ++i) EXPECT_FALSE(window.IsReplay(i));
  EXPECT_TRUE(window.IsReplay(936));
  EXPECT_TRUE(window.IsReplay(1000));
}

// ---- Parsing
// -------------------------------------------------------------------------------------

TEST(TakeRecord, ReadsPlaintextAndUnifiedHeadersBehindEachOther) {
  Buffer datagram = {
      22,   0xfe, 0xff, 0,   0,   0,   0,   0,
      0,    1,    2,    0,   3,   'a', 'b', 'c',  // a first ClientHello's feff
      0x2e, 0x12, 0x34, 0,   2,   'd', 'e',       // S, L, epoch 2
      0x23, 0x99, 'f',  'g', 'h',                 // neither: to the end
  };
  MutableBytes rest = absl::MakeSpan(datagram);
  const auto plain = TakeRecord(rest, {});
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->unified);
  EXPECT_EQ(plain->type, ContentType::kHandshake);
  EXPECT_EQ(plain->epoch, 0u);
  EXPECT_EQ(plain->sequence, 0x102u);
  EXPECT_EQ(AsText(plain->body), "abc");
  const auto second = TakeRecord(rest, {});
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->unified);
  EXPECT_EQ(second->epoch, 2u);
  EXPECT_EQ(second->header.size(), 5u);
  EXPECT_EQ(second->number_size, 2u);
  EXPECT_EQ(AsText(second->body), "de");
  const auto third = TakeRecord(rest, {});
  ASSERT_TRUE(third);
  EXPECT_EQ(third->epoch, 3u);
  EXPECT_EQ(third->number_size, 1u);
  EXPECT_EQ(third->header.size(), 2u);
  EXPECT_EQ(AsText(third->body), "fgh");
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(TakeRecord(rest, {}));
}

TEST(TakeRecord, TakesConnectionIdsOnlyAsConfigured) {
  const Buffer with = {0x3c, 7, 8, 0x12, 0x34, 0, 1, 'x'}, without = {0x2c, 0x12, 0x34, 0, 1, 'x'};
  const Buffer cid = {7, 8}, other = {7, 9};
  const auto take = [](Buffer datagram, Bytes own) {
    MutableBytes rest = absl::MakeSpan(datagram);
    const auto record = TakeRecord(rest, own);
    return record ? record->header.size() : 0;
  };
  EXPECT_EQ(take(with, {}), 0u);
  EXPECT_EQ(take(with, cid), 7u);
  EXPECT_EQ(take(with, other), 0u);
  EXPECT_EQ(take(without, cid), 0u);
  EXPECT_EQ(take(without, {}), 5u);
}

TEST(TakeRecord, RefusesWhatIsCutShortOrTooLong) {
  const Buffer plain = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 'a', 'b'};
  const Buffer unified = {0x2c, 0, 0, 0, 2, 'a', 'b'};
  for (const Buffer& whole : {plain, unified}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      Buffer cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      MutableBytes rest = absl::MakeSpan(cut);
      EXPECT_FALSE(TakeRecord(rest, {})) << size;
      EXPECT_EQ(rest.size(), size);
    }
  }
  Buffer version = plain;
  version[1] = 3;  // TLS
  MutableBytes rest = absl::MakeSpan(version);
  EXPECT_FALSE(TakeRecord(rest, {}));
  Buffer large(5 + kMaxCiphertext + 1);
  large[0] = 0x2c, large[3] = (kMaxCiphertext + 1) >> 8, large[4] = (kMaxCiphertext + 1) & 0xff;
  rest = absl::MakeSpan(large);
  EXPECT_FALSE(TakeRecord(rest, {}));
}

// ---- Protection
// ----------------------------------------------------------------------------------

struct Ends {
  explicit Ends(uint64_t epoch = 3, bool masked = false) {
    EXPECT_TRUE(write.InstallWrite(Epoch{epoch}, KeysOf(9, masked)).ok());
    EXPECT_TRUE(read.InstallRead(Epoch{epoch}, KeysOf(9, masked)).ok());
  }
  Result<Opened> Open(Buffer& datagram) {
    MutableBytes rest = absl::MakeSpan(datagram);
    const auto record = TakeRecord(rest, {});
    EXPECT_TRUE(record);
    ReadEpoch* keys = read.Reader(record->epoch);
    EXPECT_NE(keys, nullptr);
    return read.Open(*record, *keys);
  }
  DatagramEpochs write, read;
};

// Under an AEAD that makes masks too, and under one that does not.
class Protected : public ::testing::TestWithParam<bool> {
 protected:
  Ends ends{3, GetParam()};
};
INSTANTIATE_TEST_SUITE_P(AeadMakesMasks, Protected, ::testing::Bool());

TEST_P(Protected, SealsAndOpensInPlaceAndApart) {
  for (bool in_place : {false, true}) {
    Buffer out(100), text = {'h', 'e', 'l', 'l', 'o'};
    Bytes plaintext = text;
    if (in_place) {
      std::copy(text.begin(), text.end(), out.begin() + kUnifiedHeaderSize);
      plaintext = Slice(Bytes(out), kUnifiedHeaderSize, text.size());
    }
    const auto sealed =
        ends.write.Seal(Epoch{3}, ContentType::kApplicationData, plaintext, absl::MakeSpan(out));
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->size, 5u + 5 + 1 + 16);
    EXPECT_EQ(sealed->number, (RecordNumber{Epoch{3}, in_place ? 1u : 0u}));
    out.resize(sealed->size);
    const Result<Opened> opened = ends.Open(out);
    ASSERT_TRUE(opened.ok());
    EXPECT_FALSE(opened->noise);
    EXPECT_EQ(opened->type, ContentType::kApplicationData);
    EXPECT_EQ(AsText(opened->content), "hello");
  }
}

TEST_P(Protected, OpensRecordsInAnyOrderOnceBeyondTheBitsOnTheWire) {
  BoundKeys sender;
  for (uint64_t block = 0; block < 40; ++block) {
    // 30 records, then a gap of less than half of 2^16.
    ASSERT_TRUE(sender.Bind(KeysOf(9, GetParam()), block * 32000).ok());
    std::vector<Buffer> records;
    for (int i = 0; i < 30; ++i) {
      Buffer out(40);
      const auto sealed =
          Seal(sender, Epoch{3}, ContentType::kAck, AsBytes("x"), absl::MakeSpan(out));
      ASSERT_TRUE(sealed.ok());
      out.resize(sealed->size);
      records.push_back(out);
    }
    for (size_t k = records.size(); k-- > 0;) {
      Buffer again = records[k];
      EXPECT_FALSE(ends.Open(records[k])->noise) << block << " " << k;
      EXPECT_EQ(ends.Open(again)->noise, Noise::kReplayed);
    }
  }
}

// RFC 9147 s4: a number of 8 or 16 bits, with a length or without.
TEST_P(Protected, OpensEveryFormOfHeader) {
  BoundKeys sender;
  for (uint8_t form = 0; form < 8; ++form) {
    const uint64_t number = uint64_t{form} + 3;  // not the one expected: some got lost
    ASSERT_TRUE(sender.Bind(KeysOf(9, GetParam()), number).ok());
    const size_t number_size = (form & 2) != 0 ? 2 : 1;
    const bool has_length = (form & 1) != 0;
    if ((form & 4) != 0) ends.read.Reader(3)->window.Mark(number - 1);  // the one expected
    Buffer record = {static_cast<uint8_t>(0x23 | (form & 2) << 2 | (form & 1) << 2)};
    if (number_size == 2) record.push_back(0);
    record.push_back(static_cast<uint8_t>(number));
    if (has_length) record.insert(record.end(), {0, 4 + 16});
    const size_t header = record.size();
    record.resize(header + 4 + 16);
    const MutableBytes whole = absl::MakeSpan(record);
    const Bytes text = AsBytes("abc");
    const uint8_t type = static_cast<uint8_t>(ContentType::kAck);
    ASSERT_TRUE(sender.keys
                    .Seal(number, Slice(Bytes(whole), 0, header), {&text, 1}, Bytes(&type, 1),
                          Slice(whole, header))
                    .ok());
    const uint16_t mask = sender.mask.Of(Slice(Bytes(whole), header)).value();
    record[1] ^= static_cast<uint8_t>(mask >> 8);
    if (number_size == 2) record[2] ^= static_cast<uint8_t>(mask);
    const Result<Opened> opened = ends.Open(record);
    ASSERT_TRUE(opened.ok() && !opened->noise) << int{form};
    EXPECT_EQ(opened->sequence, number);
    EXPECT_EQ(AsText(opened->content), "abc");
  }
}

// In their order, and so that each is the one expected; a forgery counts and moves nothing.
TEST_P(Protected, WhatIsForgedIsCountedAndNotBelieved) {
  BoundKeys reader, sender;
  ReplayWindow window;
  const TrafficKeys keys = KeysOf(9, GetParam());
  ASSERT_TRUE(sender.Bind(keys, 0).ok() && reader.Bind(keys, 0).ok());
  for (uint64_t i = 0; i < 20; ++i) {
    Buffer out(300), forged;
    out.resize(
        Seal(sender, Epoch{3}, ContentType::kAck, Buffer(250, 'x'), absl::MakeSpan(out))->size);
    for (const size_t at : {5, 7, 30, 200, 271}) {  // also what the mask is made of
      forged = out;
      forged[at] ^= 0x40;
      MutableBytes rest = absl::MakeSpan(forged);
      EXPECT_TRUE(Open(*TakeRecord(rest, {}), reader, window)->noise) << at;
    }
    EXPECT_EQ(window.expected(), i);
    Buffer again = out;
    MutableBytes rest = absl::MakeSpan(out);
    const Result<Opened> opened = Open(*TakeRecord(rest, {}), reader, window);
    ASSERT_TRUE(opened.ok() && !opened->noise) << i;
    EXPECT_EQ(opened->sequence, i);
    rest = absl::MakeSpan(again);
    EXPECT_EQ(Open(*TakeRecord(rest, {}), reader, window)->noise, Noise::kReplayed);
  }
  EXPECT_EQ(reader.keys.sequence(), 20u);
  EXPECT_GE(reader.keys.failed_opens(), 60u);  // of five the last three in any case
  // Too short to be sampled (RFC 9147 s4.2.3).
  Buffer brief = {0x2f, 0, 0, 0, 15};
  brief.resize(20);
  MutableBytes rest = absl::MakeSpan(brief);
  EXPECT_EQ(Open(*TakeRecord(rest, {}), reader, window)->noise, Noise::kForged);
}

TEST(DatagramRecord, AuthenticButMalformedIsAnError) {
  Ends ends;
  Buffer out(60);
  const auto sealed =
      ends.write.Seal(Epoch{3}, ContentType::kInvalid, Buffer(10, 0), absl::MakeSpan(out));
  out.resize(sealed->size);
  const Result<Opened> opened = ends.Open(out);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error(), PeerError(Code::kBadPadding, Alert::kUnexpectedMessage));
}

TEST(DatagramRecord, TheRecordNumberIsHidden) {
  Ends ends;
  size_t visible = 0;
  for (uint16_t i = 0; i < 200; ++i) {
    Buffer out(40);
    ASSERT_TRUE(
        ends.write.Seal(Epoch{3}, ContentType::kAck, AsBytes("x"), absl::MakeSpan(out)).ok());
    visible += (out[1] << 8 | out[2]) == i;
  }
  EXPECT_LT(visible, 5u);
}

TEST(DatagramRecord, NoRecordIsLargerThanItsRoom) {
  Ends ends;
  for (size_t room = 0; room < 60; ++room) {
    const size_t most = ends.write.MaxPlaintext(Epoch{3}, room);
    Buffer out(room);
    const Buffer text(most + 1, 'x');
    EXPECT_FALSE(ends.write.Seal(Epoch{3}, ContentType::kAck, text, absl::MakeSpan(out)).ok());
    if (most == 0) continue;
    const auto sealed = ends.write.Seal(Epoch{3}, ContentType::kAck, Slice(Bytes(text), 0, most),
                                        absl::MakeSpan(out));
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->size, room);
  }
}

TEST(DatagramEpochs, HoldsTwoAndFindsTheNewestByItsBits) {
  DatagramEpochs epochs;
  EXPECT_EQ(epochs.newest_read(), Epoch::kPlain);
  ASSERT_TRUE(epochs.InstallRead(Epoch{2}, KeysOf(2)).ok());
  ASSERT_TRUE(epochs.InstallRead(Epoch{3}, KeysOf(3)).ok());
  EXPECT_EQ(epochs.Reader(2)->epoch, Epoch{2});
  ASSERT_TRUE(epochs.InstallRead(Epoch{4}, KeysOf(4)).ok());
  EXPECT_EQ(epochs.Reader(2), nullptr);
  EXPECT_EQ(epochs.Reader(3)->epoch, Epoch{3});
  EXPECT_EQ(epochs.Reader(0)->epoch, Epoch{4});
  EXPECT_EQ(epochs.newest_read(), Epoch{4});
  EXPECT_FALSE(epochs.InstallRead(Epoch{4}, KeysOf(4)).ok());
  epochs.DropRead(Epoch{3});
  EXPECT_EQ(epochs.Reader(3), nullptr);

  ASSERT_TRUE(epochs.InstallWrite(Epoch{2}, KeysOf(2)).ok());
  ASSERT_TRUE(epochs.InstallWrite(Epoch{3}, KeysOf(3)).ok());
  epochs.ReleaseWrites([](Epoch epoch) { return epoch == Epoch{2}; });
  EXPECT_GT(epochs.MaxPlaintext(Epoch{2}, 100), 0u);
  epochs.ReleaseWrites([](Epoch) { return false; });
  EXPECT_EQ(epochs.MaxPlaintext(Epoch{2}, 100), 0u);
  EXPECT_GT(epochs.MaxPlaintext(Epoch{3}, 100), 0u);
}

TEST(DatagramEpochs, RetransmissionsUnderTheOlderEpochGoOnCounting) {
  Ends ends(2);
  ASSERT_TRUE(ends.write.InstallWrite(Epoch{3}, KeysOf(10)).ok());
  ASSERT_TRUE(ends.read.InstallRead(Epoch{3}, KeysOf(10)).ok());
  for (uint64_t i = 0; i < 6; ++i) {
    for (uint64_t epoch : {2, 3}) {
      Buffer out(60);
      const auto sealed =
          ends.write.Seal(Epoch{epoch}, ContentType::kAck, AsBytes("x"), absl::MakeSpan(out));
      ASSERT_TRUE(sealed.ok());
      EXPECT_EQ(sealed->number, (RecordNumber{Epoch{epoch}, i}));
      out.resize(sealed->size);
      EXPECT_FALSE(ends.Open(out)->noise);
    }
  }
}

}  // namespace
}  // namespace merlon::record
