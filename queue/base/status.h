// What a call came to, and what the caller should do next.
//
// Inside utboks nothing throws across a module's edge: a call that can fail
// returns Status or Result<T>.  A Code names the caller's next move, not the
// place that failed; the text says, in one line for a person, what happened, to
// which message, and what to do.  It never holds a personal number, a name or
// content.  Values of these types are plain and may be copied between threads.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace utboks {

enum class Code {
  kOk,
  kInvalid,      // the input is wrong: fix it; the same again gives the same
  kExists,       // the identifier is taken by other bytes: give a new one
  kNotFound,     // there is no such message, alarm or resource
  kConflict,     // the state has moved on: read again and decide
  kUsage,        // wrong command line, unknown ressurs
  kUnreadable,   // a file cannot be opened or read
  kUnreachable,  // register, broker or database does not answer
  kInternal,     // our bug
  kBusy,         // try again later: store busy, second worker, message being sent
  kFull,         // the disk has come to its floor: nothing was taken in
  kOutdated,     // the store's schema is older than this program: migrate first
  kSuperseded,   // the store's schema has gone on without this program: end, use the newer one
  kConfig,       // configuration, keys or the store's stamp do not fit
  kCorrupt,      // durable state cannot be trusted: stop writing, restore
  kAltered,      // one sealed value does not open: it or its key is not what it was; hold it
  kCancelled,    // we were asked to stop
};

// The code's fixed name, as shown in JSON ("config", "busy").
std::string_view CodeName(Code code);

// The process exit code that interface.md gives this code (0, 1, 2, 65, 69, 70, 75, 78).
int ExitCode(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // kOk
  Status(Code code, std::string text) : code_(code), text_(std::move(text)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& text() const { return text_; }  // empty when ok

 private:
  Code code_ = Code::kOk;
  std::string text_;
};

// A value or the Status that says why there is none.  value() on a failure is
// our bug and aborts in debug builds.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Result(Status failure) : held_(std::move(failure)) {  // NOLINT(google-explicit-constructor)
    assert(!std::get<Status>(held_).ok());
  }

  bool ok() const { return std::holds_alternative<T>(held_); }
  Status status() const { return ok() ? Status() : std::get<Status>(held_); }
  Code code() const { return ok() ? Code::kOk : std::get<Status>(held_).code(); }

  T& value() & {
    assert(ok());
    return std::get<T>(held_);
  }
  const T& value() const& {
    assert(ok());
    return std::get<T>(held_);
  }
  // By value: what a temporary held must not be looked at after it is gone.
  T value() && {
    assert(ok());
    return std::get<T>(std::move(held_));
  }
  T& operator*() & { return value(); }
  T operator*() && { return std::move(*this).value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> held_;
};

// Leaves the enclosing function when `expression` (a Status) is not ok.
#define UTBOKS_RETURN_IF_ERROR(expression)                                                        \
  do {                                                                                            \
    if (::utboks::Status utboks_status = (expression); !utboks_status.ok()) return utboks_status; \
  } while (false)

}  // namespace utboks
