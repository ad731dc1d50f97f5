// SPDX-License-Identifier: Apache-2.0
// The parts of `merlon cert`, and what they share.
#pragma once
#include "absl/status/statusor.h"
#include "io_adapters/cli/command.h"
#include "io_adapters/make_certificate.h"
#include "io_adapters/process_crypto.h"

namespace merlon::cli {

int CertShow(const Arguments& arguments);
int CertVerify(const Arguments& arguments);
int CertSign(const Arguments& arguments);
int CertRequest(const Arguments& arguments);
int CertCrl(const Arguments& arguments);
int CertOcsp(const Arguments& arguments);

// The bytes of a string, to be written to.
MutableBytes Room(std::string& text);
// A block of PEM.
std::string ToPem(std::string_view label, std::string_view der);
// The DER of the blocks of a PEM text that have this label.
std::vector<std::string> DerBlocks(std::string_view text, std::string_view label);
// The private key that the option `name` names (key_ring.h).
absl::StatusOr<crypto::KeyHandle> LoadKey(io::ProcessCrypto& crypto, const Arguments& arguments,
                                          const std::string& name);
// Certificate and key of --ca and --ca-key.
absl::StatusOr<io::Issuer> LoadIssuer(io::ProcessCrypto& crypto, const Arguments& arguments);
// A new key of --key-type, written to --key-out.
absl::StatusOr<crypto::KeyHandle> MakeKey(io::ProcessCrypto& crypto, const Arguments& arguments);
// With --json, tells of what stands in --out now: its kind, and its facts where `show` has them.
void TellWritten(const Arguments& arguments, std::string_view label, std::string_view der);
// What an engine's error says.
absl::Status Failed(std::string_view what, Error error);

}  // namespace merlon::cli
