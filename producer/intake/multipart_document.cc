#include "producer/intake/multipart_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace utboks {
namespace {

constexpr std::size_t kMostParts = 256;
constexpr std::size_t kLargestHead = 8'192;   // bytes of a part's headers
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046
constexpr std::string_view kLineEnd = "\r\n";

Status Wrong(std::string text) {
  return Status(Code::kInvalid, std::move(text));
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool SameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A parameter of a header's value, unquoted: name="a \" b" or name=b.
std::optional<std::string> Parameter(std::string_view value, std::string_view name) {
  std::size_t at = value.find(';');
  while (at != std::string_view::npos) {
    value = Trimmed(value.substr(at + 1));
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = SameWord(Trimmed(value.substr(0, equals)), name);
    value = Trimmed(value.substr(equals + 1));
    std::string text;
    std::size_t end = 0;
    if (value.starts_with('"')) {
      for (end = 1; end < value.size() && value[end] != '"'; ++end) {
        if (value[end] == '\\' && end + 1 < value.size()) ++end;
        text += value[end];
      }
      if (end >= value.size()) return std::nullopt;  // its end is missing
      ++end;
    } else {
      end = std::min(value.find(';'), value.size());
      text = Trimmed(value.substr(0, end));
    }
    if (wanted) return text;
    at = value.find(';', end);
  }
  return std::nullopt;
}

struct Part {
  std::string type, filename;
  std::string_view content;
};

Status ReadHead(std::string_view head, std::size_t number, Part& part) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kLineEnd), head.size());
    const std::string_view line = head.substr(0, end);
    head = head.substr(std::min(end + kLineEnd.size(), head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return Wrong(fmt::format("part {} of the multipart has a header without a colon", number));
    }
    const std::string_view name = line.substr(0, colon), value = Trimmed(line.substr(colon + 1));
    if (SameWord(name, "Content-Type")) {
      part.type = Trimmed(value.substr(0, value.find(';')));
    } else if (SameWord(name, "Content-Disposition")) {
      part.filename = Parameter(value, "filename").value_or("");
    } else if (SameWord(name, "Content-Transfer-Encoding")) {
      if (!SameWord(value, "binary") && !SameWord(value, "8bit") && !SameWord(value, "7bit")) {
        return Wrong(
            fmt::format("part {} of the multipart is encoded: send its bytes as they are", number));
      }
    }
  }
  return Status();
}

}  // namespace

bool IsMultipart(std::string_view content_type) {
  constexpr std::string_view kMultipart = "multipart/";
  return SameWord(Trimmed(content_type).substr(0, kMultipart.size()), kMultipart);
}

Result<MultipartDocument> ReadMultipart(std::string_view content_type, std::string_view body) {
  const auto boundary = Parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) {
    return Wrong("the content type names no boundary of 1 to 70 characters");
  }
  const std::string mark = "--" + *boundary, between = "\r\n" + mark;
  if (body.starts_with(mark)) {
    body.remove_prefix(mark.size());
  } else if (const std::size_t first = body.find(between); first != std::string_view::npos) {
    body.remove_prefix(first + between.size());
  } else {
    return Wrong("the boundary that the content type names is not in the body");
  }
  MultipartDocument read;
  for (std::size_t number = 1; !body.starts_with("--"); ++number) {
    if (number > kMostParts) return Wrong("the multipart has over 256 parts");
    while (body.starts_with(' ') || body.starts_with('\t')) body.remove_prefix(1);
    if (!body.starts_with(kLineEnd)) {
      return Wrong(fmt::format("part {} of the multipart does not begin on a line", number));
    }
    const std::size_t end = body.find(between, 0);
    if (end == std::string_view::npos) {
      return Wrong(fmt::format("part {} of the multipart has no end", number));
    }
    // From the line's end on: a part without headers begins with an empty line.
    const std::size_t head = body.substr(0, end).find("\r\n\r\n");
    if (head == std::string_view::npos || head > kLargestHead) {
      return Wrong(fmt::format("part {} of the multipart has no end of its headers", number));
    }
    Part part;
    const std::size_t from = std::min(kLineEnd.size(), head);
    UTBOKS_RETURN_IF_ERROR(ReadHead(body.substr(from, head - from), number, part));
    part.content = body.substr(head + 4, end - head - 4);
    if (number == 1) {
      read.document = SensitiveText(std::string(part.content));
    } else if (part.filename.empty()) {
      return Wrong(fmt::format("part {} of the multipart has no filename", number));
    } else {
      read.attachments.push_back({SensitiveText(std::move(part.filename)),
                                  part.type.empty() ? "application/octet-stream" : part.type,
                                  SharedText(std::string(part.content))});
    }
    body.remove_prefix(end + between.size());
  }
  return read;
}

}  // namespace utboks
