// SPDX-License-Identifier: Apache-2.0
#include "x509/signature_cache.h"

#include <algorithm>

#include "crypto/base/endian.h"

namespace merlon::x509 {
namespace {

constexpr size_t kWays = 4;

// With its length in front, so that no two lists of parts hash alike.
void Add(crypto::Hasher& hasher, Bytes part) {
  uint8_t length[8];
  StoreBigEndian<uint64_t>(part.size(), length);
  hasher.Update(length);
  hasher.Update(part);
}

}  // namespace

SignatureCache::SignatureCache(absl::Span<Entry> room, const crypto::HashAlgorithm& sha256)
    : room_(room), sha256_(sha256) {
  if (sha256.size != sizeof(Entry)) __builtin_trap();
  std::ranges::fill(room_, Entry());
}

SignatureCache::Entry SignatureCache::Digest(Bytes key, crypto::SignAlg algorithm,
                                             Bytes signed_data, Bytes signature) const {
  const uint8_t name[] = {static_cast<uint8_t>(algorithm.family),
                          static_cast<uint8_t>(algorithm.hash)};
  crypto::Hasher hasher(sha256_);
  for (Bytes part : {Bytes(name), key, signed_data, signature}) Add(hasher, part);
  Entry out;
  hasher.Finish(absl::MakeSpan(out));
  return out;
}

absl::Span<SignatureCache::Entry> SignatureCache::SetOf(const Entry& digest) const {
  const size_t sets = room_.size() / kWays;
  if (sets == 0) return {};
  return {room_.data() + kWays * (LoadBigEndian<uint32_t>(digest.data()) % sets), kWays};
}

bool SignatureCache::Knows(const Entry& digest) const {
  const absl::Span<Entry> set = SetOf(digest);
  return std::ranges::find(set, digest) != set.end();
}

void SignatureCache::Remember(const Entry& digest) {
  const absl::Span<Entry> set = SetOf(digest);
  if (set.empty() || Knows(digest)) return;
  std::copy_backward(set.begin(), set.end() - 1, set.end());
  set[0] = digest;
}

}  // namespace merlon::x509
