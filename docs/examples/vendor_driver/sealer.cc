// SPDX-License-Identifier: Apache-2.0
// A device's program: derives a key with the table's SHA-256, seals with its AES-GCM.
#include <array>

#include "crypto/aead.h"
#include "crypto/key_derivation.h"
#include "table.h"

int main() {
  using namespace merlon;
  const crypto::HashAlgorithm* hash = Table().hash(crypto::HashId::kSha256);
  const crypto::AeadAlgorithm* aead = Table().aead(crypto::AeadId::kAes128Gcm);
  if (hash == nullptr || aead == nullptr) return 1;
  std::array<uint8_t, 32> extracted;
  std::array<uint8_t, 28> derived;
  crypto::HkdfExtract(*hash, AsBytes("salt"), AsBytes("secret of the device"),
                      MutableBytes(extracted));
  const Bytes info = AsBytes("seal");
  crypto::HkdfExpand(*hash, Bytes(extracted), absl::Span<const Bytes>(&info, 1),
                     MutableBytes(derived));
  crypto::AeadKey key;
  key.Bind(*aead, Slice(Bytes(derived), 0, 16), Slice(Bytes(derived), 16));
  const Bytes text = AsBytes("a reading");
  std::array<uint8_t, 9 + 16> sealed;
  key.SealScatter(0, {}, absl::Span<const Bytes>(&text, 1), {}, MutableBytes(sealed));
  return key.OpenInPlace(0, {}, MutableBytes(sealed)) ? 0 : 1;
}
