// SPDX-License-Identifier: Apache-2.0
// KeyFolder: the key store at rest of a program: a folder, its store key, and the records, put
// together. Format: docs/crypto.md.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/storage/persistent_keys.h"
#include "io_adapters/posix_folder.h"
#include "io_adapters/process_crypto.h"

namespace merlon::io {

struct KeyFolderOptions {
  std::string path;
  // Where the passphrase is that the store key is made of, up to the end of its first line. Empty:
  // the store key is in the folder, in a file of mode 0600. What the folder was made with holds.
  std::string passphrase_file = {};
  // A folder out of reach of whoever restores old copies of the first: then a key that is rolled
  // back is found out. Empty: it is not.
  std::string counts_path = {};
  uint32_t pbkdf2_iterations = 600'000;  // of a folder that is made now; HMAC with SHA-256
  std::chrono::milliseconds patience = std::chrono::seconds(2);  // for another process to end
};

// While it lives, persistent keys of `crypto` rest in the folder, which no other process has. Keys
// that were opened go on working after it.
class KeyFolder {
 public:
  // Makes the folder and the store key on first use. A sentence about what is wrong: another
  // process has it, others may read it, the passphrase is another.
  static absl::StatusOr<std::unique_ptr<KeyFolder>> Open(ProcessCrypto& crypto,
                                                         const KeyFolderOptions& options);
  KeyFolder(const KeyFolder&) = delete;
  KeyFolder& operator=(const KeyFolder&) = delete;
  ~KeyFolder();

  struct Entry {
    std::string name;
    Result<crypto::KeyAttributes> attributes;
  };
  // All keys by name, those too that cannot be read.
  std::vector<Entry> List();
  absl::StatusOr<crypto::KeyHandle> OpenKey(std::string_view name);
  // What an operation on a key of this name failed of, in words.
  absl::Status StatusOf(std::string_view name, Error error) const;

 private:
  KeyFolder(ProcessCrypto& crypto, std::unique_ptr<PosixFolder> records,
            std::unique_ptr<PosixFolder> counts, crypto::KeyHandle store_key);

  ProcessCrypto& crypto_;
  std::unique_ptr<PosixFolder> records_, counts_;
  crypto::KeyHandle store_key_;
  FileStorage storage_;
  crypto::PersistentKeys keys_;
};

// The store key of a folder, as a key of `crypto`, made on first use.
absl::StatusOr<crypto::KeyHandle> OpenStoreKey(const crypto::Context& crypto, Folder& folder,
                                               const std::string& passphrase_file,
                                               uint32_t pbkdf2_iterations);

}  // namespace merlon::io
