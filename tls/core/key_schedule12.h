// SPDX-License-Identifier: Apache-2.0
// The key schedule of TLS 1.2 (RFC 5246 s5, s6.3, s8.1; RFC 7627): pre-master secret to master
// secret to key block, and what else the PRF gives. When each is due is for the states to say.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/aead.h"
#include "crypto/base/secret.h"
#include "crypto/hash.h"
#include "crypto/mac.h"
#include "record/traffic_keys.h"

namespace merlon::tls {

inline constexpr size_t kMasterSecretSize = 48;  // bytes (RFC 5246 s8.1)
inline constexpr size_t kVerifyDataSize12 = 12;  // bytes (RFC 5246 s7.4.9)
inline constexpr size_t kHelloRandomSize = 32;   // bytes
using MasterSecret = Secret<kMasterSecretSize>;

// What a master secret is derived with besides the pre-master secret: the label, and the session
// hash (RFC 7627 s4) or, without extended master secret, client and server random (RFC 5246 s8.1).
struct MasterSeed {
  std::string_view label;
  Bytes first, second;
};
constexpr MasterSeed ExtendedMasterSeed(Bytes session_hash) {
  return {"extended master secret", session_hash, {}};
}
constexpr MasterSeed PlainMasterSeed(Bytes client_random, Bytes server_random) {
  return {"master secret", client_random, server_random};
}

MasterSecret DeriveMaster12(const crypto::HashAlgorithm& hash, Bytes premaster,
                            const MasterSeed& seed);

// The two halves of a key block.
struct KeyBlock {
  record::KeyBlockHalf client, server;
};
// What follows is made with the master secret as the key of the PRF's HMAC.
inline crypto::Hmac PrfOf(const crypto::HashAlgorithm& hash, const MasterSecret& master) {
  return crypto::Hmac(hash, master.reveal());
}

// A Finished (RFC 5246 s7.4.9): its verify_data, kVerifyDataSize12 bytes, goes to `out`.
struct FinishedOf {
  bool client;
  Bytes transcript_hash;
  MutableBytes out;
};
void VerifyData(const crypto::Hmac& master, const FinishedOf& finished);

// RFC 5246 s6.3: without MAC keys, since every suite here is an AEAD. And the verify_data of the
// Finished that comes next, which takes less time along with it.
KeyBlock DeriveKeyBlock(const crypto::Hmac& master, const crypto::AeadAlgorithm& aead,
                        Bytes client_random, Bytes server_random, const FinishedOf& next);

// Keying material exporters (RFC 5705 s4): no context and an empty one give different bytes.
void ExportKeyingMaterial12(const crypto::Hmac& master, Bytes client_random, Bytes server_random,
                            std::string_view label, std::optional<Bytes> context, MutableBytes out);

}  // namespace merlon::tls
