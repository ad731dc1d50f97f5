// SPDX-License-Identifier: Apache-2.0
// Sentences for people: what went wrong in a connection, with the alert's name, the RFC's section
// and the certificate or message that it is about. Engines have numbers alone.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "crypto/base/bytes.h"
#include "crypto/base/error.h"
#include "crypto/base/time.h"
#include "tls/core/negotiated.h"
#include "tls/operation.h"
#include "x509/certificate.h"

namespace merlon::io {

// How a connection failed. `about` is what it is about, or empty.
absl::Status ConnectionStatus(Error error, std::optional<Alert> peer_alert, std::string_view about);

// What a refused operation was about: the certificate, the message.
std::string DescribeRefusal(const tls::Operation& request, Error error);

// Common name, or the whole subject's first attribute; "(no name)".
std::string CommonName(Bytes name);
// "CN, for names, issued by CN, valid from to".
std::string DescribeCertificate(const x509::Certificate& certificate);
// dNSNames and iPAddresses.
std::string DescribeNames(const x509::Certificate& certificate);
// "2026-01-31 12:00:00 UTC".
std::string DescribeTime(UnixTime time);
// "TLS 1.3", "DTLS 1.2".
std::string VersionName(uint16_t wire);
// "TLS 1.3, TLS_AES_128_GCM_SHA256, x25519, ecdsa_secp256r1_sha256, ALPN h2, resumed".
std::string DescribeNegotiated(const tls::Negotiated& negotiated);
std::string GroupName(uint16_t iana);
std::string SchemeName(uint16_t iana);
std::string SuiteName(uint16_t iana);
// Of the cipher suites that have a name here.
const std::vector<std::string>& SuiteNames();
std::optional<uint16_t> SuiteByName(std::string_view name);

}  // namespace merlon::io
