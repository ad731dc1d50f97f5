// SPDX-License-Identifier: Apache-2.0
#include "crypto/tls12_prf.h"

#include <algorithm>
#include <cstring>

#include "crypto/mac.h"

namespace merlon::crypto {

void Tls12Prf(const HashAlgorithm& hash, Bytes secret, std::string_view label,
              absl::Span<const Bytes> seed, MutableBytes out) {
  const Hmac keyed(hash, secret);
  const auto add_label_and_seed = [&](Hmac& hmac) {
    hmac.Update(AsBytes(label));
    for (Bytes part : seed) hmac.Update(part);
  };
  std::array<uint8_t, kMaxHashSize> chain_bytes, block_bytes;
  const MutableBytes chain = Slice(absl::MakeSpan(chain_bytes), 0, hash.size);
  const MutableBytes block = Slice(absl::MakeSpan(block_bytes), 0, hash.size);
  // A(1) = HMAC(secret, A(0)), where A(0) is the label and the seed.
  Hmac first(keyed);
  add_label_and_seed(first);
  first.Finish(chain);
  while (!out.empty()) {
    Hmac output(keyed);
    output.Update(chain);
    if (out.size() > block.size()) {
      Hmac next(output);  // HMAC(secret, A(i)) is a prefix of what makes the i-th block
      next.Finish(chain);
    }
    add_label_and_seed(output);
    output.Finish(block);
    const size_t take = std::min(out.size(), block.size());
    memcpy(out.data(), block.data(), take);
    out.remove_prefix(take);
  }
  WipeObject(chain_bytes);
  WipeObject(block_bytes);
}

}  // namespace merlon::crypto
