// Handing messages to utboks from inside an agency's own program.
//
//   utboks::outbox::Options options;
//   options.config_file = "/etc/utboks/utboks.toml";
//   const auto opened = utboks::outbox::Outbox::Open(options);
//   if (!opened.status.ok()) ...
//   const auto answer = opened.outbox->Enqueue({"doedsfall_v1", xml});
//   if (answer.status.ok()) ... // it is on disk: a worker (`utboks run`) sends it
//
// The way in is the one of `utboks enqueue`: the same contracts, the same verdicts, the
// same store, beside running workers and other programs.  Nothing is sent from here.
//
// Keys and documents are in the program's memory: it sees to core dumps.  Xerces, where the
// program has it too, opens no network addresses any more: the contracts never want any.
// Throws nothing but std::bad_alloc and std::length_error.  With one libutboks-outbox.so.N
// (N = soname) a program runs on as it was built; it wants C++17 and libstdc++.
#ifndef UTBOKS_OUTBOX_H
#define UTBOKS_OUTBOX_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <utboks/message.h>
#include <utboks/status.h>

namespace utboks::outbox {

struct Options {
  // utboks.toml: the same file that the worker reads.  "" = none: neither $UTBOKS_CONFIG nor
  // /etc/utboks/utboks.toml is looked at here.
  std::string config_file = {};
  // Whether the process's UTBOKS_SECTION_KEY go before the file, as for the program.
  bool environment = true;
  // {"outbox.store", "sqlite:/var/lib/agency/outbox.db"}: what utboks.toml calls
  // [outbox] store, without quotes.  Goes before file and environment.  Required from one
  // of the three: register.base_url and register.organisation_number.
  std::map<std::string, std::string> settings = {};
  // Who hands in, as the history shows it after "lib:" (at most 64 bytes; eleven digits
  // are masked): a system's name, never a person's.  "" = the program's.
  std::string actor = {};
  // Make store and keys where there are none.  False: kConfig.
  bool create = true;
};

struct Opened;
struct Found;

// Methods are safe for many threads; several Outboxes on one store are as well, in one
// process or many.  Opened after fork, never before; destroyed by one thread when no call
// is under way, which closes the store.  Holds open files, and threads of its own on which no
// signal handler of the program ever runs.  A process that is stopped while it stores holds
// up all others on an SQLite store: one that is run at a terminal blocks SIGTSTP (Ctrl-Z)
// in all of its threads, and is then stopped by the library when that does no harm.
class Outbox {
 public:
  // Signals reach the calling thread when it is done.
  // kConfig: settings, keys, contracts, another environment or organisation, a newer
  // store.  kOutdated, kBusy, kUnreachable, kCorrupt.  Reads the environment: no other
  // thread changes it meanwhile.  Contracts are those of share/utboks beside the library,
  // and of [schemas] directory as it stands now: open again after `utboks schemas install`.
  // Warnings are logged to standard error, as [log] says, for all Outboxes of the process as
  // the last one opened has it.
  UTBOKS_OUTBOX_API static Opened Open(const Options& options);

  UTBOKS_OUTBOX_API ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Validates and stores, and returns after the commit's fsync: then ok is a promise.
  // Waits at most 10 s for an SQLite store's lock (kBusy), and at most minutes for a
  // PostgreSQL that is going down or coming back (kBusy, kUnreachable).  The same ressurs, bytes
  // and identifier again: ok, is_new false; so after any failure, and after a crash, the same again
  // is right.
  UTBOKS_OUTBOX_API Answer Enqueue(Document document);

  // One answer for each, in order.  kAllOrNone: one refused and nothing is stored; the good
  // ones have kLeftOut (kTaken, each, where an identifier was taken).  kEachAlone: when
  // the store fails, what follows is not tried and has the same code, so nothing overtakes.
  UTBOKS_OUTBOX_API std::vector<Answer> Enqueue(std::vector<Document> documents,
                                                Batch batch = Batch::kEachAlone);

  // By the id of an Answer, or by avsendersMeldingsidentifikator.  kNotFound: never taken in,
  // or purged since.
  UTBOKS_OUTBOX_API Found Find(const std::string& id) const;

 private:
  struct Parts;
  explicit Outbox(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

struct Opened {
  Status status;
  std::unique_ptr<Outbox> outbox;  // null unless ok
};

struct Found {
  Status status;
  Message message;  // where ok
};

// Of the library that runs: "0.1.0"; lives for ever.
UTBOKS_OUTBOX_API const char* Version() noexcept;

}  // namespace utboks::outbox

#endif
