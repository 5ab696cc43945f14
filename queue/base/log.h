// The log: an event's name and typed fields, one line each, to standard error.
//
// The name says what happened, is fixed, and is what people search for
// ("gate-closed"); what varies stands in fields.  A Sensitive value has no way
// into a field, and every string field passes MaskNumbers.  All functions are
// safe for many threads.
//
//   LogWarning("gate-closed", {{"gate", name}, {"reason", gate.outage_reason}});
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "queue/base/clock.h"

namespace utboks {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

std::string_view LogLevelName(LogLevel level);  // "debug", "info", "warning", "error"
std::optional<LogLevel> ParseLogLevel(std::string_view name);

using LogValue = std::variant<std::string, std::int64_t, double, bool>;

struct LogField {
  LogField(std::string_view field, std::string_view text) : name(field), value(std::string(text)) {}
  LogField(std::string_view field, const char* text) : name(field), value(std::string(text)) {}
  LogField(std::string_view field, const std::string& text) : name(field), value(text) {}
  LogField(std::string_view field, std::same_as<bool> auto truth) : name(field), value(truth) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) LogField(std::string_view field, T number)
      : name(field), value(static_cast<std::int64_t>(number)) {}
  LogField(std::string_view field, double number) : name(field), value(number) {}
  LogField(std::string_view field, Millis wait) : name(field), value(std::int64_t{wait.count()}) {}
  LogField(std::string_view field, WallTime time) : name(field), value(FormatUtc(time)) {}

  std::string name;
  LogValue value;
};

struct LogRecord {
  WallTime at{};
  LogLevel level = LogLevel::kInfo;
  std::string event;
  std::vector<LogField> fields;
  bool masked = false;  // a field held what looked like a personal number: a fault of the caller
};

// Where records go.  Write is called by many threads at once.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(const LogRecord& record) = 0;
};

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void LogDebug(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kDebug, event, fields);
}
inline void LogInfo(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, event, fields);
}
inline void LogWarning(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarning, event, fields);
}
inline void LogError(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, event, fields);
}

// Standard error, in `format`, from `level` up.  Until it is called: text, info.
void SetUpLog(LogLevel level, LogFormat format);
// Puts another sink in its place and gives back the one before; records below
// `level` do not reach it.  nullptr is standard error as text.
std::shared_ptr<LogSink> SwapLogSink(std::shared_ptr<LogSink> sink, LogLevel level);

// One line without its end; control characters and quotes in texts are escaped,
// so that a field can never look like a line of its own.
std::string FormatRecord(const LogRecord& record, LogFormat format);

}  // namespace utboks
