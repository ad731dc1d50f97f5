// SPDX-License-Identifier: Apache-2.0
// The encoding of Session: ours alone, and versioned. Fixed fields first, then the variable ones
// behind their lengths; exactly one encoding for each session.
#include "tls/session.h"

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon::tls {
namespace {

constexpr uint8_t kFormat = 2;
constexpr size_t kFixedSize = 1 + 2 + 1 + 2 + 8 + 4 + 4 + 4 + 1 + 1 + 1;
constexpr size_t kMaxSessionIdSize = 32;
// Seconds; the year 36812. Differences of such times and lifetimes cannot overflow.
constexpr uint64_t kMaxTime = uint64_t{1} << 40;

bool IsTransport(uint8_t value) {
  return value == static_cast<uint8_t>(Transport::kStream) ||
         value == static_cast<uint8_t>(Transport::kDatagram) ||
         value == static_cast<uint8_t>(Transport::kMessage);
}
bool IsClientAuthentication(uint8_t value) {
  return value <= static_cast<uint8_t>(ClientAuthentication::kRequired);
}
bool IsVersion(uint16_t value) { return value == 0x0304 || value == 0x0303; }

}  // namespace

Result<Session> Session::Decode(Bytes encoded) {
  Result<Session> decoded = Session();  // filled in where it is returned
  Session& out = *decoded;
  Reader reader(encoded);
  uint8_t format = 0, transport = 0, extended = 0, asked = 0, authenticated = 0;
  uint64_t issued = 0;
  Bytes psk;
  if (!reader.Int(&format) || format != kFormat ||                                //
      !reader.Int(&out.version) || !IsVersion(out.version) ||                     //
      !reader.Int(&transport) || !IsTransport(transport) ||                       //
      !reader.Int(&out.cipher_suite) ||                                           //
      !reader.Int(&issued) || issued > kMaxTime ||                                //
      !reader.Int(&out.lifetime) || !reader.Int(&out.age_add) ||                  //
      !reader.Int(&out.max_early_data) ||                                         //
      !reader.Int(&extended) || extended > 1 ||                                   //
      !reader.Int(&asked) || !IsClientAuthentication(asked) ||                    //
      !reader.Int(&authenticated) || authenticated > 1 ||                         //
      !reader.Prefixed<1>(&psk) || psk.empty() || psk.size() > kMaxPskSize ||     //
      !reader.Prefixed<1>(&out.client_identity) ||                                //
      !reader.Prefixed<1>(&out.session_id) ||                                     //
      out.session_id.size() > kMaxSessionIdSize ||                                //
      !reader.Prefixed<1>(&out.server_name) || !reader.Prefixed<1>(&out.alpn) ||  //
      !reader.Prefixed<2>(&out.ticket) || !reader.done()) {
    return LocalError(Code::kIllegalValue);
  }
  out.transport = static_cast<Transport>(transport);
  out.extended_master_secret = extended == 1;
  out.client_authentication = static_cast<ClientAuthentication>(asked);
  out.client_authenticated = authenticated != 0;
  out.issued = UnixTime(std::chrono::seconds(issued));
  out.psk = Secret<kMaxPskSize>::CopyOf(psk);
  return decoded;
}

Result<size_t> Session::Encode(MutableBytes out) const {
  const auto seconds = issued.time_since_epoch().count();
  if (psk.empty() || seconds < 0 || static_cast<uint64_t>(seconds) > kMaxTime ||
      !IsVersion(version) || session_id.size() > kMaxSessionIdSize) {
    return LocalError(Code::kIllegalValue);
  }
  Writer writer(out);
  writer.Int<1>(kFormat);
  writer.Int<2>(version);
  writer.Int<1>(static_cast<uint8_t>(transport));
  writer.Int<2>(cipher_suite);
  writer.Int<8>(static_cast<uint64_t>(seconds));
  writer.Int<4>(lifetime);
  writer.Int<4>(age_add);
  writer.Int<4>(max_early_data);
  writer.Int<1>(extended_master_secret ? 1 : 0);
  writer.Int<1>(static_cast<uint8_t>(client_authentication));
  writer.Int<1>(client_authenticated ? 1 : 0);
  writer.Prefixed<1>([&] { writer.Raw(psk.reveal()); });
  writer.Prefixed<1>([&] { writer.Raw(client_identity); });
  writer.Prefixed<1>([&] { writer.Raw(session_id); });
  writer.Prefixed<1>([&] { writer.Raw(server_name); });
  writer.Prefixed<1>([&] { writer.Raw(alpn); });
  writer.Prefixed<2>([&] { writer.Raw(ticket); });
  return writer.Finish();
}

size_t Session::EncodedSize() const {
  return kFixedSize + 1 + psk.size() + 1 + client_identity.size() + 1 + session_id.size() + 1 +
         server_name.size() + 1 + alpn.size() + 2 + ticket.size();
}

}  // namespace merlon::tls
