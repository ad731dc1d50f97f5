// SPDX-License-Identifier: Apache-2.0
// x509-limbo and BetterTLS: published chains, each with the verdict that it deserves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "x509/path_builder.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/vectors.h"

namespace merlon::x509 {
namespace {

using nlohmann::json;
using Der = std::vector<uint8_t>;

// Features of a case that are not built.
constexpr std::string_view kNotBuilt[] = {"has-crl"};

// Where the verdict differs, and why.
constexpr char kIssuersDuty[] =
    "RFC 5280 asks this of the issuing CA; validation (s6.1) does not look at it";
constexpr char kBrowserForum[] = "a rule of the CA/Browser Forum, not of RFC 5280";
constexpr char kPublicSuffix[] = "needs a list of public suffixes";
constexpr char kTlsKeyUsage[] =
    "RFC 9846 s4.4.2.2: a TLS leaf with keyUsage has digitalSignature; this one has not";
const std::map<std::string, std::string> kDiffer = {
    {"rfc5280::aki::leaf-missing-aki", kIssuersDuty},
    {"rfc5280::aki::cross-signed-root-missing-aki", kIssuersDuty},
    {"rfc5280::ski::root-missing-ski", kIssuersDuty},
    {"rfc5280::nc::permitted-dns-match-noncritical",
     "contradicts webpki::nc::permitted-dns-match-noncritical; the constraint is kept either way"},
    {"rfc5280::ca-as-leaf", kTlsKeyUsage},
    {"webpki::aki::root-with-aki-missing-keyidentifier", kBrowserForum},
    {"webpki::aki::root-with-aki-all-fields", kBrowserForum},
    {"webpki::aki::root-with-aki-ski-mismatch", kBrowserForum},
    {"webpki::cn::ipv4-hex-mismatch", kBrowserForum},
    {"webpki::cn::ipv4-leading-zeros-mismatch", kBrowserForum},
    {"webpki::cn::ipv6-uppercase-mismatch", kBrowserForum},
    {"webpki::cn::ipv6-uncompressed-mismatch", kBrowserForum},
    {"webpki::cn::punycode-not-in-san", kBrowserForum},
    {"webpki::cn::utf8-vs-punycode-mismatch", kBrowserForum},
    {"webpki::cn::case-mismatch", kBrowserForum},
    {"webpki::eku::ee-anyeku", kBrowserForum},
    {"webpki::eku::ee-without-eku", kBrowserForum},
    {"webpki::eku::root-has-eku", kBrowserForum},
    {"webpki::san::public-suffix-multi-label-wildcard-san", kPublicSuffix},
    {"webpki::san::public-suffix-private-namespace-wildcard-san", kPublicSuffix},
    {"webpki::san::san-critical-with-nonempty-subject", kBrowserForum},
    {"webpki::forbidden-rsa-not-divisible-by-8-in-root", kBrowserForum},
    {"webpki::ee-basicconstraints-ca", kBrowserForum},
};

UnixTime TimeOf(const json& time) {
  // Null means now; the certificates of such cases are valid from 1970 to 2969.
  if (time.is_null()) return std::chrono::sys_days(std::chrono::year(2026) / 7 / 1);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  EXPECT_EQ(sscanf(time.get<std::string>().c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour,
                   &minute, &second),
            6);
  return std::chrono::sys_days(std::chrono::year(year) / month / day) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

// A case's certificates, the leaf first, and its anchors.
struct Case {
  std::vector<Der> presented, trusted;
  explicit Case(const json& test) {
    Append(test["peer_certificate"], presented);
    for (const json& pem : test["untrusted_intermediates"]) Append(pem, presented);
    for (const json& pem : test["trusted_certs"]) Append(pem, trusted);
  }
  static void Append(const json& pem, std::vector<Der>& out) {
    for (Der& der : DerOf(pem.get<std::string>(), "CERTIFICATE")) out.push_back(std::move(der));
  }
};

// No code: it verifies.
Code Verify(const json& test) {
  const Case input(test);
  const std::vector<Bytes> chain(input.presented.begin(), input.presented.end());
  std::vector<TrustAnchor> anchors;
  for (const Der& der : input.trusted) {
    const Result<TrustAnchor> anchor = TrustAnchor::FromCertificate(der);
    if (anchor.ok()) anchors.push_back(*anchor);
  }
  VerifyOptions options;
  options.now = TimeOf(test["validation_time"]);
  options.drivers = PortableDrivers();
  const json& purposes = test["extended_key_usage"];
  if (test["validation_kind"] == "CLIENT" || (!purposes.empty() && purposes[0] == "clientAuth")) {
    options.purpose = KeyPurpose::kClientAuth;
  }
  if (test["max_chain_depth"].is_number()) options.max_path_length = test["max_chain_depth"];
  std::string name;
  if (!test["expected_peer_name"].is_null()) name = test["expected_peer_name"]["value"];
  options.server_name = name;
  const Result<VerifiedChain> verified = VerifyChain({chain}, TrustAnchors(anchors), options);
  return verified.ok() ? Code{} : verified.error().code;
}

bool NeedsWhatIsNotBuilt(const json& test) {
  for (const json& feature : test["features"]) {
    for (std::string_view missing : kNotBuilt) {
      if (feature == missing) return true;
    }
  }
  // Real chains with keys that no driver here verifies.
  if (test["expected_result"] != "SUCCESS") return false;
  const Case input(test);
  for (const std::vector<Der>* ders : {&input.presented, &input.trusted}) {
    for (const Der& der : *ders) {
      const Result<Certificate> parsed = Certificate::Parse(der);
      if (parsed.ok() && PortableDrivers().any_sign(parsed->public_key().type) == nullptr) {
        return true;
      }
    }
  }
  return false;
}

// Runs a file; checks each verdict, prints how many ran by category; gives their number.
size_t RunAll(const json& all, std::map<std::string, int>& differing) {
  std::map<std::string, int> ran;
  size_t total = 0, left_out = 0;
  for (const json& test : all["testcases"]) {
    const std::string id = test["id"];
    if (NeedsWhatIsNotBuilt(test)) {
      ++left_out;
      continue;
    }
    const Code code = Verify(test);
    const bool matches = (code == Code{}) == (test["expected_result"] == "SUCCESS");
    EXPECT_EQ(matches, !kDiffer.contains(id)) << id << " " << static_cast<int>(code);
    differing[id] += matches ? 0 : 1;
    ++ran[id.substr(0, id.rfind("::"))];
    ++total;
  }
  for (const auto& [category, count] : ran) std::cout << category << ": " << count << " ran\n";
  std::cout << total << " ran, " << left_out << " left out\n";
  return total;
}

TEST(Limbo, VerdictsMatch) {
  const std::optional<std::string> text = ReadVector("x509-limbo/limbo.json");
  if (!text) GTEST_SKIP() << kNoVectors;
  std::map<std::string, int> differing;
  EXPECT_EQ(RunAll(json::parse(*text), differing), 157u);
  for (const auto& [id, reason] : kDiffer) EXPECT_EQ(differing[id], 1) << id;
}

TEST(BetterTls, VerdictsMatch) {
  const std::optional<std::string> text = ReadVector("x509-limbo/limbo-bettertls.json");
  if (!text) GTEST_SKIP() << kNoVectors;
  std::map<std::string, int> differing;
  EXPECT_EQ(RunAll(json::parse(*text), differing), 565u);
}

}  // namespace
}  // namespace merlon::x509
