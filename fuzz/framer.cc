// SPDX-License-Identifier: Apache-2.0
#include "fuzz/framer.h"

#include "fuzz/fuzz_driver.h"
#include "record/datagram_record.h"

namespace merlon::fuzz {
namespace {

using record::ContentType;

constexpr size_t kTagSize = 16, kExplicitNonceSize = 8;  // of GCM (RFC 5288 s3)

void Append(std::string& out, uint64_t value, size_t size) {
  while (size-- > 0) out += static_cast<char>(value >> (8 * size));
}
std::string Tag() { return std::string(kTagSize, static_cast<char>(kTagByte)); }
char AsByte(ContentType type) { return static_cast<char>(type); }

}  // namespace

std::string Framer::Message(std::string_view message, uint64_t epoch) {
  if (!protocol_.datagrams()) return Record(ContentType::kHandshake, message, epoch);
  const std::string_view body = message.substr(record::kHandshakeHeaderSize);
  std::string content(message.substr(0, record::kHandshakeHeaderSize));
  Append(content, next_sequence_++, 2);
  Append(content, 0, 3);
  Append(content, body.size(), 3);
  content += body;
  return Record(ContentType::kHandshake, content, epoch);
}

std::string Framer::Record(ContentType type, std::string_view content, uint64_t epoch) {
  if (protocol_.datagrams()) return DatagramRecord(type, content, epoch);
  const bool is_hidden = epoch != 0 && !protocol_.is12;  // RFC 9846 s5.2
  std::string body;
  if (epoch != 0 && protocol_.is12) body.append(kExplicitNonceSize, '\0');
  body += content;
  if (is_hidden) body += AsByte(type);
  if (epoch != 0) body += Tag();
  std::string out(1, AsByte(is_hidden ? ContentType::kApplicationData : type));
  Append(out, 0x0303, 2);
  Append(out, body.size(), 2);
  return out + body;
}

std::string Framer::DatagramRecord(ContentType type, std::string_view content, uint64_t epoch) {
  const uint16_t number = next_record_.at(epoch)++;
  std::string out;
  if (epoch != 0 && !protocol_.is12) {  // RFC 9147 s4: number and length of 16 bits
    Append(out, 0x2c | (epoch & 3), 1);
    Append(out, number, 2);
    Append(out, content.size() + 1 + kTagSize, 2);
    return out.append(content) + AsByte(type) + Tag();
  }
  const bool is_protected = epoch != 0;
  out += AsByte(type);
  Append(out, record::kDtls12Version, 2);
  Append(out, epoch, 2);
  Append(out, number, 6);
  Append(out, content.size() + (is_protected ? kExplicitNonceSize + kTagSize : 0), 2);
  if (is_protected) out.append(kExplicitNonceSize, '\0');
  out += content;
  return is_protected ? out + Tag() : out;
}

}  // namespace merlon::fuzz
