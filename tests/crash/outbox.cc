#include "tests/crash/outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "tests/support/read_file.h"
#include "tests/support/syscall_trace.h"

namespace utboks::testing {
namespace {

constexpr const char* kExample = UTBOKS_SOURCE_DIR "/schemas/examples/MeldingOmDoedsfall_v1.0.xml";
constexpr std::string_view kOrganisation = "100101688";

// Puts `text` in place of what stands in <element>.
std::string WithElement(std::string document, std::string_view element, std::string_view text) {
  const std::string open = fmt::format("<{}>", element), close = fmt::format("</{}>", element);
  const std::size_t begin = document.find(open), end = document.find(close);
  if (begin == std::string::npos || end == std::string::npos) std::abort();  // another example
  return document.replace(begin + open.size(), end - begin - open.size(), text);
}

}  // namespace

Outbox::Outbox(const SimulatorFixture* reg, const std::string& settings, const std::string& url)
    : url_(url.empty() ? "sqlite:" + store() : url) {
  const DevPki& pki = DevPki::Shared();
  std::ofstream(config()) << fmt::format(
      R"([register]
base_url = "{}"
environment = "test"
organisation_number = "{}"
client_certificate = "{}"
client_key = "{}"
ca_file = "{}"

[schemas]
directory = ""

[outbox]
store = "{}"
min_free = "1MiB"
{}
{}
)",
      reg == nullptr ? "https://localhost:1" : reg->base_url(), kOrganisation, pki.certificate(),
      pki.key(), pki.ca(), url_,
      url.empty() ? "" : fmt::format("key_file = \"{}\"\n", File("keys")), settings);
}

ProcessSpec Outbox::Utboks(const std::vector<std::string>& words, const std::string& worker) const {
  ProcessSpec spec;
  spec.argv = {UTBOKS_PROGRAM, "--config", config()};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  if (!worker.empty()) spec.environment.emplace_back("UTBOKS_OUTBOX_WORKER=" + worker);
  return spec;
}

std::string Outbox::WhyBlind() {
  const Outbox outbox(nullptr);
  std::vector<Syscall> calls;
  const Finished run = RunTraced(outbox.Utboks({"config"}), {"openat"}, &calls);
  if (run.code() != 0) return "strace does not work here: " + run.err;
  // The program hides its memory; only a tracer that may look all the same (root) sees
  // the names of its files.
  const bool sees = std::any_of(calls.begin(), calls.end(),
                                [&](const Syscall& call) { return call.path == outbox.config(); });
  return sees ? "" : "strace runs here but may not look into the program: run as root";
}

StoreOptions Outbox::Options() const {
  StoreOptions options;
  options.url = url_;
  if (!url_.starts_with("sqlite:")) options.key_file = File("keys");
  options.environment = "test";
  options.organisation_number = kOrganisation;
  options.host = "localhost";
  options.min_free = 0;
  return options;
}

std::string Outbox::Identifier(int n) {
  return fmt::format("krasj-{:05}", n);
}

std::string Outbox::Message(int n, int person) const {
  static const std::string example = ReadFile(kExample);
  std::string path = File(fmt::format("melding-{:05}.xml", n));
  std::ofstream(path, std::ios::binary)
      << WithElement(WithElement(example, "avsendersMeldingsidentifikator", Identifier(n)),
                     "foedselsnummer", PersonNumber(person));
  return path;
}

}  // namespace utboks::testing
