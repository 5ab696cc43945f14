// Whether a document is what its resource takes: well-formed, the right root
// element, valid by the schema.
//
// A plain Xerces of its own, apart from producer/xml on purpose: two programs that
// agree say more than one asked twice.  Check may be called from many threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "queue/base/status.h"

namespace utboks::simulator {

class Contracts {
 public:
  // Reads the catalogue in `folder` and, if documents are to be checked, loads each
  // schema.  kUnreadable or kConfig with the file that is wrong.
  static Result<std::unique_ptr<Contracts>> Load(const std::string& folder, bool check);
  ~Contracts();
  Contracts(const Contracts&) = delete;
  Contracts& operator=(const Contracts&) = delete;

  bool Knows(std::string_view ressurs) const { return kinds_.find(ressurs) != kinds_.end(); }

  // Empty when `body` is valid for `ressurs`, which is known, or documents are not
  // checked; else the first fault as the parser tells it, which may quote the document.
  // A resource that takes attachments wants a multipart/form-data.
  std::string Check(std::string_view ressurs, std::string_view body,
                    const std::string& content_type = "application/xml") const;

 private:
  struct Kind;
  Contracts();
  std::map<std::string, std::unique_ptr<Kind>, std::less<>> kinds_;
  bool check_ = true;
};

}  // namespace utboks::simulator
