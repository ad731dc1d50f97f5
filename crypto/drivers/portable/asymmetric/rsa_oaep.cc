// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_oaep.h"

#include <cstring>

#include "crypto/drivers/portable/asymmetric/mgf1.h"
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"

namespace merlon::crypto {
namespace {

const HashAlgorithm& MaskHash(const EncryptionParameters& parameters) {
  return parameters.mask_hash != nullptr ? *parameters.mask_hash : *parameters.hash;
}

Result<size_t> Encrypt(Bytes public_key, const EncryptionParameters& parameters, Bytes plaintext,
                       Rng& rng, MutableBytes out) {
  if (parameters.hash == nullptr) return Misuse();
  RsaPublicKey key;
  if (!LoadRsaPublicKey(public_key, &key)) return PeerError(Code::kBadKey, Alert::kBadCertificate);
  const size_t size = key.size(), hash_size = parameters.hash->size;
  if (out.size() < size) return NoSpace();
  // s7.1.1, step 1.b: a key of 2048 bits or more has room for all hashes.
  if (plaintext.size() > size - 2 * hash_size - 2) return Misuse();
  out = Slice(out, 0, size);
  const MutableBytes seed = Slice(out, 1, hash_size), db = Slice(out, 1 + hash_size);
  memset(out.data(), 0, size);
  const Digest label = HashOf(*parameters.hash, parameters.label);
  memcpy(db.data(), label.view().data(), hash_size);
  db[db.size() - plaintext.size() - 1] = 1;
  if (!plaintext.empty()) {
    memcpy(db.data() + db.size() - plaintext.size(), plaintext.data(), plaintext.size());
  }
  if (const Result<void> filled = rng.Fill(seed); !filled.ok()) {
    Wipe(out);
    return filled.error();
  }
  XorMgf1(MaskHash(parameters), seed, db);
  XorMgf1(MaskHash(parameters), db, seed);
  if (!RsaPublicOperation(key, out, out)) return LocalError(Code::kInternal);
  return size;
}

Result<size_t> Decrypt(Bytes private_key, const EncryptionParameters& parameters, Bytes ciphertext,
                       Rng& rng, MutableBytes out) {
  if (parameters.hash == nullptr) return Misuse();
  Wiped<RsaPrivateKey> key;
  if (!LoadRsaPrivateKey(private_key, &*key)) return Misuse(Code::kBadKey);
  const size_t size = key->pub.size();
  if (out.size() < size) return Misuse(Code::kNoSpace);
  const Error refused = PeerError(Code::kBadMac, Alert::kDecryptError);
  Wiped<std::array<uint8_t, kMaxRsaBytes>> storage;
  const MutableBytes encoded(storage->data(), size);
  if (!IsBelowModulus(key->pub, ciphertext)) return refused;
  memcpy(encoded.data(), ciphertext.data(), size);
  MERLON_TRY(RsaPrivateOperation(*key, rng, encoded));
  const size_t start = DecodeOaep(parameters, encoded);
  if (start == 0) return refused;  // public: the verdict
  memcpy(out.data(), encoded.data() + start, size - start);
  return size - start;
}

}  // namespace

size_t DecodeOaep(const EncryptionParameters& parameters, MutableBytes encoded) {
  const size_t hash_size = parameters.hash->size;
  const MutableBytes seed = Slice(encoded, 1, hash_size), db = Slice(encoded, 1 + hash_size);
  XorMgf1(MaskHash(parameters), db, seed);
  XorMgf1(MaskHash(parameters), seed, db);
  const Digest label = HashOf(*parameters.hash, parameters.label);
  uint64_t difference = encoded[0];
  for (size_t i = 0; i < hash_size; ++i) difference |= db[i] ^ label.view()[i];
  // Behind the label's hash: zeros up to a 1. Nothing tells which check failed.
  Mask<uint64_t> good = MaskIfZero(difference), in_zeros = MaskFromBit<uint64_t>(1);
  uint64_t start = 0;
  for (size_t i = hash_size; i < db.size(); ++i) {
    const Mask<uint64_t> is_one = MaskIfEqual<uint64_t>(db[i], 1);
    const Mask<uint64_t> is_zero = MaskIfZero<uint64_t>(db[i]);
    start = Select<uint64_t>(in_zeros & is_one, 1 + hash_size + i + 1, start);
    good = good & (~in_zeros | is_one | is_zero);
    in_zeros = in_zeros & is_zero;
  }
  good = good & ~in_zeros;
  return static_cast<size_t>(Select<uint64_t>(good, start, 0));
}

constinit const EncryptionAlgorithm kPortableRsaOaep = {
    .scheme = Permitted::kRsaOaep,
    .key_type = KeyType::kRsa,
    .encrypt = Encrypt,
    .decrypt = Decrypt,
};

}  // namespace merlon::crypto
