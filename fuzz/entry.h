// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls in a target and offers to it, declared. Without libFuzzer run_seeds.cc does.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed);
// libFuzzer's own changes, to be mixed with a target's.
size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

}  // extern "C"
