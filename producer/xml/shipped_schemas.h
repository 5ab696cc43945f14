// The contracts that came with the program: files of one folder, which include each
// other by path.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "producer/xml/schema_source.h"

namespace utboks {

// Reads each file when it is asked for.  Nothing outside the folder is opened.
class ShippedSchemas final : public SchemaSource {
 public:
  explicit ShippedSchemas(const std::string& dir);

  std::string Meant(std::string_view location, std::string_view from) const override;
  std::optional<std::string> Read(const std::string& file) const override;
  std::string_view remedy() const override {
    return "put the schema files back, or look at the catalogue";
  }

 private:
  const std::filesystem::path dir_;
};

}  // namespace utboks
