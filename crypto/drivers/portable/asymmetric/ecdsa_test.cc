// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/ecdsa.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_prepared.h"
#include "crypto/drivers/portable/asymmetric/p256.h"
#include "crypto/drivers/portable/asymmetric/p384.h"
#include "crypto/drivers/portable/asymmetric/p521.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

using namespace testing;

const Error kBadSignature = PeerError(Code::kBadSignature, Alert::kDecryptError);
const Error kBadKey = PeerError(Code::kBadKey, Alert::kBadCertificate);
// A hash that gives back the last bytes of its input, for vectors that come as digests.
template <size_t kSize>
constexpr HashAlgorithm kIdentityHash = {
    .id = HashId::kSha256,
    .size = kSize,
    .block_size = 64,
    .context_size = kSize,
    .start = [](void* context) { memset(context, 0, kSize); },
    .update =
        [](void* context, Bytes data) {
          auto* bytes = static_cast<uint8_t*>(context);
          for (uint8_t byte : data) {
            memmove(bytes, bytes + 1, kSize - 1);
            bytes[kSize - 1] = byte;
          }
        },
    .finish = [](void* context, MutableBytes out) { memcpy(out.data(), context, kSize); },
};

// The two numbers in DER, whatever they are.
ByteString EncodeSignature(const ByteString& r, const ByteString& s) {
  ByteString body;
  for (ByteString value : {r, s}) {
    while (value.size() > 1 && value[0] == 0) value.erase(value.begin());
    if (value[0] & 0x80) value.insert(value.begin(), 0);
    body.push_back(2);
    body.push_back(static_cast<uint8_t>(value.size()));
    body.insert(body.end(), value.begin(), value.end());
  }
  const auto size = static_cast<uint8_t>(body.size());
  body.insert(body.begin(), size);
  if (size >= 128) body.insert(body.begin(), 0x81);
  body.insert(body.begin(), 0x30);
  return body;
}

struct Rfc6979Case {
  const HashAlgorithm* hash;
  const char *message, *k, *r, *s;
};
// RFC 6979 A.2.5.
const Rfc6979Case kP256Cases[] = {
    {&kPortableSha256, "sample", "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {&kPortableSha384, "sample", "09f634b188cefd98e7ec88b1aa9852d734d0bc272f7d2a47decc6ebeb375aad4",
     "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
     "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954"},
    {&kPortableSha512, "sample", "5fa81c63109badb88c1f367b47da606da28cad69aa22c4fe6ad7df73a7173aa5",
     "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
     "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"},
    {&kPortableSha256, "test", "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0",
     "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
     "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
    {&kPortableSha384, "test", "16aeffa357260b04b1dd199693960740066c1a8f3e8edd79070aa914d361b3b8",
     "83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb6",
     "8ddbec54cf8cd5874883841d712142a56a8d0f218f5003cb0296b6b509619f2c"},
    {&kPortableSha512, "test", "6915d11632aca3c40d5d51c08daf9c555933819548784480e93499000d9f0b7f",
     "461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04",
     "39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55"},
};
// RFC 6979 A.2.6.
const Rfc6979Case kP384Cases[] = {
    {&kPortableSha256, "sample",
     "180ae9f9aec5438a44bc159a1fcb277c7be54fa20e7cf404b490650a8acc414e"
     "375572342863c899f9f2edf9747a9b60",
     "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33"
     "bde1e888e63355d92fa2b3c36d8fb2cd",
     "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feeb"
     "efdc63eccd1ac42ec0cb8668a4fa0ab0"},
    {&kPortableSha384, "sample",
     "94ed910d1a099dad3254e9242ae85abde4ba15168eaf0ca87a555fd56d10fbca"
     "2907e3e83ba95368623b8c4686915cf9",
     "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
     "81a648152e44acf96e36dd1e80fabe46",
     "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
     "a329c145786e679e7b82c71a38628ac8"},
    {&kPortableSha512, "sample",
     "92fc3c7183a883e24216d1141f1a8976c5b0dd797dfa597e3d7b32198bd35331"
     "a4e966532593a52980d0e3aaa5e10ec3",
     "ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799c"
     "fe30f35cc900056d7c99cd7882433709",
     "512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112"
     "dc7cc3ef3446defceb01a45c2667fdd5"},
    {&kPortableSha256, "test",
     "0cfac37587532347dc3389fdc98286bba8c73807285b184c83e62e26c401c0fa"
     "a48dd070ba79921a3457abff2d630ad7",
     "6d6defac9ab64dabafe36c6bf510352a4cc27001263638e5b16d9bb51d451559"
     "f918eedaf2293be5b475cc8f0188636b",
     "2d46f3becbcc523d5f1a1256bf0c9b024d879ba9e838144c8ba6baeb4b53b47d"
     "51ab373f9845c0514eefb14024787265"},
    {&kPortableSha384, "test",
     "015ee46a5bf88773ed9123a5ab0807962d193719503c527b031b4c2d225092ad"
     "a71f4a459bc0da98adb95837db8312ea",
     "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb"
     "0542a7f0812998da8f1dd3ca3cf023db",
     "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e0"
     "6a739f040649a667bf3b828246baa5a5"},
    {&kPortableSha512, "test",
     "3780c4f67cb15518b6acae34c9f83568d2e12e47deab6c50a4e4ee5319d1e8ce"
     "0e2cc8a136036dc4b9c00e6888f66b6c",
     "a0d5d090c9980faf3c2ce57b7ae951d31977dd11c775d314af55f76c676447d0"
     "6fb6495cd21b4b6e340fc236584fb277",
     "976984e59b4c77b0e8e4460dca3d9f20e07b9bb1f63beefaf576f6b2e8b22463"
     "4a2092cd3792e0159ad9cee37659c736"},
};

// RFC 6979 A.2.7.
const Rfc6979Case kP521Cases[] = {
    {&kPortableSha256, "sample",
     "00edf38afcaaecab4383358b34d67c9f2216c8382aaea44a3dad5fdc9c32575761793fef24eb0fc276dfc4f6e3ec4"
     "76752f043cf01415387470bcbd8678ed2c7e1a0",
     "01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b73564"
     "d67f61c6f14d527d54972810421e7d87589e1a7",
     "004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b1bc06dbe22ce3f582"
     "64afd23704cbb63b29b931f7de6c9d949a7ecfc"},
    {&kPortableSha384, "sample",
     "01546a108bc23a15d6f21872f7ded661fa8431ddbd922d0dcdb77cc878c8553ffad064c95a920a750ac9137e52739"
     "0d2d92f153e66196966ea554d9adfcb109c4211",
     "01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52be9730627d16054b"
     "a40cc0b8d3ff035b12ae75168397f5d50c67451",
     "01f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa85dc394a7dee76652339"
     "3784484bdf3e00114a1c857cde1aa203db65d61"},
    {&kPortableSha512, "sample",
     "01dae2ea071f8110dc26882d4d5eae0621a3256fc8847fb9022e2b7d28e6f10198b1574fdd03a9053c08a1854a168"
     "aa5a57470ec97dd5ce090124ef52a2f7ecbffd3",
     "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152"
     "b534931d7d4e8455cc91f9b15bf05ec36e377fa",
     "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff"
     "0777b1a20f8ccb1dccc43997f1ee0e44da4a67a"},
    {&kPortableSha256, "test",
     "001de74955efaabc4c4f17f8e84d881d1310b5392d7700275f82f145c61e843841af09035bf7a6210f5a431a6a9e8"
     "1c9323354a9e69135d44ebd2fcaa7731b909258",
     "000e871c4a14f993c6c7369501900c4bc1e9c7b0b4ba44e04868b30b41d8071042eb28c4c250411d0ce08cd197e41"
     "88ea4876f279f90b3d8d74a3c76e6f1e4656aa8",
     "00cd52dbaa33b063c3a6cd8058a1fb0a46a4754b034fcc644766ca14da8ca5ca9fde00e88c1ad60ccba7590252990"
     "79d7a427ec3cc5b619bfbc828e7769bcd694e86"},
    {&kPortableSha384, "test",
     "01f1fc4a349a7da9a9e116bfdd055dc08e78252ff8e23ac276ac88b1770ae0b5dceb1ed14a4916b769a523ce1e90b"
     "a22846af11df8b300c38818f713dadd85de0c88",
     "014bee21a18b6d8b3c93fab08d43e739707953244fdbe924fa926d76669e7ac8c89df62ed8975c2d8397a65a49dcc"
     "09f6b0ac62272741924d479354d74ff6075578c",
     "0133330865c067a0eaf72362a65e2d7bc4e461e8c8995c3b6226a21bd1aa78f0ed94fe536a0dca35534f0cd1510c4"
     "1525d163fe9d74d134881e35141ed5e8e95b979"},
    {&kPortableSha512, "test",
     "016200813020ec986863bedfc1b121f605c1215645018aea1a7b215a564de9eb1b38a67aa1128b80ce391c4fb7118"
     "7654aaa3431027bfc7f395766ca988c964dc56d",
     "013e99020abf5cee7525d16b69b229652ab6bdf2affcaef38773b4b7d08725f10cdb93482fdcc54edcee91eca4166"
     "b2a7c6265ef0ce2bd7051b7cef945babd47ee6d",
     "01fbd0013c674aa79cb39849527916ce301c66ea7ce8b80682786ad60f98f7e78a19ca69eff5c57400e3b3a0ad66c"
     "e0978214d13baf4e9ac60752f7b155e2de4dce3"},
};

struct WycheproofFile {
  const char* name;
  const HashAlgorithm* hash;
  int valid, invalid;
};
const WycheproofFile kP256Files[] = {
    {"ecdsa_secp256r1_sha256", &kPortableSha256, 138, 250},
    {"ecdsa_secp256r1_sha512", &kPortableSha512, 193, 251},
};
const WycheproofFile kP384Files[] = {
    {"ecdsa_secp384r1_sha256", &kPortableSha256, 131, 247},
    {"ecdsa_secp384r1_sha384", &kPortableSha384, 154, 250},
    {"ecdsa_secp384r1_sha512", &kPortableSha512, 186, 248},
};

const WycheproofFile kP521Files[] = {
    {"ecdsa_secp521r1_sha512", &kPortableSha512, 187, 247},
};

// All curves, and what their published vectors hold.
struct EcdsaCase {
  const SignAlgorithm& algorithm;
  size_t size;                           // bytes of a private key
  const char *private_key, *public_key;  // RFC 6979 A.2.5, A.2.6
  absl::Span<const Rfc6979Case> rfc6979;
  const HashAlgorithm* identity_hash;
  const char* boringssl_name;
  absl::Span<const WycheproofFile> files;
  const PreparedVerification& prepared;
  uint16_t bits = static_cast<uint16_t>(size * 8);
  int boringssl_valid = 83, boringssl_invalid = 64;
};
const EcdsaCase kCases[] = {
    {kPortableEcdsaP256, 32, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     kP256Cases, &kIdentityHash<32>, "P-256", kP256Files, PreparedEcdsa<ec::P256>::kOperations},
    {kPortableEcdsaP384, 48,
     "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
     "96d5724e4c70a825f872c9ea60d2edf5",
     "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
     "def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c6218967"
     "08a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
     kP384Cases, &kIdentityHash<48>, "P-384", kP384Files, PreparedEcdsa<ec::P384>::kOperations},
    {kPortableEcdsaP521, 66,
     "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16"
     "fcc1466f6d8fbec67db89ec0c08b0e996b83538",
     "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20"
     "fb633155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff823"
     "54d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
     kP521Cases, &kIdentityHash<64>, "P-521", kP521Files, PreparedEcdsa<ec::P521>::kOperations, 521,
     79, 64},
};
class EcdsaTest : public ::testing::TestWithParam<EcdsaCase> {
 protected:
  const SignAlgorithm& algorithm() const { return GetParam().algorithm; }
  ByteString private_key() const { return FromHex(GetParam().private_key); }
  ByteString public_key() const { return FromHex(GetParam().public_key); }
};
INSTANTIATE_TEST_SUITE_P(Curves, EcdsaTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return "P" + std::to_string(info.param.bits); });

template <class Curve>
void MatchesRfc6979(const EcdsaCase& test) {
  const ByteString key = FromHex(test.private_key);
  for (const Rfc6979Case& c : test.rfc6979) {
    const Bytes message = AsBytes(c.message);
    EcdsaNonces<Curve> nonces(*c.hash, key, HashOf(*c.hash, message).view(), Bytes());
    std::array<uint8_t, Curve::kScalarSize> k;
    Curve::StoreScalar(nonces.Next(), MutableBytes(k));
    EXPECT_EQ(ToHex(k), c.k);

    std::array<uint8_t, Ecdsa<Curve>::kMaxSignatureSize> out;
    const Result<size_t> size =
        Ecdsa<Curve>::SignWith(key, *c.hash, message, Bytes(), MutableBytes(out));
    ASSERT_TRUE(size.ok());
    const Bytes signature = Slice(Bytes(out), 0, *size);
    EXPECT_EQ(ToHex(signature), ToHex(EncodeSignature(FromHex(c.r), FromHex(c.s))));
    EXPECT_TRUE(test.algorithm.verify(FromHex(test.public_key), c.hash, message, signature).ok());
  }
}
TEST(EcdsaP256, MatchesRfc6979) { MatchesRfc6979<ec::P256>(kCases[0]); }
TEST(EcdsaP384, MatchesRfc6979) { MatchesRfc6979<ec::P384>(kCases[1]); }
TEST(EcdsaP521, MatchesRfc6979) { MatchesRfc6979<ec::P521>(kCases[2]); }

TEST_P(EcdsaTest, GivesThePublicKey) {
  ByteString out(2 * GetParam().size + 1), small(2 * GetParam().size);
  const Result<size_t> size = algorithm().public_key(private_key(), absl::MakeSpan(out));
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, out.size());
  EXPECT_EQ(ToHex(out), GetParam().public_key);
  EXPECT_EQ(algorithm().public_key(private_key(), absl::MakeSpan(small)).error(), NoSpace());
}

TEST_P(EcdsaTest, SignsWhatItVerifies) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    DeterministicRng rng(seed);
    const size_t key_size = GetParam().size;
    const uint16_t bits = GetParam().bits;
    ByteString private_key(key_size), public_key(2 * key_size + 1);
    std::array<uint8_t, kMaxSignatureSize> out;
    ASSERT_EQ(*algorithm().generate(bits, rng, absl::MakeSpan(private_key)), key_size);
    ASSERT_EQ(*algorithm().check_private(private_key), bits);
    ASSERT_TRUE(algorithm().public_key(private_key, absl::MakeSpan(public_key)).ok());
    const HashAlgorithm* hash = seed % 3 == 0   ? &kPortableSha256
                                : seed % 3 == 1 ? &kPortableSha384
                                                : &kPortableSha512;
    const Bytes message = Slice(Bytes(public_key), 0, seed);
    const auto size = algorithm().sign(private_key, hash, message, rng, MutableBytes(out));
    ASSERT_TRUE(size.ok());
    const Bytes signature = Slice(Bytes(out), 0, *size);
    EXPECT_TRUE(algorithm().verify(public_key, hash, message, signature).ok());
    // Hedged: the next signature differs, and is as good.
    std::array<uint8_t, kMaxSignatureSize> out2;
    const auto size2 = algorithm().sign(private_key, hash, message, rng, MutableBytes(out2));
    ASSERT_TRUE(size2.ok());
    EXPECT_NE(signature, Slice(Bytes(out2), 0, *size2));
    EXPECT_TRUE(algorithm().verify(public_key, hash, message, Slice(Bytes(out2), 0, *size2)).ok());
  }
}

TEST_P(EcdsaTest, RefusesEveryFlippedBit) {
  const ByteString key = public_key();
  const ByteString good =
      EncodeSignature(FromHex(GetParam().rfc6979[0].r), FromHex(GetParam().rfc6979[0].s));
  for (size_t i = 0; i < good.size() * 8; i += GetParam().bits > 500 ? 13 : 1) {
    ByteString bad = good;
    bad[i / 8] = static_cast<uint8_t>(bad[i / 8] ^ 1 << i % 8);
    EXPECT_EQ(algorithm().verify(key, &kPortableSha256, AsBytes("sample"), bad).error(),
              kBadSignature)
        << i;
  }
  EXPECT_EQ(algorithm().verify(key, &kPortableSha256, AsBytes("Sample"), good).error(),
            kBadSignature);
  EXPECT_EQ(algorithm().verify(key, &kPortableSha384, AsBytes("sample"), good).error(),
            kBadSignature);
  ByteString bad_key = key;
  bad_key.back() ^= 1;
  EXPECT_EQ(algorithm().verify(bad_key, &kPortableSha256, AsBytes("sample"), good).error(),
            kBadKey);
}

TEST_P(EcdsaTest, RefusesLooseEncodingsAndNumbersOutOfRange) {
  const ByteString r = FromHex(GetParam().rfc6979[3].r), s = FromHex(GetParam().rfc6979[3].s);
  const ByteString good = EncodeSignature(r, s);
  const auto verify = [&](const ByteString& signature) {
    return algorithm().verify(public_key(), &kPortableSha256, AsBytes("test"), signature);
  };
  ASSERT_TRUE(verify(good).ok());
  ByteString trailing = good;
  trailing.push_back(0);
  EXPECT_EQ(verify(trailing).error(), kBadSignature);
  ByteString trailing_inside = trailing;
  ++trailing_inside[good[1] == 0x81 ? 2 : 1];
  EXPECT_EQ(verify(trailing_inside).error(), kBadSignature);
  ByteString long_length = good;
  if (good[1] == 0x81) {
    long_length[1] = 0x82;
    long_length.insert(long_length.begin() + 2, 0);
  } else {
    long_length.insert(long_length.begin() + 1, 0x81);
  }
  EXPECT_EQ(verify(long_length).error(), kBadSignature);
  EXPECT_EQ(verify(ByteString()).error(), kBadSignature);

  const ByteString zero = {0};
  EXPECT_EQ(verify(EncodeSignature(zero, s)).error(), kBadSignature);
  EXPECT_EQ(verify(EncodeSignature(r, zero)).error(), kBadSignature);
  EXPECT_EQ(verify(EncodeSignature(zero, zero)).error(), kBadSignature);
}

// s + n is congruent to s, and where it still fits in the bytes it is refused: an s below 2^bits -
// n is made for it.
template <class Curve>
void RefusesNumbersOfTheOrderAndMore(const EcdsaCase& test) {
  using Scalar = typename Curve::Scalar;
  // Q = G, so d = 1; s = 1: k = e + r, so e = k - r for any k.
  const typename Curve::Words k = {12345, 0, 0, 1}, one = {1};
  const Scalar r = Scalar::FromWords(Curve::AffineX(Curve::MultiplyBase(k)).ToWords());
  constexpr size_t kSize = Curve::kScalarSize;
  ByteString e_bytes(kSize), r_bytes(kSize), s_bytes(kSize), s_plus_n(kSize),
      key(Curve::kPointSize);
  ec::StoreBigEndian((Scalar::FromWords(k) - r).ToWords(), absl::MakeSpan(e_bytes));
  ec::StoreBigEndian(r.ToWords(), absl::MakeSpan(r_bytes));
  ec::StoreBigEndian(one, absl::MakeSpan(s_bytes));
  uint64_t carry;
  ec::StoreBigEndian(ec::Add(one, Scalar::Modulus::kValue, &carry), absl::MakeSpan(s_plus_n));
  Curve::EncodePoint(Curve::JacobianPoint::From(Curve::Generator()), absl::MakeSpan(key));
  const auto verify = [&](const ByteString& s) {
    return test.algorithm.verify(key, test.identity_hash, e_bytes, EncodeSignature(r_bytes, s));
  };
  EXPECT_TRUE(verify(s_bytes).ok());
  EXPECT_EQ(verify(s_plus_n).error(), kBadSignature);
}
TEST(EcdsaP256, RefusesNumbersOfTheOrderAndMore) {
  RefusesNumbersOfTheOrderAndMore<ec::P256>(kCases[0]);
}
TEST(EcdsaP384, RefusesNumbersOfTheOrderAndMore) {
  RefusesNumbersOfTheOrderAndMore<ec::P384>(kCases[1]);
}

// The verifier's sum is a doubling, (e / s) * G + (r / s) * G with e = r.
template <class Curve>
void VerifiesWhereTheTwoPointsAreEqual(const EcdsaCase& test) {
  using Scalar = typename Curve::Scalar;
  // Q = G, so d = 1; r = x(k * G), e = r, s = (e + r) / k = 2 r / k, u1 = u2 = k / 2.
  const typename Curve::Words k = {12345, 0, 0, 1};
  const Scalar r = Scalar::FromWords(Curve::AffineX(Curve::MultiplyBase(k)).ToWords());
  const Scalar s = r.Doubled() * Scalar::FromWords(k).Inverse();
  constexpr size_t kSize = Curve::kScalarSize;
  ByteString r_bytes(kSize), s_bytes(kSize), e_bytes(kSize), generator(Curve::kPointSize);
  ec::StoreBigEndian(r.ToWords(), absl::MakeSpan(r_bytes));
  ec::StoreBigEndian(s.ToWords(), absl::MakeSpan(s_bytes));
  Curve::EncodePoint(Curve::JacobianPoint::From(Curve::Generator()), absl::MakeSpan(generator));
  const auto verify = [&](const ByteString& digest) {
    return test.algorithm.verify(generator, test.identity_hash, digest,
                                 EncodeSignature(r_bytes, s_bytes));
  };
  EXPECT_TRUE(verify(r_bytes).ok());
  // With e = -r the sum is infinity, which no r matches (FIPS 186-5 s6.4.2, step 6).
  ec::StoreBigEndian((Scalar() - r).ToWords(), absl::MakeSpan(e_bytes));
  EXPECT_EQ(verify(e_bytes).error(), kBadSignature);
}
TEST(EcdsaP256, VerifiesWhereTheTwoPointsAreEqual) {
  VerifiesWhereTheTwoPointsAreEqual<ec::P256>(kCases[0]);
}
TEST(EcdsaP384, VerifiesWhereTheTwoPointsAreEqual) {
  VerifiesWhereTheTwoPointsAreEqual<ec::P384>(kCases[1]);
}

TEST_P(EcdsaTest, RefusesBadPrivateKeys) {
  const size_t size = GetParam().size;
  DeterministicRng rng(1);
  std::array<uint8_t, kMaxSignatureSize> out;
  for (const ByteString& key : {ByteString(size, 0), ByteString(size, 0xff),
                                ByteString(size - 1, 1), ByteString(size + 1, 1), ByteString()}) {
    EXPECT_EQ(algorithm().check_private(key).error(), Misuse(Code::kBadKey));
    EXPECT_EQ(algorithm().public_key(key, MutableBytes(out)).error(), Misuse(Code::kBadKey));
    EXPECT_EQ(algorithm().sign(key, &kPortableSha256, Bytes(), rng, MutableBytes(out)).error(),
              Misuse(Code::kBadKey));
  }
  const ByteString good = private_key();
  EXPECT_EQ(algorithm()
                .sign(good, &kPortableSha256, Bytes(), rng, Slice(MutableBytes(out), 0, 8))
                .error(),
            NoSpace());
  FailingRng failing;
  EXPECT_EQ(algorithm().sign(good, &kPortableSha256, Bytes(), failing, MutableBytes(out)).error(),
            DriverError(Code::kEntropyFailure));
  EXPECT_EQ(algorithm().generate(777, rng, MutableBytes(out)).error(), Misuse(Code::kUnsupported));
}

TEST_P(EcdsaTest, MatchesBoringSsl) {
  int valid = 0, invalid = 0;
  for (const char* name : {"sign", "verify"}) {
    const auto tests = BoringSsl(std::string("fipsmodule/ecdsa/ecdsa_") + name + "_tests.txt");
    if (!tests) GTEST_SKIP() << testing::kNoVectors;
    for (Paragraph test : *tests) {
      if (test["Curve"] != GetParam().boringssl_name) continue;
      // The leftmost bits count; shorter digests are numbers.
      const ByteString digest = FromHex(test["Digest"].substr(0, 2 * GetParam().size));
      if (digest.size() > GetParam().identity_hash->size) continue;  // no hash gives that much
      const Result<void> result =
          algorithm().verify(FromHex("04" + test["X"] + test["Y"]), GetParam().identity_hash,
                             digest, EncodeSignature(FromHex(test["R"]), FromHex(test["S"])));
      const bool expected = test.count("Invalid") == 0;
      EXPECT_EQ(result.ok(), expected) << test["R"];
      ++(expected ? valid : invalid);
    }
  }
  EXPECT_EQ(valid, GetParam().boringssl_valid);
  EXPECT_EQ(invalid, GetParam().boringssl_invalid);
}

TEST_P(EcdsaTest, KeysArePreparedOnceForMany) {
  const PreparedVerification& prepared = GetParam().prepared;
  ByteString ready(prepared.size), bad = public_key();
  ASSERT_TRUE(prepared.prepare(public_key(), absl::MakeSpan(ready)).ok());
  testing::DeterministicRng rng(7);
  for (uint8_t i = 0; i < 8; ++i) {
    const ByteString message = {i}, other = {static_cast<uint8_t>(i + 1)};
    std::array<uint8_t, kMaxSignatureSize> signature;
    const Result<size_t> size =
        algorithm().sign(private_key(), &kPortableSha256, message, rng, MutableBytes(signature));
    ASSERT_TRUE(size.ok());
    const Bytes made = Slice(Bytes(signature), 0, *size);
    EXPECT_TRUE(prepared.verify(ready, &kPortableSha256, message, made).ok());
    EXPECT_EQ(prepared.verify(ready, &kPortableSha256, other, made).error(), kBadSignature);
  }
  bad.back() ^= 1;  // not on the curve
  EXPECT_EQ(prepared.prepare(bad, absl::MakeSpan(ready)).error().code, Code::kBadKey);
  ready.pop_back();
  EXPECT_EQ(prepared.prepare(public_key(), absl::MakeSpan(ready)).error(), Misuse());
  EXPECT_EQ(prepared.verify(ready, &kPortableSha256, {}, {}).error(), Misuse());
}

TEST_P(EcdsaTest, MatchesWycheproof) {
  for (const WycheproofFile& file : GetParam().files) {
    const auto json = Wycheproof(file.name);
    if (!json) GTEST_SKIP() << testing::kNoVectors;
    int valid = 0, invalid = 0;
    for (const auto& group : (*json)["testGroups"]) {
      const ByteString key = HexField(group["publicKey"], "uncompressed");
      // Preparing takes as long as verifying once: on the slower curves for groups of several
      // alone.
      const bool prepares = GetParam().size == 32 || group["tests"].size() > 3;
      ByteString ready(GetParam().prepared.size);
      ASSERT_TRUE(!prepares || GetParam().prepared.prepare(key, absl::MakeSpan(ready)).ok());
      for (const auto& test : group["tests"]) {
        const ByteString message = HexField(test, "msg"), signature = HexField(test, "sig");
        const Result<void> result = algorithm().verify(key, file.hash, message, signature);
        if (prepares) {
          EXPECT_EQ(GetParam().prepared.verify(ready, file.hash, message, signature).ok(),
                    result.ok())
              << file.name << test["tcId"];
        }
        if (test["result"] == "valid") {
          EXPECT_TRUE(result.ok()) << file.name << test["tcId"];
          ++valid;
        } else {
          EXPECT_EQ(result.error(), kBadSignature) << file.name << test["tcId"];
          ++invalid;
        }
      }
    }
    EXPECT_EQ(valid, file.valid);
    EXPECT_EQ(invalid, file.invalid);
  }
}

}  // namespace
}  // namespace merlon::crypto
