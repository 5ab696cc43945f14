#include "producer/app/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "queue/alarms.h"

namespace utboks::app {
namespace {

constexpr std::int64_t kMiB = 1LL << 20;

Finding Well(std::string check, std::string text) {
  return {std::move(check), Grade::kOk, std::move(text), "", Code::kOk};
}

Finding Look(std::string check, std::string text, std::string todo) {
  return {std::move(check), Grade::kWarn, std::move(text), std::move(todo), Code::kOk};
}

Finding Fails(std::string check, std::string text, std::string todo, Code code) {
  return {std::move(check), Grade::kFail, std::move(text), std::move(todo), code};
}

// What a command would end with.
Finding Fails(std::string check, const Status& status, std::string todo) {
  return Fails(std::move(check), status.text(), std::move(todo), status.code());
}

std::string ErrorText(int error) {
  return std::generic_category().message(error);
}

Finding JudgeFolder(const StorePlace& place) {
  if (place.folder_error != 0) {
    return Fails(
        "store-folder",
        fmt::format("the store's folder {}: {}", place.folder, ErrorText(place.folder_error)),
        "make it, for the worker's user alone, or correct [outbox] store", Code::kConfig);
  }
  const bool file = place.folder_write_error == 0;
  const int error = file ? place.file_write_error : place.folder_write_error;
  if (error != 0) {
    return Fails("store-folder",
                 fmt::format("{} cannot be written by this user: {}",
                             file ? place.file : place.folder, ErrorText(error)),
                 "run doctor as the worker's user, and give that user the folder and what is in it",
                 Code::kConfig);
  }
  return Well("store-folder", place.folder + " can be written");
}

Finding JudgeFileSystem(const StorePlace& place) {
  constexpr std::string_view kCheck = "file-system";
  const FileSystem is = FileSystemOf(place.magic);
  const std::string todo = "put the store on a disk of this machine: [outbox] store";
  switch (is.kind) {
    case DiskKind::kLocal:
      return Well(std::string(kCheck),
                  fmt::format("{} is on a local disk ({})", place.folder, is.name));
    case DiskKind::kNetwork:
      return Fails(std::string(kCheck),
                   fmt::format("{} is on the network ({}): its locks and its fsync do not keep the "
                               "store whole",
                               place.folder, is.name),
                   todo, Code::kConfig);
    case DiskKind::kShared:
      return Look(std::string(kCheck),
                  fmt::format("{} is served by a program ({}), which may be a network",
                              place.folder, is.name),
                  todo);
    case DiskKind::kVanishing:
      return Look(
          std::string(kCheck),
          fmt::format("{} does not last ({}): the messages go with the machine's memory, or "
                      "with the container",
                      place.folder, is.name),
          todo + ", or mount a volume there");
    case DiskKind::kUnknown:
      break;
  }
  return Look(std::string(kCheck),
              fmt::format("{} is on a file system that utboks does not know ({:#x})", place.folder,
                          place.magic),
              "see that it is a disk of this machine, not of the network");
}

Finding JudgeRoom(const StorePlace& place, std::int64_t min_free) {
  if (!place.free_bytes) {
    return Look("disk", fmt::format("nobody can say how much room {} has", place.folder),
                "see that the disk is well");
  }
  const std::string text = fmt::format("{} MiB free at {}, of which [outbox] min_free keeps {} MiB",
                                       *place.free_bytes >> 20, place.folder, min_free / kMiB);
  if (*place.free_bytes < static_cast<std::uint64_t>(min_free)) {
    return Fails("disk", text + ": nothing is taken in", "make room", Code::kFull);
  }
  return Well("disk", text);
}

std::string ConnectionTodo(const HeadResult& head) {
  const std::string_view reason = head.reason;
  if (reason == "dns") return "check [register] base_url and this machine's name servers";
  if (reason.starts_with("proxy")) return "check [register] proxy, and whom it lets through";
  if (reason == "credential") {
    return "ask the register's support whether this organisation's certificate has access, and see "
           "certificate-chain";
  }
  if (reason == "tls") {
    return "check [register] base_url against the name in the register's certificate, and ca_file "
           "against who issued it";
  }
  if (head.scope == Scope::kSite) {
    return "check [register] base_url and proxy, and whether a firewall stands between";
  }
  return "try again, and look at the register's operating notices; messages wait meanwhile";
}

std::string WhyNot(const HeadReport& report) {
  return report.failure.empty() ? report.head.reason : report.failure;
}

}  // namespace

Finding JudgeConfig(const Config& config, const Status& complete) {
  const std::string name = config.path.empty() ? std::string("no file") : config.path;
  if (!complete.ok()) return Fails("configuration", complete, "`utboks config` shows what holds");
  std::size_t from_file = 0, from_environment = 0;
  for (const EffectiveSetting& row : config.effective) {
    if (row.source.starts_with("UTBOKS_")) ++from_environment;
    if (!config.path.empty() && row.source.starts_with(config.path + ":")) ++from_file;
  }
  return Well(
      "configuration",
      fmt::format("{}: {} settings from it, {} from the environment; for the {} environment", name,
                  from_file, from_environment, config.registry.production ? "production" : "test"));
}

Findings JudgeSecrets(std::span<const Status> kept) {
  Findings findings;
  for (const Status& file : kept) {
    if (!file.ok()) {
      findings.push_back(
          Fails("secret-files", file, "give out new ones if another may have read them"));
    }
  }
  if (findings.empty()) {
    findings.push_back(Well("secret-files", "keys and passwords are kept from other users"));
  }
  return findings;
}

Findings JudgePlace(const StorePlace& place, std::int64_t min_free) {
  Findings findings = {JudgeFolder(place)};
  if (place.folder_error != 0) return findings;
  findings.push_back(JudgeFileSystem(place));
  findings.push_back(JudgeRoom(place, min_free));
  return findings;
}

Finding JudgeMemory() {
  return Look("file-system", "the store is in memory: every message is gone when the worker ends",
              "name a file: [outbox] store = \"sqlite:/var/lib/utboks/outbox.db\"");
}

Findings JudgeStore(const StoreReport& report, const std::string& file) {
  Findings findings;
  if (report.opens.code() == Code::kOutdated) {
    findings.push_back(
        Look("store", report.opens.text(), "start `utboks run`, or `utboks migrate`"));
  } else if (report.opens.code() == Code::kBusy) {
    findings.push_back(Look("store", report.opens.text(), "see what that process waits for"));
  } else if (!report.opens.ok()) {
    findings.push_back(Fails("store", report.opens,
                             "look at the file that [outbox] store names before anything else "
                             "writes there"));
  } else if (!report.exists) {
    findings.push_back(
        Well("store", fmt::format("there is no store {} yet; `utboks run` makes it", file)));
  }
  const std::string own = "one store is for one organisation and one register: see `utboks config`";
  if (!report.stamp.ok()) findings.push_back(Fails("store", report.stamp, own));
  if (!report.age.ok()) {
    findings.push_back(Fails("store", report.age, "start the worker with --after-restore, once"));
  }
  if (findings.empty()) {
    findings.push_back(
        Well("store", fmt::format("{} has this version's form and is this register's", file)));
  }
  if (!report.keys.ok()) {
    findings.push_back(Fails("key-file", report.keys,
                             "take the key file from where its copy is kept, apart from the "
                             "backups"));
  } else if (report.exists && report.opens.ok()) {
    findings.push_back(Well("key-file", report.key_file + " has the keys of the store"));
  } else if (!report.exists && report.opens.ok()) {
    findings.push_back(Well("key-file", report.key_file_exists
                                            ? report.key_file + " waits for its store"
                                            : report.key_file + " is made with the store"));
  }
  return findings;
}

Finding JudgeSchemas(const Status& catalogue, std::span<const SchemaReport> reports,
                     bool production) {
  const auto todo = [](SchemaSet set) {
    return fmt::format(
        "{}; `utboks schemas check` shows each",
        set == SchemaSet::kShipped
            ? "install utboks again"
            : "install the register's schemas again, or go back to the shipped ones: "
              "`utboks schemas install --shipped`");
  };
  if (!catalogue.ok()) {
    return Fails("schemas", catalogue,
                 "install again what is wrong: utboks, or the register's schemas");
  }
  const auto taken = [&](const SchemaReport& report) {
    return report.status == EditionStatus::kProduction ||
           (!production && report.status == EditionStatus::kTest);
  };
  const auto broken = std::find_if(reports.begin(), reports.end(), [&](const SchemaReport& report) {
    return !report.usable.ok() && taken(report);
  });
  if (broken != reports.end()) return Fails("schemas", broken->usable, todo(broken->set));
  const auto idle = std::find_if(reports.begin(), reports.end(),
                                 [](const SchemaReport& report) { return !report.usable.ok(); });
  if (idle != reports.end()) return Look("schemas", idle->usable.text(), todo(idle->set));
  const auto installed = std::ranges::count(reports, SchemaSet::kInstalled, &SchemaReport::set);
  return Well(
      "schemas",
      fmt::format(
          "{} editions load, {} of them are taken in {}{}", reports.size(),
          std::count_if(reports.begin(), reports.end(), taken), production ? "production" : "test",
          installed == 0 ? "; all as shipped" : fmt::format("; {} as installed", installed)));
}

Findings JudgeCredentials(const Status& failure) {
  return {Fails("certificate", failure,
                "see [register] client_certificate, client_key, client_key_password_file, ca_file"),
          Look("register", "was not asked: there is no certificate to show",
               "correct what stands above first")};
}

Findings JudgeCertificate(const CertificateReport& report) {
  Findings findings;
  findings.push_back(
      Well("certificate", fmt::format("{} is organisation {}'s, and its key fits", report.file,
                                      report.facts.organisation_number)));
  const std::string until = FormatOslo(report.facts.not_after);
  if (report.expired) {
    findings.push_back(Fails("certificate-dates", fmt::format("it ran out at {}", until),
                             "put a new one in place; the worker takes it up by itself",
                             Code::kConfig));
  } else if (report.ends_soon) {
    findings.push_back(Look("certificate-dates",
                            fmt::format("it runs out at {}: {} days left", until, report.days_left),
                            "order a new one now; the worker takes it up by itself"));
  } else {
    findings.push_back(Well("certificate-dates",
                            fmt::format("valid until {}: {} days left", until, report.days_left)));
  }
  for (const std::string& warning : report.warnings) {
    findings.push_back(Look("key-usage", warning,
                            "use the authentication certificate of the pair that was issued"));
  }
  if (report.warnings.empty()) findings.push_back(Well("key-usage", "fit for authentication"));
  const ChainFacts& chain = report.chain;
  if (chain.complete) {
    findings.push_back(Well("certificate-chain",
                            fmt::format("{} certificates, up to \"{}\"", chain.links, chain.last)));
  } else {
    findings.push_back(
        Look("certificate-chain",
             fmt::format("it can be followed for {} certificates here, not beyond \"{}\": {}",
                         chain.links, chain.last, chain.problem),
             "put what issued it after it in client_certificate, unless the register accepts it "
             "anyway"));
  }
  return findings;
}

Finding JudgeConnection(const RegisterPlace& place, const HeadReport& first) {
  // Nothing went out where nothing failed and nothing came: a certificate that has run
  // out is not shown to anybody.
  const bool silent = !first.head.answered && first.failure.empty();
  if (!first.head.asked || silent) {
    return Look("register", fmt::format("{} was not asked: {}", place.base_url, WhyNot(first)),
                "correct what stands above first");
  }
  if (first.tls_version.empty() || first.head.credential) {
    return Fails("register", fmt::format("{}: {}", place.base_url, WhyNot(first)),
                 ConnectionTodo(first.head), Code::kUnreachable);
  }
  return Well("register", fmt::format("{} speaks {}; its certificate is for {} and of {}",
                                      place.base_url, first.tls_version, place.host,
                                      place.trusted.empty() ? "an authority of this system"
                                                            : "an authority in " + place.trusted));
}

Finding JudgeHead(const HeadReport& report) {
  const std::string check = "head " + report.ressurs;
  const HeadResult& head = report.head;
  if (!head.answered) {
    return Fails(check, WhyNot(report), ConnectionTodo(head), Code::kUnreachable);
  }
  const std::string text = fmt::format("HEAD was answered with {}", head.http_status);
  if (head.web_page) {
    return Look(check, text + ", by a web page: a gateway, not the register",
                "see which proxy or firewall stands between");
  }
  switch (head.gate) {
    case GateEffect::kNone:
    case GateEffect::kSuccess:
      return Well(check, text);
    case GateEffect::kNotBefore:
      return Look(check, text + ": it asks for patience", "try again later");
    case GateEffect::kCount:
      return Look(check, text + ": the register is not well",
                  "look at its operating notices; messages wait meanwhile");
    case GateEffect::kClose:
      break;
  }
  if (head.scope == Scope::kSite) {
    return Fails(check, text + ": it does not let us in",
                 "ask the register's support whether this organisation's certificate has access",
                 Code::kInvalid);
  }
  return Look(check, text + ": it does not take this resource from us, or is not well",
              "if you send it: ask the register's support whether our agreement has it");
}

Finding JudgeUnasked(std::size_t left) {
  return Look("head", fmt::format("{} more resources were not asked: the register is silent", left),
              "try again when it answers");
}

Finding JudgeClock(const ClockReading& reading) {
  if (!reading.theirs) {
    return Look("clock", "the register sent no Date to hold our clock against",
                "see that this machine's clock is set from the network");
  }
  const WallTime nearest = std::clamp(*reading.theirs, reading.before, reading.after);
  const auto apart = std::chrono::floor<std::chrono::seconds>(
      nearest > *reading.theirs ? nearest - *reading.theirs : *reading.theirs - nearest);
  if (ClockIsOff(*reading.theirs, nearest)) {
    return Fails("clock",
                 fmt::format("our clock is {} s {} the register's", apart.count(),
                             nearest > *reading.theirs ? "ahead of" : "behind"),
                 "set this machine's clock from the network (chrony, systemd-timesyncd)",
                 Code::kInvalid);
  }
  return Well("clock", fmt::format("within {} s of the register's", apart.count() + 1));
}

}  // namespace utboks::app
