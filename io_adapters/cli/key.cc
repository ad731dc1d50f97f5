// SPDX-License-Identifier: Apache-2.0
// merlon key: its parts by name, and those that make, show and destroy keys. key_use.cc works with
// them.
#include "io_adapters/cli/cert_commands.h"
#include "io_adapters/cli/facts.h"
#include "io_adapters/cli/key_commands.h"
#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "tls/error.h"
#include "x509/pkcs8.h"

namespace merlon::cli {
namespace {

using crypto::KeyType;
using crypto::Permitted;
using crypto::Usage;
using io::Cat;

// Kinds of keys that do not sign.
constexpr Usage kBoth = Usage::kEncrypt | Usage::kDecrypt;
struct OtherKind {
  std::string_view name;
  KeyType type;
  uint16_t bits;
  Usage usage;
  Permitted permitted;
};
constexpr OtherKind kOtherKinds[] = {
    {"rsa2048-oaep", KeyType::kRsa, 2048, Usage::kDecrypt, Permitted::kRsaOaep},
    {"rsa3072-oaep", KeyType::kRsa, 3072, Usage::kDecrypt, Permitted::kRsaOaep},
    {"rsa4096-oaep", KeyType::kRsa, 4096, Usage::kDecrypt, Permitted::kRsaOaep},
    {"aes128", KeyType::kAes, 128, kBoth, Permitted::kGcm},
    {"aes256", KeyType::kAes, 256, kBoth, Permitted::kGcm},
    {"seal", KeyType::kSecret, 256, kBoth, Permitted::kSealedBlob},
};

struct TypeName {
  KeyType type;
  const char* text;
};
constexpr TypeName kTypeNames[] = {
    {KeyType::kSecret, "secret"},
    {KeyType::kAes, "AES"},
    {KeyType::kHmac, "HMAC"},
    {KeyType::kEcP256, "EC P-256"},
    {KeyType::kEcP384, "EC P-384"},
    {KeyType::kEcP521, "EC P-521"},
    {KeyType::kRsa, "RSA"},
    {KeyType::kRsaPss, "RSA-PSS"},
    {KeyType::kEd25519, "Ed25519"},
    {KeyType::kEd448, "Ed448"},
    {KeyType::kMlKem512, "ML-KEM-512"},
    {KeyType::kMlKem768, "ML-KEM-768"},
    {KeyType::kMlKem1024, "ML-KEM-1024"},
    {KeyType::kMlDsa44, "ML-DSA-44"},
    {KeyType::kMlDsa65, "ML-DSA-65"},
    {KeyType::kMlDsa87, "ML-DSA-87"},
};
std::string TypeText(KeyType type) {
  for (const TypeName& name : kTypeNames) {
    if (name.type == type) return name.text;
  }
  return "unknown";
}

std::vector<std::string> UsageText(Usage usage) {
  const struct {
    Usage bit;
    const char* text;
  } bits[] = {{Usage::kSign, "sign"},       {Usage::kDerive, "derive"},
              {Usage::kEncrypt, "encrypt"}, {Usage::kDecrypt, "decrypt"},
              {Usage::kExport, "export"},   {Usage::kCopy, "copy"}};
  std::vector<std::string> out;
  for (const auto& bit : bits) {
    if (Allows(usage, bit.bit)) out.push_back(bit.text);
  }
  return out;
}

std::string AlgorithmText(const crypto::KeyAttributes& attributes) {
  constexpr const char* kFamilies[] = {"any",   "ECDSA",     "RSA PKCS#1", "RSA-PSS",
                                       "EdDSA", "ML-DSA-44", "ML-DSA-65",  "ML-DSA-87"};
  constexpr const char* kModes[] = {"any",  "GCM",        "CTR",
                                    "CMAC", "key wrap",   "padded key wrap",
                                    "OAEP", "derivation", "sealed blobs"};
  if (Allows(attributes.usage, Usage::kSign)) {
    return kFamilies[static_cast<size_t>(attributes.algorithm.family) % std::size(kFamilies)];
  }
  return kModes[static_cast<size_t>(attributes.permitted) % std::size(kModes)];
}

Facts FactsOf(std::string_view name, const crypto::KeyAttributes& attributes) {
  Facts facts;
  facts.Add("name", std::string(name));
  facts.Add("type", TypeText(attributes.type));
  facts.Add("bits", std::to_string(attributes.bits));
  facts.Add("may", UsageText(attributes.usage));
  facts.Add("algorithm", AlgorithmText(attributes));
  return facts;
}

// What the second word names in the key store or on a token, as a key that is to be there.
absl::StatusOr<crypto::KeyAttributes> NewKey(KeyWork& work) {
  const auto place = ParseKeyPlace(work.arguments.words()[1], "store");
  if (!place.ok()) return place.status();
  crypto::KeyAttributes attributes;
  attributes.lifetime = crypto::Lifetime::kPersistent;
  std::string name = place->name;
  if (place->location == "pkcs11") {
    const auto at = work.ring.Token(place->name);
    if (!at.ok()) return at.status();
    attributes.location = at->token->driver().location;
    name = at->uri.object;
  } else if (place->location == "store") {
    const auto folder = work.ring.Folder();
    if (!folder.ok()) return folder.status();
  } else {
    return absl::InvalidArgumentError("keys are made in the key store and on tokens of PKCS #11");
  }
  if (!crypto::IsKeyName(name)) {
    return absl::InvalidArgumentError(
        "a key that is made here has a name of up to 32 letters, digits, '.', '_' and '-'");
  }
  attributes.name = crypto::KeyName(AsBytes(name));
  return attributes;
}

// Type, bits and policy of --type.
absl::Status SetKind(const Arguments& arguments, crypto::KeyAttributes& out) {
  const std::string wanted = arguments.Value("type", "p256");
  const Usage more = arguments.Has("exportable") ? Usage::kExport | Usage::kCopy : Usage::kNone;
  for (const OtherKind& kind : kOtherKinds) {
    if (kind.name != wanted) continue;
    out.type = kind.type;
    out.bits = kind.bits;
    out.usage = kind.usage | more;
    out.permitted = kind.permitted;
    return absl::OkStatus();
  }
  const auto kind = io::FindSigningKeyKind(wanted);
  if (!kind.ok()) {
    std::string names;
    for (const OtherKind& other : kOtherKinds) names += Cat(", ", other.name);
    return absl::InvalidArgumentError(Cat(std::string(kind.status().message()), names));
  }
  out.type = kind->type;
  out.bits = kind->bits;
  out.usage = Usage::kSign | more;
  if (!arguments.Has("hash") && !arguments.Has("padding")) return absl::OkStatus();
  const auto algorithm = SignAlgOf(arguments, kind->type);
  if (!algorithm.ok()) return algorithm.status();
  out.algorithm = *algorithm;
  return absl::OkStatus();
}

crypto::Existing ExistingOf(const Arguments& arguments) {
  return arguments.Has("replace") ? crypto::Existing::kReplace : crypto::Existing::kRefuse;
}

int Done(KeyWork& work, const crypto::KeyAttributes& attributes, const Result<void>& result) {
  if (result.ok()) return kDone;
  const std::string name(AsText(attributes.name.view()));
  if (attributes.location != crypto::kLocalStorage) {
    return Complain(kUsage, Failed(Cat("key ", name), result.error()));
  }
  const auto folder = work.ring.Folder();
  if (!folder.ok()) return Complain(kUsage, folder.status());
  return Complain(kUsage, (*folder)->StatusOf(name, result.error()));
}
int Made(KeyWork& work, const crypto::KeyAttributes& attributes,
         const Result<crypto::KeyHandle>& key) {
  return Done(work, attributes, key.ok() ? Result<void>() : key.error());
}

int Generate(KeyWork& work) {
  auto attributes = NewKey(work);
  if (!attributes.ok()) return Complain(kUsage, attributes.status());
  if (absl::Status s = SetKind(work.arguments, *attributes); !s.ok()) return Complain(kUsage, s);
  return Made(work, *attributes,
              work.crypto.keys().Generate(*attributes, work.crypto.context().rng,
                                          ExistingOf(work.arguments)));
}

int Import(KeyWork& work) {
  auto attributes = NewKey(work);
  if (!attributes.ok()) return Complain(kUsage, attributes.status());
  attributes->usage = Usage::kSign | Usage::kExport | Usage::kCopy;
  if (work.arguments.Has("type")) {
    if (absl::Status s = SetKind(work.arguments, *attributes); !s.ok()) return Complain(kUsage, s);
  } else if (!work.arguments.Has("exportable")) {
    attributes->usage = Usage::kSign;
  }
  auto content = work.Input();
  if (!content.ok()) return Complain(kUsage, content.status());
  crypto::KeyStore& keys = work.crypto.keys();
  Result<crypto::KeyHandle> key = Misuse();
  if (attributes->type == KeyType::kAes || attributes->type == KeyType::kSecret) {
    key = keys.Import(*attributes, AsBytes(*content), ExistingOf(work.arguments));
  } else {
    key = x509::ImportPrivateKeyPem(keys, *content, attributes->usage | Usage::kCopy);
    if (key.ok()) key = keys.Copy(*key, *attributes, ExistingOf(work.arguments));
  }
  Wipe(Room(*content));
  return Made(work, *attributes, key);
}

struct Listed {
  std::string name;
  Result<crypto::KeyAttributes> attributes;
};
absl::StatusOr<std::vector<Listed>> KeysOfAgent(KeyWork& work) {
  std::vector<Listed> out;
  const auto agent = work.ring.Agent();
  if (!agent.ok()) return agent.status();
  const auto names = (*agent)->List();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const auto key = (*agent)->Open(work.crypto.keys(), name);
    if (!key.ok()) return key.status();
    out.push_back({name, work.crypto.keys().Attributes(*key)});
    if (const auto gone = work.crypto.keys().Purge(*key); !gone.ok()) {
      return Failed(name, gone.error());
    }
  }
  return out;
}
absl::StatusOr<std::vector<Listed>> KeysOfStore(KeyWork& work) {
  std::vector<Listed> out;
  const auto folder = work.ring.Folder();
  if (!folder.ok()) return folder.status();
  for (const io::KeyFolder::Entry& entry : (*folder)->List()) {
    out.push_back({entry.name, entry.attributes});
  }
  return out;
}

absl::StatusOr<std::vector<Listed>> KeysOfToken(KeyWork& work, const std::string& uri) {
  const auto at = work.ring.Token(uri);
  if (!at.ok()) return at.status();
  const auto keys = at->token->List();
  if (!keys.ok()) return Failed("the token", keys.error());
  std::vector<Listed> out;
  for (const crypto::Pkcs11Keys::Entry& entry : *keys) {
    out.push_back({io::Printable(entry.label), entry.attributes});
  }
  return out;
}

int List(KeyWork& work) {
  const std::vector<std::string>& words = work.arguments.words();
  const auto keys = words.size() > 1              ? KeysOfToken(work, words[1])
                    : work.arguments.Has("agent") ? KeysOfAgent(work)
                                                  : KeysOfStore(work);
  if (!keys.ok()) return Complain(kUsage, keys.status());
  int code = kDone;
  std::vector<std::string> objects;
  for (const Listed& key : *keys) {
    if (!key.attributes.ok()) {
      code = Complain(kUsage, Failed(Cat("key ", key.name), key.attributes.error()));
    } else if (work.arguments.Has("json")) {
      objects.push_back(FactsOf(key.name, *key.attributes).Json());
    } else {
      printf("%-32s  %-11s  %5d  %s\n", key.name.c_str(), TypeText(key.attributes->type).c_str(),
             key.attributes->bits, io::Join(UsageText(key.attributes->usage), ", ").c_str());
    }
  }
  if (work.arguments.Has("json")) printf("[%s]\n", io::Join(objects, ",\n ").c_str());
  return code;
}

int Show(KeyWork& work) {
  const auto key = work.Key();
  if (!key.ok()) return Complain(kUsage, key.status());
  const auto attributes = work.crypto.keys().Attributes(*key);
  if (!attributes.ok()) return work.Fail(work.Name(), attributes.error());
  Facts facts = FactsOf(work.Name(), *attributes);
  const auto info = io::PublicKeyInfoOf(work.crypto.keys(), *key);
  const crypto::HashAlgorithm* sha256 = work.crypto.context().drivers.hash(crypto::HashId::kSha256);
  if (info.ok() && sha256 != nullptr) {
    facts.Add("public_key_sha256", io::ToHex(HashOf(*sha256, AsBytes(*info)).view()));
  }
  if (work.arguments.Has("json")) {
    puts(facts.Json().c_str());
  } else {
    fputs(facts.Text().c_str(), stdout);
  }
  return kDone;
}

int ExportPublic(KeyWork& work) {
  const auto key = work.Key();
  if (!key.ok()) return Complain(kUsage, key.status());
  const auto info = io::PublicKeyInfoOf(work.crypto.keys(), *key);
  if (!info.ok()) return Complain(kUsage, info.status());
  return work.Write(ToPem("PUBLIC KEY", *info), false);
}

int Destroy(KeyWork& work) {
  const auto attributes = NewKey(work);
  if (!attributes.ok()) return Complain(kUsage, attributes.status());
  crypto::KeyStore& keys = work.crypto.keys();
  if (attributes->location == crypto::kLocalStorage) {
    return Done(work, *attributes, keys.DestroyNamed(attributes->name));
  }
  const Result<crypto::KeyHandle> key = keys.Open(attributes->name, attributes->location);
  return Done(work, *attributes, key.ok() ? keys.Destroy(*key) : key.error());
}

int RunKey(const Arguments& arguments) {
  const std::string& what = arguments.words()[0];
  const struct {
    std::string_view name;
    size_t least, most;  // words
    int (*run)(KeyWork&);
  } parts[] = {{"generate", 2, 2, Generate},
               {"import", 2, 3, Import},
               {"list", 1, 2, List},
               {"show", 2, 2, Show},
               {"sign", 2, 3, KeySign},
               {"verify", 2, 3, KeyVerify},
               {"encrypt", 2, 3, KeyEncrypt},
               {"decrypt", 2, 3, KeyDecrypt},
               {"export-public", 2, 2, ExportPublic},
               {"destroy", 2, 2, Destroy}};
  for (const auto& part : parts) {
    const size_t words = arguments.words().size();
    if (what != part.name || words < part.least || words > part.most) continue;
    KeyWork work{.arguments = arguments};
    return part.run(work);
  }
  return Complain(kUsage,
                  "merlon key list, or generate, import, show, sign, verify, encrypt, "
                  "decrypt, export-public or destroy with a KEY");
}

std::string MoreHelp() { return kKeyStoreHelp; }

}  // namespace

const Command kKey = {
    .name = "key",
    .summary = "make, keep, use and destroy keys that stay in the key store",
    .help =
        "  merlon key generate NAME [--type TYPE] [--exportable] [--replace]\n"
        "  merlon key import NAME [FILE] [--type TYPE] [--exportable] [--replace]\n"
        "  merlon key list [pkcs11:URI] [--json]\n"
        "  merlon key show KEY [--json]\n"
        "  merlon key sign KEY [FILE] [--out FILE] [--hash HASH] [--padding pss|pkcs1]\n"
        "  merlon key verify KEY [FILE] --signature FILE [--hash HASH] [--padding pss|pkcs1]\n"
        "  merlon key encrypt KEY [FILE] [--out FILE] [--context TEXT]\n"
        "  merlon key decrypt KEY [FILE] [--out FILE] [--context TEXT]\n"
        "  merlon key export-public KEY [--out FILE]\n"
        "  merlon key destroy NAME\n\n"
        "KEY is NAME or store:NAME, in the key store; file:PATH, a private key in PEM; "
        "agent:NAME,\n"
        "of merlon agent; or a URI of PKCS #11 (RFC 7512), of a key on a token, where keys are "
        "made\n"
        "and destroyed too:\n"
        "  pkcs11:token=LABEL;object=NAME?module-path=FILE.so&pin-source=FILE\n"
        "(MERLON_PKCS11_MODULE in the environment for module-path; pin-value=PIN is seen by all "
        "who\n"
        "see the command). Without FILE, stdin is read; without --out, stdout is written. A "
        "private "
        "key's bytes never leave the store.\n\n"
        "  --type TYPE     to sign: p256 (if not given), p384, ed25519, rsa2048, rsa3072,\n"
        "                  rsa4096, mldsa44, mldsa65, mldsa87; to decrypt what is encrypted to\n"
        "                  the public key: rsa2048-oaep, rsa3072-oaep, rsa4096-oaep; to encrypt\n"
        "                  and decrypt: aes128, aes256 (GCM), seal (any number of texts)\n"
        "  --exportable    its policy allows other programs to take it out\n"
        "  --replace       in the place of the key of this name\n"
        "  --hash HASH     sha256, sha384 or sha512; of a new key: this one alone\n"
        "  --padding P     of an RSA key: pss (if not given) or pkcs1; of a new key: this one "
        "alone\n"
        "  --context TEXT  what is encrypted: it must be the same to decrypt\n"
        "  --agent SOCKET  of merlon agent (MERLON_AGENT in the environment); `list` tells of its\n"
        "                  keys then\n"
        "  --signature F   what is verified; exit code 3: it is not good\n\n"
        "`import` takes a private key in PEM, or the bytes of an aes or seal key. Signatures are\n"
        "as openssl dgst and openssl pkeyutl take them.\n\n",
    .arguments = {.options = "type hash padding out context signature key-store passphrase-file "
                             "counts agent",
                  .switches = "json exportable replace",
                  .min_words = 1,
                  .max_words = 3},
    .run = RunKey,
    .more_help = MoreHelp,
};

}  // namespace merlon::cli
