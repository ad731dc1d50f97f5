// SPDX-License-Identifier: Apache-2.0
#include "tls/core/certificates12.h"

namespace merlon::tls {
namespace {

// Certificate, written straight from a credential's chain.
struct OwnCertificate12 {
  static constexpr uint8_t kType = Certificate12::kType;
  const Credential* credential;  // null: no certificate
  void Encode(Writer& writer, const DecodeContext&) const {
    writer.Prefixed<3>([&] {
      if (credential == nullptr) return;
      for (Bytes der : credential->chain_der) {
        writer.Prefixed<3>([&] { writer.Raw(der); });
      }
    });
  }
};

}  // namespace

Result<absl::Span<const Bytes>> KeepChain12(const Certificate12& m, Context& cx) {
  size_t count = 0;
  Bytes der;
  for (Reader list(m.list); NextCertificate12(list, &der);) ++count;
  if (count > cx.common.limits.max_chain) {
    return PeerError(Code::kPathTooLong, Alert::kBadCertificate);
  }
  MERLON_ASSIGN_OR_RETURN(const absl::Span<Bytes> chain, cx.arena.KeepArray<Bytes>(count));
  Reader list(m.list);
  for (Bytes& certificate : chain) {
    if (!NextCertificate12(list, &der)) return LocalError(Code::kInternal);
    MERLON_ASSIGN_OR_RETURN(certificate, cx.Keep(der));
  }
  return absl::Span<const Bytes>(chain);
}

Result<void> EmitCertificate12(const Credential* credential, Context& cx) {
  return Emit12(Epoch::kPlain, OwnCertificate12{credential}, cx);
}

Result<Bytes> SignedParams12(Bytes params, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const MutableBytes content,
                          cx.arena.KeepFilled([&](MutableBytes free) -> Result<size_t> {
                            Writer writer(free);
                            writer.Raw(cx.client_random);
                            writer.Raw(cx.server_random);
                            writer.Raw(params);
                            return writer.Finish();
                          }));
  return Bytes(content);
}

}  // namespace merlon::tls
