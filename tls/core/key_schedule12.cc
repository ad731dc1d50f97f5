// SPDX-License-Identifier: Apache-2.0
#include "tls/core/key_schedule12.h"

#include "crypto/tls12_prf.h"

namespace merlon::tls {
namespace {

// The implicit part of the nonce: all of it for ChaCha20-Poly1305 (RFC 7905 s2), 4 bytes for GCM
// and CCM (RFC 5288 s3, RFC 6655 s3).
size_t FixedIvSize(const crypto::AeadAlgorithm& aead) {
  return aead.id == crypto::AeadId::kChaCha20Poly1305 ? 12 : 4;
}

std::string_view LabelOf(const FinishedOf& finished) {
  return finished.client ? "client finished" : "server finished";
}

}  // namespace

MasterSecret DeriveMaster12(const crypto::HashAlgorithm& hash, Bytes premaster,
                            const MasterSeed& seed) {
  const Bytes pieces[] = {seed.first, seed.second};
  return MasterSecret(kMasterSecretSize, [&](MutableBytes out) {
    crypto::Tls12Prf(crypto::Hmac(hash, premaster), seed.label, pieces, out);
  });
}

KeyBlock DeriveKeyBlock(const crypto::Hmac& master, const crypto::AeadAlgorithm& aead,
                        Bytes client_random, Bytes server_random, const FinishedOf& next) {
  const size_t key = aead.key_size, iv = FixedIvSize(aead);
  const Bytes seed[] = {server_random, client_random};
  const Secret<2 * (32 + 12)> block(2 * (key + iv), [&](MutableBytes out) {
    crypto::Tls12PrfOfTwo(master, {"key expansion", seed, out},
                          {LabelOf(next), {&next.transcript_hash, 1}, next.out});
  });
  // client_write_key, server_write_key, client_write_IV, server_write_IV.
  const auto part = [&](size_t at, size_t size) { return Slice(block.reveal(), at, size); };
  return {.client = {.key = Secret<32>::CopyOf(part(0, key)),
                     .fixed_iv = Secret<12>::CopyOf(part(2 * key, iv))},
          .server = {.key = Secret<32>::CopyOf(part(key, key)),
                     .fixed_iv = Secret<12>::CopyOf(part(2 * key + iv, iv))}};
}

void VerifyData(const crypto::Hmac& master, const FinishedOf& finished) {
  crypto::Tls12Prf(master, LabelOf(finished), {&finished.transcript_hash, 1}, finished.out);
}

void ExportKeyingMaterial12(const crypto::Hmac& master, Bytes client_random, Bytes server_random,
                            std::string_view label, std::optional<Bytes> context,
                            MutableBytes out) {
  const size_t length = context.value_or(Bytes()).size();
  const uint8_t size[2] = {static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
  const Bytes seed[] = {client_random, server_random, size, context.value_or(Bytes())};
  const absl::Span<const Bytes> all(seed);
  crypto::Tls12Prf(master, label, context ? all : Slice(all, 0, 2), out);
}

}  // namespace merlon::tls
