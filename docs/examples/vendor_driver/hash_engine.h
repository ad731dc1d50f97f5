// SPDX-License-Identifier: Apache-2.0
// Stands in for the hash engine of ACME's chip: one block at a time into a state that software may
// save and restore. On the real one these are writes to registers.
#pragma once
#include <cstdint>

extern "C" {
struct AcmeHashState {
  uint32_t words[8];
};
void acme_sha256_reset(struct AcmeHashState* state);
void acme_sha256_block(struct AcmeHashState* state, const uint8_t block[64]);
}
