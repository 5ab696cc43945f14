// An answer of the register, or of something that stands before it, and its bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "queue/base/clock.h"
#include "tests/simulator/scenario.h"

namespace utboks::simulator {

struct Answer {
  int status = 200;
  std::string content_type;  // empty: no header
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beside the usual ones
  bool accepted = false;                                     // the register has taken the message
  std::string reference;                                     // folkeregisterReferanse given out
};

// A folkeregisterFeilmelding as documented.  Empty texts are the usual ones of
// `status`.
Answer MakeError(int status, std::string_view feilkode = {}, std::string_view feilmelding = {},
                 std::string_view tilleggsinformasjon = {});
// 429; `retry_after` is sent as it is.
Answer MakeThrottled(const std::optional<std::string>& retry_after);
// A receipt for a message taken.
Answer MakeReceipt(const Receipt& receipt, std::string_view identifier,
                   const std::string& reference);
// An HTML page; a firewall's bears `support_id`.
Answer MakePage(const Page& page, std::string_view support_id);

// What goes over the wire: status line, headers, body (left out for HEAD).
std::string Wire(const Answer& answer, bool head, bool keep_alive, WallTime now);
// Where the status line ends in Wire's text, and where the body begins.
std::size_t StatusLineEnd(std::string_view wire);
std::size_t BodyStart(std::string_view wire);

}  // namespace utboks::simulator
