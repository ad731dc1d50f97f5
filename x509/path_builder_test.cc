// SPDX-License-Identifier: Apache-2.0
#include "x509/path_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>

#include "x509/locations.h"
#include "x509/oid.h"
#include "x509/pins.h"
#include "x509/signature_cache.h"
#include "x509/testing/portable_drivers.h"
#include "x509/testing/toy_pki.h"

namespace merlon::x509 {
namespace {

using std::chrono::days;

constexpr std::string_view kNames[] = {"www.example.com"};

ToyCertificate Root(std::string_view name = "Root", uint8_t key = 1) {
  return {.spec = {.subject = name, .ca = true}, .key = key, .issuer = name, .issuer_key = key};
}
ToyCertificate Intermediate(std::string_view name = "Intermediate", uint8_t key = 2,
                            std::string_view issuer = "Root", uint8_t issuer_key = 1) {
  return {.spec = {.subject = name, .ca = true},
          .key = key,
          .issuer = issuer,
          .issuer_key = issuer_key};
}
ToyCertificate Leaf(std::string_view issuer = "Intermediate", uint8_t issuer_key = 2) {
  return {.spec = {.subject = "Leaf", .dns_names = kNames},
          .key = 9,
          .issuer = issuer,
          .issuer_key = issuer_key};
}

VerifyOptions Options() {
  VerifyOptions options;
  options.now = kToyNow;
  options.server_name = "www.example.com";
  options.drivers = ToyDrivers();
  return options;
}

// Of VerifyChain: the path's length, or the error's code.
struct Outcome {
  Code code{};
  Alert alert = Alert::kNone;
  size_t length = 99;
};
Outcome Verify(const std::vector<Buffer>& presented, const std::vector<Buffer>& trusted,
               const VerifyOptions& options = Options()) {
  std::vector<Bytes> chain(presented.begin(), presented.end());
  std::vector<TrustAnchor> anchors;
  for (const Buffer& der : trusted) anchors.push_back(*TrustAnchor::FromCertificate(der));
  const TrustAnchors store(anchors);
  const Result<VerifiedChain> verified = VerifyChain({chain}, store, options);
  if (!verified.ok()) {
    EXPECT_EQ(verified.error().origin, Origin::kPeer);
    return {verified.error().code, verified.error().alert};
  }
  EXPECT_EQ(verified->leaf.der(), Bytes(presented[0]));
  return {Code{}, Alert::kNone, verified->length};
}
Code CodeOf(const std::vector<Buffer>& presented, const std::vector<Buffer>& trusted,
            const VerifyOptions& options = Options()) {
  return Verify(presented, trusted, options).code;
}
// Root, intermediate, leaf, after `change` to the one or the other.
Code WithLeaf(const std::function<void(ToyCertificate&)>& change,
              const VerifyOptions& options = Options()) {
  ToyCertificate leaf = Leaf();
  change(leaf);
  return CodeOf({Issue(leaf), Issue(Intermediate())}, {Issue(Root())}, options);
}
Code WithIntermediate(const std::function<void(ToyCertificate&)>& change,
                      const VerifyOptions& options = Options()) {
  ToyCertificate ca = Intermediate();
  change(ca);
  return CodeOf({Issue(Leaf()), Issue(ca)}, {Issue(Root())}, options);
}
Code WithRoot(const std::function<void(ToyCertificate&)>& change) {
  ToyCertificate root = Root();
  change(root);
  return CodeOf({Issue(Leaf()), Issue(Intermediate())}, {Issue(root)});
}

TEST(VerifyChain, FindsPaths) {
  const Buffer root = Issue(Root()), ca = Issue(Intermediate()), leaf = Issue(Leaf());
  EXPECT_EQ(Verify({leaf, ca}, {root}).length, 2u);
  EXPECT_EQ(Verify({leaf, ca, root}, {root}).length, 2u);
  EXPECT_EQ(Verify({Issue(Leaf("Root", 1))}, {root}).length, 1u);
  // An intermediate may be an anchor; what is above it is not looked at.
  EXPECT_EQ(Verify({leaf}, {ca}).length, 1u);
}

TEST(VerifyChain, TakesIntermediatesInAnyOrderAndWithOthers) {
  const Buffer root = Issue(Root()), first = Issue(Intermediate("A", 2, "B", 3)),
               second = Issue(Intermediate("B", 3)), leaf = Issue(Leaf("A", 2)),
               other = Issue(Intermediate("Other", 7, "Elsewhere", 8)), junk = {0x30, 0x01};
  EXPECT_EQ(Verify({leaf, second, first}, {root}).length, 3u);
  EXPECT_EQ(Verify({leaf, junk, other, second, other, first, junk}, {root}).length, 3u);
}

TEST(VerifyChain, AcceptsALeafThatIsAnAnchor) {
  ToyCertificate self = Leaf("Leaf", 9);
  const Buffer leaf = Issue(self), another = Issue(self);
  EXPECT_EQ(Verify({leaf}, {leaf}).length, 0u);
  EXPECT_EQ(CodeOf({another}, {leaf}), Code::kNotACa);  // same name and key, another certificate
  self.spec.not_after = kToyNow - days(1);
  const Buffer expired = Issue(self);
  EXPECT_EQ(CodeOf({expired}, {expired}), Code::kExpired);
}

TEST(VerifyChain, AcceptsANameWithAKeyAsAnchor) {
  const Buffer leaf = Issue(Leaf("Root", 1)), name = ToyName("ROOT "), key = ToyKey(1);
  const Bytes chain[] = {leaf};
  const TrustAnchor anchors[] = {*TrustAnchor::FromKey(name, key)};
  const Result<VerifiedChain> verified = VerifyChain({chain}, TrustAnchors(anchors), Options());
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->anchor, &anchors[0]);
}

TEST(VerifyChain, RefusesUnknownIssuers) {
  const Buffer other = Issue(Root("Other", 5));
  const Outcome outcome = Verify({Issue(Leaf()), Issue(Intermediate())}, {other});
  EXPECT_EQ(outcome.code, Code::kUnknownIssuer);
  EXPECT_EQ(outcome.alert, Alert::kUnknownCa);
  EXPECT_EQ(CodeOf({Issue(Leaf()), Issue(Intermediate()), Issue(Root())}, {}),
            Code::kUnknownIssuer);
  EXPECT_EQ(CodeOf({Issue(Leaf())}, {Issue(Root())}), Code::kUnknownIssuer);
}

TEST(VerifyChain, RefusesWrongSignatures) {
  const Outcome outcome =
      Verify({Issue(Leaf("Intermediate", 3)), Issue(Intermediate())}, {Issue(Root())});
  EXPECT_EQ(outcome.code, Code::kBadSignature);
  EXPECT_EQ(outcome.alert, Alert::kBadCertificate);
  EXPECT_EQ(WithIntermediate([](auto& ca) { ca.issuer_key = 3; }), Code::kBadSignature);
  // The hash that the certificate names is the one that counts.
  EXPECT_EQ(WithLeaf([](auto& leaf) { leaf.algorithm.hash = crypto::HashId::kSha384; }), Code{});
}

TEST(VerifyChain, RefusesAlgorithmsThatAreNotThere) {
  const auto weaken = [](auto& toy) { toy.algorithm.hash = crypto::HashId::kSha512; };
  EXPECT_EQ(WithLeaf(weaken), Code::kUnsupportedAlgorithm);
  EXPECT_EQ(WithIntermediate(weaken), Code::kUnsupportedAlgorithm);
  EXPECT_EQ(WithRoot(weaken), Code{});  // an anchor's own signature is not looked at
}

TEST(VerifyChain, ChecksValidityOfAll) {
  const auto expire = [](auto& toy) { toy.spec.not_after = kToyNow - std::chrono::seconds(1); };
  const auto delay = [](auto& toy) { toy.spec.not_before = kToyNow + std::chrono::seconds(1); };
  const auto exact = [](auto& toy) { toy.spec.not_before = toy.spec.not_after = kToyNow; };
  EXPECT_EQ(WithLeaf(expire), Code::kExpired);
  EXPECT_EQ(WithIntermediate(expire), Code::kExpired);
  EXPECT_EQ(WithRoot(expire), Code::kExpired);
  EXPECT_EQ(WithLeaf(delay), Code::kNotYetValid);
  EXPECT_EQ(WithIntermediate(delay), Code::kNotYetValid);
  EXPECT_EQ(WithRoot(delay), Code::kNotYetValid);
  EXPECT_EQ(WithLeaf(exact), Code{});  // both ends are inclusive
  ToyCertificate leaf = Leaf("Root", 1);
  delay(leaf);
  EXPECT_EQ(Verify({Issue(leaf)}, {Issue(Root())}).alert, Alert::kCertificateExpired);
}

TEST(VerifyChain, OnlyCasIssue) {
  EXPECT_EQ(WithIntermediate([](auto& toy) { toy.spec.ca = false; }), Code::kNotACa);
  EXPECT_EQ(WithIntermediate([](auto& toy) { toy.spec.key_usage = false; }), Code{});
  EXPECT_EQ(WithRoot([](auto& toy) { toy.spec.ca = false; }), Code::kNotACa);
  // basicConstraints with cA, keyUsage without keyCertSign.
  const uint8_t ca[] = {0x30, 0x03, 0x01, 0x01, 0xff};
  const Extension extension{oid::kBasicConstraints, true, ca};
  const auto without_sign = [&](auto& toy) {
    toy.spec.ca = false;
    toy.spec.more = absl::MakeConstSpan(&extension, 1);
  };
  EXPECT_EQ(WithIntermediate(without_sign), Code::kNotACa);
  EXPECT_EQ(WithRoot(without_sign), Code::kNotACa);
  EXPECT_EQ(WithLeaf(without_sign), Code{});  // a CA may serve as a leaf
}

TEST(VerifyChain, KeepsPathLengths) {
  const auto limit = [](ToyCertificate toy, uint8_t length) {
    toy.spec.path_length = length;
    return Issue(toy);
  };
  const ToyCertificate upper = Intermediate("Upper", 3),
                       lower = Intermediate("Lower", 2, "Upper", 3);
  const Buffer leaf = Issue(Leaf("Lower", 2));
  const auto code = [&](int root, int above, int below) {
    return CodeOf({leaf, limit(lower, static_cast<uint8_t>(below)),
                   limit(upper, static_cast<uint8_t>(above))},
                  {limit(Root(), static_cast<uint8_t>(root))});
  };
  EXPECT_EQ(code(2, 1, 0), Code{});
  EXPECT_EQ(code(1, 1, 0), Code::kPathTooLong);
  EXPECT_EQ(code(2, 0, 0), Code::kPathTooLong);
  EXPECT_EQ(code(2, 5, 5), Code{});
  // RFC 5280 s4.2.1.9: self-issued intermediates do not count.
  const Buffer rolled = Issue(Intermediate("Upper", 4, "Upper", 3)),
               under = Issue(Intermediate("Lower", 2, "Upper", 4));
  EXPECT_EQ(Verify({leaf, under, rolled, limit(upper, 1)}, {limit(Root(), 2)}).length, 4u);
  VerifyOptions options = Options();
  options.max_path_length = 1;
  EXPECT_EQ(CodeOf({leaf, Issue(lower), Issue(upper)}, {Issue(Root())}, options),
            Code::kPathTooLong);
}

TEST(VerifyChain, ChecksPurposes) {
  const auto purposes = [](KeyPurpose p) { return [p](auto& toy) { toy.spec.purposes = p; }; };
  const KeyPurpose server = KeyPurpose::kServerAuth, client = KeyPurpose::kClientAuth;
  for (const auto& with : {std::function(WithLeaf), std::function(WithIntermediate)}) {
    VerifyOptions options = Options();
    EXPECT_EQ(with(purposes(server), options), Code{});
    EXPECT_EQ(with(purposes(server | client), options), Code{});
    EXPECT_EQ(with(purposes(KeyPurpose::kAny), options), Code{});
    EXPECT_EQ(with(purposes(client), options), Code::kBadExtendedKeyUsage);
    EXPECT_EQ(with(purposes(KeyPurpose::kOcspSigning), options), Code::kBadExtendedKeyUsage);
    options.purpose = client;
    EXPECT_EQ(with(purposes(client), options), Code{});
    EXPECT_EQ(with(purposes(server), options), Code::kBadExtendedKeyUsage);
  }
  EXPECT_EQ(WithRoot(purposes(client)), Code::kBadExtendedKeyUsage);
}

TEST(VerifyChain, ChecksTheLeafsKeyUsage) {
  const uint8_t encipher[] = {0x03, 0x02, 0x05, 0x20};   // keyEncipherment
  const uint8_t both[] = {0x03, 0x02, 0x05, 0xa0};       // and digitalSignature
  const uint8_t cert_sign[] = {0x03, 0x02, 0x02, 0x84};  // digitalSignature, keyCertSign
  const struct {
    Bytes bits;
    Code code;
  } cases[] = {{encipher, Code::kBadKeyUsage}, {both, Code{}}, {cert_sign, Code::kBadKeyUsage}};
  for (const auto& test : cases) {
    const Extension extension{oid::kKeyUsage, true, test.bits};
    EXPECT_EQ(WithLeaf([&](auto& toy) {
                toy.spec.key_usage = false;
                toy.spec.more = absl::MakeConstSpan(&extension, 1);
              }),
              test.code);
  }
}

TEST(VerifyChain, RefusesUnknownCriticalExtensions) {
  const uint8_t id[] = {0x2a, 0x03}, value[] = {0x05, 0x00};
  for (bool critical : {false, true}) {
    const Extension extension{id, critical, value};
    const auto add = [&](auto& toy) { toy.spec.more = absl::MakeConstSpan(&extension, 1); };
    const Code expected = critical ? Code::kUnknownCriticalExtension : Code{};
    EXPECT_EQ(WithLeaf(add), expected);
    EXPECT_EQ(WithIntermediate(add), expected);
    EXPECT_EQ(WithRoot(add), expected);
  }
}

TEST(VerifyChain, ChecksTheName) {
  VerifyOptions options = Options();
  options.server_name = "other.example.com";
  const Outcome outcome = Verify({Issue(Leaf("Root", 1))}, {Issue(Root())}, options);
  EXPECT_EQ(outcome.code, Code::kNameMismatch);
  EXPECT_EQ(outcome.alert, Alert::kBadCertificate);
  // RFC 9525 s6.2: one of several is enough.
  const ReferenceIdentity others[] = {{IdentityType::kSrv, "_https.example.com"},
                                      {IdentityType::kDnsName, "www.example.com"}};
  options.identities = others;
  EXPECT_EQ(CodeOf({Issue(Leaf("Root", 1))}, {Issue(Root())}, options), Code{});
  options.server_name = {};
  EXPECT_EQ(CodeOf({Issue(Leaf("Root", 1))}, {Issue(Root())}, options), Code{});
  options.identities = {others, 1};
  EXPECT_EQ(CodeOf({Issue(Leaf("Root", 1))}, {Issue(Root())}, options), Code::kNameMismatch);
  options.identities = {};
  EXPECT_EQ(CodeOf({Issue(Leaf("Root", 1))}, {Issue(Root())}, options), Code{});
}

TEST(VerifyChain, EmptySubjectNeedsACriticalSubjectAltName) {
  EXPECT_EQ(WithLeaf([](auto& toy) { toy.spec.subject = {}; }), Code{});
  VerifyOptions options = Options();
  options.server_name = {};
  EXPECT_EQ(WithLeaf(
                [](auto& toy) {
                  toy.spec.subject = {};
                  toy.spec.dns_names = {};
                },
                options),
            Code::kBadCertificate);
}

TEST(VerifyChain, BacktracksFromCrossSignedCertificates) {
  // The first path leads to a root that is not trusted, the second to one that has expired.
  ToyCertificate old_root = Root("Old Root", 4);
  old_root.spec.not_after = kToyNow - days(1);
  const Buffer leaf = Issue(Leaf()), by_unknown = Issue(Intermediate("Intermediate", 2, "Gone", 6)),
               by_old = Issue(Intermediate("Intermediate", 2, "Old Root", 4)),
               by_root = Issue(Intermediate()), wrong_key = Issue(Intermediate("Intermediate", 7));
  EXPECT_EQ(Verify({leaf, by_unknown, wrong_key, by_old, by_root}, {Issue(old_root), Issue(Root())})
                .length,
            2u);
  // The most telling error, whatever the order.
  EXPECT_EQ(CodeOf({leaf, by_unknown, by_old, wrong_key}, {Issue(old_root)}), Code::kExpired);
  EXPECT_EQ(CodeOf({leaf, wrong_key, by_old, by_unknown}, {Issue(old_root)}), Code::kExpired);
  EXPECT_EQ(CodeOf({leaf, wrong_key, by_unknown}, {Issue(Root())}), Code::kBadSignature);
}

TEST(VerifyChain, EndsInCycles) {
  const Buffer a = Issue(Intermediate("A", 2, "B", 3)), b = Issue(Intermediate("B", 3, "A", 2));
  EXPECT_EQ(CodeOf({Issue(Leaf("A", 2)), a, b}, {Issue(Root())}), Code::kUnknownIssuer);
}

TEST(VerifyChain, KeyIdentifiersSayWhichToTryFirst) {
  const uint8_t right[] = {1}, wrong[] = {2};
  ToyCertificate leaf = Leaf(), ca = Intermediate(), impostor = Intermediate("Intermediate", 7);
  leaf.spec.authority_key_id = right;
  ca.spec.subject_key_id = right;
  impostor.spec.subject_key_id = wrong;
  VerifyOptions options = Options();
  options.budget.signature_checks = 2;
  EXPECT_EQ(Verify({Issue(leaf), Issue(impostor), Issue(ca)}, {Issue(Root())}, options).length, 2u);
  // They do not refuse.
  ca.spec.subject_key_id = wrong;
  EXPECT_EQ(Verify({Issue(leaf), Issue(ca)}, {Issue(Root())}, options).length, 2u);
}

TEST(VerifyChain, StopsWhenABudgetIsSpent) {
  std::vector<Buffer> presented = {Issue(Leaf())};
  for (uint8_t key = 20; key < 60; ++key) {
    presented.push_back(Issue(Intermediate("Intermediate", key)));
  }
  presented.push_back(Issue(Intermediate()));
  const Buffer root = Issue(Root());
  const int before = ToyVerifications();
  const Outcome outcome = Verify(presented, {root});
  EXPECT_EQ(outcome.code, Code::kWorkBudget);
  EXPECT_EQ(outcome.alert, Alert::kCertificateUnknown);
  EXPECT_EQ(ToyVerifications() - before, 16);
  VerifyOptions options = Options();
  options.budget.signature_checks = 42;
  EXPECT_EQ(Verify(presented, {root}, options).length, 2u);
  options.budget.path_steps = 20;
  EXPECT_EQ(CodeOf(presented, {root}, options), Code::kWorkBudget);
}

TEST(VerifyChain, BoundsTheNumberOfCertificates) {
  VerifyOptions options = Options();
  options.budget.signature_checks = 100;
  options.max_path_length = 100;
  const auto chain = [&](uint8_t intermediates) {
    std::vector<Buffer> out = {Issue(Leaf("CA 1", 101))};
    for (uint8_t i = 1; i <= intermediates; ++i) {
      const std::string name = "CA " + std::to_string(i), above = "CA " + std::to_string(i + 1);
      out.push_back(i == intermediates ? Issue(Intermediate(name, static_cast<uint8_t>(100 + i)))
                                       : Issue(Intermediate(name, static_cast<uint8_t>(100 + i),
                                                            above, static_cast<uint8_t>(101 + i))));
    }
    return out;
  };
  EXPECT_EQ(Verify(chain(kMaxPathCertificates - 1), {Issue(Root())}, options).length,
            kMaxPathCertificates);
  EXPECT_EQ(CodeOf(chain(kMaxPathCertificates), {Issue(Root())}, options), Code::kPathTooLong);
}

TEST(VerifyChain, NameConstraintsBindAllBelow) {
  // permittedSubtrees: dNSName example.com; excludedSubtrees: dNSName bad.example.com.
  const std::string inside = "example.com", outside = "bad.example.com";
  Buffer value = {0x30, 0, 0xa0, 15, 0x30, 13, 0x82, 11};
  value.insert(value.end(), inside.begin(), inside.end());
  value.insert(value.end(), {0xa1, 19, 0x30, 17, 0x82, 15});
  value.insert(value.end(), outside.begin(), outside.end());
  value[1] = static_cast<uint8_t>(value.size() - 2);
  const Extension extension{oid::kNameConstraints, true, value};
  const auto constrain = [&](auto& toy) { toy.spec.more = absl::MakeConstSpan(&extension, 1); };
  EXPECT_EQ(WithIntermediate(constrain), Code{});
  EXPECT_EQ(WithRoot(constrain), Code{});
  EXPECT_EQ(WithLeaf(constrain), Code::kBadCertificate);  // only for CAs
  ToyCertificate ca = Intermediate(), leaf = Leaf();
  constrain(ca);
  VerifyOptions options = Options();
  options.server_name = {};
  const auto code = [&](std::string_view name) {
    leaf.spec.dns_names = absl::MakeConstSpan(&name, 1);
    return CodeOf({Issue(leaf), Issue(ca)}, {Issue(Root())}, options);
  };
  EXPECT_EQ(code("example.com"), Code{});
  EXPECT_EQ(code("*.example.com"), Code::kNameConstraint);  // could be bad.example.com
  EXPECT_EQ(code("*.www.example.com"), Code{});
  EXPECT_EQ(code("bad.example.com"), Code::kNameConstraint);
  EXPECT_EQ(code("x.bad.example.com"), Code::kNameConstraint);
  EXPECT_EQ(code("example.org"), Code::kNameConstraint);
  EXPECT_EQ(code("badexample.com"), Code::kNameConstraint);
  options.budget.name_comparisons = 3;  // the subject meets both, the name the first
  EXPECT_EQ(code("example.com"), Code::kWorkBudget);
}

TEST(VerifyChain, NothingPresentedIsMisuse) {
  const Result<VerifiedChain> verified = VerifyChain({}, TrustAnchors({}), Options());
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error(), Misuse());
}

TEST(VerifyChain, SaysWhichCertificateIsToBlame) {
  const Buffer root = Issue(Root()), good = Issue(Intermediate()), leaf = Issue(Leaf());
  ToyCertificate old = Intermediate();
  old.spec.not_after = kToyNow - days(1);
  const Buffer expired = Issue(old);
  const struct {
    std::vector<Buffer> presented;
    Code code;
    Buffer culprit;
  } cases[] = {
      {{leaf, expired}, Code::kExpired, expired},
      {{leaf}, Code::kUnknownIssuer, leaf},
      {{Issue(Leaf("Intermediate", 7)), good}, Code::kBadSignature, {}},
      {{leaf, Issue(Intermediate("Intermediate", 2, "Elsewhere", 8))}, Code::kUnknownIssuer, {}}};
  for (const auto& test : cases) {
    std::vector<Bytes> presented(test.presented.begin(), test.presented.end());
    const TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(root)};
    Diagnosis diagnosis;
    EXPECT_FALSE(VerifyChain({presented}, TrustAnchors(anchors), Options(), &diagnosis).ok());
    EXPECT_EQ(diagnosis.error.code, test.code);
    // Where none is written: the last that was presented, or the leaf that was not signed so.
    const Buffer& wanted = !test.culprit.empty()              ? test.culprit
                           : test.code == Code::kBadSignature ? test.presented[0]
                                                              : test.presented[1];
    EXPECT_EQ(diagnosis.certificate, Bytes(wanted));
  }
}

TEST(VerifyChain, WithoutAClockTheTimeIsAMinimum) {
  VerifyOptions options = Options();
  options.now_is_a_minimum = true;
  const auto young = [](ToyCertificate& leaf) { leaf.spec.not_before = kToyNow + days(1); };
  const auto old = [](ToyCertificate& leaf) { leaf.spec.not_after = kToyNow - days(1); };
  EXPECT_EQ(WithLeaf(young), Code::kNotYetValid);
  EXPECT_EQ(WithLeaf(young, options), Code{});
  EXPECT_EQ(WithLeaf(old, options), Code::kExpired);
}

TEST(VerifyChain, IssuersBoundToStaplingBindThoseBelow) {
  const auto bound = [](ToyCertificate& toy) { toy.spec.must_staple = true; };
  EXPECT_EQ(WithIntermediate(bound), Code::kBadCertificate);
  EXPECT_EQ(WithLeaf(bound), Code{});
}

TEST(VerifyChain, NoRevAvailStandsAlone) {
  static constexpr uint8_t kNull[] = {5, 0};
  static constexpr Extension kMark = {oid::kNoRevAvail, false, kNull};
  static constexpr std::string_view kUrls[] = {"http://a/"};
  const auto mark = [](ToyCertificate& toy) { toy.spec.more = {&kMark, 1}; };
  EXPECT_EQ(WithLeaf(mark), Code{});
  EXPECT_EQ(WithIntermediate(mark), Code::kBadCertificate);
  EXPECT_EQ(WithLeaf([&](ToyCertificate& toy) {
              mark(toy);
              toy.spec.ocsp_urls = kUrls;
            }),
            Code::kBadCertificate);
  EXPECT_EQ(WithLeaf([&](ToyCertificate& toy) {
              mark(toy);
              toy.spec.crl_urls = kUrls;
            }),
            Code::kBadCertificate);
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
  Buffer root = Issue(Root()), ca = Issue(Intermediate()), leaf = Issue(Leaf());
  TrustAnchor anchor = *TrustAnchor::FromCertificate(root);
  TrustAnchors store{absl::Span<const TrustAnchor>(&anchor, 1)};
};

TEST(ChainVerification, AsksStepByStep) {
  const Three pki;
  const Bytes chain[] = {pki.leaf, pki.ca};
  const VerifyOptions options = Options();
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
  const VerifyOptions options = Options();
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
  const VerifyOptions options = Options();
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
  const Buffer other = Issue(Intermediate("Other", 7, "Elsewhere", 8));
  const VerifyOptions options = Options();
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

TEST(ChainVerification, TriesKnownIntermediates) {
  const Three pki;
  const Buffer impostor = Issue(Intermediate("Intermediate", 7));
  const Certificate known[] = {*Certificate::Parse(impostor), *Certificate::Parse(pki.ca)};
  const Bytes chain[] = {pki.leaf}, whole[] = {pki.leaf, pki.ca};
  EXPECT_EQ(VerifyChain({chain, 0, known}, pki.store, Options())->length, 2u);
  EXPECT_EQ(VerifyChain({chain, 0, {known, 1}}, pki.store, Options()).error().code,
            Code::kBadSignature);
  // Those presented come first.
  const int before = ToyVerifications();
  EXPECT_TRUE(VerifyChain({whole, 0, known}, pki.store, Options()).ok());
  EXPECT_EQ(ToyVerifications() - before, 2);
}

const crypto::HashAlgorithm& Sha256() { return *PortableDrivers().hash(crypto::HashId::kSha256); }
SpkiPin PinOfKey(uint8_t key) { return PinOf(Sha256(), ToyKey(key)); }

TEST(Pins, AreAnchorsAmongThosePresented) {
  const Buffer ca = Issue(Intermediate()), leaf = Issue(Leaf());
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
    ToyCertificate leaf = Leaf();
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
  VerifyOptions options = Options();
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
  const Buffer self = Issue(Leaf("Leaf", 9));
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
  VerifyOptions options = Options();
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
  EXPECT_EQ(verify(Issue(Leaf()), options), 1);
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

TEST(Locations, AreGivenAsData) {
  constexpr std::string_view kCrls[] = {"http://a/crl", "http://b/crl"}, kOcsp[] = {"http://ocsp/"},
                             kIssuers[] = {"http://ca/"};
  ToyCertificate leaf = Leaf();
  leaf.spec.crl_urls = kCrls;
  leaf.spec.ocsp_urls = kOcsp;
  leaf.spec.issuer_urls = kIssuers;
  const Buffer der = Issue(leaf), none = Issue(Leaf());
  // What is to be fetched when the issuer is not known.
  const Bytes chain[] = {der};
  Diagnosis diagnosis;
  EXPECT_FALSE(VerifyChain({chain}, TrustAnchors({}), Options(), &diagnosis).ok());
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
  std::vector<Buffer> presented = {Issue(Leaf("CA 0", 100))};
  for (uint8_t i = 0; i < 8; ++i) {
    for (uint8_t j = 0; j < 8; ++j) {
      if (i == j) continue;
      presented.push_back(
          Issue(Intermediate("CA " + std::to_string(i), static_cast<uint8_t>(100 + i),
                             "CA " + std::to_string(j), static_cast<uint8_t>(100 + j))));
    }
  }
  const Buffer root = Issue(Root());
  int before = ToyVerifications();
  EXPECT_EQ(CodeOf(presented, {root}), Code::kWorkBudget);
  EXPECT_EQ(ToyVerifications() - before, 16);
  VerifyOptions options = Options();
  options.budget.signature_checks = 1u << 20;
  before = ToyVerifications();
  EXPECT_EQ(CodeOf(presented, {root}, options), Code::kWorkBudget);  // of steps
  EXPECT_LT(ToyVerifications() - before, 2048);
}

TEST(Pathological, LongNamesCostSteps) {
  const std::string lower(40'000, 'a'), upper(40'000, 'A');
  const Buffer leaf = Issue(Leaf(lower, 2)), ca = Issue(Intermediate(upper, 2)),
               root = Issue(Root());
  VerifyOptions options = Options();
  options.budget.path_steps = 20;
  EXPECT_EQ(Verify({leaf, ca}, {root}, options).length, 2u);
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
  ToyCertificate ca = Intermediate(), leaf = Leaf();
  ca.spec.permitted_dns_names = views;
  leaf.spec.dns_names = views;
  VerifyOptions options = Options();
  options.server_name = {};
  EXPECT_EQ(CodeOf({Issue(leaf), Issue(ca)}, {Issue(Root())}, options), Code::kWorkBudget);
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
