// SPDX-License-Identifier: Apache-2.0
#include "x509/pkcs8_encrypted.h"

#include <algorithm>
#include <array>

#include "crypto/legacy/cbc.h"
#include "crypto/legacy/sha1.h"
#include "crypto/pbkdf2.h"
#include "x509/der.h"
#include "x509/der_writer.h"
#include "x509/pem.h"
#include "x509/wiper.h"

namespace merlon::x509 {
namespace {

using crypto::HashAlgorithm;
using crypto::HashId;
using crypto::KeyHandle;
using crypto::KeyStore;

// As in pkcs8.cc, with what is around it.
constexpr size_t kMaxKeyDer = 2816, kMaxLatticeKeyDer = 7936;
constexpr size_t kSaltSize = 16;  // RFC 8018 s4.1: "at least eight octets"

Error BadKey() { return Misuse(Code::kBadKey); }
Error Unsupported() { return Misuse(Code::kUnsupported); }

// RFC 8018 A.4, A.2.
constexpr uint8_t kPbes2[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d};
constexpr uint8_t kPbkdf2[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c};
// RFC 8018 B.1.1: hmacWithSHA1 is 7, the SHA-2s follow. B.2.5: aes128-CBC-PAD is 2, then 22, 42.
constexpr uint8_t kDigestAlgorithm[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02};
constexpr uint8_t kAes[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01};

struct PrfNumber {
  uint8_t last;
  HashId hash;
};
constexpr PrfNumber kPrfs[] = {{7, HashId::kSha1},
                               {8, HashId::kSha224},
                               {9, HashId::kSha256},
                               {10, HashId::kSha384},
                               {11, HashId::kSha512}};
uint8_t NumberOf(HashId hash) {
  for (const PrfNumber& prf : kPrfs) {
    if (prf.hash == hash) return prf.last;
  }
  return 0;
}
// Of an AES key of `size` bytes.
uint8_t AesNumber(size_t size) { return static_cast<uint8_t>(size / 8 * 20 - 38); }

// PBES2-params and the ciphertext; borrowed.
struct Encrypted {
  Bytes salt, iv, ciphertext;
  uint32_t iterations = 0;
  HashId hash = HashId::kSha1;
  size_t key_size = 0;
};

// PBKDF2-params (RFC 8018 A.2).
Result<void> ParsePbkdf2(DerReader& algorithm, Encrypted& out, uint32_t* key_size) {
  DerReader fields{Bytes()};
  Bytes prf, id, null;
  if (!algorithm.Sequence(&fields) || !algorithm.done()) return BadKey();
  if (!fields.NextIs(der::kOctetString)) return Unsupported();  // otherSource of a salt
  if (!fields.Element(der::kOctetString, &out.salt) || !fields.SmallInteger(&out.iterations) ||
      out.iterations == 0) {
    return BadKey();
  }
  *key_size = 0;
  if (fields.NextIs(der::kInteger) && (!fields.SmallInteger(key_size) || *key_size == 0)) {
    return BadKey();
  }
  if (fields.done()) return {};  // DEFAULT algid-hmacWithSHA1
  if (!fields.Element(der::kSequence, &prf) || !fields.done()) return BadKey();
  DerReader reader(prf);
  if (!ReadOid(reader, &id) || !reader.Element(der::kNull, &null) || !null.empty() ||
      !reader.done()) {
    return BadKey();
  }
  if (id.size() != sizeof(kDigestAlgorithm) + 1 ||
      Slice(id, 0, sizeof(kDigestAlgorithm)) != Bytes(kDigestAlgorithm)) {
    return Unsupported();
  }
  for (const PrfNumber& known : kPrfs) {
    if (known.last != id.back()) continue;
    out.hash = known.hash;
    return {};
  }
  return Unsupported();
}

Result<void> ParseCipher(Bytes contents, Encrypted& out) {
  DerReader reader(contents);
  Bytes id;
  if (!ReadOid(reader, &id)) return BadKey();
  if (id.size() != sizeof(kAes) + 1 || Slice(id, 0, sizeof(kAes)) != Bytes(kAes)) {
    return Unsupported();
  }
  for (const size_t size : {16, 24, 32}) {
    if (id.back() == AesNumber(size)) out.key_size = size;
  }
  if (out.key_size == 0) return Unsupported();
  const bool read = reader.Element(der::kOctetString, &out.iv) && reader.done();
  return read && out.iv.size() == crypto::kCipherBlockSize ? Result<void>() : BadKey();
}

// EncryptedPrivateKeyInfo (RFC 5958 s3).
Result<Encrypted> Parse(Bytes der) {
  DerReader outer(der), fields{Bytes()}, algorithm{Bytes()}, parameters{Bytes()},
      derivation{Bytes()};
  Bytes id, kdf, cipher;
  Encrypted out;
  if (!outer.Sequence(&fields) || !outer.done() || !fields.Sequence(&algorithm) ||
      !ReadOid(algorithm, &id) || !fields.Element(der::kOctetString, &out.ciphertext) ||
      !fields.done()) {
    return BadKey();
  }
  if (id != Bytes(kPbes2)) return Unsupported();
  if (!algorithm.Sequence(&parameters) || !algorithm.done() || !parameters.Sequence(&derivation) ||
      !ReadOid(derivation, &kdf) || !parameters.Element(der::kSequence, &cipher) ||
      !parameters.done()) {
    return BadKey();
  }
  if (kdf != Bytes(kPbkdf2)) return Unsupported();  // scrypt (RFC 7914) among others
  uint32_t key_size;
  MERLON_TRY(ParsePbkdf2(derivation, out, &key_size));
  MERLON_TRY(ParseCipher(cipher, out));
  // A length that is given is the cipher's.
  if (key_size != 0 && key_size != out.key_size) return BadKey();
  return out;
}

const HashAlgorithm* HashFor(const KeyStore& store, HashId id) {
  return id == HashId::kSha1 ? &crypto::kPortableSha1 : store.drivers().hash(id);
}

// The plaintext, in place of the ciphertext at the front of `room`.
Result<Bytes> Decrypt(const KeyStore& store, const Encrypted& in, Bytes password,
                      MutableBytes room) {
  const HashAlgorithm* const hash = HashFor(store, in.hash);
  const crypto::BlockDecryptAlgorithm* const cipher =
      store.drivers().block_decrypt(crypto::AesOf(in.key_size));
  if (hash == nullptr || cipher == nullptr) return Unsupported();
  std::array<uint8_t, 32> key_bytes;
  const Wiper wiper(absl::MakeSpan(key_bytes));
  const MutableBytes key = Slice(absl::MakeSpan(key_bytes), 0, in.key_size);
  MERLON_TRY(crypto::Pbkdf2(*hash, password, in.salt, in.iterations, key));
  const Result<size_t> size =
      crypto::CbcDecrypt(*cipher, key, in.iv, crypto::CbcPadding::kPkcs7, in.ciphertext, room);
  if (!size.ok()) {
    return size.error().origin == Origin::kPeer ? Misuse(Code::kBadPassword) : size.error();
  }
  return Bytes(room.data(), *size);
}

template <size_t kRoom>
[[gnu::noinline]] Result<KeyHandle> ImportParsed(KeyStore& store, const Encrypted& in,
                                                 Bytes password, crypto::Usage usage) {
  std::array<uint8_t, kRoom> room;
  const Wiper wiper(absl::MakeSpan(room));
  MERLON_ASSIGN_OR_RETURN(const Bytes plain, Decrypt(store, in, password, absl::MakeSpan(room)));
  const Result<KeyHandle> key = ImportPrivateKeyDer(store, plain, usage);
  // One wrong password in 256 leaves what looks like padding.
  if (!key.ok() && key.error() == BadKey()) return Misuse(Code::kBadPassword);
  return key;
}

template <size_t kRoom>
[[gnu::noinline]] Result<KeyHandle> ImportBlock(KeyStore& store, const PemBlock& block,
                                                Bytes password, crypto::Usage usage,
                                                uint32_t max_iterations) {
  std::array<uint8_t, kRoom> room;
  MERLON_ASSIGN_OR_RETURN(const Bytes der, DecodePem(block, absl::MakeSpan(room)));
  return ImportEncryptedPrivateKeyDer(store, der, password, usage, max_iterations);
}

void WriteParameters(DerWriter& writer, const PasswordOptions& options, Bytes salt, Bytes iv) {
  const auto identifier = [&](Bytes arc, uint8_t last) {
    writer.Element(der::kOid, [&] {
      writer.Raw(arc);
      writer.Raw(Bytes(&last, 1));
    });
  };
  writer.Element(der::kSequence, [&] {
    writer.Element(der::kOid, kPbes2);
    writer.Element(der::kSequence, [&] {
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, kPbkdf2);
        writer.Element(der::kSequence, [&] {
          writer.Element(der::kOctetString, salt);
          writer.SmallInteger(options.iterations);
          writer.Element(der::kSequence, [&] {
            identifier(kDigestAlgorithm, NumberOf(options.hash));
            writer.Element(der::kNull, Bytes());
          });
        });
      });
      writer.Element(der::kSequence, [&] {
        identifier(kAes, AesNumber(options.key_size));
        writer.Element(der::kOctetString, iv);
      });
    });
  });
}

Result<size_t> Write(const KeyStore& store, KeyHandle handle, Bytes password, crypto::Rng& rng,
                     MutableBytes out, const PasswordOptions& options) {
  const bool aes = options.key_size == 16 || options.key_size == 24 || options.key_size == 32;
  if (!aes || NumberOf(options.hash) == 0 || options.hash == HashId::kSha1 ||
      options.iterations == 0) {
    return Misuse();
  }
  const HashAlgorithm* const hash = store.drivers().hash(options.hash);
  const crypto::CipherAlgorithm* const cipher =
      store.drivers().cipher(crypto::AesOf(options.key_size));
  if (hash == nullptr || cipher == nullptr) return Unsupported();
  // The key is encrypted behind what comes before it, and moves forward.
  if (out.size() <= kEncryptedPkcs8Overhead) return NoSpace();
  const MutableBytes tail = Slice(out, kEncryptedPkcs8Overhead - crypto::kCipherBlockSize);
  MERLON_ASSIGN_OR_RETURN(
      const size_t plain,
      ExportPkcs8(store, handle, Slice(tail, 0, tail.size() - crypto::kCipherBlockSize)));
  std::array<uint8_t, kSaltSize> salt;
  std::array<uint8_t, crypto::kCipherBlockSize> iv;
  MERLON_TRY(rng.Fill(absl::MakeSpan(salt)));
  MERLON_TRY(rng.Fill(absl::MakeSpan(iv)));
  std::array<uint8_t, 32> key_bytes;
  const Wiper wiper(absl::MakeSpan(key_bytes));
  const MutableBytes key = Slice(absl::MakeSpan(key_bytes), 0, options.key_size);
  MERLON_TRY(crypto::Pbkdf2(*hash, password, salt, options.iterations, key));
  MERLON_ASSIGN_OR_RETURN(const size_t size,
                          crypto::CbcEncrypt(*cipher, key, iv, crypto::CbcPadding::kPkcs7,
                                             Slice(Bytes(tail), 0, plain), tail));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    WriteParameters(writer, options, salt, iv);
    writer.Element(der::kOctetString, Slice(Bytes(tail), 0, size));
  });
  return writer.Finish();
}

}  // namespace

Result<KeyHandle> ImportEncryptedPrivateKeyDer(KeyStore& store, Bytes der, Bytes password,
                                               crypto::Usage usage, uint32_t max_iterations) {
  MERLON_ASSIGN_OR_RETURN(const Encrypted parsed, Parse(der));
  if (parsed.iterations > max_iterations) return Misuse(Code::kWorkBudget);
  return parsed.ciphertext.size() <= kMaxKeyDer
             ? ImportParsed<kMaxKeyDer>(store, parsed, password, usage)
             : ImportParsed<kMaxLatticeKeyDer>(store, parsed, password, usage);
}

Result<KeyHandle> ImportPrivateKeyPem(KeyStore& store, std::string_view text, Bytes password,
                                      crypto::Usage usage, uint32_t max_iterations) {
  PemReader reader(text);
  for (;;) {
    MERLON_ASSIGN_OR_RETURN(const std::optional<PemBlock> block, reader.Next());
    if (!block) return Misuse(Code::kBadPem);
    const bool plain = block->label == "PRIVATE KEY" || block->label == "EC PRIVATE KEY" ||
                       block->label == "RSA PRIVATE KEY";
    if (plain) return ImportPrivateKeyPem(store, text, usage);
    if (block->label != "ENCRYPTED PRIVATE KEY") continue;
    return block->max_size() <= kMaxKeyDer
               ? ImportBlock<kMaxKeyDer>(store, *block, password, usage, max_iterations)
               : ImportBlock<kMaxLatticeKeyDer>(store, *block, password, usage, max_iterations);
  }
}

Result<size_t> ExportEncryptedPkcs8(const KeyStore& store, KeyHandle key, Bytes password,
                                    crypto::Rng& rng, MutableBytes out,
                                    const PasswordOptions& options) {
  const Result<size_t> written = Write(store, key, password, rng, out, options);
  Wipe(written.ok() ? Slice(out, *written) : out);
  return written;
}

}  // namespace merlon::x509
