// SPDX-License-Identifier: Apache-2.0
// ServerHello, and HelloRetryRequest in its clothes (RFC 9846 s4.1.3, s4.1.4).
#pragma once
#include <optional>
#include <string_view>
#include <variant>

#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"
#include "tls/core/input.h"
#include "tls/ext/extension_type.h"
#include "tls/ext/lists.h"

namespace merlon::tls {

// The random that says HelloRetryRequest: SHA-256("HelloRetryRequest").
extern const uint8_t kHelloRetryRandom[32];

struct ServerHello {
  uint16_t legacy_version = 0x0303;
  Bytes random;      // 32 bytes
  Bytes session_id;  // echoed
  uint16_t cipher_suite = 0;
  uint8_t compression_method = 0;
  ExtensionSet seen;
  bool unknown_extension = false;  // one that we do not know, so never asked for
  std::optional<uint16_t> supported_version;
  std::optional<KeyShareEntry> key_share;
  std::optional<uint16_t> pre_shared_key;  // index of the identity
  // Of TLS 1.2 alone.
  std::optional<Bytes> renegotiation_info;
  std::optional<Bytes> ec_point_formats;  // at least one byte
  std::optional<std::string_view> alpn;   // exactly one name
  bool server_name = false;               // acknowledged: empty
  bool status_request = false;            // a CertificateStatus may come
  bool extended_master_secret = false;
  bool session_ticket = false;  // a NewSessionTicket will come
  Bytes extensions;             // the block as it came
};

struct HelloRetryRequest {
  uint16_t legacy_version = 0x0303;
  Bytes session_id;
  uint16_t cipher_suite = 0;
  uint8_t compression_method = 0;
  ExtensionSet seen;
  bool unknown_extension = false;
  std::optional<uint16_t> supported_version;
  std::optional<uint16_t> selected_group;
  std::optional<Bytes> cookie;
  Bytes extensions;
};

struct ServerHelloMessage {
  static constexpr uint8_t kType = 2;
  std::variant<ServerHello, HelloRetryRequest> hello;
  // Malformed is decode_error, an extension twice illegal_parameter. In a ServerHello that selects
  // TLS 1.3 (supported_version is set) and in a HelloRetryRequest an extension that we know and
  // that may not stand there is unsupported_extension; what was not asked for is left to the
  // states, who find it in `seen` and `unknown_extension`. A ServerHello of TLS 1.2 decodes, also
  // without any extensions, and with those of TLS 1.2.
  static Result<ServerHelloMessage> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

}  // namespace merlon::tls
