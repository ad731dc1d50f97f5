// SPDX-License-Identifier: Apache-2.0
#include "bench/openssl_peer.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <vector>

#include "bench/table.h"

namespace merlon::bench {
namespace {

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Ctx = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Freer<SSL_free>>;
using Session = std::unique_ptr<SSL_SESSION, Freer<SSL_SESSION_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyCtx = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using Md = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using CipherCtx = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using Cert = std::unique_ptr<X509, Freer<X509_free>>;

void Must(bool done, const char* what) {
  if (!done) ERR_print_errors_fp(stderr);
  Require(done, what);
}

// ---- Heap --------------------------------------------------------------------------------------

struct Heap {
  size_t bytes = 0, allocations = 0;
} heap;
constexpr size_t kHeader = 16;  // keeps the alignment of malloc

void* Allocate(size_t size, const char*, int) {
  auto* const block = static_cast<size_t*>(malloc(size + kHeader));
  if (block == nullptr) return nullptr;
  *block = size;
  heap.bytes += size;
  ++heap.allocations;
  return reinterpret_cast<char*>(block) + kHeader;
}
void Free(void* pointer, const char*, int) {
  if (pointer == nullptr) return;
  auto* const block = reinterpret_cast<size_t*>(static_cast<char*>(pointer) - kHeader);
  heap.bytes -= *block;
  free(block);
}
void* Reallocate(void* pointer, size_t size, const char* file, int line) {
  if (pointer == nullptr) return Allocate(size, file, line);
  auto* const block = reinterpret_cast<size_t*>(static_cast<char*>(pointer) - kHeader);
  const size_t before = *block;
  auto* const moved = static_cast<size_t*>(realloc(block, size + kHeader));
  if (moved == nullptr) return nullptr;
  *moved = size;
  heap.bytes += size - before;
  ++heap.allocations;
  return reinterpret_cast<char*>(moved) + kHeader;
}
// Before OpenSSL allocates anything.
const int kCounted = CRYPTO_set_mem_functions(Allocate, Reallocate, Free);

// ---- A link of datagrams -----------------------------------------------------------------------

using Datagrams = std::deque<std::vector<uint8_t>>;
struct Ends {
  Datagrams* in;
  Datagrams* out;
};
int WriteDatagram(BIO* bio, const char* data, int size) {
  static_cast<Ends*>(BIO_get_data(bio))->out->emplace_back(data, data + size);
  return size;
}
int ReadDatagram(BIO* bio, char* out, int room) {
  BIO_clear_retry_flags(bio);
  Datagrams& in = *static_cast<Ends*>(BIO_get_data(bio))->in;
  if (in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const size_t size = std::min(in.front().size(), static_cast<size_t>(room));
  std::copy_n(in.front().begin(), size, out);
  in.pop_front();
  return static_cast<int>(size);
}
BIO_METHOD* DatagramMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
    BIO_meth_set_write(made, WriteDatagram);
    BIO_meth_set_read(made, ReadDatagram);
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long {
      return command == BIO_CTRL_FLUSH ? 1 : 0;
    });
    BIO_meth_set_create(made, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method;
}

// ---- Credentials -------------------------------------------------------------------------------

Cert CertificateOf(const std::string& der) {
  const auto* at = reinterpret_cast<const uint8_t*>(der.data());
  Cert out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  Must(out != nullptr, "a certificate");
  return out;
}

// RFC 5915's ECPrivateKey of prime256v1, without the public key.
Key PrivateKeyOf(const std::string& scalar) {
  const std::string der = std::string("\x30\x31\x02\x01\x01\x04\x20", 7) + scalar +
                          std::string("\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 12);
  const auto* at = reinterpret_cast<const uint8_t*>(der.data());
  Key out(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  Must(out != nullptr, "a private key");
  return out;
}

Ctx NewContext(const HandshakeKind& kind, bool server) {
  const SSL_METHOD* const method = kind.datagrams
                                       ? (server ? DTLS_server_method() : DTLS_client_method())
                                       : (server ? TLS_server_method() : TLS_client_method());
  const int version = kind.datagrams ? DTLS1_2_VERSION
                      : kind.tls12   ? TLS1_2_VERSION
                                     : TLS1_3_VERSION;
  Ctx out(SSL_CTX_new(method));
  Must(out != nullptr && SSL_CTX_set_min_proto_version(out.get(), version) == 1 &&
           SSL_CTX_set_max_proto_version(out.get(), version) == 1 &&
           SSL_CTX_set1_groups_list(out.get(), "X25519:P-256") == 1 &&
           SSL_CTX_set1_sigalgs_list(out.get(), "ECDSA+SHA256") == 1 &&
           SSL_CTX_set_ciphersuites(out.get(), "TLS_AES_128_GCM_SHA256") == 1 &&
           SSL_CTX_set_cipher_list(out.get(), "ECDHE-ECDSA-AES128-GCM-SHA256") == 1,
       "a context");
  SSL_CTX_set_session_cache_mode(out.get(), SSL_SESS_CACHE_OFF);
  if (kind.datagrams) SSL_CTX_set_options(out.get(), SSL_OP_NO_QUERY_MTU);
  return out;
}

void Use(SSL_CTX* context, const EndCredential& credential) {
  Must(SSL_CTX_use_certificate(context, CertificateOf(credential.certificate).get()) == 1 &&
           SSL_CTX_use_PrivateKey(context, PrivateKeyOf(credential.private_key).get()) == 1,
       "a credential");
}

void Trust(SSL_CTX* context, const std::string& ca_der, int mode) {
  Must(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), CertificateOf(ca_der).get()) == 1,
       "an anchor");
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context),
                             tls::testing::kTestTime.time_since_epoch() / std::chrono::seconds(1));
  SSL_CTX_set_verify(context, mode, nullptr);
}

}  // namespace

// ---- One kind of handshake ---------------------------------------------------------------------

class OpenSslPeer::Contexts {
 public:
  Contexts(const HandshakeKind& kind, TimedWorld& world)
      : kind_(kind), client_(NewContext(kind, false)), server_(NewContext(kind, true)) {
    const std::string& ca = world.world().ca_der();
    Trust(client_.get(), ca, SSL_VERIFY_PEER);
    Use(server_.get(), world.server());
    if (kind.mode != HandshakeMode::kMutual) return;
    Trust(server_.get(), ca, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    Use(client_.get(), world.client());
  }

  // `inspect` looks at the established ends.
  template <class Inspect>
  PeerTimes Run(Inspect inspect) {
    PeerTimes times;
    const Ssl server(Timed(times.server, [&] { return SSL_new(server_.get()); }));
    const Ssl client(Timed(times.client, [&] { return SSL_new(client_.get()); }));
    Must(client != nullptr && server != nullptr, "a connection");
    Datagrams to_server, to_client;
    Ends client_ends{&to_client, &to_server}, server_ends{&to_server, &to_client};
    kind_.datagrams ? ConnectDatagrams(client.get(), &client_ends, server.get(), &server_ends)
                    : ConnectStreams(client.get(), server.get());
    SSL_set_accept_state(server.get());
    Timed(times.client, [&] {
      SSL_set_connect_state(client.get());
      Must(SSL_set_tlsext_host_name(client.get(), tls::testing::kServerName) == 1 &&
               SSL_set1_host(client.get(), tls::testing::kServerName) == 1,
           "a name");
      if (session_) Must(SSL_set_session(client.get(), session_.get()) == 1, "a session");
      return true;
    });
    bool client_done = false, server_done = false;
    for (int rounds = 0; !client_done || !server_done; ++rounds) {
      Must(rounds < 10, "a handshake of OpenSSL");
      client_done = Step(client.get(), times.client);
      server_done = Step(server.get(), times.server);
    }
    char byte;
    Timed(times.client, [&] { return SSL_read(client.get(), &byte, 1); });  // tickets
    Must((SSL_session_reused(client.get()) == 1) == (session_ != nullptr), "a resumption");
    inspect();
    // Closed in order, or the session is thought to be broken and not resumed again.
    SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_set_shutdown(server.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    if (kind_.mode == HandshakeMode::kResumed && !session_) {
      session_.reset(SSL_get1_session(client.get()));
      return Run(inspect);
    }
    return times;
  }

 private:
  template <class Function>
  static auto Timed(double& seconds, Function function) {
    const double start = Seconds();
    const auto result = function();
    seconds += Seconds() - start - ClockCost();
    return result;
  }
  static bool Step(SSL* ssl, double& seconds) {
    if (SSL_is_init_finished(ssl)) return true;
    const int done = Timed(seconds, [&] { return SSL_do_handshake(ssl); });
    if (done == 1) return true;
    Must(SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ, "SSL_do_handshake");
    return false;
  }
  static void ConnectStreams(SSL* client, SSL* server) {
    BIO* const to_server = BIO_new(BIO_s_mem());
    BIO* const to_client = BIO_new(BIO_s_mem());
    for (BIO* bio : {to_server, to_client}) {
      BIO_set_mem_eof_return(bio, -1);
      BIO_up_ref(bio);
    }
    SSL_set_bio(client, to_client, to_server);
    SSL_set_bio(server, to_server, to_client);
  }
  static void ConnectDatagrams(SSL* client, Ends* client_ends, SSL* server, Ends* server_ends) {
    for (const auto& [ssl, ends] :
         {std::pair(client, client_ends), std::pair(server, server_ends)}) {
      BIO* const bio = BIO_new(DatagramMethod());
      BIO_set_data(bio, ends);
      SSL_set_bio(ssl, bio, bio);
      SSL_set_mtu(ssl, 16384);
    }
  }

  const HandshakeKind kind_;
  const Ctx client_, server_;
  Session session_;
};

OpenSslPeer::OpenSslPeer(TimedWorld& world) : world_(world) {}
OpenSslPeer::~OpenSslPeer() = default;

const char* OpenSslPeer::Version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

// 3.0 has no DTLS 1.3. An external PSK takes callbacks that nobody would compare.
bool OpenSslPeer::Supports(const HandshakeKind& kind) {
  return kind.mode != HandshakeMode::kExternalPsk && kind.mode != HandshakeMode::kHybrid &&
         (kind.tls12 || !kind.datagrams);
}

OpenSslPeer::Contexts& OpenSslPeer::ContextsFor(const HandshakeKind& kind) {
  for (auto& [known, contexts] : contexts_) {
    if (known == kind) return *contexts;
  }
  contexts_.emplace_back(kind, std::make_unique<Contexts>(kind, world_));
  return *contexts_.back().second;
}

PeerTimes OpenSslPeer::Handshake(const HandshakeKind& kind) {
  return ContextsFor(kind).Run([] {});
}

PeerMemory OpenSslPeer::Memory(const HandshakeKind& kind) {
  Contexts& contexts = ContextsFor(kind);
  (void)contexts.Run([] {});  // what is made once
  Must(kCounted == 1, "counting of OpenSSL's heap");
  const Heap before = heap;
  PeerMemory out;
  (void)contexts.Run([&] {
    out.idle = static_cast<double>(heap.bytes - before.bytes) / 2;
    out.allocations = static_cast<double>(heap.allocations - before.allocations);
  });
  return out;
}

std::array<double, kAsymmetricKinds> OpenSslPeer::TimeAsymmetric() {
  const KeyCtx generating(EVP_PKEY_CTX_new_id(EVP_PKEY_X25519, nullptr));
  Must(EVP_PKEY_keygen_init(generating.get()) == 1, "key generation");
  EVP_PKEY* made = nullptr;
  const double start = Seconds();
  Must(EVP_PKEY_keygen(generating.get(), &made) == 1, "a share");
  const double generated = Seconds();
  const Key share(made);
  made = nullptr;
  Must(EVP_PKEY_keygen(generating.get(), &made) == 1, "a share");
  const Key other(made);

  uint8_t secret[32];
  size_t size = sizeof secret;
  const KeyCtx deriving(EVP_PKEY_CTX_new(share.get(), nullptr));
  Must(EVP_PKEY_derive_init(deriving.get()) == 1 &&
           EVP_PKEY_derive_set_peer(deriving.get(), other.get()) == 1,
       "a key exchange");
  const double agreeing = Seconds();
  Must(EVP_PKEY_derive(deriving.get(), secret, &size) == 1, "a secret");
  const double agreed = Seconds();

  static const Key key = PrivateKeyOf(world_.server().private_key);
  const std::string message(130, 'm');
  const auto* const bytes = reinterpret_cast<const uint8_t*>(message.data());
  uint8_t signature[80];
  size = sizeof signature;
  const Md signing(EVP_MD_CTX_new()), checking(EVP_MD_CTX_new());
  Must(EVP_DigestSignInit(signing.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerifyInit(checking.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1,
       "a signature");
  const double begin_sign = Seconds();
  Must(EVP_DigestSign(signing.get(), signature, &size, bytes, message.size()) == 1, "a signature");
  const double has_signed = Seconds();
  Must(EVP_DigestVerify(checking.get(), signature, size, bytes, message.size()) == 1,
       "a signature");
  const double verified = Seconds();
  const double clock = ClockCost();
  return {generated - start - clock, agreed - agreeing - clock, has_signed - begin_sign - clock,
          verified - has_signed - clock};
}

// ---- AEADs -------------------------------------------------------------------------------------

namespace {

// One message; false: it did not open. CCM has to know its length and its tag in advance.
bool Crypt(EVP_CIPHER_CTX* context, bool seal, bool ccm, uint64_t number, Bytes in, uint8_t* out,
           MutableBytes tag) {
  uint8_t iv[12] = {};
  memcpy(iv + 4, &number, sizeof number);
  const uint8_t ad[13] = {};
  const int size = static_cast<int>(in.size()), tag_size = static_cast<int>(tag.size());
  int written = 0;
  if (EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv, seal ? 1 : 0) != 1) return false;
  if (!seal) EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data());
  if (ccm && EVP_CipherUpdate(context, nullptr, &written, nullptr, size) != 1) return false;
  if (EVP_CipherUpdate(context, nullptr, &written, ad, sizeof ad) != 1 ||
      EVP_CipherUpdate(context, out, &written, in.data(), size) != 1) {
    return false;
  }
  if (!ccm && EVP_CipherFinal_ex(context, out + size, &written) != 1) return false;
  return !seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_size, tag.data()) == 1;
}

}  // namespace

std::optional<RecordSpeed> OpenSslAead(const char* name, size_t key_size, size_t tag_size,
                                       size_t message_size, double seconds) {
  EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  if (cipher == nullptr) return std::nullopt;
  const bool ccm = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_CCM_MODE;
  const std::vector<uint8_t> key(key_size, 1);
  const CipherCtx sealing(EVP_CIPHER_CTX_new()), opening(EVP_CIPHER_CTX_new());
  for (const auto& [context, seal] : {std::pair(sealing.get(), 1), std::pair(opening.get(), 0)}) {
    Must(EVP_CipherInit_ex(context, cipher, nullptr, nullptr, nullptr, seal) == 1, "a cipher");
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, 12, nullptr);
    if (ccm) {
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size), nullptr);
    }
    Must(EVP_CipherInit_ex(context, nullptr, nullptr, key.data(), nullptr, seal) == 1, "a key");
  }
  EVP_CIPHER_free(cipher);
  uint64_t sealed = 0, opened = 0;
  return TimeRecords(
      message_size,
      [&](Bytes plaintext, MutableBytes out) {
        const MutableBytes tag = Slice(out, plaintext.size(), tag_size);
        Must(Crypt(sealing.get(), true, ccm, sealed++, plaintext, out.data(), tag), "sealing");
        return plaintext.size() + tag_size;
      },
      [&](MutableBytes record) {
        const size_t size = record.size() - tag_size;
        Must(Crypt(opening.get(), false, ccm, opened++, Slice(record, 0, size), record.data(),
                   Slice(record, size)),
             "opening");
      },
      seconds);
}

}  // namespace merlon::bench
