// SPDX-License-Identifier: Apache-2.0
// OpenSSL's certificates, owned: for what compares the verifiers. Nothing else links it.
#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace merlon::x509::openssl {

struct Free {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(X509_STORE* x) const { X509_STORE_free(x); }
  void operator()(X509_STORE_CTX* x) const { X509_STORE_CTX_free(x); }
  void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
};
using X509Ptr = std::unique_ptr<X509, Free>;

// Null: it is not decoded, or bytes follow.
inline X509Ptr Decode(const std::string& der) {
  const auto* at = reinterpret_cast<const uint8_t*>(der.data());
  const auto* const end = at + der.size();
  X509Ptr out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return at == end ? std::move(out) : nullptr;
}

}  // namespace merlon::x509::openssl
