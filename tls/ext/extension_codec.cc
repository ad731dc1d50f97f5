// SPDX-License-Identifier: Apache-2.0
// Fields from extensions and back. Knows no message: the table says what goes where.
#include "tls/ext/extension_codec.h"

#include "tls/ext/extension_block.h"

namespace merlon::tls {
namespace {

const ExtensionCodec* Find(ExtensionTable table, uint16_t type) {
  for (const ExtensionCodec& row : table) {
    if (static_cast<uint16_t>(row.type) == type) return &row;
  }
  return nullptr;
}

void WriteRow(Writer& writer, const ExtensionCodec& row, const void* message) {
  writer.Int<2>(static_cast<uint16_t>(row.type));
  writer.Prefixed<2>([&] { row.write(message, writer); });
}

}  // namespace

Result<void> ParseExtensions(Bytes block, ExtensionTable table, void* message, ExtensionSet* seen,
                             bool* unknown) {
  Reader reader(block);
  for (Extension e; NextExtension(reader, &e);) {
    if (!seen->Add(e.type)) {
      if (unknown != nullptr) *unknown = true;
      continue;
    }
    const ExtensionCodec* row = Find(table, e.type);
    if (row != nullptr) MERLON_TRY(row->parse(message, e.body));
  }
  return {};
}

Result<void> CheckRequest(ExtensionSet seen, ExtensionPlace place) {
  if (seen.IsSubsetOf(ExtensionSet::AllowedIn(place))) return {};
  // "If an implementation receives an extension which it recognizes and which is not specified for
  // the message in which it appears, it MUST abort the handshake with an "illegal_parameter" alert"
  // (RFC 9846 s4.2)
  return IllegalParameter(Code::kExtensionNotAllowed);
}

Result<void> CheckAnswer(ExtensionSet seen, ExtensionPlace place) {
  if (seen.IsSubsetOf(ExtensionSet::AllowedIn(place))) return {};
  // Two rules of RFC 9846 s4.2 meet: the one above, and "Implementations MUST NOT send extension
  // responses if the remote endpoint did not send the corresponding extension requests ... Upon
  // receiving such an extension, an endpoint MUST abort the handshake with an
  // "unsupported_extension" alert". Nothing asks for an extension in a message that cannot carry
  // it; BoringSSL's tests expect the second.
  return PeerError(Code::kExtensionNotAllowed, Alert::kUnsupportedExtension);
}

void WriteExtensions(Writer& writer, Bytes original, ExtensionTable table, const void* message) {
  ExtensionSet written;
  Reader reader(original);
  for (Extension e; NextExtension(reader, &e);) {
    const ExtensionCodec* row = Find(table, e.type);
    if (row == nullptr) {
      WriteExtension(writer, e);
    } else if (!row->last && row->has(message)) {
      WriteRow(writer, *row, message);
      written.Add(row->type);
    }
  }
  for (const bool last : {false, true}) {
    for (const ExtensionCodec& row : table) {
      if (row.last == last && row.has(message) && !written.Has(row.type)) {
        WriteRow(writer, row, message);
      }
    }
  }
}

bool HasExtensions(Bytes original, ExtensionTable table, const void* message) {
  Reader reader(original);
  for (Extension e; NextExtension(reader, &e);) {
    if (Find(table, e.type) == nullptr) return true;
  }
  for (const ExtensionCodec& row : table) {
    if (row.has(message)) return true;
  }
  return false;
}

}  // namespace merlon::tls
