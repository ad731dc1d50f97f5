// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/credentials.h"

#include "gtest/gtest.h"
#include "io_adapters/blocking_stream.h"
#include "io_adapters/files.h"
#include "io_adapters/test_identity.h"
#include "x509/testing/key_files.h"

namespace merlon::io {
namespace {

std::string PskFile(std::string_view content) {
  const std::string path = TestFile("psks.txt");
  EXPECT_TRUE(WriteFile(path, content, /*secret=*/true).ok());
  return path;
}

TEST(Credentials, PsksAreReadLineByLine) {
  ProcessCrypto process;
  const auto psks =
      LoadPsks(process.keys(), PskFile("# two of them\n\n"
                                       "one:000102030405060708090a0b0c0d0e0f\n"
                                       "with:colon:0F0E0D0C0B0A09080706050403020100\r\n"));
  ASSERT_TRUE(psks.ok()) << psks.status();
  ASSERT_EQ(psks->size(), 2u);
  EXPECT_EQ((*psks)[0].identity, "one");
  EXPECT_EQ((*psks)[1].identity, "with:colon");
  for (const PskEntry& psk : *psks) {
    const Result<crypto::KeyAttributes> attributes = process.keys().Attributes(psk.key);
    ASSERT_TRUE(attributes.ok());
    EXPECT_EQ(attributes->bits, 128);
    EXPECT_FALSE(crypto::Allows(attributes->usage, crypto::Usage::kExport));
  }
}

TEST(Credentials, WhatIsNoPskIsNamedByItsLine) {
  ProcessCrypto process;
  for (const char* line : {"no colon", ":00", "x:", "x:0", "x:zz", "x:00 ", "x:0g"}) {
    const auto psks = LoadPsks(process.keys(), PskFile(std::string("# first\n") + line + "\n"));
    ASSERT_FALSE(psks.ok()) << line;
    EXPECT_NE(psks.status().message().find("line 2: is not IDENTITY:HEXKEY"), std::string::npos)
        << psks.status();
  }
  EXPECT_FALSE(LoadPsks(process.keys(), PskFile("# none\n")).ok());
  EXPECT_FALSE(LoadPsks(process.keys(), TestFile("no such file")).ok());
}

TEST(Credentials, AChainAndItsKeyAreLoaded) {
  const TestIdentity identity("credentials");
  ProcessCrypto process;
  const auto credential =
      LoadCredential(process.keys(), identity.chain_file(), identity.key_file());
  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(credential->chain_der, std::vector<std::string>{identity.leaf_der()});
  EXPECT_FALSE(LoadCredential(process.keys(), identity.key_file(), identity.key_file()).ok());
  EXPECT_FALSE(LoadCredential(process.keys(), identity.chain_file(), identity.chain_file()).ok());
}

TEST(Credentials, EncryptedKeysAreOpenedWithTheFirstLineOfAFile) {
  const std::string key_file = TestFile("encrypted.pem"), password_file = TestFile("password.txt");
  ASSERT_TRUE(WriteFile(key_file, x509::containers::kSha256Aes256, /*secret=*/true).ok());
  ASSERT_TRUE(WriteFile(password_file, "correct horse\nbattery\n", /*secret=*/true).ok());
  ProcessCrypto process;
  EXPECT_TRUE(LoadPrivateKey(process.keys(), key_file, password_file).ok());
  EXPECT_FALSE(LoadPrivateKey(process.keys(), key_file).ok());
  EXPECT_FALSE(LoadPrivateKey(process.keys(), key_file, TestFile("no such file")).ok());
  const TestIdentity identity("not_encrypted");
  EXPECT_TRUE(LoadPrivateKey(process.keys(), identity.key_file(), password_file).ok());
  ASSERT_TRUE(WriteFile(password_file, "battery\n", /*secret=*/true).ok());
  const auto key = LoadPrivateKey(process.keys(), key_file, password_file);
  ASSERT_FALSE(key.ok());
  EXPECT_NE(key.status().message().find("password"), std::string::npos) << key.status();
}

TEST(Credentials, ClientsWithHalfACredentialAreRefused) {
  const TestIdentity identity("half");
  TlsClientOptions options;
  options.ca_file = identity.ca_file();
  options.cert_file = identity.chain_file();
  EXPECT_FALSE(TlsClient::Create(options).ok());
  options.key_file = identity.key_file();
  EXPECT_TRUE(TlsClient::Create(options).ok());
}

}  // namespace
}  // namespace merlon::io
