// SPDX-License-Identifier: Apache-2.0
#include "crypto/legacy/rsa_pkcs1_decryption.h"

#include <cstring>

#include "crypto/base/writer.h"
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"
#include "crypto/mac.h"

namespace merlon::crypto {
namespace {

constexpr size_t kSha256Size = 32;
constexpr size_t kCandidates = 128;  // lengths of two bytes

// The draft's IRPRF: HMAC over counter | label | length in bits, block by block.
void FillPseudoRandom(const Hmac& key, Bytes label, MutableBytes out) {
  std::array<uint8_t, 2> counter, bits;
  Writer(absl::MakeSpan(bits)).Int<2>(8 * out.size());
  for (size_t i = 0; !out.empty(); ++i) {
    Writer(absl::MakeSpan(counter)).Int<2>(i);
    const Bytes parts[] = {counter, label, bits};
    const size_t size = out.size() < kSha256Size ? out.size() : kSha256Size;
    key.Compute(parts, Slice(out, 0, size));
    out.remove_prefix(size);
  }
}

// What stands for a message: bytes for all sizes, and its size.
struct Alternative {
  std::array<uint8_t, kMaxRsaBytes> bytes;
  size_t size;
};

void MakeAlternative(const RsaPrivateKey& key, const HashAlgorithm& sha256, Bytes ciphertext,
                     Alternative& out) {
  const size_t size = key.pub.size();
  struct Scratch {
    std::array<uint8_t, kMaxRsaBytes> d;
    std::array<uint8_t, kSha256Size> d_hash, derivation_key;
    std::array<uint8_t, 2 * kCandidates> lengths;
  };
  Wiped<Scratch> scratch;
  const MutableBytes d(scratch->d.data(), size);
  bignum::Store(bignum::ConstLimbs(key.d.data(), key.pub.n.size()), d);
  Hasher hasher(sha256);
  hasher.Update(d);
  hasher.Finish(absl::MakeSpan(scratch->d_hash));
  HmacOf(sha256, scratch->d_hash, absl::Span<const Bytes>(&ciphertext, 1),
         absl::MakeSpan(scratch->derivation_key));
  const Hmac derivation(sha256, scratch->derivation_key);
  FillPseudoRandom(derivation, AsBytes("length"), absl::MakeSpan(scratch->lengths));
  FillPseudoRandom(derivation, AsBytes("message"), MutableBytes(out.bytes.data(), size));
  // The last candidate that is short enough, each cut to the bits that a length has.
  const uint64_t limit = size - 2 - 8;
  uint64_t mask = limit;
  for (int shift = 1; shift <= 8; shift *= 2) mask |= mask >> shift;
  uint64_t chosen = 0;
  for (size_t i = 0; i < kCandidates; ++i) {
    const uint64_t candidate =
        (uint64_t{scratch->lengths[2 * i]} << 8 | scratch->lengths[2 * i + 1]) & mask;
    chosen = Select(MaskIfLess(candidate, limit), candidate, chosen);
  }
  out.size = static_cast<size_t>(chosen);
}

Result<size_t> Decrypt(Bytes private_key, const EncryptionParameters& parameters, Bytes ciphertext,
                       Rng& rng, MutableBytes out) {
  if (parameters.hash == nullptr || parameters.hash->id != HashId::kSha256) return Misuse();
  Wiped<RsaPrivateKey> key;
  if (!LoadRsaPrivateKey(private_key, &*key)) return Misuse(Code::kBadKey);
  const size_t size = key->pub.size();
  if (out.size() < size) return Misuse(Code::kNoSpace);
  // The two refusals that everyone sees coming: the ciphertext is no number below the modulus.
  if (!IsBelowModulus(key->pub, ciphertext)) {
    return PeerError(Code::kBadMac, Alert::kDecryptError);
  }
  Wiped<std::array<uint8_t, kMaxRsaBytes>> storage;
  const MutableBytes encoded(storage->data(), size);
  memcpy(encoded.data(), ciphertext.data(), size);
  MERLON_TRY(RsaPrivateOperation(*key, rng, encoded));
  Wiped<Alternative> alternative;
  MakeAlternative(*key, *parameters.hash, ciphertext, *alternative);
  Mask<uint64_t> good;
  const size_t start = DecodePkcs1(encoded, alternative->size, &good);
  for (size_t i = 0; i < size; ++i) {
    encoded[i] = static_cast<uint8_t>(Select<uint64_t>(good, encoded[i], alternative->bytes[i]));
  }
  // The size is the caller's to know, and says nothing of the padding.
  memcpy(out.data(), encoded.data() + start, size - start);
  return size - start;
}

}  // namespace

size_t DecodePkcs1(Bytes encoded, size_t alternative_size, Mask<uint64_t>* good) {
  *good = MaskIfZero<uint64_t>(encoded[0]) & MaskIfEqual<uint64_t>(encoded[1], 2);
  uint64_t zero_at = 0;
  Mask<uint64_t> looking = MaskFromBit<uint64_t>(1);
  for (size_t i = 2; i < encoded.size(); ++i) {
    const Mask<uint64_t> is_zero = MaskIfZero<uint64_t>(encoded[i]);
    zero_at = Select<uint64_t>(looking & is_zero, i, zero_at);
    looking = looking & ~is_zero;
  }
  // At least eight bytes of padding, then a zero.
  *good = *good & ~looking & ~MaskIfLess<uint64_t>(zero_at, 2 + 8);
  return static_cast<size_t>(
      Select<uint64_t>(*good, zero_at + 1, encoded.size() - alternative_size));
}

constinit const EncryptionAlgorithm kLegacyRsaPkcs1Decryption = {
    .scheme = Permitted::kRsaPkcs1Decryption,
    .key_type = KeyType::kRsa,
    .encrypt = nullptr,
    .decrypt = Decrypt,
};

}  // namespace merlon::crypto
