// SPDX-License-Identifier: Apache-2.0
// Verification in steps, and of chains that do not fit into memory; pins, the cache of signatures,
// and inputs that are made to cost much.
#include "x509/chain_verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>

#include "x509/chain_stream.h"
#include "x509/locations.h"
#include "x509/oid.h"
#include "x509/path_builder.h"
#include "x509/pins.h"
#include "x509/prepared_keys.h"
#include "x509/signature_cache.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/toy_pki.h"

namespace merlon::x509 {
namespace {

using std::chrono::days;

// Of VerifyChain: no code, or the error's.
Code CodeOf(const std::vector<Buffer>& presented, const std::vector<Buffer>& trusted,
            const VerifyOptions& options = ToyOptions()) {
  const std::vector<Bytes> chain(presented.begin(), presented.end());
  std::vector<TrustAnchor> anchors;
  for (const Buffer& der : trusted) anchors.push_back(*TrustAnchor::FromCertificate(der));
  const Result<VerifiedChain> verified = VerifyChain({chain}, TrustAnchors(anchors), options);
  return verified.ok() ? Code{} : verified.error().code;
}
// Of a leaf that the root issued, after `change`.
Code WithLeaf(const std::function<void(ToyCertificate&)>& change) {
  ToyCertificate leaf = ToyLeaf("Root", 1);
  change(leaf);
  return CodeOf({Issue(leaf)}, {Issue(ToyRoot())});
}

// What a step asks for, in short.
std::string Asks(const ChainVerification& verification) {
  const VerificationStep& step = verification.step();
  if (std::holds_alternative<NeedAnchor>(step)) return "anchor";
  if (std::holds_alternative<NeedSignature>(step)) return "signature";
  if (std::holds_alternative<NeedCertificates>(step)) return "certificates";
  if (std::holds_alternative<NeedPathCheck>(step)) return "path check";
  return verification.result().ok() ? "done" : "failed";
}

// Root, intermediate, leaf, and a store of the root.
struct Three {
  Buffer root = Issue(ToyRoot()), ca = Issue(ToyIntermediate()), leaf = Issue(ToyLeaf());
  TrustAnchor anchor = *TrustAnchor::FromCertificate(root);
  TrustAnchors store{absl::Span<const TrustAnchor>(&anchor, 1)};
};

TEST(ChainVerification, AsksStepByStep) {
  const Three pki;
  const Bytes chain[] = {pki.leaf, pki.ca};
  const VerifyOptions options = ToyOptions();
  const int before = ToyVerifications();
  ChainVerification verification({chain}, options, {});
  const auto anchor = [&] { return std::get_if<NeedAnchor>(&verification.step()); };
  const auto signature = [&] { return std::get_if<NeedSignature>(&verification.step()); };
  // Whether the leaf is an anchor; then who issued it.
  ASSERT_NE(anchor(), nullptr);
  EXPECT_EQ(anchor()->subject, Bytes(ToyName("Leaf")));
  ASSERT_TRUE(verification.AnswerAnchor(nullptr).ok());
  ASSERT_NE(anchor(), nullptr);
  EXPECT_EQ(anchor()->subject, Bytes(ToyName("Intermediate")));
  ASSERT_TRUE(verification.AnswerAnchor(nullptr).ok());
  ASSERT_NE(signature(), nullptr);
  EXPECT_EQ(signature()->key.der, Bytes(ToyKey(2)));
  EXPECT_EQ(signature()->signed_data, Certificate::Parse(pki.leaf)->tbs());
  EXPECT_EQ(signature()->algorithm.hash, crypto::HashId::kSha256);
  // A wrong answer is misuse and changes nothing.
  EXPECT_EQ(verification.AnswerAnchor(nullptr).error(), Misuse());
  EXPECT_EQ(verification.AnswerCertificates(chain, Arrival::kComplete).error(), Misuse());
  EXPECT_EQ(verification.AnswerPathCheck({}, 0).error(), Misuse());
  EXPECT_EQ(verification.result().error(), Misuse());
  ASSERT_NE(signature(), nullptr);
  ASSERT_TRUE(verification.AnswerSignature({}).ok());
  ASSERT_NE(anchor(), nullptr);
  EXPECT_EQ(anchor()->subject, Bytes(ToyName("Root")));
  ASSERT_TRUE(verification.AnswerAnchor(&pki.anchor).ok());
  ASSERT_NE(signature(), nullptr);
  EXPECT_EQ(signature()->key.der, Bytes(ToyKey(1)));
  ASSERT_TRUE(verification.AnswerSignature({}).ok());
  ASSERT_TRUE(verification.result().ok());
  EXPECT_EQ(verification.result()->length, 2u);
  EXPECT_EQ(verification.result()->anchor, &pki.anchor);
  EXPECT_EQ(verification.AnswerSignature({}).error(), Misuse());
  EXPECT_EQ(ToyVerifications(), before);
}

TEST(ChainVerification, AnswersThatSayNoAreNoted) {
  const Three pki;
  const Bytes chain[] = {pki.leaf, pki.ca};
  const VerifyOptions options = ToyOptions();
  for (const Error error :
       {PeerError(Code::kBadSignature, Alert::kBadCertificate), LocalError(Code::kInternal)}) {
    ChainVerification verification({chain}, options, {});
    while (!verification.done() && Asks(verification) != "signature") {
      ASSERT_TRUE(AnswerStep(verification, pki.store, options).ok());
    }
    ASSERT_TRUE(verification.AnswerSignature(error).ok());
    while (!verification.done()) ASSERT_TRUE(AnswerStep(verification, pki.store, options).ok());
    EXPECT_EQ(verification.result().error(), error);
    EXPECT_EQ(verification.diagnosis().certificate, Bytes(pki.leaf));
  }
}

// Signatures of many verifications can be checked together.
TEST(ChainVerification, ManyGoOnSideBySide) {
  const Three pki;
  const Bytes chain[] = {pki.leaf, pki.ca};
  const VerifyOptions options = ToyOptions();
  std::deque<ChainVerification> all;
  for (int i = 0; i < 3; ++i) all.emplace_back(ChainInput{chain}, options, WorkBudget());
  std::vector<size_t> batches;
  for (;;) {
    std::vector<ChainVerification*> batch;
    for (ChainVerification& one : all) {
      while (Asks(one) == "anchor") ASSERT_TRUE(AnswerStep(one, pki.store, options).ok());
      if (!one.done()) batch.push_back(&one);
    }
    if (batch.empty()) break;
    batches.push_back(batch.size());
    for (ChainVerification* one : batch) ASSERT_TRUE(AnswerStep(*one, pki.store, options).ok());
  }
  EXPECT_THAT(batches, testing::ElementsAre(3, 3));
  for (ChainVerification& one : all) EXPECT_TRUE(one.result().ok());
}

TEST(ChainVerification, VerifiesCertificatesAsTheyArrive) {
  const Three pki;
  const Buffer other = Issue(ToyIntermediate("Other", 7, "Elsewhere", 8));
  const VerifyOptions options = ToyOptions();
  // For each list, how many signatures were checked when so many had arrived.
  const struct {
    std::vector<Bytes> arriving;
    std::vector<int> checked;
  } cases[] = {{{pki.leaf, pki.ca, other}, {0, 2}},  // done before the last arrives
               {{pki.leaf, other, pki.ca}, {0, 0, 2}},
               {{pki.leaf, other}, {0, 0}}};
  for (const auto& test : cases) {
    const absl::Span<const Bytes> all = test.arriving;
    ChainVerification verification({}, options, {}, Arrival::kMayContinue);
    EXPECT_EQ(Asks(verification), "certificates");
    std::vector<int> checked;
    const int before = ToyVerifications();
    for (size_t i = 1; i <= all.size() && !verification.done(); ++i) {
      ASSERT_TRUE(verification.AnswerCertificates(all.first(i), Arrival::kMayContinue).ok());
      while (!verification.done() && Asks(verification) != "certificates") {
        ASSERT_TRUE(AnswerStep(verification, pki.store, options).ok());
      }
      checked.push_back(ToyVerifications() - before);
    }
    EXPECT_EQ(checked, test.checked);
    if (!verification.done()) {
      EXPECT_EQ(verification.AnswerCertificates({}, Arrival::kComplete).error(), Misuse());
      ASSERT_TRUE(verification.AnswerCertificates(all, Arrival::kComplete).ok());
    }
    EXPECT_EQ(verification.result().ok(), test.checked.back() == 2);
  }
  ChainVerification none({}, options, {}, Arrival::kMayContinue);
  ASSERT_TRUE(none.AnswerCertificates({}, Arrival::kComplete).ok());
  EXPECT_EQ(none.result().error(), Misuse());
}

// A leaf below `height` intermediates ("1" is directly above it) below "Root", each of them with an
// extension of 1,500 bytes that nobody knows; the root comes last.
std::vector<Buffer> TallChain(uint8_t height,
                              const std::function<void(size_t, CertificateSpec&)>& change = {}) {
  const auto name = [](size_t i) { return std::to_string(i); };
  const Buffer filling(1500, 0x2a);
  const uint8_t unknown[] = {0x2a, 3};
  const Extension extra[] = {{Bytes(unknown), false, Bytes(filling)}};
  std::vector<Buffer> out;
  for (uint8_t i = 0; i <= height; ++i) {
    const std::string subject = name(i), issuer = i == height ? "Root" : name(i + 1);
    const uint8_t issuer_key = i == height ? 1 : static_cast<uint8_t>(11 + i);
    ToyCertificate one =
        i == 0 ? ToyLeaf(issuer, issuer_key)
               : ToyIntermediate(subject, static_cast<uint8_t>(10 + i), issuer, issuer_key);
    one.spec.more = extra;
    if (change) change(i, one.spec);
    out.push_back(Issue(one));
  }
  out.push_back(Issue(ToyRoot()));
  return out;
}

// Of a ChainStream that is given all, in pieces of so many bytes.
struct Streamed {
  Code code;
  size_t looked_at = 0, peak = 0, culprit = 0;  // certificates until it was verified
};
Streamed Stream(const std::vector<Buffer>& chain, size_t memory, size_t piece = 64,
                const VerifyOptions& options = ToyOptions()) {
  const Buffer root = Issue(ToyRoot());
  const TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(root)};
  const TrustAnchors store(anchors);
  Buffer room(memory);
  ChainStream stream(store, options, absl::MakeSpan(room));
  Streamed out{};
  for (const Buffer& der : chain) {
    out.looked_at += stream.verified() ? 0 : 1;
    if (!stream.Begin(der.size()).ok()) break;
    bool good = true;
    for (size_t at = 0; good && at < der.size(); at += piece) {
      good = stream.Receive(Slice(Bytes(der), at, std::min(piece, der.size() - at))).ok();
    }
    if (!good) break;
  }
  const Result<VerifiedChain> result = stream.Finish();
  out.code = result.ok() ? Code{} : result.error().code;
  out.peak = stream.peak();
  out.culprit = stream.culprit();
  if (result.ok()) {
    // What TLS asks of a leaf is still there.
    const Result<Certificate> leaf = Certificate::Parse(chain[0]);
    EXPECT_EQ(result->leaf.public_key().key, leaf->public_key().key);
    EXPECT_TRUE(CheckServerName(result->leaf, "www.example.com").ok());
  }
  return out;
}

TEST(ChainStream, VerifiesAChainThatIsLargerThanItsMemory) {
  const std::vector<Buffer> chain = TallChain(6);
  size_t all = 0;
  for (const Buffer& der : chain) all += der.size();
  EXPECT_GT(all, 12000u);
  const Streamed whole = Stream(chain, all);
  EXPECT_EQ(whole.code, Code{});
  EXPECT_EQ(whole.looked_at, 7u);  // not the root, which comes behind them
  // Two certificates, and some 200 bytes of each that lies below.
  EXPECT_LT(whole.peak, 5000u);
  for (const size_t piece : {1u, 7u, 4096u}) {
    EXPECT_EQ(Stream(chain, whole.peak, piece).code, Code{});
  }
  for (size_t memory = 0; memory < whole.peak; memory += 61) {
    EXPECT_EQ(Stream(chain, memory).code, Code::kWorkBudget) << memory;
  }
  EXPECT_EQ(Stream(chain, whole.peak - 1).code, Code::kWorkBudget);
}

TEST(ChainStream, TakesIssuersBehindWhatTheyIssued) {
  const std::vector<Buffer> chain = TallChain(2);
  const Buffer &leaf = chain[0], &lower = chain[1], &upper = chain[2], &root = chain[3];
  const Buffer other = Issue(ToyIntermediate("Other", 7, "Elsewhere", 8));
  const Buffer impostor = Issue(ToyIntermediate("1", 9));
  const struct {
    std::vector<Buffer> arriving;
    Code code;
    size_t culprit = 0;
  } cases[] = {
      {{leaf, lower, upper}, Code{}},
      {{leaf, lower, upper, root}, Code{}},
      {{leaf, other, lower, root, lower, upper}, Code{}},
      {{leaf, impostor, lower, upper}, Code{}},
      {{leaf, upper, lower}, Code::kUnknownIssuer},
      {{leaf, impostor, upper}, Code::kBadSignature, 0},
      {{leaf, lower}, Code::kUnknownIssuer},
      {{leaf, lower, Buffer{0x30}, other}, Code::kBadDer, 2},
      {{Buffer{0x30, 0}, leaf}, Code::kBadDer, 0},
      {{root, upper, lower, leaf}, Code::kBadKeyUsage, 0},
  };
  for (const auto& test : cases) {
    const Streamed streamed = Stream(test.arriving, 9000);
    EXPECT_EQ(streamed.code, test.code) << &test - cases;
    EXPECT_EQ(streamed.culprit, test.culprit) << &test - cases;
  }
}

// What was forgotten of a certificate is nothing that a rule higher up asks for.
TEST(ChainStream, RulesBindWhatWasForgotten) {
  const std::string_view elsewhere[] = {"elsewhere.example"};
  const uint8_t policy[] = {0x2a, 1};
  const Bytes policies[] = {policy};
  const auto with = [](size_t at, const std::function<void(CertificateSpec&)>& change) {
    return TallChain(3, [=](size_t i, CertificateSpec& spec) {
      if (i == at) change(spec);
    });
  };
  const auto streamed = [](const std::vector<Buffer>& chain,
                           const VerifyOptions& options = ToyOptions()) {
    const std::vector<Bytes> presented(chain.begin(), chain.end());
    const Code whole = CodeOf(chain, {Issue(ToyRoot())}, options);
    const Streamed out = Stream(chain, 9000, 64, options);
    EXPECT_EQ(out.code, whole);
    return out.code;
  };
  EXPECT_EQ(streamed(with(3, [&](auto& spec) { spec.permitted_dns_names = elsewhere; })),
            Code::kNameConstraint);
  EXPECT_EQ(streamed(with(3, [&](auto& spec) { spec.path_length = uint8_t{1}; })),
            Code::kPathTooLong);
  EXPECT_EQ(streamed(with(3, [&](auto& spec) { spec.path_length = uint8_t{2}; })), Code{});
  VerifyOptions options = ToyOptions();
  options.policies.require_explicit = true;
  EXPECT_EQ(streamed(with(0, [&](auto& spec) { spec.policies = policies; }), options),
            Code::kNoValidPolicy);
  EXPECT_EQ(streamed(TallChain(3, [&](size_t, auto& spec) { spec.policies = policies; }), options),
            Code{});
  options = ToyOptions();
  options.server_name = "another.example.com";
  EXPECT_EQ(streamed(TallChain(3), options), Code::kNameMismatch);
  options = ToyOptions();
  options.budget.signature_checks = 2;
  EXPECT_EQ(streamed(TallChain(3), options), Code::kWorkBudget);
}

TEST(ChainStream, MisuseChangesNothing) {
  const Three pki;
  const VerifyOptions options = ToyOptions();
  Buffer room(4096);
  ChainStream stream(pki.store, options, absl::MakeSpan(room));
  EXPECT_EQ(stream.Finish().error(), Misuse());
  EXPECT_EQ(stream.Begin(0).error(), Misuse());
  EXPECT_EQ(stream.Receive(pki.leaf).error(), Misuse());
  ASSERT_TRUE(stream.Begin(pki.leaf.size()).ok());
  EXPECT_EQ(stream.Begin(1).error(), Misuse());
  ASSERT_TRUE(stream.Receive(Slice(Bytes(pki.leaf), 0, 9)).ok());
  EXPECT_EQ(stream.Receive(pki.leaf).error(), Misuse());
  EXPECT_EQ(stream.Finish().error(), Misuse());
  ASSERT_TRUE(stream.Receive(Slice(Bytes(pki.leaf), 9)).ok());
  ASSERT_TRUE(stream.Begin(pki.ca.size()).ok());
  ASSERT_TRUE(stream.Receive(pki.ca).ok());
  EXPECT_TRUE(stream.verified());
  // Of any size: it is not stored.
  ASSERT_TRUE(stream.Begin(1 << 20).ok());
  ASSERT_TRUE(stream.Receive(pki.root).ok());
  EXPECT_TRUE(stream.Finish().ok());
}

TEST(ChainVerification, TriesKnownIntermediates) {
  const Three pki;
  const Buffer impostor = Issue(ToyIntermediate("Intermediate", 7));
  const Certificate known[] = {*Certificate::Parse(impostor), *Certificate::Parse(pki.ca)};
  const Bytes chain[] = {pki.leaf}, whole[] = {pki.leaf, pki.ca};
  EXPECT_EQ(VerifyChain({chain, 0, known}, pki.store, ToyOptions())->length, 2u);
  EXPECT_EQ(VerifyChain({chain, 0, {known, 1}}, pki.store, ToyOptions()).error().code,
            Code::kBadSignature);
  // Those presented come first.
  const int before = ToyVerifications();
  EXPECT_TRUE(VerifyChain({whole, 0, known}, pki.store, ToyOptions()).ok());
  EXPECT_EQ(ToyVerifications() - before, 2);
}

const crypto::HashAlgorithm& Sha256() { return *PortableDrivers().hash(crypto::HashId::kSha256); }
SpkiPin PinOfKey(uint8_t key) { return PinOf(Sha256(), ToyKey(key)); }

TEST(Pins, AreAnchorsAmongThosePresented) {
  const Buffer ca = Issue(ToyIntermediate()), leaf = Issue(ToyLeaf());
  const Bytes chain[] = {leaf, ca};
  const Three pki;
  const struct {
    uint8_t pinned;
    const TrustStore* others;
    Code code;
    size_t length;
  } cases[] = {{9, nullptr, Code{}, 0},                // the leaf
               {2, nullptr, Code{}, 1},                // its issuer
               {1, nullptr, Code::kUnknownIssuer, 0},  // the root, which is not presented
               {7, nullptr, Code::kUnknownIssuer, 0},
               {7, &pki.store, Code{}, 2},
               {2, &pki.store, Code{}, 1}};
  for (const auto& test : cases) {
    const SpkiPin pins[] = {PinOfKey(77), PinOfKey(test.pinned)};
    const PinnedAnchors anchors(pins, chain, Sha256(), test.others);
    const VerifyOptions options = DeviceOptions(kToyNow, "www.example.com", ToyDrivers());
    const Result<VerifiedChain> verified = VerifyChain({chain}, anchors, options);
    EXPECT_EQ(verified.ok() ? Code{} : verified.error().code, test.code) << int{test.pinned};
    EXPECT_EQ(verified.ok() ? verified->length : 0, test.length) << int{test.pinned};
  }
}

// What is pinned is held to the rules all the same.
TEST(Pins, DoNotExcuse) {
  const SpkiPin pins[] = {PinOfKey(2), PinOfKey(9)};
  const auto code = [&](const std::function<void(ToyCertificate&)>& change, std::string_view name) {
    ToyCertificate leaf = ToyLeaf();
    change(leaf);
    const Buffer der = Issue(leaf);
    const Bytes chain[] = {der};
    const PinnedAnchors anchors(pins, chain, Sha256());
    const Result<VerifiedChain> verified =
        VerifyChain({chain}, anchors, DeviceOptions(kToyNow, name, ToyDrivers()));
    return verified.ok() ? Code{} : verified.error().code;
  };
  const auto as_is = [](ToyCertificate&) {};
  EXPECT_EQ(code(as_is, "www.example.com"), Code{});
  EXPECT_EQ(code(as_is, "other.example.com"), Code::kNameMismatch);
  EXPECT_EQ(code([](auto& leaf) { leaf.key = 8; }, "www.example.com"), Code::kUnknownIssuer);
  // The minimum time: what ended before it is refused, what begins behind it is not.
  const auto ended = [](auto& leaf) { leaf.spec.not_after = kToyNow - std::chrono::seconds(1); };
  const auto ends = [](auto& leaf) { leaf.spec.not_after = kToyNow; };
  const auto begins = [](auto& leaf) { leaf.spec.not_before = kToyNow + days(99); };
  EXPECT_EQ(code(ended, "www.example.com"), Code::kExpired);
  EXPECT_EQ(code(ends, "www.example.com"), Code{});
  EXPECT_EQ(code(begins, "www.example.com"), Code{});
}

TEST(Pins, MayBeDemandedOfAPath) {
  const Three pki;
  const Bytes chain[] = {pki.leaf, pki.ca};
  VerifyOptions options = ToyOptions();
  for (const auto& [key, code] :
       std::map<uint8_t, Code>{{1, Code{}}, {2, Code{}}, {9, Code{}}, {7, Code::kNotPinned}}) {
    const SpkiPin pin = PinOfKey(key);
    const RequirePin check({&pin, 1}, Sha256());
    const RequirePin twice({&pin, 1}, Sha256(), &check);
    options.path_check = &twice;
    const Result<VerifiedChain> verified = VerifyChain({chain}, pki.store, options);
    EXPECT_EQ(verified.ok() ? Code{} : verified.error().code, code) << int{key};
  }
  // Also of a leaf that is an anchor itself.
  const Buffer self = Issue(ToyLeaf("Leaf", 9));
  const Bytes alone[] = {self};
  const TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(self)};
  for (uint8_t key : {7, 9}) {
    const SpkiPin pin = PinOfKey(key);
    const RequirePin check({&pin, 1}, Sha256());
    options.path_check = &check;
    EXPECT_EQ(VerifyChain({alone}, TrustAnchors(anchors), options).ok(), key == 9);
  }
}

TEST(SignatureCache, SparesSignaturesAlone) {
  const Three pki;
  std::array<SignatureCache::Entry, 8> room;
  room.fill({1});
  SignatureCache cache(absl::MakeSpan(room), Sha256());
  VerifyOptions options = ToyOptions();
  options.signatures = &cache;
  // How many signatures it took, if it verified.
  const auto verify = [&](const Buffer& leaf, const VerifyOptions& with) {
    const Bytes chain[] = {leaf, pki.ca};
    const int before = ToyVerifications();
    const bool ok = VerifyChain({chain}, pki.store, with).ok();
    const int took = ToyVerifications() - before;
    return ok ? took : -took - 1;
  };
  EXPECT_EQ(verify(pki.leaf, options), 2);
  EXPECT_EQ(verify(pki.leaf, options), 0);
  // The rules are looked at again, and the budget is spent.
  VerifyOptions late = options;
  late.now = kToyNow + days(1000);
  EXPECT_EQ(verify(pki.leaf, late), -1);
  VerifyOptions small = options;
  small.budget.signature_checks = 1;
  EXPECT_EQ(verify(pki.leaf, small), -1);
  VerifyOptions nothing = options;
  nothing.drivers = {};
  EXPECT_EQ(verify(pki.leaf, nothing), -1);
  // Another certificate, and each byte of this one changed: in what is signed, the algorithm, the
  // signature. What fails is not remembered.
  EXPECT_EQ(verify(Issue(ToyLeaf()), options), 1);
  const size_t first = pki.leaf.size() - 16;
  for (size_t i = first; i < pki.leaf.size(); ++i) {
    Buffer altered = pki.leaf;
    altered[i] ^= 1;
    EXPECT_LT(verify(altered, options), 0) << i;
    EXPECT_LT(verify(altered, options), 0) << i;
  }
  Buffer renamed = pki.leaf;
  const std::string_view name = "www.example";
  *std::search(renamed.begin(), renamed.end(), name.begin(), name.end()) ^= 0x20;
  EXPECT_EQ(verify(renamed, options), -2);
  EXPECT_EQ(verify(renamed, options), -2);
}

TEST(SignatureCache, IsBounded) {
  std::array<SignatureCache::Entry, 7> room;  // of which 4 serve
  SignatureCache cache(absl::MakeSpan(room), Sha256());
  SignatureCache empty({}, Sha256());
  const auto digest = [&](uint8_t n, Bytes key = {}) {
    return cache.Digest(key, {}, Bytes(&n, 1), {});
  };
  for (uint8_t n = 0; n < 6; ++n) cache.Remember(digest(n));
  cache.Remember(digest(5));
  for (uint8_t n = 0; n < 6; ++n) EXPECT_EQ(cache.Knows(digest(n)), n >= 2) << int{n};
  empty.Remember(digest(0));
  EXPECT_FALSE(empty.Knows(digest(0)));
  // Parts are told apart.
  const uint8_t five = 5;
  EXPECT_FALSE(cache.Knows(cache.Digest(Bytes(&five, 1), {}, {}, {})));
}

// The toy driver, which prepares a key as itself, and counts what is verified with such a one.
int prepared_verifications = 0;
crypto::DriverTable PreparingDrivers() {
  static const crypto::SignAlgorithm& toy = *ToyDrivers().any_sign(crypto::KeyType::kEcP256);
  static const crypto::PreparedVerification operations = {
      .size = 65,
      .prepare =
          [](Bytes key, MutableBytes prepared) {
            std::copy(key.begin(), key.end(), prepared.begin());
            return Result<void>();
          },
      .verify =
          [](Bytes prepared, const crypto::HashAlgorithm* hash, Bytes message, Bytes signature) {
            ++prepared_verifications;
            return toy.verify(prepared, hash, message, signature);
          }};
  static const crypto::SignAlgorithm sign = [] {
    crypto::SignAlgorithm out = toy;
    out.prepared = &operations;
    return out;
  }();
  static const crypto::SignAlgorithm* const signs[] = {&sign};
  static const crypto::Driver driver = [] {
    crypto::Driver out = *ToyDrivers().drivers()[0];
    out.signs = signs;
    return out;
  }();
  static const crypto::Driver* const drivers[] = {&driver};
  return crypto::DriverTable(drivers);
}

TEST(PreparedKeys, VerifyWhatTheyMay) {
  const Three pki;
  const Bytes chain[] = {pki.leaf, pki.ca};
  VerifyOptions options = ToyOptions();
  options.drivers = PreparingDrivers();
  std::array<PreparedKeys::Entry, 2> entries;
  std::array<uint8_t, 2 * 65> memory;
  PreparedKeys keys(absl::MakeSpan(entries), MutableBytes(memory));
  options.prepared = &keys;
  const auto verify = [&](absl::Span<const Bytes> presented) {
    prepared_verifications = 0;
    return VerifyChain({presented}, pki.store, options).ok();
  };
  EXPECT_TRUE(verify(chain));
  EXPECT_EQ(prepared_verifications, 0);
  ASSERT_TRUE(keys.Add(pki.anchor.public_key(), options.drivers).ok());
  EXPECT_TRUE(verify(chain));
  EXPECT_EQ(prepared_verifications, 1);
  const Certificate ca = *Certificate::Parse(pki.ca);
  ASSERT_TRUE(keys.Add(ca.public_key(), options.drivers).ok());
  EXPECT_TRUE(verify(chain));
  EXPECT_EQ(prepared_verifications, 2);
  // No more room; a driver that prepares nothing; one that did not prepare these.
  EXPECT_EQ(keys.Add(ca.public_key(), options.drivers).error(), Misuse(Code::kNoSpace));
  ASSERT_TRUE(keys.Add(ca.public_key(), ToyDrivers()).ok());
  EXPECT_EQ(keys.size(), 2u);
  options.drivers = ToyDrivers();
  EXPECT_TRUE(verify(chain));
  EXPECT_EQ(prepared_verifications, 0);
  // What is signed by another key of the same name stays wrong.
  options.drivers = PreparingDrivers();
  const Buffer impostor = Issue(ToyLeaf("Intermediate", 9));
  const Bytes other[] = {impostor, pki.ca};
  EXPECT_FALSE(verify(other));
}

TEST(Locations, AreGivenAsData) {
  constexpr std::string_view kCrls[] = {"http://a/crl", "http://b/crl"}, kOcsp[] = {"http://ocsp/"},
                             kIssuers[] = {"http://ca/"};
  ToyCertificate leaf = ToyLeaf();
  leaf.spec.crl_urls = kCrls;
  leaf.spec.ocsp_urls = kOcsp;
  leaf.spec.issuer_urls = kIssuers;
  const Buffer der = Issue(leaf), none = Issue(ToyLeaf());
  // What is to be fetched when the issuer is not known.
  const Bytes chain[] = {der};
  Diagnosis diagnosis;
  EXPECT_FALSE(VerifyChain({chain}, TrustAnchors({}), ToyOptions(), &diagnosis).ok());
  const Result<Certificate> culprit = Certificate::Parse(diagnosis.certificate);
  ASSERT_TRUE(culprit.ok());
  std::multimap<LocationKind, std::string_view> found;
  Locations locations(culprit->extensions());
  for (Location location; locations.Next(&location);) found.insert({location.kind, location.uri});
  EXPECT_THAT(found,
              testing::UnorderedElementsAre(testing::Pair(LocationKind::kIssuer, "http://ca/"),
                                            testing::Pair(LocationKind::kOcsp, "http://ocsp/"),
                                            testing::Pair(LocationKind::kCrl, "http://a/crl"),
                                            testing::Pair(LocationKind::kCrl, "http://b/crl")));
  Location location;
  EXPECT_FALSE(Locations(Certificate::Parse(none)->extensions()).Next(&location));
}

// Each of eight CAs signed by each other: paths without number, none to a root.
TEST(Pathological, DenseGraphsEnd) {
  std::vector<Buffer> presented = {Issue(ToyLeaf("CA 0", 100))};
  for (uint8_t i = 0; i < 8; ++i) {
    for (uint8_t j = 0; j < 8; ++j) {
      if (i == j) continue;
      presented.push_back(
          Issue(ToyIntermediate("CA " + std::to_string(i), static_cast<uint8_t>(100 + i),
                                "CA " + std::to_string(j), static_cast<uint8_t>(100 + j))));
    }
  }
  const Buffer root = Issue(ToyRoot());
  int before = ToyVerifications();
  EXPECT_EQ(CodeOf(presented, {root}), Code::kWorkBudget);
  EXPECT_EQ(ToyVerifications() - before, 16);
  VerifyOptions options = ToyOptions();
  options.budget.signature_checks = 1u << 20;
  before = ToyVerifications();
  EXPECT_EQ(CodeOf(presented, {root}, options), Code::kWorkBudget);  // of steps
  EXPECT_LT(ToyVerifications() - before, 2048);
}

TEST(Pathological, LongNamesCostSteps) {
  const std::string lower(40'000, 'a'), upper(40'000, 'A');
  const Buffer leaf = Issue(ToyLeaf(lower, 2)), ca = Issue(ToyIntermediate(upper, 2)),
               root = Issue(ToyRoot());
  VerifyOptions options = ToyOptions();
  options.budget.path_steps = 20;
  EXPECT_EQ(CodeOf({leaf, ca}, {root}, options), Code{});
  options.budget.path_steps =
      19;  // 10 for each look at 40,000 bytes, for a key identifier and without
  EXPECT_EQ(CodeOf({leaf, ca}, {root}, options), Code::kWorkBudget);
}

// An RDN of `count` attributes, which differ in the case of their values only from another's.
Buffer ManyAttributes(size_t count, char first) {
  Buffer set;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t attribute[] = {0x30,
                                 11,
                                 6,
                                 3,
                                 0x55,
                                 4,
                                 3,
                                 0x13,
                                 4,
                                 static_cast<uint8_t>(first),
                                 static_cast<uint8_t>('0' + i / 100),
                                 static_cast<uint8_t>('0' + i / 10 % 10),
                                 static_cast<uint8_t>('0' + i % 10)};
    set.insert(set.end(), attribute, attribute + sizeof attribute);
  }
  const auto wrap = [](uint8_t tag, const Buffer& contents) {
    Buffer out = {tag, 0x82, static_cast<uint8_t>(contents.size() >> 8),
                  static_cast<uint8_t>(contents.size())};
    if (contents.size() < 128) out = {tag, static_cast<uint8_t>(contents.size())};
    out.insert(out.end(), contents.begin(), contents.end());
    return out;
  };
  return wrap(der::kSequence, wrap(der::kSet, set));
}
TEST(Pathological, LargeSetsAreComparedOctetByOctet) {
  EXPECT_TRUE(NamesEqual(ManyAttributes(8, 'a'), ManyAttributes(8, 'A')));
  EXPECT_FALSE(NamesEqual(ManyAttributes(9, 'a'), ManyAttributes(9, 'A')));
  EXPECT_TRUE(NamesEqual(ManyAttributes(900, 'a'), ManyAttributes(900, 'a')));
  EXPECT_FALSE(NamesEqual(ManyAttributes(900, 'a'), ManyAttributes(900, 'A')));
}

TEST(Pathological, ManyNamesUnderManyConstraintsEnd) {
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back("n" + std::to_string(i) + ".example");
  const std::vector<std::string_view> views(names.begin(), names.end());
  ToyCertificate ca = ToyIntermediate(), leaf = ToyLeaf();
  ca.spec.permitted_dns_names = views;
  leaf.spec.dns_names = views;
  VerifyOptions options = ToyOptions();
  options.server_name = {};
  EXPECT_EQ(CodeOf({Issue(leaf), Issue(ca)}, {Issue(ToyRoot())}, options), Code::kWorkBudget);
}

TEST(Pathological, DeepNestingAndHugeIntegersAreReadAtOnce) {
  // An extension that is not known is not looked into.
  Buffer deep;
  for (int depth = 0; depth < 8000; ++depth) {
    const size_t size = deep.size();
    Buffer outer = {0x30, 0x82, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
    if (size < 128) outer = {0x30, static_cast<uint8_t>(size)};
    if (size >= 128 && size < 256) outer = {0x30, 0x81, static_cast<uint8_t>(size)};
    deep.insert(deep.begin(), outer.begin(), outer.end());
  }
  const uint8_t id[] = {0x2a, 0x03};
  const Extension extension{id, false, deep};
  EXPECT_EQ(WithLeaf([&](auto& toy) { toy.spec.more = {&extension, 1}; }), Code{});
  const Buffer serial(40'000, 1);
  EXPECT_EQ(WithLeaf([&](auto& toy) { toy.spec.serial = serial; }), Code::kBadCertificate);
  // A modulus of 40,000 octets.
  Buffer key = {0x30, 0x82, 0x9c, 0x59, 0x30, 13,   6, 9,    0x2a, 0x86, 0x48,
                0x86, 0xf7, 0x0d, 1,    1,    1,    5, 0,    3,    0x82, 0x9c,
                0x46, 0,    0x30, 0x82, 0x9c, 0x41, 2, 0x82, 0x9c, 0x3a};
  key.insert(key.end(), 39'994, 0x7f);
  key.insert(key.end(), {2, 1, 3});
  EXPECT_EQ(PublicKeyInfo::Parse(key).error().code, Code::kBadKey);
}

}  // namespace
}  // namespace merlon::x509
