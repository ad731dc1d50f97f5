// SPDX-License-Identifier: Apache-2.0
// A client and a server over wolfSSL; plumbing.h says how it is used. Built with wolfssl_older.c
// against Debian's 5.5, and by registry/build_peers with wolfssl_newer.c against one that has DTLS
// 1.3.
#include "io_adapters/interop/peers/wolfssl_peer.h"

#include "io_adapters/interop/peers/talk.h"

static Options g;
static WOLFSSL_CTX* ctx;
static WOLFSSL_SESSION* newest;  // a client's, to resume

static int Group(const char* name, size_t size) {
  // Debian's wolfSSL has no name for it.
  if (size == 14 && memcmp(name, "X25519MLKEM768", 14) == 0) return 4588;
  return size == 5 && memcmp(name, "P-256", 5) == 0 ? WOLFSSL_ECC_SECP256R1 : WOLFSSL_ECC_X25519;
}

static WOLFSSL_METHOD* Method(void) {
  if (g.is_datagram && g.is_13) return Dtls13Method(&g);
  if (g.is_datagram) {
    return g.is_server ? wolfDTLSv1_2_server_method() : wolfDTLSv1_2_client_method();
  }
  if (g.is_13) return g.is_server ? wolfTLSv1_3_server_method() : wolfTLSv1_3_client_method();
  return g.is_server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method();
}

static unsigned int ClientPsk(WOLFSSL* ssl, const char* hint, char* identity, unsigned int room,
                              unsigned char* key, unsigned int key_room) {
  (void)ssl, (void)hint;
  return GivePsk(&g, identity, room, key, key_room);
}

static unsigned int ServerPsk(WOLFSSL* ssl, const char* identity, unsigned char* key,
                              unsigned int key_room) {
  (void)ssl;
  return LookUpPsk(&g, identity, key, key_room);
}

static unsigned int ClientPsk13(WOLFSSL* ssl, const char* hint, char* identity, unsigned int room,
                                unsigned char* key, unsigned int key_room, const char** suite) {
  *suite = "TLS13-AES128-GCM-SHA256";
  return ClientPsk(ssl, hint, identity, room, key, key_room);
}

static unsigned int ServerPsk13(WOLFSSL* ssl, const char* identity, unsigned char* key,
                                unsigned int key_room, const char** suite) {
  *suite = "TLS13-AES128-GCM-SHA256";
  return ServerPsk(ssl, identity, key, key_room);
}

static void UsePsk(WOLFSSL_CTX* ctx) {
  // A protocol version with PSKs of its own calls one pair, the others the other pair.
  if (g.is_server && g.is_13) wolfSSL_CTX_set_psk_server_tls13_callback(ctx, ServerPsk13);
  if (g.is_server && !g.is_13) wolfSSL_CTX_set_psk_server_callback(ctx, ServerPsk);
  if (!g.is_server && g.is_13) wolfSSL_CTX_set_psk_client_tls13_callback(ctx, ClientPsk13);
  if (!g.is_server && !g.is_13) wolfSSL_CTX_set_psk_client_callback(ctx, ClientPsk);
}

static WOLFSSL_CTX* NewContext(void) {
  WOLFSSL_CTX* ctx = wolfSSL_CTX_new(Method());
  if (ctx == NULL) Die("no context");
  if (g.psk_size != 0) UsePsk(ctx);
  if (g.ca != NULL) {
    if (wolfSSL_CTX_load_verify_locations(ctx, g.ca, NULL) != WOLFSSL_SUCCESS) Die(g.ca);
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  } else {
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, NULL);
  }
  if (g.cert != NULL &&
      (wolfSSL_CTX_use_certificate_chain_file(ctx, g.cert) != WOLFSSL_SUCCESS ||
       wolfSSL_CTX_use_PrivateKey_file(ctx, g.key, WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)) {
    Die(g.cert);
  }
  return ctx;
}

// The groups, and for a client one share, of the first.
static void UseGroups(WOLFSSL* ssl) {
  int groups[4], count = 0;
  for (const char* at = g.groups; at != NULL && count < 4;) {
    const size_t size = strcspn(at, ",");
    groups[count++] = Group(at, size);
    at = at[size] == 0 ? NULL : at + size + 1;
  }
  if (count == 0) return;
  if (g.is_13) {
    if (wolfSSL_set_groups(ssl, groups, count) != WOLFSSL_SUCCESS) Die("groups");
    if (!g.is_server) (void)wolfSSL_UseKeyShare(ssl, (word16)groups[0]);
    return;
  }
  for (int i = 0; i < count; ++i) (void)wolfSSL_UseSupportedCurve(ssl, (word16)groups[i]);
}

static void* Open(int fd) {
  WOLFSSL* ssl = wolfSSL_new(ctx);
  if (ssl == NULL) Die("no connection");
  UseGroups(ssl);
  if (g.alpn != NULL) {
    char names[64];
    snprintf(names, sizeof(names), "%s", g.alpn);
    (void)wolfSSL_UseALPN(ssl, names, (unsigned int)strlen(names), WOLFSSL_ALPN_FAILED_ON_MISMATCH);
  }
  if (!g.is_server) {
    (void)wolfSSL_UseSessionTicket(ssl);
    if (g.ca != NULL) (void)wolfSSL_check_domain_name(ssl, "localhost");
    (void)wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, "localhost", 9);
    if (newest != NULL && wolfSSL_set_session(ssl, newest) != WOLFSSL_SUCCESS) Die("session");
  }
  if (g.is_datagram && g.mtu != 0) UseMtu(&g, ssl);
  if (g.is_server && g.is_datagram && g.is_13) UseCookie(&g, ssl);
  if (g.is_datagram) {
    struct sockaddr_in peer;
    socklen_t size = sizeof(peer);
    if (getpeername(fd, (struct sockaddr*)&peer, &size) != 0) Die("getpeername");
    (void)wolfSSL_dtls_set_peer(ssl, &peer, size);
  }
  (void)wolfSSL_set_fd(ssl, fd);
  return ssl;
}

static int Failed(WOLFSSL* ssl, const char* what) {
  char text[WOLFSSL_MAX_ERROR_SZ];
  const int error = wolfSSL_get_error(ssl, 0);
  printf("failed: %s: %s (%d)\n", what, wolfSSL_ERR_error_string((unsigned long)error, text),
         error);
  return 0;
}

static int Handshake(void* connection) {
  WOLFSSL* ssl = connection;
  char* alpn = NULL;
  unsigned short size = 0;
  int done;
  do {
    done = g.is_server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
  } while (done != WOLFSSL_SUCCESS && wolfSSL_get_error(ssl, 0) == WOLFSSL_ERROR_WANT_READ);
  if (done != WOLFSSL_SUCCESS) return Failed(ssl, "handshake");
  (void)wolfSSL_ALPN_GetProtocol(ssl, &alpn, &size);
  printf("connected to wolfSSL; resumed=%s alpn=%.*s version=%s suite=%s\n",
         wolfSSL_session_reused(ssl) ? "yes" : "no", (int)size, alpn == NULL ? "" : alpn,
         wolfSSL_get_version(ssl), wolfSSL_get_cipher_name(ssl));
  return 1;
}

static int Read(void* connection, char* data, int room) {
  WOLFSSL* ssl = connection;
  for (;;) {
    const int n = wolfSSL_read(ssl, data, room);
    if (n > 0) return n;
    const int error = wolfSSL_get_error(ssl, n);
    if (error == WOLFSSL_ERROR_WANT_READ || error == WOLFSSL_ERROR_WANT_WRITE) continue;
    if (error == WOLFSSL_ERROR_ZERO_RETURN) {
      printf("closed\n");
      return 0;
    }
    Failed(ssl, "read");
    return -1;
  }
}

static int Write(void* connection, const char* data, int size) {
  WOLFSSL* ssl = connection;
  return wolfSSL_write(ssl, data, size) == size ? 1 : Failed(ssl, "write");
}

static int Update(void* connection) {
  WOLFSSL* ssl = connection;
  return wolfSSL_update_keys(ssl) == WOLFSSL_SUCCESS ? 1 : Failed(ssl, "update");
}

static int Close(void* connection, int keep) {
  WOLFSSL* ssl = connection;
  int n = wolfSSL_shutdown(ssl);
  if (n == WOLFSSL_SHUTDOWN_NOT_DONE && !g.is_datagram) n = wolfSSL_shutdown(ssl);
  wolfSSL_SESSION_free(newest);
  newest = keep ? wolfSSL_get1_session(ssl) : NULL;
  return n == WOLFSSL_SUCCESS || g.is_datagram;
}

static void SayClosed(void* connection) { (void)wolfSSL_shutdown(connection); }
static void Free(void* connection) { wolfSSL_free(connection); }

int main(int argc, char** argv) {
  static const Library library = {Open, Handshake, Read, Write, Update, Close, SayClosed, Free};
  g = ParseOptions(argc, argv);
  wolfSSL_Init();
  ctx = NewContext();
  const int code = RunPeer(&library, &g);
  wolfSSL_SESSION_free(newest);
  wolfSSL_CTX_free(ctx);
  wolfSSL_Cleanup();
  return code;
}
