// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/sentences.h"

#include <arpa/inet.h>

#include <chrono>
#include <cstdio>

#include "io_adapters/text.h"
#include "tls/error.h"
#include "x509/general_name.h"
#include "x509/name.h"
#include "x509/oid.h"

namespace merlon::io {
namespace {

// IANA's names, in the builders' order of preference.
struct NamedSuite {
  uint16_t id;
  const char* name;
};
constexpr NamedSuite kSuites[] = {
    {tls::kTlsAes128GcmSha256, "TLS_AES_128_GCM_SHA256"},
    {tls::kTlsAes256GcmSha384, "TLS_AES_256_GCM_SHA384"},
    {tls::kTlsChaCha20Poly1305Sha256, "TLS_CHACHA20_POLY1305_SHA256"},
    {tls::kTlsAes128CcmSha256, "TLS_AES_128_CCM_SHA256"},
    {tls::kTlsAes128Ccm8Sha256, "TLS_AES_128_CCM_8_SHA256"},
    {tls::kTlsEcdheEcdsaAes128GcmSha256, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {tls::kTlsEcdheRsaAes128GcmSha256, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {tls::kTlsEcdheEcdsaAes256GcmSha384, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {tls::kTlsEcdheRsaAes256GcmSha384, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {tls::kTlsEcdheEcdsaChaCha20Poly1305Sha256, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {tls::kTlsEcdheRsaChaCha20Poly1305Sha256, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {tls::kTlsEcdhePskAes128GcmSha256, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256"},
    {tls::kTlsEcdhePskChaCha20Poly1305Sha256, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"},
    {tls::kTlsPskAes128GcmSha256, "TLS_PSK_WITH_AES_128_GCM_SHA256"},
    {tls::kTlsPskAes128Ccm8, "TLS_PSK_WITH_AES_128_CCM_8"},
};

std::string Printable(Bytes text) { return io::Printable(AsText(text)); }

template <class... Parts>
void AppendAll(std::string& out, const Parts&... parts) {
  (AppendTo(out, parts), ...);
}

std::string HexNumber(uint16_t number) {
  const uint8_t bytes[] = {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  return Cat("0x", ToHex(bytes));
}

// Without its full stop: more follows.
std::string Sentence(const tls::Explanation& explanation) {
  std::string_view sentence = explanation.sentence;
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  if (explanation.reference.empty()) return std::string(sentence);
  return Cat(sentence, " (", explanation.reference, ")");
}

std::string AlertWithNumber(Alert alert) {
  return Cat(tls::AlertName(alert), " (", static_cast<int>(alert), ")");
}

absl::StatusCode CodeOf(Error error) {
  switch (error.code) {
    case Code::kTruncatedByTransport:
      return absl::StatusCode::kDataLoss;
    case Code::kClosedByAlert:
      return absl::StatusCode::kAborted;
    case Code::kHandshakeTimeout:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      break;
  }
  if (error.origin != Origin::kPeer) return absl::StatusCode::kInternal;
  const int code = static_cast<int>(error.code);
  // A bad signature is one in the chain (kBadSignature) or in CertificateVerify.
  const bool about_identity = (code >= 200 && code < 300) || error.code == Code::kBadSignature ||
                              error.code == Code::kBadPeerSignature;
  return about_identity ? absl::StatusCode::kUnauthenticated : absl::StatusCode::kInvalidArgument;
}

std::string DescribeLeaf(const tls::VerifyChain& request, Error error) {
  if (request.chain_der.empty()) return "an empty Certificate message";
  const Result<x509::Certificate> leaf = x509::Certificate::Parse(request.chain_der[0]);
  if (!leaf.ok()) return "the first certificate of the chain";
  std::string out = DescribeCertificate(*leaf);
  if (error.code == Code::kNameMismatch) {
    AppendAll(out, "; wanted: ",
              request.server_name.empty() ? "a server name, and none was given"
                                          : Printable(AsBytes(request.server_name)));
  }
  return out;
}

std::string DescribeIp(Bytes address) {
  char text[INET6_ADDRSTRLEN] = {};
  const int family = address.size() == 4 ? AF_INET : AF_INET6;
  return inet_ntop(family, address.data(), text, sizeof(text)) == nullptr ? "?" : text;
}

}  // namespace

absl::Status ConnectionStatus(Error error, std::optional<Alert> peer_alert,
                              std::string_view about) {
  std::string text;
  if (error.code == Code::kClosedByAlert && peer_alert) {
    text = Cat("the peer ended the connection with alert ", AlertWithNumber(*peer_alert),
               " (RFC 9846 s6.2)");
  } else {
    text = Sentence(tls::Explain(error));
    if (error.alert != Alert::kNone) {
      AppendAll(text, "; alert sent: ", AlertWithNumber(error.alert));
    }
  }
  if (!about.empty()) AppendAll(text, "; about: ", about);
  return absl::Status(CodeOf(error), text);
}

std::string DescribeRefusal(const tls::Operation& request, Error error) {
  if (const auto* chain = std::get_if<tls::VerifyChain>(&request)) {
    return DescribeLeaf(*chain, error);
  }
  if (const auto* verify = std::get_if<tls::VerifySignature>(&request)) {
    return Cat("message CertificateVerify, signed with ", SchemeName(verify->scheme));
  }
  if (const auto* agree = std::get_if<tls::Agree>(&request)) {
    return Cat("the key share in message ServerHello, group ",
               GroupName(static_cast<uint16_t>(agree->group)));
  }
  if (const auto* agree = std::get_if<tls::Encapsulate>(&request)) {
    return Cat("a key share in message ClientHello, group ",
               GroupName(static_cast<uint16_t>(agree->group)));
  }
  return "";
}

std::string CommonName(Bytes name) {
  DerReader outer(name), rdns({});
  if (!outer.Sequence(&rdns)) return "(no name)";
  std::string first;
  while (!rdns.done()) {
    Bytes set;
    if (!rdns.Element(der::kSet, &set)) break;
    DerReader rdn(set);
    x509::NameAttribute attribute;
    while (x509::ReadNameAttribute(rdn, &attribute)) {
      if (attribute.type == Bytes(x509::oid::kCommonName)) return Printable(attribute.value);
      if (first.empty()) first = Printable(attribute.value);
    }
  }
  return first.empty() ? "(no name)" : first;
}

std::string DescribeNames(const x509::Certificate& certificate) {
  std::vector<std::string> names;
  DerReader reader(certificate.extensions().subject_alt_name);
  x509::GeneralName name;
  while (!reader.done() && x509::ReadGeneralName(reader, &name)) {
    if (name.type == x509::GeneralNameType::kDnsName) names.push_back(Printable(name.value));
    if (name.type == x509::GeneralNameType::kIpAddress) names.push_back(DescribeIp(name.value));
  }
  return Join(names, ", ");
}

std::string DescribeCertificate(const x509::Certificate& certificate) {
  const std::string names = DescribeNames(certificate);
  return Cat("certificate \"", CommonName(certificate.subject()), "\"",
             names.empty() ? "" : Cat(" for ", names), ", issued by \"",
             CommonName(certificate.issuer()), "\", valid from ",
             DescribeTime(certificate.validity().not_before), " to ",
             DescribeTime(certificate.validity().not_after));
}

std::string DescribeTime(UnixTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[64];
  snprintf(text, sizeof(text), "%04d-%02u-%02u %02d:%02d:%02d UTC", static_cast<int>(date.year()),
           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
           static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
           static_cast<int>(clock.seconds().count()));
  return text;
}

std::string VersionName(uint16_t wire) {
  switch (wire) {
    case 0x0304:
      return "TLS 1.3";
    case 0x0303:
      return "TLS 1.2";
    case 0xfefc:
      return "DTLS 1.3";
    case 0xfefd:
      return "DTLS 1.2";
    default:
      return Cat("version ", HexNumber(wire));
  }
}

std::string DescribeNegotiated(const tls::Negotiated& negotiated) {
  std::string out = VersionName(negotiated.version);
  if (negotiated.suite != nullptr) AppendAll(out, ", ", SuiteName(negotiated.suite->id));
  if (negotiated.group != nullptr) {
    AppendAll(out, ", ", GroupName(static_cast<uint16_t>(negotiated.group->id)));
  }
  switch (negotiated.authentication) {
    case tls::Authentication::kCertificate:
      if (negotiated.scheme != nullptr) {
        AppendAll(out, ", ", SchemeName(negotiated.scheme->id));
      }
      break;
    case tls::Authentication::kResumption:
      AppendAll(out, ", resumed");
      break;
    case tls::Authentication::kExternalPsk:
      AppendAll(out, ", external PSK");
      break;
    case tls::Authentication::kNone:
      break;
  }
  switch (negotiated.client_certificate) {
    case tls::ClientCertificate::kVerified:
      AppendAll(out, ", client certificate");
      if (negotiated.client_scheme != nullptr) {
        AppendAll(out, " with ", SchemeName(negotiated.client_scheme->id));
      }
      break;
    case tls::ClientCertificate::kNone:
      AppendAll(out, ", no client certificate");
      break;
    case tls::ClientCertificate::kNotRequested:
      break;
  }
  if (!negotiated.alpn.empty()) {
    AppendAll(out, ", ALPN ", Printable(AsBytes(negotiated.alpn)));
  }
  if (negotiated.retried) AppendAll(out, ", after a HelloRetryRequest");
  return out;
}

std::string GroupName(uint16_t iana) {
  switch (iana) {
    case 23:
      return "secp256r1";
    case 24:
      return "secp384r1";
    case 25:
      return "secp521r1";
    case 29:
      return "x25519";
    case 4588:
      return "X25519MLKEM768";
    default:
      return Cat("group ", iana);
  }
}

std::string SchemeName(uint16_t iana) {
  switch (iana) {
    case 0x0401:
      return "rsa_pkcs1_sha256";
    case 0x0501:
      return "rsa_pkcs1_sha384";
    case 0x0601:
      return "rsa_pkcs1_sha512";
    case 0x0403:
      return "ecdsa_secp256r1_sha256";
    case 0x0503:
      return "ecdsa_secp384r1_sha384";
    case 0x0603:
      return "ecdsa_secp521r1_sha512";
    case 0x0804:
      return "rsa_pss_rsae_sha256";
    case 0x0805:
      return "rsa_pss_rsae_sha384";
    case 0x0806:
      return "rsa_pss_rsae_sha512";
    case 0x0807:
      return "ed25519";
    case 0x0809:
      return "rsa_pss_pss_sha256";
    case 0x080a:
      return "rsa_pss_pss_sha384";
    case 0x080b:
      return "rsa_pss_pss_sha512";
    case 0x0904:
      return "mldsa44";
    case 0x0905:
      return "mldsa65";
    case 0x0906:
      return "mldsa87";
    default:
      return Cat("scheme ", HexNumber(iana));
  }
}

std::string SuiteName(uint16_t iana) {
  for (const NamedSuite& suite : kSuites) {
    if (suite.id == iana) return suite.name;
  }
  return Cat("suite ", HexNumber(iana));
}

const std::vector<std::string>& SuiteNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const NamedSuite& suite : kSuites) out.emplace_back(suite.name);
    return out;
  }();
  return names;
}

std::optional<uint16_t> SuiteByName(std::string_view name) {
  for (const NamedSuite& suite : kSuites) {
    if (name == suite.name) return suite.id;
  }
  return std::nullopt;
}

}  // namespace merlon::io
