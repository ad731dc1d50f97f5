// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_derivation.h"

#include <algorithm>
#include <array>

#include "crypto/base/writer.h"
#include "crypto/mac.h"

namespace merlon::crypto {
namespace {

// struct HkdfLabel { uint16 length; opaque label<7..255>; opaque context<0..255>; }, and behind it
// the counter of HKDF-Expand's first block. What is long stays where it is.
struct HkdfLabel {
  static constexpr size_t kInfos = 5;  // parts before the counter

  HkdfLabel(LabelPrefix prefix, const LabelledOutput& output) {
    const std::string_view prefix_text = prefix == LabelPrefix::kTls13 ? "tls13 " : "dtls13";
    if (output.label.size() > 255 - prefix_text.size() || output.context.size() > 255) {
      __builtin_trap();
    }
    Writer writer{MutableBytes(head)};
    writer.Int<2>(output.out.size());
    writer.Int<1>(prefix_text.size() + output.label.size());
    context_size = static_cast<uint8_t>(output.context.size());
    parts = {head,           AsBytes(prefix_text), AsBytes(output.label), Bytes(&context_size, 1),
             output.context, Bytes(&counter, 1)};
  }
  HkdfLabel(const HkdfLabel&) = delete;
  HkdfLabel& operator=(const HkdfLabel&) = delete;

  std::array<uint8_t, 3> head;
  uint8_t context_size;
  uint8_t counter = 1;
  std::array<Bytes, kInfos + 1> parts;
};

}  // namespace

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
  if (out.size() > size_t{255} * hash_size || info.size() > kMaxHkdfInfos) __builtin_trap();
  // T(i) = HMAC(prk, T(i-1) | info | i), where T(0) is empty.
  uint8_t counter = 1;
  std::array<Bytes, 1 + kMaxHkdfInfos + 1> parts;
  *std::copy(info.begin(), info.end(), parts.begin() + 1) = Bytes(&counter, 1);
  for (; !out.empty(); ++counter) {
    const size_t take = std::min(out.size(), hash_size);
    prk.Compute(absl::Span<const Bytes>(parts.data(), 2 + info.size()), Slice(out, 0, take));
    parts[0] = Slice(out, 0, take);  // whole, unless it was the last
    out.remove_prefix(take);
  }
}

void HkdfExpandLabel(const HashAlgorithm& hash, Bytes secret, LabelPrefix prefix,
                     std::string_view label, Bytes context, MutableBytes out) {
  HkdfExpandLabel(Hmac(hash, secret), prefix, label, context, out);
}

void HkdfExpandLabel(const Hmac& secret, LabelPrefix prefix, std::string_view label, Bytes context,
                     MutableBytes out) {
  const HkdfLabel info(prefix, {label, context, out});
  HkdfExpand(secret, Slice(absl::MakeConstSpan(info.parts), 0, HkdfLabel::kInfos), out);
}

void HkdfExpandLabels(const Hmac& secret, LabelPrefix prefix,
                      absl::Span<const LabelledOutput> outputs) {
  for (; outputs.size() > 1; outputs.remove_prefix(2)) {
    const HkdfLabel a(prefix, outputs[0]), b(prefix, outputs[1]);
    const HmacMessage messages[] = {{a.parts, outputs[0].out}, {b.parts, outputs[1].out}};
    secret.Compute(messages);
  }
  if (outputs.empty()) return;
  secret.Compute(HkdfLabel(prefix, outputs[0]).parts, outputs[0].out);
}

}  // namespace merlon::crypto
