#include "producer/xml/schemas_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "producer/xml/schema.h"

namespace utboks {
namespace {

// Appends a report of each edition.
void CheckRessurs(const std::string& dir, const Ressurs& ressurs,
                  std::vector<SchemaReport>* reports) {
  std::vector<std::shared_ptr<const xml::Schema>> schemas;
  for (const Edition& edition : ressurs.editions) {
    SchemaReport report{ressurs.name, edition.name, edition.file, edition.status, "", {}};
    auto schema = xml::Schema::Load(dir, edition.file);
    if (!schema.ok()) {
      report.usable = schema.status();
    } else {
      report.hash = (*schema)->hash();
      schemas.push_back(*schema);
      if (!(*schema)->HasPath(ressurs.root, "")) {
        report.usable =
            Status(Code::kConfig, fmt::format("{} has no root element {}: the catalogue and the "
                                              "schema do not fit",
                                              edition.file, ressurs.root));
      }
    }
    reports->push_back(std::move(report));
  }
  if (schemas.empty() || schemas.size() < ressurs.editions.size()) return;
  if (!reports->back().usable.ok()) return;
  for (const FieldPath& field : ressurs.fields) {
    const bool found = std::ranges::any_of(
        schemas, [&](const auto& schema) { return schema->HasPath(ressurs.root, field.path); });
    if (found) continue;
    reports->back().usable =
        Status(Code::kConfig, fmt::format("no edition of {} has {}: the catalogue's path is wrong",
                                          ressurs.name, field.path));
  }
}

}  // namespace

std::vector<SchemaReport> CheckSchemas(const Catalogue& catalogue) {
  std::vector<SchemaReport> reports;
  for (const auto* entries : {&catalogue.ressurser(), &catalogue.hendelser()}) {
    for (const Ressurs& entry : *entries) CheckRessurs(catalogue.dir(), entry, &reports);
  }
  return reports;
}

}  // namespace utboks
