// SPDX-License-Identifier: Apache-2.0
// From a block of extensions to the fields of a message and back, by a table that each message
// gives: one row per extension that it interprets. What no row names is kept as it came.
#pragma once
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"
#include "tls/ext/extension_type.h"

namespace merlon::tls {

// How one extension maps to one field. Made by Field and Flag; `message` is the one they name.
struct ExtensionCodec {
  ExtensionType type;
  Result<void> (*parse)(void* message, Bytes body);
  bool (*has)(const void* message);
  void (*write)(const void* message, Writer& writer);  // the body; called if `has`
  bool last = false;  // stands behind all others (pre_shared_key of a ClientHello)
};

// A std::optional member, its Parse and its Write.
template <auto kMember, auto kParse, auto kWrite>
constexpr ExtensionCodec Field(ExtensionType type, bool last = false) {
  return []<class M, class T>(std::optional<T> M::*, ExtensionType type, bool last) {
    return ExtensionCodec{
        type,
        [](void* message, Bytes body) -> Result<void> {
          MERLON_ASSIGN_OR_RETURN(static_cast<M*>(message)->*kMember, kParse(body));
          return {};
        },
        [](const void* message) { return (static_cast<const M*>(message)->*kMember).has_value(); },
        [](const void* message, Writer& writer) {
          kWrite(writer, *(static_cast<const M*>(message)->*kMember));
        },
        last};
  }(kMember, type, last);
}

// A bool member: the extension is there, and empty.
template <auto kMember>
constexpr ExtensionCodec Flag(ExtensionType type) {
  return []<class M>(bool M::*, ExtensionType type) {
    return ExtensionCodec{
        type,
        [](void* message, Bytes body) -> Result<void> {
          if (!body.empty()) return DecodeError(Code::kTrailingData);
          static_cast<M*>(message)->*kMember = true;
          return {};
        },
        [](const void* message) { return static_cast<const M*>(message)->*kMember; },
        [](const void*, Writer&) {}};
  }(kMember, type);
}

using ExtensionTable = absl::Span<const ExtensionCodec>;

// Reads a checked block (extension_block.h) into `message`. Known types go into *seen; if any is
// not known, *unknown (which may be null) becomes true.
Result<void> ParseExtensions(Bytes block, ExtensionTable table, void* message, ExtensionSet* seen,
                             bool* unknown);
// Refuses known extensions that may not stand in this message (RFC 9846 s4.2). CheckRequest, of
// what starts an exchange: illegal_parameter. CheckAnswer, of what answers a ClientHello:
// unsupported_extension.
Result<void> CheckRequest(ExtensionSet seen, ExtensionPlace place);
Result<void> CheckAnswer(ExtensionSet seen, ExtensionPlace place);
// Writes the extensions of `message`, without the length of the block: in the order of `original`
// as far as that goes (its extensions that no row names are copied; those whose field is empty now
// are left out), then the others in the order of the table.
void WriteExtensions(Writer& writer, Bytes original, ExtensionTable table, const void* message);
// False: WriteExtensions would write nothing.
bool HasExtensions(Bytes original, ExtensionTable table, const void* message);

}  // namespace merlon::tls
