// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "crypto/drivers/default_drivers.h"
#include "gtest/gtest.h"
#include "io_adapters/test_identity.h"
#include "io_adapters/trust.h"
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

TEST(TrustSnapshot, LeavesOutWhatItCannotRead) {
  const TestIdentity identity("trust");
  const std::string path = TestFile("trust_mixed.pem");
  const std::string junk = ToPem("CERTIFICATE", AsBytes("this is not DER"));
  const std::string ca = *ReadFile(identity.ca_file());
  Save(path, junk + ca + junk + ca);
  const auto trust = TrustSnapshot::Load(path);
  ASSERT_TRUE(trust.ok()) << trust.status();
  EXPECT_EQ((*trust)->size(), 1u);
  EXPECT_EQ((*trust)->left_out(), 1u);  // it is there twice
  const auto leaf = x509::Certificate::Parse(AsBytes(identity.leaf_der()));
  ASSERT_TRUE(leaf.ok());
  EXPECT_NE((*trust)->FindBySubject(leaf->issuer(), 0), nullptr);
  EXPECT_EQ((*trust)->FindBySubject(leaf->issuer(), 1), nullptr);
  EXPECT_EQ((*trust)->FindBySubject(leaf->subject(), 0), nullptr);

  Save(path, junk);
  EXPECT_EQ(TrustSnapshot::Load(path).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TrustSnapshot, ReadsADirectory) {
  const TestIdentity one("trust_one"), two("trust_two");
  const std::string folder = TestFile("trust_folder");
  std::filesystem::create_directories(folder + "/below");
  EXPECT_FALSE(TrustSnapshot::Load(folder).ok());
  Save(folder + "/b.pem", *ReadFile(one.ca_file()));
  Save(folder + "/a.crt", *ReadFile(two.ca_file()) + *ReadFile(one.ca_file()));
  Save(folder + "/README", "no certificate\n");
  Save(folder + "/below/c.pem", *ReadFile(one.chain_file()));
  const auto trust = TrustSnapshot::Load(folder);
  ASSERT_TRUE(trust.ok()) << trust.status();
  EXPECT_EQ((*trust)->size(), 2u);
  EXPECT_FALSE(TrustSnapshot::Load(folder + "/none").ok());
}

// What Debian ships is what real servers' chains lead to: all of it parses.
TEST(TrustSnapshot, LoadsTheSystemsRoots) {
  const auto ders = ReadCertificates(kSystemCaFile);
  if (!ders.ok()) GTEST_SKIP() << ders.status();
  for (const std::string& der : *ders) EXPECT_TRUE(x509::Certificate::Parse(AsBytes(der)).ok());
  const auto trust = TrustSnapshot::Make(*ders);
  ASSERT_TRUE(trust.ok()) << trust.status();
  printf("%zu roots of the system\n", (*trust)->size());
  EXPECT_EQ((*trust)->size(), ders->size());
  EXPECT_EQ((*trust)->left_out(), 0u);
  EXPECT_GT((*trust)->size(), 100u);
  for (const x509::TrustAnchor& anchor : (*trust)->anchors()) {
    bool found = false;
    for (size_t i = 0; const auto* at = (*trust)->FindBySubject(anchor.subject(), i); ++i) {
      found = found || at == &anchor;
    }
    EXPECT_TRUE(found);
  }
}

TEST(TrustSnapshot, LimitsRoots) {
  const TestIdentity identity("trust_limits");
  const std::string der = ReadCertificates(identity.ca_file())->front();
  const auto& sha256 = *crypto::DefaultDrivers().hash(crypto::HashId::kSha256);
  const crypto::Digest digest = crypto::HashOf(sha256, AsBytes(der));
  const std::string name(AsText(digest.view()));
  const UnixTime day{std::chrono::hours(24)};
  const auto trust = TrustSnapshot::Make({der}, {{.sha256 = name, .distrust_after = day}});
  ASSERT_TRUE(trust.ok()) << trust.status();
  EXPECT_EQ((*trust)->anchors()[0].limits().distrust_after, day);
  EXPECT_FALSE(TrustSnapshot::Make({der}, {{.sha256 = "another"}}).ok());
  EXPECT_FALSE(TrustSnapshot::Make({der}, {{.sha256 = name, .name_constraints = "no"}}).ok());
}

// Under TSan as well: connections take the snapshot while another replaces it.
TEST(TrustSource, IsReplacedWhileConnectionsGoOn) {
  const TestIdentity identity("trust_reload"), other("trust_other");
  const std::string path = TestFile("trust_reload.pem");
  Save(path, *ReadFile(identity.ca_file()));
  TrustSource source;
  EXPECT_EQ(source.Current(), nullptr);
  ASSERT_TRUE(source.Open(path).ok());
  const std::shared_ptr<const TrustSnapshot> old = source.Current();
  const std::string issuer(AsText(old->anchors()[0].subject()));
  std::atomic<bool> done = false;
  std::atomic<int> taken = 0;
  std::thread reader([&] {
    while (!done || taken == 0) {
      const std::shared_ptr<const TrustSnapshot> now = source.Current();
      EXPECT_NE(now->FindBySubject(now->anchors()[0].subject(), 0), nullptr);
      ++taken;
    }
  });
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(source.Reload().ok());
  Save(path, "no certificates");
  EXPECT_FALSE(source.Reload().ok());
  EXPECT_NE(source.Current()->FindBySubject(AsBytes(issuer), 0), nullptr);
  Save(path, *ReadFile(other.ca_file()));
  EXPECT_TRUE(source.Reload().ok());
  done = true;
  reader.join();
  EXPECT_NE(old->FindBySubject(AsBytes(issuer), 0), nullptr);
  EXPECT_NE(source.Current(), old);
}

}  // namespace
}  // namespace merlon::io
