#include "tests/simulator/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <system_error>

#include "queue/base/clock.h"

namespace utboks::simulator {
namespace {

// Length of the well-formed UTF-8 sequence that `text` begins with; 0 when none does.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (first == 0xE0) low = 0xA0;   // no overlong forms,
  if (first == 0xED) high = 0x9F;  // no surrogates,
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;  // nothing above U+10FFFF
  if (length == 0 || text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

std::string Request(const JournalEntry& entry) {
  return fmt::format(R"(,"request":{},"connection":{},"client":{},"method":{},"ressurs":{},)"
                     R"("avsendersMeldingsidentifikator":{},"send":{},"bytes":{},"sha256":"{}")",
                     entry.request, entry.connection, JsonText(entry.client),
                     JsonText(entry.method), JsonText(entry.ressurs), JsonText(entry.identifier),
                     entry.send, entry.bytes, entry.sha256);
}

}  // namespace

std::string JsonText(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    const char c = text.front();
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out += '"';
}

Result<std::unique_ptr<Journal>> Journal::Open(const std::string& path) {
  int descriptor = -1;
  if (!path.empty()) {
    descriptor = path == "-"
                     ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                     : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) {
      return Status(Code::kUnreadable, fmt::format("cannot write the journal {}: {}", path,
                                                   std::generic_category().message(errno)));
    }
  }
  return std::unique_ptr<Journal>(new Journal(descriptor));
}

Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Journal::Begin(const JournalEntry& entry) {
  return descriptor_ < 0 || Write("begin", Request(entry));
}

bool Journal::End(const JournalEntry& entry, const JournalAnswer& answer) {
  return descriptor_ < 0 ||
         Write("end", Request(entry) + fmt::format(R"(,"accepted":{},"status":{},"sent":"{}",)"
                                                   R"("folkeregisterReferanse":"{}","step":{})",
                                                   answer.accepted, answer.status, answer.sent,
                                                   answer.reference, JsonText(answer.step)));
}

bool Journal::Step(std::string_view name, std::string_view kind, bool begun) {
  return descriptor_ < 0 || Write("step", fmt::format(R"(,"name":{},"kind":"{}","on":{})",
                                                      JsonText(name), kind, begun));
}

bool Journal::Write(std::string_view event, std::string_view rest) {
  const MutexLock lock(mutex_);
  if (broken_) return false;
  // The times are taken under the lock, so that they rise from line to line.
  const auto mono = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  const std::string line =
      fmt::format("{{\"event\":\"{}\",\"time\":\"{}\",\"mono_ms\":{}.{:03}{}}}\n", event,
                  FormatUtc(SystemClock().Wall()), mono.count() / 1000, mono.count() % 1000, rest);
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      broken_ = true;
      fmt::print(stderr,
                 "utboks-simulator: cannot write the journal ({}): nothing is answered from here "
                 "on; make room and start again\n",
                 std::generic_category().message(errno));
      return false;
    }
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace utboks::simulator
