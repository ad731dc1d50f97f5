// SPDX-License-Identifier: Apache-2.0
// What a profile may leave out. A state names the features it needs; a profile those it has; the
// transitions of states that a profile lacks are never named there, hence never linked.
#pragma once
#include <cstdint>

namespace merlon::tls {

inline constexpr uint32_t kClientRole = 1;
inline constexpr uint32_t kServerRole = 2;
inline constexpr uint32_t kTls13 = 4;
inline constexpr uint32_t kCertificates = 8;  // X.509 on either side
inline constexpr uint32_t kTickets = 16;      // issuing them (server), keeping them (client)
inline constexpr uint32_t kTls12 = 32;
inline constexpr uint32_t kClientAuth = 64;  // certificates of clients, with kCertificates

}  // namespace merlon::tls
