// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/key_folder.h"

#include <array>

#include "crypto/base/reader.h"
#include "crypto/base/secret.h"
#include "crypto/base/writer.h"
#include "crypto/bound_key.h"
#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "tls/error.h"

namespace merlon::io {
namespace {

// What the folder's store key is made of.
constexpr char kOriginFile[] = ".origin", kSecretFile[] = ".secret";
constexpr std::string_view kMagic = "MKST";
constexpr uint8_t kFormat = 1;
constexpr size_t kStoreKeySize = 32, kSaltSize = 32;
constexpr uint32_t kLeastIterations = 1000, kMostIterations = 100'000'000;
enum class KeyOrigin : uint8_t { kFile = 1, kPassphrase = 2 };

constexpr crypto::KeyAttributes kStoreKey{
    .type = crypto::KeyType::kSecret,
    .permitted = crypto::Permitted::kSealedBlob,
    .usage = crypto::Usage::kEncrypt | crypto::Usage::kDecrypt};

// magic | format | origin | iterations (4) | salt (32), and behind it a blob of nothing, by which a
// wrong store key is told.
constexpr size_t kHeaderSize = 4 + 1 + 1 + 4 + kSaltSize;
using OriginRecord = std::array<uint8_t, kHeaderSize + crypto::kBlobOverhead>;

struct StoreOrigin {
  KeyOrigin origin = KeyOrigin::kFile;
  uint32_t iterations = 0;  // both of a passphrase; else zeros
  std::array<uint8_t, kSaltSize> salt{};
};

// A string that is wiped.
struct SecretText {
  std::string text;
  ~SecretText() { Wipe(MutableBytes(reinterpret_cast<uint8_t*>(text.data()), text.size())); }
};

absl::Status Failed(std::string_view what, Error error) {
  return absl::InvalidArgumentError(Cat(what, ": ", tls::Explain(error).sentence));
}

void WriteHeader(const StoreOrigin& origin, MutableBytes out) {
  Writer writer(out);
  writer.Raw(AsBytes(kMagic));
  writer.Int<1>(kFormat);
  writer.Int<1>(static_cast<uint8_t>(origin.origin));
  writer.Int<4>(origin.iterations);
  writer.Raw(Bytes(origin.salt));
}

bool ReadHeader(Bytes record, StoreOrigin& out) {
  Reader reader(record);
  Bytes magic, salt;
  uint8_t format = 0, origin = 0;
  if (!reader.Take(kMagic.size(), &magic) || !reader.Int(&format) || !reader.Int(&origin) ||
      !reader.Int(&out.iterations) || !reader.Take(kSaltSize, &salt) ||
      reader.rest().size() != crypto::kBlobOverhead) {
    return false;
  }
  std::copy(salt.begin(), salt.end(), out.salt.begin());
  out.origin = static_cast<KeyOrigin>(origin);
  const bool passphrase = out.origin == KeyOrigin::kPassphrase;
  const bool plausible =
      passphrase ? out.iterations >= kLeastIterations && out.iterations <= kMostIterations
                 : out.origin == KeyOrigin::kFile && out.iterations == 0;
  return AsText(magic) == kMagic && format == kFormat && plausible;
}

absl::StatusOr<crypto::KeyHandle> KeyOfPassphrase(const crypto::Context& crypto,
                                                  const std::string& file,
                                                  const StoreOrigin& origin) {
  if (file.empty()) return absl::InvalidArgumentError("the key store needs its passphrase");
  absl::StatusOr<std::string> text = ReadFile(file, 65536);
  if (!text.ok()) return text.status();
  SecretText passphrase{*std::move(text)};
  const size_t size = std::min(passphrase.text.find_first_of("\r\n"), passphrase.text.size());
  const Result<crypto::KeyHandle> password =
      crypto.keys.Import({.type = crypto::KeyType::kSecret,
                          .permitted = crypto::Permitted::kDerivation,
                          .usage = crypto::Usage::kDerive},
                         Slice(AsBytes(passphrase.text), 0, size));
  if (!password.ok()) return Failed(Cat("the passphrase in ", file), password.error());
  Result<void> derived = Misuse();
  const Secret<kStoreKeySize> key(kStoreKeySize, [&](MutableBytes out) {
    const auto bound = crypto::BoundSecret::Bind(crypto.keys, *password);
    const crypto::HashAlgorithm* sha256 = crypto.drivers.hash(crypto::HashId::kSha256);
    if (bound.ok() && sha256 != nullptr) {
      derived = bound->Pbkdf2(*sha256, Bytes(origin.salt), origin.iterations, out);
    }
  });
  (void)crypto.keys.Destroy(*password);
  if (!derived.ok()) return Failed("the store key", derived.error());
  const Result<crypto::KeyHandle> handle = crypto.keys.Import(kStoreKey, key.reveal());
  if (!handle.ok()) return Failed("the store key", handle.error());
  return *handle;
}

absl::StatusOr<crypto::KeyHandle> KeyOfFile(const crypto::Context& crypto, Folder& folder) {
  absl::StatusOr<std::string> text = folder.Read(kSecretFile, kStoreKeySize);
  if (!text.ok()) return text.status();
  const SecretText secret{*std::move(text)};
  const Result<crypto::KeyHandle> handle = crypto.keys.Import(kStoreKey, AsBytes(secret.text));
  if (!handle.ok()) return Failed("the store key", handle.error());
  return *handle;
}

absl::StatusOr<crypto::KeyHandle> KeyOf(const crypto::Context& crypto, Folder& folder,
                                        const StoreOrigin& origin,
                                        const std::string& passphrase_file) {
  if (origin.origin == KeyOrigin::kPassphrase) {
    return KeyOfPassphrase(crypto, passphrase_file, origin);
  }
  if (!passphrase_file.empty()) {
    return absl::InvalidArgumentError("the key store was made without a passphrase");
  }
  return KeyOfFile(crypto, folder);
}

// On first use: the secret first, so that where there is an origin there is what it says.
absl::StatusOr<crypto::KeyHandle> MakeStoreKey(const crypto::Context& crypto, Folder& folder,
                                               const std::string& passphrase_file,
                                               uint32_t iterations) {
  const auto files = folder.List();
  if (!files.ok()) return files.status();
  for (const std::string& file : *files) {
    if (!file.starts_with('.')) {
      return absl::DataLossError(Cat("there is ", file, " and no ", kOriginFile,
                                     ": this is no key store, or it was damaged"));
    }
  }
  StoreOrigin origin;
  if (passphrase_file.empty()) {
    SecretText secret{std::string(kStoreKeySize, '\0')};
    const Result<void> filled = crypto.rng.Fill(
        MutableBytes(reinterpret_cast<uint8_t*>(secret.text.data()), secret.text.size()));
    if (!filled.ok()) return Failed("a new store key", filled.error());
    if (absl::Status s = ReplaceFile(folder, kSecretFile, secret.text); !s.ok()) return s;
  } else {
    origin.origin = KeyOrigin::kPassphrase;
    origin.iterations = std::clamp(iterations, kLeastIterations, kMostIterations);
    if (const auto filled = crypto.rng.Fill(MutableBytes(origin.salt)); !filled.ok()) {
      return Failed("a new store key", filled.error());
    }
  }
  const auto key = KeyOf(crypto, folder, origin, passphrase_file);
  if (!key.ok()) return key.status();
  OriginRecord record;
  const MutableBytes header = Slice(MutableBytes(record), 0, kHeaderSize);
  WriteHeader(origin, header);
  const Result<size_t> sealed =
      crypto::SealBlob(crypto, *key, header, {}, Slice(MutableBytes(record), kHeaderSize));
  if (!sealed.ok()) return Failed("a new store key", sealed.error());
  if (absl::Status s = ReplaceFile(folder, kOriginFile, AsText(Bytes(record))); !s.ok()) return s;
  return *key;
}

}  // namespace

absl::StatusOr<crypto::KeyHandle> OpenStoreKey(const crypto::Context& crypto, Folder& folder,
                                               const std::string& passphrase_file,
                                               uint32_t pbkdf2_iterations) {
  const auto record = folder.Read(kOriginFile, sizeof(OriginRecord));
  if (absl::IsNotFound(record.status())) {
    return MakeStoreKey(crypto, folder, passphrase_file, pbkdf2_iterations);
  }
  if (!record.ok()) return record.status();
  StoreOrigin origin;
  if (!ReadHeader(AsBytes(*record), origin)) {
    return absl::DataLossError(Cat(kOriginFile, " of the key store is damaged"));
  }
  const auto key = KeyOf(crypto, folder, origin, passphrase_file);
  if (!key.ok()) return key.status();
  std::array<uint8_t, crypto::kBlobOverhead> nothing;
  const Bytes whole = AsBytes(*record);
  const Result<size_t> opened = crypto::OpenBlob(crypto, *key, Slice(whole, 0, kHeaderSize),
                                                 Slice(whole, kHeaderSize), MutableBytes(nothing));
  if (opened.ok()) return *key;
  (void)crypto.keys.Destroy(*key);
  return absl::PermissionDeniedError(origin.origin == KeyOrigin::kPassphrase
                                         ? "the passphrase is not that of the key store"
                                         : "the store key is not that of the key store");
}

absl::StatusOr<std::unique_ptr<KeyFolder>> KeyFolder::Open(ProcessCrypto& crypto,
                                                           const KeyFolderOptions& options) {
  auto records = PosixFolder::Open(options.path, options.patience);
  if (!records.ok()) return records.status();
  std::unique_ptr<PosixFolder> counts;
  if (!options.counts_path.empty()) {
    auto opened = PosixFolder::Open(options.counts_path, options.patience);
    if (!opened.ok()) return opened.status();
    counts = *std::move(opened);
  }
  const auto store_key =
      OpenStoreKey(crypto.context(), **records, options.passphrase_file, options.pbkdf2_iterations);
  if (!store_key.ok()) return store_key.status();
  std::unique_ptr<KeyFolder> folder(
      new KeyFolder(crypto, *std::move(records), std::move(counts), *store_key));
  if (absl::Status s = folder->storage_.Clean(); !s.ok()) return s;
  return folder;
}

KeyFolder::KeyFolder(ProcessCrypto& crypto, std::unique_ptr<PosixFolder> records,
                     std::unique_ptr<PosixFolder> counts, crypto::KeyHandle store_key)
    : crypto_(crypto),
      records_(std::move(records)),
      counts_(std::move(counts)),
      store_key_(store_key),
      storage_(*records_, counts_.get()),
      keys_(crypto.context(), store_key, storage_) {
  crypto_.keys().SetVault(&keys_);
}

KeyFolder::~KeyFolder() {
  crypto_.keys().SetVault(nullptr);
  (void)crypto_.keys().Destroy(store_key_);
}

std::vector<KeyFolder::Entry> KeyFolder::List() {
  std::vector<Entry> out;
  for (size_t i = 0;; ++i) {
    const Result<crypto::KeyName> name = keys_.NameAt(i);
    if (!name.ok()) return out;
    Result<crypto::KeyAttributes> attributes = keys_.Attributes(*name);
    // Its destruction was cut short.
    if (!attributes.ok() && attributes.error().code == Code::kNoSuchKey) continue;
    out.push_back({std::string(AsText(name->view())), attributes});
  }
}

absl::StatusOr<crypto::KeyHandle> KeyFolder::OpenKey(std::string_view name) {
  if (!crypto::IsKeyName(name)) {
    return absl::InvalidArgumentError(Cat("\"", Printable(name), "\" is not the name of a key"));
  }
  const Result<crypto::KeyHandle> key = crypto_.keys().Open(crypto::KeyName(AsBytes(name)));
  if (!key.ok()) return StatusOf(name, key.error());
  return *key;
}

absl::Status KeyFolder::StatusOf(std::string_view name, Error error) const {
  if (error.code == Code::kStorageFailure) return storage_.failure();
  return Failed(Cat("key ", name), error);
}

}  // namespace merlon::io
