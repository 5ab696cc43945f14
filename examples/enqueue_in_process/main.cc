// Hands documents to the outbox, all or none, and tells what became of each.
//
//   enqueue_in_process CONFIG RESSURS FILE...
//
// Ends with 0 when all are stored, 1 when one was refused, 75 when it is worth trying
// again, 78 when a person has to look.  By pkg-config:
//   g++ -std=c++17 main.cc $(pkg-config --cflags --libs utboks-outbox)
#include <utboks/outbox.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace {

int ExitCode(utboks::outbox::Code code) {
  using utboks::outbox::Code;
  switch (code) {
    case Code::kOk:
      return 0;
    case Code::kInvalid:
    case Code::kTaken:
    case Code::kLeftOut:
    case Code::kUnknownRessurs:
    case Code::kNotFound:
      return 1;
    case Code::kBusy:
    case Code::kFull:
    case Code::kUnreachable:
    case Code::kInternal:
      return 75;
    default:
      return 78;
  }
}

int Tell(const utboks::outbox::Status& status) {
  std::cerr << utboks::outbox::CodeName(status.code) << ": " << status.text << "\n";
  return ExitCode(status.code);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: enqueue_in_process CONFIG RESSURS FILE...\n";
    return 2;
  }
  utboks::outbox::Options options;
  options.config_file = argv[1];
  const auto opened = utboks::outbox::Outbox::Open(options);
  if (!opened.status.ok()) return Tell(opened.status);

  std::vector<utboks::outbox::Document> documents;
  for (int i = 3; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    documents.push_back({argv[2], std::string(std::istreambuf_iterator<char>(file), {})});
  }
  const auto answers =
      opened.outbox->Enqueue(std::move(documents), utboks::outbox::Batch::kAllOrNone);

  int worst = 0;
  for (const auto& answer : answers) {
    if (answer.status.ok()) {
      std::cout << answer.id << " " << utboks::outbox::StateName(answer.state)
                << (answer.is_new ? "" : " (there already)") << "\n";
      continue;
    }
    worst = std::max(worst, Tell(answer.status));
    for (const auto& violation : answer.violations) {
      std::cerr << "  " << violation.line << ":" << violation.column << " " << violation.text
                << " (" << violation.rule << ")\n";
    }
  }
  return worst;
}
