// SPDX-License-Identifier: Apache-2.0
// The vectors inside extensions, as views over the message: nothing is copied.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/reader.h"
#include "tls/operation.h"

namespace merlon::tls {

// A list of 16-bit numbers: cipher suites, groups, schemes, versions. The size is even.
class U16List {
 public:
  U16List() = default;
  explicit U16List(Bytes raw) : raw_(raw) {}
  size_t size() const { return raw_.size() / 2; }
  bool empty() const { return raw_.empty(); }
  uint16_t operator[](size_t i) const {
    const Bytes at = Slice(raw_, 2 * i, 2);
    return static_cast<uint16_t>(at[0] << 8 | at[1]);
  }
  bool Contains(uint16_t value) const {
    for (size_t i = 0; i < size(); ++i) {
      if ((*this)[i] == value) return true;
    }
    return false;
  }
  Bytes raw() const { return raw_; }

 private:
  Bytes raw_;
};

struct KeyShareEntry {
  uint16_t group = 0;
  Bytes key_exchange;
};

// Takes one entry off the front of a checked list. False at its end.
bool NextKeyShare(Reader& list, KeyShareEntry* entry);        // RFC 9846 s4.2.8
bool NextProtocolName(Reader& list, std::string_view* name);  // RFC 7301 s3.1
bool NextPskIdentity(Reader& list, PskOffer* offer);          // RFC 9846 s4.2.11
bool NextPskBinder(Reader& list, Bytes* binder);

// One name of certificate_authorities: the whole DER of a Name (RFC 9846 s4.2.4).
bool NextAuthority(Reader& list, Bytes* name);

// pre_shared_key of a ClientHello.
struct OfferedPsks {
  Bytes identities;           // checked, at least one
  Bytes binders;              // checked, as many
  size_t truncated_size = 0;  // bytes of the message body before the binders' length field
};

}  // namespace merlon::tls
