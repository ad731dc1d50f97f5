// SPDX-License-Identifier: Apache-2.0
#include "x509/path_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "x509/der_writer.h"
#include "x509/oid.h"
#include "x509/testing/toy_pki.h"
#include "x509/trust_index.h"

namespace merlon::x509 {
namespace {

using std::chrono::days;

// Of VerifyChain: the path's length, or the error's code.
struct Outcome {
  Code code{};
  Alert alert = Alert::kNone;
  size_t length = 99;
};
Outcome Verify(const std::vector<Buffer>& presented, const std::vector<Buffer>& trusted,
               const VerifyOptions& options = ToyOptions()) {
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
            const VerifyOptions& options = ToyOptions()) {
  return Verify(presented, trusted, options).code;
}
// Root, intermediate, leaf, after `change` to the one or the other.
Code WithLeaf(const std::function<void(ToyCertificate&)>& change,
              const VerifyOptions& options = ToyOptions()) {
  ToyCertificate leaf = ToyLeaf();
  change(leaf);
  return CodeOf({Issue(leaf), Issue(ToyIntermediate())}, {Issue(ToyRoot())}, options);
}
Code WithIntermediate(const std::function<void(ToyCertificate&)>& change,
                      const VerifyOptions& options = ToyOptions()) {
  ToyCertificate ca = ToyIntermediate();
  change(ca);
  return CodeOf({Issue(ToyLeaf()), Issue(ca)}, {Issue(ToyRoot())}, options);
}
Code WithRoot(const std::function<void(ToyCertificate&)>& change) {
  ToyCertificate root = ToyRoot();
  change(root);
  return CodeOf({Issue(ToyLeaf()), Issue(ToyIntermediate())}, {Issue(root)});
}

TEST(VerifyChain, FindsPaths) {
  const Buffer root = Issue(ToyRoot()), ca = Issue(ToyIntermediate()), leaf = Issue(ToyLeaf());
  EXPECT_EQ(Verify({leaf, ca}, {root}).length, 2u);
  EXPECT_EQ(Verify({leaf, ca, root}, {root}).length, 2u);
  EXPECT_EQ(Verify({Issue(ToyLeaf("Root", 1))}, {root}).length, 1u);
  // An intermediate may be an anchor; what is above it is not looked at.
  EXPECT_EQ(Verify({leaf}, {ca}).length, 1u);
}

TEST(VerifyChain, TakesIntermediatesInAnyOrderAndWithOthers) {
  const Buffer root = Issue(ToyRoot()), first = Issue(ToyIntermediate("A", 2, "B", 3)),
               second = Issue(ToyIntermediate("B", 3)), leaf = Issue(ToyLeaf("A", 2)),
               other = Issue(ToyIntermediate("Other", 7, "Elsewhere", 8)), junk = {0x30, 0x01};
  EXPECT_EQ(Verify({leaf, second, first}, {root}).length, 3u);
  EXPECT_EQ(Verify({leaf, junk, other, second, other, first, junk}, {root}).length, 3u);
}

TEST(VerifyChain, AcceptsALeafThatIsAnAnchor) {
  ToyCertificate self = ToyLeaf("Leaf", 9);
  const Buffer leaf = Issue(self), another = Issue(self);
  EXPECT_EQ(Verify({leaf}, {leaf}).length, 0u);
  EXPECT_EQ(CodeOf({another}, {leaf}), Code::kNotACa);  // same name and key, another certificate
  self.spec.not_after = kToyNow - days(1);
  const Buffer expired = Issue(self);
  EXPECT_EQ(CodeOf({expired}, {expired}), Code::kExpired);
}

TEST(VerifyChain, AcceptsANameWithAKeyAsAnchor) {
  const Buffer leaf = Issue(ToyLeaf("Root", 1)), name = ToyName("ROOT "), key = ToyKey(1);
  const Bytes chain[] = {leaf};
  const TrustAnchor anchors[] = {*TrustAnchor::FromKey(name, key)};
  const Result<VerifiedChain> verified = VerifyChain({chain}, TrustAnchors(anchors), ToyOptions());
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->anchor, &anchors[0]);
}

TEST(VerifyChain, RefusesUnknownIssuers) {
  const Buffer other = Issue(ToyRoot("Other", 5));
  const Outcome outcome = Verify({Issue(ToyLeaf()), Issue(ToyIntermediate())}, {other});
  EXPECT_EQ(outcome.code, Code::kUnknownIssuer);
  EXPECT_EQ(outcome.alert, Alert::kUnknownCa);
  EXPECT_EQ(CodeOf({Issue(ToyLeaf()), Issue(ToyIntermediate()), Issue(ToyRoot())}, {}),
            Code::kUnknownIssuer);
  EXPECT_EQ(CodeOf({Issue(ToyLeaf())}, {Issue(ToyRoot())}), Code::kUnknownIssuer);
}

TEST(VerifyChain, RefusesWrongSignatures) {
  const Outcome outcome =
      Verify({Issue(ToyLeaf("Intermediate", 3)), Issue(ToyIntermediate())}, {Issue(ToyRoot())});
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
  ToyCertificate leaf = ToyLeaf("Root", 1);
  delay(leaf);
  EXPECT_EQ(Verify({Issue(leaf)}, {Issue(ToyRoot())}).alert, Alert::kCertificateExpired);
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
  const ToyCertificate upper = ToyIntermediate("Upper", 3),
                       lower = ToyIntermediate("Lower", 2, "Upper", 3);
  const Buffer leaf = Issue(ToyLeaf("Lower", 2));
  const auto code = [&](int root, int above, int below) {
    return CodeOf({leaf, limit(lower, static_cast<uint8_t>(below)),
                   limit(upper, static_cast<uint8_t>(above))},
                  {limit(ToyRoot(), static_cast<uint8_t>(root))});
  };
  EXPECT_EQ(code(2, 1, 0), Code{});
  EXPECT_EQ(code(1, 1, 0), Code::kPathTooLong);
  EXPECT_EQ(code(2, 0, 0), Code::kPathTooLong);
  EXPECT_EQ(code(2, 5, 5), Code{});
  // RFC 5280 s4.2.1.9: self-issued intermediates do not count.
  const Buffer rolled = Issue(ToyIntermediate("Upper", 4, "Upper", 3)),
               under = Issue(ToyIntermediate("Lower", 2, "Upper", 4));
  EXPECT_EQ(Verify({leaf, under, rolled, limit(upper, 1)}, {limit(ToyRoot(), 2)}).length, 4u);
  VerifyOptions options = ToyOptions();
  options.max_path_length = 1;
  EXPECT_EQ(CodeOf({leaf, Issue(lower), Issue(upper)}, {Issue(ToyRoot())}, options),
            Code::kPathTooLong);
}

TEST(VerifyChain, ChecksPurposes) {
  const auto purposes = [](KeyPurpose p) { return [p](auto& toy) { toy.spec.purposes = p; }; };
  const KeyPurpose server = KeyPurpose::kServerAuth, client = KeyPurpose::kClientAuth;
  for (const auto& with : {std::function(WithLeaf), std::function(WithIntermediate)}) {
    VerifyOptions options = ToyOptions();
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
  VerifyOptions options = ToyOptions();
  options.server_name = "other.example.com";
  const Outcome outcome = Verify({Issue(ToyLeaf("Root", 1))}, {Issue(ToyRoot())}, options);
  EXPECT_EQ(outcome.code, Code::kNameMismatch);
  EXPECT_EQ(outcome.alert, Alert::kBadCertificate);
  // RFC 9525 s6.2: one of several is enough.
  const ReferenceIdentity others[] = {{IdentityType::kSrv, "_https.example.com"},
                                      {IdentityType::kDnsName, "www.example.com"}};
  options.identities = others;
  EXPECT_EQ(CodeOf({Issue(ToyLeaf("Root", 1))}, {Issue(ToyRoot())}, options), Code{});
  options.server_name = {};
  EXPECT_EQ(CodeOf({Issue(ToyLeaf("Root", 1))}, {Issue(ToyRoot())}, options), Code{});
  options.identities = {others, 1};
  EXPECT_EQ(CodeOf({Issue(ToyLeaf("Root", 1))}, {Issue(ToyRoot())}, options), Code::kNameMismatch);
  options.identities = {};
  EXPECT_EQ(CodeOf({Issue(ToyLeaf("Root", 1))}, {Issue(ToyRoot())}, options), Code{});
}

TEST(VerifyChain, EmptySubjectNeedsACriticalSubjectAltName) {
  EXPECT_EQ(WithLeaf([](auto& toy) { toy.spec.subject = {}; }), Code{});
  VerifyOptions options = ToyOptions();
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
  ToyCertificate old_root = ToyRoot("Old Root", 4);
  old_root.spec.not_after = kToyNow - days(1);
  const Buffer leaf = Issue(ToyLeaf()),
               by_unknown = Issue(ToyIntermediate("Intermediate", 2, "Gone", 6)),
               by_old = Issue(ToyIntermediate("Intermediate", 2, "Old Root", 4)),
               by_root = Issue(ToyIntermediate()),
               wrong_key = Issue(ToyIntermediate("Intermediate", 7));
  EXPECT_EQ(
      Verify({leaf, by_unknown, wrong_key, by_old, by_root}, {Issue(old_root), Issue(ToyRoot())})
          .length,
      2u);
  // The most telling error, whatever the order.
  EXPECT_EQ(CodeOf({leaf, by_unknown, by_old, wrong_key}, {Issue(old_root)}), Code::kExpired);
  EXPECT_EQ(CodeOf({leaf, wrong_key, by_old, by_unknown}, {Issue(old_root)}), Code::kExpired);
  EXPECT_EQ(CodeOf({leaf, wrong_key, by_unknown}, {Issue(ToyRoot())}), Code::kBadSignature);
}

TEST(VerifyChain, EndsInCycles) {
  const Buffer a = Issue(ToyIntermediate("A", 2, "B", 3)),
               b = Issue(ToyIntermediate("B", 3, "A", 2));
  EXPECT_EQ(CodeOf({Issue(ToyLeaf("A", 2)), a, b}, {Issue(ToyRoot())}), Code::kUnknownIssuer);
}

TEST(VerifyChain, KeyIdentifiersSayWhichToTryFirst) {
  const uint8_t right[] = {1}, wrong[] = {2};
  ToyCertificate leaf = ToyLeaf(), ca = ToyIntermediate(),
                 impostor = ToyIntermediate("Intermediate", 7);
  leaf.spec.authority_key_id = right;
  ca.spec.subject_key_id = right;
  impostor.spec.subject_key_id = wrong;
  VerifyOptions options = ToyOptions();
  options.budget.signature_checks = 2;
  EXPECT_EQ(Verify({Issue(leaf), Issue(impostor), Issue(ca)}, {Issue(ToyRoot())}, options).length,
            2u);
  // They do not refuse.
  ca.spec.subject_key_id = wrong;
  EXPECT_EQ(Verify({Issue(leaf), Issue(ca)}, {Issue(ToyRoot())}, options).length, 2u);
}

TEST(VerifyChain, StopsWhenABudgetIsSpent) {
  std::vector<Buffer> presented = {Issue(ToyLeaf())};
  for (uint8_t key = 20; key < 60; ++key) {
    presented.push_back(Issue(ToyIntermediate("Intermediate", key)));
  }
  presented.push_back(Issue(ToyIntermediate()));
  const Buffer root = Issue(ToyRoot());
  const int before = ToyVerifications();
  const Outcome outcome = Verify(presented, {root});
  EXPECT_EQ(outcome.code, Code::kWorkBudget);
  EXPECT_EQ(outcome.alert, Alert::kCertificateUnknown);
  EXPECT_EQ(ToyVerifications() - before, 16);
  VerifyOptions options = ToyOptions();
  options.budget.signature_checks = 42;
  EXPECT_EQ(Verify(presented, {root}, options).length, 2u);
  options.budget.path_steps = 20;
  EXPECT_EQ(CodeOf(presented, {root}, options), Code::kWorkBudget);
}

TEST(VerifyChain, BoundsTheNumberOfCertificates) {
  VerifyOptions options = ToyOptions();
  options.budget.signature_checks = 100;
  options.max_path_length = 100;
  const auto chain = [&](uint8_t intermediates) {
    std::vector<Buffer> out = {Issue(ToyLeaf("CA 1", 101))};
    for (uint8_t i = 1; i <= intermediates; ++i) {
      const std::string name = "CA " + std::to_string(i), above = "CA " + std::to_string(i + 1);
      out.push_back(i == intermediates
                        ? Issue(ToyIntermediate(name, static_cast<uint8_t>(100 + i)))
                        : Issue(ToyIntermediate(name, static_cast<uint8_t>(100 + i), above,
                                                static_cast<uint8_t>(101 + i))));
    }
    return out;
  };
  EXPECT_EQ(Verify(chain(kMaxPathCertificates - 1), {Issue(ToyRoot())}, options).length,
            kMaxPathCertificates);
  EXPECT_EQ(CodeOf(chain(kMaxPathCertificates), {Issue(ToyRoot())}, options), Code::kPathTooLong);
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
  ToyCertificate ca = ToyIntermediate(), leaf = ToyLeaf();
  constrain(ca);
  VerifyOptions options = ToyOptions();
  options.server_name = {};
  const auto code = [&](std::string_view name) {
    leaf.spec.dns_names = absl::MakeConstSpan(&name, 1);
    return CodeOf({Issue(leaf), Issue(ca)}, {Issue(ToyRoot())}, options);
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
  const Result<VerifiedChain> verified = VerifyChain({}, TrustAnchors({}), ToyOptions());
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error(), Misuse());
}

TEST(VerifyChain, SaysWhichCertificateIsToBlame) {
  const Buffer root = Issue(ToyRoot()), good = Issue(ToyIntermediate()), leaf = Issue(ToyLeaf());
  ToyCertificate old = ToyIntermediate();
  old.spec.not_after = kToyNow - days(1);
  const Buffer expired = Issue(old);
  const struct {
    std::vector<Buffer> presented;
    Code code;
    Buffer culprit;
  } cases[] = {{{leaf, expired}, Code::kExpired, expired},
               {{leaf}, Code::kUnknownIssuer, leaf},
               {{Issue(ToyLeaf("Intermediate", 7)), good}, Code::kBadSignature, {}},
               {{leaf, Issue(ToyIntermediate("Intermediate", 2, "Elsewhere", 8))},
                Code::kUnknownIssuer,
                {}}};
  for (const auto& test : cases) {
    std::vector<Bytes> presented(test.presented.begin(), test.presented.end());
    const TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(root)};
    Diagnosis diagnosis;
    EXPECT_FALSE(VerifyChain({presented}, TrustAnchors(anchors), ToyOptions(), &diagnosis).ok());
    EXPECT_EQ(diagnosis.error.code, test.code);
    // Where none is written: the last that was presented, or the leaf that was not signed so.
    const Buffer& wanted = !test.culprit.empty()              ? test.culprit
                           : test.code == Code::kBadSignature ? test.presented[0]
                                                              : test.presented[1];
    EXPECT_EQ(diagnosis.certificate, Bytes(wanted));
  }
}

TEST(VerifyChain, WithoutAClockTheTimeIsAMinimum) {
  VerifyOptions options = ToyOptions();
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

// Root's certificate has no name constraints; the store has.
TEST(TrustAnchorTest, AStoreMayLimitAnAnchor) {
  const std::vector<Buffer> chain = {Issue(ToyLeaf()), Issue(ToyIntermediate())};
  const std::vector<Bytes> presented(chain.begin(), chain.end());
  const Buffer root = Issue(ToyRoot());
  const auto code_of = [&](const AnchorLimits& limits) {
    TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(root)};
    anchors[0].Limit(limits);
    const auto verified = VerifyChain({presented}, TrustAnchors(anchors), ToyOptions());
    return verified.ok() ? Code{} : verified.error().code;
  };
  const UnixTime begin = Certificate::Parse(chain[0])->validity().not_before;
  EXPECT_EQ(code_of({.distrust_after = begin}), Code{});
  EXPECT_EQ(code_of({.distrust_after = begin - std::chrono::seconds(1)}), Code::kDistrusted);
  const auto permitted = [](std::string_view domain) {
    Buffer der(64);
    DerWriter writer(absl::MakeSpan(der));
    writer.Element(der::kSequence, [&] {
      writer.Element(der::Context(0, true), [&] {
        writer.Element(der::kSequence,
                       [&] { writer.Element(der::Context(2, false), AsBytes(domain)); });
      });
    });
    der.resize(*writer.Finish());
    return der;
  };
  const Buffer inside = permitted("example.com"), outside = permitted("example.org");
  EXPECT_EQ(code_of({.names = *NameConstraints::Parse(inside)}), Code{});
  EXPECT_EQ(code_of({.names = *NameConstraints::Parse(outside)}), Code::kNameConstraint);
  // A leaf that is an anchor itself is held to it as well.
  const Buffer self = Issue(ToyLeaf("Leaf", 9));
  TrustAnchor anchors[] = {*TrustAnchor::FromCertificate(self)};
  anchors[0].Limit({.names = *NameConstraints::Parse(outside)});
  const Bytes alone[] = {self};
  EXPECT_EQ(VerifyChain({alone}, TrustAnchors(anchors), ToyOptions()).error().code,
            Code::kNameConstraint);
}

TEST(TrustIndexTest, FindsWhatGoingThroughAllFinds) {
  std::vector<Buffer> ders;
  std::vector<TrustAnchor> anchors;
  const Buffer id = {1, 2, 3}, other_id = {1, 2, 4};
  for (uint8_t i = 0; i < 40; ++i) {
    // Each name twice, in another case and with more spaces.
    const std::string number = std::to_string(i / 2);
    const std::string name = (i % 2 == 0 ? "The  root " : "the ROOT ") + number;
    ToyCertificate root = ToyRoot(name, i);
    if (i >= 38) root.spec.subject_key_id = id;
    ders.push_back(Issue(root));
  }
  for (const Buffer& der : ders) anchors.push_back(*TrustAnchor::FromCertificate(der));
  std::vector<TrustIndexEntry> by_subject(anchors.size()), by_key_id(anchors.size());
  const TrustIndex index(anchors, absl::MakeSpan(by_subject), absl::MakeSpan(by_key_id));
  for (const TrustAnchor& anchor : anchors) {
    for (size_t i = 0; i < 3; ++i) {
      const TrustAnchor* const expected = TrustAnchors(anchors).FindBySubject(anchor.subject(), i);
      EXPECT_EQ(index.FindBySubject(anchor.subject(), i), expected);
      EXPECT_EQ(expected == nullptr, i == 2);
    }
  }
  EXPECT_EQ(index.FindBySubject(ToyName("no root"), 0), nullptr);
  EXPECT_EQ(index.FindByKeyId(id, 0), &anchors[38]);
  EXPECT_EQ(index.FindByKeyId(id, 1), &anchors[39]);
  EXPECT_EQ(index.FindByKeyId(id, 2), nullptr);
  EXPECT_EQ(index.FindByKeyId(other_id, 0), nullptr);
  EXPECT_EQ(index.FindByKeyId({}, 0), nullptr);
  EXPECT_EQ(TrustIndex().FindBySubject(ToyName("no root"), 0), nullptr);
}

}  // namespace
}  // namespace merlon::x509
