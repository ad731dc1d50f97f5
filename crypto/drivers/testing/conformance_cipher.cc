// SPDX-License-Identifier: Apache-2.0
// Block ciphers, masks, and the modes that are made of any driver's cipher.
#include "crypto/cipher_ctr.h"
#include "crypto/cmac.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/conformance_support.h"
#include "crypto/key_wrap.h"

namespace merlon::crypto::testing {
namespace {

// By size of key.
struct CipherAnswers {
  size_t key_size;
  const char* fips197;  // appendix C
  const char* key;      // SP 800-38A F, SP 800-38B D; CMACs of 0, 16, 40 and 64 bytes of kText
  const char* ctr;
  const char* cmacs[4];
  const char* wrapped;  // RFC 3394 s4.1, s4.2, s4.3
};
constexpr CipherAnswers kCipherAnswers[] = {
    {16,
     "69c4e0d86a7b0430d8cdb78070b4c55a",
     "2b7e151628aed2a6abf7158809cf4f3c",
     "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
     "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
     {"bb1d6929e95937287fa37d129b756746", "070a16b46b4d4144f79bdd9dd04a287c",
      "dfa66747de9ae63030ca32611497c827", "51f0bebf7e3b9d92fc49741779363cfe"},
     "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
    {24,
     "dda97ca4864cdfe06eaf70a0ec0d7191",
     "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
     "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
     {"d17ddf46adaacde531cac483de7a9367", "9e99a7bf31e710900662f65e617c5184",
      "8a1de5be2eb31aad089a82e6ee908b0e", "a1d5df0eed790f794d77589659f39a11"},
     "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
    {32,
     "8ea2b7ca516745bfeafc49904b496089",
     "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
     "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
     {"028962f61b7bf89efc6b551f4667d983", "28a7023f452e8f82bd4bf28d8c37c35c",
      "aaf3d8f1de5640c232f5b169b9c911e6", "e1992190549f6ed5696a2c056c315410"},
     "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
};
template <class Algorithm>
const CipherAnswers& AnswersOf(const Algorithm& cipher) {
  for (const CipherAnswers& answers : kCipherAnswers) {
    if (answers.key_size == cipher.key_size) return answers;
  }
  throw std::invalid_argument("no AES");
}

// SP 800-38A F, the text of all examples.
constexpr char kText[] =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

ByteString Count(size_t size) {
  ByteString out;
  for (size_t i = 0; i < size; ++i) out.push_back(static_cast<uint8_t>(i));
  return out;
}

ByteString Wrapped(const EncryptionKey& key, WrapPadding padding, const ByteString& material) {
  ByteString out(WrappedSize(material.size()));
  const Result<size_t> size = WrapKey(key, padding, material, absl::MakeSpan(out));
  if (!size.ok() || *size != out.size()) return {};
  return out;
}
Result<ByteString> Unwrapped(const DecryptionKey& key, WrapPadding padding,
                             const ByteString& wrapped) {
  ByteString out(wrapped.size() < 8 ? 0 : wrapped.size() - 8, 0xee);
  const Result<size_t> size = UnwrapKey(key, padding, wrapped, absl::MakeSpan(out));
  if (!size.ok()) {
    const bool untouched = std::all_of(out.begin(), out.end(), [](uint8_t b) { return b == 0xee; });
    const bool wiped = std::all_of(out.begin(), out.end(), [](uint8_t b) { return b == 0; });
    EXPECT_TRUE(untouched || wiped);
    return size.error();
  }
  out.resize(*size);
  return out;
}

}  // namespace

void CheckCipher(const CipherAlgorithm& cipher) {
  const ByteString key = Count(cipher.key_size);
  alignas(16) uint8_t context[kMaxCipherContextSize];
  cipher.bind(context, key);
  const ByteString block = FromHex("00112233445566778899aabbccddeeff");
  ByteString out(16);
  cipher.encrypt_blocks(context, block, absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), AnswersOf(cipher).fips197);
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

void CheckChaCha20Mask(const MaskAlgorithm& mask) {
  ASSERT_EQ(mask.key_size, 32);
  ASSERT_LE(mask.context_size, kMaxCipherContextSize);
  alignas(16) uint8_t context[kMaxCipherContextSize];
  ByteString out(16);
  mask.bind(context, FromHex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4"));
  mask.mask(context, FromHex("5e5cd55c41f69080575d7999c25a5bfb"), absl::MakeSpan(out));
  EXPECT_EQ(ToHex(Slice(Bytes(out), 0, 5)), "aefefe7d03");
  mask.bind(context, FromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  mask.mask(context, FromHex("01000000 000000090000004a00000000"), absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), "10f1e7e4d13b5915500fdd1fa32071c4");
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

void CheckBlockDecrypt(const BlockDecryptAlgorithm& decrypt, const CipherAlgorithm& cipher) {
  ASSERT_EQ(decrypt.id, cipher.id);
  ByteString out(16);
  DecryptionKey(decrypt, Count(decrypt.key_size))
      .Decrypt(FromHex(AnswersOf(decrypt).fips197), absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), "00112233445566778899aabbccddeeff");
  Rand rand(5);
  for (size_t blocks = 0; blocks < 20; ++blocks) {
    const ByteString key = RandomBytes(rand, cipher.key_size), in = RandomBytes(rand, 16 * blocks);
    ByteString text = in;
    EncryptionKey(cipher, key).Encrypt(text, absl::MakeSpan(text));
    DecryptionKey(decrypt, key).Decrypt(text, absl::MakeSpan(text));
    EXPECT_EQ(text, in);
  }
}

void CheckCtr(const CipherAlgorithm& cipher) {
  const ByteString key = FromHex(AnswersOf(cipher).key), text = FromHex(kText),
                   counter = FromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  ByteString out(text.size());
  CtrCrypt(cipher, key, counter, text, absl::MakeSpan(out));
  EXPECT_EQ(ToHex(out), AnswersOf(cipher).ctr);
  // All bytes of the counter carry; in parts, and in place.
  Rand rand(6);
  const ByteString last(16, 0xff), zero(16, 0);
  ByteString whole = RandomBytes(rand, 1000), parts = whole, behind(whole.size() - 16);
  CtrCrypt(cipher, key, zero, Slice(Bytes(whole), 16), absl::MakeSpan(behind));
  CtrCrypt(cipher, key, last, whole, absl::MakeSpan(whole));
  EXPECT_EQ(Bytes(behind), Slice(Bytes(whole), 16));
  CtrCipher stream(cipher, key, last);
  for (MutableBytes rest = absl::MakeSpan(parts); !rest.empty();) {
    const MutableBytes part = Slice(rest, 0, std::min(rest.size(), size_t{1} + rand() % 150));
    stream.Crypt(part, part);
    rest.remove_prefix(part.size());
  }
  EXPECT_EQ(parts, whole);
}

void CheckCmac(const CipherAlgorithm& cipher) {
  const ByteString text = FromHex(kText);
  Cmac cmac(cipher, FromHex(AnswersOf(cipher).key));
  Rand rand(7);
  const size_t sizes[] = {0, 16, 40, 64};
  for (size_t i = 0; i < 4; ++i) {
    const ByteString answer = FromHex(AnswersOf(cipher).cmacs[i]);
    for (int split = 0; split < 10; ++split) {
      for (Bytes rest = Slice(Bytes(text), 0, sizes[i]); !rest.empty();) {
        const Bytes part = Slice(rest, 0, split == 0 ? rest.size() : 1 + rand() % rest.size());
        cmac.Update(part);
        rest.remove_prefix(part.size());
      }
      ByteString wrong = answer;
      if (split > 4) wrong[rand() % 16] ^= 1;
      EXPECT_EQ(cmac.Verify(wrong), split <= 4) << sizes[i];
    }
  }
  EXPECT_FALSE(cmac.Verify(Slice(Bytes(FromHex(AnswersOf(cipher).cmacs[0])), 0, 15)));
}

void CheckKeyWrap(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt) {
  const auto kNone = WrapPadding::kNone, kPadded = WrapPadding::kPadded;
  const ByteString material = FromHex("00112233445566778899aabbccddeeff");
  const EncryptionKey key(cipher, Count(cipher.key_size));
  const DecryptionKey back(decrypt, Count(cipher.key_size));
  EXPECT_EQ(ToHex(Wrapped(key, kNone, material)), AnswersOf(cipher).wrapped);
  if (cipher.key_size == 24) {
    const EncryptionKey rfc5649(cipher,
                                FromHex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));
    EXPECT_EQ(ToHex(Wrapped(rfc5649, kPadded, FromHex("c37b7e6492584340bed12207808941155068f738"))),
              "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
    EXPECT_EQ(ToHex(Wrapped(rfc5649, kPadded, FromHex("466f7250617369"))),
              "afbeb0f07dfbf5419200f2ccb50bb24f");
  }
  const Error refused = PeerError(Code::kBadMac, Alert::kDecryptError);
  for (size_t size = 0; size <= 40; ++size) {
    const ByteString in = Count(size);
    for (const WrapPadding padding : {kNone, kPadded}) {
      ByteString wrapped = Wrapped(key, padding, in);
      const bool fits = padding == kPadded ? size > 0 : size >= 16 && size % 8 == 0;
      ASSERT_EQ(!wrapped.empty(), fits) << size;
      if (!fits) {
        EXPECT_EQ(WrapKey(key, padding, in, absl::MakeSpan(wrapped)).error(), Misuse());
        EXPECT_EQ(Unwrapped(back, padding, in).error(), refused);
        continue;
      }
      EXPECT_EQ(*Unwrapped(back, padding, wrapped), in);
      ByteString in_place = wrapped;
      EXPECT_EQ(*UnwrapKey(back, padding, in_place, absl::MakeSpan(in_place)), size);
      EXPECT_EQ(Slice(Bytes(in_place), 0, size), Bytes(in));
      EXPECT_FALSE(Unwrapped(back, padding == kPadded ? kNone : kPadded, wrapped).ok());
      MutableBytes small = Slice(absl::MakeSpan(in_place), 0, wrapped.size() - 9);
      EXPECT_EQ(UnwrapKey(back, padding, wrapped, small).error(), Misuse(Code::kNoSpace));
      EXPECT_EQ(WrapKey(key, padding, in, small).error(), Misuse(Code::kNoSpace));
      for (uint8_t& byte : wrapped) {
        byte ^= 0x10;
        EXPECT_EQ(Unwrapped(back, padding, wrapped).error(), refused);
        byte ^= 0x10;
      }
    }
  }
}

int CheckCmacWycheproof(const CipherAlgorithm& cipher) {
  return ForEachWycheproof("aes_cmac", [&](const auto& group, const auto& test) {
    if (group.at("keySize") != cipher.key_size * 8) return false;
    Cmac cmac(cipher, HexMember(test, "key"));
    cmac.Update(HexMember(test, "msg"));
    EXPECT_EQ(cmac.Verify(HexMember(test, "tag")), test.at("result") == "valid") << test;
    return true;
  });
}

int CheckKeyWrapWycheproof(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt,
                           bool padded) {
  const WrapPadding padding = padded ? WrapPadding::kPadded : WrapPadding::kNone;
  return ForEachWycheproof(
      padded ? "aes_kwp" : "aes_wrap", [&](const auto& group, const auto& test) {
        if (group.at("keySize") != cipher.key_size * 8) return false;
        const ByteString key = HexMember(test, "key"), message = HexMember(test, "msg"),
                         wrapped = HexMember(test, "ct");
        const auto unwrapped = Unwrapped(DecryptionKey(decrypt, key), padding, wrapped);
        // "acceptable" is a key of 8 bytes, which SP 800-38F has no wrapping for.
        const bool valid = test.at("result") == "valid";
        EXPECT_EQ(unwrapped.ok(), valid) << test;
        if (!valid) return true;
        EXPECT_EQ(*unwrapped, message) << test;
        EXPECT_EQ(Wrapped(EncryptionKey(cipher, key), padding, message), wrapped) << test;
        return true;
      });
}

}  // namespace merlon::crypto::testing
