// SPDX-License-Identifier: Apache-2.0
// ServerHello and HelloRetryRequest: one form, told apart by the random. Checked for form alone.
#include "tls/msgs/server_hello.h"

#include <cstring>

#include "tls/ext/extension_block.h"
#include "tls/ext/extension_body.h"
#include "tls/ext/extension_codec.h"

namespace merlon::tls {

// RFC 9846 s4.1.3
const uint8_t kHelloRetryRandom[32] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

namespace {

constexpr size_t kMaxSessionIdSize = 32;
using Type = ExtensionType;

constexpr ExtensionCodec kServerHelloExtensions[] = {
    Field<&ServerHello::key_share, ParseKeyShare, WriteKeyShare>(Type::kKeyShare),
    Field<&ServerHello::pre_shared_key, ParseU16, WriteU16>(Type::kPreSharedKey),
    Field<&ServerHello::supported_version, ParseU16, WriteU16>(Type::kSupportedVersions),
    Flag<&ServerHello::server_name>(Type::kServerName),
    Flag<&ServerHello::status_request>(Type::kStatusRequest),
    Flag<&ServerHello::extended_master_secret>(Type::kExtendedMasterSecret),
    Field<&ServerHello::renegotiation_info, ParseRenegotiationInfo, WriteVector8>(
        Type::kRenegotiationInfo),
    Field<&ServerHello::ec_point_formats, ParseVector8, WriteVector8>(Type::kEcPointFormats),
    Flag<&ServerHello::session_ticket>(Type::kSessionTicket),
    Field<&ServerHello::alpn, ParseSelectedProtocol, WriteSelectedProtocol>(Type::kAlpn),
};
constexpr ExtensionCodec kRetryExtensions[] = {
    Field<&HelloRetryRequest::selected_group, ParseU16, WriteU16>(Type::kKeyShare),
    Field<&HelloRetryRequest::cookie, ParseVector16, WriteVector16>(Type::kCookie),
    Field<&HelloRetryRequest::supported_version, ParseU16, WriteU16>(Type::kSupportedVersions),
};

template <class Hello>
Result<Hello> DecodeExtensions(Reader& reader, ExtensionTable table, Hello hello) {
  // A server of TLS 1.2 may leave the block out (RFC 5246 s7.4.1.3).
  if (reader.done()) return hello;
  MERLON_ASSIGN_OR_RETURN(hello.extensions, ReadExtensionBlock(reader));
  MERLON_TRY(
      ParseExtensions(hello.extensions, table, &hello, &hello.seen, &hello.unknown_extension));
  return hello;
}

void EncodeHello(Writer& writer, uint16_t version, Bytes random, Bytes session_id, uint16_t suite,
                 uint8_t compression, Bytes extensions, ExtensionTable table, const void* hello) {
  writer.Int<2>(version);
  writer.Raw(random);
  WriteVector8(writer, session_id);
  writer.Int<2>(suite);
  writer.Int<1>(compression);
  // A block that came, even an empty one, has an address; one that was left out has none.
  if (extensions.data() == nullptr && !HasExtensions(extensions, table, hello)) return;
  writer.Prefixed<2>([&] { WriteExtensions(writer, extensions, table, hello); });
}

}  // namespace

Result<ServerHelloMessage> ServerHelloMessage::Decode(Reader& reader, const DecodeContext&) {
  ServerHello fixed;
  if (!reader.Int(&fixed.legacy_version) ||
      !reader.Take(sizeof(kHelloRetryRandom), &fixed.random) ||
      !reader.Prefixed<1>(&fixed.session_id) || fixed.session_id.size() > kMaxSessionIdSize ||
      !reader.Int(&fixed.cipher_suite) || !reader.Int(&fixed.compression_method)) {
    return DecodeError();
  }
  if (memcmp(fixed.random.data(), kHelloRetryRandom, sizeof(kHelloRetryRandom)) == 0) {
    HelloRetryRequest fixed_retry;
    fixed_retry.legacy_version = fixed.legacy_version;
    fixed_retry.session_id = fixed.session_id;
    fixed_retry.cipher_suite = fixed.cipher_suite;
    fixed_retry.compression_method = fixed.compression_method;
    MERLON_ASSIGN_OR_RETURN(HelloRetryRequest retry,
                            DecodeExtensions(reader, kRetryExtensions, fixed_retry));
    MERLON_TRY(CheckAnswer(retry.seen, ExtensionPlace::kHelloRetryRequest));
    return ServerHelloMessage{retry};
  }
  MERLON_ASSIGN_OR_RETURN(ServerHello hello,
                          DecodeExtensions(reader, kServerHelloExtensions, fixed));
  if (hello.supported_version) {
    MERLON_TRY(CheckAnswer(hello.seen, ExtensionPlace::kServerHello));
  }
  return ServerHelloMessage{hello};
}

void ServerHelloMessage::Encode(Writer& writer, const DecodeContext&) const {
  if (const auto* retry = std::get_if<HelloRetryRequest>(&hello)) {
    return EncodeHello(writer, retry->legacy_version, kHelloRetryRandom, retry->session_id,
                       retry->cipher_suite, retry->compression_method, retry->extensions,
                       kRetryExtensions, retry);
  }
  const ServerHello& server = *std::get_if<ServerHello>(&hello);
  EncodeHello(writer, server.legacy_version, server.random, server.session_id, server.cipher_suite,
              server.compression_method, server.extensions, kServerHelloExtensions, &server);
}

}  // namespace merlon::tls
