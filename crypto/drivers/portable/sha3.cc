// SPDX-License-Identifier: Apache-2.0
// The sponge of keccak.h as hash functions and extendable-output functions.
#include "crypto/drivers/portable/sha3.h"

#include "crypto/drivers/portable/keccak.h"

namespace merlon::crypto {
namespace {

static_assert(sizeof(Sponge) <= kMaxHashContextSize && sizeof(Sponge) <= kMaxXofContextSize);

Sponge& Of(void* context) { return *static_cast<Sponge*>(context); }

void Absorb(void* context, Bytes data) { Of(context).Absorb(data); }

// FIPS 202 s6.1: the capacity is twice the output.
template <size_t kSize>
constexpr HashAlgorithm Sha3(HashId id) {
  constexpr size_t kRate = 200 - 2 * kSize;
  static_assert(kRate <= kMaxHashBlockSize);
  return {
      .id = id,
      .size = kSize,
      .block_size = kRate,
      .context_size = sizeof(Sponge),
      .start = [](void* context) { Of(context).Start(kRate, kSha3Suffix); },
      .update = Absorb,
      .finish = [](void* context, MutableBytes out) { Of(context).Squeeze(Slice(out, 0, kSize)); },
  };
}

// FIPS 202 s6.2.
template <size_t kRate>
constexpr XofAlgorithm Shake(XofId id) {
  return {
      .id = id,
      .block_size = kRate,
      .context_size = sizeof(Sponge),
      .start = [](void* context) { Of(context).Start(kRate, kShakeSuffix); },
      .update = Absorb,
      .output = [](void* context, MutableBytes out) { Of(context).Squeeze(out); },
  };
}

}  // namespace

constinit const HashAlgorithm kPortableSha3_224 = Sha3<28>(HashId::kSha3_224);
constinit const HashAlgorithm kPortableSha3_256 = Sha3<32>(HashId::kSha3_256);
constinit const HashAlgorithm kPortableSha3_384 = Sha3<48>(HashId::kSha3_384);
constinit const HashAlgorithm kPortableSha3_512 = Sha3<64>(HashId::kSha3_512);
constinit const XofAlgorithm kPortableShake128 = Shake<kShake128Rate>(XofId::kShake128);
constinit const XofAlgorithm kPortableShake256 = Shake<kShake256Rate>(XofId::kShake256);

}  // namespace merlon::crypto
