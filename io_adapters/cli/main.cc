// SPDX-License-Identifier: Apache-2.0
// The program `merlon`: finds the subcommand, and helps.
#include <signal.h>

#include <cstdio>

#include "io_adapters/cli/command.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

constexpr const Command* kCommands[] = {&kDemo, &kClient, &kServer, &kDtlsClient, &kDtlsServer,
                                        &kScan, &kCert,   &kKey,    &kAgent};

void PrintHelp(FILE* to) {
  fputs("merlon: TLS and DTLS, versions 1.3 and 1.2\n\n", to);
  for (const Command* command : kCommands) {
    fprintf(to, "  merlon %-12s %s\n", command->name, command->summary);
  }
  fputs(
      "\n"
      "merlon COMMAND --help says more about each.\n\n"
      "Exit codes: 0 done; 1 wrong arguments, files or configuration; 2 no connection, or it\n"
      "broke; 3 TLS refused the peer, or the peer refused us; 4 nothing came in time.\n",
      to);
}

int Run(const std::vector<std::string>& words) {
  const std::string name = words.empty() ? "" : words[0];
  if (name.empty() || name == "help" || name == "--help" || name == "-h") {
    PrintHelp(name.empty() ? stderr : stdout);
    return name.empty() ? kUsage : kDone;
  }
  for (const Command* command : kCommands) {
    if (name != command->name) continue;
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    for (const std::string& word : rest) {
      if (word != "--help" && word != "-h") continue;
      printf("%s\n\n%s", command->summary, command->help);
      if (command->more_help != nullptr) fputs(command->more_help().c_str(), stdout);
      return kDone;
    }
    const absl::StatusOr<Arguments> arguments = Arguments::Parse(command->arguments, rest);
    if (!arguments.ok()) {
      Complain(kUsage, arguments.status());
      fprintf(stderr, "merlon %s --help says what it takes.\n", command->name);
      return kUsage;
    }
    return command->run(*arguments);
  }
  Complain(kUsage, io::Cat("there is no command \"", name, "\""));
  PrintHelp(stderr);
  return kUsage;
}

}  // namespace

int Complain(ExitCode code, std::string_view sentence) {
  fprintf(stderr, "merlon: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  return code;
}

int Complain(ExitCode code, const absl::Status& status) {
  return Complain(code, std::string(status.message()));
}

}  // namespace merlon::cli

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // a reader of our output that is gone is an error of writing
  return merlon::cli::Run(std::vector<std::string>(argv + 1, argv + argc));
}
