// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the same handshake messages over a stream and over datagrams give the same.
#include <cstdio>

#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "fuzz/twins.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const merlon::fuzz::TwinOutcome outcome = merlon::fuzz::RunTwins({data, size});
  if (!outcome.finding.empty()) fprintf(stderr, "%s\n", outcome.finding.c_str());
  merlon::fuzz::Expect(outcome.finding.empty(), "streams and datagrams give the same");
  return 0;
}
