// A multipart/form-data body taken apart, by Poco and not by what wrote it: two
// programs that agree say more than one asked twice.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace utboks::simulator {

// How a resource wants its parts, as the catalogue says.
struct Form {
  struct Part {
    std::string name;
    std::string type;      // media type; empty = any
    std::size_t most = 0;  // 0 = any number
  };
  std::string document;  // the name of the XML's part
  std::vector<Part> attachments;
};

struct FormPart {
  std::string name, filename, type, content;
};

// Nothing when `body` is no whole multipart/form-data by its content type.
std::optional<std::vector<FormPart>> ReadForm(const std::string& content_type,
                                              std::string_view body);

// The first part's content, as far as it has come; `body` itself when it is no
// multipart.  Cheap.
std::string_view FirstPart(std::string_view body);

// What is wrong with the parts, the document's among them: by name, by number, by
// type.  Empty when nothing is.
std::string CheckParts(const Form& form, std::span<const FormPart> parts);

// What is wrong with how the attachments' file names and the document's multipartnavn
// go together.
std::string CheckNames(const Form& form, std::span<const FormPart> parts,
                       std::span<const std::string> named);

}  // namespace utboks::simulator
