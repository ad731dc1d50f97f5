// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/conformance_driver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/error_of.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {
namespace {

constexpr int kRounds = 20;
constexpr uint8_t kGuard = 0xa7;
constexpr size_t kLargestPrivateKey = 5000;

// What is refused is a peer's error or misuse, never success, and not the hardware's.
template <class T>
void ExpectRefused(const Result<T>& result, const std::string& what) {
  ASSERT_FALSE(result.ok()) << what;
  EXPECT_NE(result.error().origin, Origin::kDriver) << what;
}

// Room with a guard behind it.
class Guarded {
 public:
  explicit Guarded(size_t size) : bytes_(size + 8, kGuard) {}
  MutableBytes room() { return Slice(absl::MakeSpan(bytes_), 0, bytes_.size() - 8); }
  bool intact() const {
    return std::all_of(bytes_.end() - 8, bytes_.end(), [](uint8_t b) { return b == kGuard; });
  }

 private:
  ByteString bytes_;
};

struct SignCase {
  const SignAlgorithm& algorithm;
  const SignAlgorithm& reference;
  const HashAlgorithm* hash;
  ByteString private_key{}, public_key{}, message = ByteString(100, 0x3c), signature{};
};

// Keys of other sizes, and of nothing but zeros or ones.
void CheckBadKeys(const SignCase& c) {
  const auto check = [&](const ByteString& key, const char* what) {
    if (c.algorithm.check_private != nullptr) {
      EXPECT_EQ(ErrorOf(c.algorithm.check_private(key)), Misuse(Code::kBadKey)) << what;
    }
  };
  ByteString key = c.private_key;
  check({}, "nothing");
  key.pop_back();
  check(key, "a byte short");
  if (c.algorithm.family == SignFamily::kEcdsa) {
    check(ByteString(key.size() + 1, 0), "zero");
    check(ByteString(key.size() + 1, 0xff), "above the order");
  }
  key = c.public_key;
  ExpectRefused(c.algorithm.verify({}, c.hash, c.message, c.signature), "no public key");
  key.pop_back();
  ExpectRefused(c.algorithm.verify(key, c.hash, c.message, c.signature), "a short public key");
  key = c.public_key;
  key[0] ^= 0x42;
  ExpectRefused(c.algorithm.verify(key, c.hash, c.message, c.signature), "another public key");
}

void CheckForgedSignatures(const SignCase& c) {
  const auto refused = [&](const ByteString& signature, const std::string& what) {
    ExpectRefused(c.algorithm.verify(c.public_key, c.hash, c.message, signature), what);
  };
  for (size_t i = 0; i < c.signature.size(); i += 1 + c.signature.size() / 24) {
    ByteString forged = c.signature;
    forged[i] ^= static_cast<uint8_t>(1 << i % 8);
    refused(forged, "byte " + std::to_string(i));
  }
  ByteString sized = c.signature;
  sized.push_back(0);
  refused(sized, "a byte more");
  sized.resize(c.signature.size() - 1);
  refused(sized, "a byte less");
  refused({}, "nothing");
  refused(ByteString(c.signature.size(), 0), "zeros");
  ByteString other = c.message;
  other.back() ^= 1;
  ExpectRefused(c.algorithm.verify(c.public_key, c.hash, other, c.signature), "another message");
}

void CheckSigning(const SignCase& c) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{63}, c.message.size()}) {
    const ByteString message(c.message.begin(), c.message.begin() + static_cast<ptrdiff_t>(size));
    DeterministicRng rng(size);
    Guarded out(c.algorithm.max_signature_size);
    const auto signed_size = c.algorithm.sign(c.private_key, c.hash, message, rng, out.room());
    ASSERT_TRUE(signed_size.ok());
    EXPECT_TRUE(out.intact());
    EXPECT_TRUE(
        c.reference.verify(c.public_key, c.hash, message, Slice(Bytes(out.room()), 0, *signed_size))
            .ok());
  }
  for (size_t room : {size_t{0}, size_t{1}, c.signature.size() / 2}) {
    DeterministicRng rng(1);
    Guarded out(room);
    EXPECT_FALSE(c.algorithm.sign(c.private_key, c.hash, c.message, rng, out.room()).ok());
    EXPECT_TRUE(out.intact()) << room;
  }
  // Without randomness there is no signature, or one that needed none.
  for (int calls = 0; calls < 3; ++calls) {
    FailingRng failing(calls);
    Guarded out(c.algorithm.max_signature_size);
    const auto size = c.algorithm.sign(c.private_key, c.hash, c.message, failing, out.room());
    if (!size.ok()) {
      EXPECT_EQ(size.error(), DriverError(Code::kEntropyFailure));
      continue;
    }
    EXPECT_TRUE(
        c.reference.verify(c.public_key, c.hash, c.message, Slice(Bytes(out.room()), 0, *size))
            .ok());
  }
}

uint16_t BitsOf(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return 256;
    case KeyType::kEcP384:
      return 384;
    case KeyType::kEcP521:
      return 521;
    case KeyType::kEd25519:
      return 255;
    case KeyType::kEd448:
      return 448;
    default:
      return 2048;
  }
}

void CheckAead(const AeadAlgorithm& aead) {
  switch (aead.id) {
    case AeadId::kAes128Gcm:
    case AeadId::kAes192Gcm:
    case AeadId::kAes256Gcm:
      CheckAesGcm(aead);
      (void)CheckWycheproof(aead, "aes_gcm");
      return;
    case AeadId::kChaCha20Poly1305:
      CheckChaCha20Poly1305(aead);
      (void)CheckWycheproof(aead, "chacha20_poly1305");
      return;
    default:
      CheckAesCcm(aead);
      (void)CheckWycheproof(aead, "aes_ccm");
  }
}

void CheckWholeHash(const HashAlgorithm& hash, const HashAlgorithm* reference) {
  CheckHash(hash);
  const char* bits = hash.id == HashId::kSha256   ? "sha256"
                     : hash.id == HashId::kSha384 ? "sha384"
                     : hash.id == HashId::kSha512 ? "sha512"
                                                  : nullptr;
  if (bits != nullptr) {
    (void)CheckHmacWycheproof(hash, (std::string("hmac_") + bits).c_str());
    (void)CheckHkdfWycheproof(hash, (std::string("hkdf_") + bits).c_str());
    (void)CheckPbkdf2Wycheproof(hash, (std::string("pbkdf2_hmac") + bits).c_str());
  }
  if (reference != nullptr) CheckSameHash(hash, *reference, 11, kRounds);
}

bool IsSha3(HashId id) {
  return id == HashId::kSha3_224 || id == HashId::kSha3_256 || id == HashId::kSha3_384 ||
         id == HashId::kSha3_512;
}

bool IsLattice(SignFamily family) {
  return family == SignFamily::kMlDsa44 || family == SignFamily::kMlDsa65 ||
         family == SignFamily::kMlDsa87;
}

}  // namespace

void CheckSign(const SignAlgorithm& algorithm, const SignAlgorithm& reference,
               const HashAlgorithm* hash, Bytes private_key) {
  SignCase c{algorithm, reference, hash, ByteString(private_key.begin(), private_key.end())};
  DeterministicRng rng(4);
  if (c.private_key.empty()) {
    c.private_key.resize(kLargestPrivateKey);
    const auto generate = algorithm.generate != nullptr ? algorithm.generate : reference.generate;
    const auto size = generate(BitsOf(algorithm.key_type), rng, absl::MakeSpan(c.private_key));
    ASSERT_TRUE(size.ok());
    c.private_key.resize(*size);
  }
  c.public_key.resize(kLargestPrivateKey);
  const auto size = reference.public_key(c.private_key, absl::MakeSpan(c.public_key));
  ASSERT_TRUE(size.ok());
  c.public_key.resize(*size);
  c.signature.resize(reference.max_signature_size);
  const auto signed_size =
      reference.sign(c.private_key, hash, c.message, rng, absl::MakeSpan(c.signature));
  ASSERT_TRUE(signed_size.ok());
  c.signature.resize(*signed_size);
  if (algorithm.verify != nullptr) {
    EXPECT_TRUE(algorithm.verify(c.public_key, hash, c.message, c.signature).ok());
    CheckForgedSignatures(c);
    CheckBadKeys(c);
  }
  if (algorithm.public_key != nullptr) {
    ByteString same(c.public_key.size());
    ASSERT_TRUE(algorithm.public_key(c.private_key, absl::MakeSpan(same)).ok());
    EXPECT_EQ(same, c.public_key);
    EXPECT_FALSE(algorithm.public_key(c.private_key, Slice(absl::MakeSpan(same), 1)).ok());
  }
  if (algorithm.check_private != nullptr) {
    EXPECT_EQ(*algorithm.check_private(c.private_key), *reference.check_private(c.private_key));
  }
  if (algorithm.sign != nullptr) CheckSigning(c);
}

void CheckKeyAgreement(const KeyAgreementAlgorithm& algorithm,
                       const KeyAgreementAlgorithm& reference) {
  ASSERT_EQ(algorithm.initiator_share_size, reference.initiator_share_size);
  ASSERT_EQ(algorithm.responder_share_size, reference.responder_share_size);
  ASSERT_EQ(algorithm.secret_size, reference.secret_size);
  DeterministicRng rng(9);
  ByteString share(algorithm.initiator_share_size), answer(algorithm.responder_share_size),
      ours(algorithm.secret_size), theirs(algorithm.secret_size);
  const auto agree = [&](const KeyAgreementAlgorithm& a, const KeyAgreementAlgorithm& b) {
    ByteString private_key(a.private_size);
    ASSERT_TRUE(a.generate(rng, absl::MakeSpan(private_key), absl::MakeSpan(share)).ok());
    ASSERT_TRUE(b.respond(rng, share, absl::MakeSpan(answer), absl::MakeSpan(theirs)).ok());
    ASSERT_TRUE(a.agree(private_key, answer, absl::MakeSpan(ours)).ok());
    EXPECT_EQ(ours, theirs);
  };
  for (int round = 0; round < 3; ++round) {
    agree(algorithm, reference);
    agree(reference, algorithm);
  }
  ByteString private_key(algorithm.private_size);
  ASSERT_TRUE(algorithm.generate(rng, absl::MakeSpan(private_key), absl::MakeSpan(share)).ok());
  ASSERT_TRUE(reference.respond(rng, share, absl::MakeSpan(answer), absl::MakeSpan(theirs)).ok());
  // The same verdict on what is no share, or hardly one. Keys are of the same format only where
  // sizes are.
  std::vector<ByteString> shares = {
      {}, ByteString(answer.size(), 0), ByteString(answer.size(), 0xff)};
  shares.emplace_back(answer.begin(), answer.end() - 1);
  shares.push_back(answer);
  shares.back().push_back(0);
  shares.push_back(answer);
  shares.back().back() ^= 1;
  for (const ByteString& bad : shares) {
    if (algorithm.private_size != reference.private_size) break;
    const auto verdict = algorithm.agree(private_key, bad, absl::MakeSpan(ours)),
               expected = reference.agree(private_key, bad, absl::MakeSpan(theirs));
    ASSERT_EQ(verdict.ok(), expected.ok()) << bad.size() << " bytes";
    if (!verdict.ok()) {
      EXPECT_EQ(verdict.error(), expected.error());
    } else {
      EXPECT_EQ(ours, theirs);
    }
  }
  FailingRng failing;
  EXPECT_EQ(
      ErrorOf(algorithm.generate(failing, absl::MakeSpan(private_key), absl::MakeSpan(share))),
      DriverError(Code::kEntropyFailure));
  EXPECT_EQ(
      ErrorOf(algorithm.respond(failing, share, absl::MakeSpan(answer), absl::MakeSpan(ours))),
      DriverError(Code::kEntropyFailure));
}

void CheckEntropySource(const EntropySource& source) {
  std::set<ByteString> seen;
  for (size_t size : {0, 1, 7, 16, 31, 32, 33, 64, 255, 256, 1000}) {
    for (int round = 0; round < 8; ++round) {
      Guarded out(size);
      ASSERT_TRUE(source.fill(out.room()).ok());
      EXPECT_TRUE(out.intact()) << size;
      if (size < 16) continue;
      // All blocks of all calls differ: with full entropy two are the same once in 2^113.
      for (size_t at = 0; at + 16 <= size; at += 16) {
        const Bytes block = Slice(Bytes(out.room()), at, 16);
        EXPECT_TRUE(seen.emplace(block.begin(), block.end()).second) << "a block came again";
      }
    }
  }
}

DriverChecked CheckDriver(const Driver& driver, const DriverTable& reference) {
  DriverChecked checked;
  EXPECT_EQ(driver.location, kLocalStorage) << "CheckOpaqueDriver is for these";
  if (driver.available != nullptr && !driver.available()) return checked;
  for (const HashAlgorithm* hash : driver.hashes) {
    if (IsSha3(hash->id)) continue;
    CheckWholeHash(*hash, reference.hash(hash->id));
    ++checked.hashes;
  }
  for (const CipherAlgorithm* cipher : driver.ciphers) {
    CheckCipher(*cipher);
    CheckCtr(*cipher);
    CheckCmac(*cipher);
    if (const auto* other = reference.cipher(cipher->id); other != nullptr) {
      CheckSameCipher(*cipher, *other, 12, kRounds);
    }
    ++checked.ciphers;
  }
  for (const BlockDecryptAlgorithm* decrypt : driver.block_decrypts) {
    if (const auto* other = reference.cipher(decrypt->id); other != nullptr) {
      CheckBlockDecrypt(*decrypt, *other);
      ++checked.ciphers;
    }
  }
  for (const AeadAlgorithm* aead : driver.aeads) {
    CheckAead(*aead);
    if (const auto* other = reference.aead(aead->id); other != nullptr) {
      CheckSameAead(*aead, *other, 13, kRounds);
    }
    ++checked.aeads;
  }
  for (const KeyAgreementAlgorithm* group : driver.key_agreements) {
    if (const auto* other = reference.key_agreement(group->id); other != nullptr) {
      CheckKeyAgreement(*group, *other);
      ++checked.key_agreements;
    }
  }
  for (const SignAlgorithm* sign : driver.signs) {
    const auto* other = reference.sign(sign->family, sign->key_type);
    if (IsLattice(sign->family) || other == nullptr) continue;
    CheckSign(*sign, *other, NamesHash(sign->family) ? reference.hash(HashId::kSha256) : nullptr);
    ++checked.signs;
  }
  return checked;
}

}  // namespace merlon::crypto::testing
