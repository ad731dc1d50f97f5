// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a TLS client, and what a server may send to it.
#include "fuzz/entry.h"
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  merlon::fuzz::FuzzClient({data, size});
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  return merlon::fuzz::MutateScript(data, size, max_size, merlon::fuzz::kScenarioBytes, seed);
}
