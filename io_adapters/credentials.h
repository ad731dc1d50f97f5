// SPDX-License-Identifier: Apache-2.0
// Files of this side's credentials: a chain with its private key, external PSKs. Their keys go into
// the key store, and leave no copy in memory.
#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/key_store.h"
#include "tls/config_credentials.h"

namespace merlon::io {

// The first line of a file. To be wiped.
absl::StatusOr<std::string> ReadPassword(const std::string& path);
// Reads a private key, PEM, for signing. One that is encrypted (PKCS#8 with PBES2) is opened with
// the first line of `password_file`; empty: it is not encrypted.
absl::StatusOr<crypto::KeyHandle> LoadPrivateKey(crypto::KeyStore& keys,
                                                 const std::string& key_file,
                                                 const std::string& password_file = "");
// Reads a chain, leaf first, and its private key; both PEM.
absl::StatusOr<tls::CredentialChoice> LoadCredential(crypto::KeyStore& keys,
                                                     const std::string& chain_file,
                                                     const std::string& key_file,
                                                     const std::string& password_file = "");

struct PskEntry {
  std::string identity;
  crypto::KeyHandle key;
};
// Reads lines "IDENTITY:HEXKEY", as GnuTLS's psktool writes them; empty ones, and those that begin
// with '#', are skipped.
absl::StatusOr<std::vector<PskEntry>> LoadPsks(crypto::KeyStore& keys, const std::string& path);

// Adds the PSKs of both files to the builder of a configuration; an empty path names none.
template <class Builder>
absl::Status AddPsks(crypto::KeyStore& keys, const std::string& imported, const std::string& raw,
                     Builder& builder) {
  for (const std::string* path : {&imported, &raw}) {
    if (path->empty()) continue;
    absl::StatusOr<std::vector<PskEntry>> psks = LoadPsks(keys, *path);
    if (!psks.ok()) return psks.status();
    for (const PskEntry& psk : *psks) {
      if (path == &raw) {
        builder.AddRawExternalPsk(psk.identity, psk.key);
      } else {
        builder.AddExternalPsk(psk.identity, psk.key);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace merlon::io
