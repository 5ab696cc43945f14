#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <istream>
#include <sstream>

#include "producer/app/attachment_files.h"
#include "producer/app/cli/act.h"
#include "producer/app/cli/answer.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/document_file.h"
#include "producer/app/quantity.h"
#include "producer/app/view.h"
#include "producer/intake/acceptor.h"

namespace utboks::app {
namespace {

// How many documents are held in memory at once.
constexpr std::size_t kBatch = 4 * Acceptor::kGroup;
// Of those that have no receipt yet, so many are looked at each time.
constexpr std::size_t kLooksAtOnce = 256;
constexpr Millis kLookEvery{100};

// With --all-or-none, where another document could not be read.
Answer LeftOut(const Incoming& incoming) {
  Answer answer;
  answer.label = incoming.label;
  answer.status = Status(Code::kCancelled,
                         "not stored because another document of the same call could not be read");
  return answer;
}

// What a person or the register has to do with it is still to come.
bool Moves(State state) {
  return state == State::kReceived || state == State::kDue || state == State::kSending ||
         state == State::kInDoubt;
}

class Enqueue final : public Command {
 public:
  std::string name() const override { return "enqueue"; }
  std::string summary() const override { return "validate and store documents for delivery"; }

  void Declare(CLI::App& app) override {
    app.add_option("FILE", files_, "documents; - reads one from standard input")->required();
    app.add_option("--ressurs", ressurs_, "the resource they are for")
        ->required()
        ->type_name("RESSURS");
    app.add_option("--vedlegg", vedlegg_,
                   "an attachment that the document names; with exactly one document")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--order-key", order_key_,
                   "file with the persons they wait for, one a line, in place of those in the "
                   "document; - reads standard input")
        ->type_name("FILE");
    app.add_option("--not-before", not_before_, "send no earlier: RFC 3339 with zone, or +2h")
        ->type_name("TIME");
    // A flag: an option that may stand without a value would take the first file for it.
    wait_option_ =
        app.add_flag("--wait", wait_, "wait for the receipts; --wait=T for so long at most");
    app.add_flag("--all-or-none", all_or_none_, "one refused document and none is stored");
  }

  Result<int> Run(Parts& parts, Console& console) override;

 private:
  Status ReadOptions(Parts& parts, Console& console);
  void Take(std::vector<Incoming>& batch, Acceptor& acceptor, InsertMode mode, Console& console);
  void Report(const Answer& answer, Console& console);
  void ReportReceipt(const MessageView& view, Console& console);
  Status AwaitReceipts(Store& store, Clock& clock, Console& console);

  std::vector<std::string> files_, vedlegg_;
  std::string ressurs_, order_key_, not_before_, wait_;
  CLI::Option* wait_option_ = nullptr;
  bool all_or_none_ = false;

  std::optional<std::vector<SensitiveText>> keys_;
  std::optional<WallTime> not_before_time_;
  std::optional<Millis> wait_limit_;
  std::vector<Uuid> stored_;
  WorstOf worst_;
  std::size_t done_ = 0;
};

Status Enqueue::ReadOptions(Parts& parts, Console& console) {
  std::size_t from_input = order_key_ == "-" ? 1 : 0;
  for (const std::string& file : files_) {
    if (file == "-") ++from_input;
  }
  if (from_input > 1) {
    return Status(Code::kUsage, "standard input (-) can be read for one thing only");
  }
  if (!vedlegg_.empty() && files_.size() != 1) {
    return Status(Code::kUsage, "--vedlegg: attachments go with exactly one document");
  }
  if (!not_before_.empty()) {
    const auto time = ParseTime(not_before_, parts.clock().Wall());
    if (!time.ok()) return Status(Code::kUsage, "--not-before: " + time.status().text());
    not_before_time_ = *time;
  }
  if (!wait_.empty() && wait_ != "true") {  // what CLI11 gives a flag without a value
    const auto limit = ParseDuration(wait_);
    if (!limit.ok()) return Status(Code::kUsage, "--wait: " + limit.status().text());
    wait_limit_ = *limit;
  }
  if (order_key_.empty()) return Status();
  constexpr std::size_t kLargestKeys = std::size_t{64} * 1024;
  const auto text = ReadDocument(order_key_, console.in(), kLargestKeys);
  if (!text.ok()) return text.status();
  if (text->size() > kLargestKeys) {
    return Status(Code::kUsage, "--order-key: more than 64 KiB of keys");
  }
  keys_.emplace();
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) keys_->emplace_back(line);
  }
  return Status();
}

void Enqueue::Report(const Answer& answer, Console& console) {
  console.Progress("enqueue", ++done_, files_.size());
  TellAnswer(answer, console);
  if (answer.status.ok()) {
    stored_.push_back(answer.inserted.id);
    return;
  }
  // Left out because of another: that one has its own code.
  const bool left_out = answer.status.code() == Code::kCancelled;
  worst_.Add(left_out ? Status(Code::kInvalid, "left out") : answer.status);
}

void Enqueue::Take(std::vector<Incoming>& batch, Acceptor& acceptor, InsertMode mode,
                   Console& console) {
  acceptor.Accept(batch, mode, [&](const Answer& answer) {
    Report(answer, console);
    // An id that was shown stands on disk, and one on disk is shown: at once.
    console.Flush();
  });
  batch.clear();
}

void Enqueue::ReportReceipt(const MessageView& view, Console& console) {
  if (view.state != State::kAccepted && view.state != State::kClosed) {
    worst_.Add(Status(Code::kInvalid, "not accepted"));
  }
  if (console.json()) {
    console.Line(MessageJson(view));
  } else {
    console.Text(fmt::format("{}  {}  {}", FormatUuid(view.id), StateName(view.state),
                             view.state == State::kAccepted ? view.reference : view.reason));
  }
}

// Each receipt is shown as it comes.
Status Enqueue::AwaitReceipts(Store& store, Clock& clock, Console& console) {
  const SteadyTime begun = clock.Steady();
  std::deque<Uuid> waiting(stored_.begin(), stored_.end());
  for (;;) {
    // One that has none yet goes to the end: however many wait, a round is short.
    std::size_t without = 0;
    for (std::size_t left = waiting.size(); left > 0 && without < kLooksAtOnce; --left) {
      const Uuid id = waiting.front();
      waiting.pop_front();
      const auto found = store.Find(FormatUuid(id), false);
      if (!found.ok()) return found.status();
      if (found->empty()) continue;  // purged since: it had come to its end
      if (Moves(found->front().state)) {
        waiting.push_back(id);
        ++without;
      } else {
        ReportReceipt(found->front(), console);
      }
    }
    if (!console.Flush() || waiting.empty()) return Status();
    if (wait_limit_ && clock.Steady() - begun >= *wait_limit_) {
      return Status(Code::kBusy,
                    fmt::format("{} of {} have no receipt yet; they are stored and will be sent, "
                                "`utboks show` tells of each",
                                waiting.size(), stored_.size()));
    }
    clock.WaitUntil(clock.Steady() + kLookEvery, {});
  }
}

Result<int> Enqueue::Run(Parts& parts, Console& console) {
  UTBOKS_RETURN_IF_ERROR(CheckRessurs(parts, ressurs_));
  UTBOKS_RETURN_IF_ERROR(ReadOptions(parts, console));
  const auto config = parts.GetConfig();
  if (!config.ok()) return config.status();
  const auto validator = parts.GetValidator();
  if (!validator.ok()) return validator.status();
  const auto store = parts.OpenStore({.create = true, .migrate = false});
  if (!store.ok()) return store.status();
  Acceptor acceptor(**validator, **store);
  const auto most = static_cast<std::size_t>((*config)->intake.max_document);
  const InsertMode mode = all_or_none_ ? InsertMode::kAllOrNone : InsertMode::kEachAlone;

  std::vector<Incoming> batch;
  bool unreadable = false;
  for (const std::string& file : files_) {
    auto document = ReadDocument(file, console.in(), most);
    if (!document.ok()) {
      // What came before it is told before it.
      if (mode == InsertMode::kEachAlone) Take(batch, acceptor, mode, console);
      unreadable = true;
      ++done_;
      worst_.Add(document.status());
      ReportFailure(file, document.status(), console);
      continue;
    }
    auto attachments =
        ReadAttachments(vedlegg_, static_cast<std::size_t>((*config)->intake.max_attachments));
    if (!attachments.ok()) {
      worst_.Add(attachments.status());
      ReportFailure(file, attachments.status(), console);
      return worst_.exit_code();
    }
    Incoming incoming;
    incoming.attachments = *std::move(attachments);
    incoming.label = file;
    incoming.ressurs = ressurs_;
    incoming.document = SensitiveText(*std::move(document));
    incoming.order_keys = keys_;
    incoming.not_before = not_before_time_;
    incoming.actor = parts.ActorName();
    batch.push_back(std::move(incoming));
    if (mode == InsertMode::kEachAlone && batch.size() == kBatch) {
      Take(batch, acceptor, mode, console);
    }
  }
  if (mode == InsertMode::kAllOrNone && unreadable) {
    for (const Incoming& incoming : batch) Report(LeftOut(incoming), console);
  } else {
    Take(batch, acceptor, mode, console);
  }
  if (wait_option_->count() > 0 && !stored_.empty()) {
    const Status waited = AwaitReceipts(**store, parts.clock(), console);
    if (!waited.ok()) {
      console.Error(waited);
      worst_.Add(waited);
    }
  }
  return worst_.exit_code();
}

}  // namespace

std::unique_ptr<Command> MakeEnqueue() {
  return std::make_unique<Enqueue>();
}

}  // namespace utboks::app
