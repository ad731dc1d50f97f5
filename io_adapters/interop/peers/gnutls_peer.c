// SPDX-License-Identifier: Apache-2.0
// A client and a server over GnuTLS 3.7; plumbing.h says how it is used.
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "io_adapters/interop/peers/talk.h"

static Options g;
static gnutls_certificate_credentials_t certificates;
static gnutls_psk_client_credentials_t client_psk;
static gnutls_psk_server_credentials_t server_psk;
static gnutls_datum_t ticket_key, cookie_key;
static gnutls_datum_t newest;  // a client's session, to resume

static int Failed(const char* what, int error) {
  printf("failed: %s: %s (%d)\n", what, gnutls_strerror(error), error);
  return 0;
}

static void Must(const char* what, int error) {
  if (error >= 0) return;
  Failed(what, error);
  exit(1);
}

static int FindPsk(gnutls_session_t session, const char* identity, gnutls_datum_t* key) {
  (void)session;
  if (strcmp(identity, g.psk_identity) != 0) return -1;
  key->data = gnutls_malloc(g.psk_size);
  key->size = (unsigned int)g.psk_size;
  memcpy(key->data, g.psk, g.psk_size);
  return 0;
}

static void Configure(void) {
  Must("certificates", gnutls_certificate_allocate_credentials(&certificates));
  if (g.ca != NULL) {
    Must(g.ca, gnutls_certificate_set_x509_trust_file(certificates, g.ca, GNUTLS_X509_FMT_PEM));
  }
  if (g.cert != NULL) {
    Must(g.cert,
         gnutls_certificate_set_x509_key_file(certificates, g.cert, g.key, GNUTLS_X509_FMT_PEM));
  }
  Must("tickets", gnutls_session_ticket_key_generate(&ticket_key));
  Must("cookie", gnutls_key_generate(&cookie_key, GNUTLS_COOKIE_KEY_SIZE));
  if (g.psk_size == 0) return;
  const gnutls_datum_t key = {g.psk, (unsigned int)g.psk_size};
  Must("psk=", gnutls_psk_allocate_server_credentials(&server_psk));
  gnutls_psk_set_server_credentials_function(server_psk, FindPsk);
  Must("psk=", gnutls_psk_allocate_client_credentials(&client_psk));
  Must("psk=",
       gnutls_psk_set_client_credentials(client_psk, g.psk_identity, &key, GNUTLS_PSK_KEY_RAW));
}

static void FreeAll(void) {
  gnutls_free(newest.data);
  gnutls_free(ticket_key.data);
  gnutls_free(cookie_key.data);
  if (client_psk != NULL) gnutls_psk_free_client_credentials(client_psk);
  if (server_psk != NULL) gnutls_psk_free_server_credentials(server_psk);
  gnutls_certificate_free_credentials(certificates);
}

static void SetPriority(gnutls_session_t session) {
  char text[256];
  snprintf(text, sizeof(text), "NORMAL:-VERS-ALL:+VERS-%s%s",
           g.is_datagram ? "DTLS1.2" : (g.is_13 ? "TLS1.3" : "TLS1.2"),
           g.psk_size != 0 ? ":-KX-ALL:+ECDHE-PSK:+PSK" : "");
  if (g.groups != NULL) strcat(text, ":-GROUP-ALL");
  for (const char* at = g.groups; at != NULL;) {
    const size_t size = strcspn(at, ",");
    strcat(text, size == 5 && memcmp(at, "P-256", 5) == 0 ? ":+GROUP-SECP256R1" : ":+GROUP-X25519");
    at = at[size] == 0 ? NULL : at + size + 1;
  }
  Must(text, gnutls_priority_set_direct(session, text, NULL));
}

static void SetCredentials(gnutls_session_t session) {
  if (g.psk_size != 0) {
    void* psk = g.is_server ? (void*)server_psk : (void*)client_psk;
    Must("psk=", gnutls_credentials_set(session, GNUTLS_CRD_PSK, psk));
    return;
  }
  Must("certificates", gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, certificates));
  if (g.ca == NULL) return;
  if (g.is_server) gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
  gnutls_session_set_verify_cert(session, g.is_server ? NULL : "localhost", 0);
}

static void* Open(int fd) {
  gnutls_session_t session;
  const unsigned int flags = (g.is_server ? GNUTLS_SERVER : GNUTLS_CLIENT) |
                             (g.is_datagram ? GNUTLS_DATAGRAM : 0) | GNUTLS_KEY_SHARE_TOP;
  Must("connection", gnutls_init(&session, flags));
  SetPriority(session);
  SetCredentials(session);
  if (g.alpn != NULL) {
    const gnutls_datum_t name = {(unsigned char*)g.alpn, (unsigned int)strlen(g.alpn)};
    Must("alpn=", gnutls_alpn_set_protocols(session, &name, 1, GNUTLS_ALPN_MANDATORY));
  }
  if (g.is_server) {
    Must("tickets", gnutls_session_ticket_enable_server(session, &ticket_key));
  } else {
    Must("name", gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9));
    if (newest.data != NULL) {
      Must("session", gnutls_session_set_data(session, newest.data, newest.size));
    }
  }
  gnutls_transport_set_int(session, fd);
  gnutls_handshake_set_timeout(session, 20000);
  if (g.is_datagram) {
    gnutls_dtls_set_timeouts(session, 1000, 20000);
    if (g.mtu != 0) gnutls_dtls_set_mtu(session, (unsigned int)g.mtu);
  }
  return session;
}

static ssize_t SendTo(gnutls_transport_ptr_t fd, const void* data, size_t size) {
  return send((int)(intptr_t)fd, data, size, 0);
}

// Answers with a cookie until a ClientHello brings it, and leaves that in the socket.
static void AwaitCookie(gnutls_session_t session, int fd) {
  static const char id[] = "loopback";
  char datagram[4096];
  for (;;) {
    gnutls_dtls_prestate_st state;
    memset(&state, 0, sizeof(state));
    const ssize_t n = recv(fd, datagram, sizeof(datagram), MSG_PEEK);
    if (n < 0) Die("recv");
    if (gnutls_dtls_cookie_verify(&cookie_key, (void*)id, sizeof(id), datagram, (size_t)n,
                                  &state) == 0) {
      gnutls_dtls_prestate_set(session, &state);
      return;
    }
    Must("cookie", gnutls_dtls_cookie_send(&cookie_key, (void*)id, sizeof(id), &state,
                                           (gnutls_transport_ptr_t)(intptr_t)fd, SendTo));
    (void)!recv(fd, datagram, sizeof(datagram), 0);
  }
}

static int Handshake(void* connection) {
  gnutls_session_t session = connection;
  gnutls_datum_t alpn = {NULL, 0};
  if (g.cookie) AwaitCookie(session, gnutls_transport_get_int(session));
  int error;
  do {
    error = gnutls_handshake(session);
  } while (error < 0 && gnutls_error_is_fatal(error) == 0);
  if (error < 0) {
    (void)gnutls_alert_send_appropriate(session, error);
    return Failed("handshake", error);
  }
  (void)gnutls_alpn_get_selected_protocol(session, &alpn);
  char* said = gnutls_session_get_desc(session);
  printf("connected to GnuTLS; resumed=%s alpn=%.*s session=%s\n",
         gnutls_session_is_resumed(session) ? "yes" : "no", (int)alpn.size,
         alpn.data == NULL ? "" : (const char*)alpn.data, said);
  gnutls_free(said);
  return 1;
}

static int Read(void* connection, char* data, int room) {
  for (;;) {
    const ssize_t n = gnutls_record_recv(connection, data, (size_t)room);
    if (n > 0) return (int)n;
    if (n == 0) {
      printf("closed\n");
      return 0;
    }
    if (gnutls_error_is_fatal((int)n) == 0) continue;
    Failed("read", (int)n);
    return -1;
  }
}

static int Write(void* connection, const char* data, int size) {
  const ssize_t n = gnutls_record_send(connection, data, (size_t)size);
  return n == size ? 1 : Failed("write", (int)n);
}

static int Update(void* connection) {
  const int error = gnutls_session_key_update(connection, GNUTLS_KU_PEER);
  return error == 0 ? 1 : Failed("update", error);
}

static int KeepSession(gnutls_session_t session) {
  gnutls_free(newest.data);
  newest.data = NULL;
  const int error = gnutls_session_get_data2(session, &newest);
  return error == 0 ? 1 : Failed("session", error);
}

static int Close(void* connection, int keep) {
  if (keep && !KeepSession(connection)) return 0;
  return gnutls_bye(connection, g.is_datagram ? GNUTLS_SHUT_WR : GNUTLS_SHUT_RDWR) == 0;
}

static void SayClosed(void* connection) { (void)gnutls_bye(connection, GNUTLS_SHUT_WR); }
static void Free(void* connection) { gnutls_deinit(connection); }

int main(int argc, char** argv) {
  static const Library library = {Open, Handshake, Read, Write, Update, Close, SayClosed, Free};
  g = ParseOptions(argc, argv);
  if (g.is_datagram && g.is_13) Die("this GnuTLS has no DTLS 1.3");
  Configure();
  const int code = RunPeer(&library, &g);
  FreeAll();
  return code;
}
