#include "producer/xml/schemas_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "producer/xml/schema.h"

namespace utboks {
namespace {

// What the catalogue reads in an installed schema, and would not find: elements that
// the shipped one, by which its paths were written, has.
std::string LostPath(const Catalogue& catalogue, const Ressurs& ressurs, const Edition& edition,
                     const xml::Schema& schema) {
  const auto shipped = xml::Schema::Load(catalogue.shipped(), edition.file);
  if (!shipped.ok()) return "";  // an edition that only the register's files have
  const auto has = [&](const xml::Schema& in, const FieldPath& field) {
    return in.HasPath(ressurs.root, ressurs.name_space, field.path);
  };
  const auto lost = std::ranges::find_if(ressurs.fields, [&](const FieldPath& field) {
    return has(**shipped, field) && !has(schema, field);
  });
  return lost == ressurs.fields.end() ? "" : lost->path;
}

// Whether one schema, by itself, fits the catalogue.
Status CheckFit(const Catalogue& catalogue, const Ressurs& ressurs, const Edition& edition,
                const xml::Schema& schema) {
  if (!schema.HasRoot(ressurs.root, ressurs.name_space)) {
    return {Code::kConfig,
            fmt::format("{} has no root element {} in the namespace {}: the catalogue and the "
                        "schema do not fit",
                        edition.file, ressurs.root, ressurs.name_space)};
  }
  if (catalogue.SetOf(edition) == SchemaSet::kShipped) return {};
  const std::string lost = LostPath(catalogue, ressurs, edition, schema);
  if (lost.empty()) return {};
  return {Code::kConfig, fmt::format("{} has no {}, which utboks reads and the shipped one has: "
                                     "the catalogue and the schema do not fit",
                                     edition.file, lost)};
}

// Appends a report of each edition.
void CheckRessurs(const Catalogue& catalogue, const Ressurs& ressurs,
                  std::vector<SchemaReport>* reports) {
  std::vector<std::shared_ptr<const xml::Schema>> schemas;
  for (const Edition& edition : ressurs.editions) {
    SchemaReport report;
    report.ressurs = ressurs.name;
    report.edition = edition.name;
    report.file = edition.file;
    report.status = edition.status;
    report.set = catalogue.SetOf(edition);
    auto schema = xml::Schema::Load(*catalogue.SourceOf(edition), edition.file);
    if (!schema.ok()) {
      report.usable = schema.status();
    } else {
      report.hash = (*schema)->hash();
      report.files = (*schema)->files();
      report.usable = CheckFit(catalogue, ressurs, edition, **schema);
      schemas.push_back(*schema);
    }
    reports->push_back(std::move(report));
  }
  if (schemas.empty() || schemas.size() < ressurs.editions.size()) return;
  if (!reports->back().usable.ok()) return;
  for (const FieldPath& field : ressurs.fields) {
    const bool found = std::ranges::any_of(schemas, [&](const auto& schema) {
      return schema->HasPath(ressurs.root, ressurs.name_space, field.path);
    });
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
    for (const Ressurs& entry : *entries) CheckRessurs(catalogue, entry, &reports);
  }
  return reports;
}

}  // namespace utboks
