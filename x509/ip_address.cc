// SPDX-License-Identifier: Apache-2.0
#include "x509/ip_address.h"

namespace merlon::x509 {
namespace {

// Four octets to `out`.
bool ParseIpv4(std::string_view text, uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    unsigned value = 0;
    size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 4) {
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    }
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    out[i] = static_cast<uint8_t>(value);
    text.remove_prefix(digits);
    if (i == 3) break;
    if (text.empty() || text[0] != '.') return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The groups of one side of "::" to `out`, which has room for `room` octets. Gives the octets
// written, or -1. Empty text is no groups.
int ParseGroups(std::string_view text, uint8_t* out, int room) {
  int written = 0;
  while (!text.empty()) {
    const size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == text.npos;
    if (last && group.find('.') != group.npos) {  // RFC 4291 s2.2, form 3
      if (room - written < 4 || !ParseIpv4(group, out + written)) return -1;
      return written + 4;
    }
    if (group.empty() || group.size() > 4 || room - written < 2) return -1;
    unsigned value = 0;
    for (char c : group) {
      if (HexDigit(c) < 0) return -1;
      value = value << 4 | static_cast<unsigned>(HexDigit(c));
    }
    out[written++] = static_cast<uint8_t>(value >> 8);
    out[written++] = static_cast<uint8_t>(value);
    if (last) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return -1;  // ends in a single colon
  }
  return written;
}

bool ParseIpv6(std::string_view text, uint8_t* out) {
  const size_t gap = text.find("::");
  if (gap == text.npos) return ParseGroups(text, out, 16) == 16;
  const std::string_view front = text.substr(0, gap);
  if (front.find('.') != front.npos) return false;
  uint8_t tail[16];
  const int front_size = ParseGroups(front, out, 14);  // "::" stands for one group at least
  if (front_size < 0) return false;
  const int tail_size = ParseGroups(text.substr(gap + 2), tail, 14 - front_size);
  if (tail_size < 0) return false;
  for (int i = front_size; i < 16; ++i) out[i] = 0;
  for (int i = 0; i < tail_size; ++i) out[16 - tail_size + i] = tail[i];
  return true;
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  const bool v6 = text.find(':') != text.npos;
  IpAddress address = IpAddress::OfSize(v6 ? 16 : 4);
  uint8_t* const out = address.mutable_view().data();
  if (v6 ? ParseIpv6(text, out) : ParseIpv4(text, out)) return address;
  return std::nullopt;
}

namespace {

void Put(IpText& out, char c) { out.text[out.size++] = c; }

void PutNumber(IpText& out, unsigned value, unsigned base) {
  if (value >= base) PutNumber(out, value / base, base);
  Put(out, "0123456789abcdef"[value % base]);
}

unsigned Group(Bytes octets, size_t i) {
  return static_cast<unsigned>(octets[2 * i] << 8 | octets[2 * i + 1]);
}

// RFC 5952 s4.2: the longest run of two zero groups or more, of several the first.
void FindZeros(Bytes octets, size_t* start, size_t* count) {
  *start = *count = 0;
  for (size_t i = 0; i < 8; ++i) {
    size_t end = i;
    while (end < 8 && Group(octets, end) == 0) ++end;
    if (end - i >= 2 && end - i > *count) {
      *start = i;
      *count = end - i;
    }
  }
}

}  // namespace

IpText IpAddressText(Bytes octets) {
  IpText out{};
  if (octets.size() == 4) {
    for (size_t i = 0; i < 4; ++i) {
      if (i > 0) Put(out, '.');
      PutNumber(out, octets[i], 10);
    }
  }
  if (octets.size() != 16) return out;
  size_t zeros, count;
  FindZeros(octets, &zeros, &count);
  for (size_t i = 0; i < 8;) {
    if (count > 0 && i == zeros) {
      Put(out, ':');
      Put(out, ':');
      i += count;
      continue;
    }
    if (i > 0 && (count == 0 || i != zeros + count)) Put(out, ':');
    PutNumber(out, Group(octets, i++), 16);
  }
  return out;
}

}  // namespace merlon::x509
