// SPDX-License-Identifier: Apache-2.0
// merlon cert verify: a chain against roots, and why it fails in one sentence.
#include <charconv>
#include <cstdio>
#include <deque>

#include "crypto/drivers/portable/sha256.h"
#include "crypto/legacy/sha1.h"
#include "io_adapters/cli/cert_commands.h"
#include "io_adapters/cli/cert_facts.h"
#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "io_adapters/transport.h"
#include "io_adapters/trust.h"
#include "tls/error.h"
#include "x509/crl_source.h"
#include "x509/locations.h"
#include "x509/ocsp.h"
#include "x509/path_builder.h"
#include "x509/pins.h"

namespace merlon::cli {
namespace {

using io::Cat;

// What tells of revocation, with what it is made of.
struct Told {
  std::deque<std::string> ders;
  std::vector<x509::Crl> crls;
  std::vector<x509::OcspResponse> responses;
};

absl::Status LoadTold(const Arguments& arguments, Told& told) {
  for (const std::string& path : arguments.List("crl")) {
    const auto content = io::ReadFile(path);
    if (!content.ok()) return content.status();
    std::vector<std::string> ders = DerBlocks(*content, "X509 CRL");
    if (ders.empty()) ders.push_back(*content);
    for (std::string& der : ders) {
      const auto crl = x509::Crl::Parse(AsBytes(told.ders.emplace_back(std::move(der))));
      if (!crl.ok()) return Failed(path, crl.error());
      told.crls.push_back(*crl);
    }
  }
  for (const std::string& path : arguments.List("ocsp")) {
    auto content = io::ReadFile(path);
    if (!content.ok()) return content.status();
    const auto response =
        x509::OcspResponse::Parse(AsBytes(told.ders.emplace_back(*std::move(content))));
    if (!response.ok()) return Failed(path, response.error());
    told.responses.push_back(*response);
  }
  return absl::OkStatus();
}

// "2026-11-23", at midnight UTC.
absl::StatusOr<UnixTime> TimeOf(const Arguments& arguments) {
  if (!arguments.Has("at")) return io::SystemNow().wall;
  int year = 0;
  unsigned month = 0, day = 0;
  char behind;
  const std::string text = arguments.Value("at");
  const bool read = sscanf(text.c_str(), "%d-%u-%u%c", &year, &month, &day, &behind) == 3;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!read || !date.ok()) return absl::InvalidArgumentError("--at takes a date, as 2026-11-23");
  return std::chrono::sys_days(date);
}

absl::Status ReadOptions(const Arguments& arguments, x509::VerifyOptions& options) {
  const auto time = TimeOf(arguments);
  if (!time.ok()) return time.status();
  options.now = *time;
  const std::string purpose = arguments.Value("purpose", "server");
  const std::string profile = arguments.Value("profile", "none");
  if (purpose == "client") {
    options.purpose = x509::KeyPurpose::kClientAuth;
  } else if (purpose == "any") {
    options.purpose = x509::KeyPurpose::kNone;
    options.leaf_usage = x509::KeyUsage(0);
  } else if (purpose != "server") {
    return absl::InvalidArgumentError("--purpose is server, client or any");
  }
  if (profile == "webpki") {
    options.profile = &x509::kWebPkiProfile;
  } else if (profile == "rfc5280") {
    options.profile = &x509::kRfc5280Profile;
  } else if (profile != "none") {
    return absl::InvalidArgumentError("--profile is none, webpki or rfc5280");
  }
  return absl::OkStatus();
}

// What each option asks for, and how that looks.
struct Asked {
  const char* option;
  x509::IdentityType type;
  const char* shape;
};
constexpr Asked kAsked[] = {
    {"uri", x509::IdentityType::kUri, "a URI with a host, as https://example.com"},
    {"srv", x509::IdentityType::kSrv, "a service and a domain, as _imaps.example.com"},
    {"email", x509::IdentityType::kEmail, "a mailbox, as me@example.com"}};

// Who the leaf is to be; any of them will do. The text of each is in `names`.
absl::Status ReadIdentities(const Arguments& arguments, std::deque<std::string>& names,
                            std::vector<x509::ReferenceIdentity>& identities) {
  for (const Asked& asked : kAsked) {
    for (std::string& name : arguments.List(asked.option)) {
      identities.push_back({asked.type, names.emplace_back(std::move(name))});
      if (x509::IsIdentity(identities.back())) continue;
      return absl::InvalidArgumentError(
          Cat("--", asked.option, " takes ", asked.shape, ", not ", names.back()));
    }
  }
  return absl::OkStatus();
}

// SHA-256 of SubjectPublicKeyInfos, in hexadecimal as `cert show` has them.
absl::Status ReadPins(const Arguments& arguments, std::vector<x509::SpkiPin>& pins) {
  for (const std::string& hex : arguments.List("pin")) {
    x509::SpkiPin& pin = pins.emplace_back();
    bool good = hex.size() == 2 * pin.size();
    for (size_t i = 0; good && i < pin.size(); ++i) {
      const char* const end = hex.data() + 2 * i + 2;
      good = std::from_chars(end - 2, end, pin[i], 16).ptr == end;
    }
    if (!good) return absl::InvalidArgumentError("--pin takes 64 hexadecimal digits");
  }
  return absl::OkStatus();
}

// "certificate 2, CN=Example": of those presented, else of the roots.
std::string Culprit(const std::vector<Bytes>& presented, Bytes der) {
  std::string which = "a root";
  for (size_t i = 0; i < presented.size(); ++i) {
    if (presented[i] == der) which = Cat("certificate ", i + 1);
  }
  const Result<x509::Certificate> certificate = x509::Certificate::Parse(der);
  return certificate.ok() ? Cat(which, ", ", NameText(certificate->subject())) : which;
}

// Where its issuer's certificate may be, by what it says itself; nothing is fetched.
std::string IssuerLocation(Bytes der) {
  const Result<x509::Certificate> certificate = x509::Certificate::Parse(der);
  if (!certificate.ok()) return "";
  x509::Locations locations(certificate->extensions());
  for (x509::Location location; locations.Next(&location);) {
    if (location.kind == x509::LocationKind::kIssuer) return io::Printable(location.uri);
  }
  return "";
}

int Report(const Arguments& arguments, const std::vector<Bytes>& presented,
           const Result<x509::VerifiedChain>& chain, const x509::Diagnosis& diagnosis) {
  const bool json = arguments.Has("json");
  if (chain.ok()) {
    const std::string anchor = NameText(chain->anchor->subject());
    printf(json ? "{\"verified\":true,\"certificates\":%zu,\"root\":%s}\n"
                : "verified: %zu certificates below the root %s\n",
           chain->length, json ? JsonString(anchor).c_str() : anchor.c_str());
    return kDone;
  }
  const tls::Explanation why = tls::Explain(chain.error());
  const std::string culprit = Culprit(presented, diagnosis.certificate);
  const std::string where =
      diagnosis.error.code == Code::kUnknownIssuer ? IssuerLocation(diagnosis.certificate) : "";
  if (json) {
    printf("{\"verified\":false,\"about\":%s,\"rule\":%s,\"reference\":%s%s%s}\n",
           JsonString(culprit).c_str(), JsonString(why.sentence).c_str(),
           JsonString(why.reference).c_str(),
           where.empty() ? "" : ",\"issuer_at\":", where.empty() ? "" : JsonString(where).c_str());
    return kTls;
  }
  std::string_view sentence = why.sentence;
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  printf("not verified: %s: %s (%s%s).\n", culprit.c_str(), std::string(sentence).c_str(),
         std::string(why.reference).c_str(),
         where.empty() ? "" : Cat("; its issuer's certificate may be at ", where).c_str());
  return kTls;
}

}  // namespace

int CertVerify(const Arguments& arguments) {
  std::vector<std::string> ders;
  std::vector<std::string> files = {arguments.words()[1]};
  for (std::string& more : arguments.List("chain")) files.push_back(std::move(more));
  for (const std::string& path : files) {
    auto certificates = io::ReadCertificates(path);
    if (!certificates.ok()) return Complain(kUsage, certificates.status());
    for (std::string& der : *certificates) ders.push_back(std::move(der));
  }
  const auto roots = io::TrustSnapshot::Load(arguments.Value("roots", io::kSystemCaFile));
  if (!roots.ok()) return Complain(kUsage, roots.status());
  Told told;
  if (auto s = LoadTold(arguments, told); !s.ok()) return Complain(kUsage, s);
  x509::VerifyOptions options;
  if (auto s = ReadOptions(arguments, options); !s.ok()) return Complain(kUsage, s);
  io::ProcessCrypto crypto;
  options.drivers = crypto.context().drivers;
  const std::string name = arguments.Value("name");
  options.server_name = name;
  std::deque<std::string> names;
  std::vector<x509::ReferenceIdentity> identities;
  if (auto s = ReadIdentities(arguments, names, identities); !s.ok()) return Complain(kUsage, s);
  options.identities = identities;
  // SHA-1 names certificates in responses; it signs nothing.
  const x509::OcspSource ocsp(told.responses, {.sha1 = &crypto::kPortableSha1});
  const x509::CrlSource crls(told.crls);
  const x509::StatusSource* const sources[] = {&ocsp, &crls};
  const x509::Revocation revocation(sources, {.hard_fail = arguments.Has("hard-fail")});
  std::vector<x509::SpkiPin> pins;
  if (auto s = ReadPins(arguments, pins); !s.ok()) return Complain(kUsage, s);
  const x509::RequirePin pinned(pins, crypto::kPortableSha256, &revocation);
  options.path_check = pins.empty() ? static_cast<const x509::PathCheck*>(&revocation) : &pinned;
  const std::vector<Bytes> presented = [&] {
    std::vector<Bytes> out;
    for (const std::string& der : ders) out.push_back(AsBytes(der));
    return out;
  }();
  x509::Diagnosis diagnosis;
  const auto chain = x509::VerifyChain({presented}, **roots, options, &diagnosis);
  return Report(arguments, presented, chain, diagnosis);
}

}  // namespace merlon::cli
