// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace merlon::interop {
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point Deadline() { return Clock::now() + std::chrono::seconds(kPatienceSeconds); }
int LeftMs(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

[[noreturn]] void Become(const std::vector<std::string>& argv) {
  setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
  std::vector<char*> arguments;
  for (const std::string& word : argv) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  dprintf(2, "cannot start %s\n", arguments[0]);
  _exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv) {
  signal(SIGPIPE, SIG_IGN);
  int to_child[2], from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0) abort();
  pid_ = fork();
  if (pid_ == 0) {
    dup2(to_child[0], 0);
    dup2(from_child[1], 1);
    dup2(from_child[1], 2);
    Become(argv);
  }
  close(to_child[0]);
  close(from_child[1]);
  in_ = to_child[1];
  out_ = from_child[0];
}

Process::~Process() {
  // Never with anything but the id of our own child: kill(-1) is everybody.
  if (pid_ > 1) kill(pid_, SIGTERM);
  Wait();
  close(out_);
}

bool Process::ReadMore(int timeout_ms) {
  pollfd entry = {.fd = out_, .events = POLLIN, .revents = 0};
  if (poll(&entry, 1, timeout_ms) <= 0) return false;
  char block[4096];
  const ssize_t n = read(out_, block, sizeof(block));
  if (n <= 0) return false;
  output_.append(block, static_cast<size_t>(n));
  return true;
}

bool Process::WaitFor(std::string_view text) {
  const auto deadline = Deadline();
  while (output_.find(text) == std::string::npos) {
    if (!ReadMore(LeftMs(deadline))) return false;
  }
  return true;
}

void Process::Send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(in_, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void Process::CloseInput() {
  if (in_ >= 0) close(in_);
  in_ = -1;
}

int Process::Wait() {
  CloseInput();
  const auto deadline = Deadline();
  while (ReadMore(LeftMs(deadline))) {
  }
  if (pid_ <= 1) return -1;
  // The output has ended, or patience has: then so does the process.
  int status = 0;
  pid_t ended = 0;
  for (int i = 0; i < 100 && ended == 0; ++i) {
    ended = waitpid(pid_, &status, WNOHANG);
    if (ended == 0) poll(nullptr, 0, 10);
  }
  if (ended == 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &status, 0);
    output_ += "\n[killed: it did not end]\n";
  }
  pid_ = -1;
  return ended != 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Finished Execute(const std::vector<std::string>& argv, std::string_view input) {
  Process process(argv);
  process.Send(input);
  const int code = process.Wait();
  return {code, process.output()};
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    abort();
  }
  close(fd);
  return ntohs(address.sin_port);
}

bool WaitForPort(int port) {
  const auto deadline = Deadline();
  const sockaddr_in address = Loopback(port);
  while (LeftMs(deadline) > 0) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool there =
        connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    if (there) return true;
    poll(nullptr, 0, 10);
  }
  return false;
}

}  // namespace merlon::interop
