// SPDX-License-Identifier: Apache-2.0
// RSASSA-PKCS1-v1_5 (RFC 8017 s8.2). Verification encodes what was signed and compares the whole,
// so that there is nothing to parse.
#include "crypto/base/writer.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"
#include "crypto/drivers/portable/asymmetric/rsa_signature.h"

namespace merlon::crypto {
namespace {

using Encoded = std::array<uint8_t, kMaxRsaBytes>;

// RFC 8017 s9.2, note 1: DER DigestInfo up to the digest. Empty: a hash that has none here.
Bytes DigestInfoPrefix(HashId hash) {
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
Result<void> Encode(const HashAlgorithm* hash, Bytes message, MutableBytes out) {
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

}  // namespace

Result<size_t> SignRsaPkcs1(const bignum::Kernel& kernel, Bytes private_key,
                            const HashAlgorithm* hash, Bytes message, Rng& rng, MutableBytes out) {
  Wiped<RsaPrivateKey> key;
  if (!LoadRsaPrivateKey(private_key, &*key, kernel)) return Misuse(Code::kBadKey);
  const size_t size = key->pub.size();
  if (out.size() < size) return NoSpace();
  const MutableBytes encoded = Slice(out, 0, size);
  MERLON_TRY(Encode(hash, message, encoded));
  MERLON_TRY(RsaPrivateOperation(*key, rng, encoded));
  return size;
}

Result<void> VerifyRsaPkcs1(const bignum::Kernel& kernel, Bytes public_key,
                            const HashAlgorithm* hash, Bytes message, Bytes signature) {
  RsaPublicKey key;
  if (!LoadRsaPublicKey(public_key, &key, kernel))
    return PeerError(Code::kBadKey, Alert::kBadCertificate);
  Encoded expected, found;
  const MutableBytes want(expected.data(), key.size()), have(found.data(), key.size());
  MERLON_TRY(Encode(hash, message, want));
  if (!RsaPublicOperation(key, signature, have) || want != have) {
    return PeerError(Code::kBadSignature, Alert::kDecryptError);
  }
  return {};
}

constinit const SignAlgorithm kPortableRsaPkcs1 = RsaPkcs1Algorithm<bignum::kPortableKernel>();

}  // namespace merlon::crypto
