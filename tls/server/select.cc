// SPDX-License-Identifier: Apache-2.0
#include "tls/server/select.h"

namespace merlon::tls {

Result<void> CheckHello13(const ClientHello& hello, Transport transport) {
  // "For every TLS 1.3 ClientHello, this vector MUST contain exactly one byte, set to zero [...]
  // the server MUST abort the handshake with an "illegal_parameter" alert."
  if (hello.compression_methods.size() != 1 || hello.compression_methods[0] != 0) {
    return IllegalParameter();
  }
  // RFC 9147 s5.3: legacy_cookie "MUST be set to the zero-length vector [...] abort the handshake
  // with an "illegal_parameter" alert".
  if (!hello.cookie12.empty()) return IllegalParameter();
  const Error missing = PeerError(Code::kMissingExtension, Alert::kMissingExtension);
  // s9.2: "If containing a "supported_groups" extension, it MUST also contain a "key_share"
  // extension, and vice versa"; and without a PSK both, and signature_algorithms.
  if (hello.supported_groups.has_value() != hello.key_share.has_value()) return missing;
  if (!hello.pre_shared_key && (!hello.signature_algorithms || !hello.supported_groups)) {
    return missing;
  }
  // s4.2.9: "If clients offer "pre_shared_key" without a "psk_key_exchange_modes" extension,
  // servers MUST abort the handshake."
  if (hello.pre_shared_key && !hello.psk_modes) return missing;
  // RFC 9001 s8.2.
  const bool quic = transport == Transport::kMessage;
  if (quic && !hello.quic_transport_parameters) return missing;
  // RFC 9001 s8.4: "A server SHOULD treat the receipt of a TLS ClientHello with a non-empty
  // legacy_session_id field as a connection error".
  if (quic && !hello.session_id.empty()) return IllegalParameter();
  return {};
}

Result<bool> ChooseTls13(const ClientHello& hello, const CommonConfig& config,
                         Transport transport) {
  const ProtocolProfile& protocol = ProtocolOf(transport);
  const bool with12 = !config.suites12.empty() && transport != Transport::kMessage;
  const uint16_t version12 = protocol.legacy_version;
  const Error none = PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  // RFC 9846 s4.2.1: with supported_versions, "the ClientHello.legacy_version [MUST NOT be used] to
  // determine" the version.
  if (hello.supported_versions) {
    if (!config.suites.empty() && hello.supported_versions->Contains(protocol.version13)) {
      return true;
    }
    if (with12 && hello.supported_versions->Contains(version12)) return false;
    return none;
  }
  // RFC 5246 appendix E.1: a client that knows a later version speaks this one as well. DTLS counts
  // downwards (RFC 6347 s4.1).
  const bool datagram = transport == Transport::kDatagram;
  const bool knows12 = datagram
                           ? hello.legacy_version <= version12 && hello.legacy_version >= 0xfe00
                           : hello.legacy_version >= version12;
  if (with12 && knows12) return false;
  return none;
}

Result<const CipherSuite*> ChooseSuite(const ClientHello& hello, const CommonConfig& config) {
  for (const CipherSuite& suite : config.suites) {
    if (hello.cipher_suites.Contains(suite.id)) return &suite;
  }
  return PeerError(Code::kNoSharedCipherSuite, Alert::kHandshakeFailure);
}

Result<const NamedGroup*> ChooseGroup(const ClientHello& hello, const CommonConfig& config) {
  for (const NamedGroup* group : config.groups) {
    if (hello.supported_groups &&
        hello.supported_groups->Contains(static_cast<uint16_t>(group->id))) {
      return group;
    }
  }
  return PeerError(Code::kNoSharedGroup, Alert::kHandshakeFailure);
}

Result<std::optional<Bytes>> FindShare(const ClientHello& hello, const NamedGroup& group) {
  std::optional<Bytes> found;
  KeyShareEntry entry;
  for (Reader list(*hello.key_share); NextKeyShare(list, &entry);) {
    // "Clients MUST NOT offer multiple KeyShareEntry values for the same group", nor for groups
    // that are not in supported_groups; "servers MAY check for violations".
    if (!hello.supported_groups->Contains(entry.group)) return IllegalParameter();
    KeyShareEntry other;
    for (Reader rest = list; NextKeyShare(rest, &other);) {
      if (other.group == entry.group) return IllegalParameter();
    }
    if (entry.group != static_cast<uint16_t>(group.id)) continue;
    if (entry.key_exchange.size() != group.client_share_size) {
      return IllegalParameter(Code::kBadPublicValue);
    }
    found = entry.key_exchange;
  }
  return found;
}

HelloRetryRequest RetryFor(const ProtocolProfile& protocol, const CipherSuite& suite,
                           const NamedGroup* group, Bytes cookie) {
  HelloRetryRequest retry;
  retry.legacy_version = protocol.legacy_version;
  retry.cipher_suite = suite.id;
  retry.supported_version = protocol.version13;
  if (group != nullptr) retry.selected_group = static_cast<uint16_t>(group->id);
  if (!cookie.empty()) retry.cookie = cookie;
  return retry;
}

}  // namespace merlon::tls
