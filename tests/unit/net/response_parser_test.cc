#include "producer/net/response_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "producer/net/exchange.h"

namespace utboks {
namespace {

using State = ResponseParser::State;

struct Read {
  State state = State::kReading;
  int status = 0;
  std::string body;
  bool reusable = false;
};

// Fed whole, and byte by byte: both must come to the same.
Read Parse(const std::string& bytes, bool bodyless = false, bool end = false) {
  Read reads[2];
  for (const bool single : {false, true}) {
    const std::size_t step = single ? 1 : bytes.size() + 1;
    ResponseParser parser;
    parser.Reset(bodyless);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      parser.Feed(std::string_view(bytes).substr(at, step));
      if (parser.state() == State::kDone) break;  // as a session does
    }
    if (end) parser.End();
    reads[single] = {parser.state(), parser.status(), parser.body(), parser.reusable()};
  }
  EXPECT_EQ(reads[0].state, reads[1].state);
  EXPECT_EQ(reads[0].status, reads[1].status);
  EXPECT_EQ(reads[0].body, reads[1].body);
  return reads[0];
}

TEST(ResponseParserTest, EachFraming) {
  struct Row {
    const char* what;
    std::string bytes;
    bool bodyless, end;
    State state;
    int status;
    const char* body;
    bool reusable;
  };
  const Row rows[] = {
      {"length", "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", false, false, State::kDone,
       202, "ok", true},
      {"no reason phrase", "HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n", false, false, State::kDone,
       202, "", true},
      {"bare line feeds", "HTTP/1.1 202 Accepted\nContent-Length: 2\n\nok", false, false,
       State::kDone, 202, "ok", true},
      {"names in any case", "HTTP/1.1 202 A\r\ncontent-LENGTH:2\r\n\r\nok", false, false,
       State::kDone, 202, "ok", true},
      {"the same length twice",
       "HTTP/1.1 202 A\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", false, false,
       State::kDone, 202, "ok", true},
      {"two lengths", "HTTP/1.1 202 A\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", false,
       false, State::kStopped, 202, "", false},
      {"length that is none", "HTTP/1.1 202 A\r\nContent-Length: -2\r\n\r\nok", false, false,
       State::kStopped, 202, "", false},
      {"length beyond all bounds",
       "HTTP/1.1 202 A\r\nContent-Length: 99999999999999999999999\r\n\r\nok", false, false,
       State::kStopped, 202, "", false},
      {"chunks",
       "HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n",
       false, false, State::kDone, 202, "ok", true},
      {"chunks with a trailer",
       "HTTP/1.1 202 A\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n", false,
       false, State::kDone, 202, "ok", true},
      {"chunk without its end", "HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokk\r\n",
       false, false, State::kStopped, 202, "ok", false},
      {"chunk size that is none", "HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
       false, false, State::kStopped, 202, "", false},
      {"chunks beside a length",
       "HTTP/1.1 202 A\r\nContent-Length: 9\r\nTransfer-Encoding: "
       "chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
       false, false, State::kDone, 202, "ok", false},
      {"until the end", "HTTP/1.1 202 A\r\n\r\nok", false, true, State::kDone, 202, "ok", false},
      {"another encoding", "HTTP/1.1 202 A\r\nTransfer-Encoding: gzip\r\n\r\nok", false, true,
       State::kDone, 202, "ok", false},
      {"cut in the length", "HTTP/1.1 202 A\r\nContent-Length: 3\r\n\r\nok", false, true,
       State::kStopped, 202, "ok", false},
      {"cut in a chunk", "HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", false, true,
       State::kStopped, 202, "ok", false},
      {"cut in the head", "HTTP/1.1 202 Accepted\r\nContent-Le", false, true, State::kStopped, 202,
       "", false},
      {"cut in the status line", "HTTP/1.1 202 Acc", false, true, State::kStopped, 0, "", false},
      {"nothing", "", false, true, State::kStopped, 0, "", false},
      {"HEAD", "HTTP/1.1 405 No\r\nContent-Length: 300\r\n\r\n", true, false, State::kDone, 405, "",
       true},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", false, false, State::kDone, 204, "", true},
      {"close", "HTTP/1.1 202 A\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", false, false,
       State::kDone, 202, "", false},
      {"1.0", "HTTP/1.0 202 A\r\nContent-Length: 0\r\n\r\n", false, false, State::kDone, 202, "",
       false},
      {"interim answers first",
       "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 500 "
       "No\r\nContent-Length: 2\r\n\r\nno",
       false, false, State::kDone, 500, "no", true},
      {"interim answer alone", "HTTP/1.1 100 Continue\r\n\r\n", false, true, State::kStopped, 0, "",
       false},
      {"101", "HTTP/1.1 101 Switching Protocols\r\n\r\n", false, false, State::kStopped, 0, "",
       false},
      {"999", "HTTP/1.1 999 What\r\n\r\n", false, false, State::kStopped, 0, "", false},
      {"not HTTP", "220 mail.example ESMTP\r\n", false, false, State::kStopped, 0, "", false},
      {"HTTP/2", "HTTP/2 202\r\n\r\n", false, false, State::kStopped, 0, "", false},
      {"four digits", "HTTP/1.1 2020 A\r\n\r\n", false, false, State::kStopped, 0, "", false},
      {"a header without a colon", "HTTP/1.1 202 A\r\nnonsense\r\nContent-Length: 0\r\n\r\n", false,
       false, State::kDone, 202, "", true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Read read = Parse(row.bytes, row.bodyless, row.end);
    EXPECT_EQ(read.state, row.state);
    EXPECT_EQ(read.status, row.status);
    EXPECT_EQ(read.body, row.body);
    EXPECT_EQ(read.reusable, row.reusable);
  }
}

TEST(ResponseParserTest, BytesAfterTheAnswerEndTheConnectionsUse) {
  ResponseParser parser;
  parser.Reset(false);
  EXPECT_EQ(parser.Feed("HTTP/1.1 202 A\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 202"), State::kDone);
  EXPECT_EQ(parser.body(), "ok");
  EXPECT_FALSE(parser.reusable());
}

TEST(ResponseParserTest, HeadersOfInterestAreKeptAsTheyStood) {
  ResponseParser parser;
  parser.Reset(false);
  parser.Feed(
      "HTTP/1.1 429 Slow\r\nDate:  Mon, 23 Nov 2026 12:00:00 GMT \r\nRETRY-AFTER: 1500\r\n"
      "Retry-After: 7\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(parser.date(), "Mon, 23 Nov 2026 12:00:00 GMT");
  EXPECT_EQ(parser.retry_after(), "1500");
  EXPECT_EQ(parser.content_type(), "text/html; charset=UTF-8");
  EXPECT_EQ(parser.head().find("HTTP/1.1 429 Slow\r\nDate:"), 0u);
}

TEST(ResponseParserTest, InterimHeadersAreNotTheAnswers) {
  ResponseParser parser;
  parser.Reset(false);
  parser.Feed(
      "HTTP/1.1 103 Hints\r\nRetry-After: 9\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
      "HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(parser.retry_after(), "");
  EXPECT_TRUE(parser.reusable());
}

TEST(ResponseParserTest, HeadAndBodyAreBounded) {
  ResponseParser parser;
  parser.Reset(false);
  parser.Feed("HTTP/1.1 500 No\r\n");
  std::size_t fed = 0;
  const std::string header = "X-Filler: " + std::string(1000, 'x') + "\r\n";
  while (parser.state() == State::kReading && fed < 10 * kMostHead) {
    parser.Feed(header);
    fed += header.size();
  }
  EXPECT_EQ(parser.state(), State::kStopped);
  EXPECT_LE(parser.head().size(), kMostHead);
  EXPECT_EQ(parser.status(), 500);

  parser.Reset(false);
  parser.Feed(std::string(2 * kMostHead, 'x'));  // a line without an end
  EXPECT_EQ(parser.state(), State::kStopped);

  for (const char* framing : {"Content-Length: 999999999", "Transfer-Encoding: chunked", "X: y"}) {
    SCOPED_TRACE(framing);
    parser.Reset(false);
    parser.Feed("HTTP/1.1 500 No\r\n" + std::string(framing) + "\r\n\r\n");
    if (framing[0] == 'T') parser.Feed("FFFFFFF\r\n");
    for (int i = 0; i < 70 && parser.state() == State::kReading; ++i) {
      parser.Feed(std::string(1000, 'b'));
    }
    EXPECT_EQ(parser.state(), State::kStopped);
    EXPECT_EQ(parser.body().size(), kMostBody);
  }
}

TEST(ResponseParserTest, EndlessInterimAnswersAreBounded) {
  ResponseParser parser;
  parser.Reset(false);
  int fed = 0;
  while (parser.Feed("HTTP/1.1 100 Continue\r\n\r\n") == State::kReading && fed < 100'000) ++fed;
  EXPECT_EQ(parser.state(), State::kStopped);
  EXPECT_FALSE(parser.has_status());
}

}  // namespace
}  // namespace utboks
