// The resources that the register takes, as schemas/catalogue.xml has them: data,
// so that adding one needs no release.  schemas/README.md is its manual.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "producer/domain/multipart_form.h"
#include "producer/xml/published_schemas.h"
#include "producer/xml/schema_source.h"
#include "queue/base/status.h"

namespace utboks {

// Which files an edition's schema is loaded from: those that came with the program, or
// the register's own, once `utboks schemas install` has put them in their place.
enum class SchemaSet { kShipped, kInstalled };
std::string_view SchemaSetName(SchemaSet set);  // "shipped", "installed"

enum class EditionStatus {
  kProduction,  // taken in both environments
  kTest,        // in the test environment only
  kDraft,       // not taken by the register yet
  kWithdrawn,   // not taken any more
};
std::string_view EditionStatusName(EditionStatus status);

struct Edition {
  std::string name;  // "1.2"
  std::string file;  // in the catalogue's folder
  EditionStatus status = EditionStatus::kProduction;
  bool widens = false;  // takes every document that the edition before it takes

  bool EnabledIn(bool production) const {
    return status == EditionStatus::kProduction || (!production && status == EditionStatus::kTest);
  }
};

// What of a document is read out of it.
enum class Field {
  kIdentifikator,
  kSaksreferanse,
  kPerson,  // a number whose person the message changes
  kMultipartnavn,
  // Numbers that are checked, and not kept.
  kFoedselsnummer,
  kOrganisasjonsnummer,
  kDufnummer,
  // Times that are checked, and not kept.
  kInnsendingstidspunkt,
  kDato,  // of what has happened
};
struct FieldPath {
  Field field;
  std::string path;       // from below the root element: "innsending/kildesystem"
  bool distinct = false;  // a number: nobody else that is so marked has it
  std::string person;     // kDato: the path of a person who was born before; "" = nobody
};

// An event that the register sends back: its contract, by the name the register has
// for it.  The catalogue has each, also those that the register has not published.
struct Tilbakemelding {
  std::string hendelse;
  bool manual = false;  // only when a person at the register handles the message
};

struct Ressurs {
  std::string name;  // "doedsfall_v1", as in the register's address
  std::string root, name_space;
  std::vector<Edition> editions;                 // oldest first; at least one
  std::vector<Tilbakemelding> tilbakemeldinger;  // none: no feedback follows
  std::vector<FieldPath> fields;
  std::optional<MultipartForm> multipart;  // nothing: it takes no attachments
  // An event of the register's feedback, not a message that it takes: only its name,
  // root and editions are set, and without editions not even the root.
  bool hendelse = false;

  const Edition* FindEdition(std::string_view name) const;  // nothing when unknown
  bool EnabledIn(bool production) const;                    // any edition of it is
};

// Const after Load; safe for many threads.  A copy is as good as the first.
class Catalogue {
 public:
  // Reads DIR/catalogue.xml and checks it against DIR/catalogue.xsd and against
  // itself.  No contract's schema is loaded.  kConfig names file, line and what is
  // wrong.
  static Result<Catalogue> Load(const std::string& dir);
  // The same, but each edition whose file `published` has is loaded from there, with
  // all that it includes; the others stay as they are shipped.
  Catalogue With(std::shared_ptr<const PublishedSchemas> published) const;

  const std::string& dir() const { return dir_; }
  const std::vector<Ressurs>& ressurser() const { return ressurser_; }
  const std::vector<Ressurs>& hendelser() const { return hendelser_; }
  const Ressurs* Find(std::string_view ressurs) const;  // nothing when unknown, or an event
  // The first with this root element, a message or an event; several may share one:
  // with attachments, the first that takes some, if there is one.
  const Ressurs* FindByRoot(std::string_view root, std::string_view name_space,
                            bool attachments = false) const;

  SchemaSet SetOf(const Edition& edition) const;
  // Where its schema is loaded from.
  std::shared_ptr<const SchemaSource> SourceOf(const Edition& edition) const;
  const SchemaSource& shipped() const { return *shipped_; }

 private:
  std::string dir_;
  std::shared_ptr<const SchemaSource> shipped_;
  std::shared_ptr<const PublishedSchemas> published_;  // nothing: all is as shipped
  std::vector<Ressurs> ressurser_, hendelser_;
};

}  // namespace utboks
