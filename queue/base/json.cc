#include "queue/base/json.h"

#include <fmt/format.h>

#include <cmath>

#include "queue/base/utf8.h"

namespace utboks {
void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    const char c = text.front();
    if (length == 0) {
      out.append("\\ufffd");
      text.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '\t') {
      out.append("\\t");
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out.push_back('"');
}

JsonObject& JsonObject::Add(std::string_view name, std::string_view value) {
  std::string quoted;
  AppendJsonString(quoted, value);
  return AddWritten(name, quoted);
}

JsonObject& JsonObject::Add(std::string_view name, double value) {
  return std::isfinite(value) ? AddWritten(name, fmt::format("{}", value)) : AddNull(name);
}

JsonObject& JsonObject::Add(std::string_view name, const JsonList& value) {
  return AddWritten(name, value.Text());
}

JsonObject& JsonObject::AddWritten(std::string_view name, std::string_view json) {
  fields_.push_back(fields_.empty() ? '{' : ',');
  AppendJsonString(fields_, name);
  fields_.push_back(':');
  fields_.append(json);
  return *this;
}

JsonList& JsonList::Add(std::string_view value) {
  items_.push_back(items_.empty() ? '[' : ',');
  AppendJsonString(items_, value);
  return *this;
}

JsonList& JsonList::Add(const JsonObject& value) {
  items_.push_back(items_.empty() ? '[' : ',');
  items_.append(value.Text());
  return *this;
}

}  // namespace utboks
