// SPDX-License-Identifier: Apache-2.0
// As much of CoAP (RFC 7252 s3) as it takes to ask libcoap's server for its front page and to
// answer its client.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace merlon::interop {

// A confirmable GET of "/", without a token. (As a line of stdin: none of its bytes ends one.)
inline constexpr char kCoapGet[] = "\x40\x01\x12\x34";
// What the acknowledgement of it with a 2.05 Content begins with.
inline constexpr char kCoapContent[] = "\x60\x45\x12\x34";

// The acknowledgement of a confirmable GET, with `content`. Nothing: that is no such request.
inline std::optional<std::string> CoapAnswer(std::string_view request, std::string_view content) {
  if (request.size() < 4) return std::nullopt;
  const size_t token = static_cast<uint8_t>(request[0]) & 0x0f;
  const bool confirmable = (static_cast<uint8_t>(request[0]) & 0xf0) == 0x40;
  const bool get = request[1] == 0x01;
  if (!confirmable || !get || request.size() < 4 + token) return std::nullopt;
  std::string answer(1, static_cast<char>(0x60 | token));
  answer += '\x45';
  answer += request.substr(2, 2 + token);  // its message ID and token
  answer += '\xff';
  answer += content;
  return answer;
}

}  // namespace merlon::interop
