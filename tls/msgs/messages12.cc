// SPDX-License-Identifier: Apache-2.0
#include "tls/msgs/messages12.h"

#include "tls/ext/extension_body.h"

namespace merlon::tls {
namespace {

constexpr uint8_t kNamedCurve = 3;  // ECCurveType (RFC 8422 s5.4)

// A vector of non-empty vectors, each behind a length of kLengthBytes.
template <size_t kLengthBytes>
bool IsListOfVectors(Bytes list) {
  Bytes entry;
  for (Reader reader(list); !reader.done();) {
    if (!reader.Prefixed<kLengthBytes>(&entry) || entry.empty()) return false;
  }
  return true;
}

}  // namespace

Result<HelloRequest> HelloRequest::Decode(Reader&, const DecodeContext&) { return HelloRequest(); }
void HelloRequest::Encode(Writer&, const DecodeContext&) const {}

Result<HelloVerifyRequest> HelloVerifyRequest::Decode(Reader& reader, const DecodeContext&) {
  HelloVerifyRequest out;
  if (!reader.Int(&out.server_version) || !reader.Prefixed<1>(&out.cookie)) return DecodeError();
  return out;
}
void HelloVerifyRequest::Encode(Writer& writer, const DecodeContext&) const {
  writer.Int<2>(server_version);
  writer.Prefixed<1>([&] { writer.Raw(cookie); });
}

Result<Certificate12> Certificate12::Decode(Reader& reader, const DecodeContext&) {
  Certificate12 out;
  // ASN.1Cert certificate_list<0..2^24-1>, each <1..2^24-1> (RFC 5246 s7.4.2)
  if (!reader.Prefixed<3>(&out.list) || !IsListOfVectors<3>(out.list)) return DecodeError();
  return out;
}
void Certificate12::Encode(Writer& writer, const DecodeContext&) const {
  writer.Prefixed<3>([&] { writer.Raw(list); });
}
bool NextCertificate12(Reader& list, Bytes* der) { return list.Prefixed<3>(der); }

Result<CertificateStatus12> CertificateStatus12::Decode(Reader& reader, const DecodeContext&) {
  Bytes body;
  if (!reader.Take(reader.rest().size(), &body)) return DecodeError();
  MERLON_ASSIGN_OR_RETURN(const Bytes response, ParseCertificateStatus(body));
  return CertificateStatus12{response};
}
void CertificateStatus12::Encode(Writer& writer, const DecodeContext&) const {
  WriteCertificateStatus(writer, ocsp_response);
}

Result<ServerKeyExchange> ServerKeyExchange::Decode(Reader& reader, const DecodeContext&) {
  ServerKeyExchange out{reader.rest()};
  Bytes all;
  if (!reader.Take(out.body.size(), &all)) return DecodeError();
  return out;
}
void ServerKeyExchange::Encode(Writer& writer, const DecodeContext&) const { writer.Raw(body); }

Result<EcdheParams> ReadEcdheParams(Reader& reader) {
  const Bytes from = reader.rest();
  EcdheParams out;
  uint8_t curve_type = 0;
  if (!reader.Int(&curve_type)) return DecodeError();
  // RFC 8422 s5.4: explicit_prime and explicit_char2 are deprecated; "only value named_curve MUST
  // be used".
  if (curve_type != kNamedCurve) return IllegalParameter();
  if (!reader.Int(&out.group) || !reader.Prefixed<1>(&out.point) || out.point.empty()) {
    return DecodeError();
  }
  out.raw = Slice(from, 0, from.size() - reader.rest().size());
  return out;
}
void WriteEcdheParams(Writer& writer, uint16_t group, Bytes point) {
  writer.Int<1>(kNamedCurve);
  writer.Int<2>(group);
  writer.Prefixed<1>([&] { writer.Raw(point); });
}

Result<CertificateRequest12> CertificateRequest12::Decode(Reader& reader, const DecodeContext&) {
  CertificateRequest12 out;
  Bytes schemes;
  // RFC 5246 s7.4.4: certificate_types<1..2^8-1>, supported_signature_algorithms<2..2^16-2>,
  // certificate_authorities<0..2^16-1>, each DistinguishedName<1..2^16-1>.
  if (!reader.Prefixed<1>(&out.certificate_types) || out.certificate_types.empty() ||
      !reader.Prefixed<2>(&schemes) || schemes.empty() || schemes.size() % 2 != 0 ||
      !reader.Prefixed<2>(&out.authorities) || !IsListOfVectors<2>(out.authorities)) {
    return DecodeError();
  }
  out.schemes = U16List(schemes);
  return out;
}
void CertificateRequest12::Encode(Writer& writer, const DecodeContext&) const {
  writer.Prefixed<1>([&] { writer.Raw(certificate_types); });
  writer.Prefixed<2>([&] { writer.Raw(schemes.raw()); });
  writer.Prefixed<2>([&] { writer.Raw(authorities); });
}

Result<ServerHelloDone> ServerHelloDone::Decode(Reader&, const DecodeContext&) {
  return ServerHelloDone();
}
void ServerHelloDone::Encode(Writer&, const DecodeContext&) const {}

Result<ClientKeyExchange> ClientKeyExchange::Decode(Reader& reader, const DecodeContext&) {
  ClientKeyExchange out{reader.rest()};
  Bytes all;
  if (!reader.Take(out.body.size(), &all)) return DecodeError();
  return out;
}
void ClientKeyExchange::Encode(Writer& writer, const DecodeContext&) const { writer.Raw(body); }

Result<NewSessionTicket12> NewSessionTicket12::Decode(Reader& reader, const DecodeContext&) {
  NewSessionTicket12 out;
  if (!reader.Int(&out.lifetime_hint) || !reader.Prefixed<2>(&out.ticket)) return DecodeError();
  return out;
}
void NewSessionTicket12::Encode(Writer& writer, const DecodeContext&) const {
  writer.Int<4>(lifetime_hint);
  writer.Prefixed<2>([&] { writer.Raw(ticket); });
}

}  // namespace merlon::tls
