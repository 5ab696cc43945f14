// One request and its answer: read, met with the scenario, journalled, answered.
#pragma once

#include <Poco/Net/HTTPServerRequestImpl.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/answer.h"
#include "tests/simulator/journal.h"
#include "tests/simulator/line.h"
#include "tests/simulator/site.h"
#include "tests/simulator/timeline.h"

namespace utboks::simulator {

// Used once, by the thread that serves the connection.
class Exchange {
 public:
  // What the request comes through.
  struct Way {
    Connection& connection;
    Line& line;
    std::uint64_t number = 0;      // of the connection
    const std::string& address;    // of the client
    const std::string& client;     // its organisation number
    std::function<bool()> ending;  // whether the connection is to end after this answer
  };

  // All must outlive the exchange.
  Exchange(Site& site, const Way& way, Poco::Net::HTTPServerRequestImpl& http);

  // True when the connection may bear another request.  Throws Poco::Exception when
  // the request cannot be read.
  bool Run(bool keep_alive);

 private:
  enum class Read { kWhole, kReset, kTooLarge, kNoLength, kGone };

  Read ReadBody();
  void ReadUpTo(std::size_t size);  // less when the body ends before
  void MeetTimeline();
  bool Refuse(int status);
  Answer Decide() const;
  JournalEntry Entry() const;
  // Writes down what is about to be done; false when nothing may be answered.
  bool Settle(const Answer& answer);
  bool Deliver(const Answer& answer, bool keep_alive);
  template <typename Kind>
  const Kind* Playing() const {
    return play_.step == nullptr ? nullptr : std::get_if<Kind>(&play_.step->action);
  }

  Site& site_;
  const Way way_;
  Poco::Net::HTTPServerRequestImpl& http_;
  const std::uint64_t number_;
  std::string path_, body_, identifier_, sha256_;
  std::string_view ressurs_;
  std::uint64_t key_ = 0, send_ = 1;
  std::optional<Millis> throttled_;
  bool met_ = false;  // play_ is known
  Timeline::Play play_;
};

}  // namespace utboks::simulator
