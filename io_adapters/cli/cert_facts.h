// SPDX-License-Identifier: Apache-2.0
// What certificates, requests and CRLs say, in words.
#pragma once
#include <string>

#include "io_adapters/cli/facts.h"
#include "x509/certificate.h"
#include "x509/crl.h"
#include "x509/request.h"

namespace merlon::cli {

Facts FactsOf(const x509::Certificate& certificate);
// `signed_by_itself`: whether its own signature is good.
Facts FactsOf(const x509::Request& request, bool signed_by_itself);
Facts FactsOf(const x509::Crl& crl);

// "CN=Example, O=Company"; "(no name)".
std::string NameText(Bytes name);
// "1.2.840.113549".
std::string OidText(Bytes oid);
// "key compromise".
std::string_view ReasonText(x509::CrlReason reason);

}  // namespace merlon::cli
