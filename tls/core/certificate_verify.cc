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

}  // namespace merlon::tls
