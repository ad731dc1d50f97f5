// SPDX-License-Identifier: Apache-2.0
// KeyRing: private keys by where they are, for every option that takes one: file:PATH, store:NAME,
// agent:NAME, pkcs11:... (RFC 7512).
#pragma once
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/drivers/pkcs11/pkcs11_keys.h"
#include "io_adapters/agent_keys.h"
#include "io_adapters/cli/arguments.h"
#include "io_adapters/key_folder.h"
#include "io_adapters/process_crypto.h"

namespace merlon::cli {

// Of a command that takes keys, which has these options.
inline constexpr char kKeyStoreHelp[] =
    "The key store is the folder of\n"
    "  --key-store FOLDER        (MERLON_KEY_STORE in the environment, else ~/.merlon-keys)\n"
    "  --passphrase-file FILE    whose first line opens it, where it was made with one\n"
    "  --counts FOLDER           by which keys that are rolled back are found out\n";

// The key ring outlives the use of the keys that it opens; its crypto need not outlive it once it
// is closed.
class KeyRing {
 public:
  KeyRing(io::ProcessCrypto& crypto, const Arguments& arguments);

  // A key to sign with. What names no location is in `otherwise`.
  absl::StatusOr<crypto::KeyHandle> Open(const std::string& key,
                                         std::string_view otherwise = "file");
  absl::StatusOr<io::KeyFolder*> Folder();
  // The agent of --agent, or of MERLON_AGENT in the environment.
  absl::StatusOr<const io::AgentKeys*> Agent() const;
  // The token that a URI names, and what the URI says.
  struct TokenKey {
    const crypto::Pkcs11Keys* token;
    crypto::Pkcs11Uri uri;
  };
  absl::StatusOr<TokenKey> Token(const std::string& uri);
  // Lets other processes have the key store. Keys that are open stay so.
  void Close() { folder_.reset(); }

 private:
  io::ProcessCrypto& crypto_;
  io::KeyFolderOptions options_;
  const std::string password_file_;  // for files that are encrypted
  const std::string agent_;
  std::unique_ptr<io::KeyFolder> folder_;
};

// The parts of "store:NAME"; what names no location is in `otherwise`. A URI of PKCS #11 is the
// name as a whole.
struct KeyPlace {
  std::string location, name;
};
absl::StatusOr<KeyPlace> ParseKeyPlace(const std::string& key, std::string_view otherwise);

}  // namespace merlon::cli
