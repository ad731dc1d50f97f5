// SPDX-License-Identifier: Apache-2.0
// The table of what was proved with whom: peer x version x direction x authentication. Printed when
// the tests of a program are over, and left beside their log.
#pragma once
#include <string>

namespace merlon::interop {

struct Meeting {
  std::string peer;            // and its version, where that is fixed
  std::string version;         // "TLS 1.3"
  std::string merlon;          // "client" or "server"
  std::string authentication;  // of whom, by what
};

// To be called by the test that proves it, with a few words; it counts when that test has passed.
void Prove(const Meeting& meeting, const std::string& what);

}  // namespace merlon::interop
