// SPDX-License-Identifier: Apache-2.0
// merlon cert csr, sign, crl, ocsp: what a CA and those who ask it write.
#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <memory>

#include "crypto/bound_key.h"
#include "io_adapters/cli/cert_commands.h"
#include "io_adapters/cli/cert_facts.h"
#include "io_adapters/credentials.h"
#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "io_adapters/transport.h"
#include "tls/error.h"
#include "x509/ip_address.h"
#include "x509/oid.h"
#include "x509/status_writer.h"

namespace merlon::cli {
namespace {

using io::Cat;

absl::StatusOr<crypto::BoundSigningKey> Bind(io::ProcessCrypto& crypto, crypto::KeyHandle key) {
  const Result<crypto::KeyAttributes> attributes = crypto.keys().Attributes(key);
  if (!attributes.ok()) return Failed("the key", attributes.error());
  const auto signer =
      crypto::BoundSigningKey::Bind(crypto.keys(), key, io::AlgorithmOf(attributes->type));
  if (!signer.ok()) return Failed("the key", signer.error());
  return *signer;
}

// The CA of --ca and --ca-key.
struct Authority {
  std::string der;  // its certificate, which `certificate` borrows
  x509::Certificate certificate;
  crypto::BoundSigningKey signer;
};
absl::StatusOr<std::unique_ptr<Authority>> LoadAuthority(io::ProcessCrypto& crypto,
                                                         const Arguments& arguments) {
  auto issuer = LoadIssuer(crypto, arguments);
  if (!issuer.ok()) return issuer.status();
  const auto signer = Bind(crypto, issuer->key);
  if (!signer.ok()) return signer.status();
  auto out = std::make_unique<Authority>(
      Authority{std::move(issuer->certificate_der), x509::Certificate(), *signer});
  const auto certificate = x509::Certificate::Parse(AsBytes(out->der));
  if (!certificate.ok()) return Failed("the CA's certificate", certificate.error());
  out->certificate = *certificate;
  return out;
}

int Write(const Arguments& arguments, std::string_view label, std::string& der,
          const Result<size_t>& size) {
  if (!size.ok()) return Complain(kUsage, Failed(label, size.error()));
  der.resize(*size);
  const absl::Status written = io::WriteFile(arguments.Value("out"), ToPem(label, der), false);
  if (!written.ok()) return Complain(kUsage, written);
  TellWritten(arguments, label, der);
  return kDone;
}

// Parts of a list of names by their kind; they point into it.
struct Names {
  std::vector<std::string> all;
  std::deque<x509::IpAddress> addresses;
  std::vector<std::string_view> dns, emails;
  std::vector<Bytes> ip;
};
void Sort(Names& names) {
  for (const std::string& name : names.all) {
    if (const auto address = x509::ParseIpAddress(name)) {
      names.ip.push_back(names.addresses.emplace_back(*address).view());
    } else if (name.find('@') != name.npos) {
      names.emails.push_back(name);
    } else {
      names.dns.push_back(name);
    }
  }
}

std::vector<std::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// The fields that both ends know: the request is granted its names, purposes and must-staple.
x509::CertificateSpec Granted(const x509::Request& request) {
  x509::CertificateSpec spec;
  spec.subject_name = request.subject();
  spec.public_key = request.public_key().der;
  spec.subject_alt_name = request.extensions().subject_alt_name;
  spec.must_staple = request.extensions().must_staple;
  return spec;
}

std::vector<uint8_t> FromHex(std::string_view hex) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    uint8_t byte = 0;
    const char* const end = hex.data() + i + 2;
    if (std::from_chars(hex.data() + i, end, byte, 16).ptr != end) return {};
    out.push_back(byte);
  }
  const auto first = std::find_if(out.begin(), out.end(), [](uint8_t b) { return b != 0; });
  out.erase(out.begin(), first);
  return hex.size() % 2 == 0 ? out : std::vector<uint8_t>();
}

// A reason in the words of `show`, with hyphens.
absl::StatusOr<x509::CrlReason> ReasonOf(std::string words) {
  std::replace(words.begin(), words.end(), '-', ' ');
  for (uint8_t i = 1; i <= 10; ++i) {
    const auto known = static_cast<x509::CrlReason>(i);
    if (i != 7 && ReasonText(known) == words) return known;
  }
  return absl::InvalidArgumentError(Cat("no reason: ", words));
}

// One to revoke: "SERIAL" in hexadecimal, or "SERIAL:reason" with the words of `show` and hyphens.
absl::StatusOr<x509::CrlEntry> EntryOf(const std::string& text,
                                       std::deque<std::vector<uint8_t>>& kept, UnixTime now) {
  const size_t colon = text.find(':');
  x509::CrlEntry entry;
  entry.serial = kept.emplace_back(FromHex(text.substr(0, colon)));
  entry.date = now;
  if (entry.serial.empty()) return absl::InvalidArgumentError(Cat("no serial number: ", text));
  if (colon == text.npos) return entry;
  const auto reason = ReasonOf(text.substr(colon + 1));
  if (!reason.ok()) return reason.status();
  entry.reason = *reason;
  return entry;
}

}  // namespace

int CertRequest(const Arguments& arguments) {
  if (arguments.Value("out").empty()) return Complain(kUsage, "--out is needed");
  if (arguments.Has("key") == arguments.Has("key-out")) {
    return Complain(kUsage, "one of --key and --key-out is needed");
  }
  io::ProcessCrypto crypto;
  const auto key =
      arguments.Has("key") ? LoadKey(crypto, arguments, "key") : MakeKey(crypto, arguments);
  if (!key.ok()) return Complain(kUsage, key.status());
  const auto public_key = io::PublicKeyInfoOf(crypto.keys(), *key);
  if (!public_key.ok()) return Complain(kUsage, public_key.status());
  const auto signer = Bind(crypto, *key);
  if (!signer.ok()) return Complain(kUsage, signer.status());
  Names names;
  names.all = arguments.List("names");
  Sort(names);
  const std::string common_name = arguments.Value("cn", names.all.empty() ? "" : names.all.front());
  x509::CertificateSpec spec;
  spec.subject = common_name;
  spec.public_key = AsBytes(*public_key);
  spec.dns_names = names.dns;
  spec.ip_addresses = names.ip;
  spec.emails = names.emails;
  spec.must_staple = arguments.Has("must-staple");
  std::string der(16384, '\0');
  return Write(arguments, "CERTIFICATE REQUEST", der,
               x509::WriteRequest(spec, *signer, crypto.context().rng, Room(der)));
}

int CertSign(const Arguments& arguments) {
  if (arguments.Value("out").empty()) return Complain(kUsage, "--out is needed");
  const auto days = arguments.Number("days", 365, 1, 36500);
  if (!days.ok()) return Complain(kUsage, days.status());
  const auto content = io::ReadFile(arguments.Value("csr"));
  if (!content.ok()) return Complain(kUsage, content.status());
  const std::vector<std::string> blocks = DerBlocks(*content, "CERTIFICATE REQUEST");
  if (blocks.size() != 1)
    return Complain(kUsage, "--csr holds no certification request, or several");
  const auto request = x509::Request::Parse(AsBytes(blocks[0]));
  if (!request.ok()) return Complain(kUsage, Failed("the request", request.error()));
  io::ProcessCrypto crypto;
  // RFC 2986 s3: only who has the key gets a certificate for it.
  const auto possession = request->CheckSignature(crypto.context().drivers);
  if (!possession.ok()) return Complain(kTls, Failed("the request", possession.error()));
  const auto loaded = LoadAuthority(crypto, arguments);
  if (!loaded.ok()) return Complain(kUsage, loaded.status());
  const Authority& ca = **loaded;

  std::array<uint8_t, 16> serial;
  crypto::Context context = crypto.context();
  if (!context.rng.Fill(MutableBytes(serial)).ok()) return Complain(kUsage, "no randomness");
  serial[0] = static_cast<uint8_t>((serial[0] & 0x7f) | 0x40);  // positive, and always 16 octets
  const crypto::HashAlgorithm& sha256 = *context.drivers.hash(crypto::HashId::kSha256);
  const auto key_id = x509::KeyIdentifier(sha256, request->public_key().der);
  if (!key_id.ok()) return Complain(kUsage, Failed("a key identifier", key_id.error()));
  const std::vector<std::string> crl_urls = arguments.List("crl-url"),
                                 ocsp_urls = arguments.List("ocsp-url");
  const std::vector<std::string_view> crls = Views(crl_urls), responders = Views(ocsp_urls);
  const UnixTime now = io::SystemNow().wall;
  x509::CertificateSpec spec = Granted(*request);
  spec.serial = Bytes(serial);
  spec.issuer = ca.certificate.subject();
  spec.not_before = now - std::chrono::days(1);
  spec.not_after = now + std::chrono::days(*days);
  spec.ca = arguments.Has("is-ca");
  if (!spec.ca) spec.purposes = x509::KeyPurpose::kServerAuth | x509::KeyPurpose::kClientAuth;
  spec.crl_urls = crls;
  spec.ocsp_urls = responders;
  spec.subject_key_id = key_id->view();
  spec.authority_key_id = ca.certificate.extensions().subject_key_id;
  std::string der(16384, '\0');
  return Write(arguments, "CERTIFICATE", der,
               x509::WriteCertificate(spec, ca.signer, context.rng, Room(der)));
}

int CertCrl(const Arguments& arguments) {
  if (arguments.Value("out").empty()) return Complain(kUsage, "--out is needed");
  const auto days = arguments.Number("days", 7, 1, 3650);
  if (!days.ok()) return Complain(kUsage, days.status());
  auto number = arguments.Number("number", 1, 1, 1 << 30);
  if (!number.ok()) return Complain(kUsage, number.status());
  io::ProcessCrypto crypto;
  const auto loaded = LoadAuthority(crypto, arguments);
  if (!loaded.ok()) return Complain(kUsage, loaded.status());
  const Authority& ca = **loaded;
  const UnixTime now = io::SystemNow().wall;
  std::deque<std::vector<uint8_t>> kept;
  std::vector<x509::CrlEntry> entries;
  for (const std::string& text : arguments.List("revoke")) {
    const auto entry = EntryOf(text, kept, now);
    if (!entry.ok()) return Complain(kUsage, entry.status());
    entries.push_back(*entry);
  }
  const uint8_t number_octets[] = {
      static_cast<uint8_t>(*number >> 24), static_cast<uint8_t>(*number >> 16),
      static_cast<uint8_t>(*number >> 8), static_cast<uint8_t>(*number)};
  x509::CrlSpec spec;
  spec.issuer = ca.certificate.subject();
  spec.this_update = now;
  spec.next_update = now + std::chrono::days(*days);
  spec.number = number_octets;
  spec.authority_key_id = ca.certificate.extensions().subject_key_id;
  spec.entries = entries;
  std::string der(8192 + entries.size() * 80, '\0');
  return Write(arguments, "X509 CRL", der,
               x509::WriteCrl(spec, ca.signer, crypto.context().rng, Room(der)));
}

int CertOcsp(const Arguments& arguments) {
  if (arguments.Value("out").empty()) return Complain(kUsage, "--out is needed");
  const auto days = arguments.Number("days", 7, 1, 365);
  if (!days.ok()) return Complain(kUsage, days.status());
  const auto chain = io::ReadCertificates(arguments.words()[1]);
  if (!chain.ok()) return Complain(kUsage, chain.status());
  const auto subject = x509::Certificate::Parse(AsBytes(chain->front()));
  if (!subject.ok()) return Complain(kUsage, Failed("the certificate", subject.error()));
  io::ProcessCrypto crypto;
  const auto loaded = LoadAuthority(crypto, arguments);
  if (!loaded.ok()) return Complain(kUsage, loaded.status());
  const Authority& ca = **loaded;
  const crypto::HashAlgorithm& sha256 = *crypto.context().drivers.hash(crypto::HashId::kSha256);
  const crypto::Digest name = crypto::HashOf(sha256, ca.certificate.subject()),
                       key = crypto::HashOf(sha256, ca.certificate.public_key().key);
  const UnixTime now = io::SystemNow().wall;
  x509::OcspSingleResponse single = {
      .id = {x509::oid::kSha256, name.view(), key.view(), subject->serial()},
      .status = x509::CertificateStatus::kGood,
      .revoked_at = now,
      .this_update = now,
      .next_update = now + std::chrono::days(*days)};
  if (arguments.Has("revoked")) {
    const auto reason = ReasonOf(arguments.Value("revoked"));
    if (!reason.ok()) return Complain(kUsage, reason.status());
    single.status = x509::CertificateStatus::kRevoked;
    single.reason = *reason;
  }
  const x509::OcspResponseSpec spec = {
      .responder_name = ca.certificate.subject(), .produced_at = now, .responses = {&single, 1}};
  std::string der(16384, '\0');
  const auto size = x509::WriteOcspResponse(spec, ca.signer, crypto.context().rng, Room(der));
  if (!size.ok()) return Complain(kUsage, Failed("the response", size.error()));
  der.resize(*size);
  const absl::Status written = io::WriteFile(arguments.Value("out"), der, false);
  if (!written.ok()) return Complain(kUsage, written);
  TellWritten(arguments, "OCSP response", der);
  return kDone;
}

}  // namespace merlon::cli
