// SPDX-License-Identifier: Apache-2.0
// The messages of TLS 1.3 behind ServerHello, checked for form alone.
#include "tls/msgs/messages13.h"

#include "tls/ext/extension_block.h"
#include "tls/ext/extension_body.h"
#include "tls/ext/extension_codec.h"

namespace merlon::tls {
namespace {

using Type = ExtensionType;

constexpr ExtensionCodec kEncryptedExtensions[] = {
    Flag<&EncryptedExtensions::server_name>(Type::kServerName),
    Field<&EncryptedExtensions::supported_groups, ParseU16List, WriteU16List>(
        Type::kSupportedGroups),
    Field<&EncryptedExtensions::alpn, ParseSelectedProtocol, WriteSelectedProtocol>(Type::kAlpn),
    Field<&EncryptedExtensions::record_size_limit, ParseRecordSizeLimit, WriteU16>(
        Type::kRecordSizeLimit),
    Field<&EncryptedExtensions::quic_transport_parameters, ParseRaw, WriteRaw>(
        Type::kQuicTransportParameters),
    Flag<&EncryptedExtensions::early_data>(Type::kEarlyData),
};
constexpr ExtensionCodec kCertificateRequest[] = {
    Field<&CertificateRequest::signature_algorithms, ParseU16List, WriteU16List>(
        Type::kSignatureAlgorithms),
    Field<&CertificateRequest::signature_algorithms_cert, ParseU16List, WriteU16List>(
        Type::kSignatureAlgorithmsCert),
    Field<&CertificateRequest::certificate_authorities, ParseAuthorities, WriteVector16>(
        Type::kCertificateAuthorities),
};
constexpr ExtensionCodec kCertificateEntry[] = {
    Field<&CertificateEntry::ocsp_response, ParseCertificateStatus, WriteCertificateStatus>(
        Type::kStatusRequest),
};
constexpr ExtensionCodec kNewSessionTicket[] = {
    Field<&NewSessionTicket::early_data, ParseU32, WriteU32>(Type::kEarlyData),
};

void WriteBlock(Writer& writer, Bytes original, ExtensionTable table, const void* message) {
  writer.Prefixed<2>([&] { WriteExtensions(writer, original, table, message); });
}

// One entry with all its checks.
Result<CertificateEntry> DecodeEntry(Reader& list) {
  CertificateEntry entry;
  // opaque cert_data<1..2^24-1> (RFC 9846 s4.4.2)
  if (!list.Prefixed<3>(&entry.der) || entry.der.empty()) return DecodeError();
  MERLON_ASSIGN_OR_RETURN(entry.extensions, ReadExtensionBlock(list));
  MERLON_TRY(ParseExtensions(entry.extensions, kCertificateEntry, &entry, &entry.seen,
                             &entry.unknown_extension));
  MERLON_TRY(CheckAnswer(entry.seen, ExtensionPlace::kCertificate));
  return entry;
}

}  // namespace

Result<EncryptedExtensions> EncryptedExtensions::Decode(Reader& reader, const DecodeContext&) {
  EncryptedExtensions out;
  MERLON_ASSIGN_OR_RETURN(out.extensions,
                          ReadExtensionBlock(reader, DecodeError(Code::kDuplicateExtension)));
  MERLON_TRY(ParseExtensions(out.extensions, kEncryptedExtensions, &out, &out.seen,
                             &out.unknown_extension));
  MERLON_TRY(CheckAnswer(out.seen, ExtensionPlace::kEncryptedExtensions));
  return out;
}

void EncryptedExtensions::Encode(Writer& writer, const DecodeContext&) const {
  WriteBlock(writer, extensions, kEncryptedExtensions, this);
}

Result<CertificateRequest> CertificateRequest::Decode(Reader& reader, const DecodeContext&) {
  CertificateRequest out;
  if (!reader.Prefixed<1>(&out.context)) return DecodeError();
  MERLON_ASSIGN_OR_RETURN(out.extensions, ReadExtensionBlock(reader));
  MERLON_TRY(ParseExtensions(out.extensions, kCertificateRequest, &out, &out.seen, nullptr));
  MERLON_TRY(CheckRequest(out.seen, ExtensionPlace::kCertificateRequest));
  return out;
}

void CertificateRequest::Encode(Writer& writer, const DecodeContext&) const {
  WriteVector8(writer, context);
  WriteBlock(writer, extensions, kCertificateRequest, this);
}

bool NextCertificate(Reader& list, CertificateEntry* entry) {
  Reader reader = list;
  const Result<CertificateEntry> next = DecodeEntry(reader);
  if (!next.ok()) return false;
  *entry = *next;
  list = reader;
  return true;
}

Result<Certificate> Certificate::Decode(Reader& reader, const DecodeContext&) {
  Certificate out;
  if (!reader.Prefixed<1>(&out.context) || !reader.Prefixed<3>(&out.list)) return DecodeError();
  for (Reader list(out.list); !list.done();) MERLON_TRY(DecodeEntry(list));
  return out;
}

void Certificate::Encode(Writer& writer, const DecodeContext&) const {
  WriteVector8(writer, context);
  writer.Prefixed<3>([&] { writer.Raw(list); });
}

void Certificate::WriteEntry(Writer& writer, Bytes der, Bytes ocsp_response) {
  writer.Prefixed<3>([&] { writer.Raw(der); });
  CertificateEntry entry;
  if (!ocsp_response.empty()) entry.ocsp_response = ocsp_response;
  WriteBlock(writer, {}, kCertificateEntry, &entry);
}

Result<CertificateVerify> CertificateVerify::Decode(Reader& reader, const DecodeContext&) {
  CertificateVerify out;
  if (!reader.Int(&out.scheme) || !reader.Prefixed<2>(&out.signature)) return DecodeError();
  return out;
}

void CertificateVerify::Encode(Writer& writer, const DecodeContext&) const {
  writer.Int<2>(scheme);
  WriteVector16(writer, signature);
}

Result<Finished> Finished::Decode(Reader& reader, const DecodeContext& context) {
  Finished out;
  // opaque verify_data[Hash.length] (RFC 9846 s4.4.4)
  if (!reader.Take(context.mac_size, &out.mac)) return DecodeError();
  return out;
}

void Finished::Encode(Writer& writer, const DecodeContext&) const { writer.Raw(mac); }

Result<EndOfEarlyData> EndOfEarlyData::Decode(Reader&, const DecodeContext&) {
  return EndOfEarlyData();
}

void EndOfEarlyData::Encode(Writer&, const DecodeContext&) const {}

Result<NewSessionTicket> NewSessionTicket::Decode(Reader& reader, const DecodeContext&) {
  NewSessionTicket out;
  // opaque ticket<1..2^16-1> (RFC 9846 s4.6.1)
  if (!reader.Int(&out.lifetime) || !reader.Int(&out.age_add) || !reader.Prefixed<1>(&out.nonce) ||
      !reader.Prefixed<2>(&out.ticket) || out.ticket.empty()) {
    return DecodeError();
  }
  MERLON_ASSIGN_OR_RETURN(out.extensions, ReadExtensionBlock(reader));
  ExtensionSet seen;
  MERLON_TRY(ParseExtensions(out.extensions, kNewSessionTicket, &out, &seen, nullptr));
  MERLON_TRY(CheckRequest(seen, ExtensionPlace::kNewSessionTicket));
  return out;
}

void NewSessionTicket::Encode(Writer& writer, const DecodeContext&) const {
  writer.Int<4>(lifetime);
  writer.Int<4>(age_add);
  WriteVector8(writer, nonce);
  WriteVector16(writer, ticket);
  WriteBlock(writer, extensions, kNewSessionTicket, this);
}

Result<KeyUpdate> KeyUpdate::Decode(Reader& reader, const DecodeContext&) {
  uint8_t request = 0;
  if (!reader.Int(&request)) return DecodeError();
  // "If an implementation receives any other value, it MUST terminate the connection with an
  // "illegal_parameter" alert" (RFC 9846 s4.6.3)
  if (request > 1) return IllegalParameter();
  KeyUpdate out;
  out.update_requested = request == 1;
  return out;
}

void KeyUpdate::Encode(Writer& writer, const DecodeContext&) const {
  writer.Int<1>(update_requested ? 1 : 0);
}

}  // namespace merlon::tls
