// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/legal_messages.h"

#include <cstdlib>

namespace merlon::tls::testing {

const Legal* LegalState::Find(Kind kind, Transport transport) const {
  for (const Legal& legal_kind : legal) {
    if (legal_kind.kind == kind && (legal_kind.transports & static_cast<uint8_t>(transport)) != 0) {
      return &legal_kind;
    }
  }
  return nullptr;
}

bool LegalState::IsLegalType(uint8_t type, Transport transport) const {
  for (const Legal& one : legal) {
    if (one.kind < kChangeCipherSpec && TypeOf(one.kind) == type &&
        (one.transports & static_cast<uint8_t>(transport)) != 0) {
      return true;
    }
  }
  return false;
}

const LegalState& StateNamed(absl::Span<const LegalState> table, std::string_view name) {
  for (const LegalState& state : table) {
    if (state.name == name) return state;
  }
  std::abort();
}

const LegalState& StartOf(absl::Span<const LegalState> table, Role role, Path path) {
  for (const LegalState& state : table) {
    if (state.role == role && state.path == path && state.taken == 0) return state;
  }
  std::abort();
}

}  // namespace merlon::tls::testing
