// SPDX-License-Identifier: Apache-2.0
// TrustIndex: an immutable store of trust anchors that is looked up by subject name or key
// identifier without going through all of them. Memory is the caller's; files are io_adapters'.
#pragma once
#include "x509/trust_store.h"

namespace merlon::x509 {

// Where an anchor is, in order of a hash.
struct TrustIndexEntry {
  uint32_t hash = 0;
  uint32_t anchor = 0;
};

// Looking up takes a binary search. Any number of threads may share one.
class TrustIndex final : public TrustStore {
 public:
  TrustIndex() = default;  // trusts nothing
  // Borrows all. Each list has as many entries as there are anchors, or it traps.
  TrustIndex(absl::Span<const TrustAnchor> anchors, absl::Span<TrustIndexEntry> by_subject,
             absl::Span<TrustIndexEntry> by_key_id);

  const TrustAnchor* FindBySubject(Bytes subject, size_t index) const override;
  // The `index`-th anchor whose certificate has this subjectKeyIdentifier; null: no more.
  const TrustAnchor* FindByKeyId(Bytes key_id, size_t index) const;
  absl::Span<const TrustAnchor> anchors() const { return anchors_; }

 private:
  absl::Span<const TrustAnchor> anchors_;
  absl::Span<const TrustIndexEntry> by_subject_, by_key_id_;
};

}  // namespace merlon::x509
