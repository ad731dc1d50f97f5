// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/ecdsa_nonce.h"

#include "crypto/drivers/portable/asymmetric/p256_key.h"
#include "crypto/mac.h"

namespace merlon::crypto {

p256::Words LeftmostBits(Bytes digest) { return p256::LoadBigEndian(Slice(digest, 0, 32)); }

EcdsaNonces::EcdsaNonces(const HashAlgorithm& hash, Bytes private_key, Bytes digest,
                         Bytes additional)
    : hash_(hash) {
  // RFC 6979 s3.2, steps b to g; bits2octets reduces the digest modulo n.
  key_.fill(0);
  value_.fill(1);
  std::array<uint8_t, 32> reduced;
  p256::StoreBigEndian(p256::Scalar::FromWords(LeftmostBits(digest)).ToWords(),
                       MutableBytes(reduced));
  for (const uint8_t round : {0, 1}) {
    const Bytes parts[] = {Bytes(&round, 1), private_key, reduced, additional};
    Mix(parts);
  }
}

EcdsaNonces::~EcdsaNonces() {
  WipeObject(key_);
  WipeObject(value_);
}

p256::Words EcdsaNonces::Next() {
  // Step h. An output that is out of range tells nothing of the one that is used.
  for (;;) {
    if (!first_) {
      const uint8_t zero = 0;
      const Bytes part(&zero, 1);
      Mix(absl::Span<const Bytes>(&part, 1));
    }
    first_ = false;
    Step();
    const p256::Words k = LeftmostBits(value());
    if (p256::IsValidScalar(k)) return k;
  }
}

void EcdsaNonces::Mix(absl::Span<const Bytes> parts) {
  Hmac mac(hash_, key());
  mac.Update(value());
  for (Bytes part : parts) mac.Update(part);
  mac.Finish(key());
  Step();
}

void EcdsaNonces::Step() {
  Hmac mac(hash_, key());
  mac.Update(value());
  mac.Finish(value());
}

}  // namespace merlon::crypto
