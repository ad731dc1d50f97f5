// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/conformance.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {
namespace {

using Rand = std::mt19937_64;

ByteString RandomBytes(Rand& rand, size_t size) {
  ByteString out(size);
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(rand());
  return out;
}

ByteString Seal(const AeadKey& key, uint64_t nonce64, Bytes ad, Bytes plaintext) {
  ByteString out(plaintext.size() + key.algorithm()->tag_size);
  key.SealScatter(nonce64, ad, absl::Span<const Bytes>(&plaintext, 1), {}, absl::MakeSpan(out));
  return out;
}

ByteString Joined(Bytes a, Bytes b) {
  ByteString out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

bool AllZero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

struct HashAnswer {
  std::string message;
  const char *sha256, *sha384, *sha512;
};

// NIST, "Cryptographic Standards and Guidelines: Examples with Intermediate Values" for FIPS 180-4.
std::vector<HashAnswer> HashAnswers() {
  return {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
       "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
       "274edebfe76f65fbd51ad2f14898b95b",
       "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
       "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
       "8086072ba1e7cc2358baeca134c825a7",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
       "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6"
       "b0455a8520bc4e6f5fe95b1fe3c8452b",
       "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335"
       "96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
       "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
       "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
       "fcc7c71a557e2db966c3e9fa91746039",
       "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
       "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"},
      {std::string(1000000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
       "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
       "07b8b3dc38ecc4ebae97ddd87f3d8985",
       "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
       "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
  };
}

struct GcmAnswer {
  const char *key, *iv, *ad, *plaintext, *sealed;
};

constexpr char kGcmText[] =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
constexpr char kGcmTextCut[] =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
constexpr char kGcmKey[] = "feffe9928665731c6d6a8f9467308308";
constexpr char kGcmKeyTwice[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr char kZero32[] = "00000000000000000000000000000000";
constexpr char kZero64[] = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr char kGcmIv[] = "cafebabefacedbaddecaf888";
constexpr char kGcmAd[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

// McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: cases 1 to 4, 13
// to 16.
constexpr GcmAnswer kGcmAnswers[] = {
    {kZero32, "000000000000000000000000", "", "", "58e2fccefa7e3061367f1d57a4e7455a"},
    {kZero32, "000000000000000000000000", "", kZero32,
     "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"},
    {kGcmKey, kGcmIv, "", kGcmText,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
     "4d5c2af327cd64a62cf35abd2ba6fab4"},
    {kGcmKey, kGcmIv, kGcmAd, kGcmTextCut,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {kZero64, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZero64, "000000000000000000000000", "", kZero32,
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {kGcmKeyTwice, kGcmIv, "", kGcmText,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
     "b094dac5d93471bdec1a502270e3cc6c"},
    {kGcmKeyTwice, kGcmIv, kGcmAd, kGcmTextCut,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

void CheckGcmKnownAnswers(const AeadAlgorithm& aead) {
  int ran = 0;
  for (const GcmAnswer& answer : kGcmAnswers) {
    const ByteString key_bytes = FromHex(answer.key);
    if (key_bytes.size() != aead.key_size) continue;
    ++ran;
    AeadKey key;
    key.Bind(aead, key_bytes, FromHex(answer.iv));
    EXPECT_EQ(ToHex(Seal(key, 0, FromHex(answer.ad), FromHex(answer.plaintext))), answer.sealed);
    ByteString in_out = FromHex(answer.sealed);
    ASSERT_TRUE(key.OpenInPlace(0, FromHex(answer.ad), absl::MakeSpan(in_out)));
    in_out.resize(in_out.size() - 16);
    EXPECT_EQ(ToHex(in_out), answer.plaintext);
  }
  EXPECT_EQ(ran, 4);
}

// The nonce is the IV with nonce64 XORed, big-endian, into its last eight bytes.
void CheckNonce(const AeadAlgorithm& aead, Rand& rand) {
  const ByteString key_bytes = RandomBytes(rand, aead.key_size), text = RandomBytes(rand, 40);
  const ByteString iv = FromHex("a0a1a2a3a4a5a6a7a8a9aaab"),
                   changed = FromHex("a0a1a2a3a5a7a5a3addfdfdc");
  AeadKey a, b;
  a.Bind(aead, key_bytes, iv);
  b.Bind(aead, key_bytes, changed);
  EXPECT_EQ(Seal(a, 0x0102030405767577, text, text), Seal(b, 0, text, text));
  EXPECT_NE(Seal(a, 1, text, text), Seal(a, 2, text, text));
}

// However the plaintext is cut into parts and tail, and in place, the record is the same.
void CheckParts(const AeadAlgorithm& aead, Rand& rand) {
  AeadKey key;
  key.Bind(aead, RandomBytes(rand, aead.key_size), RandomBytes(rand, kAeadIvSize));
  for (size_t size : {0, 1, 15, 16, 17, 127, 128, 129, 255, 256, 300, 1000}) {
    const ByteString text = RandomBytes(rand, size), ad = RandomBytes(rand, 13);
    const ByteString expected = Seal(key, 7, ad, text);
    for (int trial = 0; trial < 20; ++trial) {
      std::vector<Bytes> parts;
      Bytes rest(text);
      while (parts.size() < static_cast<size_t>(trial % 6)) {
        const size_t take = rand() % (rest.size() + 1);
        parts.push_back(Slice(rest, 0, take));
        rest.remove_prefix(take);
      }
      ByteString out(size + 16, 0xee);
      key.SealScatter(7, ad, parts, rest, absl::MakeSpan(out));
      EXPECT_EQ(out, expected) << size << " bytes in " << parts.size() << " parts";
    }
    const size_t head = size - size / 3;
    ByteString in_place(text.begin(), text.begin() + static_cast<ptrdiff_t>(head));
    in_place.resize(size + 16);
    const Bytes first(in_place.data(), head);
    key.SealScatter(7, ad, absl::Span<const Bytes>(&first, 1), Slice(Bytes(text), head),
                    absl::MakeSpan(in_place));
    EXPECT_EQ(in_place, expected) << size << " bytes in place";
  }
}

void CheckBatch(const AeadAlgorithm& aead, Rand& rand) {
  AeadKey key;
  key.Bind(aead, RandomBytes(rand, aead.key_size), RandomBytes(rand, kAeadIvSize));
  for (size_t count : {0, 1, 2, 3, 5, 8, 13}) {
    std::vector<ByteString> texts, outs;
    for (size_t i = 0; i < count; ++i) {
      texts.push_back(RandomBytes(rand, rand() % 200));
      outs.emplace_back(texts[i].size() + 16);
    }
    std::vector<SealJob> jobs;
    for (size_t i = 0; i < count; ++i) {
      jobs.push_back({100 + i, Slice(Bytes(texts[0]), 0, texts[0].size() / 2), texts[i],
                      absl::MakeSpan(outs[i])});
    }
    key.SealBatch(jobs);
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(outs[i], Seal(key, 100 + i, jobs[i].ad, texts[i]));
  }
}

// A change of any bit, of the nonce or of the additional data is refused and leaves zeros behind.
void CheckForgeries(const AeadAlgorithm& aead, Rand& rand) {
  AeadKey key;
  key.Bind(aead, RandomBytes(rand, aead.key_size), RandomBytes(rand, kAeadIvSize));
  for (size_t size : {0, 1, 16, 40, 130}) {
    const ByteString text = RandomBytes(rand, size), ad = RandomBytes(rand, 5);
    const ByteString sealed = Seal(key, 9, ad, text);
    const auto refused = [&](uint64_t nonce64, Bytes with_ad, ByteString record) {
      EXPECT_FALSE(key.OpenInPlace(nonce64, with_ad, absl::MakeSpan(record)));
      EXPECT_TRUE(AllZero(record));
    };
    for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      ByteString forged = sealed;
      forged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      refused(9, ad, forged);
    }
    refused(8, ad, sealed);
    refused(9, Slice(Bytes(ad), 1), sealed);
    refused(9, {}, sealed);
    if (size > 0) refused(9, ad, ByteString(sealed.begin(), sealed.end() - 1));
  }
  for (size_t size = 0; size < 16; ++size) {
    ByteString record(size, 0x55);
    EXPECT_FALSE(key.OpenInPlace(0, {}, absl::MakeSpan(record)));
    EXPECT_TRUE(AllZero(record));
  }
}

}  // namespace

void CheckHash(const HashAlgorithm& hash) {
  for (const HashAnswer& answer : HashAnswers()) {
    const char* expected = hash.id == HashId::kSha256   ? answer.sha256
                           : hash.id == HashId::kSha384 ? answer.sha384
                                                        : answer.sha512;
    EXPECT_EQ(ToHex(HashOf(hash, AsBytes(answer.message)).view()), expected);
  }
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
}

void CheckCipher(const CipherAlgorithm& cipher) {
  ByteString key;
  for (uint8_t i = 0; i < cipher.key_size; ++i) key.push_back(i);
  alignas(16) uint8_t context[kMaxCipherContextSize];
  cipher.bind(context, key);
  const ByteString block = FromHex("00112233445566778899aabbccddeeff");
  ByteString out(16);
  cipher.encrypt_blocks(context, block, absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), cipher.key_size == 16 ? "69c4e0d86a7b0430d8cdb78070b4c55a"
                                              : "8ea2b7ca516745bfeafc49904b496089");
  Rand rand(2);
  for (size_t blocks = 0; blocks < 20; ++blocks) {
    const ByteString in = RandomBytes(rand, 16 * blocks);
    ByteString each(in.size()), together(in.size()), in_place(in);
    for (size_t at = 0; at < in.size(); at += 16) {
      cipher.encrypt_blocks(context, Slice(Bytes(in), at, 16), Slice(absl::MakeSpan(each), at, 16));
    }
    cipher.encrypt_blocks(context, in, absl::MakeSpan(together));
    cipher.encrypt_blocks(context, in_place, absl::MakeSpan(in_place));
    EXPECT_EQ(together, each);
    EXPECT_EQ(in_place, each);
  }
}

void CheckMask(const MaskAlgorithm& mask, const CipherAlgorithm& cipher) {
  ASSERT_EQ(mask.key_size, cipher.key_size);
  alignas(16) uint8_t mask_context[kMaxCipherContextSize], cipher_context[kMaxCipherContextSize];
  ByteString key = FromHex("9f50449e04a0e810283a1e9933adedd2");
  key.resize(mask.key_size);
  mask.bind(mask_context, key);
  cipher.bind(cipher_context, key);
  const ByteString sample = FromHex("d1b1c98dd7689fb8ec11d242b123dc9b");
  ByteString out(16), expected(16);
  mask.mask(mask_context, sample, absl::MakeSpan(out));
  cipher.encrypt_blocks(cipher_context, sample, absl::MakeSpan(expected));
  EXPECT_EQ(out, expected);
  if (mask.key_size == 16) {
    EXPECT_EQ(ToHex(Slice(Bytes(out), 0, 5)), "437b9aec36");
  }
}

void CheckAesGcm(const AeadAlgorithm& aead) {
  ASSERT_EQ(aead.tag_size, 16);
  ASSERT_LE(aead.context_size, kMaxAeadContextSize);
  Rand rand(3);
  CheckGcmKnownAnswers(aead);
  CheckNonce(aead, rand);
  CheckParts(aead, rand);
  CheckBatch(aead, rand);
  CheckForgeries(aead, rand);
}

int CheckAesGcmWycheproof(const AeadAlgorithm& aead) {
  const auto file = Wycheproof("aes_gcm");
  if (!file) return 0;
  int ran = 0;
  for (const auto& group : file->at("testGroups")) {
    if (group.at("ivSize") != 96 || group.at("tagSize") != 128 ||
        group.at("keySize") != aead.key_size * 8) {
      continue;
    }
    for (const auto& test : group.at("tests")) {
      const auto field = [&](const char* name) {
        return FromHex(test.at(name).get<std::string>());
      };
      ++ran;
      AeadKey key;
      key.Bind(aead, field("key"), field("iv"));
      const ByteString sealed = Joined(field("ct"), field("tag"));
      ByteString in_out = sealed;
      const bool valid = test.at("result") == "valid";
      EXPECT_EQ(key.OpenInPlace(0, field("aad"), absl::MakeSpan(in_out)), valid) << test;
      if (!valid) continue;
      in_out.resize(in_out.size() - 16);
      EXPECT_EQ(in_out, field("msg")) << test;
      EXPECT_EQ(Seal(key, 0, field("aad"), field("msg")), sealed) << test;
    }
  }
  return ran;
}

void CheckSameAead(const AeadAlgorithm& a, const AeadAlgorithm& b, uint64_t seed, int rounds) {
  Rand rand(seed);
  for (int round = 0; round < rounds; ++round) {
    const ByteString key_bytes = RandomBytes(rand, a.key_size), iv = RandomBytes(rand, 12);
    AeadKey one, two;
    one.Bind(a, key_bytes, iv);
    two.Bind(b, key_bytes, iv);
    const uint64_t nonce64 = rand();
    const size_t longest = size_t{1} << rand() % 13;
    const ByteString text = RandomBytes(rand, rand() % longest),
                     ad = RandomBytes(rand, rand() % 70);
    const ByteString expected = Seal(one, nonce64, ad, text);
    std::vector<Bytes> parts;
    Bytes rest(text);
    for (size_t n = rand() % 5; n != 0; --n) {
      const size_t take = rand() % (rest.size() + 1);
      parts.push_back(Slice(rest, 0, take));
      rest.remove_prefix(take);
    }
    ByteString shifted(text.size() + 16 + 64);
    const MutableBytes out =
        Slice(absl::MakeSpan(shifted), rand() % 64, text.size() + 16);  // any alignment
    two.SealScatter(nonce64, ad, parts, rest, out);
    ASSERT_EQ(ByteString(out.begin(), out.end()), expected) << "seed " << seed << ", " << round;
    ASSERT_TRUE(two.OpenInPlace(nonce64, ad, out));
    ASSERT_EQ(ByteString(out.begin(), out.end() - 16), text) << "seed " << seed << ", " << round;
  }
}

void CheckSameHash(const HashAlgorithm& a, const HashAlgorithm& b, uint64_t seed, int rounds) {
  Rand rand(seed);
  for (int round = 0; round < rounds; ++round) {
    const ByteString message = RandomBytes(rand, rand() % 1500);
    const size_t cut = rand() % (message.size() + 1);
    const Bytes parts[] = {Slice(Bytes(message), 0, cut), Slice(Bytes(message), cut)};
    ASSERT_EQ(HashOf(a, message), HashOf(b, parts)) << "seed " << seed << ", " << round;
  }
}

void CheckSameCipher(const CipherAlgorithm& a, const CipherAlgorithm& b, uint64_t seed,
                     int rounds) {
  Rand rand(seed);
  alignas(16) uint8_t one[kMaxCipherContextSize], two[kMaxCipherContextSize];
  for (int round = 0; round < rounds; ++round) {
    const ByteString key = RandomBytes(rand, a.key_size), in = RandomBytes(rand, rand() % 30 * 16);
    ByteString from_a(in.size()), from_b(in.size());
    a.bind(one, key);
    b.bind(two, key);
    a.encrypt_blocks(one, in, absl::MakeSpan(from_a));
    b.encrypt_blocks(two, in, absl::MakeSpan(from_b));
    ASSERT_EQ(from_a, from_b) << "seed " << seed << ", " << round;
  }
}

}  // namespace merlon::crypto::testing
