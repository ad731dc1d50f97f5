// SPDX-License-Identifier: Apache-2.0
#include "crypto/mac.h"

#include <cstring>

#include "crypto/base/constant_time.h"

namespace merlon::crypto {

Hmac::Hmac(const HashAlgorithm& hash, Bytes key) : inner_(hash), outer_(hash) {
  std::array<uint8_t, kMaxHashBlockSize> block = {};
  const MutableBytes pad = Slice(absl::MakeSpan(block), 0, hash.block_size);
  if (key.size() > hash.block_size) {  // RFC 2104 s2: longer keys are hashed first
    inner_.Update(key);
    inner_.Finish(Slice(pad, 0, hash.size));
  } else if (!key.empty()) {
    memcpy(pad.data(), key.data(), key.size());
  }
  // The whole array, whose size the compiler knows: it is done with vectors then.
  for (uint8_t& byte : block) byte ^= 0x36;
  inner_.Update(pad);
  for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  outer_.Update(pad);
  WipeObject(block);
}

void Hmac::Finish(MutableBytes out) {
  std::array<uint8_t, kMaxHashSize> digest;
  const MutableBytes inner = Slice(absl::MakeSpan(digest), 0, inner_.algorithm().size);
  inner_.Finish(inner);
  outer_.Update(inner);
  outer_.Finish(Slice(out, 0, inner.size()));
  WipeObject(digest);
}

bool Hmac::Verify(Bytes tag) {
  std::array<uint8_t, kMaxHashSize> expected;
  const MutableBytes mac = Slice(absl::MakeSpan(expected), 0, inner_.algorithm().size);
  Finish(mac);
  const bool equal = ConstantTimeEqual(mac, tag);
  WipeObject(expected);
  return equal;
}

void HmacOf(const HashAlgorithm& hash, Bytes key, absl::Span<const Bytes> data, MutableBytes out) {
  Hmac hmac(hash, key);
  for (Bytes part : data) hmac.Update(part);
  hmac.Finish(out);
}

}  // namespace merlon::crypto
