// SPDX-License-Identifier: Apache-2.0
#include "bench/crypto_peer.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>

#include <cstring>
#include <memory>
#include <vector>

#include "bench/table.h"

namespace merlon::bench::peer {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD* p) const { EVP_MD_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }
  void operator()(EVP_KDF_CTX* p) const { EVP_KDF_CTX_free(p); }
  void operator()(EVP_CIPHER* p) const { EVP_CIPHER_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};
// Shared: an Operation is copied.
template <class T>
std::shared_ptr<T> Own(T* object) {
  return std::shared_ptr<T>(object, Free());
}
using Key = std::shared_ptr<EVP_PKEY>;
using Buffer = std::shared_ptr<std::vector<uint8_t>>;

void Must(bool done, const char* what) {
  if (!done) ERR_print_errors_fp(stderr);
  Require(done, what);
}
Buffer Bytes(size_t size) { return std::make_shared<std::vector<uint8_t>>(size, uint8_t{0x5a}); }

Key NewKey(const char* name) {
  const bool curve = strncmp(name, "P-", 2) == 0;
  Key key = Own(curve ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name)
                      : EVP_PKEY_Q_keygen(nullptr, nullptr, name));
  Must(key != nullptr, name);
  return key;
}

// ---- AEADs --------------------------------------------------------------------------------------

struct Cipher {
  std::shared_ptr<EVP_CIPHER_CTX> context;
  bool seal, ccm;
  int tag_size;
  uint64_t number = 0;
};

Cipher NewCipher(const char* name, size_t tag_size, bool seal) {
  const auto cipher = Own(EVP_CIPHER_fetch(nullptr, name, nullptr));
  Must(cipher != nullptr, name);
  const bool ccm = EVP_CIPHER_get_mode(cipher.get()) == EVP_CIPH_CCM_MODE;
  Cipher out{Own(EVP_CIPHER_CTX_new()), seal, ccm, static_cast<int>(tag_size)};
  EVP_CIPHER_CTX* const c = out.context.get();
  const uint8_t key[32] = {1};
  Must(EVP_CipherInit_ex(c, cipher.get(), nullptr, nullptr, nullptr, seal ? 1 : 0) == 1, name);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, nullptr);
  if (ccm) EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, out.tag_size, nullptr);
  Must(EVP_CipherInit_ex(c, nullptr, nullptr, key, nullptr, seal ? 1 : 0) == 1, name);
  return out;
}

// In place; CCM has to know its length and its tag in advance.
void Crypt(Cipher& cipher, uint64_t number, uint8_t* text, size_t text_size, uint8_t* tag) {
  EVP_CIPHER_CTX* const c = cipher.context.get();
  uint8_t iv[12] = {};
  memcpy(iv + 4, &number, sizeof number);
  const uint8_t ad[13] = {};
  const int size = static_cast<int>(text_size);
  int written = 0;
  bool good = EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, iv, cipher.seal ? 1 : 0) == 1;
  if (!cipher.seal) EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, cipher.tag_size, tag);
  if (cipher.ccm) good &= EVP_CipherUpdate(c, nullptr, &written, nullptr, size) == 1;
  good &= EVP_CipherUpdate(c, nullptr, &written, ad, sizeof ad) == 1;
  good &= EVP_CipherUpdate(c, text, &written, text, size) == 1;
  if (!cipher.ccm) good &= EVP_CipherFinal_ex(c, text + size, &written) == 1;
  if (cipher.seal) {
    good &= EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, cipher.tag_size, tag) == 1;
  }
  Must(good, "a message");
}

// ---- Signatures ---------------------------------------------------------------------------------

Key KeyOf(const Scheme& scheme) {
  if (scheme.rsa.empty()) return NewKey(scheme.key);
  const auto* bytes = reinterpret_cast<const uint8_t*>(scheme.rsa.data());
  Key key =
      Own(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &bytes, static_cast<long>(scheme.rsa.size())));
  Must(key != nullptr, "an RSA key");
  return key;
}

struct Signing {
  Signing(const Scheme& scheme, const Key& with, std::string_view to_sign, bool sign)
      : key(with), message(to_sign) {
    if (scheme.digest == nullptr) {  // EdDSA takes the message
      whole = Own(EVP_MD_CTX_new());
      const auto init = sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
      Must(init(whole.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1, "a key");
      return;
    }
    digest = Own(EVP_MD_fetch(nullptr, scheme.digest, nullptr));
    hasher = Own(EVP_MD_CTX_new());
    context = Own(EVP_PKEY_CTX_new(key.get(), nullptr));
    EVP_PKEY_CTX* const c = context.get();
    Must((sign ? EVP_PKEY_sign_init(c) : EVP_PKEY_verify_init(c)) == 1, "a key");
    if (scheme.rsa.empty()) return;
    const int padding = scheme.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    Must(EVP_PKEY_CTX_set_rsa_padding(c, padding) == 1 &&
             EVP_PKEY_CTX_set_signature_md(c, digest.get()) == 1 &&
             (!scheme.pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_DIGEST) == 1),
         "a scheme");
  }
  const uint8_t* bytes() const { return reinterpret_cast<const uint8_t*>(message.data()); }
  // The digest of the message; its size.
  size_t Digest(uint8_t* out) const {
    unsigned size = 0;
    Must(EVP_DigestInit_ex2(hasher.get(), digest.get(), nullptr) == 1 &&
             EVP_DigestUpdate(hasher.get(), bytes(), message.size()) == 1 &&
             EVP_DigestFinal_ex(hasher.get(), out, &size) == 1,
         "a hash");
    return size;
  }
  size_t Make(uint8_t* out, size_t size) const {
    if (whole != nullptr) {
      Must(EVP_DigestSign(whole.get(), out, &size, bytes(), message.size()) == 1, "a signature");
      return size;
    }
    uint8_t hash[EVP_MAX_MD_SIZE];
    const size_t hash_size = Digest(hash);
    Must(EVP_PKEY_sign(context.get(), out, &size, hash, hash_size) == 1, "a signature");
    return size;
  }
  void Check(const std::vector<uint8_t>& signature) const {
    if (whole != nullptr) {
      Must(EVP_DigestVerify(whole.get(), signature.data(), signature.size(), bytes(),
                            message.size()) == 1,
           "a signature verifies");
      return;
    }
    uint8_t hash[EVP_MAX_MD_SIZE];
    const size_t size = Digest(hash);
    Must(EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash, size) == 1,
         "a signature verifies");
  }

  Key key;
  std::string message;
  std::shared_ptr<EVP_MD_CTX> whole, hasher;
  std::shared_ptr<EVP_MD> digest;
  std::shared_ptr<EVP_PKEY_CTX> context;
};

}  // namespace

Operation Hash(const char* name, size_t size) {
  const auto digest = Own(EVP_MD_fetch(nullptr, name, nullptr));
  Must(digest != nullptr, name);
  const auto context = Own(EVP_MD_CTX_new());
  return [=, in = Bytes(size)] {
    uint8_t out[EVP_MAX_MD_SIZE];
    Must(EVP_DigestInit_ex2(context.get(), digest.get(), nullptr) == 1 &&
             EVP_DigestUpdate(context.get(), in->data(), in->size()) == 1 &&
             EVP_DigestFinal_ex(context.get(), out, nullptr) == 1,
         "a hash");
  };
}

Operation Hmac(const char* name, size_t size) {
  EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  const auto context = Own(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(name), 0),
      OSSL_PARAM_construct_end()};
  const uint8_t key[32] = {1};
  Must(EVP_MAC_init(context.get(), key, sizeof key, parameters) == 1, "a key");
  return [context, in = Bytes(size)] {
    uint8_t out[EVP_MAX_MD_SIZE];
    size_t written = 0;
    Must(EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1 &&
             EVP_MAC_update(context.get(), in->data(), in->size()) == 1 &&
             EVP_MAC_final(context.get(), out, &written, sizeof out) == 1,
         "a MAC");
  };
}

Operation HkdfExpand(const char* name, size_t info_size) {
  EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  const auto context = Own(EVP_KDF_CTX_new(kdf));
  EVP_KDF_free(kdf);
  const auto digest = Own(EVP_MD_fetch(nullptr, name, nullptr));
  const auto size = static_cast<size_t>(EVP_MD_get_size(digest.get()));
  const Buffer key = Bytes(size), info = Bytes(info_size);
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(name), 0),
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key->data(), size),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info->data(), info_size),
      OSSL_PARAM_construct_end()};
  Must(EVP_KDF_CTX_set_params(context.get(), parameters) == 1, "HKDF");
  return [context, size] {
    uint8_t out[EVP_MAX_MD_SIZE];
    Must(EVP_KDF_derive(context.get(), out, size, nullptr) == 1, "HKDF");
  };
}

Operation Seal(const char* name, size_t tag_size, size_t size) {
  return [cipher = NewCipher(name, tag_size, true), text = Bytes(size + tag_size), size]() mutable {
    Crypt(cipher, cipher.number++, text->data(), size, text->data() + size);
  };
}

Operation Open(const char* name, size_t tag_size, size_t size) {
  Cipher seal = NewCipher(name, tag_size, true);
  const Buffer sealed = Bytes(size + tag_size), text = Bytes(size + tag_size);
  Crypt(seal, 7, sealed->data(), size, sealed->data() + size);
  return [cipher = NewCipher(name, tag_size, false), sealed, text, size]() mutable {
    memcpy(text->data(), sealed->data(), sealed->size());
    Crypt(cipher, 7, text->data(), size, text->data() + size);
  };
}

Operation Generate(const char* group) {
  const auto context = Own(EVP_PKEY_CTX_new(NewKey(group).get(), nullptr));
  Must(EVP_PKEY_keygen_init(context.get()) == 1, group);
  return [context] {
    EVP_PKEY* made = nullptr;
    Must(EVP_PKEY_keygen(context.get(), &made) == 1, "a share");
    EVP_PKEY_free(made);
  };
}

Operation Agree(const char* group) {
  const Key ours = NewKey(group), theirs = NewKey(group);
  const auto context = Own(EVP_PKEY_CTX_new(ours.get(), nullptr));
  Must(EVP_PKEY_derive_init(context.get()) == 1 &&
           EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1,
       group);
  return [ours, theirs, context] {
    uint8_t secret[66];
    size_t size = sizeof secret;
    Must(EVP_PKEY_derive(context.get(), secret, &size) == 1, "a secret");
  };
}

std::string RsaKey(unsigned bits) {
  const Key key = Own(EVP_RSA_gen(bits));
  uint8_t* der = nullptr;
  const int size = i2d_PrivateKey(key.get(), &der);
  Must(size > 0, "an RSA key");
  std::string out(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return out;
}

Operation Sign(const Scheme& scheme, std::string_view message) {
  return [signing = Signing(scheme, KeyOf(scheme), message, true)] {
    uint8_t out[512];
    signing.Make(out, sizeof out);
  };
}

Operation Verify(const Scheme& scheme, std::string_view message) {
  const Key key = KeyOf(scheme);
  const Signing signing(scheme, key, message, true);
  std::vector<uint8_t> signature(512);
  signature.resize(signing.Make(signature.data(), signature.size()));
  const Signing verifying(scheme, key, message, false);
  return [verifying, signature] { verifying.Check(signature); };
}

}  // namespace merlon::bench::peer
