// SPDX-License-Identifier: Apache-2.0
// Reads an ASN.1 INTEGER with Merlon's strict DER reader, as a program outside of Merlon would.
#include <array>
#include <cstdint>
#include <cstdio>

#include "crypto/base/der.h"

int main() {
  const std::array<uint8_t, 3> der = {merlon::der::kInteger, 1, 42};
  merlon::DerReader reader(der);
  uint32_t value = 0;
  if (!reader.SmallInteger(&value) || !reader.done() || value != 42) {
    std::puts("42 was not read");
    return 1;
  }
  std::printf("read %u\n", value);
  return 0;
}
