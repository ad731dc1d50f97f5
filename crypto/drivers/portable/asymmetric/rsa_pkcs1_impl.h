// SPDX-License-Identifier: Apache-2.0
// RSASSA-PKCS1-v1_5 (RFC 8017 s8.2). Verification encodes what was signed and compares the whole,
// so that there is nothing to parse.
// Over any driver's arithmetic; for the files that instantiate it.
#pragma once
#include "crypto/base/writer.h"
#include "crypto/drivers/portable/asymmetric/rsa_generate.h"
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"
#include "crypto/sign.h"

namespace merlon::crypto {
namespace rsa_internal {

// RFC 8017 s9.2, note 1: DER DigestInfo up to the digest. Empty: a hash that has none here.
inline Bytes DigestInfoPrefix(HashId hash) {
  static constexpr uint8_t kSha256[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                        0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  static constexpr uint8_t kSha384[] = {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                        0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30};
  static constexpr uint8_t kSha512[] = {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                        0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};
  switch (hash) {
    case HashId::kSha256:
      return kSha256;
    case HashId::kSha384:
      return kSha384;
    case HashId::kSha512:
      return kSha512;
    default:
      return Bytes();
  }
}

// EMSA-PKCS1-v1_5 (s9.2) into all of `out`, which is 256 bytes or more and so has room.
inline Result<void> Encode(const HashAlgorithm* hash, Bytes message, MutableBytes out) {
  if (hash == nullptr) return Misuse();
  const Bytes prefix = DigestInfoPrefix(hash->id);
  if (prefix.empty()) return Misuse(Code::kUnsupported);
  const Digest digest = HashOf(*hash, message);
  Writer writer(out);
  writer.Int<2>(0x0001);
  const MutableBytes padding = writer.Reserve(out.size() - 3 - prefix.size() - digest.size());
  for (uint8_t& byte : padding) byte = 0xff;
  writer.Int<1>(0);
  writer.Raw(prefix);
  writer.Raw(digest.view());
  return {};
}

}  // namespace rsa_internal

template <const bignum::Kernel& kKernel>
class RsaPkcs1 {
 public:
  static constexpr SignAlgorithm Algorithm() {
    return {.family = SignFamily::kRsaPkcs1,
            .key_type = KeyType::kRsa,
            .sign = Sign,
            .verify = Verify,
            .public_key = WriteRsaPublicKey,
            .check_private = CheckRsaPrivateKey,
            .generate = GenerateRsaKey};
  }

 private:
  static Result<size_t> Sign(Bytes private_key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                             MutableBytes out) {
    Wiped<RsaPrivateKey> key;
    if (!LoadRsaPrivateKey(private_key, &*key, kKernel)) return Misuse(Code::kBadKey);
    const size_t size = key->pub.size();
    if (out.size() < size) return NoSpace();
    const MutableBytes encoded = Slice(out, 0, size);
    MERLON_TRY(rsa_internal::Encode(hash, message, encoded));
    MERLON_TRY(RsaPrivateOperation(*key, rng, encoded));
    return size;
  }

  static Result<void> Verify(Bytes public_key, const HashAlgorithm* hash, Bytes message,
                             Bytes signature) {
    RsaPublicKey key;
    if (!LoadRsaPublicKey(public_key, &key, kKernel)) {
      return PeerError(Code::kBadKey, Alert::kBadCertificate);
    }
    std::array<uint8_t, kMaxRsaBytes> expected, found;
    const MutableBytes want(expected.data(), key.size()), have(found.data(), key.size());
    MERLON_TRY(rsa_internal::Encode(hash, message, want));
    if (!RsaPublicOperation(key, signature, have) || want != have) {
      return PeerError(Code::kBadSignature, Alert::kDecryptError);
    }
    return {};
  }
};

}  // namespace merlon::crypto
