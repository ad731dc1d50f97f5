// SPDX-License-Identifier: Apache-2.0
// What the parts of `merlon key` share.
#pragma once
#include "io_adapters/cli/command.h"
#include "io_adapters/cli/key_ring.h"

namespace merlon::cli {

// A `merlon key` at work.
struct KeyWork {
  const Arguments& arguments;
  io::ProcessCrypto crypto{};
  KeyRing ring{crypto, arguments};

  // The key that the second word names, in the key store where it says nothing else.
  absl::StatusOr<crypto::KeyHandle> Key() { return ring.Open(arguments.words()[1], "store"); }
  // The second word, as it may be shown: without what opens a token.
  std::string Name() const {
    const std::string& key = arguments.words()[1];
    return key.starts_with("pkcs11:") ? key.substr(0, key.find('?')) : key;
  }
  // What the third word names, else stdin.
  absl::StatusOr<std::string> Input() const;
  // To --out, else to stdout.
  int Write(std::string_view what, bool secret) const;
  int Fail(std::string_view what, Error error) const;
};

int KeySign(KeyWork& work);
int KeyVerify(KeyWork& work);
int KeyEncrypt(KeyWork& work);
int KeyDecrypt(KeyWork& work);

// What --hash and --padding say of a key of this type, or what is usual for it.
absl::StatusOr<crypto::SignAlg> SignAlgOf(const Arguments& arguments, crypto::KeyType type);

}  // namespace merlon::cli
