// SPDX-License-Identifier: Apache-2.0
// OpaqueKeys: whoever holds keys elsewhere (a token, a secure element, another process) and works
// with them there, at once or later. The key store sends to it what concerns keys of its location.
#pragma once
#include <optional>

#include "crypto/base/result.h"
#include "crypto/encryption.h"
#include "crypto/key.h"

namespace merlon::crypto {

// What becomes of a persistent key that has the name of a new one.
enum class Existing : uint8_t { kRefuse, kReplace };

// HKDF (RFC 5869) with a hash that a driver has.
struct HkdfInputs {
  HashId hash = HashId::kSha256;
  Bytes salt = {};
  Bytes info = {};  // what tells keys of one secret apart
};

// What is to be done with one key.
struct OpaqueWork {
  enum class Kind : uint8_t { kSign, kDecrypt, kAgree };
  Kind kind = Kind::kSign;
  Bytes reference{};
  Bytes input{};                       // message, ciphertext, or the peer's public key
  SignAlg algorithm{};                 // of kSign
  Permitted scheme = Permitted::kAny;  // of kDecrypt
  EncryptionParameters parameters{};   // of kDecrypt
};

// Work that is under way, by a number of its owner's choice.
struct OpaqueCall {
  uint32_t number = 0;
};

// Owns a Location. A `reference` names one of its keys, in bytes of its own choice. Shared by
// threads; const, because what changes is elsewhere. What an owner does not offer it leaves as it
// is here: kUnsupported (misuse). Errors of all: kNoSuchKey; kUnreachable: it does not answer, or
// not in time; kNotPermitted: the key's policy there; kOperationFailed: it says so, and no more
// (Origin::kDriver all); kNoSpace (misuse): `out` is too small. What does not fit changes nothing.
class OpaqueKeys {
 public:
  // The public key (formats: key.h); gives its size.
  virtual Result<size_t> PublicKey(Bytes reference, MutableBytes out) const = 0;

  // Take `material` in, or make a key of attributes.bits; the size of the reference that they write
  // to `reference`. attributes.bits may be 0 where the type or the material tells; then it is
  // filled in. What cannot be held as `attributes` say is kUnsupported or kBadKey (misuse), and
  // there is no key. A volatile key is destroyed by the store at the end of its life.
  virtual Result<size_t> Import(KeyAttributes& attributes, Bytes material, Existing existing,
                                MutableBytes reference) const {
    (void)attributes, (void)material, (void)existing, (void)reference;
    return Misuse(Code::kUnsupported);
  }
  virtual Result<size_t> Generate(KeyAttributes& attributes, Existing existing,
                                  MutableBytes reference) const {
    (void)attributes, (void)existing, (void)reference;
    return Misuse(Code::kUnsupported);
  }
  // The same with HKDF of the secret that `secret` names, which does not leave.
  virtual Result<size_t> Derive(Bytes secret, const HkdfInputs& inputs, KeyAttributes& attributes,
                                MutableBytes reference) const {
    (void)secret, (void)inputs, (void)attributes, (void)reference;
    return Misuse(Code::kUnsupported);
  }
  // The persistent key of this name: its attributes, and the size of its reference.
  virtual Result<size_t> Find(const KeyName& name, KeyAttributes& attributes,
                              MutableBytes reference) const {
    (void)name, (void)attributes, (void)reference;
    return Misuse(Code::kUnsupported);
  }
  // When it says ok, the key does not come back.
  virtual Result<void> Destroy(Bytes reference) const {
    (void)reference;
    return Misuse(Code::kUnsupported);
  }

  // As SignAlgorithm::sign.
  virtual Result<size_t> Sign(Bytes reference, SignAlg algorithm, Bytes message,
                              MutableBytes out) const {
    (void)reference, (void)algorithm, (void)message, (void)out;
    return Misuse(Code::kUnsupported);
  }
  // As EncryptionAlgorithm::decrypt.
  virtual Result<size_t> Decrypt(Bytes reference, Permitted scheme,
                                 const EncryptionParameters& parameters, Bytes ciphertext,
                                 MutableBytes out) const {
    (void)reference, (void)scheme, (void)parameters, (void)ciphertext, (void)out;
    return Misuse(Code::kUnsupported);
  }
  // As KeyAgreementAlgorithm::agree; gives the secret's size. kBadPublicValue.
  virtual Result<size_t> Agree(Bytes reference, Bytes peer_public, MutableBytes secret) const {
    (void)reference, (void)peer_public, (void)secret;
    return Misuse(Code::kUnsupported);
  }

  // Begins work and does not wait for its end. Nothing of `work` is needed after the call.
  // kTooManyKeys (misuse): it has no room for more at once. kUnsupported: it does not do this
  // later; ask for it as above.
  virtual Result<OpaqueCall> Start(const OpaqueWork& work) const {
    (void)work;
    return Misuse(Code::kUnsupported);
  }
  // Goes on without waiting: the size of what it wrote to `out`, whereupon the call is over; as it
  // is with an error, but for kNoSpace. Nothing: it is not done yet. kMisuse: there is no such
  // call.
  virtual Result<std::optional<size_t>> Resume(OpaqueCall call, MutableBytes out) const {
    (void)call, (void)out;
    return Misuse();
  }
  // Nobody waits for it any more. What is over already, or never was, does no harm.
  virtual void Cancel(OpaqueCall call) const { (void)call; }

 protected:
  ~OpaqueKeys() = default;
};

}  // namespace merlon::crypto
