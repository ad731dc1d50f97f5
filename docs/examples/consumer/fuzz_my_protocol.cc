// SPDX-License-Identifier: Apache-2.0
// A fuzz target of a user: an application's parser behind a TLS server, on Merlon's harness.
#include "fuzz/harness.h"

// The application: lines that begin with a digit.
static size_t lines = 0;
static void Parse(merlon::Bytes text) {
  for (uint8_t byte : text) lines += byte >= '0' && byte <= '9';
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto config = merlon::fuzz::FuzzWorld().ServerBuilder().AddAlpn("mine").Build();
  merlon::fuzz::RunServer({data, size}, **config, {.on_data = Parse});
  return 0;
}
