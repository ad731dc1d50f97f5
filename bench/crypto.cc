// SPDX-License-Identifier: Apache-2.0
// Every operation of the crypto package that TLS uses, by the driver that the default table finds,
// beside OpenSSL's in turns.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/crypto_peer.h"
#include "bench/table.h"
#include "crypto/drivers/default_drivers.h"
#include "crypto/key_derivation.h"
#include "crypto/testing/deterministic_rng.h"

namespace merlon::bench {
namespace {

using namespace crypto;  // NOLINT: what is measured

constexpr std::string_view kMessage =
    "130 bytes, as many as a CertificateVerify signs: 64 spaces, a context string, a zero, and the "
    "hash of the transcript, of 32 bytes.";
static_assert(kMessage.size() == 130);

DriverTable Drivers() {
  static const DriverTable table = DefaultDrivers();
  return table;
}
testing::DeterministicRng& Random() {
  static testing::DeterministicRng rng(1);
  return rng;
}

// The first driver that offers what the table has found.
template <class Algorithm>
std::string DriverOf(const Algorithm* found,
                     absl::Span<const Algorithm* const> Driver::* algorithms) {
  for (const Driver* driver : Drivers().drivers()) {
    for (const Algorithm* one : driver->*algorithms) {
      if (one == found) return driver->name;
    }
  }
  return "?";
}

// ---- Ours ---------------------------------------------------------------------------------------

struct Ours {
  std::string driver;
  Operation go;
};

Ours HashOne(HashId id, size_t size) {
  const HashAlgorithm& hash = *Drivers().hash(id);
  return {DriverOf(&hash, &Driver::hashes),
          [&hash, in = std::string(size, 'm')] { (void)HashOf(hash, AsBytes(in)); }};
}
Ours HmacOne(HashId id, size_t size) {
  const HashAlgorithm& hash = *Drivers().hash(id);
  const uint8_t key[32] = {1};
  return {DriverOf(&hash, &Driver::hashes),
          [mac = std::make_shared<Hmac>(hash, Bytes(key)), in = std::string(size, 'm')] {
            std::array<uint8_t, kMaxHashSize> out;
            const Bytes part = AsBytes(in);
            mac->Compute(absl::Span<const Bytes>(&part, 1),
                         Slice(MutableBytes(out), 0, mac->hash().size));
          }};
}
Ours ExpandOne(HashId id, size_t info_size) {
  const HashAlgorithm& hash = *Drivers().hash(id);
  return {DriverOf(&hash, &Driver::hashes), [&hash, info = std::string(info_size, 'i')] {
            std::array<uint8_t, kMaxHashSize> prk{}, out;
            const Bytes part = AsBytes(info);
            HkdfExpand(hash, Slice(Bytes(prk), 0, hash.size), absl::Span<const Bytes>(&part, 1),
                       Slice(MutableBytes(out), 0, hash.size));
          }};
}

struct Message {
  Message(const AeadAlgorithm& aead, size_t size) : text(size + aead.tag_size, 0x5a) {
    const std::array<uint8_t, kMaxAeadKeySize> bytes = {1};
    key.Bind(aead, Slice(Bytes(bytes), 0, aead.key_size), Slice(Bytes(bytes), 0, kAeadIvSize));
  }
  // In place.
  void Seal(uint64_t number) {
    const Bytes in = Slice(Bytes(text), 0, text.size() - key.algorithm()->tag_size);
    key.SealScatter(number, kAd, absl::Span<const Bytes>(&in, 1), {}, absl::MakeSpan(text));
  }
  static constexpr std::array<uint8_t, 13> kAd{};
  AeadKey key;
  uint64_t number = 0;
  std::vector<uint8_t> text, sealed;
};
Ours SealOne(AeadId id, size_t size) {
  const AeadAlgorithm& aead = *Drivers().aead(id);
  return {DriverOf(&aead, &Driver::aeads),
          [m = std::make_shared<Message>(aead, size)] { m->Seal(m->number++); }};
}
Ours OpenOne(AeadId id, size_t size) {
  const AeadAlgorithm& aead = *Drivers().aead(id);
  const auto message = std::make_shared<Message>(aead, size);
  message->Seal(7);
  message->sealed = message->text;
  return {DriverOf(&aead, &Driver::aeads), [m = message] {
            memcpy(m->text.data(), m->sealed.data(), m->sealed.size());
            Require(m->key.OpenInPlace(7, m->kAd, absl::MakeSpan(m->text)), "it opens");
          }};
}

struct Agreement {
  explicit Agreement(const KeyAgreementAlgorithm& algorithm)
      : group(algorithm),
        key(algorithm.private_size),
        share(algorithm.initiator_share_size),
        answer(algorithm.responder_share_size),
        secret(algorithm.secret_size) {
    Generate();
    Require(group.respond(Random(), share, absl::MakeSpan(answer), absl::MakeSpan(secret)).ok(),
            "a share is answered");
  }
  void Generate() {
    Require(group.generate(Random(), absl::MakeSpan(key), absl::MakeSpan(share)).ok(), "a share");
  }
  const KeyAgreementAlgorithm& group;
  std::vector<uint8_t> key, share, answer, secret;
};
Ours GenerateOne(GroupId id) {
  const KeyAgreementAlgorithm& group = *Drivers().key_agreement(id);
  return {DriverOf(&group, &Driver::key_agreements),
          [a = std::make_shared<Agreement>(group)] { a->Generate(); }};
}
Ours AgreeOne(GroupId id) {
  const KeyAgreementAlgorithm& group = *Drivers().key_agreement(id);
  return {DriverOf(&group, &Driver::key_agreements), [a = std::make_shared<Agreement>(group)] {
            Require(a->group.agree(a->key, a->answer, absl::MakeSpan(a->secret)).ok(), "a secret");
          }};
}

struct Encapsulation {
  explicit Encapsulation(const KemAlgorithm& algorithm)
      : kem(algorithm),
        seed(algorithm.seed_size, 1),
        key(algorithm.private_size),
        public_key(algorithm.public_size),
        ciphertext(algorithm.ciphertext_size),
        secret(algorithm.secret_size) {
    Expand();
    Encapsulate();
  }
  void Expand() {
    Require(kem.expand(seed, absl::MakeSpan(key), absl::MakeSpan(public_key)).ok(), "a key");
  }
  void Encapsulate() {
    Require(
        kem.encapsulate(Random(), public_key, absl::MakeSpan(ciphertext), absl::MakeSpan(secret))
            .ok(),
        "a ciphertext");
  }
  void Decapsulate() {
    Require(kem.decapsulate(key, ciphertext, absl::MakeSpan(secret)).ok(), "a secret");
  }
  const KemAlgorithm& kem;
  std::vector<uint8_t> seed, key, public_key, ciphertext, secret;
};
Ours KemOne(KeyType type, void (Encapsulation::*what)()) {
  const KemAlgorithm& kem = *Drivers().kem(type);
  return {DriverOf(&kem, &Driver::kems),
          [e = std::make_shared<Encapsulation>(kem), what] { (*e.*what)(); }};
}

struct Signature {
  Signature(const SignAlgorithm& algorithm, const HashAlgorithm* named, Bytes private_key)
      : sign(algorithm), hash(named), key(private_key.begin(), private_key.end()) {
    public_key.resize(4096);
    public_key.resize(*sign.public_key(key, absl::MakeSpan(public_key)));
    Sign();
  }
  void Sign() {
    std::array<uint8_t, kMaxLatticeSignatureSize> out;
    const Result<size_t> size =
        sign.sign(key, hash, AsBytes(kMessage), Random(), MutableBytes(out));
    Require(size.ok(), "a signature");
    signature.assign(out.begin(), out.begin() + static_cast<ptrdiff_t>(*size));
  }
  void Verify() {
    Require(sign.verify(public_key, hash, AsBytes(kMessage), signature).ok(), "a signature");
  }
  const SignAlgorithm& sign;
  const HashAlgorithm* hash;
  std::vector<uint8_t> key, public_key, signature;
};

// ---- Both ---------------------------------------------------------------------------------------

class Rows {
 public:
  explicit Rows(Table& table) : table_(table) {}
  bool quick() const { return table_.options().quick; }

  // In turns, each so short that most are not interrupted; the best counts.
  void Add(const std::string& name, const Ours& ours, const Operation& theirs = {}) {
    const bool peers = table_.options().peers && theirs;
    const int turns = quick() ? 1 : 100;
    const size_t batch = BatchOf(ours.go), peer_batch = peers ? BatchOf(theirs) : 0;
    double our_time = 1e9, their_time = peers ? 1e9 : -1;
    for (int turn = 0; turn < turns; ++turn) {
      our_time = std::min(our_time, Time(ours.go, batch));
      if (peers) their_time = std::min(their_time, Time(theirs, peer_batch));
    }
    table_.Row(name + " (" + ours.driver + ")",
               {our_time, their_time, peers ? their_time / our_time : -1});
  }

 private:
  static double Time(const Operation& go, size_t batch) {
    const double start = Seconds();
    for (size_t i = 0; i < batch; ++i) go();
    return (Seconds() - start - ClockCost()) / static_cast<double>(batch) * 1e6;
  }
  size_t BatchOf(const Operation& go) const {
    if (quick()) return 1;
    Time(go, 1);
    return static_cast<size_t>(150 / std::max(Time(go, 1), 0.1)) + 1;  // microseconds
  }
  Table& table_;
};

void Symmetric(Rows& rows) {
  const struct {
    AeadId id;
    const char* name;
    size_t tag_size;
  } aeads[] = {{AeadId::kAes128Gcm, "AES-128-GCM", 16},
               {AeadId::kAes256Gcm, "AES-256-GCM", 16},
               {AeadId::kChaCha20Poly1305, "ChaCha20-Poly1305", 16},
               {AeadId::kAes128Ccm, "AES-128-CCM", 16},
               {AeadId::kAes256Ccm, "AES-256-CCM", 16},
               {AeadId::kAes128Ccm8, "AES-128-CCM", 8}};
  for (const auto& aead : aeads) {
    const std::string name = aead.name + std::string(aead.tag_size == 8 ? "_8" : "");
    for (const size_t size : {size_t{1350}, size_t{16384}}) {
      const std::string of = name + " " + std::to_string(size);
      rows.Add(of + " seal", SealOne(aead.id, size), peer::Seal(aead.name, aead.tag_size, size));
      rows.Add(of + " open", OpenOne(aead.id, size), peer::Open(aead.name, aead.tag_size, size));
    }
  }
  const struct {
    HashId id;
    const char* name;
  } hashes[] = {{HashId::kSha256, "SHA256"},
                {HashId::kSha384, "SHA384"},
                {HashId::kSha512, "SHA512"},
                {HashId::kSha3_256, "SHA3-256"}};
  for (const auto& hash : hashes) {
    const std::string name = hash.name;
    for (const size_t size : {size_t{64}, size_t{16384}}) {
      rows.Add(name + " " + std::to_string(size), HashOne(hash.id, size),
               peer::Hash(hash.name, size));
    }
    if (hash.id != HashId::kSha256 && hash.id != HashId::kSha384) continue;
    rows.Add("HMAC-" + name + " 64", HmacOne(hash.id, 64), peer::Hmac(hash.name, 64));
    rows.Add("HMAC-" + name + " 16384", HmacOne(hash.id, 16384), peer::Hmac(hash.name, 16384));
    rows.Add("HKDF-Expand " + name, ExpandOne(hash.id, 50), peer::HkdfExpand(hash.name, 50));
  }
}

void KeyExchange(Rows& rows) {
  const struct {
    GroupId id;
    const char* name;
  } groups[] = {{GroupId::kX25519, "X25519"},
                {GroupId::kSecp256r1, "P-256"},
                {GroupId::kSecp384r1, "P-384"},
                {GroupId::kSecp521r1, "P-521"},
                {GroupId::kX448, "X448"}};
  for (const auto& group : groups) {
    const std::string name = group.name;
    rows.Add(name + " generate", GenerateOne(group.id), peer::Generate(group.name));
    rows.Add(name + " agree", AgreeOne(group.id), peer::Agree(group.name));
  }
  rows.Add("X25519MLKEM768 generate", GenerateOne(GroupId::kX25519MlKem768));
  rows.Add("X25519MLKEM768 agree", AgreeOne(GroupId::kX25519MlKem768));
  rows.Add("ML-KEM-768 expand", KemOne(KeyType::kMlKem768, &Encapsulation::Expand));
  rows.Add("ML-KEM-768 encapsulate", KemOne(KeyType::kMlKem768, &Encapsulation::Encapsulate));
  rows.Add("ML-KEM-768 decapsulate", KemOne(KeyType::kMlKem768, &Encapsulation::Decapsulate));
}

void AddSignature(Rows& rows, const std::string& name, SignFamily family, KeyType type, HashId hash,
                  Bytes private_key, const peer::Scheme* theirs) {
  const SignAlgorithm& algorithm = *Drivers().sign(family, type);
  const HashAlgorithm* const named = hash == HashId::kNone ? nullptr : Drivers().hash(hash);
  const auto s = std::make_shared<Signature>(algorithm, named, private_key);
  const std::string driver = DriverOf(&algorithm, &Driver::signs);
  const bool peers = theirs != nullptr;
  rows.Add(name + " sign", {driver, [s] { s->Sign(); }},
           peers ? peer::Sign(*theirs, kMessage) : Operation());
  rows.Add(name + " verify", {driver, [s] { s->Verify(); }},
           peers ? peer::Verify(*theirs, kMessage) : Operation());
}

void Signatures(Rows& rows) {
  const struct {
    const char *name, *curve, *digest;
    SignFamily family;
    KeyType type;
    uint16_t bits;
    HashId hash;
  } kinds[] = {
      {"ECDSA P-256", "P-256", "SHA256", SignFamily::kEcdsa, KeyType::kEcP256, 256,
       HashId::kSha256},
      {"ECDSA P-384", "P-384", "SHA384", SignFamily::kEcdsa, KeyType::kEcP384, 384,
       HashId::kSha384},
      {"ECDSA P-521", "P-521", "SHA512", SignFamily::kEcdsa, KeyType::kEcP521, 521,
       HashId::kSha512},
      {"Ed25519", "ED25519", nullptr, SignFamily::kEddsa, KeyType::kEd25519, 255, HashId::kNone},
      {"Ed448", "ED448", nullptr, SignFamily::kEddsa, KeyType::kEd448, 448, HashId::kNone},
      {"ML-DSA-44", nullptr, nullptr, SignFamily::kMlDsa44, KeyType::kMlDsa44, 0, HashId::kNone},
      {"ML-DSA-65", nullptr, nullptr, SignFamily::kMlDsa65, KeyType::kMlDsa65, 0, HashId::kNone}};
  for (const auto& kind : kinds) {
    std::array<uint8_t, 66> key;
    Require(Random().Fill(MutableBytes(key)).ok(), "random bytes");
    size_t size = 32;  // a seed
    if (kind.type == KeyType::kEd448) size = 57;
    if (kind.family == SignFamily::kEcdsa) {
      size =
          *Drivers().sign(kind.family, kind.type)->generate(kind.bits, Random(), MutableBytes(key));
    }
    const peer::Scheme theirs{kind.curve, {}, kind.digest};
    AddSignature(rows, kind.name, kind.family, kind.type, kind.hash, Slice(Bytes(key), 0, size),
                 kind.curve == nullptr ? nullptr : &theirs);
  }
  for (const unsigned bits : {2048u, 3072u, 4096u}) {
    if (bits != 2048 && rows.quick()) continue;  // keys take long to make
    const std::string key = peer::RsaKey(bits), name = "RSA-" + std::to_string(bits);
    const peer::Scheme pkcs1{nullptr, key, "SHA256"}, pss{nullptr, key, "SHA256", true};
    AddSignature(rows, name + " PSS", SignFamily::kRsaPss, KeyType::kRsa, HashId::kSha256,
                 AsBytes(key), &pss);
    AddSignature(rows, name + " PKCS#1", SignFamily::kRsaPkcs1, KeyType::kRsa, HashId::kSha256,
                 AsBytes(key), &pkcs1);
  }
}

bool Run(Table& table) {
  Rows rows(table);
  const std::vector<std::string> columns = {"Merlon", "OpenSSL", "ratio"};
  table.Section("Symmetric", "microseconds; ratio: ours is so many times as fast", columns);
  Symmetric(rows);
  table.Section("Key exchange", "", columns);
  KeyExchange(rows);
  table.Section("Signatures", "", columns);
  Signatures(rows);
  return true;
}
const Registration kRegistration("crypto", Run);

}  // namespace
}  // namespace merlon::bench
