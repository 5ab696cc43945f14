#include "producer/app/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <ostream>

#include "producer/app/table.h"
#include "queue/base/mask.h"

namespace utboks::app {
namespace {

constexpr std::size_t kBarWidth = 30;

}  // namespace

void Console::Line(const JsonObject& object) {
  streams_.out << object.Text() << '\n';
}

void Console::Text(std::string_view line) {
  streams_.out << ForPeople(line) << '\n';
}

void Console::Content(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    streams_.out << Printable(lines.substr(0, end)) << '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void Console::Error(const Status& status) {
  EndProgress();
  if (json_) {
    SayOnError(JsonObject().Add("error", FailureJson(status)).Text());
  } else {
    SayOnError("utboks: " + ForPeople(status.text()));
  }
}

// At once and in one piece: the log writes to the same place, from other threads.
void Console::SayOnError(const std::string& line) {
  streams_.err << line + '\n' << std::flush;
}

void Console::Note(std::string_view line) {
  EndProgress();
  SayOnError(ForPeople(line));
}

void Console::Progress(std::string_view what, std::size_t done, std::size_t total) {
  if (!streams_.err_is_terminal || total == 0) return;
  const std::size_t filled = std::min(kBarWidth, kBarWidth * done / total);
  streams_.err << fmt::format("\r{} [{:=<{}}{:{}}] {}/{}", what, "", filled, "", kBarWidth - filled,
                              done, total)
               << std::flush;
  progress_shown_ = true;
}

void Console::EndProgress() {
  if (!progress_shown_) return;
  streams_.err << "\r\x1b[K" << std::flush;
  progress_shown_ = false;
}

bool Console::Ask(std::string_view question) {
  streams_.err << ForPeople(question) << " [y/N] " << std::flush;
  std::string answer;
  if (!std::getline(streams_.in, answer)) return false;
  return answer == "y" || answer == "yes" || answer == "j" || answer == "ja";
}

bool Console::Flush() {
  EndProgress();
  streams_.out.flush();
  streams_.err.flush();
  return streams_.out.good();
}

JsonObject FailureJson(const Status& status) {
  JsonObject object;
  object.Add("code", CodeName(status.code())).Add("text", MaskIdentifier(status.text()));
  return object;
}

std::string ForPeople(std::string_view text) {
  return Printable(MaskIdentifier(text));
}

}  // namespace utboks::app
