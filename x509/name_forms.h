// SPDX-License-Identifier: Apache-2.0
// Names as text that hold a host: mailboxes, SRV names and URIs, taken apart; and which of them a
// GeneralName is. Comparing is service_identity's and name_constraints'.
#pragma once
#include <string_view>

#include "x509/general_name.h"

namespace merlon::x509 {

// "local@host": a local part that is not empty, in ASCII or UTF-8, and a DNS name.
struct Mailbox {
  std::string_view local, host;
  // Then an rfc822Name has it, else an SmtpUTF8Mailbox: never both (RFC 9598 s3).
  bool is_ascii() const;
};
[[nodiscard]] bool ReadMailbox(std::string_view text, Mailbox* mailbox);

// "_service.host" (RFC 4985 s2): the service with its underscore, and a DNS name.
struct SrvName {
  std::string_view service, host;
};
[[nodiscard]] bool ReadSrvName(std::string_view text, SrvName* name);
// "_service", of letters, digits and hyphens.
bool IsSrvService(std::string_view text);

// "scheme://host" (RFC 3986 s3), with user information, port and a path or not; or "sip:host",
// "sips:host" without a user (RFC 5922 s7.1). An IPv6 address stands in its brackets.
struct UriName {
  std::string_view scheme, host;
  bool has_authority;
};
[[nodiscard]] bool ReadUri(std::string_view text, UriName* name);

// The text of an rfc822Name or an SmtpUTF8Mailbox (RFC 9598 s3), that of an SRVName; false: it is
// none.
[[nodiscard]] bool MailboxText(const GeneralName& name, std::string_view* text);
[[nodiscard]] bool SrvText(const GeneralName& name, std::string_view* text);

}  // namespace merlon::x509
