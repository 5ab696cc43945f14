// Reads one HTTP/1.1 answer as its bytes come, bounded.  No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "producer/net/exchange.h"

namespace utboks {

class ResponseParser {
 public:
  enum class State {
    kReading,  // wants more
    kDone,     // the answer is whole
    kStopped,  // no more is wanted: malformed, or larger than the bounds of exchange.h
  };

  // `bodyless`: the answer to HEAD or CONNECT.  A body beyond `most_body` bytes stops it.
  void Reset(bool bodyless, std::size_t most_body = kMostBody);
  State Feed(std::string_view bytes);
  // The other side closed.  Completes a body that has no length.
  State End();

  State state() const { return state_; }
  // A whole status line that is not 1xx has been read.
  bool has_status() const { return status_ != 0; }
  bool any_bytes() const { return any_bytes_; }
  // After kDone: another request may follow on this connection.
  bool reusable() const { return state_ == State::kDone && !close_ && !leftover_; }

  int status() const { return status_; }
  const std::string& head() const { return head_; }  // the final answer's, as it stood
  std::string& body() { return body_; }
  const std::string& content_type() const { return content_type_; }
  const std::string& retry_after() const { return retry_after_; }
  const std::string& date() const { return date_; }

 private:
  enum class Part {
    kStatusLine,
    kHeaders,
    kLength,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailer,
    kRest
  };

  void Line(std::string_view line);
  void StatusLine(std::string_view line);
  void Header(std::string_view line);
  void ChunkSize(std::string_view line);
  void HeadEnd();
  void Keep(std::string_view bytes);
  void Stop() { state_ = State::kStopped; }
  bool InLines() const;

  State state_ = State::kReading;
  Part part_ = Part::kStatusLine;
  bool bodyless_ = false;
  std::size_t most_body_ = kMostBody;
  bool any_bytes_ = false;
  bool close_ = false;
  bool leftover_ = false;
  bool has_length_ = false;
  bool encoded_ = false;  // Transfer-Encoding was given
  bool chunked_ = false;
  bool bad_length_ = false;
  int status_ = 0;
  std::size_t head_bytes_ = 0;  // all heads and trailers of this answer
  std::uint64_t left_ = 0;      // of the body or chunk
  std::string line_;            // the beginning of a line whose end has not come
  std::string head_, body_, content_type_, retry_after_, date_;
};

}  // namespace utboks
