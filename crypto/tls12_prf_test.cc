// SPDX-License-Identifier: Apache-2.0
#include "crypto/tls12_prf.h"

#include <gtest/gtest.h>

#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

std::string Prf(const HashAlgorithm& hash, Bytes secret, std::string_view label,
                absl::Span<const Bytes> seed, size_t size) {
  ByteString out(size);
  Tls12Prf(Hmac(hash, secret), label, seed, absl::MakeSpan(out));
  return ToHex(out);
}

// As published on the IETF's TLS list ("Test vectors for TLS 1.2 PRF", msg03416), label "test
// label"; Botan's tls_prf.vec has the same.
TEST(Tls12PrfTest, GivesThePublishedAnswers) {
  const struct {
    const HashAlgorithm& hash;
    const char *secret, *seed, *out;
  } kCases[] = {
      {kPortableSha256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c",
       "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e"
       "14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5"
       "a72e5a5110fff70187347b66"},
      {kPortableSha384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465",
       "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b123"
       "3c9146a0e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd"
       "4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a2"
       "6854308d5eaa3be85e0990703d73e56f"},
      {kPortableSha512, "b0323523c1853599584d88568bbb05eb", "d4640e12e4bcdbfb437f03e6ae418ee5",
       "1261f588c798c5c201ff036e7a9cb5edcd7fe3f94c669a122a4638d7d508b283042df6789875c7147e906d86"
       "8bc75c45e20eb40c1cf4a1713b27371f68432592f7dc8ea8ef223e12ea8507841311bf68653d0cfc4056d811"
       "f025c45ddfa6e6fec702f054b409d6f28dd0a3233e498da41a3e75c5630eedbe22fe254e33a1b0e9f6b98266"
       "75bec7d01a845658dc9c397545401d40b9f46c7a400ee1b8f81ca0a60d1a397a1028bff5d2ef5066126842fb"
       "8da4197632bdb54ff6633f86bbc836e640d4d898"},
  };
  for (const auto& c : kCases) {
    const ByteString seed = FromHex(c.seed);
    const Bytes pieces[] = {seed};
    EXPECT_EQ(
        Prf(c.hash, FromHex(c.secret), "test label", pieces, std::string_view(c.out).size() / 2),
        c.out);
  }
}

// From an independent computation (Python's hmac): a secret of 131 bytes, 00 01 .. 82, is longer
// than SHA-256's and SHA-384's blocks and is hashed first; seeds 00 01 .. 3f in two pieces.
TEST(Tls12PrfTest, TakesSecretsLongerThanABlockAndSeedsInPieces) {
  ByteString secret, seed;
  for (uint8_t i = 0; i < 131; ++i) secret.push_back(i);
  for (uint8_t i = 0; i < 64; ++i) seed.push_back(i);
  const char* const sha256 =
      "105696cdc7b9cdbd04839f36355a68ed4f28d20df722e3358e451730e97fe456"
      "10e4f4c16a178fd5dfe5b39d6012c6d6";
  const char* const sha384 =
      "a45090ac1a77da329da7b7823264a0e66be9f5ab0e03ed0ec2422e1c8fc8b29e"
      "a4c86622bf2e2be4ac7a73e0485804c6";
  for (size_t cut = 0; cut <= seed.size(); ++cut) {
    const Bytes pieces[] = {Slice(Bytes(seed), 0, cut), Slice(Bytes(seed), cut)};
    EXPECT_EQ(Prf(kPortableSha256, secret, "master secret", pieces, 48), sha256);
    EXPECT_EQ(Prf(kPortableSha384, secret, "key expansion", pieces, 48), sha384);
  }
  EXPECT_EQ(Prf(kPortableSha256, {}, "", {}, 33),
            "a6f991ab2b5f9ee8063c115ab7b4009b0f3bcb8f1090e1afc4a3ff202e82ed0000");
}

TEST(Tls12PrfTest, AShorterOutputIsThePrefixOfALonger) {
  const ByteString secret(48, 5);
  const std::string longest = Prf(kPortableSha256, secret, "client finished", {}, 300);
  for (size_t size = 0; size < 300; ++size) {
    EXPECT_EQ(Prf(kPortableSha256, secret, "client finished", {}, size),
              longest.substr(0, 2 * size));
  }
}

TEST(Tls12PrfTest, TwoAtOnceAreWhatEachIsAlone) {
  const ByteString secret(48, 5), seed(64, 9);
  const Bytes pieces[] = {seed};
  for (const HashAlgorithm* hash : {&kPortableSha256, &kPortableSha384}) {
    const Hmac hmac(*hash, secret);
    for (const size_t a : {0, 12, 32, 40, 48, 64, 104, 200}) {
      for (const size_t b : {0, 1, 12, 33, 96, 150}) {
        ByteString one(a), other(b);
        Tls12PrfOfTwo(hmac, {"key expansion", pieces, absl::MakeSpan(one)},
                      {"client finished", {}, absl::MakeSpan(other)});
        EXPECT_EQ(ToHex(one), Prf(*hash, secret, "key expansion", pieces, a)) << a << " " << b;
        EXPECT_EQ(ToHex(other), Prf(*hash, secret, "client finished", {}, b)) << a << " " << b;
      }
    }
  }
}

}  // namespace
}  // namespace merlon::crypto
