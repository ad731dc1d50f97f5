// SPDX-License-Identifier: Apache-2.0
// TLS 1.2's key schedule against values computed with Python's hmac module from RFC 5246 s5, s6.3,
// s8.1, RFC 7627 s4 and RFC 5705 s4; the PRF itself has published vectors in crypto/.
#include "tls/core/key_schedule12.h"

#include <numeric>
#include <string>
#include <vector>

#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "gtest/gtest.h"

namespace merlon::tls {
namespace {

using Buffer = std::vector<uint8_t>;

std::string Hex(Bytes bytes) {
  std::string out;
  for (uint8_t byte : bytes) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

Buffer Counting(size_t size) {
  Buffer out(size);
  std::iota(out.begin(), out.end(), uint8_t{0});
  return out;
}

struct Expected {
  const crypto::HashAlgorithm* hash;
  std::string extended, plain, block16, block32, client_finished, server_finished, exported,
      exported_empty, exported_abc;
};
const Expected kExpected[] = {
    {&crypto::kPortableSha256,
     "3d32721a7ef4add4f23139445f4fe4131956f9ef36687c380fad2db2ba3a2c65e85047e41e9810ef9c54e200dc45"
     "45fe",
     "9d74292fc14cdf469df925ce3046d5252f3dc8719959e03ff7ece95339025c8f96271c5003eec038eb3e2592b399"
     "d064",
     "1405c9a57968632c73c48706cbd3f9187ae5ed5dff87959fb464c8fbfbb650fb7babaa1c738ce315",
     "1405c9a57968632c73c48706cbd3f9187ae5ed5dff87959fb464c8fbfbb650fb7babaa1c738ce315354700442"
     "82e09f71261446d4672f97b76a5c393f3ede74f358c7f706c2e56e836067cbceeba88e2090e1aef2e5d8d28",
     "a063b5cafff673111d576073", "9018e90af74ad5e3c0f6645c",
     "a172e054f204c0d35be0e1cc7fcf39679c9ff8c3", "f189cd6c9fb4b5f3224010a5ba694522a5954775",
     "5bbbfa338341c38fa0443f66905e9933d5c99b20"},
    {&crypto::kPortableSha384,
     "cfed8850ad75d420ded6c4e4a394ae1d79bdd78bed9ed07fc91e46321a9fbce88e8d1541f3d77f94e5fbea288f5a"
     "cccd",
     "ef83335401084438b6df6a774880465ec7f4f77c008df68fee088b580519320c8f27c4a4d8a1bbc532906c53357a"
     "214d",
     "0830f9e7144839b7dae6dbef6c78f53c520d8dcee4a241f84d9ebc72b55cef80569c6f05ce303691",
     "0830f9e7144839b7dae6dbef6c78f53c520d8dcee4a241f84d9ebc72b55cef80569c6f05ce303691158fb58e7"
     "dc2ebd44c2e04288667f8d8b157f439632870ff2363cef30d55cba627ae9c7329ffce35aa97df9555fddd87",
     "c3e294ff7172dd195e38e9fd", "9fefac5f56b11fcfb31ad224",
     "cbf492f03414d04ca529a0553110dbcfc417081b", "cf671a89c4cd0054431eec2ab32c11a41f201743",
     "c2aae10e812b09ffdcbb54d40a64777f5d1b297c"},
};

TEST(KeySchedule12, GivesWhatPythonGives) {
  const Buffer premaster = Counting(32), client(32, 0xc1), server(32, 0x5e);
  for (const Expected& e : kExpected) {
    crypto::Hasher hasher(*e.hash);
    hasher.Update(AsBytes("session"));
    const crypto::Digest session_hash = hasher.Peek();
    const MasterSecret master =
        DeriveMaster12(*e.hash, premaster, ExtendedMasterSeed(session_hash.view()));
    EXPECT_EQ(Hex(master.reveal()), e.extended);
    EXPECT_EQ(Hex(DeriveMaster12(*e.hash, premaster, PlainMasterSeed(client, server)).reveal()),
              e.plain);
    const crypto::Hmac prf = PrfOf(*e.hash, master);
    // client key | server key | client IV | server IV
    crypto::AeadAlgorithm gcm{}, chacha{};
    gcm.id = crypto::AeadId::kAes128Gcm;
    gcm.key_size = 16;
    chacha.id = crypto::AeadId::kChaCha20Poly1305;
    chacha.key_size = 32;
    Buffer out(kVerifyDataSize12);
    for (const auto& [aead, block] : {std::pair(&gcm, e.block16), std::pair(&chacha, e.block32)}) {
      const bool of_client = aead == &chacha;
      const KeyBlock keys = DeriveKeyBlock(prf, *aead, client, server,
                                           {of_client, session_hash.view(), absl::MakeSpan(out)});
      EXPECT_EQ(Hex(out), of_client ? e.client_finished : e.server_finished);
      EXPECT_EQ(Hex(keys.client.key.reveal()) + Hex(keys.server.key.reveal()) +
                    Hex(keys.client.fixed_iv.reveal()) + Hex(keys.server.fixed_iv.reveal()),
                block);
    }
    VerifyData(prf, {/*client=*/true, session_hash.view(), MutableBytes(out)});
    EXPECT_EQ(Hex(out), e.client_finished);
    VerifyData(prf, {/*client=*/false, session_hash.view(), MutableBytes(out)});
    EXPECT_EQ(Hex(out), e.server_finished);
    out.resize(20);
    const auto exported = [&](std::optional<Bytes> context) {
      ExportKeyingMaterial12(prf, client, server, "EXPORTER-x", context, MutableBytes(out));
      return Hex(out);
    };
    EXPECT_EQ(exported(std::nullopt), e.exported);
    EXPECT_EQ(exported(Bytes()), e.exported_empty);
    EXPECT_EQ(exported(AsBytes("abc")), e.exported_abc);
  }
}

}  // namespace
}  // namespace merlon::tls
