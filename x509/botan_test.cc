// SPDX-License-Identifier: Apache-2.0
// Botan's X.509 data (src/tests/data/x509): chains with the verdict that it reaches, CRLs,
// requests, OCSP responses, names. Where ours is another, the reason stands in a table here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

#include "crypto/legacy/sha1.h"
#include "x509/crl_source.h"
#include "x509/name.h"
#include "x509/name_constraints.h"
#include "x509/ocsp.h"
#include "x509/path_builder.h"
#include "x509/request.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/vectors.h"

namespace merlon::x509 {
namespace {

using Der = std::vector<uint8_t>;
using std::chrono::year;

const std::string kFolder = "botan/x509/";
constexpr char kRoot[] = "root.pem";

std::string In(const std::string& folder, const std::string& file) {
  return kFolder + folder + "/" + file;
}

UnixTime Day(int y, unsigned month, unsigned day) {
  return std::chrono::sys_days(year(y) / static_cast<int>(month) / static_cast<int>(day));
}

// The certificates (CRLs, requests) of a file, which is PEM or DER.
std::vector<Der> Ders(const std::string& path, std::string_view label = "CERTIFICATE") {
  const std::optional<std::string> text = ReadVector(path);
  if (!text) return {};
  std::vector<Der> out = DerOf(*text, label);
  if (out.empty()) out.emplace_back(text->begin(), text->end());
  return out;
}

// "name:verdict" of each line, or with another delimiter.
std::map<std::string, std::string> Expected(const std::string& path, char delimiter = ':') {
  std::map<std::string, std::string> out;
  std::istringstream lines(ReadVector(kFolder + path).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const size_t at = line.find(delimiter);
    if (!line.starts_with('#') && at != line.npos) out[line.substr(0, at)] = line.substr(at + 1);
  }
  return out;
}

struct Chain {
  std::vector<Der> presented, trusted, crls;
  VerifyOptions options;
  Chain(UnixTime now, std::vector<Der> presented, std::vector<Der> trusted)
      : presented(std::move(presented)), trusted(std::move(trusted)) {
    options.now = now;
    options.drivers = PortableDrivers();
    options.purpose = KeyPurpose::kNone;
    options.leaf_usage = KeyUsage(0);
  }
  // No code: it verifies.
  Code Verify(bool with_crls = false) const {
    std::vector<TrustAnchor> anchors;
    for (const Der& der : trusted) {
      const Result<TrustAnchor> anchor = TrustAnchor::FromCertificate(der);
      if (!anchor.ok()) return anchor.error().code;
      anchors.push_back(*anchor);
    }
    std::vector<Crl> parsed;
    for (const Der& der : crls) {
      const Result<Crl> crl = Crl::Parse(der);
      if (crl.ok()) parsed.push_back(*crl);
    }
    const CrlSource source(parsed);
    const StatusSource* const sources[] = {&source};
    const Revocation revocation(sources);
    VerifyOptions with = options;
    if (with_crls) with.path_check = &revocation;
    const std::vector<Bytes> chain(presented.begin(), presented.end());
    const Result<VerifiedChain> verified = VerifyChain({chain}, TrustAnchors(anchors), with);
    return verified.ok() ? Code{} : verified.error().code;
  }
};

// Verdicts of one suite: compares, counts, and says at the end whether all that was said to differ
// does.
class Suite {
 public:
  explicit Suite(std::map<std::string, std::string> differ) : differ_(std::move(differ)) {}
  void Case(const std::string& id, Code ours, bool accepted) {
    ++ran_;
    const bool differs = (ours == Code{}) != accepted;
    differing_ += differs ? 1 : 0;
    EXPECT_EQ(differs, differ_.contains(id)) << id << " " << static_cast<int>(ours);
  }
  size_t Finish(const char* name) const {
    std::cout << "Botan, " << name << ": " << ran_ << " ran, " << differing_
              << " differ as listed\n";
    EXPECT_EQ(differing_, differ_.size());
    return ran_;
  }

 private:
  std::map<std::string, std::string> differ_;
  size_t ran_ = 0, differing_ = 0;
};

constexpr char kLeadingDot[] = "RFC 5280 s4.2.1.10: a DNS name's constraint has no leading dot";
constexpr char kCommonName[] =
    "RFC 9525 s2: a common name is no identity, so nothing constrains it";
constexpr char kFormAbsent[] = "RFC 5280 s4.2.1.10: refused where a name of that form appears";
constexpr char kEmptyBase[] = "the Baseline Requirements' form for all names of a kind";
constexpr char kUtf8Ascii[] = "RFC 9598 s6: a constraint on one mailbox binds that mailbox";
const std::map<std::string, std::string> kConstraintsDiffer = {
    {"dn-bmp-string-attribute-valid-rfc5280", "a BMPString is equal octet by octet or not at all"},
    {"dn-multi-ava-rdn-set-non-canonical-order-invalid-rfc5280",
     "the attributes of an RDN are compared as a set, in whatever order they stand"},
    {"dns-cn-fallback-multiple-cn-one-outside-invalid", kCommonName},
    {"dns-constraint-ignored-for-cn-when-dns-san-present-valid", kLeadingDot},
    {"dns-excluded-mixed-case-cn-invalid", kCommonName},
    {"dns-leading-dot-excluded-apex-valid", kLeadingDot},
    {"dns-leading-dot-subdomain-valid", kLeadingDot},
    {"edi-party-name-constraint-rejected", kFormAbsent},
    {"empty-dns-permitted-allows-anything-valid", kEmptyBase},
    {"empty-email-permitted-allows-anything-invalid", kEmptyBase},
    {"general-name-empty-context-tag-invalid", kEmptyBase},
    {"ip-cn-fallback-outside-permit-invalid", kCommonName},
    {"ip-mapped-v6-in-v4-excluded-invalid",
     "RFC 5280 s4.2.1.10: IPv4 ranges are of IPv4 addresses"},
    {"name-constraints-explicit-minimum-zero-valid", "X.690 s11.5: a default is not encoded"},
    {"non-hostname-cn-no-san-excluded-dns-valid", kLeadingDot},
    {"non-hostname-cn-no-san-permitted-dns-valid", kLeadingDot},
    {"othername-san-with-noncritical-unknown-constraint-invalid",
     "a constraint that is not understood is refused, critical or not"},
    {"smtp-utf8-rfc822-mailbox-permit-strict-9549-exact-valid", kUtf8Ascii},
    {"smtp-utf8-san-excluded-mailbox-diff-local-invalid", kUtf8Ascii},
    {"unsupported-critical-constraint-name-form-absent-valid", kFormAbsent},
    {"wildcard-cn-exclude-miss-valid", kLeadingDot},
    {"wildcard-cn-permit-match-valid", kLeadingDot},
    {"wildcard-permitted-inside-subtree-valid", kLeadingDot},
    {"x400-address-constraint-rejected", kFormAbsent},
};

TEST(Botan, NameConstraints) {
  const auto expected = Expected("name_constraints/expected.txt");
  if (expected.empty()) GTEST_SKIP() << kNoVectors;
  Suite suite(kConstraintsDiffer);
  const std::vector<Der> root = Ders(In("name_constraints", kRoot));
  for (const auto& [id, verdict] : expected) {
    const Chain chain(Day(2026, 6, 1), Ders(In("name_constraints", id + ".pem")), root);
    suite.Case(id, chain.Verify(), verdict == "Verified");
  }
  EXPECT_EQ(suite.Finish("name constraints"), 299u);
}

// These are signed with SHA-1 by keys of 1024 bits. Here they say that it was SHA-256, and each
// signature is good: their rules are what is looked at.
TEST(Botan, X509Test) {
  const auto expected = Expected("x509test/expected.txt");
  if (expected.empty()) GTEST_SKIP() << kNoVectors;
  constexpr char kNameless[] = "RFC 9525 s2: without a subjectAltName it is for nobody";
  Suite suite({{"ValidCert.pem", kNameless},
               {"ValidChained.pem", kNameless},
               {"ValidIntCALen.pem", kNameless},
               {"ValidNameConstraint.pem", kLeadingDot},
               {"ValidWildcard.pem", kNameless}});
  const auto renamed = [](std::vector<Der> ders) {
    constexpr uint8_t kSha1[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5};
    for (Der& der : ders) {
      auto at = der.begin();
      while ((at = std::search(at, der.end(), std::begin(kSha1), std::end(kSha1))) != der.end()) {
        at[8] = 11;  // sha256WithRSAEncryption
      }
    }
    return ders;
  };
  for (const auto& [id, verdict] : expected) {
    Chain chain(Day(2016, 10, 21), Ders(In("x509test", id)), Ders(In("x509test", kRoot)));
    EXPECT_NE(chain.Verify(), Code{}) << id;
    chain.presented = renamed(chain.presented);
    chain.trusted = renamed(chain.trusted);
    chain.options.drivers = CredulousDrivers();
    chain.options.min_rsa_bits = 1024;
    chain.options.purpose = KeyPurpose::kServerAuth;
    chain.options.server_name = "www.tls.test";
    suite.Case(id, chain.Verify(), verdict == "Verified");
  }
  EXPECT_EQ(suite.Finish("x509test"), 37u);
}

TEST(Botan, Bsi) {
  const auto expected = Expected("bsi/expected.txt", '$');
  if (expected.empty()) GTEST_SKIP() << kNoVectors;
  Suite suite({{"CRL_13", "RFC 5280 s6.3.3: a CRL counts whose point is its issuer's own name"},
               {"common_06", "RFC 5280 s4.1.2.2: serial numbers are positive"}});
  for (const auto& [id, verdict] : expected) {
    Chain chain(Day(2017, 8, 19), {}, {});
    std::vector<Der> others;
    for (const std::string& file : ListVectors(In("bsi", id))) {
      if (!file.ends_with(".crt")) continue;
      std::vector<Der>& into = file.find(".TA.") != file.npos   ? chain.trusted
                               : file.find(".TC.") != file.npos ? chain.presented
                                                                : others;
      for (Der& der : Ders(file)) into.push_back(std::move(der));
    }
    for (Der& der : others) chain.presented.push_back(std::move(der));
    for (const std::string& file : ListVectors(In("bsi", id + "/crls"))) {
      for (Der& der : Ders(file, "X509 CRL")) chain.crls.push_back(std::move(der));
    }
    const Code code = chain.Verify(/*with_crls=*/id.starts_with("CRL"));
    suite.Case(id, code, verdict == "Verified" || verdict.starts_with("Warning"));
    // In CRL_10 the serial number is negative, which is said first.
    EXPECT_EQ(code == Code::kRevoked, verdict == "Certificate is revoked" && id != "CRL_10") << id;
  }
  EXPECT_EQ(suite.Finish("BSI"), 54u);
}

// A PSS signature of a certificate by its root, or itself; of a CRL; of a request.
TEST(Botan, Pss) {
  const auto expected = Expected("pss_certs/expected.txt");
  if (expected.empty()) GTEST_SKIP() << kNoVectors;
  std::map<std::string, std::string> differ;
  for (const char* id :
       {"01",  "02",  "83",  "100", "101", "102", "103", "104", "105", "106", "107",
        "108", "110", "111", "112", "113", "114", "115", "116", "117", "118"}) {
    differ[id] = "SHA-1 or SHA-224, or a salt of another length than the hash (RFC 9846 s4.2.3)";
  }
  Suite suite(differ);
  for (const auto& [id, verdict] : expected) {
    const std::string folder = In("pss_certs", id);
    std::string crl, csr;
    for (const std::string& file : ListVectors(folder)) {
      if (file.ends_with(".crl")) crl = file;
      if (file.ends_with(".csr")) csr = file;
    }
    const std::vector<Der> end = Ders(folder + "/end.crt"),
                           root = Ders(In("pss_certs/" + id, "root.crt"));
    const auto signed_by = [](const auto& object, const PublicKeyInfo& key) {
      const Result<void> checked = CheckSignature(object.signature_algorithm(), object.tbs(),
                                                  object.signature(), key, PortableDrivers());
      return checked.ok() ? Code{} : checked.error().code;
    };
    Code code = Code::kInternal;
    if (!csr.empty()) {
      const std::vector<Der> der = Ders(csr, "CERTIFICATE REQUEST");
      const Result<Request> request = Request::Parse(der.at(0));
      const Result<void> good =
          request.ok() ? request->CheckSignature(PortableDrivers()) : request.error();
      code = good.ok() ? Code{} : good.error().code;
    } else if (!crl.empty()) {
      const std::vector<Der> der = Ders(crl, "X509 CRL");
      const Result<Crl> parsed = Crl::Parse(der.at(0));
      const Result<Certificate> ca = Certificate::Parse(root.at(0));
      code = !parsed.ok() ? parsed.error().code
             : !ca.ok()   ? ca.error().code
                          : signed_by(*parsed, ca->public_key());
    } else {
      const Result<Certificate> leaf = Certificate::Parse(end.at(0));
      const Result<Certificate> ca = Certificate::Parse(root.empty() ? end.at(0) : root.at(0));
      code = !leaf.ok() ? leaf.error().code
             : !ca.ok() ? ca.error().code
                        : signed_by(*leaf, ca->public_key());
    }
    suite.Case(id, code, verdict == "Verified");
  }
  EXPECT_EQ(suite.Finish("PSS"), 118u);
}

// Chains without a list of verdicts: what Botan's tests say of them.
TEST(Botan, SingleChains) {
  struct Single {
    const char* folder;
    std::vector<const char*> presented, trusted;
    UnixTime now;
    Code code;
  };
  const UnixTime y2026 = Day(2026, 6, 1), y2021 = Day(2021, 5, 8);
  const Single singles[] = {
      {"short_lived", {"leaf.pem", "int.pem"}, {"root.pem"}, Day(2026, 3, 24), {}},
      {"short_lived", {"leaf.pem", "int.pem"}, {"root.pem"}, Day(2026, 3, 25), Code::kExpired},
      {"v2-in-v1", {"leaf.pem", "int.pem"}, {"root.pem"}, Day(2020, 1, 1), Code::kBadCertificate},
      {"future_dates", {"leaf.pem"}, {"ca.pem"}, Day(2981, 6, 1), {}},
      {"future_dates", {"leaf.pem"}, {"ca.pem"}, y2026, Code::kNotYetValid},
      // RFC 6960 s4.2.2.2.1 gives id-pkix-ocsp-nocheck no meaning here, and forbids it nowhere.
      {"invalid_ocsp_nocheck", {"leaf.pem"}, {"root.pem"}, y2026, {}},
      // CVE-2020-0601: a curve by its parameters, with a base point of the forger's.
      {"cve-2020-0601", {"ee.pem", "fake_ca.pem"}, {"ca.pem"}, Day(2020, 2, 1), Code::kBadKey},
      {"serial_numbers", {"pos255.pem"}, {"ca.pem"}, Day(2026, 8, 1), {}},
      {"serial_numbers", {"neg255.pem"}, {"ca.pem"}, Day(2026, 8, 1), Code::kBadDer},
      {"serial_numbers", {"twenty_octets.pem"}, {"ca.pem"}, Day(2026, 8, 1), {}},
      {"serial_numbers",
       {"twentyone_octets.pem"},
       {"ca.pem"},
       Day(2026, 8, 1),
       Code::kBadCertificate},
      {"serial_numbers", {"zero.pem"}, {"ca.pem"}, Day(2026, 8, 1), Code::kBadCertificate},
      {"misc/name_constraint_ci", {"leaf.pem", "int.pem"}, {"root.pem"}, y2021, {}},
      // A leaf of version 1.
      {"misc/nc_skip_self", {"leaf.pem", "int.pem"}, {"root.pem"}, y2021, Code::kBadCertificate},
      {"misc/v1ca", {"ee.pem", "int.pem"}, {"root.pem"}, Day(2019, 4, 20), {}},
      {"misc/v1ca", {"ee.pem", "int.pem", "root.pem"}, {}, Day(2019, 4, 20), Code::kNotACa},
      {"misc/root_cert_time_check", {"leaf.crt"}, {"root.crt"}, Day(2025, 1, 1), {}},
      {"misc/root_cert_time_check", {"leaf.crt"}, {"root.crt"}, Day(2031, 1, 1), Code::kExpired},
      {"misc/root_cert_time_check",
       {"leaf.crt"},
       {"root.crt"},
       Day(2019, 1, 1),
       Code::kNotYetValid},
      {"misc/root_cert_time_check", {"leaf.crt"}, {"root.crt"}, Day(2029, 1, 1), Code::kExpired},
      {"misc/root_cert_time_check",
       {"leaf.crt"},
       {"root.crt"},
       Day(2021, 1, 1),
       Code::kNotYetValid},
      {"extended/01", {"end.crt"}, {"int.crt", "root.crt"}, Day(2017, 9, 1), {}},
      {"cross_signed_mesh",
       {"leaf.pem", "int_a1.pem", "cross_b_by_a.pem", "cross_a_by_c.pem", "cross_b_by_c.pem",
        "cross_c_by_b.pem", "cross_c_by_a.pem", "cross_a_by_b.pem"},
       {"root_a.pem"},
       y2026,
       {}},
      {"cross_signed_mesh",
       {"leaf.pem", "int_a1.pem", "cross_b_by_a.pem", "cross_a_by_c.pem", "cross_b_by_c.pem",
        "cross_c_by_b.pem", "cross_c_by_a.pem", "cross_a_by_b.pem"},
       {},
       y2026,
       Code::kUnknownIssuer},
  };
  if (Ders(kFolder + "v2-in-v1/leaf.pem").empty()) GTEST_SKIP() << kNoVectors;
  for (const Single& single : singles) {
    const auto load = [&](const std::vector<const char*>& names) {
      std::vector<Der> out;
      for (const char* name : names) {
        for (Der& der : Ders(kFolder + single.folder + "/" + name)) out.push_back(std::move(der));
      }
      return out;
    };
    const Chain chain(single.now, load(single.presented), load(single.trusted));
    EXPECT_EQ(chain.presented.size(), single.presented.size()) << single.folder;
    EXPECT_EQ(chain.Verify(), single.code) << single.folder << " " << single.presented[0];
  }
}

// Seven leaves below intermediates of one name, of which one is right for each.
TEST(Botan, PathBuilding) {
  const auto expected = Expected("path_building/expected.txt");
  if (expected.empty()) GTEST_SKIP() << kNoVectors;
  Suite suite({});
  for (const auto& [id, verdict] : expected) {
    Chain chain(Day(2026, 6, 1), Ders(In("path_building", id)), Ders(In("path_building", kRoot)));
    for (const std::string& file : ListVectors(kFolder + "path_building")) {
      if (file.find("/level") == file.npos) continue;
      for (Der& der : Ders(file)) chain.presented.push_back(std::move(der));
    }
    suite.Case(id, chain.Verify(), verdict == "Verified");
  }
  EXPECT_EQ(suite.Finish("path building"), 7u);
}

// Responses about the first of `certificates`, which the second issued.
TEST(Botan, OcspResponses) {
  const struct {
    const char* response;
    std::vector<const char*> certificates;  // up to the anchor
    UnixTime now;
    Code code;
  } cases[] = {
      {"mychain_ocsp_for_ee", {"mychain_ee", "mychain_int"}, Day(2022, 9, 30), {}},
      {"mychain_ocsp_for_ee",
       {"mychain_ee", "mychain_int"},
       Day(2022, 11, 1),
       Code::kRevocationUnknown},
      {"mychain_ocsp_for_ee_delegate_signed", {"mychain_ee", "mychain_int"}, Day(2022, 9, 30), {}},
      {"mychain_ocsp_for_ee_delegate_signed_malformed",
       {"mychain_ee", "mychain_int"},
       Day(2022, 9, 30),
       Code::kRevocationUnknown},
      // RFC 6960 s4.2.2.2: the issuer, or whom it names; not its issuer.
      {"mychain_ocsp_for_ee_root_signed",
       {"mychain_ee", "mychain_int", "mychain_root"},
       Day(2022, 9, 30),
       Code::kRevocationUnknown},
      // A CA that speaks of itself.
      {"mychain_ocsp_for_int_self_signed",
       {"mychain_int", "mychain_root"},
       Day(2022, 9, 30),
       Code::kRevocationUnknown},
      {"randombit_ocsp", {"randombit", "letsencrypt"}, Day(2016, 11, 19), {}},
      {"randombit_ocsp_forged_revoked",
       {"randombit", "letsencrypt"},
       Day(2016, 11, 19),
       Code::kRevocationUnknown},
      {"randombit_ocsp_forged_valid",
       {"randombit", "letsencrypt"},
       Day(2016, 11, 19),
       Code::kRevocationUnknown},
      {"randombit_ocsp_forged_valid_nocerts",
       {"randombit", "letsencrypt"},
       Day(2016, 11, 19),
       Code::kRevocationUnknown},
      {"bdr-ocsp-resp", {"bdr", "bdr-int"}, Day(2022, 9, 20), {}},
      {"bdr-int-ocsp-resp", {"bdr-int", "bdr-root"}, Day(2022, 9, 20), {}},
      {"mldsa_ocsp", {"mldsa_ee", "mldsa_root"}, Day(2026, 9, 1), {}},
  };
  if (Ders(kFolder + "ocsp/bdr.pem").empty()) GTEST_SKIP() << kNoVectors;
  for (const auto& test : cases) {
    std::vector<Der> ders;
    for (const char* name : test.certificates) {
      ders.push_back(Ders(kFolder + "ocsp/" + name + ".pem").at(0));
    }
    const std::string der =
        ReadVector(kFolder + "ocsp/" + test.response + std::string(".der")).value_or("");
    const Result<OcspResponse> response = OcspResponse::Parse(AsBytes(der));
    Chain chain(test.now, {ders.begin(), ders.end() - 1}, {ders.back()});
    Code code = Code::kRevocationUnknown;
    if (response.ok()) {
      const OcspSource source({&*response, 1}, {.sha1 = &crypto::kPortableSha1});
      const StatusSource* const sources[] = {&source};
      const Revocation revocation(sources, {.leaf_only = true});
      chain.options.path_check = &revocation;
      code = chain.Verify();
    }
    EXPECT_EQ(code, test.code) << test.response;
  }
}

// "Key = value" lines behind "[section]".
void EachVector(const std::string& path,
                const std::function<void(const std::string& section,
                                         const std::vector<std::string>& values)>& run) {
  std::istringstream lines(ReadVector(kFolder + path).value_or(""));
  std::string section;
  std::vector<std::string> values;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) section = line;
    const size_t at = line.find(" =");
    if (line.starts_with('#') || at == line.npos) continue;
    values.push_back(line.substr(std::min(line.size(), at + 3)));
    if (values.size() < 2) continue;
    run(section, values);
    values.clear();
  }
}

Der Tlv(uint8_t tag, const Der& contents) {
  Der out = {tag, static_cast<uint8_t>(contents.size())};
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

// DER of what these files call `CN="a",O="b"`.
Der NameOf(const std::string& text) {
  const std::map<std::string, uint8_t> types = {{"CN", 3}, {"C", 6}, {"O", 10}};
  Der rdns;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const size_t at = part.find("=\"");
    Der attribute = {6, 3, 0x55, 4, types.at(part.substr(0, at))};
    const std::string value = part.substr(at + 2, part.size() - at - 3);
    const Der string = Tlv(0x0c, Der(value.begin(), value.end()));
    attribute.insert(attribute.end(), string.begin(), string.end());
    const Der rdn = Tlv(0x31, Tlv(0x30, attribute));
    rdns.insert(rdns.end(), rdn.begin(), rdn.end());
  }
  return Tlv(0x30, rdns);
}

TEST(Botan, NamesAndRanges) {
  size_t names = 0, ranges = 0;
  EachVector("x509_dn_ordering.vec", [&](const auto& section, const auto& values) {
    const Der a = NameOf(values[0]), b = NameOf(values[1]);
    EXPECT_EQ(NamesEqual(a, b), section == "[Equal]") << values[0] << " " << values[1];
    EXPECT_EQ(NameHash(a) == NameHash(b), NamesEqual(a, b)) << values[0] << " " << values[1];
    ++names;
  });
  EachVector("general_name_ip.vec", [&](const auto& section, const auto& values) {
    const Der range = crypto::testing::FromHex(values[0] + values[1]);
    const Der constraints = Tlv(0x30, Tlv(0xa0, Tlv(0x30, Tlv(0x87, range))));
    EXPECT_EQ(NameConstraints::Parse(constraints).ok(), section == "[Valid]") << values[1];
    ++ranges;
  });
  if (names == 0) GTEST_SKIP() << kNoVectors;
  EXPECT_EQ(names, 29u);
  EXPECT_EQ(ranges, 19u);
}

}  // namespace
}  // namespace merlon::x509
