// SPDX-License-Identifier: Apache-2.0
// NIST PKITS 1.0.1: each certificate parses or is known not to; the sections about signatures,
// validity, names, constraints and usages are verified. Revocation and policies are not processed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

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
    {"InvalidNegativeSerialNumberTest15EE.crt", "RFC 5280 s4.1.2.2: serial numbers are positive"},
};
// Verdicts that differ, and why.
const std::map<std::string, std::string> kDiffer = {
    {"4.1.4", "DSA is not supported"},
    {"4.1.5", "DSA is not supported"},
    {"4.5.2", "revoked; revocation is not processed"},
    {"4.5.5", "revoked; revocation is not processed"},
    {"4.5.7", "revoked; revocation is not processed"},
    {"4.7.4", "its CRL cannot be verified; revocation is not processed"},
    {"4.7.5", "its CRL cannot be verified; revocation is not processed"},
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

// Revocation (4.4, 4.14, 4.15) and policies (4.8 to 4.12) are left out.
bool IsRun(const std::string& number) {
  for (const char* section : {"4.1.", "4.2.", "4.3.", "4.5.", "4.6.", "4.7.", "4.13.", "4.16."}) {
    if (number.starts_with(section)) return true;
  }
  return false;
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
    if (!IsRun(number)) continue;
    const Code code = Verify(test);
    const bool matches = (code == Code{}) == test["should_validate"].get<bool>();
    EXPECT_EQ(matches, !kDiffer.contains(number)) << test["title"] << " " << static_cast<int>(code);
    ++ran[number.substr(0, number.rfind('.'))];
    ++total;
  }
  for (const auto& [section, count] : ran) {
    std::cout << "PKITS " << section << ": " << count << " chains\n";
  }
  EXPECT_EQ(total, 95u);
}

}  // namespace
}  // namespace merlon::x509
