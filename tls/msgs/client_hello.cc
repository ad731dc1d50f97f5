// SPDX-License-Identifier: Apache-2.0
// ClientHello of TLS 1.3, TLS 1.2 and their DTLS: what it says is checked for form alone. What the
// fields mean together is left to the states.
#include "tls/msgs/client_hello.h"

#include "tls/ext/extension_block.h"
#include "tls/ext/extension_body.h"
#include "tls/ext/extension_codec.h"

namespace merlon::tls {
namespace {

constexpr size_t kRandomSize = 32;
constexpr size_t kMaxSessionIdSize = 32;

using Hello = ClientHello;
using Type = ExtensionType;

// In the order in which we write them.
constexpr ExtensionCodec kExtensions[] = {
    Field<&Hello::server_name, ParseServerName, WriteServerName>(Type::kServerName),
    Field<&Hello::status_request, ParseStatusRequest, WriteRaw>(Type::kStatusRequest),
    Flag<&Hello::extended_master_secret>(Type::kExtendedMasterSecret),
    Field<&Hello::renegotiation_info, ParseRenegotiationInfo, WriteVector8>(
        Type::kRenegotiationInfo),
    Field<&Hello::supported_groups, ParseU16List, WriteU16List>(Type::kSupportedGroups),
    Field<&Hello::ec_point_formats, ParseVector8, WriteVector8>(Type::kEcPointFormats),
    Field<&Hello::session_ticket, ParseRaw, WriteRaw>(Type::kSessionTicket),
    Field<&Hello::alpn, ParseProtocolNames, WriteVector16>(Type::kAlpn),
    Field<&Hello::signature_algorithms, ParseU16List, WriteU16List>(Type::kSignatureAlgorithms),
    Field<&Hello::signature_algorithms_cert, ParseU16List, WriteU16List>(
        Type::kSignatureAlgorithmsCert),
    Field<&Hello::key_share, ParseKeyShares, WriteVector16>(Type::kKeyShare),
    Field<&Hello::psk_modes, ParseVector8, WriteVector8>(Type::kPskKeyExchangeModes),
    Field<&Hello::supported_versions, ParseVersions, WriteVersions>(Type::kSupportedVersions),
    Field<&Hello::cookie, ParseVector16, WriteVector16>(Type::kCookie),
    Field<&Hello::certificate_authorities, ParseAuthorities, WriteVector16>(
        Type::kCertificateAuthorities),
    Flag<&Hello::post_handshake_auth>(Type::kPostHandshakeAuth),
    Field<&Hello::record_size_limit, ParseRecordSizeLimit, WriteU16>(Type::kRecordSizeLimit),
    Field<&Hello::quic_transport_parameters, ParseRaw, WriteRaw>(Type::kQuicTransportParameters),
    Flag<&Hello::early_data>(Type::kEarlyData),
    // "MUST be the last extension in the ClientHello" (RFC 9846 s4.2.11)
    Field<&Hello::pre_shared_key, ParseOfferedPsks, WriteOfferedPsks>(Type::kPreSharedKey, true),
};

// The part before the extensions.
Result<void> DecodeFixed(Reader& reader, const DecodeContext& context, ClientHello* hello) {
  Bytes suites;
  if (!reader.Int(&hello->legacy_version) || !reader.Take(kRandomSize, &hello->random) ||
      !reader.Prefixed<1>(&hello->session_id) || hello->session_id.size() > kMaxSessionIdSize) {
    return DecodeError();
  }
  // legacy_cookie<0..2^8-1> (RFC 9147 s5.3); RFC 6347 s4.2.1 gave it meaning.
  if (context.transport == Transport::kDatagram && !reader.Prefixed<1>(&hello->cookie12)) {
    return DecodeError();
  }
  // cipher_suites<2..2^16-2>, legacy_compression_methods<1..2^8-1> (RFC 9846 s4.1.2)
  if (!reader.Prefixed<2>(&suites) || suites.empty() || suites.size() % 2 != 0 ||
      !reader.Prefixed<1>(&hello->compression_methods) || hello->compression_methods.empty()) {
    return DecodeError();
  }
  hello->cipher_suites = U16List(suites);
  return {};
}

// A pre_shared_key that is not the last: "Servers MUST check that it is the last extension and
// otherwise fail the handshake with an "illegal_parameter" alert" (RFC 9846 s4.2.11).
Result<void> CheckPskIsLast(Bytes block) {
  Reader reader(block);
  for (Extension e; NextExtension(reader, &e);) {
    if (e.type == static_cast<uint16_t>(Type::kPreSharedKey) && !reader.done()) {
      return IllegalParameter();
    }
  }
  return {};
}

}  // namespace

Result<ClientHello> ClientHello::Decode(Reader& reader, const DecodeContext& context) {
  const Bytes body = reader.rest();
  ClientHello hello;
  MERLON_TRY(DecodeFixed(reader, context, &hello));
  // Before TLS 1.3 the block could be left out (RFC 5246 s7.4.1.2).
  if (reader.done()) return hello;
  MERLON_ASSIGN_OR_RETURN(hello.extensions,
                          ReadExtensionBlock(reader, DecodeError(Code::kDuplicateExtension)));
  MERLON_TRY(CheckPskIsLast(hello.extensions));
  MERLON_TRY(ParseExtensions(hello.extensions, kExtensions, &hello, &hello.seen, nullptr));
  MERLON_TRY(CheckRequest(hello.seen, ExtensionPlace::kClientHello));
  // "A fatal alert of type 0x6d/unsupported_extension MUST be sent ... if the extension is received
  // when the transport is not QUIC" (RFC 9001 s8.2)
  if (hello.quic_transport_parameters && context.transport != Transport::kMessage) {
    return PeerError(Code::kExtensionNotAllowed, Alert::kUnsupportedExtension);
  }
  if (hello.pre_shared_key) {
    // Behind it stand the binders with their length, and nothing else.
    hello.pre_shared_key->truncated_size =
        body.size() - reader.rest().size() - 2 - hello.pre_shared_key->binders.size();
  }
  return hello;
}

void ClientHello::Encode(Writer& writer, const DecodeContext& context) const {
  writer.Int<2>(legacy_version);
  writer.Raw(random);
  WriteVector8(writer, session_id);
  if (context.transport == Transport::kDatagram) WriteVector8(writer, cookie12);
  WriteU16List(writer, cipher_suites);
  WriteVector8(writer, compression_methods);
  // A block that came, even an empty one, has an address; one that was left out has none.
  const bool padded = padding != 0;
  if (extensions.data() == nullptr && !padded && !HasExtensions(extensions, kExtensions, this)) {
    return;
  }
  writer.Prefixed<2>([&] {
    if (padded) {  // RFC 7685 s3: zeros
      writer.Int<2>(static_cast<uint16_t>(Type::kPadding));
      writer.Prefixed<2>([&] {
        for (size_t i = 0; i < padding; ++i) writer.Int<1>(0);
      });
    }
    WriteExtensions(writer, extensions, kExtensions, this);
  });
}

}  // namespace merlon::tls
