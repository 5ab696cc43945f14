// Writes JSON, one value on one line, fields in the order they are added.
//
// Output only: what is read as JSON is read by Poco.  Bytes that are no UTF-8
// are replaced by U+FFFD, so a line is always valid JSON.  Not thread-safe.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace utboks {

// `text` quoted and escaped, appended to `out`.
void AppendJsonString(std::string& out, std::string_view text);

class JsonList;

class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view value);
  JsonObject& Add(std::string_view name, const char* value) {
    return Add(name, std::string_view(value));
  }
  JsonObject& Add(std::string_view name, const std::string& value) {
    return Add(name, std::string_view(value));
  }
  JsonObject& Add(std::string_view name, std::same_as<bool> auto value) {
    return AddWritten(name, value ? "true" : "false");
  }
  template <std::integral T>
  requires(!std::same_as<T, bool>) JsonObject& Add(std::string_view name, T value) {
    return AddWritten(name, std::to_string(value));
  }
  JsonObject& Add(std::string_view name, double value);
  JsonObject& Add(std::string_view name, const JsonObject& value) {
    return AddWritten(name, value.Text());
  }
  JsonObject& Add(std::string_view name, const JsonList& value);
  // `json` is a value that was written before.
  JsonObject& AddJson(std::string_view name, std::string_view json) {
    return AddWritten(name, json);
  }
  JsonObject& AddNull(std::string_view name) { return AddWritten(name, "null"); }

  std::string Text() const { return fields_.empty() ? "{}" : fields_ + "}"; }

 private:
  JsonObject& AddWritten(std::string_view name, std::string_view json);
  std::string fields_;  // "" or "{…" without its end
};

class JsonList {
 public:
  JsonList& Add(std::string_view value);
  JsonList& Add(const JsonObject& value);

  std::string Text() const { return items_.empty() ? "[]" : items_ + "]"; }

 private:
  std::string items_;  // "" or "[…" without its end
};

}  // namespace utboks
