#include "producer/xml/schemas_install.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "producer/xml/schemas_check.h"

namespace utboks {
namespace {

// Two resources may share a file.
bool Names(const std::vector<SchemasInstalled::Contract>& contracts, const std::string& file) {
  return std::ranges::find(contracts, file, &SchemasInstalled::Contract::file) != contracts.end();
}

}  // namespace

Result<SchemasInstalled> InstallSchemas(const Catalogue& catalogue, const std::string& dir,
                                        const InstalledSchemas& place) {
  const auto published = PublishedSchemas::Load(dir);
  if (!published.ok()) return published.status();

  SchemasInstalled installed;
  std::set<std::string> needed;
  for (const SchemaReport& report : CheckSchemas(catalogue.With(*published))) {
    if (!report.usable.ok()) {
      return Status(report.usable.code() == Code::kBusy ? Code::kBusy : Code::kInvalid,
                    fmt::format("nothing was installed: {}", report.usable.text()));
    }
    if (report.set == SchemaSet::kShipped) {
      if (std::ranges::find(installed.shipped, report.file) == installed.shipped.end()) {
        installed.shipped.push_back(report.file);
      }
      continue;
    }
    needed.insert(report.files.begin(), report.files.end());
    if (!Names(installed.contracts, report.file)) {
      installed.contracts.push_back({report.file, report.hash});
    }
  }
  if (installed.contracts.empty()) {
    return Status(Code::kInvalid, fmt::format("nothing was installed: no file in {} is a contract "
                                              "of the catalogue; `utboks schemas list` names them",
                                              dir));
  }

  installed.left_out = (*published)->others();
  for (const auto& [file, bytes] : (*published)->files()) {
    if (!needed.contains(file)) installed.left_out.push_back(file);
  }
  std::ranges::sort(installed.left_out);
  UTBOKS_RETURN_IF_ERROR(place.Replace(*(*published)->Only(needed)));
  return installed;
}

}  // namespace utboks
