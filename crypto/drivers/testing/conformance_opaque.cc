// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/conformance_opaque.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/bound_agreement_key.h"
#include "crypto/bound_decryption_key.h"
#include "crypto/bound_key.h"
#include "crypto/drivers/testing/error_of.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {
namespace {

constexpr int kMostResumes = 100000, kMostSteps = 500;
constexpr std::string_view kMessage = "what a key of another location is to sign";

// A store with the driver under test, for one pass.
class Pass {
 public:
  Pass(const OpaqueUnderTest& test, OpaqueChecked& checked)
      : test_(test), checked_(checked), store_(Table(test)) {}

  KeyStore& store() { return *store_; }
  Rng& rng() { return rng_; }
  KeyAttributes At(KeyAttributes attributes) const {
    attributes.location = test_.driver->location;
    return attributes;
  }

  // Makes a key of this kind, does with it what it may, and destroys it; or the first error.
  Result<void> Live(const KeyAttributes& kind) {
    MERLON_ASSIGN_OR_RETURN(const KeyHandle key, store_->Generate(At(kind), rng_));
    MERLON_TRY(Use(key, kind));
    if (!test_.destroys) return store_->Purge(key);
    return store_->Destroy(key);
  }
  Result<void> Use(KeyHandle key, const KeyAttributes& kind) {
    if (Allows(kind.usage, Usage::kSign)) MERLON_TRY(Sign(key, kind));
    if (Allows(kind.usage, Usage::kDerive)) MERLON_TRY(Agree(key, kind.type));
    if (Allows(kind.usage, Usage::kDecrypt)) MERLON_TRY(Decrypt(key, kind));
    return {};
  }
  Result<ByteString> PublicKey(KeyHandle key) {
    ByteString out(kMaxLatticePublicSize);
    MERLON_ASSIGN_OR_RETURN(const size_t size, store_->PublicKey(key, absl::MakeSpan(out)));
    out.resize(size);
    return out;
  }

 private:
  // What must be refused was, so; or the hardware's failure.
  template <class T>
  static Result<void> Refused(const Result<T>& result, Code code) {
    EXPECT_FALSE(result.ok());
    if (result.ok()) return {};
    if (result.error().origin == Origin::kDriver) return result.error();
    EXPECT_EQ(result.error().code, code);
    return {};
  }
  static DriverTable Table(const OpaqueUnderTest& test) {
    // Kept for the whole program: stores of several passes look at it.
    static std::vector<std::vector<const Driver*>>* const tables =
        new std::vector<std::vector<const Driver*>>();
    std::vector<const Driver*> table = {test.driver};
    table.insert(table.end(), test.local.drivers().begin(), test.local.drivers().end());
    return DriverTable(tables->emplace_back(std::move(table)));
  }

  Result<void> Verify(KeyHandle key, const KeyAttributes& kind, Bytes signature) {
    MERLON_ASSIGN_OR_RETURN(const ByteString public_key, PublicKey(key));
    const SignAlgorithm* verifier = test_.local.sign(kind.algorithm.family, kind.type);
    EXPECT_NE(verifier, nullptr);
    if (verifier == nullptr) return Misuse(Code::kUnsupported);
    ++checked_.signatures;
    EXPECT_TRUE(verifier
                    ->verify(public_key, test_.local.hash(kind.algorithm.hash), AsBytes(kMessage),
                             signature)
                    .ok());
    return {};
  }
  Result<void> Sign(KeyHandle key, const KeyAttributes& kind) {
    MERLON_ASSIGN_OR_RETURN(const auto bound, BoundSigningKey::Bind(*store_, key, kind.algorithm));
    ByteString out(bound.max_signature_size());
    MERLON_ASSIGN_OR_RETURN(const size_t size,
                            bound.Sign(AsBytes(kMessage), rng_, absl::MakeSpan(out)));
    MERLON_TRY(Verify(key, kind, Slice(Bytes(out), 0, size)));
    MERLON_TRY(Refused(bound.Sign(AsBytes(kMessage), rng_, Slice(absl::MakeSpan(out), 0, 4)),
                       Code::kNoSpace));
    if (test_.later) return SignLater(key, bound, kind);
    EXPECT_EQ(ErrorOf(bound.Start(AsBytes(kMessage))), Misuse(Code::kUnsupported));
    return {};
  }
  Result<void> SignLater(KeyHandle key, const BoundSigningKey& bound, const KeyAttributes& kind) {
    ByteString message(kMessage.begin(), kMessage.end()), out(bound.max_signature_size());
    // Calls that nobody waits for take no room from those that follow.
    for (int i = 0; i < 6; ++i) {
      MERLON_ASSIGN_OR_RETURN(KeyCall left, bound.Start(message));
      if (i % 2 == 0) MERLON_TRY(left.Resume(absl::MakeSpan(out)));
    }
    MERLON_ASSIGN_OR_RETURN(KeyCall call, bound.Start(message));
    std::fill(message.begin(), message.end(), 0xdd);  // which it does not need any more
    for (int i = 0; i < kMostResumes; ++i) {
      MERLON_ASSIGN_OR_RETURN(const std::optional<size_t> size, call.Resume(absl::MakeSpan(out)));
      if (!size) {
        checked_.later += i == 0 ? 1 : 0;
        continue;
      }
      EXPECT_EQ(ErrorOf(call.Resume(absl::MakeSpan(out))), Misuse()) << "it is over";
      return Verify(key, kind, Slice(Bytes(out), 0, *size));
    }
    ADD_FAILURE() << "a call that never ends";
    return {};
  }
  Result<void> Agree(KeyHandle key, KeyType type) {
    MERLON_ASSIGN_OR_RETURN(const auto bound, BoundAgreementKey::Bind(*store_, key));
    const GroupId id = type == KeyType::kEcP256   ? GroupId::kSecp256r1
                       : type == KeyType::kEcP384 ? GroupId::kSecp384r1
                                                  : GroupId::kSecp521r1;
    const KeyAgreementAlgorithm* group = test_.local.key_agreement(id);
    EXPECT_NE(group, nullptr);
    if (group == nullptr) return Misuse(Code::kUnsupported);
    MERLON_ASSIGN_OR_RETURN(const ByteString public_key, PublicKey(key));
    ByteString share(group->responder_share_size), ours(group->secret_size),
        theirs(group->secret_size);
    MERLON_TRY(group->respond(rng_, public_key, absl::MakeSpan(share), absl::MakeSpan(ours)));
    MERLON_TRY(bound.Agree(share, absl::MakeSpan(theirs)));
    EXPECT_EQ(ours, theirs);
    // Not on the curve; not a point; of a wrong size (SP 800-56A s5.6.2.3.3).
    for (size_t i : {share.size() - 1, size_t{0}}) {
      ByteString bad = share;
      bad[i] ^= 0x55;
      MERLON_TRY(Refused(bound.Agree(bad, absl::MakeSpan(theirs)), Code::kBadPublicValue));
    }
    MERLON_TRY(Refused(bound.Agree(Slice(Bytes(share), 1), absl::MakeSpan(theirs)),
                       Code::kBadPublicValue));
    ++checked_.agreements;
    return {};
  }
  Result<void> Decrypt(KeyHandle key, const KeyAttributes& kind) {
    MERLON_ASSIGN_OR_RETURN(const auto bound,
                            BoundDecryptionKey::Bind(*store_, key, kind.permitted));
    const EncryptionAlgorithm* encryption = test_.local.encryption(kind.permitted, kind.type);
    MERLON_ASSIGN_OR_RETURN(const ByteString public_key, PublicKey(key));
    const EncryptionParameters parameters{.hash = test_.local.hash(HashId::kSha256)};
    ByteString sealed(1024), out(1024);
    MERLON_ASSIGN_OR_RETURN(const size_t size,
                            encryption->encrypt(public_key, parameters, AsBytes(kMessage), rng_,
                                                absl::MakeSpan(sealed)));
    sealed.resize(size);
    MERLON_ASSIGN_OR_RETURN(const size_t opened,
                            bound.Decrypt(parameters, sealed, rng_, absl::MakeSpan(out)));
    EXPECT_EQ(AsText(Slice(Bytes(out), 0, opened)), kMessage);
    sealed.back() ^= 1;
    MERLON_TRY(
        Refused(bound.Decrypt(parameters, sealed, rng_, absl::MakeSpan(out)), Code::kBadMac));
    ++checked_.decryptions;
    return {};
  }

  const OpaqueUnderTest& test_;
  OpaqueChecked& checked_;
  DeterministicRng rng_{5};
  InlineKeyStore<6> store_;
};

void CheckPolicy(Pass& pass, const KeyAttributes& kind) {
  KeyStore& store = pass.store();
  const Result<KeyHandle> key = store.Generate(pass.At(kind), pass.rng());
  ASSERT_TRUE(key.ok());
  const Result<KeyAttributes> attributes = store.Attributes(*key);
  EXPECT_NE(attributes->bits, 0);
  EXPECT_EQ(attributes->type, kind.type);
  ByteString out(8192);
  EXPECT_EQ(ErrorOf(store.Export(*key, absl::MakeSpan(out))), Misuse(Code::kNotPermitted));
  EXPECT_EQ(ErrorOf(store.Copy(*key, {})), Misuse(Code::kNotPermitted));
  EXPECT_EQ(ErrorOf(store.PublicKey(*key, Slice(absl::MakeSpan(out), 0, 3))),
            Misuse(Code::kNoSpace));
  SignAlg other = kind.algorithm;
  other.hash = other.hash == HashId::kSha256 ? HashId::kSha384 : HashId::kSha256;
  if (!Allows(kind.usage, Usage::kSign) || NamesHash(kind.algorithm.family)) {
    EXPECT_EQ(ErrorOf(BoundSigningKey::Bind(store, *key, other)), Misuse(Code::kNotPermitted));
  }
  if (!Allows(kind.usage, Usage::kDerive)) {
    EXPECT_EQ(ErrorOf(BoundAgreementKey::Bind(store, *key)), Misuse(Code::kNotPermitted));
  }
  if (!Allows(kind.usage, Usage::kDecrypt)) {
    EXPECT_EQ(ErrorOf(BoundDecryptionKey::Bind(store, *key, Permitted::kRsaOaep)),
              Misuse(Code::kNotPermitted));
  }
}

// Whoever goes on naming a key that was destroyed, by its handle or to its owner, learns so.
void CheckDestruction(const OpaqueUnderTest& test, Pass& pass, const KeyAttributes& kind) {
  KeyStore& store = pass.store();
  const Result<KeyHandle> key = store.Generate(pass.At(kind), pass.rng());
  ASSERT_TRUE(key.ok());
  const Result<KeyStore::OpaqueKey> held = store.Opaque(*key, Usage::kNone);
  ASSERT_TRUE(held.ok());
  const ByteString reference(held->reference.begin(), held->reference.end());
  ASSERT_TRUE(store.Destroy(*key).ok());
  ByteString out(8192);
  EXPECT_EQ(ErrorOf(store.PublicKey(*key, absl::MakeSpan(out))), Misuse(Code::kStaleHandle));
  const OpaqueKeys& keys = *test.driver->keys;
  const Error gone = DriverError(Code::kNoSuchKey);
  EXPECT_EQ(ErrorOf(keys.PublicKey(reference, absl::MakeSpan(out))), gone);
  EXPECT_EQ(ErrorOf(keys.Destroy(reference)), gone);
  if (Allows(kind.usage, Usage::kSign)) {
    EXPECT_EQ(ErrorOf(keys.Sign(reference, kind.algorithm, {}, absl::MakeSpan(out))), gone);
  }
  const ByteString strange(200, 0x7e);
  EXPECT_FALSE(keys.PublicKey(strange, absl::MakeSpan(out)).ok());
  EXPECT_EQ(ErrorOf(keys.Resume({0xfffffffe}, absl::MakeSpan(out))), Misuse());
  keys.Cancel({0xfffffffe});
}

void CheckNames(const OpaqueUnderTest& test, OpaqueChecked& checked, const KeyAttributes& kind) {
  const KeyName name(AsBytes("merlon-kit"));
  Pass pass(test, checked), other(test, checked);
  KeyAttributes named = pass.At(kind);
  named.lifetime = Lifetime::kPersistent;
  named.name = name;
  const Location location = named.location;
  EXPECT_EQ(ErrorOf(pass.store().Open(name, location)), DriverError(Code::kNoSuchKey));
  const Result<KeyHandle> first = pass.store().Generate(named, pass.rng());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(ErrorOf(pass.store().Generate(named, pass.rng())), Misuse(Code::kKeyExists));
  const ByteString public_key = *pass.PublicKey(*first);
  EXPECT_EQ(*pass.store().Open(name, location), *first);
  ASSERT_TRUE(pass.store().Purge(*first).ok());
  Result<KeyHandle> again = other.store().Open(name, location);
  ASSERT_TRUE(again.ok()) << "it stays there";
  EXPECT_EQ(*other.PublicKey(*again), public_key);
  EXPECT_EQ(other.store().Attributes(*again)->type, kind.type);
  EXPECT_TRUE(other.Use(*again, kind).ok());
  ASSERT_TRUE(other.store().Generate(named, other.rng(), Existing::kReplace).ok());
  EXPECT_EQ(ErrorOf(other.store().Attributes(*again)), Misuse(Code::kStaleHandle));
  again = pass.store().Open(name, location);
  ASSERT_TRUE(again.ok());
  EXPECT_NE(*pass.PublicKey(*again), public_key);
  ASSERT_TRUE(pass.store().Destroy(*again).ok());
  EXPECT_EQ(ErrorOf(pass.store().Open(name, location)), DriverError(Code::kNoSuchKey));
}

// An EC key that is made here is the same there.
void CheckImport(const OpaqueUnderTest& test, Pass& pass, const KeyAttributes& kind) {
  InlineKeyStore<1> here(test.local);
  KeyAttributes local = kind;
  local.usage = kind.usage | Usage::kExport;
  const Result<KeyHandle> made = here->Generate(local, pass.rng());
  ASSERT_TRUE(made.ok());
  ByteString material(80), public_key(140);
  material.resize(*here->Export(*made, absl::MakeSpan(material)));
  public_key.resize(*here->PublicKey(*made, absl::MakeSpan(public_key)));
  const Result<KeyHandle> key = pass.store().Import(pass.At(kind), material);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(*pass.PublicKey(*key), public_key);
  EXPECT_TRUE(pass.Use(*key, kind).ok());
  EXPECT_FALSE(pass.store().Import(pass.At(kind), Slice(Bytes(material), 1)).ok());
}

bool IsNistCurve(KeyType type) {
  return type == KeyType::kEcP256 || type == KeyType::kEcP384 || type == KeyType::kEcP521;
}

void CheckFailures(const OpaqueUnderTest& test, OpaqueChecked& checked, const KeyAttributes& kind) {
  for (int n = 1; n < kMostSteps; ++n) {
    Pass pass(test, checked);
    test.fail_at(n);
    const Result<void> lived = pass.Live(kind);
    if (!test.fail_at(0)) {
      EXPECT_TRUE(lived.ok());
      EXPECT_GT(n, 3) << "nothing was made to fail";
      return;
    }
    ++checked.failures;
    EXPECT_FALSE(lived.ok()) << "step " << n;
    if (lived.ok()) continue;
    EXPECT_EQ(lived.error().origin, Origin::kDriver) << "step " << n;
    EXPECT_TRUE(Pass(test, checked).Live(kind).ok()) << "after the failure of step " << n;
  }
  ADD_FAILURE() << "it fails for ever";
}

}  // namespace

OpaqueChecked CheckOpaqueDriver(const OpaqueUnderTest& test) {
  OpaqueChecked checked;
  EXPECT_NE(test.driver->location, kLocalStorage);
  EXPECT_NE(test.driver->keys, nullptr);
  if (test.driver->keys == nullptr) return checked;
  for (const KeyAttributes& kind : test.kinds) {
    SCOPED_TRACE("key type " + std::to_string(static_cast<int>(kind.type)) + ", signature family " +
                 std::to_string(static_cast<int>(kind.algorithm.family)));
    Pass pass(test, checked);
    const Result<void> lived = pass.Live(kind);
    EXPECT_TRUE(lived.ok()) << "error " << static_cast<int>(lived.error().code);
    if (!lived.ok()) continue;
    CheckPolicy(pass, kind);
    if (test.destroys) CheckDestruction(test, pass, kind);
    if (test.keeps) CheckNames(test, checked, kind);
    if (test.imports && IsNistCurve(kind.type)) CheckImport(test, pass, kind);
    if (test.fail_at) CheckFailures(test, checked, kind);
  }
  // What nobody has is refused, and typed.
  Pass pass(test, checked);
  const KeyAttributes none = pass.At({.type = KeyType::kNone, .usage = Usage::kSign});
  EXPECT_FALSE(pass.store().Generate(none, pass.rng()).ok());
  EXPECT_FALSE(pass.store().Import(none, AsBytes("x")).ok());
  return checked;
}

}  // namespace merlon::crypto::testing
