// SPDX-License-Identifier: Apache-2.0
// The messages of TLS 1.2 and DTLS 1.2 that TLS 1.3 does not have or has in another form (RFC 5246
// s7.4, RFC 8422 s5, RFC 4279, RFC 5489, RFC 5077, RFC 6347 s4.2.1): views over the message. What
// is malformed is decode_error. CertificateVerify and Finished have one form in both versions and
// are messages13's. What the suite decides (ServerKeyExchange, ClientKeyExchange) comes as a body,
// and is read by the functions that stand beside it.
#pragma once
#include <string_view>

#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"
#include "tls/core/features.h"
#include "tls/core/input.h"
#include "tls/ext/lists.h"

namespace merlon::tls {

struct HelloRequest {
  static constexpr uint8_t kType = 0;
  static constexpr uint8_t kTransports = Transport::kStream | Transport::kDatagram;
  static Result<HelloRequest> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct HelloVerifyRequest {
  static constexpr uint8_t kType = 3;
  static constexpr uint8_t kTransports = static_cast<uint8_t>(Transport::kDatagram);
  static constexpr uint32_t kNeeds = kTls12;  // a state of both versions takes it
  uint16_t server_version = 0xfeff;           // RFC 6347 s4.2.1: DTLS 1.0, whatever comes later
  Bytes cookie;                               // at most 255 bytes
  static Result<HelloVerifyRequest> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct Certificate12 {
  static constexpr uint8_t kType = 11;
  Bytes list;  // checked; may be empty
  static Result<Certificate12> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};
// Takes one certificate off the front of a checked list. False at its end.
bool NextCertificate12(Reader& list, Bytes* der);

// RFC 6066 s8.
struct CertificateStatus12 {
  static constexpr uint8_t kType = 22;
  Bytes ocsp_response;  // at least one byte
  static Result<CertificateStatus12> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct ServerKeyExchange {
  static constexpr uint8_t kType = 12;
  Bytes body;
  static Result<ServerKeyExchange> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};
// ServerECDHParams of a named curve (RFC 8422 s5.4).
struct EcdheParams {
  uint16_t group = 0;
  Bytes point;  // 1 to 255 bytes
  Bytes raw;    // all of it: what is signed
};
// Takes the parameters off the front. A curve that is not a named one is illegal_parameter.
Result<EcdheParams> ReadEcdheParams(Reader& reader);
void WriteEcdheParams(Writer& writer, uint16_t group, Bytes point);

struct CertificateRequest12 {
  static constexpr uint8_t kType = 13;
  Bytes certificate_types;  // ClientCertificateType, at least one
  U16List schemes;          // at least one
  Bytes authorities;        // checked list of DistinguishedName; may be empty
  static Result<CertificateRequest12> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};
// ClientCertificateType (RFC 5246 s7.4.4, RFC 8422 s5.5).
inline constexpr uint8_t kRsaSign = 1, kEcdsaSign = 64;

struct ServerHelloDone {
  static constexpr uint8_t kType = 14;
  static Result<ServerHelloDone> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct ClientKeyExchange {
  static constexpr uint8_t kType = 16;
  Bytes body;
  static Result<ClientKeyExchange> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

struct NewSessionTicket12 {
  static constexpr uint8_t kType = 4;
  uint32_t lifetime_hint = 0;  // seconds; 0: not said
  Bytes ticket;                // empty: none after all (RFC 5077 s3.3)
  static Result<NewSessionTicket12> Decode(Reader& reader, const DecodeContext& context);
  void Encode(Writer& writer, const DecodeContext& context) const;
};

}  // namespace merlon::tls
