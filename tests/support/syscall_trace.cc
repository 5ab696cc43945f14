#include "tests/support/syscall_trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <utility>

#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

constexpr std::string_view kUnfinished = " <unfinished ...>";
constexpr std::string_view kResumed = " resumed>";

// The number that `text` begins with, which is taken off it.
template <typename T>
std::optional<T> TakeNumber(std::string_view& text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "3</a/path>, …": a descriptor and what it stands for.
void ReadDescriptor(std::string_view text, std::optional<int>& fd, std::string& path) {
  const std::optional<int> number = TakeNumber<int>(text);
  if (!number || !text.starts_with('<')) return;
  fd = number;
  text.remove_prefix(1);
  // What is no file may hold '>' itself: "TCP:[a->b]".
  const std::size_t end = text.starts_with('/') ? text.find('>') : text.find("]>") + 1;
  path = text.substr(0, end);
}

// ") = 5</a/path>", the last of its kind in `rest`: what stands before it goes to the
// arguments.
void ReadResult(std::string_view rest, Syscall& call) {
  const std::size_t equals = rest.rfind(" = ");
  if (equals == std::string_view::npos) return;
  std::string_view arguments = rest.substr(0, equals);
  arguments = arguments.substr(0, arguments.rfind(')'));
  call.arguments += arguments;
  std::string_view result = rest.substr(equals + 3);
  if (call.name.starts_with("open")) {
    std::optional<int> opened;
    ReadDescriptor(result, opened, call.path);
  }
  call.result = TakeNumber<long>(result);
}

}  // namespace

std::vector<Syscall> ParseTrace(std::string_view text) {
  std::vector<Syscall> calls;
  std::size_t place = 0;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    const std::optional<pid_t> thread = TakeNumber<pid_t>(line);
    if (!thread) continue;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    ++place;
    if (line.starts_with("<... ")) {
      const std::size_t resumed = line.find(kResumed);
      const auto begun = std::find_if(calls.rbegin(), calls.rend(), [&](const Syscall& call) {
        return call.thread == *thread && call.ended == Syscall::kNever && !call.result;
      });
      if (resumed == std::string_view::npos || begun == calls.rend()) continue;
      ReadResult(line.substr(resumed + kResumed.size()), *begun);
      if (begun->result) begun->ended = place;
      continue;
    }
    const std::size_t open = line.find('(');
    if (open == std::string_view::npos || line.starts_with("+++") || line.starts_with("---")) {
      continue;
    }
    Syscall call;
    call.thread = *thread;
    call.name = line.substr(0, open);
    call.began = place;
    std::string_view rest = line.substr(open + 1);
    ReadDescriptor(rest, call.fd, call.path);
    if (rest.ends_with(kUnfinished)) {
      call.arguments = rest.substr(0, rest.size() - kUnfinished.size());
    } else {
      ReadResult(rest, call);
      if (call.result) call.ended = place;
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

Finished RunTraced(const ProcessSpec& spec, const std::vector<std::string>& names,
                   std::vector<Syscall>* calls, const std::vector<std::string>& more,
                   Millis patience) {
  const TempDir dir;
  const std::string file = dir.File("trace");
  ProcessSpec traced = spec;
  // The sanitizer's leak check cannot look at a program that another one traces.
  traced.argv = {"strace", "-f",
                 "-y",     "-qq",
                 "-s",     "256",
                 "-o",     file,
                 "-E",     "ASAN_OPTIONS=detect_leaks=0",
                 "-e",     "signal=none",
                 "-e",     fmt::format("trace={}", fmt::join(names, ","))};
  traced.argv.insert(traced.argv.end(), more.begin(), more.end());
  traced.argv.emplace_back("--");
  traced.argv.insert(traced.argv.end(), spec.argv.begin(), spec.argv.end());
  Finished run = RunToEnd(traced, patience);
  std::ifstream trace(file, std::ios::binary);
  *calls = ParseTrace(std::string(std::istreambuf_iterator<char>(trace), {}));
  return run;
}

}  // namespace utboks::testing
