// SPDX-License-Identifier: Apache-2.0
// The seeds of the connection targets reach Connected and every state behind it, and the inputs of
// a fuzzer are total: any script runs.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "fuzz/targets.h"
#include "gtest/gtest.h"

namespace merlon::fuzz {
namespace {

struct Target {
  const char* name;
  Outcome (*run)(Bytes);
  const char* own;  // the event that only this role has
};
constexpr Target kTargets[] = {
    {"client", FuzzClient, "ticket "},
    {"server", FuzzServer, "sealed "},
    {"datagram_client", FuzzDatagramClient, "ticket "},
    {"datagram_server", FuzzDatagramServer, "sealed "},
};

std::filesystem::path Folder(const char* target) {
  return std::filesystem::path("fuzz/corpora") / target;
}
std::string ReadSeed(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
std::string Seed(const char* target, const char* name) { return ReadSeed(Folder(target) / name); }
std::vector<std::string> Seeds(const char* target) {
  std::vector<std::string> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(Folder(target))) {
    seeds.push_back(ReadSeed(entry.path()));
  }
  return seeds;
}

TEST(Seeds, ReachEveryStateAfterTheHandshake) {
  for (const Target& target : kTargets) {
    SCOPED_TRACE(target.name);
    std::string events;
    int connected = 0, whole_lives = 0, whole_lives12 = 0, failed = 0;
    const std::vector<std::string> seeds = Seeds(target.name);
    for (const std::string& seed : seeds) {
      const Outcome outcome = target.run(AsBytes(seed));
      events += outcome.events;
      connected += outcome.Saw("connected ");
      failed += outcome.failure.has_value();
      // Epoch 3 is that of application data; 4 comes by KeyUpdate. TLS 1.2 has 1 alone.
      const bool lived = outcome.Saw("connected ") && outcome.Saw("closed ") &&
                         !outcome.data.empty() && !outcome.failure;
      whole_lives += lived && outcome.Saw("read4 ") && outcome.Saw("write4 ");
      whole_lives12 += lived && outcome.Saw("read1 ") && outcome.Saw("write1 ");
    }
    EXPECT_GE(seeds.size(), 12u);
    EXPECT_GE(connected, 8);
    EXPECT_GE(whole_lives, 8) << "make the seeds anew: see make_seeds.cc";
    EXPECT_GE(whole_lives12, 4) << "make the seeds anew: see make_seeds.cc";
    EXPECT_GE(failed, 1);
    EXPECT_NE(events.find(target.own), std::string::npos);
    EXPECT_NE(events.find("releasable "), std::string::npos);
  }
}

// Both ends authenticated by certificates, and TLS 1.2's suites with a PSK: each protocol, each
// role.
TEST(Seeds, WithClientCertificatesAndPskSuitesReachConnected) {
  for (const Target& target : kTargets) {
    for (const char* name : {"both_certificates", "both_certificates_retry", "both_certificates_12",
                             "no_certificate_to_show", "no_certificate_to_show_12", "psk_12",
                             "psk_ccm8_12", "ecdhe_psk_12", "psk_late_12"}) {
      SCOPED_TRACE(std::string(target.name) + "/" + name);
      const Outcome outcome = target.run(AsBytes(Seed(target.name, name)));
      EXPECT_TRUE(outcome.Saw("connected ") && outcome.Saw("closed ")) << outcome.events;
      EXPECT_FALSE(outcome.data.empty());
      EXPECT_FALSE(outcome.failure);
    }
    const Outcome refused = target.run(AsBytes(Seed(target.name, "certificate_missing")));
    EXPECT_TRUE(refused.failure);
  }
}

TEST(Seeds, ChangedOnesStillReachConnected) {
  for (const Target& target : kTargets) {
    SCOPED_TRACE(target.name);
    const std::vector<std::string> seeds = Seeds(target.name);
    int connected = 0;
    constexpr int kRuns = 200;
    for (unsigned i = 0; i < kRuns; ++i) {
      std::string input = seeds[i % seeds.size()];
      const size_t size = input.size();
      input.resize(size + 1000);
      input.resize(MutateScript(reinterpret_cast<uint8_t*>(input.data()), size, input.size(),
                                kScenarioBytes, i));
      connected += target.run(AsBytes(input)).Saw("connected ");
    }
    // That changes leave a connection alive is what the fuzz driver is for.
    EXPECT_GE(connected, kRuns / 4);
  }
}

TEST(Script, AnyBytesAreOne) {
  std::minstd_rand random(1);
  for (const Target& target : kTargets) {
    for (int i = 0; i < 50; ++i) {
      std::string input(random() % 200, '\0');
      for (char& c : input) c = static_cast<char>(random());
      (void)target.run(AsBytes(input));
    }
  }
}

TEST(Script, IsReadAsWritten) {
  std::string script;
  AppendStep(
      {.what = StepByte(Action::kDeliver, true, Answers::kLate, Pieces::kBytes), .bytes = "abc"},
      script);
  AppendStep({.what = StepByte(Action::kClose)}, script);
  const std::vector<Step> steps = ParseScript(AsBytes(script));
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].bytes, "abc");
  EXPECT_TRUE(steps[0].variant());
  EXPECT_EQ(steps[0].answers(), Answers::kLate);
  EXPECT_EQ(steps[0].pieces(), Pieces::kBytes);
  EXPECT_EQ(steps[1].action(), Action::kClose);
}

}  // namespace
}  // namespace merlon::fuzz
