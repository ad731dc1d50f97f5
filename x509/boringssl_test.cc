// SPDX-License-Identifier: Apache-2.0
// BoringSSL's chains (pki/testdata/verify_certificate_chain_unittest), each with the errors that it
// finds, and its CRLs and OCSP responses. An anchor is a name and a key, or bound by its
// certificate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "x509/crl_source.h"
#include "x509/ocsp.h"
#include "x509/path_builder.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/vectors.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

const std::string kFolder = "boringssl/pki/testdata/verify_certificate_chain_unittest";

// Verdicts that differ, and why.
constexpr char kAnchors[] = "an anchor that comes as a certificate is held to it";
constexpr char kKeyUsage[] = "RFC 9846 s4.4.2.2: a TLS leaf with keyUsage has digitalSignature";
const std::map<std::string, std::string> kDiffer = {
    {"expired-root/not-after-ta-with-constraints.test", kAnchors},
    {"root-lacks-basic-constraints/ta-with-constraints.test", kAnchors},
    {"issuer-and-subject-not-byte-for-byte-equal/anchor.test", "signed with SHA-1"},
    {"issuer-and-subject-not-byte-for-byte-equal/target.test", "signed with SHA-1"},
    {"many-names/ok-all-types.test", "its URI constraints are URIs, not host names (s4.2.1.10)"},
    {"intermediate-eku-server-gated-crypto/sha1-eku-any.test", "signed with SHA-1"},
    {"root-eku-clientauth/serverauth-ta-with-expiration.test", kAnchors},
    {"root-lacks-basic-constraints/ta-with-require-basic-constraints.test", kAnchors},
    {"target-and-intermediate/trusted_leaf-root.test", "an anchor is one at any height"},
    {"target-has-keycertsign-but-not-ca/main.test", "RFC 5280 s4.2.1.9 forbids it"},
    {"target-has-pathlen-but-not-ca/main.test", "RFC 5280 s4.2.1.9 forbids it"},
    {"target-msapplicationpolicies-and-eku/main.test", "a critical extension of Microsoft's"},
    {"target-not-end-entity/main.test", kKeyUsage},
    {"target-serverauth-various-keyusages/ec-decipherOnly.test", kKeyUsage},
    {"target-serverauth-various-keyusages/ec-keyAgreement.test", kKeyUsage},
    {"target-serverauth-various-keyusages/ec-keyEncipherment.test", kKeyUsage},
    {"target-serverauth-various-keyusages/rsa-decipherOnly.test", kKeyUsage},
    {"target-serverauth-various-keyusages/rsa-keyAgreement.test", kKeyUsage},
    {"target-serverauth-various-keyusages/rsa-keyEncipherment.test", kKeyUsage},
};

// "key: value" of a test file.
std::string Value(const std::string& text, const std::string& key) {
  const size_t at = text.find("\n" + key + ": ");
  if (at == text.npos) return "";
  const size_t start = at + key.size() + 3;
  return text.substr(start, text.find('\n', start) - start);
}

UnixTime TimeOf(const std::string& text) {
  const std::string utc = text == "DEFAULT" ? "211005120000Z" : text;
  std::vector<uint8_t> der = {der::kUtcTime, static_cast<uint8_t>(utc.size())};
  der.insert(der.end(), utc.begin(), utc.end());
  DerReader reader{Bytes(der)};
  UnixTime time{};
  EXPECT_TRUE(ReadTime(reader, &time)) << text;
  return time;
}

// The rest are purposes of Chromium's own (STRICT, MLS, C2PA), and anchors that are none.
bool IsRun(const std::string& text) {
  const std::string purpose = Value(text, "key_purpose"), trust = Value(text, "last_cert_trust");
  return (purpose == "SERVER_AUTH" || purpose == "CLIENT_AUTH" || purpose == "ANY_EKU") &&
         (trust == "TRUSTED_ANCHOR" || trust == "TRUSTED_ANCHOR_OR_LEAF" ||
          trust == "TRUSTED_LEAF" || trust.starts_with("TRUSTED_ANCHOR_WITH_"));
}

// No code: it verifies.
Code Verify(const std::string& text, const std::string& pem) {
  const std::vector<std::vector<uint8_t>> ders = DerOf(pem, "CERTIFICATE");
  const Result<Certificate> last = Certificate::Parse(ders.back());
  EXPECT_TRUE(last.ok());
  if (!last.ok()) return last.error().code;
  // A leaf that is trusted is an anchor for itself.
  const bool constrained = Value(text, "last_cert_trust") != "TRUSTED_ANCHOR";
  const TrustAnchor anchors[] = {
      constrained ? TrustAnchor(*last)
                  : *TrustAnchor::FromKey(last->subject(), last->public_key().der)};
  std::vector<Bytes> presented(ders.begin(), ders.end());
  if (presented.size() > 1) presented.pop_back();
  VerifyOptions options;
  options.drivers = PortableDrivers();
  options.now = TimeOf(Value(text, "utc_time"));
  if (Value(text, "key_purpose") == "CLIENT_AUTH") options.purpose = KeyPurpose::kClientAuth;
  if (Value(text, "key_purpose") == "ANY_EKU") options.purpose = KeyPurpose::kNone;
  const Result<VerifiedChain> verified = VerifyChain({presented}, TrustAnchors(anchors), options);
  return verified.ok() ? Code{} : verified.error().code;
}

TEST(BoringSsl, ChainsGetTheirVerdict) {
  const std::vector<std::string> folders = ListVectorFolders(kFolder);
  if (folders.empty()) GTEST_SKIP() << kNoVectors;
  size_t ran = 0, left_out = 0;
  for (const std::string& folder : folders) {
    for (const std::string& file : ListVectors(folder)) {
      if (!file.ends_with(".test")) continue;
      const std::string text = "\n" + *ReadVector(file), id = file.substr(kFolder.size() + 1);
      if (!IsRun(text)) {
        ++left_out;
        continue;
      }
      const std::optional<std::string> pem = ReadVector(folder + "/" + Value(text, "chain"));
      ASSERT_TRUE(pem) << id;
      const Code code = Verify(text, *pem);
      const bool expected = text.find("ERROR:") == text.npos;
      EXPECT_EQ((code == Code{}) == expected, !kDiffer.contains(id))
          << id << " " << static_cast<int>(code);
      ++ran;
    }
  }
  std::cout << "BoringSSL: " << ran << " chains, " << left_out << " left out\n";
  EXPECT_EQ(ran, 151u);
}

// These files have RSA keys of 1024 bits, which no driver takes.
// A folder's files of one certificate, its issuer's (the anchor), perhaps another of that name, and
// what tells the status. The name begins with the verdict.
struct StatusCase {
  std::vector<std::vector<uint8_t>> leaf, ca, other, told;
  explicit StatusCase(const std::string& pem, std::string_view told_label)
      : leaf(DerOf(pem, "CERTIFICATE")),
        ca(DerOf(pem, "CA CERTIFICATE")),
        other(DerOf(pem, "CA CERTIFICATE 2")),
        told(DerOf(pem, told_label)) {}
  // No code: it is good. The chain is not looked at: these CAs may not issue certificates.
  Code Ask(UnixTime now, const StatusSource& source) const {
    const Result<Certificate> certificate = Certificate::Parse(leaf.at(0));
    const Result<TrustAnchor> anchor = TrustAnchor::FromCertificate(ca.at(0));
    if (!certificate.ok() || !anchor.ok()) return Code::kRevocationUnknown;
    std::vector<Bytes> presented = {leaf.at(0)};
    presented.insert(presented.end(), other.begin(), other.end());
    const StatusSource* const sources[] = {&source};
    const Revocation revocation(sources);
    VerifyOptions options;
    options.drivers = CredulousDrivers();
    options.now = now;
    options.min_rsa_bits = 1024;
    WorkBudget budget;
    size_t culprit;
    const Result<void> checked =
        revocation.Check({absl::Span<const Certificate>(&*certificate, 1), &*anchor, presented},
                         options, &budget, &culprit);
    return checked.ok() ? Code{} : checked.error().code;
  }
};

constexpr char kCredulous[] = "its signature is not looked at here";
const std::map<std::string, std::string> kCrlsDiffer = {
    {"bad_crldp_has_crlissuer.pem", "s6.3.3: an issuer's CRL that no point names counts too"},
    {"bad_idp_indirectcrl.pem", "indirect CRLs are processed"},
    {"bad_key_rollover_signature.pem", kCredulous},
    {"bad_signature.pem", kCredulous},
    {"bad_thisupdate_too_old.pem", "a CRL counts until its nextUpdate"},
    {"invalid_idp_onlycontainsusercerts_v1_leaf.pem",
     "s6.3.3 (b)(2)(ii): without cA it is in scope"},
    {"invalid_key_rollover_issuer_keyusage_no_crlsign.pem", kCredulous},
};

TEST(BoringSsl, CrlsTellTheirStatus) {
  const std::vector<std::string> files = ListVectors("boringssl/pki/testdata/crl_unittest");
  if (files.empty()) GTEST_SKIP() << kNoVectors;
  size_t ran = 0;
  for (const std::string& file : files) {
    if (!file.ends_with(".pem")) continue;
    const StatusCase test(*ReadVector(file), "CRL");
    const std::string name = file.substr(file.rfind('/') + 1);
    std::vector<Crl> crls;
    for (const auto& der : test.told) {
      const Result<Crl> crl = Crl::Parse(der);
      if (crl.ok()) crls.push_back(*crl);
    }
    const Code code =
        test.Ask(std::chrono::sys_days(std::chrono::year(2017) / 3 / 9), CrlSource(crls));
    const Code expected = name.starts_with("good")      ? Code{}
                          : name.starts_with("revoked") ? Code::kRevoked
                                                        : Code::kRevocationUnknown;
    EXPECT_EQ(code == expected, !kCrlsDiffer.contains(name))
        << name << " " << static_cast<int>(code);
    ++ran;
  }
  EXPECT_EQ(ran, 66u);
}

// pki/testdata/verify_unittest: a leaf with ML-DSA-44 below an intermediate with ML-DSA-65 below a
// root with ML-DSA-87.
TEST(BoringSsl, AChainOfMlDsaVerifies) {
  std::string chain;
  for (const char* name : {"leaf", "intermediate", "root"}) {
    const auto pem =
        ReadVector("boringssl/pki/testdata/verify_unittest/mldsa-" + std::string(name) + ".pem");
    if (!pem) GTEST_SKIP() << kNoVectors;
    chain += *pem;
  }
  EXPECT_EQ(Verify("\nutc_time: 260406120000Z\n", chain), Code{});
  std::string changed = chain;  // the signature of the leaf, which is the end of its block
  const size_t at = changed.find("-----END") - 40;
  changed[at] = changed[at] == 'A' ? 'B' : 'A';
  EXPECT_EQ(Verify("\nutc_time: 260406120000Z\n", changed), Code::kBadSignature);
}

// Their CertIDs are by SHA-1, and their keys too short: what is looked at is how they parse.
constexpr char kMalformed[] = "malformed, as its name says";
constexpr char kCritical[] = "a critical extension that is not processed";
const std::map<std::string, std::string> kOcspRefused = {
    {"bad_ocsp_type.pem", kMalformed},
    {"bad_status.pem", kMalformed},
    {"good_response_invalid_serial.pem", "its serial number is negative"},
    {"has_critical_ct_extension.pem", kCritical},
    {"has_critical_response_extension.pem", kCritical},
    {"has_critical_single_extension.pem", kCritical},
    {"invalid_response.pem", kMalformed},
    {"invalid_response_data.pem", kMalformed},
    {"missing_response.pem", "it is about no certificate"},
    {"no_response.pem", "successful, and without a response"},
};

TEST(BoringSsl, OcspResponsesParse) {
  const std::vector<std::string> files = ListVectors("boringssl/pki/testdata/ocsp_unittest");
  if (files.empty()) GTEST_SKIP() << kNoVectors;
  size_t ran = 0;
  for (const std::string& file : files) {
    if (!file.ends_with(".pem")) continue;
    const std::string name = file.substr(file.rfind('/') + 1);
    for (const auto& der : DerOf(*ReadVector(file), "OCSP RESPONSE")) {
      const Result<OcspResponse> response = OcspResponse::Parse(der);
      EXPECT_EQ(response.ok(), !kOcspRefused.contains(name))
          << name << " " << (response.ok() ? 0 : static_cast<int>(response.error().code));
      ++ran;
    }
  }
  EXPECT_EQ(ran, 36u);
}

}  // namespace
}  // namespace merlon::x509
