#include "producer/xml/validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <new>
#include <set>
#include <utility>

#include "producer/xml/meaning.h"
#include "producer/xml/reader.h"
#include "producer/xml/reader_shelf.h"
#include "producer/xml/tag_places.h"
#include "producer/xml/utf8.h"

namespace utboks {
namespace {

std::string Rule(EditionStatus status) {
  switch (status) {
    case EditionStatus::kProduction:
    case EditionStatus::kTest:
      return "test-only";
    case EditionStatus::kDraft:
      return "draft";
    case EditionStatus::kWithdrawn:
      return "withdrawn";
  }
  return "withdrawn";
}

std::string WhyNone(EditionStatus status) {
  switch (status) {
    case EditionStatus::kProduction:
    case EditionStatus::kTest:
      return "the register takes this resource in its test environment only";
    case EditionStatus::kDraft:
      return "the register does not take this resource yet";
    case EditionStatus::kWithdrawn:
      return "the register does not take this resource any more";
  }
  return "";
}

}  // namespace

class Validator::Impl {
 public:
  // A resource with what is needed to hold a document against it.
  struct Entry {
    explicit Entry(const Ressurs& of) : ressurs(of), plan(of) {}
    const Ressurs& ressurs;
    ExtractPlan plan;
    std::vector<xml::ReaderShelf*> shelves;  // of each edition
  };

  Impl(const Catalogue& of, const ValidatorSettings& with) : catalogue(of), settings(with) {
    for (const auto* of_kind : {&catalogue.ressurser(), &catalogue.hendelser()}) {
      for (const Ressurs& ressurs : *of_kind) Add(ressurs);
    }
  }

  void Add(const Ressurs& ressurs) {
    auto& entry = entries.emplace(ressurs.name, ressurs).first->second;
    for (const Edition& edition : ressurs.editions) {
      auto& shelf = shelves[edition.file];
      if (!shelf)
        shelf = std::make_unique<xml::ReaderShelf>(catalogue.SourceOf(edition), edition.file);
      entry.shelves.push_back(shelf.get());
    }
  }

  const Entry* Find(std::string_view ressurs) const {
    const auto found = entries.find(ressurs);
    return found == entries.end() ? nullptr : &found->second;
  }

  // Indexes of the editions to try, in the order of trying.
  std::vector<std::size_t> Editions(const Entry& entry,
                                    std::optional<std::string_view> wanted) const;
  // Whether edition `i` takes all that the one before it takes.  The catalogue says so
  // of the shipped ones.
  bool Widens(const Entry& entry, std::size_t i) const {
    const auto shipped = [this](const Edition& edition) {
      return catalogue.SetOf(edition) == SchemaSet::kShipped;
    };
    const auto& editions = entry.ressurs.editions;
    return editions[i].widens && shipped(editions[i]) && shipped(editions[i - 1]);
  }
  Status TryEditions(const Entry& entry, const std::vector<std::size_t>& editions,
                     const Opened& opened, bool schema_only, Checked* checked,
                     xml::Reading* reading) const;

  xml::MeaningQuestion Ask(const CheckRequest& request) const {
    return {{settings.production, settings.number_checks, settings.control_rule},
            settings.meaning,
            settings.clock->Wall(),
            request.attachments,
            settings.max_attachments};
  }

  const Catalogue& catalogue;
  const ValidatorSettings settings;
  std::map<std::string, std::unique_ptr<xml::ReaderShelf>> shelves;  // by file
  std::map<std::string, Entry, std::less<>> entries;                 // by name
};

std::vector<std::size_t> Validator::Impl::Editions(const Entry& entry,
                                                   std::optional<std::string_view> wanted) const {
  std::vector<std::size_t> editions;
  for (std::size_t i = entry.ressurs.editions.size(); i-- > 0;) {
    const Edition& edition = entry.ressurs.editions[i];
    if (wanted ? edition.name == *wanted : edition.EnabledIn(settings.production)) {
      editions.push_back(i);
    }
  }
  return editions;
}

Status Validator::Impl::TryEditions(const Entry& entry, const std::vector<std::size_t>& editions,
                                    const Opened& opened, bool schema_only, Checked* checked,
                                    xml::Reading* reading) const {
  // An edition that widens the one before takes all that that one does, and so on:
  // what it refused they refuse too.  Unless the document names types: an edition may
  // have one, by name, that the next has not.
  std::size_t refused_from = entry.ressurs.editions.size();
  for (const std::size_t i : editions) {
    if (i >= refused_from) continue;
    auto schema = entry.shelves[i]->schema();
    if (!schema.ok()) return schema.status();
    auto reader = entry.shelves[i]->Take();
    xml::Reading tried = reader->Read(opened.text, schema_only ? nullptr : &entry.plan);
    entry.shelves[i]->PutBack(std::move(reader));
    const bool first = checked->edition.empty();
    const bool accepted = tried.violations.empty();
    const bool names_types = tried.names_types;
    if (accepted || first) {
      checked->edition = entry.ressurs.editions[i].name;
      checked->schema_hash = (*schema)->hash();
      *reading = std::move(tried);
    }
    if (accepted || !reading->whole) break;
    if (names_types) continue;
    refused_from = i;
    while (refused_from > 0 && Widens(entry, refused_from)) --refused_from;
  }
  return {};
}

namespace {

// What is no warning makes the document invalid.
void Add(Violation violation, Checked* checked) {
  if (!violation.warning) checked->valid = false;
  checked->violations.push_back(std::move(violation));
}

// Where there are too many the last are left out, and warnings before errors.  A document
// can have thousands: their places are looked up in one pass, and only of those that stay.
void AddFindings(const Opened& opened, const Ressurs& ressurs,
                 std::vector<xml::MeaningFinding> findings, Checked* checked) {
  if (findings.empty()) return;
  std::ranges::stable_sort(findings, {}, [](const xml::MeaningFinding& finding) {
    return std::pair(finding.warning, finding.element);
  });
  const std::size_t room = xml::kMaxViolations - checked->violations.size();
  if (findings.size() > room) {
    checked->more = std::min(checked->more + findings.size() - room, xml::kMaxCounted);
    findings.resize(room);
  }
  std::ranges::stable_sort(findings, {}, &xml::MeaningFinding::element);
  std::vector<std::uint32_t> elements;
  for (const xml::MeaningFinding& finding : findings) {
    if (finding.field != nullptr) elements.push_back(finding.element);
  }
  const auto places = xml::PlacesOfTags(opened.text, elements);
  auto place = places.begin();
  for (xml::MeaningFinding& finding : findings) {
    Violation violation{
        std::string(finding.rule), 0, 0, "", std::move(finding.text), finding.warning};
    if (finding.field != nullptr) {
      violation.line = place->line;
      violation.column = place->column;
      violation.path = fmt::format("/{}/{}", ressurs.root, finding.field->path);
      ++place;
    }
    Add(std::move(violation), checked);
  }
  std::ranges::stable_sort(checked->violations, {}, [](const Violation& violation) {
    return std::pair(violation.line, violation.column);
  });
}

Extract MakeExtract(std::vector<xml::Reading::Text> texts) {
  Extract extract;
  for (xml::Reading::Text& text : texts) {
    switch (text.field->field) {
      case Field::kIdentifikator:
        if (extract.identifikator.reveal().empty()) extract.identifikator = std::move(text.text);
        break;
      case Field::kSaksreferanse:
        if (extract.saksreferanse.reveal().empty()) extract.saksreferanse = std::move(text.text);
        break;
      case Field::kPerson:
        extract.persons.push_back(std::move(text.text));
        break;
      case Field::kMultipartnavn:
        extract.attachments.push_back(std::move(text.text));
        break;
      case Field::kFoedselsnummer:
      case Field::kOrganisasjonsnummer:
      case Field::kDufnummer:
      case Field::kInnsendingstidspunkt:
      case Field::kDato:
        break;
    }
  }
  return extract;
}

Violation WrongRoot(const Opened& opened, const Ressurs* wanted) {
  const auto place = xml::PlaceFinder(opened.text).At(opened.root);
  const bool named = wanted != nullptr && opened.root_name == wanted->root;
  return {"root-element", place.line, place.column, named ? "/" + wanted->root : "/*",
          wanted == nullptr
              ? std::string("the root element is that of no contract in the catalogue")
              : fmt::format("the root element must be {} in the namespace {}", wanted->root,
                            wanted->name_space)};
}

}  // namespace

Validator::Validator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Validator::~Validator() = default;

std::unique_ptr<Validator> Validator::Make(const Catalogue& catalogue,
                                           const ValidatorSettings& settings) {
  return std::unique_ptr<Validator>(new Validator(std::make_unique<Impl>(catalogue, settings)));
}

const Catalogue& Validator::catalogue() const {
  return impl_->catalogue;
}

Status Validator::LoadEnabled() const {
  for (const auto& [name, entry] : impl_->entries) {
    for (const std::size_t i : impl_->Editions(entry, std::nullopt)) {
      auto schema = entry.shelves[i]->schema();
      if (!schema.ok()) return schema.status();
    }
  }
  return {};
}

Result<Checked> Validator::Check(std::string_view document, const CheckRequest& request) const {
  const Impl::Entry* entry = request.ressurs ? impl_->Find(*request.ressurs) : nullptr;
  if (request.ressurs && (entry == nullptr || entry->ressurs.hendelse)) {
    return Status(Code::kUsage,
                  "there is no such ressurs in the catalogue: `utboks schemas list` shows those "
                  "there are");
  }
  Checked checked;
  if (entry != nullptr) checked.ressurs = entry->ressurs.name;
  try {
    Opened opened;
    if (auto refused = CheckDoor(document, impl_->settings.limits, &opened)) {
      Add(std::move(*refused), &checked);
      return checked;
    }
    if (entry == nullptr) {
      const Ressurs* found = impl_->catalogue.FindByRoot(opened.root_name, opened.root_namespace,
                                                         !request.attachments.empty());
      if (found != nullptr) entry = impl_->Find(found->name);
    }
    if (entry == nullptr || opened.root_name != entry->ressurs.root ||
        opened.root_namespace != entry->ressurs.name_space) {
      Add(WrongRoot(opened, entry == nullptr ? nullptr : &entry->ressurs), &checked);
      return checked;
    }
    checked.ressurs = entry->ressurs.name;
    if (request.edition && entry->ressurs.FindEdition(*request.edition) == nullptr) {
      return Status(Code::kUsage,
                    fmt::format("{} has no such edition: `utboks schemas list` shows those there "
                                "are",
                                entry->ressurs.name));
    }
    const auto editions = impl_->Editions(*entry, request.edition);
    if (editions.empty()) {
      const EditionStatus newest = entry->ressurs.editions.back().status;
      Add({Rule(newest), 0, 0, "", WhyNone(newest)}, &checked);
      return checked;
    }
    xml::Reading reading;
    if (Status tried =
            impl_->TryEditions(*entry, editions, opened, request.schema_only, &checked, &reading);
        !tried.ok()) {
      return tried;
    }
    checked.violations = std::move(reading.violations);
    checked.more = reading.more;
    checked.valid = checked.violations.empty();
    if (!request.schema_only && reading.whole) {
      AddFindings(opened, entry->ressurs,
                  xml::CheckMeaning(entry->ressurs, reading.texts, impl_->Ask(request)), &checked);
    }
    checked.extract = MakeExtract(std::move(reading.texts));
  } catch (const std::bad_alloc&) {
    return Status(Code::kBusy, "out of memory while validating: try again later");
  }
  return checked;
}

}  // namespace utboks
