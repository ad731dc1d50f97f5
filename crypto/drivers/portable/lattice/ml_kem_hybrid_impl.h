// SPDX-License-Identifier: Apache-2.0
// X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem s4): ML-KEM-768 and X25519 side by side, ML-KEM first
// in shares and in the secret; over whichever driver's of the two.
#pragma once
#include "crypto/base/secret.h"
#include "crypto/kem.h"
#include "crypto/key_agreement.h"

namespace merlon::crypto {

template <const KemAlgorithm& kKem, const KeyAgreementAlgorithm& kCurve>
class X25519MlKem768 {
 public:
  static constexpr KeyAgreementAlgorithm Algorithm() {
    return {
        .id = GroupId::kX25519MlKem768,
        .private_size = kDk + kX25519,
        .initiator_share_size = kEk + kX25519,
        .responder_share_size = kCiphertext + kX25519,
        .secret_size = 2 * kSecret,
        .generate = Generate,
        .agree = Agree,
        .respond = Respond,
    };
  }

 private:
  static constexpr size_t kEk = 1184, kDk = 2400, kCiphertext = 1088, kX25519 = 32, kSecret = 32;

  // Where the second part failed, what the first left goes too.
  static Result<void> BothOrNothing(Result<void> second, MutableBytes out) {
    if (!second.ok()) Wipe(out);
    return second;
  }

  static Result<void> Generate(Rng& rng, MutableBytes private_key, MutableBytes share) {
    if (private_key.size() != kDk + kX25519 || share.size() != kEk + kX25519) return Misuse();
    std::array<uint8_t, kMaxKemSeedSize> seed;
    Result<void> made = rng.Fill(absl::MakeSpan(seed));
    if (made.ok()) made = kKem.expand(seed, Slice(private_key, 0, kDk), Slice(share, 0, kEk));
    WipeObject(seed);
    if (!made.ok()) return made;
    return BothOrNothing(kCurve.generate(rng, Slice(private_key, kDk), Slice(share, kEk)),
                         private_key);
  }

  static Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
    if (private_key.size() != kDk + kX25519 || secret.size() != 2 * kSecret) return Misuse();
    if (peer_share.size() != kCiphertext + kX25519) return IllegalParameter(Code::kBadPublicValue);
    MERLON_TRY(kKem.decapsulate(Slice(private_key, 0, kDk), Slice(peer_share, 0, kCiphertext),
                                Slice(secret, 0, kSecret)));
    return BothOrNothing(kCurve.agree(Slice(private_key, kDk), Slice(peer_share, kCiphertext),
                                      Slice(secret, kSecret)),
                         secret);
  }

  static Result<void> Respond(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
    if (share.size() != kCiphertext + kX25519 || secret.size() != 2 * kSecret) return Misuse();
    if (peer_share.size() != kEk + kX25519) return IllegalParameter(Code::kBadPublicValue);
    MERLON_TRY(kKem.encapsulate(rng, Slice(peer_share, 0, kEk), Slice(share, 0, kCiphertext),
                                Slice(secret, 0, kSecret)));
    return BothOrNothing(kCurve.respond(rng, Slice(peer_share, kEk), Slice(share, kCiphertext),
                                        Slice(secret, kSecret)),
                         secret);
  }
};

}  // namespace merlon::crypto
