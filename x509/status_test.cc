// SPDX-License-Identifier: Apache-2.0
// Requests, CRLs and OCSP responses, written and read; and revocation as a part of verification.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "crypto/testing/deterministic_rng.h"
#include "x509/crl_source.h"
#include "x509/ocsp.h"
#include "x509/oid.h"
#include "x509/path_builder.h"
#include "x509/request.h"
#include "x509/signature_algorithm.h"
#include "x509/status_writer.h"
#include "x509/testing/portable_drivers.h"

namespace merlon::x509 {
namespace {

using Buffer = std::vector<uint8_t>;
using crypto::HashId;
using std::chrono::hours;

constexpr UnixTime kNow{std::chrono::seconds(1'767'225'600)};  // 2026-01-01
constexpr uint8_t kSerial[] = {0x4d, 0x01}, kOtherSerial[] = {0x4d, 0x02};

constexpr uint8_t kTwenties[20] = {20, 20, 20, 20, 20, 20, 20, 20, 20, 20,
                                   20, 20, 20, 20, 20, 20, 20, 20, 20, 20};
// In place of SHA-1, which lives elsewhere: what counts is that it is asked for by its name.
constexpr crypto::HashAlgorithm kTwenty = {HashId::kNone,
                                           20,
                                           64,
                                           8,
                                           [](void*) {},
                                           [](void*, Bytes) {},
                                           [](void*, MutableBytes out) {
                                             for (uint8_t& byte : out) byte = 20;
                                           }};

// A P-256 key with its certificate.
struct Party {
  std::optional<crypto::BoundSigningKey> signer;
  Buffer name, info, certificate;
};

class StatusTest : public testing::Test {
 protected:
  StatusTest() {
    ca_ = Make("CA", nullptr, [](CertificateSpec& spec) { spec.ca = true; });
    leaf_ = Make("leaf", &ca_, [](CertificateSpec&) {});
    other_ = Make("other", nullptr, [](CertificateSpec& spec) { spec.ca = true; });
    anchor_ = *TrustAnchor::FromCertificate(ca_.certificate);
  }

  // Issued by `issuer`, or by itself.
  Party Make(std::string_view name, const Party* issuer,
             const std::function<void(CertificateSpec&)>& change) {
    Party out;
    const crypto::KeyHandle key = *keys_->Generate(
        {.type = crypto::KeyType::kEcP256, .bits = 256, .usage = crypto::Usage::kSign}, rng_);
    out.signer =
        *crypto::BoundSigningKey::Bind(*keys_, key, {crypto::SignFamily::kEcdsa, HashId::kSha256});
    Buffer raw(65);
    raw.resize(*keys_->PublicKey(key, absl::MakeSpan(raw)));
    out.info.resize(raw.size() + kPublicKeyInfoOverhead);
    out.info.resize(*WritePublicKey(crypto::KeyType::kEcP256, raw, absl::MakeSpan(out.info)));
    out.name.resize(64);
    out.name.resize(*WriteName(name, absl::MakeSpan(out.name)));
    CertificateSpec spec = {.serial = kSerial,
                            .subject = name,
                            .not_before = kNow - hours(48),
                            .not_after = kNow + hours(4800),
                            .public_key = out.info};
    if (issuer != nullptr) spec.issuer = issuer->name;
    change(spec);
    out.certificate.resize(2048);
    out.certificate.resize(*WriteCertificate(spec,
                                             issuer == nullptr ? *out.signer : *issuer->signer,
                                             rng_, absl::MakeSpan(out.certificate)));
    return out;
  }

  Buffer MakeCrl(const Party& issuer, const std::function<void(CrlSpec&)>& change = {}) {
    const uint8_t number[] = {5};
    CrlSpec spec = {.issuer = issuer.name,
                    .this_update = kNow - hours(1),
                    .next_update = kNow + hours(1),
                    .number = number};
    if (change) change(spec);
    Buffer out(4096);
    out.resize(*WriteCrl(spec, *issuer.signer, rng_, absl::MakeSpan(out)));
    return out;
  }
  Buffer MakeOcsp(const Party& signer, CertificateStatus status,
                  const std::function<void(OcspResponseSpec&, OcspSingleResponse&)>& change = {}) {
    const crypto::HashAlgorithm& sha256 = *PortableDrivers().hash(HashId::kSha256);
    const crypto::Digest name = crypto::HashOf(sha256, ca_.name),
                         key = crypto::HashOf(sha256, anchor_.public_key().key);
    OcspSingleResponse single = {.id = {oid::kSha256, name.view(), key.view(), kSerial},
                                 .status = status,
                                 .reason = CrlReason::kKeyCompromise,
                                 .revoked_at = kNow - hours(2),
                                 .this_update = kNow - hours(1),
                                 .next_update = kNow + hours(1)};
    OcspResponseSpec spec = {.responder_name = signer.name, .produced_at = kNow - hours(1)};
    if (change) change(spec, single);
    spec.responses = absl::Span<const OcspSingleResponse>(&single, 1);
    Buffer out(4096);
    out.resize(*WriteOcspResponse(spec, *signer.signer, rng_, absl::MakeSpan(out)));
    return out;
  }

  // Of VerifyChain for `leaf` with these sources; no code: it verifies.
  Code Verify(const Party& leaf, absl::Span<const StatusSource* const> sources,
              RevocationPolicy policy = RevocationPolicy(), WorkBudget budget = WorkBudget()) {
    const Revocation revocation(sources, policy);
    const Bytes presented[] = {leaf.certificate, other_.certificate};
    VerifyOptions options;
    options.now = kNow;
    options.drivers = PortableDrivers();
    options.path_check = &revocation;
    options.budget = budget;
    const auto chain =
        VerifyChain({presented}, TrustAnchors(absl::Span<const TrustAnchor>(&anchor_, 1)), options);
    return chain.ok() ? Code{} : chain.error().code;
  }
  Code WithCrls(const std::vector<Buffer>& ders, RevocationPolicy policy = RevocationPolicy(),
                WorkBudget budget = WorkBudget()) {
    std::vector<Crl> crls;
    for (const Buffer& der : ders) crls.push_back(*Crl::Parse(der));
    const CrlSource source(crls);
    const StatusSource* const sources[] = {&source};
    return Verify(leaf_, sources, policy, budget);
  }
  Code WithOcsp(const Buffer& der, const OcspOptions& options = {}, const Party* leaf = nullptr) {
    const OcspResponse responses[] = {*OcspResponse::Parse(der)};
    const OcspSource source(responses, options);
    const StatusSource* const sources[] = {&source};
    return Verify(leaf == nullptr ? leaf_ : *leaf, sources);
  }

  crypto::InlineKeyStore<16, 64> keys_{PortableDrivers()};
  crypto::testing::DeterministicRng rng_{1};
  Party ca_, leaf_, other_;
  TrustAnchor anchor_;
};

TEST_F(StatusTest, CrlsAreReadAsWritten) {
  const Buffer url = {0x86, 3, 'a', ':', 'b'};
  const IssuingDistributionPoint scope = {
      .name = {.full = url, .relative = {}, .directory = {}}, .only_users = true, .reasons = 0x42};
  const uint8_t base[] = {4}, key_id[] = {7, 8};
  const CrlEntry entries[] = {
      {.serial = kSerial, .date = kNow, .reason = CrlReason::kCertificateHold},
      {.serial = kOtherSerial, .date = kNow - hours(1)}};
  const Buffer der = MakeCrl(ca_, [&](CrlSpec& spec) {
    spec.scope = &scope;
    spec.base_number = base;
    spec.authority_key_id = key_id;
    spec.entries = entries;
  });
  const Result<Crl> crl = Crl::Parse(der);
  ASSERT_TRUE(crl.ok());
  EXPECT_EQ(crl->issuer(), Bytes(ca_.name));
  EXPECT_EQ(crl->this_update(), kNow - hours(1));
  EXPECT_EQ(crl->next_update(), kNow + hours(1));
  EXPECT_TRUE(crl->is_delta());
  EXPECT_EQ(crl->base_number(), Bytes(base));
  EXPECT_EQ(crl->issuing_distribution_point().name.full, Bytes(url));
  EXPECT_TRUE(crl->issuing_distribution_point().only_users);
  EXPECT_EQ(crl->issuing_distribution_point().reasons, 0x42);
  ASSERT_EQ(crl->size(), 2u);
  Crl::Entries list(*crl);
  CrlEntry entry;
  ASSERT_TRUE(list.Next(&entry));
  EXPECT_EQ(entry.serial, Bytes(kSerial));
  EXPECT_EQ(entry.reason, CrlReason::kCertificateHold);
  ASSERT_TRUE(list.Next(&entry));
  EXPECT_EQ(entry.reason, CrlReason::kUnspecified);
  EXPECT_FALSE(list.Next(&entry));
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(Crl::Parse(Slice(Bytes(der), 0, size)).ok()) << size;
  }
}

TEST_F(StatusTest, CrlsDecide) {
  const CrlEntry listed[] = {{.serial = kSerial, .date = kNow}},
                 another[] = {{.serial = kOtherSerial, .date = kNow}},
                 removed[] = {
                     {.serial = kSerial, .date = kNow, .reason = CrlReason::kRemoveFromCrl}};
  const uint8_t base[] = {5}, newer[] = {6}, wrong_base[] = {9};
  const auto delta = [&](Bytes base_number, absl::Span<const CrlEntry> entries) {
    return MakeCrl(ca_, [&](CrlSpec& spec) {
      spec.base_number = base_number;
      spec.number = newer;
      spec.entries = entries;
    });
  };
  const Buffer empty = MakeCrl(ca_),
               revoking = MakeCrl(ca_, [&](CrlSpec& spec) { spec.entries = listed; }),
               old = MakeCrl(ca_, [&](CrlSpec& spec) { spec.next_update = kNow - hours(1); }),
               future = MakeCrl(ca_, [&](CrlSpec& spec) { spec.this_update = kNow + hours(1); }),
               endless = MakeCrl(ca_, [&](CrlSpec& spec) { spec.next_update.reset(); });
  Buffer forged = empty;
  forged.back() ^= 1;
  const struct {
    const char* what;
    std::vector<Buffer> crls;
    Code hard, soft;
  } cases[] = {
      {"none", {}, Code::kRevocationUnknown, Code{}},
      {"not listed", {empty}, Code{}, Code{}},
      {"another listed", {MakeCrl(ca_, [&](CrlSpec& s) { s.entries = another; })}, Code{}, Code{}},
      {"listed", {revoking}, Code::kRevoked, Code::kRevoked},
      {"another issuer's", {MakeCrl(other_)}, Code::kRevocationUnknown, Code{}},
      {"forged", {forged}, Code::kRevocationUnknown, Code{}},
      {"old", {old}, Code::kRevocationUnknown, Code{}},
      {"future", {future}, Code::kRevocationUnknown, Code{}},
      {"without nextUpdate", {endless}, Code{}, Code{}},
      {"a delta alone", {delta(base, listed)}, Code::kRevocationUnknown, Code{}},
      {"listed in a delta", {empty, delta(base, listed)}, Code::kRevoked, Code::kRevoked},
      {"of another base", {empty, delta(wrong_base, listed)}, Code{}, Code{}},
      {"removed by a delta", {revoking, delta(base, removed)}, Code{}, Code{}},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(WithCrls(test.crls), test.hard) << test.what;
    EXPECT_EQ(WithCrls(test.crls, {.hard_fail = false}), test.soft) << test.what;
  }
  EXPECT_EQ(WithCrls({revoking}, {}, {.list_entries = 0}), Code::kWorkBudget);
  EXPECT_EQ(WithCrls({empty}, {}, {.signature_checks = 1}), Code::kWorkBudget);
  // A certificate that says that nothing tells (RFC 9608) is not asked about.
  const uint8_t null[] = {5, 0};
  const Extension mark = {oid::kNoRevAvail, false, null};
  leaf_ = Make("leaf", &ca_, [&](CertificateSpec& spec) { spec.more = {&mark, 1}; });
  EXPECT_EQ(WithCrls({}), Code{});
}

// A key that signs the CA's CRLs, with a certificate of its own among those presented.
TEST_F(StatusTest, CrlSignersAreHeldToTheirOwnRules) {
  const CrlEntry listed[] = {{.serial = kSerial, .date = kNow}};
  const auto with = [&](const std::function<void(CertificateSpec&)>& change) {
    other_ = Make("CA", &ca_, [&](CertificateSpec& spec) {
      spec.serial = kOtherSerial;
      spec.usages = KeyUsage::kCrlSign;
      change(spec);
    });
    const Buffer by_ca = MakeCrl(ca_),
                 by_signer = MakeCrl(other_, [&](CrlSpec& spec) { spec.entries = listed; });
    return WithCrls({by_signer, by_ca});
  };
  EXPECT_EQ(with([](auto&) {}), Code::kRevoked);
  EXPECT_EQ(with([](auto& spec) { spec.usages = KeyUsage::kDigitalSignature; }), Code{});
  EXPECT_EQ(with([](auto& spec) { spec.not_after = kNow - hours(1); }), Code{});
  // An anchor that is distrusted for new peers: the signer is newer than that, the leaf is not.
  anchor_.Limit({.distrust_after = kNow - hours(24)});
  EXPECT_EQ(with([](auto& spec) { spec.not_before = kNow - hours(1); }), Code::kRevoked);
}

TEST_F(StatusTest, OcspResponsesDecide) {
  const Buffer good = MakeOcsp(ca_, CertificateStatus::kGood);
  EXPECT_EQ(WithOcsp(good), Code{});
  EXPECT_EQ(WithOcsp(MakeOcsp(ca_, CertificateStatus::kRevoked)), Code::kRevoked);
  EXPECT_EQ(WithOcsp(MakeOcsp(ca_, CertificateStatus::kUnknown)), Code::kRevocationUnknown);
  EXPECT_EQ(WithOcsp(MakeOcsp(other_, CertificateStatus::kGood)), Code::kRevocationUnknown);
  Buffer forged = good;
  forged.back() ^= 1;
  EXPECT_EQ(WithOcsp(forged), Code::kRevocationUnknown);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(OcspResponse::Parse(Slice(Bytes(good), 0, size)).ok()) << size;
  }
  // Each change makes it say nothing.
  const std::function<void(OcspResponseSpec&, OcspSingleResponse&)> changes[] = {
      [](auto&, auto& single) { single.id.serial = kOtherSerial; },
      [](auto&, auto& single) { single.id.issuer_name_hash = single.id.issuer_key_hash; },
      [](auto&, auto& single) { single.id.issuer_key_hash = single.id.issuer_name_hash; },
      [](auto&, auto& single) { single.id.hash = oid::kSha1; },
      [](auto&, auto& single) { single.this_update = kNow + hours(1); },
      [](auto&, auto& single) { single.next_update = kNow - hours(1); },
      [](auto&, auto& single) {
        single.next_update.reset();
        single.this_update = kNow - hours(24 * 8);
      },
      [this](auto& spec, auto&) { spec.responder_name = other_.name; },
      [](auto& spec, auto&) {
        spec.responder_name = Bytes();
        spec.responder_key_hash = kTwenties;
      }};
  for (size_t i = 0; i < std::size(changes); ++i) {
    EXPECT_EQ(WithOcsp(MakeOcsp(ca_, CertificateStatus::kGood, changes[i])),
              Code::kRevocationUnknown)
        << i;
  }
  const Buffer with_nonce =
      MakeOcsp(ca_, CertificateStatus::kGood, [](auto& spec, auto&) { spec.nonce = kSerial; });
  EXPECT_EQ(WithOcsp(with_nonce, {.nonce = kSerial}), Code{});
  EXPECT_EQ(WithOcsp(with_nonce, {.nonce = kOtherSerial}), Code::kRevocationUnknown);
  EXPECT_EQ(WithOcsp(good, {.nonce = kSerial}), Code::kRevocationUnknown);
  // By SHA-1, once somebody hands it in.
  const Buffer by_sha1 = MakeOcsp(ca_, CertificateStatus::kGood, [](auto& spec, auto& single) {
    single.id = {oid::kSha1, kTwenties, kTwenties, kSerial};
    spec.responder_name = Bytes();
    spec.responder_key_hash = kTwenties;
  });
  EXPECT_EQ(WithOcsp(by_sha1), Code::kRevocationUnknown);
  EXPECT_EQ(WithOcsp(by_sha1, {.sha1 = &kTwenty}), Code{});
}

TEST_F(StatusTest, OcspRespondersAreDelegatedByTheIssuer) {
  const struct {
    const char* what;
    const Party* issuer;
    KeyPurpose purposes;
    bool no_check, sent;
    Code code;
    KeyUsage usage = KeyUsage::kDigitalSignature;
  } cases[] = {
      {"delegate", &ca_, KeyPurpose::kOcspSigning, true, true, Code{}},
      {"unknown itself", &ca_, KeyPurpose::kOcspSigning, false, true, Code::kRevocationUnknown},
      {"not sent", &ca_, KeyPurpose::kOcspSigning, true, false, Code::kRevocationUnknown},
      {"of another CA", &other_, KeyPurpose::kOcspSigning, true, true, Code::kRevocationUnknown},
      {"a server", &ca_, KeyPurpose::kServerAuth, true, true, Code::kRevocationUnknown},
      {"for anything", &ca_, KeyPurpose::kAny, true, true, Code::kRevocationUnknown},
      // RFC 5280 s4.2.1.12.
      {"non-repudiation", &ca_, KeyPurpose::kOcspSigning, true, true, Code{},
       KeyUsage::kNonRepudiation},
      {"another use", &ca_, KeyPurpose::kOcspSigning, true, true, Code::kRevocationUnknown,
       KeyUsage::kKeyAgreement},
  };
  for (const auto& test : cases) {
    const Party responder = Make("responder", test.issuer, [&](CertificateSpec& spec) {
      spec.purposes = test.purposes;
      spec.ocsp_no_check = test.no_check;
      spec.usages = test.usage;
      spec.serial = kOtherSerial;
    });
    const Bytes certificates[] = {responder.certificate};
    const Buffer der = MakeOcsp(responder, CertificateStatus::kGood, [&](auto& spec, auto&) {
      if (test.sent) spec.certificates = certificates;
    });
    EXPECT_EQ(WithOcsp(der), test.code) << test.what;
  }
}

TEST_F(StatusTest, MustStapleNeedsAStapledResponse) {
  leaf_ = Make("leaf", &ca_, [](CertificateSpec& spec) { spec.must_staple = true; });
  EXPECT_TRUE(Certificate::Parse(leaf_.certificate)->extensions().must_staple);
  EXPECT_EQ(WithCrls({MakeCrl(ca_)}), Code::kRevocationUnknown);
  EXPECT_EQ(WithCrls({}, {.hard_fail = false}), Code::kRevocationUnknown);
  const CrlEntry listed[] = {{.serial = kSerial, .date = kNow}};
  EXPECT_EQ(WithCrls({MakeCrl(ca_, [&](CrlSpec& spec) { spec.entries = listed; })}),
            Code::kRevoked);
  EXPECT_EQ(WithOcsp(MakeOcsp(ca_, CertificateStatus::kGood)), Code{});
  EXPECT_EQ(WithOcsp(MakeOcsp(ca_, CertificateStatus::kGood), {.stapled = false}),
            Code::kRevocationUnknown);
}

TEST_F(StatusTest, RequestsAreReadAsWritten) {
  const std::string_view names[] = {"a.example"}, mails[] = {"me@a.example"},
                         urls[] = {"http://c/"};
  const uint8_t policy[] = {0x2a, 3};
  const Bytes policies[] = {policy};
  CertificateSpec spec = {.subject = "a.example",
                          .public_key = leaf_.info,
                          .purposes = KeyPurpose::kServerAuth,
                          .dns_names = names,
                          .emails = mails,
                          .policies = policies,
                          .crl_urls = urls,
                          .ocsp_urls = urls,
                          .must_staple = true};
  Buffer der(2048);
  der.resize(*WriteRequest(spec, *leaf_.signer, rng_, absl::MakeSpan(der)));
  Result<Request> request = Request::Parse(der);
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->CheckSignature(PortableDrivers()).ok());
  EXPECT_EQ(request->public_key().der, Bytes(leaf_.info));
  EXPECT_TRUE(request->extensions().must_staple);
  EXPECT_EQ(request->extensions().extended_key_usage, KeyPurpose::kServerAuth);
  EXPECT_FALSE(request->extensions().Find(oid::kCrlDistributionPoints).empty());
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(Request::Parse(Slice(Bytes(der), 0, size)).ok()) << size;
  }
  Buffer forged = der;
  forged.back() ^= 1;
  EXPECT_EQ(Request::Parse(forged)->CheckSignature(PortableDrivers()).error().code,
            Code::kBadSignature);
  ASSERT_EQ(der[10], 0);  // the version, behind two headers of four octets and its own
  der[10] = 1;
  EXPECT_EQ(Request::Parse(der).error().code, Code::kBadRequest);
  // With nothing asked for.
  Buffer bare(2048);
  spec = {.public_key = leaf_.info, .key_usage = false};
  bare.resize(*WriteRequest(spec, *leaf_.signer, rng_, absl::MakeSpan(bare)));
  request = Request::Parse(bare);
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->extensions().all.empty());
}

// What a search keeps on the stack is a stated number.
TEST(VerifyMemory, IsBounded) { EXPECT_LE(kVerifyMemory, 6144u); }

}  // namespace
}  // namespace merlon::x509
