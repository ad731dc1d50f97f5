// SPDX-License-Identifier: Apache-2.0
// What a ClientHello offers, and the parts of one that do not depend on the version: what the
// configuration says, and what TLS 1.2 wants. Key shares and PSKs of TLS 1.3 are hello.cc's.
#pragma once
#include <optional>

#include "crypto/base/fixed_vector.h"
#include "tls/core/context.h"
#include "tls/msgs/client_hello.h"
#include "tls/session.h"

namespace merlon::tls {

struct OfferedShare {
  const NamedGroup* group = nullptr;
  Bytes private_key = {}, share = {};  // in storage
};
// A PSK that is offered: of a ticket, which comes first, or external.
struct OfferedPsk {
  const crypto::HashAlgorithm* hash = nullptr;
  const ExternalPsk* external = nullptr;  // null: of a ticket
  Bytes secret = {};  // in storage: a ticket's PSK, or the extracted early secret
  Bytes identity = {};
  uint32_t obfuscated_age = 0;
  // Of a ticket: what became of our certificate.
  ClientCertificate client_certificate = ClientCertificate::kNotRequested;
  Bytes client_identity = {};

  EarlyStage Stage(crypto::LabelPrefix prefix) const;
  BinderKind binder_kind() const;
};
// A TLS 1.2 session that is offered, in storage.
struct OfferedSession12 {
  const CipherSuite* suite = nullptr;
  Bytes master = {};
  Bytes session_id = {};  // as it is offered: with a ticket, one of our own (RFC 5077 s3.4)
  Bytes ticket = {};      // empty: by session ID
  bool extended_master_secret = false;
  ClientCertificate client_certificate = ClientCertificate::kNotRequested;
  Bytes client_identity = {};
};
struct ClientOffer {
  Bytes hello;  // the last ClientHello, whole, in storage
  FixedVector<OfferedShare, kMaxKeyShares> shares;
  absl::Span<OfferedPsk> psks;                  // in storage
  const OfferedSession12* session12 = nullptr;  // in storage
  ExtensionSet sent = {};                       // what an answer may carry

  Bytes random() const;      // of the hello
  Bytes session_id() const;  // of the hello
};

inline constexpr size_t kSessionIdSize = 32;  // bytes, of one that we make up

const CipherSuite* FindSuite(absl::Span<const CipherSuite> suites, uint16_t id);
// May we go by this session as who we are now? What a server knows us by must be what we would show
// it today, and a server that knows us by nothing asks again where we have something to show.
bool SpeaksForUs(const Session& session, const crypto::HashAlgorithm& hash,
                 const ClientConfig& config);
// The extensions that a server may answer.
ExtensionSet SentExtensions(const ClientHello& hello);
// TLS 1.2's part, behind pointers: a profile without that version has none of it.
struct Offer12 {
  // Takes up a session that may be resumed here and now; null where it may not.
  Result<const OfferedSession12*> (*take_session)(Bytes encoded, Context& cx);
  // Fills in the extensions, and the session.
  void (*fill)(ClientHello& hello, const ClientOffer& offer, const Context& cx);
};
extern const Offer12 kOffer12;

// Encodes a list in scratch.
template <class Body>
Result<Bytes> WriteList(Arena::Scratch& scratch, size_t size, Body body) {
  MERLON_ASSIGN_OR_RETURN(const MutableBytes out, scratch.Take(size));
  Writer writer(out);
  body(writer);
  MERLON_ASSIGN_OR_RETURN(const size_t written, writer.Finish());
  return Bytes(Slice(out, 0, written));
}
// Fills in all that comes from the configuration and from the offered session.
Result<void> FillHello(ClientHello& hello, const ClientOffer& offer, Arena::Scratch& scratch,
                       Context& cx);

}  // namespace merlon::tls
