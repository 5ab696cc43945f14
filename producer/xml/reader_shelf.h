// A schema, loaded when first asked for, and the readers that hold documents
// against it: as many as are in use at once, kept between documents.
//
// Safe for many threads.  Only producer/xml includes this header.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "producer/xml/reader.h"
#include "producer/xml/schema.h"
#include "producer/xml/schema_source.h"
#include "queue/base/mutex.h"
#include "queue/base/status.h"

namespace utboks::xml {

class ReaderShelf {
 public:
  // `file` of `source`.
  ReaderShelf(std::shared_ptr<const SchemaSource> source, std::string file)
      : source_(std::move(source)), file_(std::move(file)) {}

  // The schema; the same failure each time when it cannot be loaded.
  Result<const Schema*> schema();
  // A reader that nobody else uses.  Only after schema() was ok.
  std::unique_ptr<Reader> Take();
  // Puts it back for the next document, or lets it go when it may not be used again.
  void PutBack(std::unique_ptr<Reader> reader);

 private:
  const std::shared_ptr<const SchemaSource> source_;
  const std::string file_;
  std::once_flag once_;
  Status loaded_;                         // const after once_
  std::shared_ptr<const Schema> schema_;  // const after once_
  Mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_ UTBOKS_GUARDED_BY(mutex_);
};

}  // namespace utboks::xml
