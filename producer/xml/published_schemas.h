// The register's own XSD files, as an agency downloads them: one flat set, in memory.
//
// In the register's repository they lie in several folders and name each other by
// path or by address ("../nyfolkeregisterperson/DigitalSignatur.xsd"); here a
// schemaLocation means the file that has the name it ends in.  Nothing that the set
// has not is looked for anywhere else.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "producer/xml/schema_source.h"
#include "queue/base/status.h"

namespace utboks {

class PublishedSchemas final : public SchemaSource {
 public:
  // More than the register publishes, many times over: a wrong folder is told soon.
  static constexpr std::size_t kMaxFiles = 256;
  static constexpr std::size_t kMaxFile = 2u << 20;
  static constexpr std::size_t kMaxTotal = 32u << 20;

  // The *.xsd files of `dir`, whole.  kUnreadable: the folder or a file of it cannot
  // be read.  kInvalid: more or larger than above, or something in it that is no
  // regular file (a subfolder, a symbolic link).
  static Result<std::shared_ptr<const PublishedSchemas>> Load(const std::string& dir);
  // The same of a folder that is open; `shown` names it in errors.
  static Result<std::shared_ptr<const PublishedSchemas>> LoadOpen(int dir,
                                                                  const std::string& shown);

  // Those of them that `wanted` names.
  std::shared_ptr<const PublishedSchemas> Only(const std::set<std::string>& wanted) const;

  bool Has(std::string_view file) const { return files_.contains(file); }
  const std::map<std::string, std::string, std::less<>>& files() const { return files_; }
  // What lay there and is no *.xsd, by name.
  const std::vector<std::string>& others() const { return others_; }
  // Name and SHA-256 of each file, as `sha256sum` writes and checks them.
  std::string Sums() const;

  std::string Meant(std::string_view location, std::string_view from) const override;
  std::optional<std::string> Read(const std::string& file) const override;
  std::string_view remedy() const override {
    return "the published files must be complete: see `utboks schemas install --help`";
  }

 private:
  PublishedSchemas() = default;

  std::map<std::string, std::string, std::less<>> files_;  // name → bytes
  std::vector<std::string> others_;
};

}  // namespace utboks
