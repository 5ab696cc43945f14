#include "queue/base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "queue/base/json.h"
#include "queue/base/mask.h"
#include "queue/base/mutex.h"

namespace utboks {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

// Each line is one write: whatever else speaks on standard error (a command's own words, a
// library's) stands before or after it, never in it.
class StandardError final : public LogSink {
 public:
  explicit StandardError(LogFormat format) : format_(format) {}

  void Write(const LogRecord& record) override {
    const std::string line = FormatRecord(record, format_) + '\n';
    std::string_view left = line;
    while (!left.empty()) {
      const ssize_t written = write(STDERR_FILENO, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;  // there is nobody to tell
      left.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  const LogFormat format_;
};

struct Logger {
  std::atomic<LogLevel> level = LogLevel::kInfo;
  Mutex mutex;
  std::shared_ptr<LogSink> sink UTBOKS_GUARDED_BY(mutex) =
      std::make_shared<StandardError>(LogFormat::kText);
};

// Never destroyed: threads may log while the process ends.
Logger& TheLogger() {
  static Logger& logger = *new Logger;
  return logger;
}

bool Bare(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) {
      return false;
    }
  }
  return true;
}

void AppendText(std::string& line, const LogValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (Bare(*text)) {
      line.append(*text);
    } else {
      AppendJsonString(line, *text);
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    line.append(std::to_string(*number));
  } else if (const auto* real = std::get_if<double>(&value)) {
    line.append(fmt::format("{}", *real));
  } else {
    line.append(std::get<bool>(value) ? "true" : "false");
  }
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  Logger& logger = TheLogger();
  if (level < logger.level.load(std::memory_order_relaxed)) return;
  LogRecord record{SystemClock().Wall(), level, std::string(event), fields, false};
  for (LogField& field : record.fields) {
    if (auto* text = std::get_if<std::string>(&field.value)) {
      std::string masked = MaskNumbers(*text);
      if (masked != *text) record.masked = true;
      *text = std::move(masked);
    }
  }
  std::shared_ptr<LogSink> sink;
  {
    MutexLock lock(logger.mutex);
    sink = logger.sink;
  }
  sink->Write(record);
}

void SetUpLog(LogLevel level, LogFormat format) {
  SwapLogSink(std::make_shared<StandardError>(format), level);
}

std::shared_ptr<LogSink> SwapLogSink(std::shared_ptr<LogSink> sink, LogLevel level) {
  if (!sink) sink = std::make_shared<StandardError>(LogFormat::kText);
  Logger& logger = TheLogger();
  MutexLock lock(logger.mutex);
  logger.level = level;
  std::swap(logger.sink, sink);
  return sink;
}

std::string FormatRecord(const LogRecord& record, LogFormat format) {
  if (format == LogFormat::kJson) {
    JsonObject line;
    line.Add("time", FormatUtc(record.at))
        .Add("level", LogLevelName(record.level))
        .Add("event", record.event);
    for (const LogField& field : record.fields) {
      std::visit([&](const auto& value) { line.Add(field.name, value); }, field.value);
    }
    return line.Text();
  }
  std::string line = FormatUtc(record.at);
  line.append(" ").append(LogLevelName(record.level)).append(" ").append(record.event);
  for (const LogField& field : record.fields) {
    line.append(" ").append(field.name).append("=");
    AppendText(line, field.value);
  }
  return line;
}

}  // namespace utboks
