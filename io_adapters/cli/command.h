// SPDX-License-Identifier: Apache-2.0
// What a subcommand of `merlon` is, and the exit codes that all share.
#pragma once
#include "io_adapters/cli/arguments.h"

namespace merlon::cli {

// Documented in the program's help: scripts depend on them.
enum ExitCode : int {
  kDone = 0,
  kUsage = 1,      // arguments, files, configuration
  kTransport = 2,  // no connection, or it broke
  kTls = 3,        // TLS refused the peer, or the peer refused us
  kTimeout = 4,    // nothing came for as long as was allowed
};

struct Command {
  const char* name;
  const char* summary;  // one line
  const char* help;     // everything, without the name's line
  ArgumentSpec arguments;
  int (*run)(const Arguments& arguments);
  std::string (*more_help)() = nullptr;  // after `help`
};

extern const Command kDemo;
extern const Command kClient;
extern const Command kServer;
extern const Command kDtlsClient;
extern const Command kDtlsServer;
extern const Command kScan;
extern const Command kCert;
extern const Command kKey;
extern const Command kAgent;

// Prints "merlon: SENTENCE" to stderr; gives `code`.
int Complain(ExitCode code, std::string_view sentence);
int Complain(ExitCode code, const absl::Status& status);

}  // namespace merlon::cli
