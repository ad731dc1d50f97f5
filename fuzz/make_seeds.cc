// SPDX-License-Identifier: Apache-2.0
// Writes the seeds of all targets into the folders NAME of the folder that it is given, which is
// fuzz/corpora in a checkout:
//
//   bazel run //fuzz:make_seeds -- $PWD/fuzz/corpora
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "crypto/drivers/default_drivers.h"
#include "fuzz/fuzz_driver.h"
#include "fuzz/recorder.h"
#include "fuzz/twins.h"
#include "tls/listener/listener_net.h"
#include "tls/testing/core_pair.h"
#include "x509/oid.h"
#include "x509/pem.h"
#include "x509/pkcs8.h"
#include "x509/request.h"
#include "x509/status_writer.h"
#include "x509/testing/toy_pki.h"

namespace merlon::fuzz {
namespace {

using std::string_literals::operator""s;

std::filesystem::path corpora;

void Write(const std::string& target, const std::string& name, std::string_view input) {
  std::filesystem::create_directories(corpora / target);
  std::ofstream(corpora / target / name, std::ios::binary) << input;
}

struct Meeting {
  const char* name;
  uint16_t client, server;
  Manner manner = {};
};
constexpr Meeting kMeetings[] = {
    {"full", 0, 0},
    {"resumed", kOfferSession, 0},
    {"resumed_retry", kOfferSession, kWantsP256},
    {"retry", 0, kWantsP256},
    {"psk", kOfferPsk, kKnowsPsk},
    {"psk_unknown", kOfferPsk, 0},
    {"alpn", kOfferAlpn | kTwoShares, kHasAlpn | kWantsP256},
    {"alpn_missing", 0, kRequiresAlpn},
    {"sha384", kLikesP256, kNoTickets, {.much = true}},
    {"late", 0, 0, {.answers = Answers::kLate}},
    {"doubly_in_bytes",
     kOfferAlpn,
     kHasAlpn,
     {.answers = Answers::kDoubly, .pieces = Pieces::kThrees}},
    {"twice_in_halves", 0, 0, {.pieces = Pieces::kHalves, .twice = true}},
    {"failing", 0, 0, {.answers = Answers::kBadly}},
    {"full_12", k12Alone, k12Alone},
    {"client_12", k12Alone, kHasAlpn},
    {"server_12", kOfferAlpn, k12Alone | kHasAlpn | kWantsP256},
    {"resumed_12", kOfferSession | k12Alone, k12Alone},
    {"sha384_12", k12Alone, k12Alone | kNoTickets, {.much = true}},
    {"late_12", k12Alone, k12Alone, {.answers = Answers::kLate}},
    {"twice_in_halves_12", 0, k12Alone, {.pieces = Pieces::kHalves, .twice = true}},
    {"failing_12", 0, k12Alone, {.answers = Answers::kBadly}},
    {"both_certificates", kShowsCertificate, kRequiresClients},
    {"both_certificates_retry", kShowsCertificate, kRequiresClients | kWantsP256},
    {"no_certificate_to_show", 0, kAsksClients},
    {"certificate_missing", 0, kRequiresClients},
    {"both_certificates_12", kShowsCertificate | k12Alone, kRequiresClients},
    {"no_certificate_to_show_12", 0, kAsksClients | k12Alone},
    {"psk_12", kPskGcm12, kPskSuites12},
    {"psk_ccm8_12", kPskCcm8_12, kPskSuites12},
    {"ecdhe_psk_12", kEcdhePsk12, kPskSuites12 | kWantsP256},
    {"psk_late_12", kEcdhePsk12, kKnowsPsk, {.answers = Answers::kLate}},
    {"little", kLittleStorage | kLittleReassembly, kLittleStorage | kLittleReassembly},
};

void WriteConnections() {
  for (const Meeting& meeting : kMeetings) {
    // A stream's bytes do not come twice.
    Manner stream_manner = meeting.manner;
    stream_manner.twice = false;
    const Recording stream = RecordStream(meeting.client, meeting.server, stream_manner);
    Write("client", meeting.name, stream.client);
    Write("server", meeting.name, stream.server);
    const Recording datagrams = RecordDatagrams(meeting.client, meeting.server, meeting.manner);
    Write("datagram_client", meeting.name, datagrams.client);
    Write("datagram_server", meeting.name, datagrams.server);
  }
}

// Every message of a handshake, with its header; a byte in front says which transport.
void WriteMessages() {
  int count = 0;
  const auto take = [&](const tls::testing::BareCore& from, char transport) {
    if (from.to_send.empty()) return false;
    const std::string& message = from.to_send.front();
    Write("message", std::to_string(count++) + "_type" + std::to_string(message[0]),
          transport + message);
    return true;
  };
  for (const bool retry : {false, true}) {
    tls::testing::CorePair pair({.retry = retry}, FuzzWorld());
    for (bool moved = true; moved;) {
      moved = take(*pair.client, 0) && pair.DeliverToServer();
      moved |= take(*pair.server, 0) && pair.DeliverToClient();
    }
  }
  Write("message", "certificate_request",
        std::string("\0\x0d\0\0\x0b\0\0\x08\0\x0d\0\x04\0\x02\x04\x03", 17));
  Write("message", "key_update", std::string("\1\x18\0\0\1\1", 6));
}

// What clients send until they are connected, or until both ClientHellos have gone out.
void WriteListener() {
  for (const tls::Version version : {tls::Version::kTls12, tls::Version::kTls13}) {
    for (const size_t mtu : {1200, 100}) {
      tls::testing::ListenerNet net(FuzzWorld().ServerBuilder().Build().value(), {}, FuzzWorld());
      std::string script;
      net.on_arrival = [&](const std::string& datagram, const std::string& address) {
        const Pieces from = address == "a" ? Pieces::kWhole : Pieces::kBytes;
        AppendStep({StepByte(Action::kDeliver, false, Answers::kAtOnce, from), datagram}, script);
      };
      for (const char* address : {"a", "b"}) {
        net.Add(
            address,
            {.config = FuzzWorld().ClientBuilder().SetVersions(version, version).Build().value(),
             .datagram = {.mtu = mtu, .retransmit = {}, .start = {}}});
      }
      net.Run();
      const bool is12 = version == tls::Version::kTls12;
      Write("listener", std::string(is12 ? "dtls12" : "dtls13") + (mtu == 100 ? "_pieces" : ""),
            script.substr(0, 4000));
    }
  }
}

// Each handshake of the twins, and what makes them part: see the table in twins.cc.
void WriteDifferential() {
  const auto input = [](size_t scenario, bool server) {
    return std::string({static_cast<char>(scenario), static_cast<char>(server ? 1 : 0)});
  };
  for (size_t i = 0; i < TwinScenarios(); ++i) {
    for (const bool server : {false, true}) {
      Write("differential", std::to_string(i) + (server ? "_server" : "_client"), input(i, server));
    }
  }
  struct Edit {
    EditKind kind;
    uint8_t of;
    uint16_t where;
    uint8_t what;
  };
  const auto write = [&](const char* name, size_t scenario, std::initializer_list<Edit> edits) {
    std::string out = input(scenario, /*server=*/false);
    for (const Edit& edit : edits) {
      out += {static_cast<char>(edit.kind), static_cast<char>(edit.of),
              static_cast<char>(edit.where >> 8), static_cast<char>(edit.where),
              static_cast<char>(edit.what)};
    }
    Write("differential", name, out);
  };
  constexpr size_t kFull13 = 0,
                   kFull12 = kFirst12Twins;  // ChangeCipherSpec is the sixth, Finished behind it
  write("early_change_cipher_spec", kFull12, {{EditKind::kChangeCipherSpec, 1, 0, 0}});
  write("early_data", kFull13, {{EditKind::kData, 1, 4, 0}});
  write("message_in_clear", kFull13, {{EditKind::kInClear, 1, 0, 0}});
  write("finished_in_clear_12", kFull12, {{EditKind::kInClear, 6, 0, 0}});
  write("bad_finished_for_change_cipher_spec", kFull12,
        {{EditKind::kRemove, 5, 0, 0}, {EditKind::kAppend, 5, 1, 0}});
  write("hello_verify_request", kFull12, {{EditKind::kInsert, 0, 5, 3}});
  write("bad_alert_in_clear", kFull12, {{EditKind::kAlert, 1, 3, 40}});
}

std::string Framed(const std::vector<x509::Buffer>& chain) {
  std::string out;
  for (const x509::Buffer& der : chain) {
    out += static_cast<char>(der.size() >> 8);
    out += static_cast<char>(der.size());
    out += AsText(Bytes(der));
  }
  return out;
}

void WriteCertificates() {
  const std::string_view names[] = {"server.example", "*.other.example"};
  const uint8_t address[] = {192, 0, 2, 1};
  const Bytes addresses[] = {Bytes(address)};
  x509::CertificateSpec leaf_spec;
  leaf_spec.subject = "leaf";
  leaf_spec.purposes = x509::KeyPurpose::kServerAuth;
  leaf_spec.dns_names = names;
  leaf_spec.ip_addresses = addresses;
  x509::CertificateSpec ca_spec;
  ca_spec.subject = "ca";
  ca_spec.ca = true;
  ca_spec.path_length = uint8_t{0};
  const x509::Buffer by_root =
      x509::Issue({.spec = leaf_spec, .key = 1, .issuer = "root", .issuer_key = 9});
  const x509::Buffer by_ca =
      x509::Issue({.spec = leaf_spec, .key = 1, .issuer = "ca", .issuer_key = 2});
  const x509::Buffer ca =
      x509::Issue({.spec = ca_spec, .key = 2, .issuer = "root", .issuer_key = 9});
  // NameConstraints: permitted dNSName "example" (RFC 5280 s4.2.1.10).
  const uint8_t constraints[] = {0x30, 0x0d, 0xa0, 0x0b, 0x30, 0x09, 0x82, 0x07,
                                 'e',  'x',  'a',  'm',  'p',  'l',  'e'};
  const uint8_t constraints_oid[] = {0x55, 0x1d, 0x1e};
  const x509::Extension more[] = {{Bytes(constraints_oid), true, Bytes(constraints)}};
  ca_spec.more = more;
  const x509::Buffer limited =
      x509::Issue({.spec = ca_spec, .key = 2, .issuer = "root", .issuer_key = 9});
  Write("certificate", "leaf", Framed({by_root}));
  Write("certificate", "chain", Framed({by_ca, ca}));
  Write("certificate", "constrained", Framed({by_ca, limited, ca}));
}

// Pairs of names for fuzz/name.cc.
void WriteNames() {
  const auto write = [](const char* seed, std::string_view a, std::string_view b) {
    std::string input{static_cast<char>(a.size()), static_cast<char>(a.size() >> 8)};
    Write("name", seed, input.append(a).append(b));
  };
  const auto tlv = [](int tag, const std::string& contents) {
    return std::string{static_cast<char>(tag), static_cast<char>(contents.size())} + contents;
  };
  const auto name = [&](int tag, const std::string& text) {
    return tlv(der::kSequence,
               tlv(der::kSet, tlv(der::kSequence, "\x06\x03\x55\x04\x03" + tlv(tag, text))));
  };
  write("directory", name(der::kUtf8String, "a  Name"), name(der::kPrintableString, "A name"));
  write("wildcard", "*.example.com", "www.example.com");
  write("mailbox", "me@example.com", "192.0.2.1");
  write("uri", "https://me@server.example:8443/", "2001:db8::1");
  // GeneralNames (RFC 5280 s4.2.1.6): dNSName, rfc822Name, URI, iPAddress, SRVName.
  const std::string names = tlv(0x82, "a.example") + tlv(0x81, "me@a.example") +
                            tlv(0x86, "https://a.example/") + tlv(0x87, "\xc0\x00\x02\x01"s) +
                            tlv(0xa0, "\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x07" +
                                          tlv(0xa0, tlv(0x16, "_imaps.example")));
  // Permitted: a DNS name, a mail domain; excluded: 10.0.0.0/8.
  write("constrained", names,
        tlv(der::kSequence,
            tlv(0xa0, tlv(der::kSequence, tlv(0x82, "example")) +
                          tlv(der::kSequence, tlv(0x81, ".example"))) +
                tlv(0xa1, tlv(der::kSequence, tlv(0x87, "\x0a\x00\x00\x00\xff\x00\x00\x00"s)))));
  write("asked", names, "_imaps.example");
}

// The other keys there are those of x509/key_test.cc.
void WritePem() {
  crypto::InlineKeyStore<2> keys{crypto::DefaultDrivers()};
  crypto::testing::DeterministicRng rng(1);
  const auto key = keys->Generate(
      {.type = crypto::KeyType::kEcP256, .usage = crypto::Usage::kSign | crypto::Usage::kExport},
      rng);
  uint8_t der[400], text[800];
  const size_t der_size = *x509::ExportPkcs8(*keys, *key, MutableBytes(der));
  const size_t size = *x509::EncodePem("PRIVATE KEY", Bytes(der, der_size), MutableBytes(text));
  Write("pem", "pkcs8", AsText(Bytes(text, size)));
  const x509::Buffer leaf =
      x509::Issue({.spec = {.subject = "x"}, .key = 1, .issuer = "x", .issuer_key = 1});
  const size_t cert = *x509::EncodePem("CERTIFICATE", Bytes(leaf), MutableBytes(text));
  Write("pem", "certificate", "text in front\n" + std::string(AsText(Bytes(text, cert))));
}

// CRLs, OCSP responses and a request around the leaf of fuzz/status.cc; any signature is good
// there.
void WriteStatus() {
  crypto::InlineKeyStore<1> keys{crypto::DefaultDrivers()};
  crypto::testing::DeterministicRng rng(2);
  const auto key =
      keys->Generate({.type = crypto::KeyType::kEcP256, .usage = crypto::Usage::kSign}, rng);
  const auto signer = crypto::BoundSigningKey::Bind(
      *keys, *key, {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256});
  const uint8_t serial[] = {0x4d, 1}, number[] = {5}, newer[] = {6};
  const x509::Buffer root = x509::ToyName("root"), root_key = x509::ToyKey(9);
  uint8_t der[1024];
  const auto write = [&](const std::string& name, const Result<size_t>& size) {
    Write("status", name, AsText(Slice(Bytes(der), 0, *size)));
  };
  const x509::CrlEntry listed[] = {
      {.serial = serial, .date = x509::kToyNow, .reason = x509::CrlReason::kCertificateHold}};
  const x509::IssuingDistributionPoint scope = {.only_users = true, .indirect = true};
  x509::CrlSpec crl = {
      .issuer = root, .this_update = x509::kToyNow, .next_update = x509::kToyNow, .number = number};
  write("crl", x509::WriteCrl(crl, *signer, rng, MutableBytes(der)));
  crl.entries = listed;
  crl.scope = &scope;
  write("crl_scoped", x509::WriteCrl(crl, *signer, rng, MutableBytes(der)));
  crl.number = newer;
  crl.base_number = number;
  write("crl_delta", x509::WriteCrl(crl, *signer, rng, MutableBytes(der)));

  const crypto::HashAlgorithm& sha256 = *FuzzDrivers().hash(crypto::HashId::kSha256);
  const crypto::Digest name_hash = crypto::HashOf(sha256, root);
  const crypto::Digest key_hash = crypto::HashOf(sha256, x509::PublicKeyInfo::Parse(root_key)->key);
  for (const auto status : {x509::CertificateStatus::kGood, x509::CertificateStatus::kRevoked}) {
    const x509::OcspSingleResponse single = {
        .id = {x509::oid::kSha256, name_hash.view(), key_hash.view(), serial},
        .status = status,
        .revoked_at = x509::kToyNow,
        .this_update = x509::kToyNow,
        .next_update = x509::kToyNow};
    const x509::OcspResponseSpec spec = {.responder_name = root,
                                         .produced_at = x509::kToyNow,
                                         .responses = {&single, 1},
                                         .nonce = serial};
    write(status == x509::CertificateStatus::kGood ? "ocsp_good" : "ocsp_revoked",
          x509::WriteOcspResponse(spec, *signer, rng, MutableBytes(der)));
  }
  const std::string_view names[] = {"a.example"};
  write(
      "request",
      x509::WriteRequest(
          {.subject = "a.example", .public_key = root_key, .dns_names = names, .must_staple = true},
          *signer, rng, MutableBytes(der)));
}

}  // namespace
}  // namespace merlon::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  merlon::fuzz::corpora = argv[1];
  merlon::fuzz::WriteConnections();
  merlon::fuzz::WriteMessages();
  merlon::fuzz::WriteListener();
  merlon::fuzz::WriteDifferential();
  merlon::fuzz::WriteCertificates();
  merlon::fuzz::WriteNames();
  merlon::fuzz::WritePem();
  merlon::fuzz::WriteStatus();
  return 0;
}
