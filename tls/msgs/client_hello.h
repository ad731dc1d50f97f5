// SPDX-License-Identifier: Apache-2.0
// ClientHello (RFC 9846 s4.1.2, RFC 5246 s7.4.1.2, RFC 9147 s5.3): a view over the message.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"
#include "tls/core/input.h"
#include "tls/ext/extension_type.h"
#include "tls/ext/lists.h"

namespace merlon::tls {

struct ClientHello {
  static constexpr uint8_t kType = 1;

  uint16_t legacy_version = 0x0303;  // DTLS: 0xfefd
  Bytes random;                      // 32 bytes
  Bytes session_id;                  // at most 32 bytes
  Bytes cookie12;                    // DTLS alone: legacy_cookie
  U16List cipher_suites;             // at least one
  Bytes compression_methods;         // at least one

  ExtensionSet seen;  // the known ones
  std::optional<std::string_view>
      server_name;  // one host_name, not empty, without NUL (RFC 6066 s3)
  std::optional<U16List> supported_groups;
  std::optional<U16List> signature_algorithms;
  std::optional<U16List> signature_algorithms_cert;
  std::optional<Bytes> status_request;  // checked; the first byte is its type (RFC 6066 s8)
  std::optional<Bytes> alpn;            // checked list of protocol names, not empty
  std::optional<U16List> supported_versions;
  std::optional<Bytes> key_share;                // checked list of KeyShareEntry; may be empty
  std::optional<Bytes> psk_modes;                // bytes, at least one
  std::optional<Bytes> cookie;                   // at least one byte
  std::optional<Bytes> certificate_authorities;  // checked list of names, at least one
  std::optional<OfferedPsks> pre_shared_key;     // checked to be the last (RFC 9846 s4.2.11)
  std::optional<Bytes> quic_transport_parameters;
  std::optional<Bytes> session_ticket;  // TLS 1.2 (RFC 5077)
  std::optional<Bytes> renegotiation_info;
  std::optional<Bytes> ec_point_formats;  // at least one byte (RFC 8422 s5.1.2)
  std::optional<uint16_t> record_size_limit;
  bool early_data = false;
  bool extended_master_secret = false;
  bool post_handshake_auth = false;
  uint16_t padding = 0;  // bytes of a padding extension to write
  Bytes extensions;      // the whole block as it came; empty when built here

  // Malformed, or with an extension twice: decode_error. illegal_parameter: an extension that may
  // not stand here, a pre_shared_key that is not the last or has not one binder for each identity,
  // a record_size_limit below 64. unrecognized_name: a name that cannot be one.
  // unsupported_extension: QUIC's parameters on another transport.
  static Result<ClientHello> Decode(Reader& reader, const DecodeContext& context);
  // Writes the body. Extensions in the order of `extensions` if that is set (those that are not
  // known are copied from it), else in our own. pre_shared_key comes last; its binders are written
  // as they stand in pre_shared_key->binders, so the body up to them is all but its last
  // 2 + binders.size() bytes.
  void Encode(Writer& writer, const DecodeContext& context) const;
};

}  // namespace merlon::tls
