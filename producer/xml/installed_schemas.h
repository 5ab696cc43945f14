// Where the register's own XSD files stand once they are installed, in place of the
// shipped ones: a folder of this program's, `schemas` beside the store.
//
//   current   a link to the set in use; no link: the shipped ones are used
//   set.XXXXXX/*.xsd, SHA256SUMS   that set (`sha256sum -c SHA256SUMS` holds it too)
//
// A set is written beside the one in use, made durable, and then the link is renamed:
// whoever reads finds the old set or the new one, whole, whatever dies when.  What a
// crash leaves behind is never linked, so never used; the next change removes it.
#pragma once

#include <memory>
#include <string>

#include "producer/xml/published_schemas.h"
#include "queue/base/status.h"

namespace utboks {

// Safe for many threads and processes: changes exclude each other by a lock on the
// folder, readers wait for nobody.
class InstalledSchemas {
 public:
  // `folder` need not be there: nothing is installed then.  "": nothing can be.
  explicit InstalledSchemas(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }

  // The set in use, in memory: what happens to the folder later does not touch it.
  // nullptr when none is installed.  kConfig: there is one that cannot be read or is
  // not what was installed; kBusy: it was replaced over and over.
  Result<std::shared_ptr<const PublishedSchemas>> Read() const;

  // Puts `set` in place of the one in use, all of it or, on any failure, nothing; it is
  // durable when this returns.  kConfig: the folder cannot be written; kBusy: another
  // process is changing it; kFull: the disk is full.
  Status Replace(const PublishedSchemas& set) const;
  // Back to the shipped ones; false when nothing was installed.  Fails as Replace does.
  Result<bool> Remove() const;

 private:
  std::string folder_;
};

}  // namespace utboks
