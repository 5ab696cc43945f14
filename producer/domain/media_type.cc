#include "producer/domain/media_type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "queue/base/ascii.h"

namespace utboks {
namespace {

// What agencies attach: scanned papers, and signatures in XML.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes = {{
    {"pdf", "application/pdf"},
    {"xml", "application/xml"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"txt", "text/plain"},
}};

}  // namespace

std::string_view MediaTypeOf(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  const std::string_view ending =
      dot == std::string_view::npos ? std::string_view() : file_name.substr(dot + 1);
  for (const auto& [known, type] : kTypes) {
    if (EqualsIgnoringCase(ending, known)) return type;
  }
  return "application/octet-stream";
}

}  // namespace utboks
