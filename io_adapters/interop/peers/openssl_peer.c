// SPDX-License-Identifier: Apache-2.0
// A client and a server over OpenSSL 3; plumbing.h says how it is used.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "io_adapters/interop/peers/talk.h"

static Options g;
static SSL_CTX* ctx;
static SSL_SESSION* newest;  // a client's: of the newest ticket, or by ID

static int Failed(const char* what) {
  char text[256] = "the connection broke";
  const unsigned long error = ERR_get_error();
  if (error != 0) ERR_error_string_n(error, text, sizeof(text));
  printf("failed: %s: %s\n", what, text);
  return 0;
}

static void Must(const char* what, int done) {
  if (done == 1) return;
  Failed(what);
  exit(1);
}

static unsigned int ClientPsk(SSL* ssl, const char* hint, char* identity, unsigned int room,
                              unsigned char* key, unsigned int key_room) {
  (void)ssl, (void)hint;
  return GivePsk(&g, identity, room, key, key_room);
}

static unsigned int ServerPsk(SSL* ssl, const char* identity, unsigned char* key,
                              unsigned int key_room) {
  (void)ssl;
  return LookUpPsk(&g, identity, key, key_room);
}

static int KeepSession(SSL* ssl, SSL_SESSION* session) {
  (void)ssl;
  SSL_SESSION_free(newest);
  newest = session;
  return 1;  // it is ours now
}

static int ChooseAlpn(SSL* ssl, const unsigned char** out, unsigned char* size,
                      const unsigned char* in, unsigned int in_size, void* own) {
  unsigned char* chosen;
  (void)ssl;
  if (SSL_select_next_proto(&chosen, size, (const unsigned char*)own,
                            (unsigned int)strlen((const char*)own), in,
                            in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

static int MakeCookie(SSL* ssl, unsigned char* cookie, unsigned int* size) {
  (void)ssl;
  memcpy(cookie, "a cookie", 8);
  *size = 8;
  return 1;
}

static int CheckCookie(SSL* ssl, const unsigned char* cookie, unsigned int size) {
  (void)ssl;
  return size == 8 && memcmp(cookie, "a cookie", 8) == 0;
}

static void ChooseAlpnNames(SSL_CTX* ctx) {
  static char names[64];
  snprintf(names, sizeof(names), "%c%s", (int)strlen(g.alpn), g.alpn);
  if (g.is_server) {
    SSL_CTX_set_alpn_select_cb(ctx, ChooseAlpn, names);
  } else if (SSL_CTX_set_alpn_protos(ctx, (const unsigned char*)names,
                                     (unsigned int)strlen(names)) != 0) {
    Die("alpn=");
  }
}

static void ChooseGroups(SSL_CTX* ctx) {
  char names[64];
  snprintf(names, sizeof(names), "%s", g.groups);
  for (char* at = names; *at != 0; ++at) {
    if (*at == ',') *at = ':';
  }
  Must(g.groups, (int)SSL_CTX_set1_groups_list(ctx, names));
}

static SSL_CTX* NewContext(void) {
  SSL_CTX* ctx = SSL_CTX_new(g.is_datagram ? DTLS_method() : TLS_method());
  const int version = g.is_datagram ? DTLS1_2_VERSION : (g.is_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  Must("version", (int)SSL_CTX_set_min_proto_version(ctx, version));
  Must("version", (int)SSL_CTX_set_max_proto_version(ctx, version));
  if (g.ca != NULL) {
    Must(g.ca, SSL_CTX_load_verify_locations(ctx, g.ca, NULL));
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  }
  if (g.cert != NULL) {
    Must(g.cert, SSL_CTX_use_certificate_chain_file(ctx, g.cert));
    Must(g.key, SSL_CTX_use_PrivateKey_file(ctx, g.key, SSL_FILETYPE_PEM));
  }
  if (g.psk_size != 0 && g.is_server) SSL_CTX_set_psk_server_callback(ctx, ServerPsk);
  if (g.psk_size != 0 && !g.is_server) SSL_CTX_set_psk_client_callback(ctx, ClientPsk);
  if (g.alpn != NULL) ChooseAlpnNames(ctx);
  if (g.groups != NULL) ChooseGroups(ctx);
  if (g.is_server) {
    Must("sessions", SSL_CTX_set_session_id_context(ctx, (const unsigned char*)"peer", 4));
  } else {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, KeepSession);
  }
  if (g.cookie) {
    SSL_CTX_set_options(ctx, SSL_OP_COOKIE_EXCHANGE);
    SSL_CTX_set_cookie_generate_cb(ctx, MakeCookie);
    SSL_CTX_set_cookie_verify_cb(ctx, CheckCookie);
  }
  return ctx;
}

static void UseDatagrams(SSL* ssl, int fd) {
  struct sockaddr_in peer;
  socklen_t size = sizeof(peer);
  BIO* bio = BIO_new_dgram(fd, BIO_NOCLOSE);
  if (getpeername(fd, (struct sockaddr*)&peer, &size) != 0) Die("getpeername");
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &peer);
  SSL_set_bio(ssl, bio, bio);
  if (g.mtu == 0) return;
  SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl, g.mtu);
}

static void* Open(int fd) {
  SSL* ssl = SSL_new(ctx);
  if (ssl == NULL) Die("no connection");
  if (g.is_datagram) {
    UseDatagrams(ssl, fd);
  } else {
    SSL_set_fd(ssl, fd);
  }
  if (!g.is_server) {
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (g.ca != NULL) Must("name", SSL_set1_host(ssl, "localhost"));
    if (newest != NULL) Must("session", SSL_set_session(ssl, newest));
  }
  return ssl;
}

static int Handshake(void* connection) {
  SSL* ssl = connection;
  const unsigned char* alpn = NULL;
  unsigned int size = 0;
  int done;
  do {
    done = g.is_server ? SSL_accept(ssl) : SSL_connect(ssl);
  } while (done != 1 && SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ);
  if (done != 1) return Failed("handshake");
  SSL_get0_alpn_selected(ssl, &alpn, &size);
  printf("connected to OpenSSL; resumed=%s alpn=%.*s version=%s suite=%s\n",
         SSL_session_reused(ssl) ? "yes" : "no", (int)size, alpn == NULL ? "" : (const char*)alpn,
         SSL_get_version(ssl), SSL_get_cipher_name(ssl));
  return 1;
}

static int Read(void* connection, char* data, int room) {
  SSL* ssl = connection;
  for (;;) {
    const int n = SSL_read(ssl, data, room);
    if (n > 0) return n;
    const int error = SSL_get_error(ssl, n);
    if (error == SSL_ERROR_WANT_READ) continue;
    if (error == SSL_ERROR_ZERO_RETURN) {
      printf("closed\n");
      return 0;
    }
    Failed("read");
    return -1;
  }
}

static int Write(void* connection, const char* data, int size) {
  return SSL_write(connection, data, size) == size ? 1 : Failed("write");
}

static int Update(void* connection) {
  SSL* ssl = connection;
  const int asked = SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
  return asked == 1 && SSL_do_handshake(ssl) == 1 ? 1 : Failed("update");
}

// The newest session is there already: RememberSession.
static int Close(void* connection, int keep) {
  SSL* ssl = connection;
  (void)keep;
  int n = SSL_shutdown(ssl);
  if (n == 0 && !g.is_datagram) n = SSL_shutdown(ssl);
  return n == 1 || g.is_datagram;
}

static void SayClosed(void* connection) { (void)SSL_shutdown(connection); }
static void Free(void* connection) { SSL_free(connection); }

int main(int argc, char** argv) {
  static const Library library = {Open, Handshake, Read, Write, Update, Close, SayClosed, Free};
  g = ParseOptions(argc, argv);
  if (g.is_datagram && g.is_13) Die("this OpenSSL has no DTLS 1.3");
  ctx = NewContext();
  const int code = RunPeer(&library, &g);
  SSL_SESSION_free(newest);
  SSL_CTX_free(ctx);
  return code;
}
