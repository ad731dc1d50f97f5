// SPDX-License-Identifier: Apache-2.0
#include "hash_engine.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace {

// FIPS 180-4 s4.2.2: the fraction of a root of the n-th prime, 32 bits of it.
struct Constants {
  uint32_t k[64], h[8];
  Constants() {
    int n = 0;
    for (int candidate = 2; n < 64; ++candidate) {
      bool prime = true;
      for (int d = 2; d * d <= candidate; ++d) prime = prime && candidate % d != 0;
      if (!prime) continue;
      const auto fraction = [](long double root) {
        return static_cast<uint32_t>((root - std::floor(root)) * 4294967296.0L);
      };
      k[n] = fraction(std::cbrt(static_cast<long double>(candidate)));
      if (n < 8) h[n] = fraction(std::sqrt(static_cast<long double>(candidate)));
      ++n;
    }
  }
};
const Constants& Rom() {
  static const Constants rom;
  return rom;
}

}  // namespace

extern "C" void acme_sha256_reset(AcmeHashState* state) {
  memcpy(state->words, Rom().h, sizeof(state->words));
}

// FIPS 180-4 s6.2.2.
extern "C" void acme_sha256_block(AcmeHashState* state, const uint8_t block[64]) {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i) {
    w[i] = uint32_t{block[4 * i]} << 24 | uint32_t{block[4 * i + 1]} << 16 |
           uint32_t{block[4 * i + 2]} << 8 | block[4 * i + 3];
  }
  for (int i = 16; i < 64; ++i) {
    const uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  uint32_t s[8];
  memcpy(s, state->words, sizeof(s));
  for (int i = 0; i < 64; ++i) {
    const uint32_t t1 = s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                        ((s[4] & s[5]) ^ (~s[4] & s[6])) + Rom().k[i] + w[i];
    const uint32_t t2 = (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) +
                        ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof(s[0]));
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; ++i) state->words[i] += s[i];
}
