// SPDX-License-Identifier: Apache-2.0
// Certificate and CertificateVerify of TLS 1.3 in both directions (RFC 9846 s4.4.2, s4.4.3): what
// does not depend on the role. The verdicts on chain and signature are operations: no certificate
// is parsed here.
#pragma once
#include "tls/core/certificate_verify.h"
#include "tls/core/context.h"
#include "tls/msgs/messages13.h"

namespace merlon::tls {

// Certificate, written straight from a credential's chain; null: an empty list.
struct OwnCertificate {
  static constexpr uint8_t kType = Certificate::kType;
  const Credential* credential;
  bool with_status = false;  // its OCSP response with the leaf, if it has one
  void Encode(Writer& writer, const DecodeContext& context) const;
};

// Takes the peer's chain, which is not empty, and what was stapled to its leaf, to storage and the
// message to the transcript, and asks whether it may be trusted.
Result<void> TakePeerChain(const Certificate& message, bool peer_is_server, Context& cx);

// The key that the peer has to sign with.
struct PeerKey {
  crypto::KeyType type;
  Bytes key;  // in storage
};
Result<PeerKey> KeepPeerKey(const ChainVerified& verdict, Context& cx);

// Checks what the peer signed with, takes the message to the transcript, and asks whether the
// signature is right. Gives the scheme.
Result<const SignatureScheme*> TakePeerSignature(const CertificateVerify& message, Signer peer,
                                                 const PeerKey& key, Context& cx);

// The scheme of an answer to ChooseCredential that names a credential, once it is one of `offered`
// and of the credential's own. kOperationFailed: the answer is wrong.
Result<const SignatureScheme*> CheckChoice(const CredentialChosen& chosen,
                                           absl::Span<const uint16_t> offered);

}  // namespace merlon::tls
