// SPDX-License-Identifier: Apache-2.0
// Decodes and encodes a message of any type, as the dispatcher would: bytes behind it are
// decode_error. For tests alone.
#pragma once
#include <vector>

#include "crypto/base/result.h"
#include "tls/core/input.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/messages13.h"
#include "tls/msgs/server_hello.h"

namespace merlon::tls {

inline constexpr DecodeContext kStreamContext = {.transport = Transport::kStream, .mac_size = 32};

template <class M>
Result<M> DecodeWhole(Bytes body, const DecodeContext& context = kStreamContext) {
  Reader reader(body);
  MERLON_ASSIGN_OR_RETURN(M message, M::Decode(reader, context));
  if (!reader.done()) return DecodeError(Code::kTrailingData);
  return message;
}

template <class M>
std::vector<uint8_t> EncodeWhole(const M& message, const DecodeContext& context = kStreamContext) {
  std::vector<uint8_t> out(1 << 17);
  Writer writer{MutableBytes(out)};
  message.Encode(writer, context);
  out.resize(writer.Finish().ok() ? writer.size() : 0);
  return out;
}

template <class M>
Result<std::vector<uint8_t>> Recode(Bytes body, const DecodeContext& context) {
  MERLON_ASSIGN_OR_RETURN(const M message, DecodeWhole<M>(body, context));
  return EncodeWhole(message, context);
}

// The body again, decoded and encoded.
inline Result<std::vector<uint8_t>> RecodeAny(uint8_t type, Bytes body,
                                              const DecodeContext& context = kStreamContext) {
  switch (type) {
    case ClientHello::kType:
      return Recode<ClientHello>(body, context);
    case ServerHelloMessage::kType:
      return Recode<ServerHelloMessage>(body, context);
    case EncryptedExtensions::kType:
      return Recode<EncryptedExtensions>(body, context);
    case CertificateRequest::kType:
      return Recode<CertificateRequest>(body, context);
    case Certificate::kType:
      return Recode<Certificate>(body, context);
    case CertificateVerify::kType:
      return Recode<CertificateVerify>(body, context);
    case Finished::kType:
      return Recode<Finished>(body, context);
    case EndOfEarlyData::kType:
      return Recode<EndOfEarlyData>(body, context);
    case NewSessionTicket::kType:
      return Recode<NewSessionTicket>(body, context);
    case KeyUpdate::kType:
      return Recode<KeyUpdate>(body, context);
    default:
      return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  }
}

}  // namespace merlon::tls
