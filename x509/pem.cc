// SPDX-License-Identifier: Apache-2.0
#include "x509/pem.h"

#include <algorithm>

#include "crypto/base/constant_time.h"
#include "crypto/base/secret.h"
#include "crypto/base/writer.h"

namespace merlon::x509 {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";

Error BadPem() { return Misuse(Code::kBadPem); }

std::string_view TrimRight(std::string_view line) {
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  return line;
}

// The label of a boundary that begins with `prefix` (s3, preeb and posteb).
std::optional<std::string_view> LabelOf(std::string_view line, std::string_view prefix) {
  line.remove_prefix(prefix.size());
  line = TrimRight(line);
  if (!line.ends_with(kDashes)) return std::nullopt;
  line.remove_suffix(kDashes.size());
  for (char c : line) {
    if (c < 0x20 || c > 0x7e) return std::nullopt;
  }
  if (line.find("--") != line.npos || line.ends_with(' ') || line.starts_with(' ')) {
    return std::nullopt;
  }
  return line;
}

// The value of a base64 character; *bad collects what is none.
uint32_t Value(uint32_t c, uint32_t* bad) {
  const auto in = [c](char first, char last) {
    return ~MaskIfLess<uint32_t>(c, static_cast<uint32_t>(first)) &
           ~MaskIfLess<uint32_t>(static_cast<uint32_t>(last), c);
  };
  const Mask<uint32_t> upper = in('A', 'Z'), lower = in('a', 'z'), digit = in('0', '9'),
                       plus = in('+', '+'), slash = in('/', '/');
  *bad |= (~(upper | lower | digit | plus | slash)).bits;
  return Select<uint32_t>(upper, c - 'A', 0) | Select<uint32_t>(lower, c - 'a' + 26, 0) |
         Select<uint32_t>(digit, c - '0' + 52, 0) | Select<uint32_t>(plus, 62, 0) |
         Select<uint32_t>(slash, 63, 0);
}

// The base64 character of a value below 64: each term adds the step into its range.
uint8_t Character(uint32_t value) {
  const int v = static_cast<int>(value);
  return static_cast<uint8_t>(v + 'A' + (((25 - v) >> 8) & 6) - (((51 - v) >> 8) & 75) -
                              (((61 - v) >> 8) & 15) + (((62 - v) >> 8) & 3));
}

// Collects characters and writes octets; everything wrong is remembered to the end.
class Decoder {
 public:
  explicit Decoder(MutableBytes out) : out_(out) {}
  void Add(char c) {
    ++characters_;
    if (c == '=') {
      ++padding_;
      return;
    }
    bad_ |= padding_;  // data behind padding
    bits_ = bits_ << 6 | Value(static_cast<unsigned char>(c), &bad_);
    count_ += 6;
    if (count_ < 8) return;
    count_ -= 8;
    full_ = full_ || size_ == out_.size();
    if (!full_) out_[size_++] = static_cast<uint8_t>(bits_ >> count_);
  }
  Result<Bytes> Finish() {
    // RFC 4648 s3.2, s3.5: whole quanta; pad bits are zero.
    const uint32_t leftover = bits_ & ((1u << count_) - 1);
    const bool shape = characters_ % 4 == 0 && padding_ <= 2 && characters_ != 0;
    if (!shape || ValueBarrier(bad_ | leftover) != 0) return BadPem();
    if (full_) return NoSpace();
    return Bytes(out_.data(), size_);
  }

 private:
  MutableBytes out_;
  size_t size_ = 0, characters_ = 0;
  uint32_t bits_ = 0, count_ = 0, bad_ = 0, padding_ = 0;
  bool full_ = false;
};

}  // namespace

Result<std::optional<PemBlock>> PemReader::Next() {
  while (!rest_.empty()) {
    const std::string_view line = TakeLine();
    if (line.starts_with(kBegin)) return TakeBlock(line);
    if (line.starts_with(kEnd)) return Fail();
  }
  return std::optional<PemBlock>();
}

// `line` is the opening boundary.
Result<std::optional<PemBlock>> PemReader::TakeBlock(std::string_view line) {
  const std::optional<std::string_view> label = LabelOf(line, kBegin);
  if (!label) return Fail();
  const char* const start = rest_.data();
  while (!rest_.empty()) {
    const std::string_view inner = TakeLine();
    if (!inner.starts_with(kDashes)) continue;
    if (!inner.starts_with(kEnd) || LabelOf(inner, kEnd) != label) return Fail();
    const size_t size = static_cast<size_t>(inner.data() - start);
    return std::optional(PemBlock{*label, std::string_view(start, size)});
  }
  return Fail();
}

Error PemReader::Fail() {
  rest_ = {};
  return BadPem();
}

Result<PemBlock> PemReader::Find(std::string_view label) {
  for (;;) {
    MERLON_ASSIGN_OR_RETURN(const std::optional<PemBlock> block, Next());
    if (!block) return BadPem();
    if (block->label == label) return *block;
  }
}

// Without its end, which is CR LF, LF or CR.
std::string_view PemReader::TakeLine() {
  const size_t end = rest_.find_first_of("\r\n");
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(line.size());
  if (rest_.starts_with("\r\n")) {
    rest_.remove_prefix(2);
  } else if (!rest_.empty()) {
    rest_.remove_prefix(1);
  }
  return line;
}

Result<Bytes> DecodePem(const PemBlock& block, MutableBytes out) {
  Decoder decoder(out);
  std::string_view body = block.body;
  // s3: blank lines may stand before the base64 text, none within it.
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  bool blank = false;
  while (!body.empty()) {
    const size_t end = std::min(body.find_first_of("\r\n"), body.size());
    const std::string_view line = TrimRight(body.substr(0, end));
    body.remove_prefix(end);
    body.remove_prefix(body.starts_with("\r\n") ? 2 : body.empty() ? 0 : 1);
    blank = blank || line.empty();
    for (char c : line) decoder.Add(c);
  }
  Result<Bytes> decoded = decoder.Finish();
  if (decoded.ok() && !blank) return decoded;
  Wipe(out);
  return blank ? BadPem() : decoded.error();
}

Result<size_t> EncodePem(std::string_view label, Bytes der, MutableBytes out) {
  Writer writer(out);
  for (std::string_view part : {kBegin, label, kDashes, std::string_view("\n")}) {
    writer.Raw(AsBytes(part));
  }
  size_t column = 0;
  for (size_t at = 0; at < der.size(); at += 3) {
    const size_t count = std::min<size_t>(3, der.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? der[at + i] : 0u);
    for (size_t i = 0; i < 4; ++i) {
      writer.Int<1>(i <= count ? Character(bits >> (18 - 6 * i) & 63) : uint8_t{'='});
    }
    column += 4;
    if (column == 64 || at + 3 >= der.size()) {
      writer.Int<1>('\n');
      column = 0;
    }
  }
  for (std::string_view part : {kEnd, label, kDashes, std::string_view("\n")}) {
    writer.Raw(AsBytes(part));
  }
  return writer.Finish();
}

}  // namespace merlon::x509
