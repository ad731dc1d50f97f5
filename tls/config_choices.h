// SPDX-License-Identifier: Apache-2.0
// What an application may choose for either role, and the setters for it. What is refused, and what
// is made of the rest, is config_builder's.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/context.h"
#include "tls/config.h"
#include "tls/config_credentials.h"
#include "x509/trust_store.h"

namespace merlon::tls {

// What both builders take. Defaults: every suite, group and scheme that is built and that a driver
// supports, in our order of preference.
struct CommonChoices {
  Version min_version = Version::kTls12, max_version = Version::kTls13;
  bool versions_named = false;
  std::vector<uint16_t> suites;   // IANA; empty: the default, which is GCM and ChaCha20-Poly1305
  std::vector<uint16_t> groups;   // IANA
  std::vector<uint16_t> schemes;  // IANA; what the peer may sign with
  std::vector<std::string> alpn;
  std::vector<std::string> authorities;  // whole DER of each Name
  std::vector<CredentialChoice> credentials;
  bool choose_credentials = false;
  struct Psk {
    std::string identity;
    crypto::KeyHandle key;
    crypto::HashId hash;
    std::string context;
    bool raw;
  };
  std::vector<Psk> psks;
  bool psk_only = false;
  bool allow_plain_master_secret = false;
  Limits limits;
  bool log_secrets = false;
};

// The setters that both builders have; each gives the builder itself.
template <class Builder>
class CommonConfigBuilder {
 public:
  // The lowest and the highest version; of DTLS those with the same number. The default: all.
  Builder& SetVersions(Version min, Version max) {
    common_.min_version = min;
    common_.max_version = max;
    common_.versions_named = true;
    return self();
  }
  // Of TLS 1.3 and TLS 1.2 alike; a version for which none is named is not spoken.
  Builder& SetSuites(std::vector<uint16_t> iana) {
    common_.suites = std::move(iana);
    return self();
  }
  // TLS 1.2 with peers that lack extended master secret: triple handshakes become possible (RFC
  // 7627 s1). Such sessions are never resumed.
  Builder& AllowWithoutExtendedMasterSecret() {
    common_.allow_plain_master_secret = true;
    return self();
  }
  Builder& SetGroups(std::vector<uint16_t> iana) {
    common_.groups = std::move(iana);
    return self();
  }
  // What the peer may sign with.
  Builder& SetSignatureSchemes(std::vector<uint16_t> iana) {
    common_.schemes = std::move(iana);
    return self();
  }
  Builder& AddAlpn(std::string_view protocol) {
    common_.alpn.emplace_back(protocol);
    return self();
  }
  // A certificate and its key; see CredentialChoice. A server shows one for the client's name,
  // schemes and authorities; a client, to servers that ask for one, the first of several that their
  // schemes and authorities allow.
  Builder& AddCredential(CredentialChoice credential) {
    common_.credentials.push_back(std::move(credential));
    return self();
  }
  // The application answers ChooseCredential itself.
  Builder& ChooseCredentials() {
    common_.choose_credentials = true;
    return self();
  }
  // Tells the peer which authorities are trusted here, so that it can choose among its chains.
  Builder& NameAuthorities(absl::Span<const x509::TrustAnchor> anchors) {
    for (const x509::TrustAnchor& anchor : anchors) NameAuthority(anchor.subject());
    return self();
  }
  Builder& NameAuthority(Bytes name_der) {
    common_.authorities.emplace_back(AsText(name_der));
    return self();
  }
  // A PSK (of up to 4 with a client) that both ends were given, imported (RFC 9258) for each
  // protocol and each hash of the suites; at least 16 bytes. `context` and `hash` are what both
  // ends agreed on besides.
  Builder& AddExternalPsk(std::string_view identity, crypto::KeyHandle key,
                          std::string_view context = {},
                          crypto::HashId hash = crypto::HashId::kSha256) {
    return AddPsk({.identity = std::string(identity),
                   .key = key,
                   .hash = hash,
                   .context = std::string(context),
                   .raw = false});
  }
  // The same without the importer, for peers that have none: it must be used with one hash and for
  // TLS 1.3 alone (RFC 9257).
  Builder& AddRawExternalPsk(std::string_view identity, crypto::KeyHandle key,
                             crypto::HashId hash = crypto::HashId::kSha256) {
    return AddPsk(
        {.identity = std::string(identity), .key = key, .hash = hash, .context = {}, .raw = true});
  }
  Builder& SetLimits(const Limits& limits) {
    common_.limits = limits;
    return self();
  }
  // SecretLogged events: whoever reads them reads the connection.
  Builder& LogSecrets() {
    common_.log_secrets = true;
    return self();
  }

 private:
  friend Builder;
  explicit CommonConfigBuilder(const crypto::Context& crypto) : crypto_(crypto) {}

  Builder& self() { return static_cast<Builder&>(*this); }
  Builder& AddPsk(CommonChoices::Psk psk) {
    common_.psks.push_back(std::move(psk));
    return self();
  }

  crypto::Context crypto_;
  CommonChoices common_;
};

}  // namespace merlon::tls
