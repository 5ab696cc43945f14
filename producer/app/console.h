// What a command says: results on standard output, everything else on standard
// error.  With --json each result is one JSON object on one line.
//
// Text for people and errors pass the mask for personal numbers, and nothing that
// came from outside can move a terminal's cursor; who makes a JSON result masks
// what needs it (view.h).  Not thread-safe: one command owns it.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "queue/base/json.h"
#include "queue/base/status.h"

namespace utboks::app {

struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false, err_is_terminal = false;
};

class Console {
 public:
  explicit Console(const Streams& streams) : streams_(streams) {}

  void set_json(bool json) { json_ = json; }
  bool json() const { return json_; }
  std::istream& in() { return streams_.in; }

  // A result for programs.
  void Line(const JsonObject& object);
  // A result for people, with its line end.
  void Text(std::string_view line);
  // Lines of a document that somebody asked to see: not masked.
  void Content(std::string_view lines);

  // Why it did not work: one line on standard error.
  void Error(const Status& status);
  // Something to know, on standard error.
  void Note(std::string_view line);
  // `done` of `total`, on a terminal only; EndProgress takes it off the screen.
  void Progress(std::string_view what, std::size_t done, std::size_t total);
  void EndProgress();
  // A question on standard error; false unless the answer is yes (y, yes, j, ja).
  bool Ask(std::string_view question);
  bool can_ask() const { return streams_.in_is_terminal; }

  // Writes out what is buffered; false when standard output cannot be written.
  bool Flush();

 private:
  void SayOnError(const std::string& line);

  Streams streams_;
  bool json_ = false;
  bool progress_shown_ = false;
};

// {code, text}, the text masked.
JsonObject FailureJson(const Status& status);

// For a terminal: masked, control characters and broken UTF-8 as "?".
std::string ForPeople(std::string_view text);

}  // namespace utboks::app
