// SPDX-License-Identifier: Apache-2.0
// Streams and datagrams, told the same, give the same: each handshake as it is, and some hundred
// changes of it, from printed seeds. Each difference that the RFCs want is met by a seed.
#include "fuzz/twins.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace merlon::fuzz {
namespace {

std::string Input(size_t scenario, bool server, int answers = 0) {
  return {static_cast<char>(scenario), static_cast<char>((server ? 1 : 0) | answers << 1)};
}

TEST(Twins, GiveTheSameWhenNothingIsChanged) {
  for (size_t scenario = 0; scenario < TwinScenarios(); ++scenario) {
    for (const bool server : {false, true}) {
      const TwinOutcome outcome = RunTwins(AsBytes(Input(scenario, server)));
      EXPECT_EQ(outcome.finding, "");
      // A client of TLS 1.3 may be connected when its server refuses it.
      if (TwinsConnect(scenario) || server) {
        EXPECT_EQ(outcome.connected, TwinsConnect(scenario)) << scenario << server;
      }
      EXPECT_EQ(outcome.parted, nullptr) << outcome.parted->what;
    }
  }
}

TEST(Twins, GiveTheSameWhateverIsChanged) {
  constexpr unsigned kRuns = 600;
  std::set<int> alerts;
  int connected = 0;
  for (unsigned seed = 0; seed < kRuns; ++seed) {
    std::minstd_rand random(seed);
    std::string input =
        Input(seed % TwinScenarios(), seed / TwinScenarios() % 2 != 0, random() % 8 == 0 ? 2 : 0);
    for (size_t edits = 1 + random() % 2; edits != 0; --edits) {
      for (size_t i = 0; i < kEditBytes; ++i) input += static_cast<char>(random() >> 8);
    }
    const TwinOutcome outcome = RunTwins(AsBytes(input));
    EXPECT_EQ(outcome.finding, "") << "seed " << seed;
    if (outcome.failure) alerts.insert(static_cast<int>(outcome.failure->alert));
    connected += outcome.connected;
  }
  // Neither do all end at once, nor does nothing come of a change.
  EXPECT_GE(connected, static_cast<int>(kRuns / 5));
  EXPECT_GE(alerts.size(), 8u);
}

// Behind keys, too many warnings end both.
TEST(Twins, BothIgnoreUserCanceledButNotForEver) {
  const std::string user_canceled = {static_cast<char>(EditKind::kAlert), 6, 0, 1, 90};
  for (const size_t scenario : {size_t{0}, kFirst12Twins}) {
    for (const int times : {4, 5}) {
      std::string input = Input(scenario, /*server=*/true);
      for (int i = 0; i < times; ++i) input += user_canceled;
      const TwinOutcome outcome = RunTwins(AsBytes(input));
      EXPECT_EQ(outcome.finding, "");
      EXPECT_TRUE(outcome.connected);
      EXPECT_EQ(outcome.failure.has_value(), times == 5);
      EXPECT_TRUE(!outcome.failure || outcome.failure->code == Code::kBadAlert);
    }
  }
}

TEST(Twins, PartWhereTheRfcsWantItAndSeedsMeetEachOfThat) {
  std::set<const NamedDifference*> parted;
  size_t connected = 0;
  for (const auto& entry : std::filesystem::directory_iterator("fuzz/corpora/differential")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string seed{std::istreambuf_iterator<char>(file), {}};
    const TwinOutcome outcome = RunTwins(AsBytes(seed));
    EXPECT_EQ(outcome.finding, "") << entry.path();
    if (outcome.parted != nullptr) parted.insert(outcome.parted);
    connected += outcome.connected;
  }
  EXPECT_GE(connected, TwinScenarios());
  for (const NamedDifference* named : NamedDifferences()) {
    EXPECT_EQ(parted.count(named), 1u) << named->what;
  }
}

}  // namespace
}  // namespace merlon::fuzz
