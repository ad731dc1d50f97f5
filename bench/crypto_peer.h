// SPDX-License-Identifier: Apache-2.0
// OpenSSL's libcrypto, an operation at a time, with contexts made and keys decoded beforehand:
// what remains is what it computes. Nothing but a benchmark links it.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"

namespace merlon::bench {

// One go, which ends the program when it fails; empty: OpenSSL has no such thing.
using Operation = std::function<void()>;

namespace peer {

// Its own names: "SHA256", "AES-128-GCM", "X25519", "P-256", "ED25519".
Operation Hash(const char* digest, size_t size);
Operation Hmac(const char* digest, size_t size);
// HKDF-Expand of one block of the hash with `info_size` bytes of info.
Operation HkdfExpand(const char* digest, size_t info_size);
// One message in place, with 13 bytes of additional data.
Operation Seal(const char* cipher, size_t tag_size, size_t size);
Operation Open(const char* cipher, size_t tag_size, size_t size);
Operation Generate(const char* group);
Operation Agree(const char* group);

// A PKCS#1 key of so many bits, made here for both.
std::string RsaKey(unsigned bits);
struct Scheme {
  const char* key;     // a curve's name, or one of EdDSA
  std::string rsa;     // instead: what RsaKey gave
  const char* digest;  // null: a part of the scheme
  bool pss = false;
};
Operation Sign(const Scheme& scheme, std::string_view message);
Operation Verify(const Scheme& scheme, std::string_view message);

}  // namespace peer
}  // namespace merlon::bench
