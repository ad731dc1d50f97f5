// SPDX-License-Identifier: Apache-2.0
// What config_builder.h's builders make of credentials and authorities: checked, bound, owned.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "crypto/context.h"
#include "tls/config.h"

namespace merlon::tls {

// A chain and the key that signs for it.
struct CredentialChoice {
  std::vector<std::string> chain_der;  // leaf first
  crypto::KeyHandle key;
  // A server's: for these host names; a client's: to be shown to these servers. None: any.
  std::vector<std::string> names = {};
  // IANA, in order of preference. None: all that suit the key and are built.
  std::vector<uint16_t> schemes = {};
  // For nobody but a peer that names an issuer of the chain among its authorities.
  bool only_for_authorities = false;
  std::string ocsp_response = {};  // a server's: DER, for clients that ask
};

// Credentials with all that they point to.
class OwnedCredentials {
 public:
  // Refuses a chain whose leaf does not parse, a key that is not the leaf's, that may not sign, or
  // that signs under none of `known`.
  absl::Status Add(const CredentialChoice& choice, const crypto::Context& crypto,
                   absl::Span<const SignatureScheme* const> known);
  absl::Span<const Credential> view() const { return views_; }

 private:
  struct Owned {
    std::vector<std::string> chain;
    std::vector<Bytes> chain_views, issuers;
    std::vector<SigningKey> keys;
    std::vector<std::string> names;
    std::vector<std::string_view> name_views;
    std::string ocsp_response;
  };
  std::deque<Owned> owned_;  // growing it moves nothing
  std::vector<Credential> views_;
};

// certificate_authorities of these names (whole DER each): see CommonConfig::authorities.
absl::Status EncodeAuthorities(const std::vector<std::string>& names_der, std::string& out);

}  // namespace merlon::tls
