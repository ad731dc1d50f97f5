// SPDX-License-Identifier: Apache-2.0
// ML-DSA (FIPS 204) over a kernel of polynomial arithmetic: PortableKernel (ml_dsa_poly.h), or one
// with its functions. Signing rejects until what leaves says nothing of the key (s3.2), and checks
// what leaves.
//
// Stack of the portable one on a Cortex-M33 at -Os, by the frames that -fstack-usage gives along
// the deepest path, for ML-DSA-44, -65 and -87: 13.2, 17.3 and 20.9 KiB to sign, 9.4, 10.4 and 12.4
// to verify, 11.4, 12.9 and 16.7 to make a public key. No array has more than k polynomials: the
// matrix is made an element at a time, and the mask twice, once for the commitment and once for the
// response.
#pragma once
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/drivers/portable/lattice/ml_dsa_codec.h"
#include "crypto/sign.h"

namespace merlon::crypto::ml_dsa {

// FIPS 204 table 1.
struct Parameters {
  SignFamily family;
  KeyType type;
  uint16_t bits;  // lambda: of collision strength
  size_t k, l;
  int eta, tau;
  int gamma1_bits;  // gamma1 = 2^this
  int32_t gamma2;
  size_t omega;
};
inline constexpr Parameters kMlDsa44 = {
    SignFamily::kMlDsa44, KeyType::kMlDsa44, 128, 4, 4, 2, 39, 17, kGamma2Of44, 80};
inline constexpr Parameters kMlDsa65 = {
    SignFamily::kMlDsa65, KeyType::kMlDsa65, 192, 6, 5, 4, 49, 19, kGamma2, 55};
inline constexpr Parameters kMlDsa87 = {
    SignFamily::kMlDsa87, KeyType::kMlDsa87, 256, 8, 7, 2, 60, 19, kGamma2, 75};

inline constexpr size_t kSeedSize = 32;  // xi, rho, K, rnd
inline constexpr size_t kHashSize = 64;  // tr, mu, rho', rho''
inline constexpr size_t kMaxContextSize = 255;

using Seed = std::array<uint8_t, kSeedSize>;
using Hash = std::array<uint8_t, kHashSize>;

inline void Copy(Bytes from, MutableBytes to) {
  if (from.size() != to.size()) __builtin_trap();
  if (!from.empty()) memcpy(to.data(), from.data(), from.size());
}
inline void H(absl::Span<const Bytes> parts, MutableBytes out) {
  SpongeOf(kShake256Rate, kShakeSuffix, parts, out);
}
// FIPS 204 algorithms 2 and 3: mu, of tr and the message with its domain separator and context.
inline void MessageHash(Bytes tr, Bytes context, Bytes message, Hash& mu) {
  const uint8_t front[] = {0, static_cast<uint8_t>(context.size())};
  const Bytes parts[] = {tr, front, context, message};
  H(parts, absl::MakeSpan(mu));
}

template <class Kernel, Parameters kP>
class MlDsa {
 public:
  static constexpr int kEtaBits = EtaBits(kP.eta), kZBits = kP.gamma1_bits + 1;
  static constexpr int kW1Bits = kP.gamma2 == kGamma2 ? 4 : 6;
  static constexpr int kT1Bits = 23 - kDroppedBits;
  static constexpr int32_t kGamma1 = 1 << kP.gamma1_bits, kBeta = kP.tau * kP.eta;
  static constexpr size_t kChallengeSize = kP.bits / 4;
  // Where the parts of an expanded key begin: rho | K | tr | s1 | s2 | t0.
  static constexpr size_t kS1At = 2 * kSeedSize + kHashSize;
  static constexpr size_t kS2At = kS1At + kP.l * EncodedSize(kEtaBits);
  static constexpr size_t kT0At = kS2At + kP.k * EncodedSize(kEtaBits);
  static constexpr size_t kPrivateSize = kT0At + kP.k * EncodedSize(kDroppedBits);
  static constexpr size_t kPublicSize = kSeedSize + kP.k * EncodedSize(kT1Bits);
  // And those of a signature: the challenge's seed | z | hints.
  static constexpr size_t kHintsAt = kChallengeSize + kP.l * EncodedSize(kZBits);
  static constexpr size_t kSignatureSize = kHintsAt + kP.omega + kP.k;

  static const ContextSignAlgorithm kWithContext;
  static constexpr SignAlgorithm Algorithm() {
    return {
        .family = kP.family,
        .key_type = kP.type,
        .sign = Sign,
        .verify = [](Bytes public_key, const HashAlgorithm*, Bytes message,
                     Bytes signature) { return VerifyMessage(public_key, {}, message, signature); },
        .public_key = PublicKey,
        .check_private = CheckPrivate,
        .generate = Generate,
        .max_signature_size = kSignatureSize,
        .with_context = &kWithContext,
    };
  }
  static constexpr ContextSignAlgorithm WithContext() {
    return {
        .seed_size = kSeedSize,
        .private_size = kPrivateSize,
        .public_size = kPublicSize,
        .expand = Expand,
        .sign = SignMessage,
        .sign_representative = SignRepresentative,
        .verify = VerifyMessage,
    };
  }

 private:
  using Matrix = typename Kernel::template Matrix<kP.k, kP.l>;
  using Masks = typename Kernel::template Masks<kP.l, EncodedSize(kZBits)>;
  using PrivateKey = std::array<uint8_t, kPrivateSize>;
  using PublicBytes = std::array<uint8_t, kPublicSize>;

  template <class T>
  static T Element(T key, size_t at, size_t i, int bits) {
    return Slice(key, at + i * EncodedSize(bits), EncodedSize(bits));
  }
  static Bytes Rho(Bytes key) { return Slice(key, 0, kSeedSize); }
  static Bytes Tr(Bytes sk) { return Slice(sk, 2 * kSeedSize, kHashSize); }

  template <class Poly>
  static void ReadEta(Bytes sk, size_t at, size_t i, Poly& out) {
    DecodeBelow<kEtaBits, kP.eta>(Element(sk, at, i, kEtaBits), out);
  }

  // FIPS 204 algorithm 6, lines 5 to 8: t = A s1 + s2, of rho, s1 and s2 in `sk`: its high part
  // into `pk`, with rho. low(i, t0) takes the low part of element i.
  template <class Low>
  [[gnu::noinline]] static void MakePublic(Bytes sk, MutableBytes pk, Low low) {
    struct Work {
      std::array<Poly, kP.l> s1;
      Poly sum, other;
    };
    Wiped<Work> work;
    Copy(Rho(sk), Slice(pk, 0, kSeedSize));
    Matrix a(Rho(sk));
    for (size_t i = 0; i < kP.l; ++i) {
      ReadEta(sk, kS1At, i, work->s1[i]);
      Kernel::Ntt(work->s1[i]);
    }
    for (size_t i = 0; i < kP.k; ++i) {
      work->sum = {};
      for (size_t j = 0; j < kP.l; ++j) Kernel::MultiplyAdd(work->sum, a.At(i, j), work->s1[j]);
      Kernel::InverseNtt(work->sum);
      ReadEta(sk, kS2At, i, work->other);
      for (size_t n = 0; n < kN; ++n) {
        const HighLow t = Power2Round(Canonical(work->sum.c[n] + work->other.c[n]));
        work->sum.c[n] = t.high;
        work->other.c[n] = t.low;
      }
      EncodeBits<kT1Bits>(work->sum, Element(pk, kSeedSize, i, kT1Bits),
                          [](int32_t c) { return static_cast<uint32_t>(c); });
      low(i, work->other);
    }
  }

  // FIPS 204 algorithm 6.
  static Result<void> Expand(Bytes seed, MutableBytes sk, MutableBytes pk) {
    if (seed.size() != kSeedSize || sk.size() != kPrivateSize || pk.size() != kPublicSize) {
      return Misuse();
    }
    struct Seeds {
      std::array<uint8_t, 2 * kSeedSize + kHashSize> bytes;  // rho | rho' | K
    };
    Wiped<Seeds> seeds;
    constexpr uint8_t kRank[] = {kP.k, kP.l};
    const Bytes parts[] = {seed, kRank};
    H(parts, absl::MakeSpan(seeds->bytes));
    const Bytes secret = Slice(Bytes(seeds->bytes), kSeedSize, kHashSize);
    Copy(Slice(Bytes(seeds->bytes), 0, kSeedSize), Slice(sk, 0, kSeedSize));
    Copy(Slice(Bytes(seeds->bytes), kSeedSize + kHashSize), Slice(sk, kSeedSize, kSeedSize));
    ExpandSecrets(secret, sk);
    MakePublic(sk, pk, [&](size_t i, const Poly& t0) {
      EncodeBelow<kDroppedBits, 1 << (kDroppedBits - 1)>(t0, Element(sk, kT0At, i, kDroppedBits));
    });
    const Bytes public_key = pk;
    H(absl::Span<const Bytes>(&public_key, 1), Slice(sk, 2 * kSeedSize, kHashSize));
    return {};
  }

  static void ExpandSecrets(Bytes seed, MutableBytes sk) {
    Wiped<Poly> poly;
    for (size_t i = 0; i < kP.l + kP.k; ++i) {  // s2 stands behind s1
      Kernel::template Bounded<kP.eta>(seed, i, *poly);
      EncodeBelow<kEtaBits, kP.eta>(*poly, Element(sk, kS1At, i, kEtaBits));
    }
  }

  // The expanded form and the public key of either form; kBadKey (misuse).
  static Result<void> Load(Bytes key, PrivateKey& sk, PublicBytes& pk) {
    if (key.size() == kSeedSize) return Expand(key, absl::MakeSpan(sk), absl::MakeSpan(pk));
    if (key.size() != kPrivateSize) return Misuse(Code::kBadKey);
    Copy(key, absl::MakeSpan(sk));
    MakePublic(sk, absl::MakeSpan(pk), [](size_t, const Poly&) {});
    return {};
  }

  struct Work {
    std::array<Poly, kP.k> w;
    Poly challenge, one, other;
  };

  // FIPS 204 algorithm 7, lines 11 to 17: w = A y in `work`, then the challenge of its high part,
  // in `work` and `out`.
  static void Commit(Matrix& a, Masks& masks, Bytes mu, Work& work, MutableBytes out) {
    for (Poly& element : work.w) element = {};
    for (size_t j = 0; j < kP.l; ++j) {
      ReadMask(masks, j, work.one);
      Kernel::Ntt(work.one);
      for (size_t i = 0; i < kP.k; ++i) Kernel::MultiplyAdd(work.w[i], a.At(i, j), work.one);
    }
    Wiped<Sponge> hash;
    hash->Start(kShake256Rate, kShakeSuffix);
    hash->Absorb(mu);
    for (Poly& element : work.w) {
      Kernel::InverseNtt(element);
      Wiped<std::array<uint8_t, EncodedSize(kW1Bits)>> bytes;
      EncodeBits<kW1Bits>(element, absl::MakeSpan(*bytes), [](int32_t c) {
        return static_cast<uint32_t>(Decompose<kP.gamma2>(Canonical(c)).high);
      });
      hash->Absorb(*bytes);
    }
    hash->Squeeze(Slice(out, 0, kChallengeSize));
    SampleInBall(Slice(Bytes(out), 0, kChallengeSize), kP.tau, work.challenge);
    Kernel::Ntt(work.challenge);
  }

  static void ReadMask(Masks& masks, size_t i, Poly& out) {
    DecodeBelow<kZBits, kGamma1>(masks.At(i), out);
  }

  // challenge * poly, whose transform is made first; |c| < q.
  static void Times(const Poly& challenge, Poly& poly, Poly& out) {
    Kernel::Ntt(poly);
    out = {};
    Kernel::MultiplyAdd(out, challenge, poly);
    Kernel::InverseNtt(out);
  }

  // Lines 18 to 32: z and hints into `out`, or false. That an attempt is rejected is public, as is
  // at which of the checks: their outcomes are distributed alike for all keys (FIPS 204 s3.2, and
  // "CRYSTALS-Dilithium", 2021, s5.5). t0 counts as known where that is proven.
  static bool Respond(Masks& masks, Bytes sk, Work& work, MutableBytes out) {
    for (size_t j = 0; j < kP.l; ++j) {
      ReadEta(sk, kS1At, j, work.one);
      Times(work.challenge, work.one, work.other);
      ReadMask(masks, j, work.one);
      for (size_t n = 0; n < kN; ++n) work.other.c[n] += work.one.c[n];
      const int32_t rejected = MaskIfNormNotBelow(work.other, kGamma1 - kBeta);
      if (rejected != 0) return false;  // public: a rejection, see above
      EncodeBelow<kZBits, kGamma1>(work.other, Element(out, kChallengeSize, j, kZBits));
    }
    int32_t hints = 0;
    for (size_t i = 0; i < kP.k; ++i) {
      ReadEta(sk, kS2At, i, work.one);
      Times(work.challenge, work.one, work.other);
      int32_t rejected = 0;
      for (size_t n = 0; n < kN; ++n) {
        int32_t& w = work.w[i].c[n];
        w = Canonical(w - work.other.c[n]);
        rejected |= MaskIfNotBelow(Decompose<kP.gamma2>(w).low, kP.gamma2 - kBeta);
      }
      if (rejected != 0) return false;  // public: a rejection, see above
      DecodeBelow<kDroppedBits, 1 << (kDroppedBits - 1)>(Element(sk, kT0At, i, kDroppedBits),
                                                         work.one);
      Times(work.challenge, work.one, work.other);
      rejected = MaskIfNormNotBelow(work.other, kP.gamma2);
      if (rejected != 0) return false;   // public: a rejection, see above
      for (size_t n = 0; n < kN; ++n) {  // MakeHint (algorithm 39)
        int32_t& w = work.w[i].c[n];
        const int32_t difference = Decompose<kP.gamma2>(w).high ^
                                   Decompose<kP.gamma2>(Canonical(w + work.other.c[n])).high;
        w = static_cast<int32_t>(static_cast<uint32_t>(-difference) >> 31);
        hints += w;
      }
    }
    const bool few = hints <= static_cast<int32_t>(kP.omega);
    if (few) EncodeHints(work.w, Slice(out, kHintsAt));  // public: a rejection, see above
    return few;
  }

  // FIPS 204 algorithm 7 from line 7 on; what is in `out` before it ends says something of the key.
  [[gnu::noinline]] static void SignExpanded(Bytes sk, Bytes mu, Bytes randomness,
                                             MutableBytes out) {
    Wiped<Hash> mask_seed;  // rho''
    const Bytes parts[] = {Slice(sk, kSeedSize, kSeedSize), randomness, mu};
    H(parts, absl::MakeSpan(*mask_seed));
    Matrix a(Rho(sk));
    Masks masks(*mask_seed);
    Wiped<Work> work;
    for (size_t number = 0;; number += kP.l) {
      masks.Start(number);
      Commit(a, masks, mu, *work, out);
      if (Respond(masks, sk, *work, out)) return;
    }
  }

  // FIPS 204 algorithm 8 from line 5 on; sizes are right.
  [[gnu::noinline]] static bool Holds(Bytes pk, Bytes mu, Bytes signature) {
    struct Polys {
      std::array<Poly, kP.l> z;
      Poly challenge, sum, other;
    } work;
    const Bytes hints = Slice(signature, kHintsAt);
    if (!AreHints<kP.k>(hints)) return false;
    for (size_t i = 0; i < kP.l; ++i) {
      DecodeBelow<kZBits, kGamma1>(Element(signature, kChallengeSize, i, kZBits), work.z[i]);
      const int32_t reached = MaskIfNormNotBelow(work.z[i], kGamma1 - kBeta);
      if (reached != 0) return false;  // public: a signature
      Kernel::Ntt(work.z[i]);
    }
    const Bytes challenge = Slice(signature, 0, kChallengeSize);
    SampleInBall(challenge, kP.tau, work.challenge);
    Kernel::Ntt(work.challenge);
    Sponge hash;
    hash.Start(kShake256Rate, kShakeSuffix);
    hash.Absorb(mu);
    Matrix a(Rho(pk));
    for (size_t i = 0; i < kP.k; ++i) {  // A z - c t1 2^d
      DecodeBits<kT1Bits>(Element(pk, kSeedSize, i, kT1Bits), work.other, [](uint32_t bits) {
        return -static_cast<int32_t>(bits << kDroppedBits);
      });
      Kernel::Ntt(work.other);
      work.sum = {};
      Kernel::MultiplyAdd(work.sum, work.challenge, work.other);
      for (size_t j = 0; j < kP.l; ++j) Kernel::MultiplyAdd(work.sum, a.At(i, j), work.z[j]);
      Kernel::InverseNtt(work.sum);
      DecodeHints<kP.k>(hints, i, work.other);
      for (size_t n = 0; n < kN; ++n) {
        work.sum.c[n] = UseHint<kP.gamma2>(work.other.c[n], Canonical(work.sum.c[n]));
      }
      std::array<uint8_t, EncodedSize(kW1Bits)> bytes;
      EncodeBits<kW1Bits>(work.sum, absl::MakeSpan(bytes),
                          [](int32_t c) { return static_cast<uint32_t>(c); });
      hash.Absorb(bytes);
    }
    std::array<uint8_t, kChallengeSize> again;
    hash.Squeeze(absl::MakeSpan(again));
    return ConstantTimeEqual(challenge, again);
  }

  // Signs, and checks what leaves: a fault in an attempt would give the key away.
  static Result<size_t> SignLoaded(Bytes sk, Bytes pk, Bytes mu, Bytes randomness,
                                   MutableBytes out) {
    SignExpanded(sk, mu, randomness, out);
    if (Holds(pk, mu, out)) return kSignatureSize;  // public: a verdict
    Wipe(out);
    return DriverError(Code::kFaultDetected);
  }

  // `message_hash(tr, mu)` makes mu.
  template <class MessageHash>
  static Result<size_t> SignWith(Bytes key, Bytes randomness, MutableBytes out,
                                 MessageHash message_hash) {
    if (out.size() < kSignatureSize) return NoSpace();
    if (!randomness.empty() && randomness.size() != kSeedSize) return Misuse();
    constexpr Seed kDeterministic = {};  // FIPS 204 s3.4
    if (randomness.empty()) randomness = kDeterministic;
    Wiped<PrivateKey> sk;
    PublicBytes pk;
    MERLON_TRY(Load(key, *sk, pk));
    Hash mu;
    message_hash(Tr(*sk), mu);
    return SignLoaded(*sk, pk, mu, randomness, Slice(out, 0, kSignatureSize));
  }

  static Result<size_t> SignMessage(Bytes key, Bytes context, Bytes message, Bytes randomness,
                                    MutableBytes out) {
    if (context.size() > kMaxContextSize) return Misuse();
    return SignWith(key, randomness, out,
                    [&](Bytes tr, Hash& mu) { MessageHash(tr, context, message, mu); });
  }

  static Result<size_t> SignRepresentative(Bytes key, Bytes mu, Bytes randomness,
                                           MutableBytes out) {
    if (mu.size() != kHashSize) return Misuse();
    return SignWith(key, randomness, out, [&](Bytes, Hash& to) { Copy(mu, absl::MakeSpan(to)); });
  }

  static Result<size_t> Sign(Bytes key, const HashAlgorithm*, Bytes message, Rng& rng,
                             MutableBytes out) {
    Wiped<Seed> randomness;
    MERLON_TRY(rng.Fill(absl::MakeSpan(*randomness)));
    return SignMessage(key, {}, message, *randomness, out);
  }

  static Result<void> VerifyMessage(Bytes pk, Bytes context, Bytes message, Bytes signature) {
    if (pk.size() != kPublicSize) return PeerError(Code::kBadKey, Alert::kBadCertificate);
    if (context.size() > kMaxContextSize) return Misuse();
    Hash tr, mu;
    H(absl::Span<const Bytes>(&pk, 1), absl::MakeSpan(tr));
    MessageHash(tr, context, message, mu);
    if (signature.size() == kSignatureSize && Holds(pk, mu, signature)) return {};
    return PeerError(Code::kBadSignature, Alert::kDecryptError);
  }

  static Result<size_t> PublicKey(Bytes key, MutableBytes out) {
    if (out.size() < kPublicSize) return Misuse(Code::kNoSpace);
    const MutableBytes pk = Slice(out, 0, kPublicSize);
    if (key.size() == kPrivateSize) {
      MakePublic(key, pk, [](size_t, const Poly&) {});
    } else {
      Wiped<PrivateKey> sk;
      if (key.size() != kSeedSize) return Misuse(Code::kBadKey);
      MERLON_TRY(Expand(key, absl::MakeSpan(*sk), pk));
    }
    return kPublicSize;
  }

  // Any seed is a key. An expanded one is as Expand makes it: s1 and s2 in their range (FIPS 204
  // algorithm 25), t0 and tr what they make.
  static Result<uint16_t> CheckPrivate(Bytes key) {
    if (key.size() == kSeedSize) return kP.bits;
    if (key.size() != kPrivateSize) return Misuse(Code::kBadKey);
    Wiped<Poly> poly;
    for (size_t i = 0; i < kP.l + kP.k; ++i) {
      ReadEta(key, kS1At, i, *poly);
      if (!IsBounded<kP.eta>(*poly)) return Misuse(Code::kBadKey);  // public: a verdict
    }
    PublicBytes pk;
    Hash tr;
    uint32_t wrong = 0;
    MakePublic(key, absl::MakeSpan(pk), [&](size_t i, const Poly& t0) {
      DecodeBelow<kDroppedBits, 1 << (kDroppedBits - 1)>(Element(key, kT0At, i, kDroppedBits),
                                                         *poly);
      for (size_t n = 0; n < kN; ++n) wrong |= static_cast<uint32_t>(t0.c[n] ^ poly->c[n]);
    });
    const Bytes public_key = pk;
    H(absl::Span<const Bytes>(&public_key, 1), absl::MakeSpan(tr));
    if (ValueBarrier(wrong) != 0) return Misuse(Code::kBadKey);         // public: a verdict
    if (!ConstantTimeEqual(tr, Tr(key))) return Misuse(Code::kBadKey);  // public: a verdict
    return kP.bits;
  }

  static Result<size_t> Generate(uint16_t bits, Rng& rng, MutableBytes private_key) {
    if (bits != 0 && bits != kP.bits) return Misuse(Code::kUnsupported);
    if (private_key.size() < kSeedSize) return NoSpace();
    MERLON_TRY(rng.Fill(Slice(private_key, 0, kSeedSize)));
    return kSeedSize;
  }
};

template <class Kernel, Parameters kP>
constexpr ContextSignAlgorithm MlDsa<Kernel, kP>::kWithContext = WithContext();

}  // namespace merlon::crypto::ml_dsa
