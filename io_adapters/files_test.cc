// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "io_adapters/test_identity.h"
#include "x509/certificate.h"

namespace merlon::io {
namespace {

void Save(const std::string& path, std::string_view content) {
  ASSERT_TRUE(WriteFile(path, content, /*secret=*/false).ok());
}

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST(Files, WritesAndReadsBack) {
  const std::string path = TestFile("files_round_trip");
  const std::string content(100000, 'x');
  ASSERT_TRUE(WriteFile(path, content, /*secret=*/false).ok());
  EXPECT_EQ(*ReadFile(path), content);
  ASSERT_TRUE(WriteFile(path, "short", /*secret=*/false).ok());
  EXPECT_EQ(*ReadFile(path), "short") << "the old content is replaced";
}

TEST(Files, SecretsAreForTheirOwnerAlone) {
  const std::string path = TestFile("files_secret");
  unlink(path.c_str());
  ASSERT_TRUE(WriteFile(path, "open", /*secret=*/false).ok());
  EXPECT_NE(ModeOf(path) & 0077, 0u);
  ASSERT_TRUE(WriteFile(path, "secret", /*secret=*/true).ok());
  EXPECT_EQ(ModeOf(path), 0600u) << "also where the file was there before";
}

TEST(Files, NamesTheFileThatIsNotThere) {
  const auto content = ReadFile(TestFile("no_such_file"));
  EXPECT_EQ(content.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(content.status().message().find("no_such_file"), absl::string_view::npos);
}

TEST(Files, RefusesWhatIsLargerThanTheLimit) {
  const std::string path = TestFile("files_large");
  Save(path, std::string(101, 'x'));
  EXPECT_TRUE(ReadFile(path, 101).ok());
  EXPECT_EQ(ReadFile(path, 100).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Files, ReadsEachCertificateAndSkipsTheRest) {
  const TestIdentity identity("files_chain");
  const std::string ca = *ReadFile(identity.ca_file());
  const std::string path = TestFile("files_chain_all.pem");
  Save(path, "a comment\n" + *ReadFile(identity.chain_file()) + *ReadFile(identity.key_file()) +
                 "another\n" + ca);
  const auto ders = ReadCertificates(path);
  ASSERT_TRUE(ders.ok()) << ders.status();
  ASSERT_EQ(ders->size(), 2u);
  EXPECT_EQ((*ders)[0], identity.leaf_der());
  EXPECT_TRUE(x509::Certificate::Parse(AsBytes((*ders)[1])).ok());
}

TEST(Files, RefusesWhatIsNotPem) {
  const TestIdentity identity("files_bad");
  const std::string path = TestFile("files_bad.pem");
  Save(path, "no certificate at all\n");
  EXPECT_EQ(ReadCertificates(path).status().code(), absl::StatusCode::kNotFound);
  Save(path, *ReadFile(identity.key_file()));
  EXPECT_EQ(ReadCertificates(path).status().code(), absl::StatusCode::kNotFound);
  std::string pem = *ReadFile(identity.chain_file());
  pem[pem.size() / 2] = '!';
  Save(path, pem);
  EXPECT_EQ(ReadCertificates(path).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TrustFile, LeavesOutWhatItCannotRead) {
  const TestIdentity identity("trust");
  const std::string path = TestFile("trust_mixed.pem");
  const std::string junk = ToPem("CERTIFICATE", AsBytes("this is not DER"));
  Save(path, junk + *ReadFile(identity.ca_file()) + junk);
  const auto trust = TrustFile::Load(path);
  ASSERT_TRUE(trust.ok()) << trust.status();
  EXPECT_EQ((*trust)->size(), 1u);
  const auto leaf = x509::Certificate::Parse(AsBytes(identity.leaf_der()));
  ASSERT_TRUE(leaf.ok());
  EXPECT_NE((*trust)->FindBySubject(leaf->issuer(), 0), nullptr);
  EXPECT_EQ((*trust)->FindBySubject(leaf->issuer(), 1), nullptr);
  EXPECT_EQ((*trust)->FindBySubject(leaf->subject(), 0), nullptr);

  Save(path, junk);
  EXPECT_EQ(TrustFile::Load(path).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace merlon::io
