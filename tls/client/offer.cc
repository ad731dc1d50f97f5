// SPDX-License-Identifier: Apache-2.0
#include "tls/client/offer.h"

#include "tls/ext/extension_body.h"

namespace merlon::tls {
namespace {

constexpr size_t kRandomAt = record::kHandshakeHeaderSize + 2;
constexpr size_t kRandomSize = 32;
constexpr size_t kSessionIdAt = kRandomAt + kRandomSize;

// A list of 16-bit numbers in scratch.
template <class List, class NumberOf>
Result<U16List> WriteNumbers(Arena::Scratch& scratch, const List& list, NumberOf number_of) {
  MERLON_ASSIGN_OR_RETURN(const Bytes raw, WriteList(scratch, 2 * list.size(), [&](Writer& w) {
                            for (const auto& entry : list) w.Int<2>(number_of(entry));
                          }));
  return U16List(raw);
}

Result<void> FillSuites(ClientHello& hello, Arena::Scratch& scratch, const CommonConfig& config,
                        bool with12) {
  const size_t count = config.suites.size() + (with12 ? config.suites12.size() : 0);
  MERLON_ASSIGN_OR_RETURN(const Bytes raw, WriteList(scratch, 2 * count, [&](Writer& w) {
                            for (const CipherSuite& suite : config.suites) w.Int<2>(suite.id);
                            if (!with12) return;
                            for (const CipherSuite& suite : config.suites12) w.Int<2>(suite.id);
                          }));
  hello.cipher_suites = U16List(raw);
  return {};
}

// Hybrids are of TLS 1.3 alone (RFC 9954 has nothing for another).
Result<void> FillGroups(ClientHello& hello, Arena::Scratch& scratch, const CommonConfig& config) {
  const bool with13 = !config.suites.empty();
  MERLON_ASSIGN_OR_RETURN(const Bytes raw,
                          WriteList(scratch, 2 * config.groups.size(), [&](Writer& w) {
                            for (const NamedGroup* group : config.groups) {
                              if (!with13 && !group->tls12) continue;
                              w.Int<2>(static_cast<uint16_t>(group->id));
                            }
                          }));
  hello.supported_groups = U16List(raw);
  return {};
}

Result<void> FillAlpn(ClientHello& hello, Arena::Scratch& scratch, const CommonConfig& config) {
  if (config.alpn.empty()) return {};
  size_t size = 0;
  for (std::string_view name : config.alpn) size += 1 + name.size();
  MERLON_ASSIGN_OR_RETURN(hello.alpn, WriteList(scratch, size, [&](Writer& w) {
                            for (std::string_view name : config.alpn) {
                              w.Prefixed<1>([&] { w.Raw(AsBytes(name)); });
                            }
                          }));
  return {};
}

Result<void> FillSchemes(ClientHello& hello, Arena::Scratch& scratch, const CommonConfig& config) {
  if (!config.schemes.empty()) {
    MERLON_ASSIGN_OR_RETURN(
        hello.signature_algorithms,
        WriteNumbers(scratch, config.schemes, [](auto* scheme) { return scheme->id; }));
  }
  if (!config.certificate_schemes.empty()) {
    MERLON_ASSIGN_OR_RETURN(
        hello.signature_algorithms_cert,
        WriteNumbers(scratch, config.certificate_schemes, [](uint16_t id) { return id; }));
  }
  return {};
}

}  // namespace

bool SpeaksForUs(const Session& session, const crypto::HashAlgorithm& hash,
                 const ClientConfig& config) {
  if (config.choose_credential) return true;
  if (!session.client_authenticated) {
    return session.client_authentication == ClientAuthentication::kNone ||
           config.credentials.empty();
  }
  for (const Credential& credential : config.credentials) {
    if (crypto::HashOf(hash, credential.chain_der[0]).view() == session.client_identity) {
      return true;
    }
  }
  return false;
}

Bytes ClientOffer::random() const { return Slice(hello, kRandomAt, kRandomSize); }
Bytes ClientOffer::session_id() const {
  return Slice(hello, kSessionIdAt + 1, hello[kSessionIdAt]);
}

const CipherSuite* FindSuite(absl::Span<const CipherSuite> suites, uint16_t id) {
  for (const CipherSuite& suite : suites) {
    if (suite.id == id) return &suite;
  }
  return nullptr;
}

ExtensionSet SentExtensions(const ClientHello& hello) {
  ExtensionSet sent;
  if (hello.server_name) sent.Add(ExtensionType::kServerName);
  if (hello.status_request) sent.Add(ExtensionType::kStatusRequest);
  if (hello.supported_groups) sent.Add(ExtensionType::kSupportedGroups);
  if (hello.alpn) sent.Add(ExtensionType::kAlpn);
  if (hello.quic_transport_parameters) sent.Add(ExtensionType::kQuicTransportParameters);
  if (hello.extended_master_secret) sent.Add(ExtensionType::kExtendedMasterSecret);
  if (hello.renegotiation_info) sent.Add(ExtensionType::kRenegotiationInfo);
  if (hello.ec_point_formats) sent.Add(ExtensionType::kEcPointFormats);
  if (hello.session_ticket) sent.Add(ExtensionType::kSessionTicket);
  return sent;
}

Result<void> FillHello(ClientHello& hello, const ClientOffer& offer, Arena::Scratch& scratch,
                       Context& cx) {
  const CommonConfig& config = cx.common;
  const bool with12 = !config.suites12.empty() && cx.decode.transport != Transport::kMessage;
  hello.legacy_version = cx.protocol->legacy_version;
  hello.compression_methods = AsBytes(std::string_view("\0", 1));
  if (!cx.negotiated.server_name.empty()) hello.server_name = cx.negotiated.server_name;
  MERLON_TRY(FillSuites(hello, scratch, config, with12));
  if (!config.suites.empty()) {
    // RFC 9846 s4.2.1: every version that is offered, the preferred one first.
    MERLON_ASSIGN_OR_RETURN(const Bytes versions,
                            WriteList(scratch, with12 ? 4 : 2, [&](Writer& w) {
                              w.Int<2>(cx.protocol->version13);
                              if (with12) w.Int<2>(cx.protocol->legacy_version);
                            }));
    hello.supported_versions = U16List(versions);
  }
  MERLON_TRY(FillGroups(hello, scratch, config));
  MERLON_TRY(FillSchemes(hello, scratch, config));
  // Who takes no certificate has no use for its status.
  if (cx.client->request_status && !config.schemes.empty()) {
    hello.status_request = Bytes(kOcspStatusRequest);
  }
  if (!config.authorities.empty()) hello.certificate_authorities = config.authorities;
  MERLON_TRY(FillAlpn(hello, scratch, config));
  if (with12 && cx.offer12 != nullptr) cx.offer12->fill(hello, offer, cx);
  return {};
}

}  // namespace merlon::tls
