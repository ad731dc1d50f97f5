// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/constant_time/checks.h"

#include <cstdlib>
#include <cstring>

#include "crypto/cipher_ctr.h"
#include "crypto/cmac.h"
#include "crypto/ctr_drbg.h"
#include "crypto/drivers/portable/asymmetric/rsa_oaep.h"
#include "crypto/drivers/testing/constant_time/secrets.h"
#include "crypto/key_derivation.h"
#include "crypto/key_wrap.h"
#include "crypto/legacy/cbc.h"
#include "crypto/legacy/rsa_pkcs1_decryption.h"
#include "crypto/mac.h"
#include "crypto/tls12_prf.h"

namespace merlon::crypto::testing {
namespace {

// Sizes of texts: next to each block and group of blocks that a kernel takes at once.
constexpr size_t kSizes[] = {0, 1, 15, 16, 17, 63, 64, 65, 127, 129, 448, 513, 1100};
constexpr size_t kLongest = 1100;

void Require(bool holds) {
  if (!holds) abort();
}

class HiddenRng final : public Rng {
 public:
  Result<void> Fill(MutableBytes out) override {
    for (uint8_t& byte : out) byte = next_ += 89;
    Hide(out);
    return {};
  }

 private:
  uint8_t next_ = 1;
};

constexpr EntropySource kHiddenEntropy = {
    "hidden", [](MutableBytes out) -> Result<void> { return HiddenRng().Fill(out); }};

void RunMasked(const AeadAlgorithm& aead, const AeadKey& key) {
  const auto mask_key = Hidden<kMaxMaskKeySize>();
  const auto text = Hidden<kLongest>();
  const std::array<uint8_t, 5> ad = {1, 2, 3};
  alignas(16) std::array<uint8_t, kMaxCipherContextSize> context;
  aead.mask->bind(context.data(), Slice(Bytes(mask_key), 0, aead.mask->key_size));
  std::array<uint8_t, kLongest + 16> record;
  std::array<uint8_t, 16> mask;
  for (const size_t size : kSizes) {
    const Bytes part = Slice(Bytes(text), 0, size);
    const MutableBytes sealed = Slice(absl::MakeSpan(record), 0, size + aead.tag_size);
    key.SealMasked(context.data(), 7, ad, absl::Span<const Bytes>(&part, 1), {}, sealed,
                   absl::MakeSpan(mask));
    Publish(sealed);
    Publish(mask);
    const auto foreseen = static_cast<uint16_t>(mask[0] << 8 | mask[1]);
    for (const uint16_t guess : {static_cast<uint16_t>(foreseen ^ 1), foreseen}) {
      const MaskedOpen wanted = guess == foreseen ? MaskedOpen::kOpened : MaskedOpen::kOtherMask;
      Require(Public(wanted ==
                     key.OpenMasked(context.data(), 7, ad, guess, sealed, absl::MakeSpan(mask))));
    }
  }
}

}  // namespace

void RunAead(const AeadAlgorithm& aead) {
  const auto key_bytes = Hidden<kMaxAeadKeySize>();
  const auto iv = Hidden<kAeadIvSize>();
  const std::array<uint8_t, 13> ad = {1, 2, 3};
  std::array<uint8_t, kLongest + 16> record;
  AeadKey key;
  key.Bind(aead, Slice(Bytes(key_bytes), 0, aead.key_size), iv);
  for (const size_t size : kSizes) {
    const auto text = Hidden<kLongest>();
    const MutableBytes sealed = Slice(absl::MakeSpan(record), 0, size + aead.tag_size);
    // In two parts and a tail, as records are.
    const Bytes parts[] = {Slice(Bytes(text), 0, size / 2), Slice(Bytes(text), size / 2, size / 3)};
    key.SealScatter(5, ad, parts,
                    Slice(Bytes(text), size / 2 + size / 3, size - size / 2 - size / 3), sealed);
    Publish(sealed);
    Require(Public(key.OpenInPlace(5, ad, sealed)));
    const Bytes whole = Slice(Bytes(text), 0, size);
    const SealJob job = {6, ad, whole, sealed};
    key.SealBatch(absl::Span<const SealJob>(&job, 1));
    Publish(sealed);
    sealed.back() ^= 1;
    Require(!Public(key.OpenInPlace(6, ad, sealed)));
  }
  if (aead.masked != nullptr) RunMasked(aead, key);
}

void RunCipher(const CipherAlgorithm& cipher) {
  const auto key = Hidden<32>();
  const auto in = Hidden<16 * 13>();
  std::array<uint8_t, 16 * 13> out;
  alignas(16) std::array<uint8_t, kMaxCipherContextSize> context;
  cipher.bind(context.data(), Slice(Bytes(key), 0, cipher.key_size));
  cipher.encrypt_blocks(context.data(), in, absl::MakeSpan(out));
}

void RunBlockDecrypt(const BlockDecryptAlgorithm& cipher) {
  const auto key = Hidden<32>();
  auto text = Hidden<16 * 13>();
  DecryptionKey(cipher, Slice(Bytes(key), 0, cipher.key_size)).Decrypt(text, absl::MakeSpan(text));
}

void RunModes(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt) {
  const auto key_bytes = Hidden<32>();
  const Bytes key = Slice(Bytes(key_bytes), 0, cipher.key_size);
  auto text = Hidden<kLongest>();
  CtrCrypt(cipher, key, std::array<uint8_t, 16>{}, text, absl::MakeSpan(text));
  Cmac cmac(cipher, key);
  for (const size_t size : kSizes) {
    cmac.Update(Slice(Bytes(text), 0, size));
    std::array<uint8_t, kCmacSize> tag{};
    Require(!Public(cmac.Verify(tag)));
  }
  for (const WrapPadding padding : {WrapPadding::kNone, WrapPadding::kPadded}) {
    std::array<uint8_t, 40> wrapped;
    const size_t size = padding == WrapPadding::kPadded ? 27 : 32;
    Require(WrapKey(EncryptionKey(cipher, key), padding, Slice(Bytes(text), 0, size),
                    absl::MakeSpan(wrapped))
                .ok());
    Publish(wrapped);
    const DecryptionKey back(decrypt, key);
    std::array<uint8_t, 32> out;
    Require(UnwrapKey(back, padding, wrapped, absl::MakeSpan(out)).ok());
    wrapped[0] ^= 1;
    Require(!UnwrapKey(back, padding, wrapped, absl::MakeSpan(out)).ok());
  }
}

void RunCbc(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt) {
  const auto key_bytes = Hidden<32>();
  const Bytes key = Slice(Bytes(key_bytes), 0, cipher.key_size);
  const auto text = Hidden<100>();
  std::array<uint8_t, 112> sealed, opened;
  const std::array<uint8_t, 16> iv{};
  Require(CbcEncrypt(cipher, key, iv, CbcPadding::kPkcs7, text, absl::MakeSpan(sealed)).ok());
  Publish(sealed);
  Require(CbcDecrypt(decrypt, key, iv, CbcPadding::kPkcs7, sealed, absl::MakeSpan(opened)).ok());
  sealed[95] ^= 0x40;
  Require(!CbcDecrypt(decrypt, key, iv, CbcPadding::kPkcs7, sealed, absl::MakeSpan(opened)).ok());
}

void RunRsaPadding(const HashAlgorithm& hash) {
  for (const uint8_t first : {0, 1}) {
    auto encoded = Hidden<256>();
    encoded[0] = first;
    encoded[1] = 2;
    Hide(absl::MakeSpan(encoded));
    Mask<uint64_t> good;
    (void)DecodePkcs1(encoded, 48, &good);
    (void)DecodeOaep({.hash = &hash}, absl::MakeSpan(encoded));
  }
}

void RunMask(const MaskAlgorithm& mask) {
  const auto key = Hidden<32>();
  const std::array<uint8_t, 16> sample = {1, 2, 3, 4, 5};
  std::array<uint8_t, 16> out;
  alignas(16) std::array<uint8_t, kMaxCipherContextSize> context;
  mask.bind(context.data(), Slice(Bytes(key), 0, mask.key_size));
  mask.mask(context.data(), sample, absl::MakeSpan(out));
}

void RunHash(const HashAlgorithm& hash) {
  const auto text = Hidden<kLongest>();
  std::array<uint8_t, kMaxHashSize> out;
  Hasher hasher(hash);
  for (const size_t size : kSizes) hasher.Update(Slice(Bytes(text), 0, size));
  hasher.Finish(Slice(absl::MakeSpan(out), 0, hash.size));
}

void RunXof(const XofAlgorithm& xof) {
  const auto text = Hidden<kLongest>();
  std::array<uint8_t, kLongest> out;
  Xof operation(xof);
  for (const size_t size : kSizes) operation.Update(Slice(Bytes(text), 0, size));
  for (const size_t size : kSizes) operation.Output(Slice(absl::MakeSpan(out), 0, size));
}

void RunKeyDerivation(const HashAlgorithm& hash) {
  const auto secret = Hidden<200>();  // longer than a block: hashed first
  std::array<uint8_t, 150> out_bytes;
  const MutableBytes out = absl::MakeSpan(out_bytes), mac = Slice(out, 0, hash.size);
  for (const size_t size : {size_t{48}, secret.size()}) {
    const Bytes key = Slice(Bytes(secret), 0, size);
    const Bytes parts[] = {key, AsBytes("public")};
    HmacOf(hash, key, parts, mac);
    Publish(mac);
    for (const bool right : {true, false}) {
      mac[0] ^= right ? 0 : 1;
      Require(Public(Hmac(hash, key).Verify(parts, mac)) == right);
    }
    HkdfExtract(hash, AsBytes("salt"), key, mac);
    HkdfExpandLabel(hash, Slice(Bytes(secret), 0, hash.size), LabelPrefix::kTls13, "label", {},
                    out);
    Tls12Prf(Hmac(hash, key), "label", parts, out);
  }
}

void RunCtrDrbg(const CipherAlgorithm& aes) {
  const auto additional = Hidden<CtrDrbg::kSeedSize>();
  std::array<uint8_t, 100> out;
  CtrDrbg drbg(aes, kHiddenEntropy);
  Require(drbg.Fill(absl::MakeSpan(out)).ok());
  Require(drbg.Reseed(additional).ok());
  Require(drbg.Fill(absl::MakeSpan(out)).ok());
}

void RunKeyAgreement(const KeyAgreementAlgorithm& group) {
  constexpr size_t kShareSize = 1400;
  HiddenRng rng;
  std::array<uint8_t, kMaxGroupPrivateSize> key_bytes;
  std::array<uint8_t, kShareSize> ours_bytes, theirs_bytes;
  std::array<uint8_t, kMaxGroupSecretSize> one, other;
  const MutableBytes key = Slice(absl::MakeSpan(key_bytes), 0, group.private_size);
  const MutableBytes ours = Slice(absl::MakeSpan(ours_bytes), 0, group.initiator_share_size);
  const MutableBytes theirs = Slice(absl::MakeSpan(theirs_bytes), 0, group.responder_share_size);
  Require(Public(group.generate(rng, key, ours).ok()));
  Publish(ours);
  Require(Public(
      group.respond(rng, ours, theirs, Slice(absl::MakeSpan(one), 0, group.secret_size)).ok()));
  Publish(theirs);
  Require(
      Public(group.agree(key, theirs, Slice(absl::MakeSpan(other), 0, group.secret_size)).ok()));
}

void RunPublicKey(const SignAlgorithm& sign, size_t private_size) {
  const auto key = Hidden<66>();
  std::array<uint8_t, 200> public_key;
  Require(sign.public_key(Slice(Bytes(key), 0, private_size), absl::MakeSpan(public_key)).ok());
}

void RunModularPower(const bignum::Kernel& kernel) {
  constexpr size_t kSize = 6;  // limbs: valgrind is slow
  std::array<std::array<uint64_t, kSize>, 5> numbers;
  for (auto& number : numbers) {
    const auto bytes = Hidden<8 * kSize>();
    memcpy(number.data(), bytes.data(), bytes.size());
  }
  auto& [prime, base, exponent, blinder, rest] = numbers;
  prime[0] |= 1;
  prime[kSize - 1] |= uint64_t{1} << 63;
  const bignum::Modulus modulus(prime, 64 * kSize, kernel);
  modulus.ToMontgomery(base, absl::MakeSpan(base));
  modulus.PowerTwo(base, exponent, blinder, rest, absl::MakeSpan(base));
  modulus.Power(base, exponent, absl::MakeSpan(base));
  modulus.Subtract(base, blinder, absl::MakeSpan(base));
  modulus.FromMontgomery(base, absl::MakeSpan(base));
}

void RunKem(const KemAlgorithm& kem) {
  const auto seed_bytes = Hidden<kMaxKemSeedSize>();
  const auto randomness = Hidden<kKemRandomnessSize>();
  const Bytes seed = Slice(Bytes(seed_bytes), 0, kem.seed_size);
  std::array<uint8_t, kMaxKemPrivateSize> private_bytes;
  std::array<uint8_t, kMaxKemPublicSize> public_bytes;
  std::array<uint8_t, kMaxKemCiphertextSize> ciphertext_bytes;
  std::array<uint8_t, kMaxKemSecretSize> secret_bytes;
  const MutableBytes private_key = Slice(absl::MakeSpan(private_bytes), 0, kem.private_size);
  const MutableBytes public_key = Slice(absl::MakeSpan(public_bytes), 0, kem.public_size);
  const MutableBytes ciphertext = Slice(absl::MakeSpan(ciphertext_bytes), 0, kem.ciphertext_size);
  const MutableBytes secret = Slice(absl::MakeSpan(secret_bytes), 0, kem.secret_size);
  Require(kem.expand(seed, private_key, public_key).ok());
  Publish(public_key);
  Require(kem.encapsulate_derand(randomness, public_key, ciphertext, secret).ok());
  Publish(ciphertext);
  for (const bool right : {true, false}) {
    ciphertext[1] ^= right ? 0 : 1;
    Require(kem.decapsulate(seed, ciphertext, secret).ok());
    Require(kem.decapsulate(private_key, ciphertext, secret).ok());
  }
  Require(Public(kem.check_private(private_key).ok()));
}

void RunContextSign(const SignAlgorithm& algorithm) {
  const ContextSignAlgorithm& more = *algorithm.with_context;
  const auto seed = Hidden<32>();
  const auto randomness = Hidden<32>();
  std::array<uint8_t, kMaxLatticePrivateSize> private_bytes;
  std::array<uint8_t, kMaxLatticePublicSize> public_bytes;
  std::array<uint8_t, kMaxLatticeSignatureSize> signature_bytes;
  const MutableBytes private_key = Slice(absl::MakeSpan(private_bytes), 0, more.private_size);
  const MutableBytes public_key = Slice(absl::MakeSpan(public_bytes), 0, more.public_size);
  const MutableBytes signature =
      Slice(absl::MakeSpan(signature_bytes), 0, algorithm.max_signature_size);
  Require(more.expand(seed, private_key, public_key).ok());
  Publish(public_key);
  for (const Bytes key : {Bytes(seed), Bytes(private_key)}) {
    for (uint8_t message = 0; message < 3; ++message) {  // several attempts are rejected
      const auto signed_size =
          more.sign(key, AsBytes("context"), Bytes(&message, 1), randomness, signature);
      Require(Public(signed_size.ok()));
      Publish(signature);
      Require(more.verify(public_key, AsBytes("context"), Bytes(&message, 1), signature).ok());
    }
  }
  Require(Public(algorithm.check_private(private_key).ok()));
}

}  // namespace merlon::crypto::testing
