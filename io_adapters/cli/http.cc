// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/http.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "io_adapters/descriptor.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using io::BlockingStream;
using io::Cat;
namespace fs = std::filesystem;

constexpr size_t kMaxRequest = 16384;  // bytes of a request's head

struct Request {
  std::string method, target;
  bool keep = true;  // the connection
};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::optional<Request> ParseRequest(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::vector<std::string> words = io::Split(line, ' ');
  if (words.size() != 3 || words[2].compare(0, 7, "HTTP/1.") != 0) return std::nullopt;
  Request request{words[0], words[1], words[2] != "HTTP/1.0"};
  std::string lower;
  for (char c : head) lower += Lower(c);
  if (lower.find("\r\nconnection: close") != std::string::npos) request.keep = false;
  return request;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = Lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The path of a target, with its %XX decoded; nothing when that is not well-formed.
std::optional<std::string> DecodePath(std::string_view target) {
  target = target.substr(0, target.find('?'));
  std::string out;
  for (size_t i = 0; i < target.size(); ++i) {
    if (target[i] != '%') {
      out += target[i];
      continue;
    }
    if (i + 2 >= target.size()) return std::nullopt;
    const int high = HexDigit(target[i + 1]), low = HexDigit(target[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out.empty() || out[0] != '/' ? std::nullopt : std::optional(out);
}

// The file under `root`, if it is there.
std::optional<fs::path> FindUnder(const std::string& root, const std::string& path) {
  std::error_code error;
  const fs::path base = fs::canonical(root, error);
  if (error) return std::nullopt;
  const fs::path found = fs::canonical(base / path.substr(1), error);
  if (error) return std::nullopt;
  const auto [base_end, rest] = std::mismatch(base.begin(), base.end(), found.begin(), found.end());
  return base_end == base.end() ? std::optional(found) : std::nullopt;
}

std::string ContentType(const fs::path& path) {
  const std::string extension = path.extension();
  if (extension == ".html") return "text/html; charset=utf-8";
  if (extension == ".txt" || extension == ".md") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

std::string Head(std::string_view status, std::string_view type, uint64_t size, bool keep) {
  return Cat("HTTP/1.1 ", status, "\r\nServer: merlon\r\nContent-Type: ", type,
             "\r\nContent-Length: ", size, keep ? "" : "\r\nConnection: close", "\r\n\r\n");
}

absl::Status SendText(BlockingStream& stream, const Request& request, std::string_view status,
                      std::string_view type, std::string_view text) {
  const bool body = request.method != "HEAD";
  return stream.Write(Cat(Head(status, type, text.size(), request.keep), body ? text : ""));
}

std::string Escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '<' || c == '>' || c == '&' || c == '"') {
      out += Cat("&#", static_cast<int>(c), ";");
    } else {
      out += c;
    }
  }
  return out;
}

std::string ListFolder(const fs::path& folder) {
  std::string out = "<!DOCTYPE html><title>Files</title><ul>\n";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = Escape(entry.path().filename().string());
    const char* const slash = entry.is_directory(error) ? "/" : "";
    out += Cat("<li><a href=\"", name, slash, "\">", name, slash, "</a>\n");
  }
  return out + "</ul>\n";
}

absl::Status SendFile(BlockingStream& stream, const Request& request, const fs::path& path) {
  const io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info = {};
  if (!file.valid() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return SendText(stream, request, "403 Forbidden", "text/plain", "This file cannot be read.\n");
  }
  uint64_t left = static_cast<uint64_t>(info.st_size);
  absl::Status s = stream.Write(Head("200 OK", ContentType(path), left, request.keep));
  if (!s.ok() || request.method == "HEAD") return s;
  char block[16384];
  while (left != 0) {
    const ssize_t n = ::read(file.get(), block, std::min<uint64_t>(left, sizeof(block)));
    if (n <= 0) return absl::DataLossError(Cat(path.string(), " ended early"));
    if (s = stream.Write({block, static_cast<size_t>(n)}); !s.ok()) return s;
    left -= static_cast<uint64_t>(n);
  }
  return absl::OkStatus();
}

absl::Status Answer(BlockingStream& stream, const std::string& root, const Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return SendText(stream, request, "405 Method Not Allowed", "text/plain", "GET or HEAD.\n");
  }
  const std::optional<std::string> path = DecodePath(request.target);
  const std::optional<fs::path> found = path ? FindUnder(root, *path) : std::nullopt;
  std::error_code error;
  if (!found) return SendText(stream, request, "404 Not Found", "text/plain", "Not found.\n");
  if (!fs::is_directory(*found, error)) return SendFile(stream, request, *found);
  if (fs::exists(*found / "index.html", error)) {
    return SendFile(stream, request, *found / "index.html");
  }
  return SendText(stream, request, "200 OK", "text/html; charset=utf-8", ListFolder(*found));
}

}  // namespace

absl::Status ServeHttp(BlockingStream& stream, const std::string& root) {
  std::string input;
  for (;;) {
    const size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (input.size() > kMaxRequest) return absl::ResourceExhaustedError("a request is too long");
      const auto text = stream.Read();
      if (!text.ok()) return text.status();
      if (text->empty()) return absl::OkStatus();
      input += *text;
      continue;
    }
    const std::optional<Request> request = ParseRequest(std::string_view(input).substr(0, end + 2));
    input.erase(0, end + 4);
    if (!request) {
      return SendText(stream, {"GET", "/", false}, "400 Bad Request", "text/plain", "No HTTP.\n");
    }
    if (absl::Status s = Answer(stream, root, *request); !s.ok()) return s;
    if (!request->keep) return absl::OkStatus();
  }
}

}  // namespace merlon::cli
