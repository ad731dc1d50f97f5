// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/sentences.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "io_adapters/files.h"
#include "io_adapters/test_identity.h"

namespace merlon::io {
namespace {

using ::testing::HasSubstr;

std::string Text(const absl::Status& status) { return std::string(status.message()); }

TEST(Sentences, AnAlertOfThePeerIsNamed) {
  const absl::Status status =
      ConnectionStatus({Code::kClosedByAlert, Alert::kNone, Origin::kPeer}, Alert::kUnknownCa, "");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(Text(status), HasSubstr("unknown_ca (48)"));
}

TEST(Sentences, AnErrorSaysItsAlertItsSectionAndWhatItIsAbout) {
  const absl::Status status = ConnectionStatus(
      PeerError(Code::kExpired, Alert::kCertificateExpired), std::nullopt, "certificate \"x\"");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Text(status),
            "A certificate of the chain has expired (RFC 5280 s4.1.2.5); alert sent: "
            "certificate_expired (45); about: certificate \"x\"");
}

TEST(Sentences, CodesTellIdentityProtocolAndOurselvesApart) {
  const struct {
    Error error;
    absl::StatusCode code;
  } cases[] = {
      {PeerError(Code::kNameMismatch, Alert::kBadCertificate), absl::StatusCode::kUnauthenticated},
      {PeerError(Code::kBadPeerSignature, Alert::kDecryptError),
       absl::StatusCode::kUnauthenticated},
      {PeerError(Code::kBadSignature, Alert::kBadCertificate), absl::StatusCode::kUnauthenticated},
      {PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage),
       absl::StatusCode::kInvalidArgument},
      {{Code::kTruncatedByTransport, Alert::kNone, Origin::kPeer}, absl::StatusCode::kDataLoss},
      {LocalError(Code::kHandshakeTimeout), absl::StatusCode::kDeadlineExceeded},
      {NoSpace(), absl::StatusCode::kInternal},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(ConnectionStatus(test.error, std::nullopt, "").code(), test.code)
        << static_cast<int>(test.error.code);
  }
}

TEST(Sentences, DescribeACertificate) {
  const TestIdentity identity("sentences");
  const auto leaf = x509::Certificate::Parse(AsBytes(identity.leaf_der()));
  ASSERT_TRUE(leaf.ok());
  EXPECT_EQ(CommonName(leaf->subject()), "server.test");
  EXPECT_EQ(DescribeNames(*leaf), "server.test, 127.0.0.1");
  EXPECT_THAT(DescribeCertificate(*leaf),
              HasSubstr("certificate \"server.test\" for server.test, 127.0.0.1, issued by "
                        "\"CA of sentences\", valid from "));
}

TEST(Sentences, NamesWithoutACommonName) {
  EXPECT_EQ(CommonName({}), "(no name)");
  const uint8_t empty[] = {0x30, 0x00};
  EXPECT_EQ(CommonName(empty), "(no name)");
  // O=A\n alone: the first attribute, made printable.
  const uint8_t organization[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03,
                                  0x55, 0x04, 0x0a, 0x0c, 0x02, 'A',  '\n'};
  EXPECT_EQ(CommonName(organization), "A\\x0a");
}

TEST(Sentences, DescribeTimes) {
  EXPECT_EQ(DescribeTime(UnixTime(std::chrono::seconds(0))), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(DescribeTime(UnixTime(std::chrono::seconds(1769860800))), "2026-01-31 12:00:00 UTC");
  EXPECT_EQ(DescribeTime(UnixTime(std::chrono::seconds(-1))), "1969-12-31 23:59:59 UTC");
}

TEST(Sentences, NamesOfTheRegistriesOrNumbers) {
  EXPECT_EQ(GroupName(29), "x25519");
  EXPECT_EQ(GroupName(23), "secp256r1");
  EXPECT_EQ(GroupName(999), "group 999");
  EXPECT_EQ(SchemeName(0x0403), "ecdsa_secp256r1_sha256");
  EXPECT_EQ(SchemeName(0x0503), "ecdsa_secp384r1_sha384");
  EXPECT_EQ(SchemeName(0x0807), "ed25519");
  EXPECT_EQ(SchemeName(0x0809), "rsa_pss_pss_sha256");
  EXPECT_EQ(SchemeName(0xfefe), "scheme 0xfefe");
  EXPECT_EQ(SuiteName(0x1301), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(SuiteName(0x0abc), "suite 0x0abc");
  EXPECT_EQ(VersionName(0x0304), "TLS 1.3");
  EXPECT_EQ(VersionName(0x0303), "TLS 1.2");
  EXPECT_EQ(VersionName(0xfefc), "DTLS 1.3");
  EXPECT_EQ(VersionName(0xfefd), "DTLS 1.2");
  EXPECT_EQ(VersionName(0x0302), "version 0x0302");
}

TEST(Sentences, SuitesAreFoundByTheirNames) {
  for (const std::string& name : SuiteNames()) {
    const std::optional<uint16_t> suite = SuiteByName(name);
    ASSERT_TRUE(suite) << name;
    EXPECT_EQ(SuiteName(*suite), name);
  }
  EXPECT_EQ(SuiteByName("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), 0xc02f);
  EXPECT_EQ(SuiteByName("TLS_RSA_WITH_AES_128_CBC_SHA"), std::nullopt);
}

}  // namespace
}  // namespace merlon::io
