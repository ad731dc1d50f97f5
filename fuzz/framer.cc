// SPDX-License-Identifier: Apache-2.0
#include "fuzz/framer.h"

#include "fuzz/fuzz_driver.h"
#include "record/datagram_record.h"

namespace merlon::fuzz {
namespace {

using record::ContentType;

constexpr size_t kExplicitNonceSize = 8;  // of GCM (RFC 5288 s3) and CCM (RFC 6655 s3)

void Append(std::string& out, uint64_t value, size_t size) {
  while (size-- > 0) out += static_cast<char>(value >> (8 * size));
}
std::string Tag(size_t size) { return std::string(size, static_cast<char>(kTagByte)); }
char AsByte(ContentType type) { return static_cast<char>(type); }

}  // namespace

std::string Framer::Message(std::string_view message, uint64_t epoch) {
  if (!protocol_.datagrams()) return Record(ContentType::kHandshake, message, epoch);
  const size_t size = message.size() - record::kHandshakeHeaderSize;
  return Fragment(message, next_sequence_++, 0, size, epoch);
}

std::array<std::string, 2> Framer::Halves(std::string_view message, size_t cut, uint64_t epoch) {
  const size_t at = record::kHandshakeHeaderSize + cut;
  if (!protocol_.datagrams()) {
    std::string first = Record(ContentType::kHandshake, message.substr(0, at), epoch);
    return {std::move(first), Record(ContentType::kHandshake, message.substr(at), epoch)};
  }
  const uint16_t sequence = next_sequence_++;
  const size_t size = message.size() - record::kHandshakeHeaderSize;
  std::string last = Fragment(message, sequence, cut, size, epoch);
  return {std::move(last), Fragment(message, sequence, 0, cut, epoch)};
}

std::string Framer::Fragment(std::string_view message, uint16_t sequence, size_t begin, size_t end,
                             uint64_t epoch) {
  std::string content(message.substr(0, record::kHandshakeHeaderSize));
  Append(content, sequence, 2);
  Append(content, begin, 3);
  Append(content, end - begin, 3);
  content += message.substr(record::kHandshakeHeaderSize + begin, end - begin);
  return Record(ContentType::kHandshake, content, epoch);
}

std::string Framer::Record(ContentType type, std::string_view content, uint64_t epoch) {
  if (protocol_.datagrams()) return DatagramRecord(type, content, epoch);
  const bool is_hidden = epoch != 0 && !protocol_.is12;  // RFC 9846 s5.2
  std::string body;
  if (epoch != 0 && protocol_.is12) body.append(kExplicitNonceSize, '\0');
  body += content;
  if (is_hidden) body += AsByte(type);
  if (epoch != 0) body += Tag(protocol_.tag_size);
  std::string out(1, AsByte(is_hidden ? ContentType::kApplicationData : type));
  Append(out, 0x0303, 2);
  Append(out, body.size(), 2);
  return out + body;
}

std::string Framer::DatagramRecord(ContentType type, std::string_view content, uint64_t epoch) {
  const uint16_t number = next_record_[epoch]++;
  std::string out;
  if (epoch != 0 && !protocol_.is12) {  // RFC 9147 s4: number and length of 16 bits
    Append(out, 0x2c | (epoch & 3), 1);
    Append(out, number, 2);
    Append(out, content.size() + 1 + protocol_.tag_size, 2);
    return out.append(content) + AsByte(type) + Tag(protocol_.tag_size);
  }
  const bool is_protected = epoch != 0;
  out += AsByte(type);
  Append(out, record::kDtls12Version, 2);
  Append(out, epoch, 2);
  Append(out, number, 6);
  Append(out, content.size() + (is_protected ? kExplicitNonceSize + protocol_.tag_size : 0), 2);
  if (is_protected) out.append(kExplicitNonceSize, '\0');
  out += content;
  return is_protected ? out + Tag(protocol_.tag_size) : out;
}

bool SentAlert(const std::vector<std::string>& sent, Alert alert) {
  if (sent.empty()) return false;
  const std::string content = {2, static_cast<char>(alert)};
  const size_t at = sent.back().rfind(content);
  if (at == std::string::npos) return false;
  const size_t behind = sent.back().size() - at - content.size();
  // A tag, and in TLS 1.3 the content type in front of it.
  return behind == 0 || behind == 8 || behind == 9 || behind == 16 || behind == 17;
}

}  // namespace merlon::fuzz
