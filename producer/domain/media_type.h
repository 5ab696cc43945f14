// The media type of a file, by how its name ends.  Pure.
#pragma once

#include <string_view>

namespace utboks {

// "application/pdf" of "kopi.PDF"; "application/octet-stream" of an ending that is
// not known.  A literal.
std::string_view MediaTypeOf(std::string_view file_name);

}  // namespace utboks
