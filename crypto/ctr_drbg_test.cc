// SPDX-License-Identifier: Apache-2.0
#include "crypto/ctr_drbg.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "crypto/drivers/default_drivers.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/key_store.h"
#include "crypto/noise_entropy.h"
#include "crypto/system_rng.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

// What the entropy source below gives, in order, 48 bytes a call; it fails when there is no more.
std::vector<ByteString> seeds;
size_t seeds_taken;
uint64_t process;

Result<void> GiveSeed(MutableBytes out) {
  if (seeds_taken == seeds.size()) return DriverError(Code::kEntropyFailure);
  std::copy(seeds[seeds_taken].begin(), seeds[seeds_taken].end(), out.begin());
  ++seeds_taken;
  return {};
}
constexpr EntropySource kSeeds = {"test", GiveSeed};

class CtrDrbgTest : public ::testing::Test {
 protected:
  void Give(std::vector<ByteString> given) {
    seeds = std::move(given);
    seeds_taken = 0;
  }
  void GiveMany(size_t count) {
    std::vector<ByteString> given;
    for (size_t i = 0; i < count; ++i) given.emplace_back(48, static_cast<uint8_t>(i + 1));
    Give(given);
  }
  static std::string Next(Rng& rng, size_t size) {
    ByteString out(size);
    EXPECT_TRUE(rng.Fill(absl::MakeSpan(out)).ok());
    return ToHex(out);
  }
};

struct Answer {
  std::string entropy, entropy_reseed, additional_reseed, returned;
};

void CheckAnswer(const Answer& answer) {
  seeds = {FromHex(answer.entropy), FromHex(answer.entropy_reseed)};
  seeds_taken = 0;
  CtrDrbg drbg(kPortableAes256, kSeeds);
  ASSERT_TRUE(drbg.Reseed().ok());
  ASSERT_TRUE(drbg.Reseed(FromHex(answer.additional_reseed)).ok());
  ByteString out(64);
  ASSERT_TRUE(drbg.Fill(absl::MakeSpan(out)).ok());
  ASSERT_TRUE(drbg.Fill(absl::MakeSpan(out)).ok());
  EXPECT_EQ(ToHex(out), answer.returned);
}

// NIST CAVP, drbgvectors_pr_false, CTR_DRBG, AES-256 no df: the first two cases without additional
// input.
TEST_F(CtrDrbgTest, GivesTheAnswersOfCavp) {
  CheckAnswer(
      {"e4bc23c5089a19d86f4119cb3fa08c0a4991e0a1def17e101e4c14d9c323460a"
       "7c2fb58e0b086c6c57b55f56cae25bad",
       "fd85a836bba85019881e8c6bad23c9061adc75477659acaea8e4a01dfe07a183"
       "2dad1c136f59d70f8653a5dc118663d6",
       "",
       "b2cb8905c05e5950ca31895096be29ea3d5a3b82b269495554eb80fe07de43e1"
       "93b9e7c3ece73b80e062b1c1f68202fbb1c52a040ea2478864295282234aaada"});
  CheckAnswer(
      {"edfdb55e77d418a63e4414dfd42225ed257cf74e99325fba26e8f3a4524a71bc"
       "80a731af23256908cb4675a9c253ea6f",
       "a9372fea93d607fbbc75a97b7f65f2d4ae8c06bd184981572e888a35c5794d2b"
       "b380a4ae04bba27f2efcc9e7914b96dc",
       "",
       "11b1a0f0bb935ec0c54e089e0cd20832d1f00e7069f30e9ea2e35b7f15ecf057"
       "7d0e90035bf0f91ffd9e8a1fa8a507503739afbec19393e02c9b7c230cdea36f"});
}

TEST_F(CtrDrbgTest, PassesThePublishedCavpCases) {
  const auto file = testing::PublishedFile("boringssl/crypto/fipsmodule/rand/ctrdrbg_vectors.txt");
  if (!file) GTEST_SKIP() << testing::kNoVectors;
  std::istringstream lines(*file);
  std::map<std::string, std::string> fields;
  int ran = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find(" =");
    if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
    const std::string name = line.substr(0, equals);
    fields[name] = line.size() > equals + 3 ? line.substr(equals + 3) : "";
    // This generator takes no personalization string and no additional input to Fill.
    if (name != "ReturnedBits" || !fields["PersonalizationString"].empty() ||
        !fields["AdditionalInput1"].empty() || !fields["AdditionalInput2"].empty()) {
      continue;
    }
    ++ran;
    CheckAnswer({fields["EntropyInput"], fields["EntropyInputReseed"],
                 fields["AdditionalInputReseed"], fields["ReturnedBits"]});
  }
  EXPECT_EQ(ran, 60);
}

TEST_F(CtrDrbgTest, SeedsItselfAtTheFirstUse) {
  GiveMany(1);
  CtrDrbg drbg(kPortableAes256, kSeeds);
  EXPECT_EQ(seeds_taken, 0u);
  EXPECT_NE(Next(drbg, 20), Next(drbg, 20));
  EXPECT_EQ(seeds_taken, 1u);
}

TEST_F(CtrDrbgTest, FillsAnySize) {
  for (size_t size : {0, 1, 15, 16, 17, 100, 65536, 65537, 200000}) {
    GiveMany(1);
    CtrDrbg drbg(kPortableAes256, kSeeds);
    ByteString out(size + 1, 0);
    ASSERT_TRUE(drbg.Fill(absl::MakeSpan(out.data(), size)).ok());
    EXPECT_EQ(out[size], 0) << "nothing behind the end";
    if (size >= 100) {
      EXPECT_LT(std::count(out.begin(), out.end(), 0), static_cast<ptrdiff_t>(size / 16 + 10));
    }
    // The generate function is called once for each 2^16 bytes, with a new key in between.
    if (size >= 2 * 65536) {
      EXPECT_NE(ByteString(out.begin(), out.begin() + 16),
                ByteString(out.begin() + 65536, out.begin() + 65552));
    }
  }
}

TEST_F(CtrDrbgTest, ReseedsAfterTheInterval) {
  GiveMany(2);
  CtrDrbg drbg(kPortableAes256, kSeeds);
  for (uint64_t i = 0; i < CtrDrbg::kReseedInterval; ++i) (void)Next(drbg, 1);
  EXPECT_EQ(seeds_taken, 1u);
  (void)Next(drbg, 1);
  EXPECT_EQ(seeds_taken, 2u);
}

TEST_F(CtrDrbgTest, ReseedsAfterAFork) {
  GiveMany(3);
  process = 100;
  CtrDrbg drbg(kPortableAes256, kSeeds, [] { return process; });
  (void)Next(drbg, 8);
  (void)Next(drbg, 8);
  EXPECT_EQ(seeds_taken, 1u);
  process = 101;
  (void)Next(drbg, 8);
  EXPECT_EQ(seeds_taken, 2u);
  (void)Next(drbg, 8);
  EXPECT_EQ(seeds_taken, 2u);
}

TEST_F(CtrDrbgTest, FailsWithItsSourceAndTriesAgain) {
  Give({});
  CtrDrbg drbg(kPortableAes256, kSeeds);
  ByteString out(8, 0x55);
  EXPECT_EQ(drbg.Fill(absl::MakeSpan(out)).error(), DriverError(Code::kEntropyFailure));
  EXPECT_EQ(out, ByteString(8, 0));
  EXPECT_EQ(drbg.Reseed().error(), DriverError(Code::kEntropyFailure));
  GiveMany(1);
  EXPECT_TRUE(drbg.Fill(absl::MakeSpan(out)).ok());
  EXPECT_NE(out, ByteString(8, 0));
}

TEST_F(CtrDrbgTest, RefusesTooMuchAdditionalInput) {
  GiveMany(1);
  CtrDrbg drbg(kPortableAes256, kSeeds);
  EXPECT_EQ(drbg.Reseed(ByteString(49)).error(), Misuse());
  EXPECT_EQ(seeds_taken, 0u);
  EXPECT_TRUE(drbg.Reseed(ByteString(48)).ok());
}

// A machine whose memory was copied, with a generator in it: both copies have the same seeds, and
// go their own ways as soon as the number says so that tells copies apart.
TEST_F(CtrDrbgTest, CopiesOfASnapshotPart) {
  GiveMany(4);
  process = 1;
  const auto number = [] { return process; };
  CtrDrbg one(kPortableAes256, kSeeds, number), two(kPortableAes256, kSeeds, number);
  const std::string before = Next(one, 16);
  seeds_taken = 0;
  EXPECT_EQ(Next(two, 16), before);
  process = 2;
  EXPECT_NE(Next(one, 16), Next(two, 16));
}

// ---- Noise: what the source below gives, over and over.

std::vector<uint8_t> noise;
size_t samples_taken, samples_left;

Result<uint8_t> Noise() {
  if (samples_left == 0) return DriverError(Code::kEntropyFailure);
  --samples_left;
  return noise[samples_taken++ % noise.size()];
}
constexpr NoiseSource kNoise = {"test", Noise, 16};  // two bits each

class NoiseEntropyTest : public ::testing::Test {
 protected:
  // Of `values` in turn, after `good` samples of good noise.
  static void Give(size_t good, const std::vector<uint8_t>& values) {
    testing::DeterministicRng rng(6);
    noise.resize(good);
    EXPECT_TRUE(rng.Fill(absl::MakeSpan(noise)).ok());
    while (noise.size() < 100000) noise.insert(noise.end(), values.begin(), values.end());
    samples_taken = 0;
    samples_left = SIZE_MAX;
  }
  static Result<void> Fill(NoiseEntropy& entropy, size_t size) {
    ByteString out(size, 0xee);
    const Result<void> filled = entropy.Fill(absl::MakeSpan(out));
    EXPECT_TRUE(filled.ok() || out == ByteString(size, 0)) << "not wiped";
    return filled;
  }
  static constexpr Error kFailed = DriverError(Code::kEntropyFailure);
  NoiseEntropy entropy_{kNoise, kPortableSha256};
};

TEST_F(NoiseEntropyTest, TakesWhatItIsWorth) {
  Give(100000, {1});
  EXPECT_TRUE(Fill(entropy_, 48).ok());
  // 1024 at the start; 320 bits for each 256, of two bits a sample.
  EXPECT_EQ(samples_taken, 1024u + 2 * 160);
  EXPECT_TRUE(Fill(entropy_, 1).ok());
  EXPECT_EQ(samples_taken, 1024u + 3 * 160);
  samples_left = 100;
  EXPECT_EQ(Fill(entropy_, 32).error(), kFailed);
  samples_left = SIZE_MAX;
  EXPECT_TRUE(Fill(entropy_, 32).ok()) << "it had none for a while";
}

// Two bits: 16 in a row, or 190 of 512 (SP 800-90B s4.4.1, s4.4.2).
TEST(HealthTestsTest, FailAtTheirCutoffsAndForEver) {
  HealthTests stuck(16);
  for (int i = 0; i < 15; ++i) EXPECT_TRUE(stuck.Add(9));
  EXPECT_FALSE(stuck.Add(9));
  EXPECT_FALSE(stuck.Add(1)) << "it does not recover";
  HealthTests broken(16);
  for (int i = 0; i < 15; ++i) EXPECT_TRUE(broken.Add(9));
  EXPECT_TRUE(broken.Add(8));
  EXPECT_TRUE(broken.Add(9));

  HealthTests biased(16);  // every second sample is the same
  int n = 0;
  while (n < 1000 && biased.Add(n % 2 == 0 ? 7 : static_cast<uint8_t>(n | 8))) ++n;
  EXPECT_EQ(n, 2 * 189);
  HealthTests rare(16);  // every third: 171 of 512
  for (n = 0; n < 5000; ++n) {
    ASSERT_TRUE(rare.Add(n % 3 == 0 ? 7 : static_cast<uint8_t>(100 + n % 100)));
  }
  testing::DeterministicRng rng(8);
  HealthTests good(64);
  ByteString samples(100000);
  ASSERT_TRUE(rng.Fill(absl::MakeSpan(samples)).ok());
  for (uint8_t sample : samples) ASSERT_TRUE(good.Add(sample));
}

TEST_F(NoiseEntropyTest, AStuckOrBiasedSourceSeedsNothing) {
  const struct {
    size_t good;
    std::vector<uint8_t> then;
  } cases[] = {{0, {0}}, {0, {0xff}}, {5000, {3}}, {5000, {3, 4}}, {1000, {1, 1, 2}}};
  for (const auto& test : cases) {
    Give(test.good, test.then);
    NoiseEntropy entropy(kNoise, kPortableSha256);
    Result<void> filled;
    for (int i = 0; i < 100 && filled.ok(); ++i) filled = Fill(entropy, 32);
    EXPECT_EQ(filled.error(), kFailed);
    Give(100000, {1});
    EXPECT_EQ(Fill(entropy, 32).error(), kFailed) << "it does not recover";
  }
}

// No entropy, no random bytes, no keys.
TEST_F(NoiseEntropyTest, WithoutEntropyThereAreNoKeys) {
  Give(0, {0});
  static NoiseEntropy* device;
  device = &entropy_;
  static constexpr EntropySource kDevice = {"device",
                                            [](MutableBytes out) { return device->Fill(out); }};
  CtrDrbg rng(kPortableAes256, kDevice);
  ByteString out(16, 0xee);
  EXPECT_EQ(rng.Fill(absl::MakeSpan(out)).error(), kFailed);
  EXPECT_EQ(out, ByteString(16, 0));
  InlineKeyStore<1> store(DefaultDrivers());
  for (const KeyType type :
       {KeyType::kEcP256, KeyType::kEd25519, KeyType::kAes, KeyType::kMlKem768}) {
    const uint16_t bits = type == KeyType::kAes ? 256 : 0;
    EXPECT_EQ(store->Generate({.type = type, .bits = bits, .usage = Usage::kSign}, rng).error(),
              kFailed);
  }
}

TEST(SystemRngTest, GivesDifferentBytes) {
  SystemRng one, two;
  ByteString a(32), b(32), c(32);
  ASSERT_TRUE(one.Fill(absl::MakeSpan(a)).ok());
  ASSERT_TRUE(one.Fill(absl::MakeSpan(b)).ok());
  ASSERT_TRUE(two.Fill(absl::MakeSpan(c)).ok());
  EXPECT_NE(a, b);
  EXPECT_NE(b, c);
  EXPECT_NE(a, c);
}

TEST(SystemRngTest, AForkedChildGoesItsOwnWay) {
  SystemRng rng;
  ByteString parent(32), child(32);
  ASSERT_TRUE(rng.Fill(absl::MakeSpan(parent)).ok());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    const bool wrote =
        rng.Fill(absl::MakeSpan(child)).ok() && write(ends[1], child.data(), 32) == 32;
    _exit(wrote ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_EQ(status, 0);
  ASSERT_EQ(read(ends[0], child.data(), 32), 32);
  ASSERT_TRUE(rng.Fill(absl::MakeSpan(parent)).ok());
  EXPECT_NE(parent, child);
  close(ends[0]);
  close(ends[1]);
}

TEST(DeterministicRngTest, RepeatsItselfHoweverItIsAsked) {
  testing::DeterministicRng one(7), two(7), other(8);
  ByteString a(100), b(100), c(100);
  ASSERT_TRUE(one.Fill(absl::MakeSpan(a)).ok());
  for (size_t at = 0; at < 100; at += 5) {
    ASSERT_TRUE(two.Fill(Slice(absl::MakeSpan(b), at, 5)).ok());
  }
  ASSERT_TRUE(other.Fill(absl::MakeSpan(c)).ok());
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

}  // namespace
}  // namespace merlon::crypto
