// SPDX-License-Identifier: Apache-2.0
// Fuzz target: PEM texts and the private keys in them, encrypted ones too; an input without a block
// is taken as DER.
#include "x509/pem.h"

#include <vector>

#include "crypto/drivers/default_drivers.h"
#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "x509/pkcs8.h"
#include "x509/pkcs8_encrypted.h"

namespace merlon::fuzz {
namespace {

void TryKey(Bytes der) {
  crypto::InlineKeyStore<1> keys{crypto::DefaultDrivers()};
  const Result<crypto::KeyHandle> key =
      x509::ImportPrivateKeyDer(*keys, der, crypto::Usage::kSign | crypto::Usage::kExport);
  if (!key.ok()) return;
  std::vector<uint8_t> out(der.size() + 2400 + x509::kPkcs8Overhead);
  const Result<size_t> size = x509::ExportPkcs8(*keys, *key, absl::MakeSpan(out));
  Expect(size.ok(), "what was imported can be exported");
  crypto::InlineKeyStore<1> others{crypto::DefaultDrivers()};
  Expect(x509::ImportPrivateKeyDer(*others, Bytes(out.data(), *size), crypto::Usage::kSign).ok(),
         "what was exported can be imported");
}

// With the password of the seeds; few iterations, so that each input is quick.
void TryEncrypted(Bytes der) {
  crypto::InlineKeyStore<1> keys{crypto::DefaultDrivers()};
  const auto key = x509::ImportEncryptedPrivateKeyDer(*keys, der, AsBytes("correct horse"),
                                                      crypto::Usage::kSign, 64);
  Expect(key.ok() || key.error().origin == Origin::kMisuse, "a file is never a peer's fault");
}

void Fuzz(std::string_view text) {
  x509::PemReader reader(text);
  int blocks = 0;
  for (;;) {
    const auto block = reader.Next();
    if (!block.ok() || !*block) break;
    ++blocks;
    std::vector<uint8_t> der((*block)->max_size());
    const Result<Bytes> decoded = x509::DecodePem(**block, absl::MakeSpan(der));
    if (!decoded.ok()) continue;
    std::vector<uint8_t> again(x509::PemSize((*block)->label, decoded->size()));
    const auto size = x509::EncodePem((*block)->label, *decoded, absl::MakeSpan(again));
    Expect(size.ok() && *size <= again.size(), "PemSize is enough");
    x509::PemReader second(AsText(Bytes(again.data(), *size)));
    const auto same = second.Next();
    Expect(same.ok() && *same && (*same)->label == (*block)->label, "a block is read as written");
    std::vector<uint8_t> twice((*same)->max_size());
    const Result<Bytes> bytes = x509::DecodePem(**same, absl::MakeSpan(twice));
    Expect(bytes.ok() && *bytes == *decoded, "bytes are read as written");
    TryKey(*decoded);
    TryEncrypted(*decoded);
  }
  if (blocks == 0) {
    TryKey(AsBytes(text));
    TryEncrypted(AsBytes(text));
  }
}

}  // namespace
}  // namespace merlon::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  merlon::fuzz::Fuzz(merlon::AsText({data, size}));
  return 0;
}
