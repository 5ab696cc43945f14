// The resources that the register takes, as schemas/catalogue.xml has them: data,
// so that adding one needs no release.  schemas/README.md is its manual.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "queue/base/status.h"

namespace utboks {

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
enum class Field { kIdentifikator, kSaksreferanse, kPerson, kMultipartnavn };
struct FieldPath {
  Field field;
  std::string path;  // from below the root element: "innsending/kildesystem"
};

struct Ressurs {
  std::string name;  // "doedsfall_v1", as in the register's address
  std::string root, name_space;
  std::string tilbakemelding;     // the contract of the feedback that follows; "" = none does
  std::vector<Edition> editions;  // oldest first; at least one
  std::vector<FieldPath> fields;

  const Edition* FindEdition(std::string_view name) const;  // nothing when unknown
};

// Const after Load; safe for many threads.
class Catalogue {
 public:
  // Reads DIR/catalogue.xml and checks it against DIR/catalogue.xsd and against
  // itself.  No contract's schema is loaded.  kConfig names file, line and what is
  // wrong.
  static Result<Catalogue> Load(const std::string& dir);

  const std::string& dir() const { return dir_; }
  const std::vector<Ressurs>& ressurser() const { return ressurser_; }
  const Ressurs* Find(std::string_view ressurs) const;  // nothing when unknown
  // The first with this root element; several may share one.
  const Ressurs* FindByRoot(std::string_view root, std::string_view name_space) const;

 private:
  std::string dir_;
  std::vector<Ressurs> ressurser_;
};

}  // namespace utboks
