// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_derivation.h"

#include <cstring>

#include "crypto/base/writer.h"
#include "crypto/mac.h"

namespace merlon::crypto {

void HkdfExtract(const HashAlgorithm& hash, Bytes salt, Bytes ikm, MutableBytes out) {
  // An empty HMAC key is padded to a block of zeros, just as hash.size zeros are.
  HmacOf(hash, salt, absl::Span<const Bytes>(&ikm, 1), out);
}

void HkdfExpand(const HashAlgorithm& hash, Bytes prk, absl::Span<const Bytes> info,
                MutableBytes out) {
  HkdfExpand(Hmac(hash, prk), info, out);
}

void HkdfExpand(const Hmac& prk, absl::Span<const Bytes> info, MutableBytes out) {
  const size_t hash_size = prk.hash().size;
  if (out.size() > size_t{255} * hash_size) __builtin_trap();
  std::array<uint8_t, kMaxHashSize> storage;
  const MutableBytes block = Slice(absl::MakeSpan(storage), 0, hash_size);
  for (uint8_t counter = 1; !out.empty(); ++counter) {
    Hmac hmac(prk);
    if (counter > 1) hmac.Update(block);
    for (Bytes part : info) hmac.Update(part);
    hmac.Update(Bytes(&counter, 1));
    hmac.Finish(block);
    const size_t take = out.size() < block.size() ? out.size() : block.size();
    memcpy(out.data(), block.data(), take);
    out.remove_prefix(take);
  }
  WipeObject(storage);
}

void HkdfExpandLabel(const HashAlgorithm& hash, Bytes secret, LabelPrefix prefix,
                     std::string_view label, Bytes context, MutableBytes out) {
  HkdfExpandLabel(Hmac(hash, secret), prefix, label, context, out);
}

void HkdfExpandLabel(const Hmac& secret, LabelPrefix prefix, std::string_view label, Bytes context,
                     MutableBytes out) {
  // struct HkdfLabel { uint16 length; opaque label<7..255>; opaque context<0..255>; }, of which the
  // vectors are fed from where they are.
  const std::string_view prefix_text = prefix == LabelPrefix::kTls13 ? "tls13 " : "dtls13";
  std::array<uint8_t, 3> head_bytes;
  Writer head(absl::MakeSpan(head_bytes));
  head.Int<2>(out.size());
  head.Int<1>(prefix_text.size() + label.size());
  if (label.size() > 255 - prefix_text.size() || context.size() > 255) __builtin_trap();
  const uint8_t context_size = static_cast<uint8_t>(context.size());
  const std::array<Bytes, 5> info = {Bytes(head_bytes), AsBytes(prefix_text), AsBytes(label),
                                     Bytes(&context_size, 1), context};
  HkdfExpand(secret, info, out);
}

}  // namespace merlon::crypto
