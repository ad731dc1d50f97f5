// SPDX-License-Identifier: Apache-2.0
// Hashes, and HMAC and HKDF over them.
#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/conformance_support.h"
#include "crypto/key_derivation.h"
#include "crypto/mac.h"
#include "crypto/pbkdf2.h"

namespace merlon::crypto::testing {
namespace {

struct HashAnswer {
  std::string message;
  const char *sha1, *sha224, *sha256, *sha384, *sha512;
};

// NIST, "Cryptographic Standards and Guidelines: Examples with Intermediate Values" for FIPS 180-4.
std::vector<HashAnswer> HashAnswers() {
  return {
      {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
       "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
       "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fb"
       "d51ad2f14898b95b",
       "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0"
       "ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
      {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
       "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc23"
       "58baeca134c825a7",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a8"
       "36ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
       "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
       "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6b0455a8520bc4e6f"
       "5fe95b1fe3c8452b",
       "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9"
       "aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijk"
       "lmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
       "a49b2446a02c645bf419f995b67091253a04a259",
       "c97ca9a559850ce97a04a96def6d99a9e0e0e2ab14e6b8df265fc0b3",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
       "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db9"
       "66c3e9fa91746039",
       "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4"
       "331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"},
      {std::string(1000000, 'a'), "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
       "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67",
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
       "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4eb"
       "ae97ddd87f3d8985",
       "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a"
       "4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
  };
}

const char* AnswerOf(const HashAnswer& answer, HashId id) {
  switch (id) {
    case HashId::kSha1:
      return answer.sha1;
    case HashId::kSha224:
      return answer.sha224;
    case HashId::kSha256:
      return answer.sha256;
    case HashId::kSha384:
      return answer.sha384;
    default:
      return answer.sha512;
  }
}

// On three messages at once, the first of `size` bytes; each may be in parts.
void CheckSameHmac(const HashAlgorithm& a, const HashAlgorithm& b, size_t size, Rand& rand) {
  const ByteString key = RandomBytes(rand, rand() % 300);
  const Hmac hmac_a(a, key), hmac_b(b, key);
  constexpr size_t kMessages = 3;
  ByteString messages[kMessages], from_a[kMessages], from_b[kMessages];
  std::array<Bytes, 2> parts[kMessages];
  std::vector<HmacMessage> jobs;
  for (size_t i = 0; i < kMessages; ++i) {
    messages[i] = RandomBytes(rand, i == 0 ? size : rand() % (2 * a.block_size + 2));
    const size_t cut = rand() % (messages[i].size() + 1);
    parts[i] = {Slice(Bytes(messages[i]), 0, cut), Slice(Bytes(messages[i]), cut)};
    from_a[i].resize(rand() % (a.size + 1u));
    from_b[i].resize(from_a[i].size());
    hmac_b.Compute(parts[i], absl::MakeSpan(from_b[i]));
    jobs.push_back({parts[i], absl::MakeSpan(from_a[i])});
  }
  hmac_a.Compute(jobs);
  for (size_t i = 0; i < kMessages; ++i) ASSERT_EQ(from_a[i], from_b[i]) << messages[i].size();
}

}  // namespace

void CheckHash(const HashAlgorithm& hash) {
  for (const HashAnswer& answer : HashAnswers()) {
    EXPECT_EQ(ToHex(HashOf(hash, AsBytes(answer.message)).view()), AnswerOf(answer, hash.id));
  }
  CheckHashDuties(hash);
}

void CheckHashDuties(const HashAlgorithm& hash) {
  Rand rand(1);
  const ByteString message = RandomBytes(rand, 400);
  for (size_t size = 0; size <= message.size(); ++size) {
    const Bytes whole = Slice(Bytes(message), 0, size);
    Hasher hasher(hash);
    for (Bytes rest = whole; !rest.empty();) {
      const size_t take = 1 + rand() % rest.size();
      hasher.Update(Slice(rest, 0, take));
      rest.remove_prefix(take);
    }
    Hasher fork(hasher);
    fork.Update(whole);
    EXPECT_EQ(hasher.Peek(), HashOf(hash, whole)) << size;
    EXPECT_EQ(fork.Peek(), HashOf(hash, Joined(whole, whole))) << size;
    ByteString digest(hash.size);
    hasher.Finish(absl::MakeSpan(digest));
    EXPECT_EQ(hasher.Peek(), HashOf(hash, Bytes())) << "Finish restarts";
  }
  HashAlgorithm without_kernel = hash;
  without_kernel.hmac = nullptr;
  for (size_t size = 0; size <= 5u * hash.block_size; ++size) {
    CheckSameHmac(hash, without_kernel, size, rand);
  }
}

int CheckHmacWycheproof(const HashAlgorithm& hash, const char* name) {
  return ForEachWycheproof(name, [&](const auto& group, const auto& test) {
    const size_t tag_size = group.at("tagSize").template get<size_t>() / 8;
    const ByteString key = HexMember(test, "key"), message = HexMember(test, "msg"),
                     tag = HexMember(test, "tag");
    const bool valid = test.at("result") == "valid";
    ByteString mac(hash.size);
    const Bytes data(message);
    HmacOf(hash, key, absl::Span<const Bytes>(&data, 1), absl::MakeSpan(mac));
    mac.resize(tag_size);
    EXPECT_EQ(mac == tag, valid) << test;
    EXPECT_EQ(Hmac(hash, key).Verify(absl::Span<const Bytes>(&data, 1), tag),
              valid && tag_size == hash.size)
        << test;
    return true;
  });
}

int CheckHkdfWycheproof(const HashAlgorithm& hash, const char* name) {
  return ForEachWycheproof(name, [&](const auto&, const auto& test) {
    const size_t size = test.at("size").template get<size_t>();
    if (test.at("result") != "valid") {
      EXPECT_GT(size, size_t{255} * hash.size) << test;  // the only invalid kind: it traps here
      return true;
    }
    ByteString prk(hash.size), okm(size);
    HkdfExtract(hash, HexMember(test, "salt"), HexMember(test, "ikm"), absl::MakeSpan(prk));
    const ByteString info = HexMember(test, "info");
    const Bytes infos[] = {info};
    HkdfExpand(hash, prk, infos, absl::MakeSpan(okm));
    EXPECT_EQ(okm, HexMember(test, "okm")) << test;
    return true;
  });
}

int CheckPbkdf2Wycheproof(const HashAlgorithm& hash, const char* name) {
  uint32_t spent = 0;
  return ForEachWycheproof(name, [&](const auto&, const auto& test) {
    const auto iterations = test.at("iterationCount").template get<uint32_t>();
    if (iterations > 32768 - spent) return false;
    spent += iterations;
    EXPECT_EQ(test.at("result"), "valid");
    ByteString out(test.at("dkLen").template get<size_t>());
    EXPECT_TRUE(Pbkdf2(hash, HexMember(test, "password"), HexMember(test, "salt"), iterations,
                       absl::MakeSpan(out))
                    .ok());
    EXPECT_EQ(out, HexMember(test, "dk")) << test;
    return true;
  });
}

void CheckSameHash(const HashAlgorithm& a, const HashAlgorithm& b, uint64_t seed, int rounds) {
  Rand rand(seed);
  for (int round = 0; round < rounds; ++round) {
    const ByteString message = RandomBytes(rand, rand() % 1500);
    const size_t cut = rand() % (message.size() + 1);
    const Bytes parts[] = {Slice(Bytes(message), 0, cut), Slice(Bytes(message), cut)};
    ASSERT_EQ(HashOf(a, message), HashOf(b, parts)) << "seed " << seed << ", " << round;
    CheckSameHmac(a, b, rand() % (2 * a.block_size + 2), rand);
  }
}

}  // namespace merlon::crypto::testing
