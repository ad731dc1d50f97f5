// SPDX-License-Identifier: Apache-2.0
#include "x509/name_forms.h"

#include <algorithm>

#include "x509/dns_name.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 3986 s3.1.
bool IsScheme(std::string_view text) {
  return !text.empty() && IsLetter(text[0]) && std::ranges::all_of(text, [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
}

// "host" or "host:port"; what is in brackets has colons of its own.
bool TakeHost(std::string_view text, std::string_view* host) {
  const size_t end = text.starts_with('[') ? text.find(']') + 1 : text.find(':');
  *host = text.substr(0, end);
  if (host->empty()) return false;
  std::string_view port = text.substr(host->size());
  if (port.empty()) return true;
  return port[0] == ':' && std::ranges::all_of(port.substr(1), IsDigit);
}

bool IsOther(const GeneralName& name, Bytes type, uint8_t tag, std::string_view* text) {
  OtherName other;
  if (name.type != GeneralNameType::kOtherName || !ReadOtherName(name.value, &other) ||
      other.type != type || other.tag != tag) {
    return false;
  }
  *text = AsText(other.value);
  return true;
}

}  // namespace

bool Mailbox::is_ascii() const {
  return std::ranges::all_of(local, [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

bool ReadMailbox(std::string_view text, Mailbox* mailbox) {
  const size_t at = text.rfind('@');
  if (at == text.npos || at == 0) return false;
  *mailbox = {text.substr(0, at), text.substr(at + 1)};
  // RFC 5321 s4.1.2: of a local part, a quoted string alone has another at sign.
  const std::string_view local = mailbox->local;
  const bool quoted = local.size() > 1 && local.starts_with('"') && local.ends_with('"');
  if (!quoted && local.find('@') != local.npos) return false;
  // RFC 9598 s3: "MUST NOT contain a Byte Order Mark".
  return IsDnsName(mailbox->host) && !text.starts_with("\xef\xbb\xbf");
}

bool IsSrvService(std::string_view text) {
  return text.size() > 1 && text[0] == '_' && std::ranges::all_of(text.substr(1), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '-';
         });
}

bool ReadSrvName(std::string_view text, SrvName* name) {
  const size_t dot = text.find('.');
  if (dot == text.npos) return false;
  *name = {text.substr(0, dot), text.substr(dot + 1)};
  return IsSrvService(name->service) && IsDnsName(name->host);
}

bool ReadUri(std::string_view text, UriName* name) {
  const size_t colon = text.find(':');
  name->scheme = text.substr(0, colon);
  if (colon == text.npos || !IsScheme(name->scheme)) return false;
  std::string_view rest = text.substr(colon + 1);
  name->has_authority = rest.starts_with("//");
  if (name->has_authority) {
    rest = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
    const size_t at = rest.find('@');
    if (at != rest.npos) rest.remove_prefix(at + 1);
  } else {
    if (!DnsNamesEqual(name->scheme, "sip") && !DnsNamesEqual(name->scheme, "sips")) return false;
    rest = rest.substr(0, rest.find_first_of(";?"));
  }
  // A second "@" is no character of a host; RFC 5922 s7.1: a SIP URI with a user names no domain.
  return rest.find('@') == rest.npos && TakeHost(rest, &name->host);
}

bool MailboxText(const GeneralName& name, std::string_view* text) {
  if (name.type == GeneralNameType::kRfc822Name) {
    *text = AsText(name.value);
    return true;
  }
  return IsOther(name, oid::kSmtpUtf8Mailbox, der::kUtf8String, text);
}

bool SrvText(const GeneralName& name, std::string_view* text) {
  return IsOther(name, oid::kDnsSrv, der::kIa5String, text);
}

}  // namespace merlon::x509
