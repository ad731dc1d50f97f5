// SPDX-License-Identifier: Apache-2.0
// merlon key sign, verify, encrypt, decrypt: work with a key, wherever it is.
#include <unistd.h>

#include <array>
#include <cstdio>

#include "crypto/bound_decryption_key.h"
#include "crypto/bound_key.h"
#include "crypto/sealed_blob.h"
#include "io_adapters/cli/cert_commands.h"
#include "io_adapters/cli/key_commands.h"
#include "io_adapters/descriptor.h"
#include "io_adapters/files.h"
#include "io_adapters/make_certificate.h"
#include "io_adapters/text.h"
#include "tls/error.h"

namespace merlon::cli {
namespace {

using crypto::HashId;
using crypto::KeyType;
using crypto::SignFamily;
using io::Cat;

struct OpenedKey {
  crypto::KeyHandle handle;
  crypto::KeyAttributes attributes;
};
absl::StatusOr<OpenedKey> OpenKey(KeyWork& work) {
  const auto key = work.Key();
  if (!key.ok()) return key.status();
  const auto attributes = work.crypto.keys().Attributes(*key);
  if (!attributes.ok()) return Failed(work.Name(), attributes.error());
  return OpenedKey{*key, *attributes};
}

// OAEP of an RSA key; null: the key is none.
const crypto::EncryptionAlgorithm* OaepOf(KeyWork& work, KeyType type) {
  return work.crypto.context().drivers.encryption(crypto::Permitted::kRsaOaep, type);
}
crypto::EncryptionParameters OaepParameters(KeyWork& work, Bytes label) {
  return {.hash = work.crypto.context().drivers.hash(HashId::kSha256), .label = label};
}

// Encrypts or decrypts by what the key is: a blob, AES-GCM, or OAEP.
Result<size_t> Encrypt(KeyWork& work, const OpenedKey& key, Bytes text, MutableBytes out) {
  const crypto::Context context = work.crypto.context();
  const std::string about = work.arguments.Value("context");
  if (key.attributes.type == KeyType::kSecret) {
    return SealBlob(context, key.handle, AsBytes(about), text, out);
  }
  if (key.attributes.type == KeyType::kAes) {
    MERLON_ASSIGN_OR_RETURN(const auto bound, crypto::BoundAeadKey::Bind(context.keys, key.handle));
    return bound.Seal(AsBytes(about), text, context.rng, out);
  }
  const crypto::EncryptionAlgorithm* oaep = OaepOf(work, key.attributes.type);
  if (oaep == nullptr || oaep->encrypt == nullptr) return Misuse(Code::kUnsupported);
  std::array<uint8_t, 1100> public_key;
  MERLON_ASSIGN_OR_RETURN(const size_t size,
                          context.keys.PublicKey(key.handle, MutableBytes(public_key)));
  return oaep->encrypt(Slice(Bytes(public_key), 0, size), OaepParameters(work, AsBytes(about)),
                       text, context.rng, out);
}
Result<size_t> Decrypt(KeyWork& work, const OpenedKey& key, Bytes text, MutableBytes out) {
  const crypto::Context context = work.crypto.context();
  const std::string about = work.arguments.Value("context");
  if (key.attributes.type == KeyType::kSecret) {
    return OpenBlob(context, key.handle, AsBytes(about), text, out);
  }
  if (key.attributes.type == KeyType::kAes) {
    MERLON_ASSIGN_OR_RETURN(const auto bound, crypto::BoundAeadKey::Bind(context.keys, key.handle));
    return bound.Open(AsBytes(about), text, out);
  }
  MERLON_ASSIGN_OR_RETURN(
      const auto bound,
      crypto::BoundDecryptionKey::Bind(context.keys, key.handle, crypto::Permitted::kRsaOaep));
  return bound.Decrypt(OaepParameters(work, AsBytes(about)), text, context.rng, out);
}

template <class Work>
int Crypt(KeyWork& work, bool secret, Work with) {
  const auto key = OpenKey(work);
  if (!key.ok()) return Complain(kUsage, key.status());
  auto text = work.Input();
  if (!text.ok()) return Complain(kUsage, text.status());
  std::string out(text->size() + 1024, '\0');  // RSA-8192's ciphertext is the most that is added
  const Result<size_t> size = with(work, *key, AsBytes(*text), Room(out));
  Wipe(Room(*text));
  const int code =
      size.ok() ? work.Write(out.substr(0, *size), secret) : work.Fail(work.Name(), size.error());
  Wipe(Room(out));
  return code;
}

}  // namespace

absl::StatusOr<crypto::SignAlg> SignAlgOf(const Arguments& arguments, KeyType type) {
  crypto::SignAlg alg = io::AlgorithmOf(type);
  const std::string hash = arguments.Value("hash"), padding = arguments.Value("padding");
  const struct {
    std::string_view name;
    HashId id;
  } hashes[] = {
      {"sha256", HashId::kSha256}, {"sha384", HashId::kSha384}, {"sha512", HashId::kSha512}};
  bool known = hash.empty();
  for (const auto& entry : hashes) {
    if (entry.name != hash) continue;
    alg.hash = entry.id;
    known = true;
  }
  if (!known) return absl::InvalidArgumentError("--hash takes sha256, sha384 or sha512");
  if (!hash.empty() && !crypto::NamesHash(alg.family)) {
    return absl::InvalidArgumentError(
        "keys of this type sign with no other hash: leave --hash out");
  }
  if (padding.empty()) return alg;
  if (alg.family != SignFamily::kRsaPss || (padding != "pss" && padding != "pkcs1")) {
    return absl::InvalidArgumentError("--padding takes pss or pkcs1, with an RSA key");
  }
  if (padding == "pkcs1") alg.family = SignFamily::kRsaPkcs1;
  return alg;
}

absl::StatusOr<std::string> KeyWork::Input() const {
  if (arguments.words().size() > 2) return io::ReadFile(arguments.words()[2]);
  return io::ReadFile("/dev/stdin");
}

int KeyWork::Write(std::string_view what, bool secret) const {
  if (!arguments.Has("out")) {
    fwrite(what.data(), 1, what.size(), stdout);
    return fflush(stdout) == 0 ? kDone : Complain(kTransport, "writing to stdout failed");
  }
  const absl::Status written = io::WriteFile(arguments.Value("out"), what, secret);
  return written.ok() ? kDone : Complain(kUsage, written);
}

int KeyWork::Fail(std::string_view what, Error error) const {
  const bool refused = error.origin == Origin::kPeer;
  return Complain(refused ? kTls : kUsage, Failed(what, error));
}

int KeySign(KeyWork& work) {
  const auto key = OpenKey(work);
  if (!key.ok()) return Complain(kUsage, key.status());
  const auto algorithm = SignAlgOf(work.arguments, key->attributes.type);
  if (!algorithm.ok()) return Complain(kUsage, algorithm.status());
  const auto text = work.Input();
  if (!text.ok()) return Complain(kUsage, text.status());
  const auto bound = crypto::BoundSigningKey::Bind(work.crypto.keys(), key->handle, *algorithm);
  if (!bound.ok()) return work.Fail(work.Name(), bound.error());
  std::string signature(bound->max_signature_size(), '\0');
  const Result<size_t> size =
      bound->Sign(AsBytes(*text), work.crypto.context().rng, Room(signature));
  if (!size.ok()) return work.Fail(work.Name(), size.error());
  return work.Write(signature.substr(0, *size), false);
}

int KeyVerify(KeyWork& work) {
  const auto key = OpenKey(work);
  if (!key.ok()) return Complain(kUsage, key.status());
  const auto algorithm = SignAlgOf(work.arguments, key->attributes.type);
  if (!algorithm.ok()) return Complain(kUsage, algorithm.status());
  const auto signature = io::ReadFile(work.arguments.Value("signature"));
  if (!signature.ok()) return Complain(kUsage, signature.status());
  const auto text = work.Input();
  if (!text.ok()) return Complain(kUsage, text.status());
  std::array<uint8_t, crypto::kMaxLatticePublicSize> public_key;
  const Result<size_t> size = work.crypto.keys().PublicKey(key->handle, MutableBytes(public_key));
  if (!size.ok()) return work.Fail(work.Name(), size.error());
  const crypto::DriverTable drivers = work.crypto.context().drivers;
  const crypto::SignAlgorithm* verifier = drivers.sign(algorithm->family, key->attributes.type);
  if (verifier == nullptr) {
    return work.Fail(work.Name(), Misuse(Code::kUnsupported));
  }
  const Result<void> verified =
      verifier->verify(Slice(Bytes(public_key), 0, *size), drivers.hash(algorithm->hash),
                       AsBytes(*text), AsBytes(*signature));
  if (!verified.ok()) return work.Fail("not verified", verified.error());
  puts("verified");
  return kDone;
}

int KeyEncrypt(KeyWork& work) { return Crypt(work, /*secret=*/false, Encrypt); }
int KeyDecrypt(KeyWork& work) { return Crypt(work, /*secret=*/true, Decrypt); }

}  // namespace merlon::cli
