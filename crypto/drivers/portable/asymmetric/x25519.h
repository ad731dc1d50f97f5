// SPDX-License-Identifier: Apache-2.0
// X25519 (RFC 7748) as a key agreement, over any driver's function: Function::Multiply(scalar, u,
// out) is X25519(scalar, u), and MultiplyBase(scalar, out) that of the base point; 32 bytes each,
// in constant time. How they are computed is theirs.
#pragma once
#include <array>
#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/key_agreement.h"

namespace merlon::crypto {

inline constexpr size_t kX25519Size = 32;  // bytes of all that there is

// decodeScalar25519 of RFC 7748 s5.
inline void X25519Clamp(Bytes scalar, uint8_t* out) {
  memcpy(out, Slice(scalar, 0, kX25519Size).data(), kX25519Size);
  out[0] &= 248;
  out[31] = static_cast<uint8_t>((out[31] & 127) | 64);
}

template <class Function>
class X25519 {
 public:
  static constexpr KeyAgreementAlgorithm Algorithm() {
    return {
        .id = GroupId::kX25519,
        .private_size = kSize,
        .initiator_share_size = kSize,
        .responder_share_size = kSize,
        .secret_size = kSize,
        .generate = Generate,
        .agree = Agree,
        .respond = Respond,
    };
  }

 private:
  static constexpr size_t kSize = kX25519Size;

  static Result<void> Generate(Rng& rng, MutableBytes private_key, MutableBytes share) {
    if (private_key.size() != kSize || share.size() != kSize) return Misuse();
    MERLON_TRY(rng.Fill(private_key));
    Function::MultiplyBase(private_key, share);
    return {};
  }

  static Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
    if (private_key.size() != kSize || secret.size() != kSize) return Misuse();
    // RFC 9846 s7.4.2: the peer's value is refused when it cannot be one, and when all it does is
    // to make the secret zero (RFC 7748 s6.1: it had a small order).
    if (peer_share.size() != kSize) return IllegalParameter(Code::kBadPublicValue);
    Function::Multiply(private_key, peer_share, secret);
    constexpr uint8_t kAllZero[kSize] = {};
    if (ConstantTimeEqual(secret, kAllZero)) {  // public: that it is refused
      return IllegalParameter(Code::kBadPublicValue);
    }
    return {};
  }

  static Result<void> Respond(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
    Wiped<std::array<uint8_t, kSize>> private_key;
    MERLON_TRY(Generate(rng, MutableBytes(*private_key), share));
    return Agree(*private_key, peer_share, secret);
  }
};

}  // namespace merlon::crypto
