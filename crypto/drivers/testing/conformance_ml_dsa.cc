// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/conformance_ml_dsa.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/drivers/portable/sha3.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {
namespace {

const Error kBadSignature = PeerError(Code::kBadSignature, Alert::kDecryptError);

struct KeyPair {
  ByteString private_key, public_key;
};

KeyPair Expand(const SignAlgorithm& dsa, Bytes seed) {
  const ContextSignAlgorithm& more = *dsa.with_context;
  KeyPair keys{ByteString(more.private_size), ByteString(more.public_size)};
  EXPECT_TRUE(
      more.expand(seed, absl::MakeSpan(keys.private_key), absl::MakeSpan(keys.public_key)).ok());
  return keys;
}
Result<ByteString> Sign(const SignAlgorithm& dsa, Bytes key, Bytes context, Bytes message,
                        Bytes randomness) {
  ByteString out(dsa.max_signature_size);
  MERLON_ASSIGN_OR_RETURN(
      const size_t size,
      dsa.with_context->sign(key, context, message, randomness, absl::MakeSpan(out)));
  EXPECT_EQ(size, out.size());
  return out;
}
ByteString RandomBytes(Rng& rng, size_t size) {
  ByteString out(size);
  EXPECT_TRUE(rng.Fill(absl::MakeSpan(out)).ok());
  return out;
}
ByteString Resized(Bytes bytes, size_t size) {
  ByteString out(bytes.begin(), bytes.end());
  out.resize(size);
  return out;
}

// A key to sign with, a message, and a signature that verifies.
struct Signed {
  explicit Signed(const SignAlgorithm& algorithm, uint64_t seed_number)
      : dsa(algorithm),
        rng(seed_number),
        seed(RandomBytes(rng, 32)),
        keys(Expand(algorithm, seed)),
        message(RandomBytes(rng, 50)),
        signature(*Sign(algorithm, seed, {}, message, {})) {}
  bool Verifies(Bytes changed) const {
    const Result<void> verdict = dsa.verify(keys.public_key, nullptr, message, changed);
    EXPECT_TRUE(verdict.ok() || verdict.error() == kBadSignature);
    return verdict.ok();
  }
  const SignAlgorithm& dsa;
  DeterministicRng rng;
  ByteString seed;
  KeyPair keys;
  ByteString message, signature;
};

void CheckForms(const SignAlgorithm& dsa) {
  Signed made(dsa, 1);
  EXPECT_TRUE(made.Verifies(made.signature));
  EXPECT_EQ(*Sign(dsa, made.keys.private_key, {}, made.message, {}), made.signature);
  ByteString room(dsa.with_context->public_size + size_t{1});
  for (const ByteString* form : {&made.seed, &made.keys.private_key}) {
    EXPECT_EQ(*dsa.public_key(*form, absl::MakeSpan(room)), room.size() - 1);
    EXPECT_EQ(Slice(Bytes(room), 0, room.size() - 1), Bytes(made.keys.public_key));
  }
  // Hedged: another one each time.
  ByteString one(dsa.max_signature_size + size_t{3}), other = one;
  for (ByteString* out : {&one, &other}) {
    EXPECT_EQ(*dsa.sign(made.seed, nullptr, made.message, made.rng, absl::MakeSpan(*out)),
              dsa.max_signature_size);
    out->resize(dsa.max_signature_size);
    EXPECT_TRUE(made.Verifies(*out));
  }
  EXPECT_NE(one, other);
  EXPECT_EQ(*Sign(dsa, made.seed, {}, made.message, ByteString(32)), made.signature);
}

void CheckContexts(const SignAlgorithm& dsa) {
  Signed made(dsa, 2);
  const auto verify = dsa.with_context->verify;
  for (const size_t size : {0, 1, 255}) {
    const ByteString context(size, 'c'), longer(size + 1, 'c');
    const auto signature = Sign(dsa, made.seed, context, made.message, {});
    ASSERT_TRUE(signature.ok());
    EXPECT_EQ(*signature == made.signature, size == 0);
    EXPECT_TRUE(verify(made.keys.public_key, context, made.message, *signature).ok());
    EXPECT_EQ(verify(made.keys.public_key, longer, made.message, *signature).error(),
              size == 255 ? Misuse() : kBadSignature);
  }
  EXPECT_EQ(Sign(dsa, made.seed, ByteString(256), made.message, {}).error(), Misuse());
}

void CheckRefusals(const SignAlgorithm& dsa) {
  Signed made(dsa, 3);
  const ContextSignAlgorithm& more = *dsa.with_context;
  for (size_t at = 0; at < made.signature.size(); at += 41) {
    ByteString changed = made.signature;
    changed[at] ^= static_cast<uint8_t>(1 << at % 8);
    EXPECT_FALSE(made.Verifies(changed)) << at;
  }
  for (const size_t size : {size_t{0}, made.signature.size() - 1, made.signature.size() + 1}) {
    EXPECT_FALSE(made.Verifies(Resized(made.signature, size)));
  }
  const Bytes key = made.keys.private_key, public_key = made.keys.public_key;
  for (const size_t size : {size_t{0}, public_key.size() - 1, public_key.size() + 1}) {
    EXPECT_EQ(dsa.verify(Resized(public_key, size), nullptr, made.message, made.signature).error(),
              PeerError(Code::kBadKey, Alert::kBadCertificate));
  }
  EXPECT_EQ(*dsa.check_private(made.seed), *dsa.check_private(key));
  ByteString room(more.public_size);
  for (const size_t size : {size_t{0}, size_t{31}, size_t{33}, key.size() - 1, key.size() + 1}) {
    const ByteString wrong = Resized(key, size);
    EXPECT_EQ(dsa.check_private(wrong).error(), Misuse(Code::kBadKey)) << size;
    EXPECT_EQ(Sign(dsa, wrong, {}, made.message, {}).error(), Misuse(Code::kBadKey)) << size;
    EXPECT_EQ(dsa.public_key(wrong, absl::MakeSpan(room)).error(), Misuse(Code::kBadKey)) << size;
  }
  // rho, then tr, s1, s2 and t0: each is bound to the others. K is not: any will do.
  for (size_t at = 0; at < key.size(); at += 113) {
    ByteString changed(key.begin(), key.end());
    changed[at] ^= 1;
    EXPECT_EQ(dsa.check_private(changed).ok(), at >= 32 && at < 64) << at;
  }
}

void CheckFailures(const SignAlgorithm& dsa) {
  Signed made(dsa, 4);
  const ContextSignAlgorithm& more = *dsa.with_context;
  ByteString room(more.public_size), out(dsa.max_signature_size);
  EXPECT_EQ(dsa.public_key(made.seed, Slice(absl::MakeSpan(room), 1)).error(),
            Misuse(Code::kNoSpace));
  EXPECT_EQ(Sign(dsa, made.seed, {}, made.message, ByteString(31)).error(), Misuse());
  EXPECT_EQ(more.sign(made.seed, {}, made.message, {}, Slice(absl::MakeSpan(out), 1)).error(),
            NoSpace());
  // A part of the key that is not of the others: what was signed does not check.
  ByteString broken = made.keys.private_key;
  broken[200] ^= 1;
  EXPECT_EQ(more.sign(broken, {}, made.message, {}, absl::MakeSpan(out)).error(),
            DriverError(Code::kFaultDetected));
  EXPECT_EQ(out, ByteString(dsa.max_signature_size));
  FailingRng failing;
  EXPECT_EQ(dsa.sign(made.seed, nullptr, made.message, failing, absl::MakeSpan(out)).error(),
            DriverError(Code::kEntropyFailure));
  EXPECT_EQ(dsa.generate(0, failing, absl::MakeSpan(room)).error(),
            DriverError(Code::kEntropyFailure));
  EXPECT_EQ(dsa.generate(100, made.rng, absl::MakeSpan(room)).error(), Misuse(Code::kUnsupported));
  EXPECT_EQ(*dsa.generate(*dsa.check_private(made.seed), made.rng, absl::MakeSpan(room)), 32u);
}

ByteString Field(const nlohmann::json& object, const char* name) {
  return object.contains(name) ? FromHex(object.at(name).get<std::string>()) : ByteString();
}

// "44", as published files name it.
std::string Name(const SignAlgorithm& dsa) {
  return dsa.key_type == KeyType::kMlDsa44 ? "44" : dsa.key_type == KeyType::kMlDsa65 ? "65" : "87";
}

// NIST's ACVP key generation.
int CheckNistKeyGen(const SignAlgorithm& dsa) {
  const auto text = PublishedFile("nist/ML-DSA-keyGen-FIPS204.json");
  if (!text) return 0;
  const nlohmann::json json = nlohmann::json::parse(*text);
  int ran = 0;
  for (const auto& group : json.at("testGroups")) {
    if (group.at("parameterSet") != "ML-DSA-" + Name(dsa)) continue;
    for (const auto& test : group.at("tests")) {
      ++ran;
      const KeyPair keys = Expand(dsa, Field(test, "seed"));
      EXPECT_EQ(keys.public_key, Field(test, "pk"));
      EXPECT_EQ(keys.private_key, Field(test, "sk"));
    }
  }
  return ran;
}

template <class Run>
int ForEachWycheproof(const SignAlgorithm& dsa, const std::string& name, const Run& run) {
  const auto file = Wycheproof("mldsa_" + Name(dsa) + name);
  if (!file) return 0;
  int ran = 0;
  for (const auto& group : file->at("testGroups")) {
    for (const auto& test : group.at("tests")) {
      ++ran;
      EXPECT_EQ(run(group, test), test.at("result") == "valid") << name << test.at("tcId");
    }
  }
  return ran;
}

bool SignsAsTold(const SignAlgorithm& dsa, const ByteString& key, const nlohmann::json& test) {
  if (!dsa.check_private(key).ok()) return false;
  ByteString out(dsa.max_signature_size);
  const ByteString randomness = Field(test, "rnd");
  const auto size = test.contains("msg")
                        ? dsa.with_context->sign(key, Field(test, "ctx"), Field(test, "msg"),
                                                 randomness, absl::MakeSpan(out))
                        : dsa.with_context->sign_representative(key, Field(test, "mu"), randomness,
                                                                absl::MakeSpan(out));
  return size.ok() && out == Field(test, "sig");
}

int CheckWycheproofSign(const SignAlgorithm& dsa) {
  return ForEachWycheproof(dsa, "_sign_seed",
                           [&](const nlohmann::json& group, const nlohmann::json& test) {
                             return SignsAsTold(dsa, Field(group, "privateSeed"), test);
                           }) +
         ForEachWycheproof(dsa, "_sign_noseed",
                           [&](const nlohmann::json& group, const nlohmann::json& test) {
                             return SignsAsTold(dsa, Field(group, "privateKey"), test);
                           });
}

int CheckWycheproofVerify(const SignAlgorithm& dsa) {
  return ForEachWycheproof(dsa, "_verify",
                           [&](const nlohmann::json& group, const nlohmann::json& test) {
                             return dsa.with_context
                                 ->verify(Field(group, "publicKey"), Field(test, "ctx"),
                                          Field(test, "msg"), Field(test, "sig"))
                                 .ok();
                           });
}

}  // namespace

std::string AccumulatedMlDsa(const SignAlgorithm& dsa, int count) {
  Xof inputs(kPortableShake128), outputs(kPortableShake128);
  for (int i = 0; i < count; ++i) {
    ByteString seed(32);
    inputs.Output(absl::MakeSpan(seed));
    const KeyPair keys = Expand(dsa, seed);
    outputs.Update(keys.public_key);
    const auto signature = Sign(dsa, keys.private_key, {}, {}, {});
    if (!signature.ok()) return "not signed";
    outputs.Update(*signature);
    if (!dsa.verify(keys.public_key, nullptr, {}, *signature).ok()) return "not verified";
  }
  ByteString out(32);
  outputs.Output(absl::MakeSpan(out));
  return ToHex(out);
}

void CheckMlDsa(const SignAlgorithm& dsa) {
  ASSERT_NE(dsa.with_context, nullptr);
  ASSERT_EQ(dsa.with_context->seed_size, 32);
  // CCTV's accumulated tests (github.com/C2SP/CCTV, ML-DSA; CC0), the first 100.
  const char* expected = dsa.key_type == KeyType::kMlDsa44
                             ? "d51148e1f9f4fa1a723a6cf42e25f2a99eb5c1b378b3d2dbbd561b1203beeae4"
                         : dsa.key_type == KeyType::kMlDsa65
                             ? "8358a1843220194417cadbc2651295cd8fc65125b5a5c1a239a16dc8b57ca199"
                             : "8c3ad714777622b8f21ce31bb35f71394f23bc0fcf3c78ace5d608990f3b061b";
  EXPECT_EQ(AccumulatedMlDsa(dsa, 100), expected);
  CheckForms(dsa);
  CheckContexts(dsa);
  CheckRefusals(dsa);
  CheckFailures(dsa);
}

MlDsaVectors CheckMlDsaVectors(const SignAlgorithm& dsa) {
  return {.nist_key_generation = CheckNistKeyGen(dsa),
          .wycheproof_sign = CheckWycheproofSign(dsa),
          .wycheproof_verify = CheckWycheproofVerify(dsa)};
}

void CheckSameMlDsa(const SignAlgorithm& a, const SignAlgorithm& b, uint64_t seed, int rounds) {
  DeterministicRng rng(seed);
  for (int round = 0; round < rounds; ++round) {
    const ByteString key_seed = RandomBytes(rng, 32), message = RandomBytes(rng, 40);
    const KeyPair one = Expand(a, key_seed), two = Expand(b, key_seed);
    ASSERT_EQ(one.private_key, two.private_key) << "seed " << seed << ", " << round;
    ASSERT_EQ(one.public_key, two.public_key) << "seed " << seed << ", " << round;
    const auto from_a = Sign(a, key_seed, {}, message, {});
    const auto from_b = Sign(b, one.private_key, {}, message, {});
    ASSERT_TRUE(from_a.ok() && from_b.ok());
    ASSERT_EQ(*from_a, *from_b) << "seed " << seed << ", " << round;
    EXPECT_TRUE(a.verify(one.public_key, nullptr, message, *from_a).ok());
    EXPECT_TRUE(b.verify(one.public_key, nullptr, message, *from_a).ok());
  }
}

}  // namespace merlon::crypto::testing
