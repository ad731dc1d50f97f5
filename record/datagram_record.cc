// SPDX-License-Identifier: Apache-2.0
// Parsing, sealing and opening of DTLS records.
#include "record/datagram_record.h"

#include <algorithm>
#include <array>

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

std::optional<DatagramRecord> TakeUnified(MutableBytes& datagram, Bytes cid) {
  const uint8_t flags = datagram[0];
  const size_t cid_size = (flags & kCidBit) != 0 ? cid.size() : 0;
  if (((flags & kCidBit) != 0) == cid.empty()) return std::nullopt;
  const size_t number_at = 1 + cid_size;
  const size_t number_size = (flags & kLongNumberBit) != 0 ? 2 : 1;
  const size_t length_size = (flags & kLengthBit) != 0 ? 2 : 0;
  const size_t header_size = number_at + number_size + length_size;
  if (datagram.size() < header_size) return std::nullopt;
  if (Slice(Bytes(datagram), 1, cid_size) != Slice(cid, 0, cid_size)) return std::nullopt;

  DatagramRecord out;
  out.unified = true;
  out.epoch = flags & kEpochBits;
  out.header = Slice(datagram, 0, header_size);
  out.number = Slice(datagram, number_at, number_size);
  // "L=0: the record takes the rest of the datagram."
  const size_t size = length_size == 0
                          ? datagram.size() - header_size
                          : Number(Slice(Bytes(datagram), number_at + number_size, length_size));
  if (size > datagram.size() - header_size) return std::nullopt;
  out.body = Slice(datagram, header_size, size);
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
  out.header = Slice(datagram, 0, kPlainHeaderSize);
  out.body = Slice(datagram, kPlainHeaderSize, size);
  return out;
}

}  // namespace

std::optional<DatagramRecord> TakeRecord(MutableBytes& datagram, Bytes cid) {
  if (datagram.empty()) return std::nullopt;
  const bool unified = (datagram[0] & kUnifiedMask) == kUnifiedBits;
  const std::optional<DatagramRecord> out =
      unified ? TakeUnified(datagram, cid) : TakePlain(datagram);
  if (!out) return std::nullopt;
  const size_t limit = unified           ? kMaxCiphertext
                       : out->epoch != 0 ? kMaxCiphertext12
                                         : kMaxPlaintext;
  if (out->body.size() > limit) return std::nullopt;
  datagram = Slice(datagram, out->header.size() + out->body.size());
  return out;
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
  Opened out;
  // Too short to be sampled: "as if they had failed deprotection" (RFC 9147 s4.2.3).
  if (!bound.mask.Apply(record.body, record.number)) {
    out.noise = Noise::kForged;
    return out;
  }
  const std::optional<uint64_t> sequence =
      ReconstructSequence(static_cast<uint16_t>(Number(record.number)),
                          static_cast<unsigned>(8 * record.number.size()), window.expected());
  if (!sequence || window.IsReplay(*sequence)) {
    out.noise = Noise::kReplayed;
    return out;
  }
  if (!bound.keys.Open(*sequence, record.header, record.body)) {
    out.noise = Noise::kForged;
    return out;
  }
  window.Mark(*sequence);
  out.sequence = *sequence;

  MutableBytes inner = Slice(record.body, 0, record.body.size() - bound.keys.tag_size());
  // DTLSInnerPlaintext: content, its type, zeros (RFC 9147 s4).
  while (!inner.empty() && inner.back() == 0) inner.remove_suffix(1);
  if (inner.empty()) return PeerError(Code::kBadPadding, Alert::kUnexpectedMessage);
  out.type = static_cast<ContentType>(inner.back());
  inner.remove_suffix(1);
  if (inner.size() > kMaxPlaintext) {
    return PeerError(Code::kRecordOverflow, Alert::kRecordOverflow);
  }
  out.content = inner;
  return out;
}

size_t MaxPlaintext(size_t tag_size, size_t room) {
  // A short AEAD tag needs padding to fill the sample; nothing shorter fits then.
  const size_t overhead = kUnifiedHeaderSize + 1 + tag_size;
  if (room <= overhead || room < kUnifiedHeaderSize + kMaskSampleSize) return 0;
  return std::min(room - overhead, kMaxPlaintext);
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
  header[0] = static_cast<uint8_t>(kUnifiedBits | kLongNumberBit | kLengthBit |
                                   (static_cast<uint64_t>(epoch) & kEpochBits));
  header[1] = static_cast<uint8_t>(sequence >> 8);
  header[2] = static_cast<uint8_t>(sequence);
  header[3] = static_cast<uint8_t>(body_size >> 8);
  header[4] = static_cast<uint8_t>(body_size);

  // The content's type, and zeros.
  const std::array<uint8_t, 1 + kMaskSampleSize> tail = {static_cast<uint8_t>(type)};
  MERLON_TRY(bound.keys.Seal(sequence, header, absl::Span<const Bytes>(&plaintext, 1),
                             Slice(Bytes(tail), 0, 1 + padding), body));
  if (!bound.mask.Apply(body, Slice(header, 1, 2))) return LocalError(Code::kInternal);
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
