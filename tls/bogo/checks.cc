// SPDX-License-Identifier: Apache-2.0
#include "tls/bogo/checks.h"

#include <algorithm>
#include <cstdio>

#include "crypto/drivers/default_drivers.h"
#include "crypto/hash.h"

namespace merlon::bogo {
namespace {

bool Fail(const char* what) {
  fprintf(stderr, "not as expected: %s\n", what);
  return false;
}

// 0: nothing is expected.
bool CheckNumber(const char* what, int expected, int got) {
  return expected == 0 || expected == got || Fail(what);
}

bool CheckPeerChain(const Flags& flags, bool resumed, const tls::Negotiated& negotiated) {
  if (flags.expect_no_peer_cert && !negotiated.peer_chain.empty()) return Fail("certificate");
  if (flags.expect_peer_cert_file.empty()) return true;
  const std::vector<std::string> expected = ReadChain(flags.expect_peer_cert_file);
  if (resumed && flags.server) {  // a ticket carries the leaf's hash alone
    const crypto::HashAlgorithm* sha256 = crypto::DefaultDrivers().hash(crypto::HashId::kSha256);
    return crypto::HashOf(*sha256, AsBytes(expected.at(0))).view() == negotiated.client_identity ||
           Fail("identity");
  }
  return std::equal(expected.begin(), expected.end(), negotiated.peer_chain.begin(),
                    negotiated.peer_chain.end(),
                    [](const std::string& a, Bytes b) { return a == AsText(b); }) ||
         Fail("peer certificates");
}

// What the peer said of the certificates that it wants.
bool CheckRequest(const Flags& flags, const Observed& observed) {
  const std::vector<std::string> authorities = ReadAuthorities(flags.expect_client_ca_list);
  if (!flags.expect_client_ca_list.empty() && observed.authorities != authorities) {
    return Fail("authorities");
  }
  return flags.expect_peer_verify_prefs.empty() ||
         flags.expect_peer_verify_prefs == observed.schemes || Fail("signature schemes");
}

}  // namespace

bool CheckHandshake(Engine& engine, bool is_resumption) {
  const Flags& flags = engine.flags();
  const tls::Negotiated& negotiated = engine.core().negotiated();
  const bool resumed = negotiated.authentication == tls::Authentication::kResumption;
  if (resumed != (is_resumption && !flags.expect_session_miss)) return Fail("resumption");
  // A server's are those that its callback chose, which is our configuration.
  if (negotiated.alpn != (flags.server ? flags.select_alpn : flags.expect_alpn)) {
    return Fail("application protocol");
  }
  if (!flags.expect_server_name.empty() && negotiated.server_name != flags.expect_server_name) {
    return Fail("server name");
  }
  if (!flags.expect_quic_transport_params.empty() &&
      AsText(negotiated.peer_transport_parameters) != flags.expect_quic_transport_params) {
    return Fail("transport parameters");
  }
  // Who resumes has seen no certificate.
  if (!resumed && flags.expect_ocsp_response != engine.observed().ocsp_response &&
      !flags.expect_ocsp_response.empty()) {
    return Fail("OCSP response");
  }
  if (flags.expect_hrr && !negotiated.retried) return Fail("no HelloRetryRequest");
  if (flags.expect_no_hrr && negotiated.retried) return Fail("HelloRetryRequest");
  if (flags.expect_extended_master_secret && !negotiated.extended_master_secret) {
    return Fail("no extended master secret");
  }
  if (flags.expect_selected_credential &&
      engine.selected_credential() != *flags.expect_selected_credential) {
    return Fail("credential");
  }
  // Who resumes has seen no signature.
  const tls::SignatureScheme* peer_scheme =
      flags.server ? negotiated.client_scheme : negotiated.scheme;
  const int scheme = resumed ? flags.expect_peer_signature_algorithm
                             : (peer_scheme == nullptr ? 0 : peer_scheme->id);
  const int group = negotiated.group == nullptr ? 0 : static_cast<int>(negotiated.group->id);
  return CheckNumber("version", flags.expect_version, negotiated.version) &&
         CheckNumber("cipher suite", flags.expect_cipher, negotiated.suite->id) &&
         CheckNumber("group", flags.expect_curve_id, group) &&
         CheckNumber("signature scheme", flags.expect_peer_signature_algorithm, scheme) &&
         CheckPeerChain(flags, resumed, negotiated) && CheckRequest(flags, engine.observed());
}

}  // namespace merlon::bogo
