// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/credentials.h"

#include <algorithm>
#include <utility>

#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "tls/error.h"
#include "x509/pkcs8.h"
#include "x509/pkcs8_encrypted.h"

namespace merlon::io {
namespace {

// A file's text, wiped in the end.
struct SecretText {
  ~SecretText() { Wipe(MutableBytes(reinterpret_cast<uint8_t*>(text.data()), text.size())); }
  std::string text;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ParseHex(std::string_view hex, std::vector<uint8_t>& out) {
  if (hex.empty() || hex.size() % 2 != 0) return false;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]), low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return true;
}

absl::StatusOr<PskEntry> ImportLine(crypto::KeyStore& keys, std::string_view line) {
  const size_t colon = line.rfind(':');
  std::vector<uint8_t> bytes;
  bytes.reserve(line.size());
  const bool parsed =
      colon != std::string_view::npos && colon != 0 && ParseHex(line.substr(colon + 1), bytes);
  const Result<crypto::KeyHandle> key =
      parsed
          ? keys.Import({.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kDerive}, bytes)
          : Result<crypto::KeyHandle>(Misuse(Code::kBadKey));
  Wipe(absl::MakeSpan(bytes));
  if (!parsed) return absl::InvalidArgumentError("is not IDENTITY:HEXKEY");
  if (!key.ok()) return absl::InvalidArgumentError(std::string(tls::Explain(key.error()).sentence));
  return PskEntry{std::string(line.substr(0, colon)), *key};
}

}  // namespace

absl::StatusOr<std::string> ReadPassword(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, 65536);
  if (!text.ok()) return text.status();
  const SecretText secret{*std::move(text)};
  return secret.text.substr(0, secret.text.find_first_of("\r\n"));
}

absl::StatusOr<crypto::KeyHandle> LoadPrivateKey(crypto::KeyStore& keys,
                                                 const std::string& key_file,
                                                 const std::string& password_file) {
  absl::StatusOr<std::string> text = ReadFile(key_file);
  if (!text.ok()) return text.status();
  const SecretText secret{*std::move(text)};
  Result<crypto::KeyHandle> key = Misuse();
  if (password_file.empty()) {
    key = x509::ImportPrivateKeyPem(keys, secret.text, crypto::Usage::kSign);
  } else {
    absl::StatusOr<std::string> line = ReadPassword(password_file);
    if (!line.ok()) return line.status();
    const SecretText password{*std::move(line)};
    key =
        x509::ImportPrivateKeyPem(keys, secret.text, AsBytes(password.text), crypto::Usage::kSign);
  }
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        Cat("the private key in ", key_file, ": ", tls::Explain(key.error()).sentence));
  }
  return *key;
}

absl::StatusOr<tls::CredentialChoice> LoadCredential(crypto::KeyStore& keys,
                                                     const std::string& chain_file,
                                                     const std::string& key_file,
                                                     const std::string& password_file) {
  absl::StatusOr<std::vector<std::string>> chain = ReadCertificates(chain_file);
  if (!chain.ok()) return chain.status();
  const absl::StatusOr<crypto::KeyHandle> key = LoadPrivateKey(keys, key_file, password_file);
  if (!key.ok()) return key.status();
  tls::CredentialChoice out;
  out.chain_der = *std::move(chain);
  out.key = *key;
  return out;
}

absl::StatusOr<std::vector<PskEntry>> LoadPsks(crypto::KeyStore& keys, const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, 65536);
  if (!text.ok()) return text.status();
  const SecretText secret{*std::move(text)};
  std::vector<PskEntry> out;
  std::string_view rest = secret.text;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    absl::StatusOr<PskEntry> entry = ImportLine(keys, line);
    if (!entry.ok()) {
      return absl::InvalidArgumentError(
          Cat(path, ", line ", number, ": ", std::string(entry.status().message())));
    }
    out.push_back(*std::move(entry));
  }
  if (out.empty()) return absl::NotFoundError(Cat(path, " holds no PSK"));
  return out;
}

}  // namespace merlon::io
