// SPDX-License-Identifier: Apache-2.0
// AEADs.
#include "crypto/drivers/testing/conformance.h"

#include <gtest/gtest.h>

#include "crypto/drivers/testing/conformance_support.h"

namespace merlon::crypto::testing {
namespace {

ByteString Seal(const AeadKey& key, uint64_t nonce64, Bytes ad, Bytes plaintext) {
  ByteString out(plaintext.size() + key.algorithm()->tag_size);
  key.SealScatter(nonce64, ad, absl::Span<const Bytes>(&plaintext, 1), {}, absl::MakeSpan(out));
  return out;
}

bool AllZero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

struct AeadAnswer {
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
constexpr char kZero48[] = "000000000000000000000000000000000000000000000000";
constexpr char kGcmKeyOneAndAHalf[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c";
constexpr char kZero64[] = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr char kGcmIv[] = "cafebabefacedbaddecaf888";
constexpr char kGcmAd[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

// McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: cases 1 to 4, 7
// to 10, 13 to 16.
constexpr AeadAnswer kGcmAnswers[] = {
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
    {kZero48, "000000000000000000000000", "", "", "cd33b28ac773f74ba00ed1f312572435"},
    {kZero48, "000000000000000000000000", "", kZero32,
     "98e7247c07f0fe411c267e4384b0f6002ff58d80033927ab8ef4d4587514f0fb"},
    {kGcmKeyOneAndAHalf, kGcmIv, "", kGcmText,
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
     "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256"
     "9924a7c8587336bfb118024db8674a14"},
    {kGcmKeyOneAndAHalf, kGcmIv, kGcmAd, kGcmTextCut,
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
     "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710"
     "2519498e80f1478f37ba55bd6d27618c"},
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

// RFC 8439 s2.8.2, and appendix A.5 the other way round.
constexpr AeadAnswer kChaCha20Poly1305Answers[] = {
    {"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
     "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
     "0691"},
    {"1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0", "000000000102030405060708",
     "f33388860000000000004e91",
     "496e7465726e65742d4472616674732061726520647261667420646f63756d65"
     "6e74732076616c696420666f722061206d6178696d756d206f6620736978206d"
     "6f6e74687320616e64206d617920626520757064617465642c207265706c6163"
     "65642c206f72206f62736f6c65746564206279206f7468657220646f63756d65"
     "6e747320617420616e792074696d652e20497420697320696e617070726f7072"
     "6961746520746f2075736520496e7465726e65742d4472616674732061732072"
     "65666572656e6365206d6174657269616c206f7220746f206369746520746865"
     "6d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67"
     "726573732e2fe2809d",
     "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
     "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
     "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
     "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
     "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
     "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
     "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
     "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
     "a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38"},
};

// Tags of 16 bytes, then of 8. SP 800-38C appendix C, example 3; the others are Wycheproof's
// aes_ccm_test.json, tcId 51, 129, 207, 366, 414 and 462.
constexpr AeadAnswer kCcmAnswers[] = {
    {"2c9b9ff47d742c4ab224e9ca1ed57c4c", "917962caf3932441c259282f",
     "72175bdfdb4a23e97fdcbd263baf4316",
     "b542c2f3f81670ddf74f15184ab7de17e057cde9eef92babdb837500774c19",
     "320ae0c11e92d10d5bf5485c854b2d8f6318e33f16b520cffd35ada381c967"
     "a4866908e664ee140c6ae2b9d2ab8416"},
    {"49f33bc3c1a40e1ca3b56a499e4c9137c148d1256155fdb6", "47bc33d91349056838b62474",
     "449c8cbb9a67adb03f60646e5b904620",
     "a920b4fea908b1771d58d4c108838f3af7b8415497063dd9691a552344d642",
     "67adef99611f341d14ea27e72da9b658c9a79e3b328e79758c9d34db0bed06"
     "b2a44d0fc94606c4e2b6c39b242b3aca"},
    {"f59abcbf4218bd5c7601f080b5fbd3ae088733702c8fbef0c5296a406f563827", "a5eb0e6fe669e68239ace550",
     "d603491fbf0950d36489abb40dd8d42b",
     "97dcbacd70a678cfaed13c942cf920e851ec3e6fb1f6c6eb95f1c965fb1a13",
     "c0b27edd6533cfba81323ac78d0aeb0371b1d7b89938e04c319148961513fb"
     "56aabbde47ab2c53db48703033f8ca68"},
};
constexpr AeadAnswer kCcm8Answers[] = {
    {"404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b",
     "000102030405060708090a0b0c0d0e0f10111213", "202122232425262728292a2b2c2d2e2f3031323334353637",
     "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951"},
    {"c08339a6f80b84e201e3d6030cdb3f02", "1cbf2ca31330abe749db588b",
     "b535a847dfc962012d913a4076f58f9f",
     "4f9fd6ad1656cce99af7469960073a241569ce32dad558111b50306053a0b6",
     "c91d4c8bf7fdba49b87001fc3ec95f455ba32bc05ba336bc3d58f4ad08b5bc34d622fe4ba3cac5"},
    {"7bcccd494460a755cf82eedccae6b141b3c5b8360f09dcfd", "3ab4798ad9c05cc793f5c33d",
     "9055300f9af44b8c4a7fddbdd8e24972",
     "e1eb07d797f5fe2a31c28c0382b521612cbb0a6fdc6e53e27b2914087882d0",
     "6a7cb67d395897d5ce8c597309d51020149b1feb131361dc1a236ee92b40a81ffc13f74d3c0776"},
    {"110480ea9c9f4c5e6b5be01a2aafc861d1370c243aff9faafd0a92a9d18e5845", "0e5cf683e13204cf91a2d4b6",
     "c490a5fa19b97c3e3adf20bc4df51140",
     "c92ec3d6a2c2fa19c45be7107a48a9ea0fe46a92978b5dabb3f94b457b5fbd",
     "bb5110dd12bd3d12144c8de55b3b2677fc7084d56afcc6a76a5228fff8dbd3e39b0d1174f7609b"},
};

// Those of `answers` that have this key size; `count` of them.
void CheckKnownAnswers(const AeadAlgorithm& aead, absl::Span<const AeadAnswer> answers, int count) {
  int ran = 0;
  for (const AeadAnswer& answer : answers) {
    const ByteString key_bytes = FromHex(answer.key);
    if (key_bytes.size() != aead.key_size) continue;
    ++ran;
    AeadKey key;
    key.Bind(aead, key_bytes, FromHex(answer.iv));
    EXPECT_EQ(ToHex(Seal(key, 0, FromHex(answer.ad), FromHex(answer.plaintext))), answer.sealed);
    ByteString in_out = FromHex(answer.sealed);
    ASSERT_TRUE(key.OpenInPlace(0, FromHex(answer.ad), absl::MakeSpan(in_out)));
    in_out.resize(in_out.size() - aead.tag_size);
    EXPECT_EQ(ToHex(in_out), answer.plaintext);
  }
  EXPECT_EQ(ran, count);
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
      ByteString out(size + aead.tag_size, 0xee);
      key.SealScatter(7, ad, parts, rest, absl::MakeSpan(out));
      EXPECT_EQ(out, expected) << size << " bytes in " << parts.size() << " parts";
    }
    const size_t head = size - size / 3;
    ByteString in_place(text.begin(), text.begin() + static_cast<ptrdiff_t>(head));
    in_place.resize(size + aead.tag_size);
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
      outs.emplace_back(texts[i].size() + aead.tag_size);
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

// What is offered beside: the same records and the mask's own mask; another mask changes nothing.
void CheckMasked(const AeadAlgorithm& aead, Rand& rand) {
  if (aead.masked == nullptr) return;
  AeadKey key;
  key.Bind(aead, RandomBytes(rand, aead.key_size), RandomBytes(rand, kAeadIvSize));
  alignas(16) uint8_t context[kMaxCipherContextSize];
  aead.mask->bind(context, RandomBytes(rand, aead.mask->key_size));
  // Sizes next to every number of blocks, past two of the chunks that kernels take.
  for (size_t i = 0; i < 3 * 36; ++i) {
    const size_t size = 64 * (i / 3) + i % 3;
    const ByteString text = RandomBytes(rand, size), ad = RandomBytes(rand, 5);
    const ByteString expected = Seal(key, i, ad, text);
    ByteString out(expected.size()), of(16), mask(16);
    aead.mask->mask(context, Slice(Bytes(expected), 0, 16), absl::MakeSpan(of));
    const size_t first = rand() % (size + 1), last = rand() % (size - first + 1);
    const Bytes parts[] = {Slice(Bytes(text), 0, first),
                           Slice(Bytes(text), first, size - first - last)};
    key.SealMasked(context, i, ad, parts, Slice(Bytes(text), size - last), absl::MakeSpan(out),
                   absl::MakeSpan(mask));
    EXPECT_EQ(out, expected) << size;
    EXPECT_EQ(mask, of) << size;

    const auto open = [&](unsigned foreseen, ByteString& record) {
      mask.assign(16, 0);
      return key.OpenMasked(context, i, ad, static_cast<uint16_t>(foreseen), absl::MakeSpan(record),
                            absl::MakeSpan(mask));
    };
    const unsigned number = static_cast<unsigned>(of[0] << 8 | of[1]);
    EXPECT_EQ(open(number ^ 0x100, out), MaskedOpen::kOtherMask);
    EXPECT_EQ(open(number ^ 1, out), MaskedOpen::kOtherMask);
    EXPECT_EQ(out, expected) << size;
    EXPECT_EQ(mask, of) << size;
    EXPECT_EQ(open(number, out), MaskedOpen::kOpened) << size;
    EXPECT_EQ(mask, of) << size;
    EXPECT_TRUE(std::equal(text.begin(), text.end(), out.begin())) << size;
    ByteString forged = expected;
    forged[rand() % forged.size()] ^= 0x20;
    aead.mask->mask(context, Slice(Bytes(forged), 0, 16), absl::MakeSpan(of));
    EXPECT_EQ(open(static_cast<unsigned>(of[0] << 8 | of[1]), forged), MaskedOpen::kForged) << size;
    EXPECT_TRUE(AllZero(forged)) << size;
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
  for (size_t size = 0; size < aead.tag_size; ++size) {
    ByteString record(size, 0x55);
    EXPECT_FALSE(key.OpenInPlace(0, {}, absl::MakeSpan(record)));
    EXPECT_TRUE(AllZero(record));
  }
}

}  // namespace

void CheckAeadDuties(const AeadAlgorithm& aead) {
  ASSERT_LE(aead.context_size, kMaxAeadContextSize);
  Rand rand(3);
  CheckNonce(aead, rand);
  CheckParts(aead, rand);
  CheckBatch(aead, rand);
  CheckMasked(aead, rand);
  CheckForgeries(aead, rand);
}

void CheckAesGcm(const AeadAlgorithm& aead) {
  ASSERT_EQ(aead.tag_size, 16);
  CheckKnownAnswers(aead, kGcmAnswers, 4);
  CheckAeadDuties(aead);
}

void CheckChaCha20Poly1305(const AeadAlgorithm& aead) {
  ASSERT_EQ(aead.tag_size, 16);
  CheckKnownAnswers(aead, kChaCha20Poly1305Answers, 2);
  CheckAeadDuties(aead);
}

void CheckAesCcm(const AeadAlgorithm& aead) {
  if (aead.tag_size == 16) {
    CheckKnownAnswers(aead, kCcmAnswers, 1);
  } else {
    ASSERT_EQ(aead.tag_size, 8);
    CheckKnownAnswers(aead, kCcm8Answers, aead.key_size == 16 ? 2 : 1);
  }
  CheckAeadDuties(aead);
}

int CheckWycheproof(const AeadAlgorithm& aead, const char* name) {
  return ForEachWycheproof(name, [&](const auto& group, const auto& test) {
    if (group.at("ivSize") != 96 || group.at("tagSize") != aead.tag_size * 8 ||
        group.at("keySize") != aead.key_size * 8) {
      return false;
    }
    AeadKey key;
    key.Bind(aead, HexMember(test, "key"), HexMember(test, "iv"));
    const ByteString ad = HexMember(test, "aad"), text = HexMember(test, "msg"),
                     sealed = Joined(HexMember(test, "ct"), HexMember(test, "tag"));
    ByteString in_out = sealed;
    const bool valid = test.at("result") == "valid";
    EXPECT_EQ(key.OpenInPlace(0, ad, absl::MakeSpan(in_out)), valid) << test;
    if (!valid) return true;
    in_out.resize(in_out.size() - aead.tag_size);
    EXPECT_EQ(in_out, text) << test;
    EXPECT_EQ(Seal(key, 0, ad, text), sealed) << test;
    return true;
  });
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
    ByteString shifted(text.size() + a.tag_size + 64);
    const MutableBytes out =
        Slice(absl::MakeSpan(shifted), rand() % 64, text.size() + a.tag_size);  // any alignment
    two.SealScatter(nonce64, ad, parts, rest, out);
    ASSERT_EQ(ByteString(out.begin(), out.end()), expected) << "seed " << seed << ", " << round;
    ASSERT_TRUE(two.OpenInPlace(nonce64, ad, out));
    ASSERT_EQ(ByteString(out.begin(), out.end() - a.tag_size), text)
        << "seed " << seed << ", " << round;
  }
}

}  // namespace merlon::crypto::testing
