// SPDX-License-Identifier: Apache-2.0
#include "x509/der_writer.h"

#include <bit>

#include "x509/oid.h"

namespace merlon::x509 {

void DerWriter::Raw(Bytes bytes) {
  uint8_t* const at = Grow(bytes.size());
  if (at != nullptr && !bytes.empty()) memmove(at, bytes.data(), bytes.size());
}

void DerWriter::Boolean(bool value) {
  const uint8_t octet = value ? 0xff : 0x00;
  Element(der::kBoolean, Bytes(&octet, 1));
}

void DerWriter::SmallInteger(uint32_t value) {
  uint8_t octets[4];
  for (int i = 0; i < 4; ++i) octets[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
  UnsignedInteger(octets);
}

void DerWriter::UnsignedInteger(Bytes magnitude) {
  while (!magnitude.empty() && magnitude[0] == 0) magnitude.remove_prefix(1);
  Element(der::kInteger, [&] {
    // X.690 s8.3: two's complement, so the first bit is clear; zero is one octet.
    const uint8_t zero = 0;
    if (magnitude.empty() || (magnitude[0] & 0x80) != 0) Raw(Bytes(&zero, 1));
    Raw(magnitude);
  });
}

void DerWriter::BitString(Bytes octets) {
  Element(der::kBitString, [&] {
    const uint8_t unused = 0;
    Raw(Bytes(&unused, 1));
    Raw(octets);
  });
}

void DerWriter::NamedBits(uint16_t bits) {
  const size_t count = static_cast<size_t>(std::bit_width(bits));
  uint8_t octets[3] = {static_cast<uint8_t>((8 - count % 8) % 8), 0, 0};
  for (size_t i = 0; i < count; ++i) {
    if ((bits >> i & 1) != 0) octets[1 + i / 8] |= static_cast<uint8_t>(0x80 >> i % 8);
  }
  Element(der::kBitString, Bytes(octets, 1 + (count + 7) / 8));
}

uint8_t* DerWriter::Grow(size_t size) {
  ok_ = ok_ && out_.size() - size_ >= size;
  if (!ok_) return nullptr;
  uint8_t* const at = out_.data() + size_;
  size_ += size;
  return at;
}

// Leaves one octet for the length; Close moves the contents when it needs more.
size_t DerWriter::Open(uint8_t tag) {
  uint8_t* const at = Grow(2);
  if (at != nullptr) at[0] = tag;
  return size_;
}

void DerWriter::Close(size_t start) {
  if (!ok_) return;
  const size_t length = size_ - start;
  size_t octets = 0;  // of the long form
  if (length >= 0x80) octets = static_cast<size_t>(std::bit_width(length) + 7) / 8;
  if (Grow(octets) == nullptr) return;
  uint8_t* const contents = out_.data() + start;
  contents[-1] = static_cast<uint8_t>(octets == 0 ? length : 0x80 | octets);
  if (octets == 0) return;
  memmove(contents + octets, contents, length);
  for (size_t i = 0; i < octets; ++i) {
    contents[i] = static_cast<uint8_t>(length >> 8 * (octets - 1 - i));
  }
}

bool WriteKeyAlgorithm(DerWriter& writer, crypto::KeyType type) {
  const auto ec = [&](Bytes curve) {
    writer.Element(der::kSequence, [&] {
      writer.Element(der::kOid, oid::kEcPublicKey);
      writer.Element(der::kOid, curve);
    });
    return true;
  };
  const auto bare = [&](Bytes id) {  // parameters absent
    writer.Element(der::kSequence, [&] { writer.Element(der::kOid, id); });
    return true;
  };
  switch (type) {
    case crypto::KeyType::kEcP256:
      return ec(oid::kSecp256r1);
    case crypto::KeyType::kEcP384:
      return ec(oid::kSecp384r1);
    case crypto::KeyType::kEcP521:
      return ec(oid::kSecp521r1);
    case crypto::KeyType::kRsa:
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, oid::kRsaEncryption);
        writer.Element(der::kNull, Bytes());
      });
      return true;
    case crypto::KeyType::kRsaPss:
      return bare(oid::kRsassaPss);
    case crypto::KeyType::kEd25519:
      return bare(oid::kEd25519);
    case crypto::KeyType::kEd448:
      return bare(oid::kEd448);
    case crypto::KeyType::kMlDsa44:
      return bare(oid::kMlDsa44);
    case crypto::KeyType::kMlDsa65:
      return bare(oid::kMlDsa65);
    case crypto::KeyType::kMlDsa87:
      return bare(oid::kMlDsa87);
    default:
      return false;
  }
}

}  // namespace merlon::x509
