// SPDX-License-Identifier: Apache-2.0
// Pkcs11Keys: the private keys of a token as keys of a location: RSA (PKCS #1 v1.5, PSS, OAEP),
// ECDSA and ECDH of the NIST curves, Ed25519, as far as the token has them. Sessions and the PIN
// are token.h's.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "crypto/driver.h"
#include "crypto/drivers/pkcs11/token.h"
#include "crypto/key_store.h"

namespace merlon::crypto {

// Shared by threads. Outlives the stores that have keys of its location.
class Pkcs11Keys final : public OpaqueKeys {
 public:
  // `local` hashes what is signed, and checks what is imported.
  Pkcs11Keys(std::unique_ptr<Pkcs11Token> token, Location location, DriverTable local)
      : token_(std::move(token)),
        local_(local),
        driver_{.name = "pkcs11", .location = location, .keys = this} {}

  // For a DriverList: with it, stores make keys on the token, and open those whose label is a
  // KeyName.
  const Driver& driver() const { return driver_; }
  // The private key that has this label and CKA_ID (empty: any) becomes one of `keys`. kNoSuchKey
  // (Origin::kDriver); kMisuse: several have; kUnsupported: it is of another kind.
  Result<KeyHandle> OpenKey(KeyStore& keys, const std::string& label, const std::string& id) const;
  struct Entry {
    std::string label;
    Result<KeyAttributes> attributes;
  };
  Result<std::vector<Entry>> List() const;

  Result<size_t> PublicKey(Bytes reference, MutableBytes out) const override;
  Result<size_t> Import(KeyAttributes& attributes, Bytes material, Existing existing,
                        MutableBytes reference) const override;
  Result<size_t> Generate(KeyAttributes& attributes, Existing existing,
                          MutableBytes reference) const override;
  Result<size_t> Find(const KeyName& name, KeyAttributes& attributes,
                      MutableBytes reference) const override;
  Result<void> Destroy(Bytes reference) const override;
  Result<size_t> Sign(Bytes reference, SignAlg algorithm, Bytes message,
                      MutableBytes out) const override;
  Result<size_t> Decrypt(Bytes reference, Permitted scheme, const EncryptionParameters& parameters,
                         Bytes ciphertext, MutableBytes out) const override;
  Result<size_t> Agree(Bytes reference, Bytes peer_public, MutableBytes secret) const override;

 private:
  template <class Make>
  Result<size_t> MakeNamed(const KeyAttributes& attributes, Existing existing, Make make) const;
  Result<size_t> FindKey(const std::string& label, const std::string& id, KeyAttributes& attributes,
                         MutableBytes reference) const;
  Result<size_t> Raw(Bytes reference, cryptoki::Mechanism mechanism, Bytes message,
                     MutableBytes out) const;

  const std::unique_ptr<Pkcs11Token> token_;
  const DriverTable local_;
  const Driver driver_;
};

}  // namespace merlon::crypto
