// SPDX-License-Identifier: Apache-2.0
// Parsing, sealing and opening of DTLS records.
#include "record/datagram_record.h"

#include <algorithm>
#include <array>

#include "crypto/base/endian.h"
#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon::record {
namespace {

// The first byte of a unified header: 0 0 1 C S L E E (RFC 9147 s4).
constexpr uint8_t kUnifiedMask = 0xe0, kUnifiedBits = 0x20;
constexpr uint8_t kCidBit = 0x10, kLongNumberBit = 0x08, kLengthBit = 0x04, kEpochBits = 0x03;

uint64_t Number(Bytes bytes) {
  uint64_t value = 0;
  for (uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// Zeros behind the content type so that the ciphertext is long enough to be sampled: only AEADs
// with a short tag need any (RFC 9147 s4.2.3).
size_t Padding(size_t plaintext, size_t tag) {
  const size_t size = plaintext + 1 + tag;
  return size < kMaskSampleSize ? kMaskSampleSize - size : 0;
}

// The low bits of a number to `header`, `size` bytes from `at` on.
inline void PutNumber(uint64_t number, MutableBytes header, size_t at, size_t size) {
  if (ABSL_PREDICT_TRUE(at == 1 && size == 2 && header.size() >= 4)) {
    // In one store of the four bytes that the AEAD loads at once.
    const uint32_t others = LoadBigEndian<uint32_t>(header.data()) & 0xff0000ff;
    StoreBigEndian(others | (static_cast<uint32_t>(number) & 0xffff) << 8, header.data());
    return;
  }
  const MutableBytes to = Slice(header, at, size);
  to[size - 1] = static_cast<uint8_t>(number);
  if (size == 2) to[0] = static_cast<uint8_t>(number >> 8);
}

std::optional<DatagramRecord> TakeUnified(MutableBytes& datagram, Bytes cid) {
  const uint8_t flags = datagram[0];
  const size_t cid_size = (flags & kCidBit) != 0 ? cid.size() : 0;
  if (((flags & kCidBit) != 0) == cid.empty()) return std::nullopt;
  const size_t number_at = 1 + cid_size;
  const size_t number_size = (flags & kLongNumberBit) != 0 ? 2 : 1;
  const size_t length_size = (flags & kLengthBit) != 0 ? 2 : 0;
  const size_t header_size = number_at + number_size + length_size;
  if (datagram.size() < header_size) return std::nullopt;
  if (cid_size != 0 && Slice(Bytes(datagram), 1, cid_size) != cid) return std::nullopt;

  // "L=0: the record takes the rest of the datagram."
  const size_t size = length_size == 0
                          ? datagram.size() - header_size
                          : size_t{datagram[header_size - 2]} << 8 | datagram[header_size - 1];
  if (size > std::min(datagram.size() - header_size, kMaxCiphertext)) return std::nullopt;
  const DatagramRecord out = {.unified = true,
                              .number_at = static_cast<uint8_t>(number_at),
                              .number_size = static_cast<uint8_t>(number_size),
                              .epoch = flags & uint64_t{kEpochBits},
                              .header = Slice(datagram, 0, header_size),
                              .body = Slice(datagram, header_size, size)};
  datagram = Slice(datagram, header_size + size);
  return out;
}

std::optional<DatagramRecord> TakePlain(MutableBytes& datagram) {
  if (datagram.size() < kPlainHeaderSize) return std::nullopt;
  const Bytes header = Slice(Bytes(datagram), 0, kPlainHeaderSize);
  DatagramRecord out;
  out.type = static_cast<ContentType>(header[0]);
  out.version = static_cast<uint16_t>(Number(Slice(header, 1, 2)));
  out.epoch = Number(Slice(header, 3, 2));
  out.sequence = Number(Slice(header, 5, 6));
  // The version "MUST be ignored for all purposes" (RFC 9147 s4.1): it is feff on a first
  // ClientHello. Only that it is a DTLS version at all tells a record from other protocols.
  if (out.version >> 8 != kDtls12Version >> 8) return std::nullopt;
  const size_t size = Number(Slice(header, 11, 2));
  if (size > datagram.size() - kPlainHeaderSize) return std::nullopt;
  if (size > (out.epoch != 0 ? kMaxCiphertext12 : kMaxPlaintext)) return std::nullopt;
  out.header = Slice(datagram, 0, kPlainHeaderSize);
  out.body = Slice(datagram, kPlainHeaderSize, size);
  datagram = Slice(datagram, kPlainHeaderSize + size);
  return out;
}

// What a record that opened holds. DTLSInnerPlaintext: content, its type, zeros (RFC 9147 s4).
inline Result<void> ReadInner(uint64_t sequence, const DatagramRecord& record,
                              const BoundKeys& bound, ReplayWindow& window, Opened& out) {
  window.Mark(sequence);
  size_t size = record.body.size() - bound.keys.tag_size();
  while (size != 0 && record.body[size - 1] == 0) --size;
  if (size == 0) return PeerError(Code::kBadPadding, Alert::kUnexpectedMessage);
  const uint8_t type = record.body[--size];
  if (size > kMaxPlaintext) return PeerError(Code::kRecordOverflow, Alert::kRecordOverflow);
  out.type = static_cast<ContentType>(type);
  out.sequence = sequence;
  out.content = Slice(record.body, 0, size);
  return {};
}

// Opens the record that was expected, if it is that, together with the mask. A record that is not
// is left as it was.
inline crypto::MaskedOpen OpenExpected(const DatagramRecord& record, BoundKeys& bound,
                                       uint64_t expected, uint16_t& mask) {
  const auto hidden = static_cast<uint16_t>(Number(Slice(record.header, record.number_at, 2)));
  std::array<uint8_t, kMaskSampleSize> bytes;
  PutNumber(expected, record.header, record.number_at, 2);
  const crypto::MaskedOpen done = bound.keys.OpenMasked(
      bound.mask.context(), expected, record.header, hidden ^ static_cast<uint16_t>(expected),
      record.body, absl::MakeSpan(bytes));
  mask = NumberMask::TakeBytes(bytes);
  if (done == crypto::MaskedOpen::kOtherMask) PutNumber(hidden, record.header, record.number_at, 2);
  return done;
}

inline Result<void> OpenInto(const DatagramRecord& record, BoundKeys& bound, ReplayWindow& window,
                             Opened& out) {
  const auto noise = [&](Noise kind) {
    out.noise = kind;
    return Result<void>();
  };
  const bool is_long = record.number_size == 2;
  const uint64_t expected = window.expected();
  std::optional<uint16_t> mask;
  if (bound.keys.makes_masks() && is_long && record.body.size() >= kMaskSampleSize &&
      expected <= kMaxSequence) {
    const crypto::MaskedOpen done = OpenExpected(record, bound, expected, mask.emplace());
    if (done == crypto::MaskedOpen::kOpened) return ReadInner(expected, record, bound, window, out);
    if (done == crypto::MaskedOpen::kForged) return noise(Noise::kForged);
  } else {
    mask = bound.mask.Of(record.body);
  }
  // Too short to be sampled: "as if they had failed deprotection" (RFC 9147 s4.2.3).
  if (!mask) return noise(Noise::kForged);
  const uint8_t* const hidden = record.header.data() + record.number_at;
  const int number = is_long ? (hidden[0] << 8 | hidden[1]) ^ *mask : hidden[0] ^ *mask >> 8;
  // A processor that foresees that it is the expected one need not wait for the mask.
  uint64_t sequence = expected;
  const bool is_expected =
      is_long && number == static_cast<uint16_t>(expected) && expected <= kMaxSequence;
  if (ABSL_PREDICT_FALSE(!is_expected)) {
    const std::optional<uint64_t> said =
        ReconstructSequence(static_cast<uint16_t>(number), is_long ? 16 : 8, expected);
    if (!said || window.IsReplay(*said)) return noise(Noise::kReplayed);
    sequence = *said;
  }
  PutNumber(sequence, record.header, record.number_at, record.number_size);
  if (!bound.keys.Open(sequence, record.header, record.body)) return noise(Noise::kForged);
  return ReadInner(sequence, record, bound, window, out);
}

// Seals the body, and gives the mask that hides the number.
inline Result<uint16_t> SealBody(BoundKeys& bound, uint64_t sequence, Bytes header, Bytes plaintext,
                                 Bytes tail, MutableBytes body) {
  const auto parts = absl::Span<const Bytes>(&plaintext, 1);
  if (!bound.keys.makes_masks()) {
    MERLON_TRY(bound.keys.Seal(sequence, header, parts, tail, body));
    const std::optional<uint16_t> mask = bound.mask.Of(body);
    if (!mask) return LocalError(Code::kInternal);
    return *mask;
  }
  std::array<uint8_t, kMaskSampleSize> mask;
  MERLON_TRY(bound.keys.SealMasked(bound.mask.context(), sequence, header, parts, tail, body,
                                   absl::MakeSpan(mask)));
  return NumberMask::TakeBytes(mask);
}

}  // namespace

std::optional<DatagramRecord> TakeAnyRecord(MutableBytes& datagram, Bytes cid) {
  if (datagram.empty()) return std::nullopt;
  const bool unified = (datagram[0] & kUnifiedMask) == kUnifiedBits;
  return unified ? TakeUnified(datagram, cid) : TakePlain(datagram);
}

Result<void> BoundKeys::Bind(const TrafficKeys& traffic, uint64_t first) {
  Clear();
  const bool is_dtls12 = std::holds_alternative<KeyBlockHalf>(traffic.secret);
  if (is_dtls12) return keys.Install(traffic, crypto::LabelPrefix::kDtls13, first);
  if (traffic.aead == nullptr || traffic.aead->mask == nullptr) {
    return LocalError(Code::kUnsupported);
  }
  std::array<uint8_t, crypto::kMaxMaskKeySize> bytes;
  const MutableBytes key = Slice(MutableBytes(bytes), 0, traffic.aead->mask->key_size);
  MERLON_TRY(keys.Install(traffic, crypto::LabelPrefix::kDtls13, first, key));
  const Result<void> bound = mask.Bind(*traffic.aead->mask, key);
  WipeObject(bytes);
  return bound;
}

void BoundKeys::Clear() {
  keys.Clear();
  mask.Clear();
}

Result<Opened> Open(const DatagramRecord& record, BoundKeys& bound, ReplayWindow& window) {
  // Written where it is returned: a copy would wait for its parts.
  Result<Opened> out = Opened();
  if (const Result<void> opened = OpenInto(record, bound, window, *out); !opened.ok()) {
    out = opened.error();
  }
  return out;
}

Result<SealedRecord> Seal(BoundKeys& bound, Epoch epoch, ContentType type, Bytes plaintext,
                          MutableBytes out) {
  const size_t tag = bound.keys.tag_size();
  const size_t padding = Padding(plaintext.size(), tag);
  const size_t body_size = plaintext.size() + 1 + padding + tag;
  if (plaintext.size() > kMaxPlaintext || out.size() < kUnifiedHeaderSize + body_size) {
    return NoSpace();
  }
  const uint64_t sequence = bound.keys.sequence();
  const MutableBytes header = Slice(out, 0, kUnifiedHeaderSize);
  const MutableBytes body = Slice(out, kUnifiedHeaderSize, body_size);
  const uint32_t flags =
      kUnifiedBits | kLongNumberBit | kLengthBit | (static_cast<uint32_t>(epoch) & kEpochBits);
  // Four bytes in one store, so that a load of four finds them at once.
  StoreBigEndian(flags << 24 | (static_cast<uint32_t>(sequence) & 0xffff) << 8 |
                     static_cast<uint32_t>(body_size >> 8),
                 header.data());
  header[4] = static_cast<uint8_t>(body_size);

  // The content's type, and zeros.
  const std::array<uint8_t, 1 + kMaskSampleSize> tail = {static_cast<uint8_t>(type)};
  MERLON_ASSIGN_OR_RETURN(const uint16_t mask, SealBody(bound, sequence, header, plaintext,
                                                        Slice(Bytes(tail), 0, 1 + padding), body));
  PutNumber(sequence ^ mask, header, 1, 2);
  return SealedRecord{{epoch, sequence}, kUnifiedHeaderSize + body_size};
}

void WritePlainHeader(RecordNumber number, ContentType type, size_t size, MutableBytes out) {
  Writer writer(out);
  writer.Int<1>(static_cast<uint8_t>(type));
  writer.Int<2>(kDtls12Version);
  writer.Int<2>(static_cast<uint64_t>(number.epoch));
  writer.Int<6>(number.sequence);
  writer.Int<2>(size);
}

Result<SealedRecord> WritePlain(uint64_t sequence, ContentType type, Bytes plaintext,
                                MutableBytes out) {
  if (sequence > kMaxSequence) return LocalError(Code::kAeadLimit);
  if (plaintext.size() > kMaxPlaintext) return NoSpace();
  // The content first: it may lie where the header goes.
  Writer writer(out);
  const MutableBytes header = writer.Reserve(kPlainHeaderSize);
  writer.Raw(plaintext);
  MERLON_ASSIGN_OR_RETURN(const size_t size, writer.Finish());
  WritePlainHeader({Epoch::kPlain, sequence}, type, plaintext.size(), header);
  return SealedRecord{{Epoch::kPlain, sequence}, size};
}

}  // namespace merlon::record
