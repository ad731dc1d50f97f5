// SPDX-License-Identifier: Apache-2.0
#include "crypto/mac.h"

#include <cstring>

#include "crypto/base/constant_time.h"

namespace merlon::crypto {
namespace {

static_assert(kMaxHmacStateSize >= kMaxHashBlockSize);

// Hashes the key's block, each byte XORed with `pad`.
void AddPadded(Hasher& hasher, Bytes key_block, uint8_t pad) {
  std::array<uint8_t, kMaxHashBlockSize> block;
  for (size_t i = 0; i < key_block.size(); ++i) block[i] = key_block[i] ^ pad;
  hasher.Update(Slice(Bytes(block), 0, key_block.size()));
  WipeObject(block);
}

}  // namespace

Hmac::Hmac(const HashAlgorithm& hash, Bytes key) : hash_(hash) {
  std::array<uint8_t, kMaxHashSize> hashed;
  const bool is_long = key.size() > hash.block_size;  // RFC 2104 s2: longer keys are hashed first
  if (is_long) {
    Hasher hasher(hash);
    hasher.Update(key);
    key = Slice(absl::MakeSpan(hashed), 0, hash.size);
    hasher.Finish(Slice(absl::MakeSpan(hashed), 0, hash.size));
  }
  if (hash.hmac != nullptr) {
    if (hash.hmac->state_size > state_.size()) __builtin_trap();
    hash.hmac->key(state_.data(), key);
  } else {
    state_.fill(0);
    if (!key.empty()) memcpy(state_.data(), key.data(), key.size());
  }
  if (is_long) WipeObject(hashed);
}

void Hmac::Compute(absl::Span<const Bytes> parts, MutableBytes out) const {
  const HmacMessage message = {parts, out};
  Compute(absl::Span<const HmacMessage>(&message, 1));
}

void Hmac::Compute(absl::Span<const HmacMessage> messages) const {
  for (const HmacMessage& message : messages) {
    if (message.out.size() > hash_.size) __builtin_trap();
  }
  if (hash_.hmac != nullptr) return hash_.hmac->compute(state_.data(), messages);
  for (const HmacMessage& message : messages) ComputeByHash(message);
}

void Hmac::ComputeByHash(const HmacMessage& message) const {
  const Bytes key_block = Slice(Bytes(state_), 0, hash_.block_size);
  std::array<uint8_t, kMaxHashSize> bytes;
  const MutableBytes digest = Slice(absl::MakeSpan(bytes), 0, hash_.size);
  Hasher hasher(hash_);
  AddPadded(hasher, key_block, 0x36);
  for (Bytes part : message.parts) hasher.Update(part);
  hasher.Finish(digest);
  AddPadded(hasher, key_block, 0x5c);
  hasher.Update(digest);
  hasher.Finish(digest);
  if (!message.out.empty()) memcpy(message.out.data(), digest.data(), message.out.size());
  WipeObject(bytes);
}

bool Hmac::Verify(absl::Span<const Bytes> parts, Bytes tag) const {
  std::array<uint8_t, kMaxHashSize> expected;
  const MutableBytes mac = Slice(absl::MakeSpan(expected), 0, hash_.size);
  Compute(parts, mac);
  const bool equal = ConstantTimeEqual(mac, tag);
  WipeObject(expected);
  return equal;
}

void HmacOf(const HashAlgorithm& hash, Bytes key, absl::Span<const Bytes> data, MutableBytes out) {
  Hmac(hash, key).Compute(data, Slice(out, 0, hash.size));
}

}  // namespace merlon::crypto
