// SPDX-License-Identifier: Apache-2.0
#include "acme_hash.h"

#include <algorithm>
#include <cstring>

#include "hash_engine.h"

namespace acme {
namespace {

using merlon::Bytes;
using merlon::MutableBytes;

// What Merlon keeps for a hash in progress, and copies to fork it: plain data, no pointers.
struct Context {
  AcmeHashState state;
  uint64_t total;  // bytes
  uint8_t block[64];
};

void Start(void* context) {
  auto& c = *static_cast<Context*>(context);
  acme_sha256_reset(&c.state);
  c.total = 0;
}

void Update(void* context, Bytes data) {
  auto& c = *static_cast<Context*>(context);
  while (!data.empty()) {
    const size_t filled = c.total % sizeof(c.block);
    const size_t take = std::min(sizeof(c.block) - filled, data.size());
    memcpy(c.block + filled, data.data(), take);
    data.remove_prefix(take);
    c.total += take;
    if (filled + take == sizeof(c.block)) acme_sha256_block(&c.state, c.block);
  }
}

// FIPS 180-4 s5.1.1: a one, zeros, and the number of bits.
void Finish(void* context, MutableBytes out) {
  auto& c = *static_cast<Context*>(context);
  const uint64_t bits = c.total * 8;
  const size_t filled = c.total % sizeof(c.block);
  uint8_t padding[72] = {0x80};
  const size_t size = (filled < 56 ? 56 : 120) - filled;
  for (size_t i = 0; i < 8; ++i) padding[size + i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  Update(context, Bytes(padding, size + 8));
  for (size_t i = 0; i < 32; ++i) {
    out[i] = static_cast<uint8_t>(c.state.words[i / 4] >> (24 - 8 * (i % 4)));
  }
}

constexpr const merlon::crypto::HashAlgorithm* kHashes[] = {&kSha256};

}  // namespace

const merlon::crypto::HashAlgorithm kSha256 = {.id = merlon::crypto::HashId::kSha256,
                                               .size = 32,
                                               .block_size = 64,
                                               .context_size = sizeof(Context),
                                               .start = Start,
                                               .update = Update,
                                               .finish = Finish};
const merlon::crypto::Driver kHashDriver = {
    .name = "acme", .location = merlon::crypto::kLocalStorage, .hashes = kHashes};

}  // namespace acme
