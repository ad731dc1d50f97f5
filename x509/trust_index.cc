// SPDX-License-Identifier: Apache-2.0
#include "x509/trust_index.h"

#include <algorithm>

namespace merlon::x509 {
namespace {

// An anchor that is a name and a key alone has none.
Bytes KeyIdOf(const TrustAnchor& anchor) {
  const Certificate* const certificate = anchor.certificate();
  return certificate == nullptr ? Bytes() : certificate->extensions().subject_key_id;
}

// Identifiers are hashes mostly; a few that are alike cost no more than a comparison each.
uint32_t KeyIdHash(Bytes key_id) {
  uint32_t hash = 0;
  for (uint8_t octet : key_id) hash = hash * 31 + octet;
  return hash;
}

// Of equal hashes the anchors' own order is kept.
bool Before(const TrustIndexEntry& a, const TrustIndexEntry& b) {
  return a.hash != b.hash ? a.hash < b.hash : a.anchor < b.anchor;
}

// The `index`-th anchor of those with this hash for which `is_it` holds.
template <class Predicate>
const TrustAnchor* Find(absl::Span<const TrustAnchor> anchors,
                        absl::Span<const TrustIndexEntry> entries, uint32_t hash, size_t index,
                        Predicate is_it) {
  const auto* at =
      std::lower_bound(entries.begin(), entries.end(), TrustIndexEntry{hash, 0}, Before);
  for (; at != entries.end() && at->hash == hash; ++at) {
    const TrustAnchor& anchor = anchors[at->anchor];
    if (is_it(anchor) && index-- == 0) return &anchor;
  }
  return nullptr;
}

}  // namespace

TrustIndex::TrustIndex(absl::Span<const TrustAnchor> anchors,
                       absl::Span<TrustIndexEntry> by_subject,
                       absl::Span<TrustIndexEntry> by_key_id)
    : anchors_(anchors), by_subject_(by_subject), by_key_id_(by_key_id) {
  if (by_subject.size() != anchors.size() || by_key_id.size() != anchors.size()) __builtin_trap();
  for (uint32_t i = 0; i < anchors.size(); ++i) {
    by_subject[i] = {NameHash(anchors[i].subject()), i};
    by_key_id[i] = {KeyIdHash(KeyIdOf(anchors[i])), i};
  }
  std::sort(by_subject.begin(), by_subject.end(), Before);
  std::sort(by_key_id.begin(), by_key_id.end(), Before);
}

const TrustAnchor* TrustIndex::FindBySubject(Bytes subject, size_t index) const {
  return Find(anchors_, by_subject_, NameHash(subject), index,
              [&](const TrustAnchor& anchor) { return NamesEqual(anchor.subject(), subject); });
}

const TrustAnchor* TrustIndex::FindByKeyId(Bytes key_id, size_t index) const {
  if (key_id.empty()) return nullptr;
  return Find(anchors_, by_key_id_, KeyIdHash(key_id), index,
              [&](const TrustAnchor& anchor) { return KeyIdOf(anchor) == key_id; });
}

}  // namespace merlon::x509
