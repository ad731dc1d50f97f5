// SPDX-License-Identifier: Apache-2.0
// What stands inside single extensions. A vector shorter than its RFC's minimum, or with bytes
// behind it, is decode_error (RFC 9846 s6.2: "some field was out of the specified range or the
// length of the message was incorrect").
#include "tls/ext/extension_body.h"

#include <cstring>

namespace merlon::tls {
namespace {

// The body is one vector and nothing else.
template <size_t kLengthBytes>
bool OnlyVector(Bytes body, Bytes* content) {
  Reader reader(body);
  return reader.Prefixed<kLengthBytes>(content) && reader.done();
}

template <size_t kLengthBytes>
Result<Bytes> NonEmptyVector(Bytes body) {
  Bytes content;
  if (!OnlyVector<kLengthBytes>(body, &content) || content.empty()) return DecodeError();
  return content;
}

template <size_t kLengthBytes>
Result<U16List> NumberList(Bytes body) {
  MERLON_ASSIGN_OR_RETURN(const Bytes content, NonEmptyVector<kLengthBytes>(body));
  if (content.size() % 2 != 0) return DecodeError();
  return U16List(content);
}

// How many entries `next` finds. False if it stops before the end.
template <class Entry>
bool CountEntries(Bytes list, bool (*next)(Reader&, Entry*), size_t* count) {
  Reader reader(list);
  *count = 0;
  for (Entry entry; next(reader, &entry);) ++*count;
  return reader.done();
}

}  // namespace

Result<uint16_t> ParseU16(Bytes body) {
  Reader reader(body);
  uint16_t value = 0;
  if (!reader.Int(&value) || !reader.done()) return DecodeError();
  return value;
}
void WriteU16(Writer& writer, uint16_t value) { writer.Int<2>(value); }

Result<uint32_t> ParseU32(Bytes body) {
  Reader reader(body);
  uint32_t value = 0;
  if (!reader.Int(&value) || !reader.done()) return DecodeError();
  return value;
}
void WriteU32(Writer& writer, uint32_t value) { writer.Int<4>(value); }

Result<Bytes> ParseRaw(Bytes body) { return body; }
void WriteRaw(Writer& writer, Bytes body) { writer.Raw(body); }

Result<Bytes> ParseVector16(Bytes body) { return NonEmptyVector<2>(body); }
void WriteVector16(Writer& writer, Bytes content) {
  writer.Prefixed<2>([&] { writer.Raw(content); });
}
Result<Bytes> ParseVector8(Bytes body) { return NonEmptyVector<1>(body); }
void WriteVector8(Writer& writer, Bytes content) {
  writer.Prefixed<1>([&] { writer.Raw(content); });
}

Result<Bytes> ParseRenegotiationInfo(Bytes body) {
  Bytes content;
  if (!OnlyVector<1>(body, &content)) return DecodeError();
  return content;
}

Result<U16List> ParseU16List(Bytes body) { return NumberList<2>(body); }
void WriteU16List(Writer& writer, U16List list) { WriteVector16(writer, list.raw()); }
Result<U16List> ParseVersions(Bytes body) { return NumberList<1>(body); }
void WriteVersions(Writer& writer, U16List list) { WriteVector8(writer, list.raw()); }

Result<std::string_view> ParseServerName(Bytes body) {
  MERLON_ASSIGN_OR_RETURN(const Bytes list, NonEmptyVector<2>(body));
  Reader reader(list);
  uint8_t type = 0;
  Bytes name;
  // "The ServerNameList MUST NOT contain more than one name of the same name_type", and no other
  // type was ever defined (RFC 6066 s3): one name, and nothing behind it.
  if (!reader.Int(&type) || !reader.Prefixed<2>(&name) || !reader.done()) return DecodeError();
  constexpr uint8_t kHostName = 0;
  constexpr size_t kMaxHostName = 255;  // RFC 1035 s2.3.4
  if (type != kHostName || name.empty() || name.size() > kMaxHostName ||
      memchr(name.data(), 0, name.size()) != nullptr) {
    return PeerError(Code::kUnrecognizedName, Alert::kUnrecognizedName);
  }
  return AsText(name);
}
void WriteServerName(Writer& writer, std::string_view name) {
  writer.Prefixed<2>([&] {
    writer.Int<1>(0);  // host_name
    WriteVector16(writer, AsBytes(name));
  });
}

Result<Bytes> ParseProtocolNames(Bytes body) {
  MERLON_ASSIGN_OR_RETURN(const Bytes list, NonEmptyVector<2>(body));
  size_t count = 0;
  if (!CountEntries(list, NextProtocolName, &count)) return DecodeError();
  return list;
}
Result<std::string_view> ParseSelectedProtocol(Bytes body) {
  MERLON_ASSIGN_OR_RETURN(const Bytes list, NonEmptyVector<2>(body));
  Reader reader(list);
  std::string_view name;
  // "MUST contain exactly one ProtocolName" (RFC 7301 s3.1)
  if (!NextProtocolName(reader, &name) || !reader.done()) return DecodeError();
  return name;
}
void WriteSelectedProtocol(Writer& writer, std::string_view name) {
  writer.Prefixed<2>([&] { WriteVector8(writer, AsBytes(name)); });
}

Result<Bytes> ParseKeyShares(Bytes body) {
  Bytes list;
  size_t count = 0;
  if (!OnlyVector<2>(body, &list) || !CountEntries(list, NextKeyShare, &count)) {
    return DecodeError();
  }
  return list;
}
Result<KeyShareEntry> ParseKeyShare(Bytes body) {
  Reader reader(body);
  KeyShareEntry entry;
  if (!NextKeyShare(reader, &entry) || !reader.done()) return DecodeError();
  return entry;
}
void WriteKeyShare(Writer& writer, const KeyShareEntry& entry) {
  writer.Int<2>(entry.group);
  WriteVector16(writer, entry.key_exchange);
}

Result<OfferedPsks> ParseOfferedPsks(Bytes body) {
  Reader reader(body);
  OfferedPsks psks;
  size_t identities = 0, binders = 0;
  // identities<7..2^16-1>, binders<33..2^16-1>: at least one of each
  if (!reader.Prefixed<2>(&psks.identities) || !reader.Prefixed<2>(&psks.binders) ||
      !reader.done() || psks.identities.empty() || psks.binders.empty() ||
      !CountEntries(psks.identities, NextPskIdentity, &identities) ||
      !CountEntries(psks.binders, NextPskBinder, &binders)) {
    return DecodeError();
  }
  // binders: "one for each value in the identities list and in the same order" (s4.2.11). Each list
  // is well formed, so this is a contradiction between two fields.
  if (identities != binders) return IllegalParameter();
  return psks;
}
void WriteOfferedPsks(Writer& writer, const OfferedPsks& psks) {
  WriteVector16(writer, psks.identities);
  WriteVector16(writer, psks.binders);
}

Result<Bytes> ParseAuthorities(Bytes body) {
  MERLON_ASSIGN_OR_RETURN(const Bytes list, NonEmptyVector<2>(body));
  size_t count = 0;
  if (!CountEntries(list, NextAuthority, &count)) return DecodeError();
  return list;
}

Result<Bytes> ParseStatusRequest(Bytes body) {
  Reader reader(body);
  uint8_t type = 0;
  Bytes responders, extensions, id;
  if (!reader.Int(&type)) return DecodeError();
  if (type != kStatusTypeOcsp) return body;
  // responder_id_list<0..2^16-1> of ResponderID<1..2^16-1>, request_extensions<0..2^16-1>
  if (!reader.Prefixed<2>(&responders) || !reader.Prefixed<2>(&extensions) || !reader.done()) {
    return DecodeError();
  }
  for (Reader list(responders); !list.done();) {
    if (!list.Prefixed<2>(&id) || id.empty()) return DecodeError();
  }
  return body;
}

Result<Bytes> ParseCertificateStatus(Bytes body) {
  Reader reader(body);
  uint8_t type = 0;
  Bytes response;
  if (!reader.Int(&type) || type != kStatusTypeOcsp || !reader.Prefixed<3>(&response) ||
      !reader.done() || response.empty()) {
    return DecodeError();
  }
  return response;
}
void WriteCertificateStatus(Writer& writer, Bytes ocsp_response) {
  writer.Int<1>(kStatusTypeOcsp);
  writer.Prefixed<3>([&] { writer.Raw(ocsp_response); });
}

Result<uint16_t> ParseRecordSizeLimit(Bytes body) {
  MERLON_ASSIGN_OR_RETURN(const uint16_t limit, ParseU16(body));
  // "Endpoints MUST NOT send a "record_size_limit" extension with a value smaller than 64. An
  // endpoint MUST treat receipt of a smaller value as a fatal error and generate an
  // "illegal_parameter" alert" (RFC 8449 s4)
  if (limit < 64) return IllegalParameter();
  return limit;
}

}  // namespace merlon::tls
