// SPDX-License-Identifier: Apache-2.0
// What of the Context belongs to TLS 1.3 alone: a profile without that version does not link it.
#include "crypto/base/constant_time.h"
#include "tls/core/context.h"
#include "tls/msgs/messages13.h"

namespace merlon::tls {

void Context::Choose(const CipherSuite& suite) {
  negotiated.suite = &suite;
  negotiated.version = protocol->version13;
  negotiated.extended_master_secret = true;  // RFC 9846 appendix E
  decode.mac_size = suite.hash->size;
}

Result<void> Context::InstallReadKeys(Epoch epoch, const TrafficSecret& secret) {
  return outbox.Push(InstallRead{
      epoch,
      {negotiated.suite->aead, negotiated.suite->hash, TrafficSecret::CopyOf(secret.reveal())}});
}

Result<void> Context::InstallWriteKeys(Epoch epoch, const TrafficSecret& secret) {
  return outbox.Push(InstallWrite{
      epoch,
      {negotiated.suite->aead, negotiated.suite->hash, TrafficSecret::CopyOf(secret.reveal())}});
}

Result<void> Context::EmitFinished(const HashSecret& base) {
  const crypto::Digest mac = FinishedMac(schedule(), base, transcript->Peek());
  return Emit(Epoch::kHandshake, Finished{.mac = mac.view()});
}

Result<void> Context::CheckFinished(Bytes mac, const HashSecret& base) {
  const crypto::Digest expected = FinishedMac(schedule(), base, transcript->Peek());
  // RFC 9846 s4.4.4: "Recipients of Finished messages MUST verify that the contents are correct and
  // if incorrect MUST terminate the connection with a "decrypt_error" alert."
  if (!ConstantTimeEqual(expected.view(), mac)) {
    return PeerError(Code::kBadFinished, Alert::kDecryptError);
  }
  AbsorbMessage();
  return {};
}

}  // namespace merlon::tls
