// SPDX-License-Identifier: Apache-2.0
#include "tls/core/certificates.h"

#include <algorithm>

namespace merlon::tls {

void OwnCertificate::Encode(Writer& writer, const DecodeContext&) const {
  writer.Int<1>(0);  // certificate_request_context
  writer.Prefixed<3>([&] {
    if (credential == nullptr) return;
    Bytes status = with_status ? credential->ocsp_response : Bytes();
    for (Bytes der : credential->chain_der) {
      Certificate::WriteEntry(writer, der, status);
      status = {};
    }
  });
}

Result<void> TakePeerChain(const Certificate& message, bool peer_is_server, Context& cx) {
  // RFC 9846 s4.4.2: certificate_request_context "SHALL be zero length" for a server's certificate,
  // and is that of the CertificateRequest, which is empty, for a client's.
  if (!message.context.empty()) return IllegalParameter();
  size_t count = 0;
  CertificateEntry entry;
  ExtensionSet asked;
  if (peer_is_server && cx.client->request_status) asked.Add(ExtensionType::kStatusRequest);
  Bytes stapled;
  for (Reader list(message.list); NextCertificate(list, &entry); ++count) {
    // s4.4.2.1: what was stapled to others than the leaf is not looked at.
    if (count == 0) stapled = entry.ocsp_response.value_or(Bytes());
    // s4.4.2: extensions of an entry answer those of the ClientHello or the CertificateRequest.
    if (entry.unknown_extension || !entry.seen.IsSubsetOf(asked)) {
      return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
    }
  }
  if (count > cx.common.limits.max_chain) {
    return PeerError(Code::kPathTooLong, Alert::kBadCertificate);
  }
  MERLON_ASSIGN_OR_RETURN(const absl::Span<Bytes> chain, cx.arena.KeepArray<Bytes>(count));
  Reader list(message.list);
  for (Bytes& certificate : chain) {
    if (!NextCertificate(list, &entry)) return LocalError(Code::kInternal);
    MERLON_ASSIGN_OR_RETURN(certificate, cx.Keep(entry.der));
  }
  cx.negotiated.peer_chain = chain;
  MERLON_ASSIGN_OR_RETURN(const Bytes status, cx.Keep(stapled));
  cx.AbsorbMessage();
  const std::string_view name = peer_is_server ? cx.negotiated.server_name : std::string_view();
  return cx.Request(VerifyChain{chain, name, peer_is_server, cx.now.wall, status});
}

Result<PeerKey> KeepPeerKey(const ChainVerified& verdict, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const Bytes key, cx.Keep(verdict.public_key));
  return PeerKey{verdict.key_type, key};
}

Result<const SignatureScheme*> TakePeerSignature(const CertificateVerify& message, Signer peer,
                                                 const PeerKey& key, Context& cx) {
  const SignatureScheme* scheme = nullptr;
  for (const SignatureScheme* offered : cx.common.schemes) {
    if (offered->id == message.scheme) scheme = offered;
  }
  // RFC 9846 s4.4.3: "the signature algorithm MUST be one offered in the client's
  // "signature_algorithms" extension", or for a client's signature one "present in the
  // supported_signature_algorithms field of the "signature_algorithms" extension in the
  // CertificateRequest message", and "must be compatible with the key in the sender's end-entity
  // certificate".
  if (scheme == nullptr || !scheme->tls13 || scheme->key_type != key.type)
    return IllegalParameter();
  MERLON_ASSIGN_OR_RETURN(const Bytes content, SignedContent(peer, cx));
  MERLON_ASSIGN_OR_RETURN(const Bytes signature, cx.Keep(message.signature));
  cx.AbsorbMessage();
  MERLON_TRY(cx.Request(VerifySignature{.scheme = scheme->id,
                                        .algorithm = scheme->algorithm,
                                        .key_type = key.type,
                                        .public_key = key.key,
                                        .message = content,
                                        .signature = signature}));
  return scheme;
}

Result<const SignatureScheme*> CheckChoice(const CredentialChosen& chosen,
                                           absl::Span<const uint16_t> offered) {
  const bool acceptable = std::find(offered.begin(), offered.end(), chosen.scheme) != offered.end();
  if (chosen.credential->chain_der.empty()) return DriverError(Code::kOperationFailed);
  for (const SigningKey& key : chosen.credential->signing_keys) {
    if (acceptable && key.scheme->id == chosen.scheme) return key.scheme;
  }
  return DriverError(Code::kOperationFailed);
}

}  // namespace merlon::tls
