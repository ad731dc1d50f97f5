// SPDX-License-Identifier: Apache-2.0
// ML-KEM (FIPS 203) over a kernel of polynomial arithmetic: PortableKernel (ml_kem_poly.h), or one
// with its functions. K-PKE inside, the checks of s7 outside.
//
// Stack of the portable one on a Cortex-M33 at -Os, by the frames that -fstack-usage gives along
// the deepest path: ML-KEM-768 takes 4.7 KiB to make a key or to encapsulate and 8.1 KiB to
// decapsulate. No array has more than k polynomials, and rows of the matrix are made one element at
// a time.
#pragma once
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/drivers/portable/lattice/ml_kem_codec.h"
#include "crypto/kem.h"

namespace merlon::crypto::ml_kem {

// FIPS 203 table 2.
struct Parameters {
  KeyType type;
  uint16_t bits;
  size_t k;
  int eta1, du, dv;
};
inline constexpr Parameters kMlKem512 = {KeyType::kMlKem512, 512, 2, 3, 10, 4};
inline constexpr Parameters kMlKem768 = {KeyType::kMlKem768, 768, 3, 2, 10, 4};
inline constexpr Parameters kMlKem1024 = {KeyType::kMlKem1024, 1024, 4, 2, 11, 5};
inline constexpr int kEta2 = 2;

inline constexpr size_t kSeedSize = 32;  // d, z, rho, sigma, m, H, K

template <class Kernel, Parameters kP>
class MlKem {
 public:
  static constexpr size_t kVectorSize = kP.k * EncodedSize(12);
  static constexpr size_t kPublicSize = kVectorSize + kSeedSize;
  static constexpr size_t kPrivateSize = kVectorSize + kPublicSize + 2 * kSeedSize;
  static constexpr size_t kUSize = kP.k * EncodedSize(kP.du);
  static constexpr size_t kCiphertextSize = kUSize + EncodedSize(kP.dv);

  static constexpr KemAlgorithm Algorithm() {
    return {
        .key_type = kP.type,
        .bits = kP.bits,
        .seed_size = 2 * kSeedSize,
        .private_size = kPrivateSize,
        .public_size = kPublicSize,
        .ciphertext_size = kCiphertextSize,
        .secret_size = kSeedSize,
        .expand = Expand,
        .encapsulate = Encapsulate,
        .encapsulate_derand = EncapsulateDerand,
        .decapsulate = Decapsulate,
        .public_key = PublicKey,
        .check_private = CheckPrivate,
    };
  }

 private:
  using Noise = typename Kernel::template NoiseStream<kP.eta1>;  // eta1 >= eta2
  using Row = typename Kernel::UniformRow;
  using Seed = std::array<uint8_t, kSeedSize>;
  using TwoSeeds = std::array<uint8_t, 2 * kSeedSize>;
  struct Work {
    std::array<Poly, kP.k> vector;
    Poly sum, other;
  };

  // Parts of an expanded key: s | ek | H(ek) | z.
  static Bytes PublicPart(Bytes dk) { return Slice(dk, kVectorSize, kPublicSize); }
  static Bytes HashPart(Bytes dk) { return Slice(dk, kVectorSize + kPublicSize, kSeedSize); }
  static Bytes RejectPart(Bytes dk) { return Slice(dk, kPrivateSize - kSeedSize, kSeedSize); }

  template <class T>
  static T Element(T vector, size_t i, int bits) {
    return Slice(vector, i * EncodedSize(bits), EncodedSize(bits));
  }

  static void H(Bytes in, MutableBytes out) {
    SpongeOf(200 - 2 * 32, kSha3Suffix, absl::Span<const Bytes>(&in, 1), out);
  }
  static void G(Bytes a, Bytes b, TwoSeeds& out) {
    const Bytes parts[] = {a, b};
    SpongeOf(200 - 2 * 64, kSha3Suffix, parts, absl::MakeSpan(out));
  }

  // FIPS 203 algorithm 13: `ek`, and into the first part of `dk` the vector s (not if it is empty).
  static void GeneratePke(Bytes d, MutableBytes dk, MutableBytes ek) {
    Wiped<Work> work;
    Wiped<TwoSeeds> seeds;
    constexpr uint8_t kRank[] = {kP.k};
    G(d, kRank, *seeds);
    const Bytes rho = Slice(Bytes(*seeds), 0, kSeedSize), sigma = Slice(Bytes(*seeds), kSeedSize);
    Copy(rho, Slice(ek, kVectorSize));
    Noise noise(sigma);
    for (size_t i = 0; i < kP.k; ++i) {
      Poly& s = work->vector[i];
      noise.template Next<kP.eta1>(s);
      Kernel::Ntt(s);
      if (!dk.empty()) EncodeTo(s, Element(dk, i, 12));
    }
    for (size_t i = 0; i < kP.k; ++i) {  // t = A s + e
      Product(Row(rho, i, kP.k, false), *work);
      Kernel::ToMontgomery(work->sum);
      noise.template Next<kP.eta1>(work->other);
      Kernel::Ntt(work->other);
      Add(work->sum, work->other);
      EncodeTo(work->sum, Element(ek, i, 12));
    }
  }

  // sum = row * vector * 2^-16.
  static void Product(Row row, Work& work) {
    work.sum = {};
    for (const Poly& element : work.vector) Kernel::MultiplyAdd(work.sum, row.Next(), element);
  }

  // FIPS 203 algorithm 14.
  static void Encrypt(Bytes ek, Bytes message, Bytes randomness, MutableBytes ciphertext) {
    Wiped<Work> work;
    Noise noise(randomness);
    for (Poly& y : work->vector) {
      noise.template Next<kP.eta1>(y);
      Kernel::Ntt(y);
    }
    for (size_t i = 0; i < kP.k; ++i) {  // u = A^T y + e1
      Product(Row(Slice(ek, kVectorSize), i, kP.k, true), *work);
      Kernel::InverseNtt(work->sum);
      noise.template Next<kEta2>(work->other);
      Add(work->sum, work->other);
      CompressTo<kP.du>(work->sum, Element(ciphertext, i, kP.du));
    }
    work->sum = {};
    for (size_t i = 0; i < kP.k; ++i) {  // v = t y + e2 + message
      DecodeFrom(Element(ek, i, 12), work->other);
      Kernel::MultiplyAdd(work->sum, work->other, work->vector[i]);
    }
    Kernel::InverseNtt(work->sum);
    noise.template Next<kEta2>(work->other);
    Add(work->sum, work->other);
    AddMessage(message, work->sum);
    CompressTo<kP.dv>(work->sum, Slice(ciphertext, kUSize));
  }

  // FIPS 203 algorithm 15.
  static void Decrypt(Bytes dk, Bytes ciphertext, MutableBytes message) {
    struct Polys {
      Poly sum, u, s;
    };
    Wiped<Polys> work;
    for (size_t i = 0; i < kP.k; ++i) {
      DecompressFrom<kP.du>(Element(ciphertext, i, kP.du), work->u);
      Kernel::Ntt(work->u);
      DecodeFrom(Element(dk, i, 12), work->s);
      Kernel::MultiplyAdd(work->sum, work->s, work->u);
    }
    Kernel::InverseNtt(work->sum);
    DecompressFrom<kP.dv>(Slice(ciphertext, kUSize), work->u);
    SubtractFrom(work->u, work->sum);
    CompressTo<1>(work->sum, message);
  }

  // FIPS 203 algorithm 16, with a seed d | z; the encapsulation key stands in `dk`.
  static Result<void> ExpandPrivate(Bytes seed, MutableBytes dk) {
    if (seed.size() != 2 * kSeedSize || dk.size() != kPrivateSize) return Misuse();
    const MutableBytes ek = Slice(dk, kVectorSize, kPublicSize);
    GeneratePke(Slice(seed, 0, kSeedSize), dk, ek);
    H(ek, Slice(dk, kVectorSize + kPublicSize, kSeedSize));
    Copy(Slice(seed, kSeedSize), Slice(dk, kPrivateSize - kSeedSize));
    return {};
  }

  static Result<void> Expand(Bytes seed, MutableBytes dk, MutableBytes ek) {
    if (ek.size() != kPublicSize) return Misuse();
    MERLON_TRY(ExpandPrivate(seed, dk));
    Copy(PublicPart(dk), ek);
    return {};
  }

  // FIPS 203 algorithm 17, after the checks of s7.2.
  static Result<void> EncapsulateDerand(Bytes m, Bytes ek, MutableBytes ciphertext,
                                        MutableBytes secret) {
    if (m.size() != kSeedSize || ciphertext.size() != kCiphertextSize ||
        secret.size() != kSeedSize) {
      return Misuse();
    }
    // Type check and modulus check.
    if (ek.size() != kPublicSize || !IsReduced(Slice(ek, 0, kVectorSize))) {
      return IllegalParameter(Code::kBadPublicValue);
    }
    Seed hash;
    H(ek, absl::MakeSpan(hash));
    Wiped<TwoSeeds> keys;  // K | r
    G(m, hash, *keys);
    Encrypt(ek, m, Slice(Bytes(*keys), kSeedSize), ciphertext);
    Copy(Slice(Bytes(*keys), 0, kSeedSize), secret);
    return {};
  }

  static Result<void> Encapsulate(Rng& rng, Bytes ek, MutableBytes ciphertext,
                                  MutableBytes secret) {
    Wiped<Seed> m;
    MERLON_TRY(rng.Fill(absl::MakeSpan(*m)));
    return EncapsulateDerand(*m, ek, ciphertext, secret);
  }

  // FIPS 203 algorithm 18. The hash of the key was checked when it was imported (s7.3).
  static void DecapsulateExpanded(Bytes dk, Bytes ciphertext, MutableBytes secret) {
    Wiped<Seed> message;
    Wiped<TwoSeeds> keys;  // K' | r'
    Wiped<std::array<uint8_t, kCiphertextSize>> again;
    Decrypt(dk, ciphertext, MutableBytes(*message));
    G(*message, HashPart(dk), *keys);
    const Bytes parts[] = {RejectPart(dk), ciphertext};
    SpongeOf(kShake256Rate, kShakeSuffix, parts, secret);  // J: the secret of a rejected one
    Encrypt(PublicPart(dk), *message, Slice(Bytes(*keys), kSeedSize), MutableBytes(*again));
    uint32_t difference = 0;
    for (size_t i = 0; i < kCiphertextSize; ++i) {
      difference |= static_cast<uint32_t>(ciphertext[i] ^ (*again)[i]);
    }
    const auto same = static_cast<uint8_t>(MaskIfZero(difference).bits);
    for (size_t i = 0; i < kSeedSize; ++i) {
      secret[i] = Select(Mask<uint8_t>{same}, (*keys)[i], secret[i]);
    }
  }

  static Result<void> Decapsulate(Bytes key, Bytes ciphertext, MutableBytes secret) {
    if (secret.size() != kSeedSize) return Misuse();
    if (ciphertext.size() != kCiphertextSize) return IllegalParameter(Code::kBadPublicValue);
    if (key.size() == kPrivateSize) {
      DecapsulateExpanded(key, ciphertext, secret);
      return {};
    }
    Wiped<std::array<uint8_t, kPrivateSize>> dk;
    MERLON_TRY(ExpandPrivate(key, MutableBytes(*dk)));
    DecapsulateExpanded(*dk, ciphertext, secret);
    return {};
  }

  static Result<size_t> PublicKey(Bytes key, MutableBytes out) {
    if (out.size() < kPublicSize) return Misuse(Code::kNoSpace);
    const MutableBytes ek = Slice(out, 0, kPublicSize);
    if (key.size() == kPrivateSize) {
      Copy(PublicPart(key), ek);
    } else if (key.size() == 2 * kSeedSize) {
      GeneratePke(Slice(key, 0, kSeedSize), {}, ek);
    } else {
      return Misuse(Code::kBadKey);
    }
    return kPublicSize;
  }

  // FIPS 203 s7.3: type check and hash check. Any seed is a key.
  static Result<uint16_t> CheckPrivate(Bytes key) {
    if (key.size() == 2 * kSeedSize) return kP.bits;
    if (key.size() != kPrivateSize) return Misuse(Code::kBadKey);
    Seed hash;
    H(PublicPart(key), absl::MakeSpan(hash));
    if (!ConstantTimeEqual(hash, HashPart(key))) return Misuse(Code::kBadKey);  // public: a verdict
    return kP.bits;
  }

  static void Copy(Bytes from, MutableBytes to) {
    if (from.size() != to.size()) __builtin_trap();
    memcpy(to.data(), from.data(), from.size());
  }
};

}  // namespace merlon::crypto::ml_kem
