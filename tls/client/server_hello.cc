// SPDX-License-Identifier: Apache-2.0
// The client's 2. and 3.: ServerHello or HelloRetryRequest, the key exchange, EncryptedExtensions
// (RFC 9846 s4.1.3, s4.1.4, s4.3.1).
#include <algorithm>

#include "tls/client/states.h"

namespace merlon::tls {
namespace {

const OfferedShare* ShareOf(const ClientOffer& offer, uint16_t group) {
  for (const OfferedShare& share : offer.shares) {
    if (static_cast<uint16_t>(share.group->id) == group) return &share;
  }
  return nullptr;
}

// What ServerHello and HelloRetryRequest must have in common. Gives the suite.
template <class Hello>
Result<const CipherSuite*> CheckHello(const Hello& hello, const ClientOffer& offer, Context& cx) {
  // RFC 9846 s4.2.1: "clients MUST check for this extension prior to processing the rest of the
  // ServerHello"; any version but the one offered is illegal_parameter.
  if (*hello.supported_version != cx.protocol->version13) return IllegalParameter();
  if (hello.legacy_version != cx.protocol->legacy_version) return IllegalParameter();
  // s4.1.3: "A client which receives a legacy_session_id_echo field that does not match what it
  // sent in the ClientHello MUST abort the handshake with an "illegal_parameter" alert."
  // RFC 9147 s5.3: in DTLS it is empty, whatever session of DTLS 1.2 was offered by ID.
  const bool echoes = cx.decode.transport != Transport::kDatagram;
  if (hello.session_id != (echoes ? offer.session_id() : Bytes())) return IllegalParameter();
  if (hello.compression_method != 0) return IllegalParameter();
  const CipherSuite* suite = FindSuite(cx.common.suites, hello.cipher_suite);
  if (suite == nullptr) return IllegalParameter();
  // s4.2: an extension that was not asked for.
  if (hello.unknown_extension) {
    return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
  }
  return suite;
}

Result<void> CheckExtensions(const ExtensionSet& seen,
                             std::initializer_list<ExtensionType> allowed) {
  ExtensionSet set;
  for (ExtensionType type : allowed) set.Add(static_cast<uint16_t>(type));
  if (seen.IsSubsetOf(set)) return {};
  return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
}

Result<Moved> Retry(ClientOffer offer, const HelloRetryRequest& hello, Context& cx,
                    Into<AwaitShares, ExpectSecondServerHello> next) {
  MERLON_ASSIGN_OR_RETURN(const CipherSuite* suite, CheckHello(hello, offer, cx));
  MERLON_TRY(CheckExtensions(hello.seen, {ExtensionType::kSupportedVersions,
                                          ExtensionType::kKeyShare, ExtensionType::kCookie}));
  // s4.1.4: "Clients MUST abort the handshake with an "illegal_parameter" alert if the
  // HelloRetryRequest would not result in any change in the ClientHello."
  if (!hello.selected_group && !hello.cookie) return IllegalParameter(Code::kInconsistentRetry);
  cx.Choose(*suite);
  cx.negotiated.retried = true;
  MERLON_TRY(cx.StartTranscript());
  cx.transcript->AddWhole(offer.hello);
  cx.transcript->BecomeMessageHash();
  cx.AbsorbMessage();
  // s4.2.11: offers under another hash than the suite's cannot be used any more.
  const auto end = std::remove_if(offer.psks.begin(), offer.psks.end(),
                                  [&](const OfferedPsk& psk) { return psk.hash != suite->hash; });
  offer.psks = {offer.psks.data(), static_cast<size_t>(end - offer.psks.begin())};
  Bytes cookie;
  if (hello.cookie) {
    MERLON_ASSIGN_OR_RETURN(cookie, cx.Keep(*hello.cookie));
  }
  if (!hello.selected_group) {
    MERLON_TRY(SendClientHello(offer, HelloKind::kRetry, cookie, cx));
    return next.To(ExpectSecondServerHello{.offer = std::move(offer)});
  }
  // s4.2.8: the group must be one that we support and brought no share for.
  if (ShareOf(offer, *hello.selected_group)) return IllegalParameter(Code::kInconsistentRetry);
  for (const NamedGroup* group : cx.common.groups) {
    if (static_cast<uint16_t>(group->id) != *hello.selected_group) continue;
    offer.shares.Clear();
    MERLON_TRY(cx.Request(GenerateShare{group->id}));
    return next.To(
        AwaitShares{.offer = std::move(offer), .group = group, .cookie = cookie, .retry = true});
  }
  return IllegalParameter(Code::kInconsistentRetry);
}

// The schedule's start: with the PSK that the server chose, or without.
Result<EarlyStage> StartSchedule(const ServerHello& hello, const ClientOffer& offer, Context& cx) {
  if (!hello.pre_shared_key) {
    // Nothing but a PSK can authenticate the server when no signature scheme was offered.
    if (cx.common.schemes.empty()) {
      return PeerError(Code::kNoSharedSignatureScheme, Alert::kHandshakeFailure);
    }
    return EarlyStage::WithoutPsk(cx.schedule());
  }
  if (offer.psks.empty()) {
    return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
  }
  // s4.2.11: "Clients MUST verify that the server's selected_identity is within the range supplied
  // by the client, that the server selected a cipher suite indicating a Hash associated with the
  // PSK".
  if (*hello.pre_shared_key >= offer.psks.size()) return IllegalParameter();
  const OfferedPsk& psk = offer.psks[*hello.pre_shared_key];
  if (psk.hash->id != cx.negotiated.suite->hash->id) return IllegalParameter();
  cx.negotiated.psk = psk.external;
  cx.negotiated.authentication =
      psk.external != nullptr ? Authentication::kExternalPsk : Authentication::kResumption;
  cx.negotiated.client_certificate = psk.client_certificate;
  cx.negotiated.client_identity = psk.client_identity;
  return psk.Stage(cx.protocol->label_prefix);
}

Result<Moved> Accept(ClientOffer& offer, const ServerHello& hello, Context& cx,
                     Into<AwaitAgreement> next) {
  MERLON_ASSIGN_OR_RETURN(const CipherSuite* suite, CheckHello(hello, offer, cx));
  MERLON_TRY(CheckExtensions(hello.seen, {ExtensionType::kSupportedVersions,
                                          ExtensionType::kKeyShare, ExtensionType::kPreSharedKey}));
  // s4.1.4: "the value of selected_version [and the suite] in the HelloRetryRequest [...] MUST be
  // retained in the ServerHello".
  if (cx.negotiated.retried && suite != cx.negotiated.suite) {
    return IllegalParameter(Code::kInconsistentRetry);
  }
  if (!cx.negotiated.retried) {
    cx.Choose(*suite);
    MERLON_TRY(cx.StartTranscript());
    cx.transcript->AddWhole(offer.hello);
  }
  // psk_dhe_ke is the only mode offered: without a share there is nothing to go on (s4.2.9).
  if (!hello.key_share) return PeerError(Code::kMissingExtension, Alert::kMissingExtension);
  const OfferedShare* share = ShareOf(offer, hello.key_share->group);
  if (share == nullptr) return IllegalParameter();
  if (hello.key_share->key_exchange.size() != share->group->server_share_size) {
    return IllegalParameter(Code::kBadPublicValue);
  }
  MERLON_ASSIGN_OR_RETURN(EarlyStage stage, StartSchedule(hello, offer, cx));
  cx.negotiated.group = share->group;
  cx.AbsorbMessage();
  MERLON_ASSIGN_OR_RETURN(const Bytes peer_share, cx.Keep(hello.key_share->key_exchange));
  MERLON_TRY(cx.Request(Agree{share->group->id, share->private_key, peer_share}));
  return next.To(AwaitAgreement{.stage = std::move(stage), .sent = offer.sent});
}

// True: TLS 1.3, whichever way it goes on.
template <class Hello>
bool IsTls13(const Hello& hello) {
  return hello.supported_version.has_value();
}

}  // namespace

Result<Moved> On(
    ExpectServerHello& s, const ServerHelloMessage& m, Context& cx,
    Into<AwaitShares, ExpectSecondServerHello, AwaitAgreement, ExpectServerHello12> next) {
  if (const auto* retry = std::get_if<HelloRetryRequest>(&m.hello)) {
    // s4.2.1: a HelloRetryRequest without supported_versions is not one of TLS 1.3.
    if (!IsTls13(*retry)) return PeerError(Code::kMissingExtension, Alert::kMissingExtension);
    if (s.verified) return IllegalParameter();
    return Retry(std::move(s.offer), *retry, cx, next);
  }
  const ServerHello& hello = std::get<ServerHello>(m.hello);
  if (!IsTls13(hello)) {
    return next.Fork(ExpectServerHello12{.offer = std::move(s.offer), .verified = s.verified});
  }
  // A HelloVerifyRequest is of DTLS 1.2, and its cookie, now in our ClientHello, one that a server
  // of DTLS 1.3 has to refuse (RFC 9147 s5.3).
  if (s.verified) return IllegalParameter();
  return Accept(s.offer, hello, cx, next);
}

Result<Moved> On(ExpectServerHello& s, const HelloVerifyRequest& m, Context& cx,
                 Into<ExpectServerHello> next) {
  // Nobody who speaks DTLS 1.3 sends one (RFC 9147 s5.1).
  if (cx.common.suites12.empty()) {
    return PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  }
  if (s.verified) return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  MERLON_ASSIGN_OR_RETURN(const Bytes cookie, cx.Keep(m.cookie));
  MERLON_TRY(SendClientHello(s.offer, HelloKind::kVerified, cookie, cx));
  return next.To(ExpectServerHello{.offer = std::move(s.offer), .verified = true});
}

Result<Moved> On(ExpectSecondServerHello& s, const ServerHelloMessage& m, Context& cx,
                 Into<AwaitAgreement> next) {
  const auto* hello = std::get_if<ServerHello>(&m.hello);
  // s4.1.4: "If a client receives a second HelloRetryRequest in the same connection [...] it MUST
  // abort the handshake with an "unexpected_message" alert."
  if (hello == nullptr) return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  if (!IsTls13(*hello)) return IllegalParameter(Code::kInconsistentRetry);
  return Accept(s.offer, *hello, cx, next);
}

Result<Moved> On(AwaitAgreement& s, const SharedSecret& answer, Context& cx,
                 Into<ExpectEncryptedExtensions> next) {
  HandshakeStage stage = std::move(s.stage).Agree(answer.secret);
  TrafficPair keys = stage.Handshake(cx.transcript->Peek());
  MERLON_TRY(cx.InstallReadKeys(Epoch::kHandshake, keys.server));
  // RFC 9846 appendix E.4: before whatever is encrypted first, be it an alert.
  MERLON_TRY(cx.EmitChangeCipherSpec(cx.client->middlebox_compatibility));
  MERLON_TRY(cx.InstallWriteKeys(Epoch::kHandshake, keys.client));
  MERLON_TRY(cx.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", keys.client.reveal()));
  MERLON_TRY(cx.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", keys.server.reveal()));
  return next.To(ExpectEncryptedExtensions{
      .flight = {.master = std::move(stage).Master(), .handshake = std::move(keys)},
      .sent = s.sent});
}

Result<Moved> On(ExpectEncryptedExtensions& s, const EncryptedExtensions& m, Context& cx,
                 Into<ExpectCertificateOrRequest, ExpectServerFinished> next) {
  const bool quic = cx.decode.transport == Transport::kMessage;
  // s4.2: "Implementations MUST NOT send extension responses if the remote endpoint did not send
  // the corresponding extension requests".
  if (m.unknown_extension || !m.seen.IsSubsetOf(s.sent)) {
    return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
  }
  if (m.alpn) {
    for (std::string_view name : cx.common.alpn) {
      if (name == *m.alpn) cx.negotiated.alpn = name;
    }
    // RFC 7301 s3.1: the server chooses from what the client sent.
    if (cx.negotiated.alpn.empty()) return IllegalParameter(Code::kNoApplicationProtocol);
  }
  // RFC 9001 s8.1: QUIC clients "MUST use error 0x0178" when no protocol is negotiated.
  if (quic && cx.negotiated.alpn.empty()) {
    return PeerError(Code::kNoApplicationProtocol, Alert::kNoApplicationProtocol);
  }
  if (quic) {
    // RFC 9001 s8.2: "endpoints that receive [...] without the quic_transport_parameters extension
    // MUST close the connection with an error of type 0x016d", missing_extension.
    if (!m.quic_transport_parameters) {
      return PeerError(Code::kMissingExtension, Alert::kMissingExtension);
    }
    MERLON_ASSIGN_OR_RETURN(cx.negotiated.peer_transport_parameters,
                            cx.Keep(*m.quic_transport_parameters));
  }
  cx.AbsorbMessage();
  if (cx.negotiated.authentication != Authentication::kNone) {
    return next.To(ExpectServerFinished{.flight = std::move(s.flight)});
  }
  return next.To(ExpectCertificateOrRequest{.flight = std::move(s.flight)});
}

}  // namespace merlon::tls
