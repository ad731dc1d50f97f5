// SPDX-License-Identifier: Apache-2.0
// Programs for tests: started with a pipe each way, waited for, stopped by their own process id.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace merlon::interop {

// Gives up, and says so in the output, after this long: a test never hangs.
inline constexpr int kPatienceSeconds = 20;

class Process {
 public:
  // argv[0] is looked up in PATH, /usr/sbin and /sbin too. stdout and stderr are one stream.
  explicit Process(const std::vector<std::string>& argv);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills it

  // Waits until `text` is in the output; false: it ended first, or did not come.
  bool WaitFor(std::string_view text);
  void Send(std::string_view text);
  void CloseInput();
  // Waits for its end; its exit code, -1 if it had to be killed.
  int Wait();
  const std::string& output() const { return output_; }

 private:
  bool ReadMore(int timeout_ms);

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;
  std::string output_;
};

// Runs to its end.
struct Finished {
  int code;
  std::string output;
};
Finished Execute(const std::vector<std::string>& argv, std::string_view input = "");

// A port of the loopback that was free just now.
int FreePort();
// Waits until somebody accepts connections there.
bool WaitForPort(int port);

}  // namespace merlon::interop
