// SPDX-License-Identifier: Apache-2.0
// The messages of TLS 1.3 behind ServerHello (RFC 9846 s4.3 to s4.6): views over the message. Each
// Encode writes the body; what an Encode needs besides its fields it does not have. Each Decode
// answers decode_error to what is malformed; a mandatory extension that is missing and an extension
// that was not asked for (`seen`, `unknown_extension`) are left to the states.
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

struct EncryptedExtensions {
  static constexpr uint8_t kType = 8;
  ExtensionSet seen;
  bool unknown_extension = false;
  bool server_name = false;              // acknowledged: empty
  std::optional<std::string_view> alpn;  // exactly one name
  std::optional<U16List> supported_groups;
  std::optional<Bytes> quic_transport_parameters;
  std::optional<uint16_t> record_size_limit;
  bool early_data = false;
  Bytes extensions;
  // A known extension that may not stand here is unsupported_extension.
  static Result<EncryptedExtensions> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct CertificateRequest {
  static constexpr uint8_t kType = 13;
  Bytes context;
  ExtensionSet seen;
  std::optional<U16List> signature_algorithms;
  std::optional<U16List> signature_algorithms_cert;
  std::optional<Bytes> certificate_authorities;
  Bytes extensions;
  // Unknown extensions are ignored (s4.2); a known one that may not stand here, or one that stands
  // here twice, is illegal_parameter.
  static Result<CertificateRequest> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct CertificateEntry {
  Bytes der;  // not empty
  ExtensionSet seen;
  bool unknown_extension = false;
  std::optional<Bytes> ocsp_response;  // of status_request (s4.4.2.1)
  Bytes extensions;
};
// Takes one entry off the front of a checked list. False at its end.
bool NextCertificate(Reader& list, CertificateEntry* entry);

struct Certificate {
  static constexpr uint8_t kType = 11;
  Bytes context;
  Bytes list;  // checked entries; may be empty
  // In an entry, a known extension that may not stand there is unsupported_extension, and one that
  // stands there twice illegal_parameter.
  static Result<Certificate> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
  // Appends one entry to a list being written; an empty response is left out.
  static void WriteEntry(Writer& writer, Bytes der, Bytes ocsp_response = {});
};

struct CertificateVerify {
  static constexpr uint8_t kType = 15;
  uint16_t scheme = 0;
  Bytes signature;
  static Result<CertificateVerify> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct Finished {
  static constexpr uint8_t kType = 20;
  Bytes mac;  // context.mac_size bytes; another size is decode_error
  static Result<Finished> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct EndOfEarlyData {
  static constexpr uint8_t kType = 5;
  static constexpr uint8_t kTransports = static_cast<uint8_t>(Transport::kStream);
  static Result<EndOfEarlyData> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct NewSessionTicket {
  static constexpr uint8_t kType = 4;
  uint32_t lifetime = 0;  // seconds
  uint32_t age_add = 0;
  Bytes nonce;
  Bytes ticket;                        // not empty
  std::optional<uint32_t> early_data;  // max_early_data_size
  Bytes extensions;
  // Unknown extensions are ignored (s4.6.1); a known one that may not stand here, or one that
  // stands here twice, is illegal_parameter.
  static Result<NewSessionTicket> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct KeyUpdate {
  static constexpr uint8_t kType = 24;
  // QUIC has its own (RFC 9001 s6).
  static constexpr uint8_t kTransports = Transport::kStream | Transport::kDatagram;
  bool update_requested = false;
  // A request_update that is neither 0 nor 1 is illegal_parameter (s4.6.3).
  static Result<KeyUpdate> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

}  // namespace merlon::tls
