// SPDX-License-Identifier: Apache-2.0
#include "tls/core/certificate_verify.h"

namespace merlon::tls {

Result<Bytes> SignedContent(Signer signer, Context& cx) {
  const crypto::Digest transcript = cx.transcript->Peek();
  MERLON_ASSIGN_OR_RETURN(
      const MutableBytes content, cx.arena.KeepFilled([&](MutableBytes free) -> Result<size_t> {
        Writer writer(free);
        for (int i = 0; i < 64; ++i) writer.Int<1>(0x20);
        writer.Raw(AsBytes(signer == Signer::kServer ? "TLS 1.3, server CertificateVerify"
                                                     : "TLS 1.3, client CertificateVerify"));
        writer.Int<1>(0);
        writer.Raw(transcript.view());
        return writer.Finish();
      }));
  return Bytes(content);
}

Result<absl::Span<const uint16_t>> KeepSigningSchemes(U16List theirs, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const absl::Span<uint16_t> kept,
                          cx.arena.KeepArray<uint16_t>(theirs.size()));
  size_t count = 0;
  for (size_t i = 0; i < theirs.size(); ++i) {
    if (SignsInTls13(theirs[i])) kept[count++] = theirs[i];
  }
  return absl::Span<const uint16_t>(Slice(kept, 0, count));
}

}  // namespace merlon::tls
