// What came and what was answered, one JSON object per line: the evidence that
// whoever looks for loss, doubles and order reads.  docs/simulator.md has its form.
//
// Each line is written whole, by one write(2), before the answer it tells of is
// sent: a client that has seen an answer finds it here, whatever dies next.  Safe
// for many threads.  Bodies are never written, only their hash.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "queue/base/mutex.h"
#include "queue/base/status.h"

namespace utboks::simulator {

// One request, as far as it is known.
struct JournalEntry {
  std::uint64_t request = 0;     // number, in order of arrival
  std::uint64_t connection = 0;  // number, in order of arrival
  std::string_view client;       // organisation number, empty when the certificate has none
  std::string_view method;
  std::string_view ressurs;
  std::string_view identifier;  // avsendersMeldingsidentifikator as in the document
  std::string_view sha256;      // of the body, hexadecimal; empty when it was not read whole
  std::uint64_t bytes = 0;
  std::uint64_t send = 0;  // 1 for the first time this identifier came
};

// What became of it.
struct JournalAnswer {
  bool accepted = false;
  int status = 0;              // 0: none was made
  std::string_view sent;       // whole, slow, lost, reset, hang, cut
  std::string_view reference;  // folkeregisterReferanse given out
  std::string_view step;       // the scenario's step that decided, empty when none
};

class Journal {
 public:
  // Appends to `path`; "-" is standard output; "" keeps no journal.  kUnreadable
  // when the file cannot be opened.
  static Result<std::unique_ptr<Journal>> Open(const std::string& path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Each returns false when the line could not be written whole: then, and ever
  // after, nothing may be answered, for it could not be shown.
  bool Begin(const JournalEntry& entry);
  bool End(const JournalEntry& entry, const JournalAnswer& answer);
  bool Step(std::string_view name, std::string_view kind, bool begun);

 private:
  explicit Journal(int descriptor) : descriptor_(descriptor) {}
  bool Write(std::string_view event, std::string_view rest);

  const int descriptor_;  // -1: no journal is kept
  Mutex mutex_;
  bool broken_ UTBOKS_GUARDED_BY(mutex_) = false;
};

// `text` as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string JsonText(std::string_view text);

}  // namespace utboks::simulator
