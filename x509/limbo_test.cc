// SPDX-License-Identifier: Apache-2.0
// x509-limbo and BetterTLS: published chains, each with the verdict that it deserves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "x509/chain_stream.h"
#include "x509/crl_source.h"
#include "x509/path_builder.h"
#include "x509/signature_cache.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/vectors.h"

namespace merlon::x509 {
namespace {

using nlohmann::json;
using Der = std::vector<uint8_t>;

// id -> reason, from the lines "id: reason" of limbo_exceptions.txt.
std::map<std::string, std::string> Exceptions() {
  std::ifstream file(std::string(std::getenv("TEST_SRCDIR")) +
                     "/merlon/x509/testdata/limbo_exceptions.txt");
  EXPECT_TRUE(file);
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (!line.starts_with('#') && colon != line.npos)
      out[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return out;
}

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
  std::vector<Der> presented, trusted, crls;
  explicit Case(const json& test) {
    Append(test["peer_certificate"], presented);
    for (const json& pem : test["untrusted_intermediates"]) Append(pem, presented);
    for (const json& pem : test["trusted_certs"]) Append(pem, trusted);
    if (!test.contains("crls")) return;
    for (const json& pem : test["crls"]) {
      for (Der& der : DerOf(pem.get<std::string>(), "X509 CRL")) crls.push_back(std::move(der));
    }
  }
  static void Append(const json& pem, std::vector<Der>& out) {
    for (Der& der : DerOf(pem.get<std::string>(), "CERTIFICATE")) out.push_back(std::move(der));
  }
};

// Whether a chain verifies as a stream, within 12 KiB; one that is not in order does not.
bool Streams(const std::vector<Bytes>& chain, const TrustStore& store,
             const VerifyOptions& options) {
  Der room(12288);
  ChainStream stream(store, options, absl::MakeSpan(room));
  for (Bytes der : chain) {
    if (!stream.Begin(der.size()).ok() || !stream.Receive(der).ok()) break;
  }
  return stream.Finish().ok();
}

// Whether a chain verifies whose certificates arrive one by one, from the leaf on.
bool Arrives(const std::vector<Bytes>& chain, const TrustStore& store,
             const VerifyOptions& options) {
  ChainVerification verification({}, options, options.budget, Arrival::kMayContinue);
  for (size_t i = 1; i <= chain.size() && !verification.done(); ++i) {
    EXPECT_TRUE(
        verification
            .AnswerCertificates(absl::MakeConstSpan(chain).first(i),
                                i == chain.size() ? Arrival::kComplete : Arrival::kMayContinue)
            .ok());
    while (!verification.done() && !std::holds_alternative<NeedCertificates>(verification.step())) {
      EXPECT_TRUE(AnswerStep(verification, store, options).ok());
    }
  }
  return verification.result().ok();
}

// No code: it verifies.
Code Verify(const json& test, size_t* streamed) {
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
  // The profile that each namespace is judged by. RFC 5280 knows nothing of what TLS asks of
  // keyUsage.
  const std::string id = test["id"];
  if (id.starts_with("rfc5280::")) {
    options.profile = &kRfc5280Profile;
    options.leaf_usage = KeyUsage(0);
  } else if (id.starts_with("webpki::") || id.starts_with("online::")) {
    options.profile = &kWebPkiProfile;
  }
  std::vector<Crl> crls;
  for (const Der& der : input.crls) {
    const Result<Crl> crl = Crl::Parse(der);
    if (!crl.ok()) return crl.error().code;
    crls.push_back(*crl);
  }
  // Cases give no CRLs for most certificates, so what is unknown passes.
  const CrlSource source(crls);
  const StatusSource* const sources[] = {&source};
  const Revocation revocation(sources, {.hard_fail = false});
  options.path_check = &revocation;
  const json& purposes = test["extended_key_usage"];
  if (test["validation_kind"] == "CLIENT" || (!purposes.empty() && purposes[0] == "clientAuth")) {
    options.purpose = KeyPurpose::kClientAuth;
  }
  if (test["max_chain_depth"].is_number()) options.max_path_length = test["max_chain_depth"];
  std::string name;
  if (!test["expected_peer_name"].is_null()) name = test["expected_peer_name"]["value"];
  options.server_name = name;
  const TrustAnchors store(anchors);
  std::array<SignatureCache::Entry, 64> room;
  SignatureCache cache(absl::MakeSpan(room), *PortableDrivers().hash(crypto::HashId::kSha256));
  // Names have nothing to do with the order: what follows would take its time for nothing.
  const bool twice = !id.starts_with("bettertls::nameconstraints");
  if (twice) options.signatures = &cache;
  const Result<VerifiedChain> verified = VerifyChain({chain}, store, options);
  // In another order, and with signatures that are known: the verdict is the same.
  EXPECT_TRUE(!twice || Arrives(chain, store, options) == verified.ok()) << id;
  const bool streams = twice && Streams(chain, store, options);
  EXPECT_TRUE(!streams || verified.ok()) << id;
  *streamed += streams ? 1 : 0;
  return verified.ok() ? Code{} : verified.error().code;
}

bool NeedsAnotherDriver(const json& test) {
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
size_t RunAll(const json& all) {
  const std::map<std::string, std::string> exceptions = Exceptions();

  std::map<std::string, int> ran;
  size_t total = 0, left_out = 0, differing = 0, streamed = 0;
  for (const json& test : all["testcases"]) {
    const std::string id = test["id"];
    if (NeedsAnotherDriver(test)) {
      ++left_out;
      continue;
    }
    const Code code = Verify(test, &streamed);
    const bool matches = (code == Code{}) == (test["expected_result"] == "SUCCESS");
    EXPECT_EQ(matches, !exceptions.contains(id)) << id << " " << static_cast<int>(code);
    differing += matches ? 0 : 1;
    ++ran[id.substr(0, id.rfind("::"))];
    ++total;
  }
  for (const auto& [category, count] : ran) std::cout << category << ": " << count << " ran\n";
  std::cout << total << " ran, " << differing << " differ as listed, " << left_out << " left out\n"
            << streamed << " verify as a stream\n";
  return total;
}

TEST(Limbo, VerdictsMatch) {
  const std::optional<std::string> text = ReadVector("x509-limbo/limbo.json");
  if (!text) GTEST_SKIP() << kNoVectors;
  EXPECT_EQ(RunAll(json::parse(*text)), 163u);
}

TEST(BetterTls, VerdictsMatch) {
  const std::optional<std::string> text = ReadVector("x509-limbo/limbo-bettertls.json");
  if (!text) GTEST_SKIP() << kNoVectors;
  EXPECT_EQ(RunAll(json::parse(*text)), 565u);
}

}  // namespace
}  // namespace merlon::x509
