// SPDX-License-Identifier: Apache-2.0
// NIST PKITS 1.0.1: each certificate parses or is known not to; every test is run, with its CRLs
// and its policies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "x509/crl_source.h"
#include "x509/path_builder.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/vectors.h"

namespace merlon::x509 {
namespace {

using nlohmann::json;

const std::string kFolder = "boringssl/pki/testdata/nist-pkits/";

// What does not parse, and why.
const std::map<std::string, std::string> kUnparsed = {
    {"BadSignedCACert.crt", "its signature claims an unused bit"},
    {"InvalidDSASignatureTest6EE.crt", "its signature claims an unused bit"},
    {"MappingFromanyPolicyCACert.crt", "RFC 5280 s4.2.1.5: anyPolicy is not mapped"},
    {"MappingToanyPolicyCACert.crt", "RFC 5280 s4.2.1.5: anyPolicy is not mapped"},
    {"InvalidNegativeSerialNumberTest15EE.crt", "RFC 5280 s4.1.2.2: serial numbers are positive"},
};
// Verdicts that differ, and why.
const std::map<std::string, std::string> kDiffer = {
    {"4.1.4", "DSA is not supported"},
    {"4.1.5", "DSA is not supported"},
};

TEST(Pkits, CertificatesParse) {
  const std::vector<std::string> files = ListVectors(kFolder + "certs");
  if (files.empty()) GTEST_SKIP() << kNoVectors;
  size_t parsed = 0;
  for (const std::string& file : files) {
    const std::string der = *ReadVector(file);
    const Result<Certificate> certificate = Certificate::Parse(AsBytes(der));
    const std::string name = file.substr(file.rfind('/') + 1);
    EXPECT_EQ(certificate.ok(), !kUnparsed.contains(name))
        << name << " " << (certificate.ok() ? 0 : static_cast<int>(certificate.error().code));
    parsed += certificate.ok() ? 1 : 0;
  }
  EXPECT_EQ(parsed + kUnparsed.size(), 405u);
  std::cout << "PKITS: " << parsed << " certificates parsed, " << kUnparsed.size()
            << " refused as expected\n";
}

// The contents of the OBJECT IDENTIFIERs that PKITS names (its section 3).
Bytes PolicyOf(const std::string& name) {
  static const uint8_t any[] = {0x55, 0x1d, 0x20, 0x00};
  static const auto numbered = [] {
    std::array<std::array<uint8_t, 10>, 10> out{};
    for (uint8_t i = 0; i < 10; ++i) {
      out[i] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x02, 0x01, 0x30, i};
    }
    return out;
  }();
  return name == "anyPolicy" ? Bytes(any) : Bytes(numbered[name.back() - '0']);
}

// No code: it verifies.
Code Verify(const json& test) {
  std::vector<std::string> ders;
  for (const json& name : test["certs"]) {
    ders.push_back(*ReadVector(kFolder + "certs/" + name.get<std::string>() + ".crt"));
  }
  std::vector<Bytes> presented;  // the leaf is the last of the list, the anchor the first
  for (size_t i = ders.size() - 1; i > 0; --i) presented.push_back(AsBytes(ders[i]));
  const TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(AsBytes(ders[0]))};
  VerifyOptions options;
  options.now = std::chrono::sys_days(std::chrono::year(2011) / 4 / 15);
  options.drivers = PortableDrivers();
  std::vector<std::string> crl_ders;
  for (const json& name : test["crls"]) {
    crl_ders.push_back(*ReadVector(kFolder + "crls/" + name.get<std::string>() + ".crl"));
  }
  std::vector<Crl> crls;
  for (const std::string& der : crl_ders) {
    const Result<Crl> crl = Crl::Parse(AsBytes(der));
    if (crl.ok()) crls.push_back(*crl);
  }
  const CrlSource source(crls);
  const StatusSource* const sources[] = {&source};
  const Revocation revocation(sources);
  options.path_check = &revocation;
  std::vector<Bytes> policies;
  for (const json& policy : test["initial_policy_set"]) policies.push_back(PolicyOf(policy));
  options.policies = {.acceptable = policies,
                      .require_explicit = test["initial_explicit_policy"],
                      .inhibit_mapping = test["initial_policy_mapping_inhibit"],
                      .inhibit_any = test["initial_inhibit_any_policy"]};
  const Result<VerifiedChain> verified = VerifyChain({presented}, TrustAnchors(anchors), options);
  return verified.ok() ? Code{} : verified.error().code;
}

TEST(Pkits, ChainsGetTheirVerdict) {
  const std::optional<std::string> text = ReadVector(kFolder + "pkits_testcases.json");
  if (!text) GTEST_SKIP() << kNoVectors;
  std::map<std::string, int> ran;
  size_t total = 0;
  const json all = json::parse(*text);
  for (const json& test : all["tests"]) {
    const std::string number = test["test_number"];
    const Code code = Verify(test);
    const bool matches = (code == Code{}) == test["should_validate"].get<bool>();
    EXPECT_EQ(matches, !kDiffer.contains(number)) << test["title"] << " " << static_cast<int>(code);
    ++ran[number.substr(0, number.rfind('.'))];
    ++total;
  }
  for (const auto& [section, count] : ran) {
    std::cout << "PKITS " << section << ": " << count << " chains\n";
  }
  EXPECT_EQ(total, 249u);
}

}  // namespace
}  // namespace merlon::x509
