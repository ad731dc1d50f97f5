// SPDX-License-Identifier: Apache-2.0
// x509-limbo and BetterTLS: published chains with the verdict that each deserves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "x509/testing/portable_drivers.h"
#include "x509/path_builder.h"
#include "x509/testing/vectors.h"

namespace merlon::x509 {
namespace {

using nlohmann::json;
using Der = std::vector<uint8_t>;

UnixTime TimeOf(const json& time) {
  // Null means now; the certificates for such cases are valid from 1970 to 2969.
  if (time.is_null()) return std::chrono::sys_days(std::chrono::year(2026) / 7 / 1);
  int year, month, day, hour, minute, second;
  EXPECT_EQ(sscanf(time.get<std::string>().c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour,
                   &minute, &second),
            6);
  return std::chrono::sys_days(std::chrono::year(year) / month / day) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

void Append(const json& pems, std::vector<Der>& out) {
  for (const json& pem : pems) {
    for (Der& der : DerOf(pem.get<std::string>(), "CERTIFICATE")) out.push_back(std::move(der));
  }
}

Result<VerifiedChain> RunCase(const json& test) {
  std::vector<Der> presented, trusted;
  Append(json::array({test["peer_certificate"]}), presented);
  Append(test["untrusted_intermediates"], presented);
  Append(test["trusted_certs"], trusted);
  const std::vector<Bytes> chain(presented.begin(), presented.end());
  std::vector<TrustAnchor> anchors;
  for (const Der& der : trusted) {
    const Result<TrustAnchor> anchor = TrustAnchor::FromCertificate(der);
    if (anchor.ok()) anchors.push_back(*anchor);
  }
  VerifyOptions options;
  options.now = TimeOf(test["validation_time"]);
  options.drivers = PortableDrivers();
  if (test["validation_kind"] == "CLIENT") options.purpose = KeyPurpose::kClientAuth;
  if (!test["extended_key_usage"].empty() && test["extended_key_usage"][0] == "clientAuth") {
    options.purpose = KeyPurpose::kClientAuth;
  }
  if (test["max_chain_depth"].is_number()) options.max_path_length = test["max_chain_depth"];
  std::string name;
  if (!test["expected_peer_name"].is_null()) name = test["expected_peer_name"]["value"];
  options.server_name = name;
  return VerifyChain({chain}, TrustAnchors(anchors), options);
}

TEST(Dump, All) {
  for (const char* f : {"x509-limbo/limbo.json", "x509-limbo/limbo-bettertls.json"}) {
    const auto text = ReadVector(f);
    if (!text) GTEST_SKIP() << "no published vectors here";
    const json all = json::parse(*text);
    std::map<std::string, int> good;
    for (const json& test : all["testcases"]) {
      const Result<VerifiedChain> r = RunCase(test);
      const bool expected = test["expected_result"] == "SUCCESS";
      std::string id = test["id"];
      std::string cat = id.substr(0, id.rfind("::"));
      if (r.ok() == expected) { ++good[cat]; continue; }
      std::cout << "MISMATCH " << id << " expected " << test["expected_result"] << " got " << (r.ok() ? 0 : int(r.error().code)) << " " << test["features"] << "\n";
    }
    for (auto& [k, v] : good) std::cout << "GOOD " << k << " " << v << "\n";
  }
}

}  // namespace
}  // namespace merlon::x509
