// SPDX-License-Identifier: Apache-2.0
// Walks the lists inside extensions, entry by entry. A walk that ends before the list does has met
// a malformed entry: that is how the lists are checked.
#include "tls/ext/lists.h"

namespace merlon::tls {

bool NextKeyShare(Reader& list, KeyShareEntry* entry) {
  Reader reader = list;
  // opaque key_exchange<1..2^16-1> (RFC 9846 s4.2.8)
  if (!reader.Int(&entry->group) || !reader.Prefixed<2>(&entry->key_exchange) ||
      entry->key_exchange.empty()) {
    return false;
  }
  list = reader;
  return true;
}

bool NextProtocolName(Reader& list, std::string_view* name) {
  Reader reader = list;
  Bytes raw;
  // opaque ProtocolName<1..2^8-1>: "Empty strings MUST NOT be included" (RFC 7301 s3.1)
  if (!reader.Prefixed<1>(&raw) || raw.empty()) return false;
  *name = AsText(raw);
  list = reader;
  return true;
}

bool NextPskIdentity(Reader& list, PskOffer* offer) {
  Reader reader = list;
  // opaque identity<1..2^16-1> (RFC 9846 s4.2.11)
  if (!reader.Prefixed<2>(&offer->identity) || offer->identity.empty() ||
      !reader.Int(&offer->obfuscated_age)) {
    return false;
  }
  list = reader;
  return true;
}

bool NextPskBinder(Reader& list, Bytes* binder) {
  Reader reader = list;
  // opaque PskBinderEntry<32..255> (RFC 9846 s4.2.11). One of 1 to 31 bytes is let through to
  // verification, where it is what it is: a wrong binder, decrypt_error, as BoringSSL has it.
  if (!reader.Prefixed<1>(binder) || binder->empty()) return false;
  list = reader;
  return true;
}

bool NextAuthority(Reader& list, Bytes* name) {
  Reader reader = list;
  // opaque DistinguishedName<1..2^16-1> (RFC 9846 s4.2.4)
  if (!reader.Prefixed<2>(name) || name->empty()) return false;
  list = reader;
  return true;
}

}  // namespace merlon::tls
