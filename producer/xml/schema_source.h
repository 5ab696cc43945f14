// Where the files of a schema come from, and which of them a schemaLocation means.
//
// There are two: the shipped contracts, a folder with subfolders (shipped_schemas.h),
// and the register's own files as it publishes them, a flat set (published_schemas.h).
// A schema is loaded from one of them and never from both.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace utboks {

// Const after construction; safe for many threads.
class SchemaSource {
 public:
  virtual ~SchemaSource() = default;
  // The file that `location` means where it stands in the file `from`; "" when that
  // is outside.  There need be no such file.
  virtual std::string Meant(std::string_view location, std::string_view from) const = 0;
  // Its bytes; nothing when there is no such file, or it cannot be read.
  virtual std::optional<std::string> Read(const std::string& file) const = 0;
  // What to do when a file is wrong: how the text about it ends.
  virtual std::string_view remedy() const = 0;
};

}  // namespace utboks
