// SPDX-License-Identifier: Apache-2.0
// One direction of one epoch: the bound key, how many records it has protected, and how many more
// it may. What a record looks like is stream_record's and datagram_record's business; the key that
// hides DTLS record numbers is record_number's.
#pragma once
#include "crypto/aead.h"
#include "crypto/base/result.h"
#include "crypto/key_derivation.h"
#include "record/traffic_keys.h"

namespace merlon::record {

// Records per key that no AEAD's limit may exceed: a DTLS record number has 48 bits (RFC 9147
// s4.2.1), and a stream's 64-bit number must not wrap (RFC 9846 s5.3).
inline constexpr uint64_t kMaxSequence = (uint64_t{1} << 48) - 1;

// A key of one direction. Nothing is installed at first: then records go in the clear. Not movable
// (the bound key is large); wiped when it dies, is cleared or installed anew.
class RecordKeys {
 public:
  RecordKeys() = default;
  RecordKeys(const RecordKeys&) = delete;
  RecordKeys& operator=(const RecordKeys&) = delete;

  // Binds new keys and counts from `first`: 0, or where sealing with them left off. From a traffic
  // secret: key and IV by "key" and "iv" (RFC 9846 s7.3; RFC 9147 s5.9 for the prefix). From a
  // key-block half: as they are, zeros behind a short IV, where the explicit nonce goes (RFC 5288
  // s3). `number_key`: filled with the key that hides record numbers, by "sn" (RFC 9147 s4.2.3); of
  // a traffic secret alone. Fails (local) when sizes do not fit.
  Result<void> Install(const TrafficKeys& keys, crypto::LabelPrefix prefix, uint64_t first = 0,
                       MutableBytes number_key = {});
  void Clear();
  bool installed() const { return key_.algorithm() != nullptr; }
  const crypto::AeadAlgorithm* algorithm() const { return key_.algorithm(); }
  // Bytes that sealing adds behind the plaintext.
  size_t tag_size() const { return installed() ? key_.algorithm()->tag_size : 0; }
  // Bytes of nonce that each record carries before its ciphertext: 8 in TLS 1.2 with GCM and CCM
  // (RFC 5288 s3, RFC 6655 s3), else 0.
  size_t explicit_nonce_size() const { return explicit_nonce_size_; }

  // Records sealed, or opened, so far: the number of the next record to seal, and on a stream of
  // the next to open.
  uint64_t sequence() const { return sequence_; }
  // Records that may be sealed in all: the AEAD's limit, or what numbers allow.
  uint64_t limit() const { return limit_; }
  // Records that may still be sealed. Sealing fails at 0.
  uint64_t remaining() const { return limit_ - sequence_; }
  // Time for new keys: an eighth of the limit is left, or just enough for a KeyUpdate and an alert.
  bool seal_limit_near() const { return installed() && remaining() <= reserve_; }
  // Records until then, under these keys and under new ones of the same AEAD; while installed.
  uint64_t until_limit_near() const { return seal_limit_near() ? 0 : remaining() - reserve_; }
  uint64_t per_key() const { return limit_ > reserve_ ? limit_ - reserve_ : 1; }
  // Records that did not open.
  uint64_t failed_opens() const { return failed_opens_; }
  // As many as the AEAD allows: the connection has to end (RFC 9147 s4.5.3).
  bool open_limit_reached() const {
    return installed() && failed_opens_ >= algorithm()->open_limit;
  }

  // Seals in[0] | in[1] | ... | tail into `out`, which is that long plus tag_size(); counts it. The
  // nonce is the IV with nonce64 XORed in: sequence(), or in TLS 1.2 the explicit nonce; it must
  // differ for every record. kAeadLimit when remaining() is 0: nothing is written then.
  Result<void> Seal(uint64_t nonce64, Bytes ad, absl::Span<const Bytes> in, Bytes tail,
                    MutableBytes out) {
    if (remaining() == 0) return LocalError(Code::kAeadLimit);
    ++sequence_;
    key_.SealScatter(nonce64, ad, in, tail, out);
    return {};
  }
  // Opens ciphertext and tag in place; counts it, a failure too. On false, in_out is wiped.
  [[nodiscard]] bool Open(uint64_t nonce64, Bytes ad, MutableBytes in_out) {
    if (!installed() || !key_.OpenInPlace(nonce64, ad, in_out)) {
      ++failed_opens_;
      return false;
    }
    ++sequence_;
    return true;
  }
  // Whether the AEAD makes masks too; then these count as Seal and Open do.
  bool makes_masks() const { return installed() && algorithm()->masked != nullptr; }
  Result<void> SealMasked(const void* mask_context, uint64_t nonce64, Bytes ad,
                          absl::Span<const Bytes> in, Bytes tail, MutableBytes out,
                          MutableBytes mask) {
    if (remaining() == 0) return LocalError(Code::kAeadLimit);
    ++sequence_;
    key_.SealMasked(mask_context, nonce64, ad, in, tail, out, mask);
    return {};
  }
  crypto::MaskedOpen OpenMasked(const void* mask_context, uint64_t nonce64, Bytes ad,
                                uint16_t foreseen, MutableBytes in_out, MutableBytes mask) {
    const crypto::MaskedOpen done =
        key_.OpenMasked(mask_context, nonce64, ad, foreseen, in_out, mask);
    if (done == crypto::MaskedOpen::kOpened) ++sequence_;
    if (done == crypto::MaskedOpen::kForged) ++failed_opens_;
    return done;
  }

 private:
  crypto::AeadKey key_;
  uint64_t sequence_ = 0;
  uint64_t limit_ = 0;
  uint64_t reserve_ = 0;
  uint64_t failed_opens_ = 0;
  uint8_t explicit_nonce_size_ = 0;
};

}  // namespace merlon::record
