// What no schema decides and no parser is asked: the size, the encoding, XML 1.0,
// no DOCTYPE, bounds on depth and attributes, and which root element it is.  The
// door always holds, whatever a document is held against.  Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "producer/domain/violation.h"

namespace utboks {

struct DoorLimits {
  std::size_t max_document = 2u << 20;  // bytes
  int max_depth = 256;                  // levels of elements
  // Attributes of one element, and namespace declarations in the whole document.
  int max_attributes = 512;
};

// A document that may go on to the parser.  The views point into its bytes.
struct Opened {
  std::string_view text;  // without a byte order mark
  std::size_t root = 0;   // where the root element's "<" stands in it
  std::string root_name;
  std::string root_namespace;  // "" = none
};

// Nothing when the document may go on, and *opened is filled; else why not.
std::optional<Violation> CheckDoor(std::string_view document, const DoorLimits& limits,
                                   Opened* opened);

// The name and namespace of a root element's tag ("<p:a xmlns:p='…'>"), whose
// attribute values may hold character references.  False when the tag is not well
// formed or its prefix is not declared in it.
bool ReadRootTag(std::string_view tag, std::string* name, std::string* name_space);

}  // namespace utboks
