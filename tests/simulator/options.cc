#include "tests/simulator/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>

#include "queue/base/random.h"
#include "queue/base/shared_folder.h"

namespace utboks::simulator {
namespace {

constexpr const char* kAbout =
    "utboks-simulator: Folkeregisteret's mottak on this machine, as documented, over mutual TLS.\n"
    "For trying out, for tests, and for an agency's own integration tests. It keeps nothing and\n"
    "knows no person.\n";

constexpr const char* kMore =
    R"(It answers POST and HEAD on /folkeregisteret/mottak/api/RESSURS for every resource of the
catalogue: 202 with a receipt, or 400, 401, 403, 404, 405, 406, 429 (Retry-After in milliseconds)
and 500 with a folkeregisterFeilmelding. The same message sent again gets a new reference: the
register does not look for doubles, the journal shows them.

A scenario lets things go wrong, as TOML:
  latency = ["20ms", "80ms"]
  [[step]]
  kind = "refuse"        # or stall, reset, hang, slow, lost, latency, error, proxy, firewall,
  after_requests = 3     # throttle, answer, receipt
  for = "5s"
docs/simulator.md is the manual of scenario and journal.

Signals: TERM and INT end it with 0.
A journal that cannot be written any more is said once; from then on nothing is answered.
Exit: 0 ended by a signal; 2 wrong command line; 65 a file cannot be opened, read or made;
  78 port taken, certificates, schemas or scenario wrong.
Example:
  conf/pki/make-dev-pki.sh /tmp/pki
  utboks-simulator --listen 127.0.0.1:8443 --pki /tmp/pki --journal /tmp/journal
)";

}  // namespace

Result<Options> ParseOptions(int argc, const char* const* argv) {
  Options options;
  Settings& settings = options.settings;
  settings.listen = "127.0.0.1:8443";
  settings.schemas = FindSharedFolder("schemas");
  std::string scenario;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> rate_limit;
  bool no_validate = false;

  CLI::App app(kAbout, "utboks-simulator");
  app.footer(kMore);
  app.add_option("--listen", settings.listen,
                 "address and port; port 0 takes a free one; any address but a loopback one opens "
                 "it to others")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--pki", settings.pki,
                 "folder with ca.pem (whose clients are let in), server.pem and server-key.pem")
      ->type_name("DIR")
      ->required();
  app.add_option("--scenario", scenario, "what goes wrong, and when (default: nothing)")
      ->type_name("FILE");
  app.add_option(
         "--journal", settings.journal,
         "appends what came and what was answered, one JSON line each; - is standard output")
      ->type_name("FILE");
  app.add_option("--seed", seed,
                 "chooses the draws of shares and delays, and the references given out (default: "
                 "another each time, printed at the start)")
      ->type_name("N");
  app.add_option("--schemas", settings.schemas, "folder with catalogue.xml and the schemas")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--rate-limit", rate_limit,
                 "requests one address may make in any 60 s, whatever the scenario says; 0: no "
                 "limit (default 60000; the register's test environment has 1200)")
      ->type_name("N");
  app.add_flag("--no-validate", no_validate, "accept every document, unread: for measuring speed");
  app.add_option("--port-file", options.port_file, "writes the port here, whole, once it listens")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::ParseError& error) {
    return Status(Code::kUsage, fmt::format("{} (--help shows everything)", error.what()));
  }

  if (!scenario.empty()) {
    Result<Scenario> read = ReadScenario(scenario);
    if (!read.ok()) return read.status();
    settings.scenario = std::move(read).value();
  }
  if (rate_limit) settings.scenario.rate_limit_per_minute = *rate_limit;
  settings.seed = seed.value_or(SecureRandom().Next() >> 1U);
  settings.validate = !no_validate;
  return options;
}

}  // namespace utboks::simulator
