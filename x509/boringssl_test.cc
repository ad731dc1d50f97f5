// SPDX-License-Identifier: Apache-2.0
// BoringSSL's chains (pki/testdata/verify_certificate_chain_unittest), each with the errors that it
// finds. It trusts the last one as a name and a key, and so does this test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "x509/path_builder.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/vectors.h"
#include "x509/time.h"

namespace merlon::x509 {
namespace {

const std::string kFolder = "boringssl/pki/testdata/verify_certificate_chain_unittest";

// Verdicts that differ, and why.
constexpr char kKeyUsage[] = "RFC 9846 s4.4.2.2: a TLS leaf with keyUsage has digitalSignature";
const std::map<std::string, std::string> kDiffer = {
    {"issuer-and-subject-not-byte-for-byte-equal/anchor.test", "signed with SHA-1"},
    {"issuer-and-subject-not-byte-for-byte-equal/target.test", "signed with SHA-1"},
    {"many-names/ok-all-types.test", "its URI constraints are URIs, not host names (s4.2.1.10)"},
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

// Other purposes, other kinds of trust and policies are not built.
bool IsRun(const std::string& id, const std::string& text) {
  const std::string purpose = Value(text, "key_purpose");
  return (purpose == "SERVER_AUTH" || purpose == "CLIENT_AUTH") &&
         Value(text, "last_cert_trust") == "TRUSTED_ANCHOR" && !id.starts_with("polic");
}

// No code: it verifies.
Code Verify(const std::string& text, const std::string& pem) {
  const std::vector<std::vector<uint8_t>> ders = DerOf(pem, "CERTIFICATE");
  const Result<Certificate> last = Certificate::Parse(ders.back());
  EXPECT_TRUE(last.ok());
  if (!last.ok()) return last.error().code;
  const TrustAnchor anchors[] = {*TrustAnchor::FromKey(last->subject(), last->public_key().der)};
  std::vector<Bytes> presented(ders.begin(), ders.end());
  if (presented.size() > 1) presented.pop_back();
  VerifyOptions options;
  options.drivers = PortableDrivers();
  options.now = TimeOf(Value(text, "utc_time"));
  if (Value(text, "key_purpose") == "CLIENT_AUTH") options.purpose = KeyPurpose::kClientAuth;
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
      if (!IsRun(id, text)) {
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
  EXPECT_EQ(ran, 87u);
}

}  // namespace
}  // namespace merlon::x509
