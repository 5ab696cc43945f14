#include "producer/net/response_parser.h"

#include <algorithm>
#include <charconv>

#include "queue/base/ascii.h"

namespace utboks {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Whether a comma-separated list names `token`.
bool Names(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (EqualsIgnoringCase(Trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool ParseNumber(std::string_view text, int base, std::uint64_t* number) {
  // No sign, no blank: from_chars takes neither.
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void ResponseParser::Reset(bool bodyless, std::size_t most_body) {
  state_ = State::kReading;
  part_ = Part::kStatusLine;
  bodyless_ = bodyless;
  most_body_ = most_body;
  any_bytes_ = close_ = leftover_ = has_length_ = encoded_ = chunked_ = bad_length_ = false;
  status_ = 0;
  head_bytes_ = 0;
  left_ = 0;
  line_.clear();
  head_.clear();
  body_.clear();
  content_type_.clear();
  retry_after_.clear();
  date_.clear();
}

bool ResponseParser::InLines() const {
  return part_ != Part::kLength && part_ != Part::kChunk && part_ != Part::kRest;
}

ResponseParser::State ResponseParser::Feed(std::string_view bytes) {
  any_bytes_ = any_bytes_ || !bytes.empty();
  while (state_ == State::kReading && !bytes.empty()) {
    if (InLines()) {
      const auto end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      head_bytes_ += piece.size() + 1;
      if (head_bytes_ > kMostHead) {
        Stop();
        break;
      }
      if (end == std::string_view::npos) {
        line_ += piece;
        break;
      }
      bytes.remove_prefix(end + 1);
      std::string_view line = piece;
      if (!line_.empty()) {
        line_ += piece;
        line = line_;
      }
      if (line.ends_with('\r')) line.remove_suffix(1);
      Line(line);
      line_.clear();
      continue;
    }
    const std::size_t mine =
        part_ == Part::kRest
            ? bytes.size()
            : static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    Keep(bytes.substr(0, mine));
    bytes.remove_prefix(mine);
    if (part_ == Part::kRest || state_ != State::kReading) continue;
    left_ -= mine;
    if (left_ == 0) {
      if (part_ == Part::kLength) {
        state_ = State::kDone;
      } else {
        part_ = Part::kChunkEnd;
      }
    }
  }
  if (state_ == State::kDone && !bytes.empty()) leftover_ = true;
  return state_;
}

ResponseParser::State ResponseParser::End() {
  if (state_ == State::kReading) {
    close_ = true;
    state_ = part_ == Part::kRest ? State::kDone : State::kStopped;
  }
  return state_;
}

void ResponseParser::Keep(std::string_view bytes) {
  const std::size_t room = most_body_ - body_.size();
  body_ += bytes.substr(0, room);
  if (bytes.size() > room) Stop();
}

void ResponseParser::Line(std::string_view line) {
  switch (part_) {
    case Part::kStatusLine:
      StatusLine(line);
      return;
    case Part::kHeaders:
      if (line.empty()) {
        HeadEnd();
      } else {
        Header(line);
      }
      return;
    case Part::kChunkSize:
      ChunkSize(line);
      return;
    case Part::kChunkEnd:
      if (!line.empty()) return Stop();
      part_ = Part::kChunkSize;
      return;
    case Part::kTrailer:
      if (line.empty()) state_ = State::kDone;
      return;
    default:
      return;
  }
}

// "HTTP/1.1 202 Accepted".  101 is no answer to a request, and nothing above 599
// means anything: both count as none.
void ResponseParser::StatusLine(std::string_view line) {
  const bool formed = line.size() >= 12 && line.starts_with("HTTP/1.") && IsDigit(line[7]) &&
                      line[8] == ' ' && IsDigit(line[9]) && IsDigit(line[10]) &&
                      IsDigit(line[11]) && (line.size() == 12 || line[12] == ' ');
  if (!formed) return Stop();
  const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (status < 100 || status == 101 || status > 599) return Stop();
  if (status >= 200) {
    status_ = status;
    close_ = line[7] == '0';
    head_ = line;
    head_ += "\r\n";
  }
  part_ = Part::kHeaders;
}

void ResponseParser::Header(std::string_view line) {
  if (status_ == 0) return;  // an interim answer's
  head_ += line;
  head_ += "\r\n";
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t') return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoringCase(name, "Content-Type")) {
    if (content_type_.empty()) content_type_ = value;
  } else if (EqualsIgnoringCase(name, "Retry-After")) {
    if (retry_after_.empty()) retry_after_ = value;
  } else if (EqualsIgnoringCase(name, "Date")) {
    if (date_.empty()) date_ = value;
  } else if (EqualsIgnoringCase(name, "Connection")) {
    close_ = close_ || Names(value, "close");
  } else if (EqualsIgnoringCase(name, "Content-Length")) {
    std::uint64_t length = 0;
    if (!ParseNumber(value, 10, &length) || (has_length_ && length != left_)) bad_length_ = true;
    has_length_ = true;
    left_ = length;
  } else if (EqualsIgnoringCase(name, "Transfer-Encoding")) {
    encoded_ = true;
    const auto comma = value.rfind(',');
    chunked_ = EqualsIgnoringCase(
        Trim(comma == std::string_view::npos ? value : value.substr(comma + 1)), "chunked");
  }
}

void ResponseParser::HeadEnd() {
  if (status_ == 0) {  // 100 Continue and the like: the answer is still to come
    part_ = Part::kStatusLine;
    return;
  }
  if (bodyless_ || status_ == 204 || status_ == 304) {
    state_ = State::kDone;
  } else if (encoded_) {
    // A length beside it is how answers are smuggled: this connection ends here.
    close_ = close_ || has_length_;
    part_ = chunked_ ? Part::kChunkSize : Part::kRest;
  } else if (bad_length_) {
    Stop();
  } else if (has_length_) {
    part_ = Part::kLength;
    if (left_ == 0) state_ = State::kDone;
  } else {
    part_ = Part::kRest;
  }
}

void ResponseParser::ChunkSize(std::string_view line) {
  std::uint64_t size = 0;
  if (!ParseNumber(Trim(line.substr(0, line.find(';'))), 16, &size)) return Stop();
  left_ = size;
  part_ = size == 0 ? Part::kTrailer : Part::kChunk;
}

}  // namespace utboks
