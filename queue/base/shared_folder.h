// Where the files lie that were installed with the running code.
#pragma once

#include <string>
#include <string_view>

namespace utboks {

// share/utboks/NAME of the tree that this code stands in, as a program or as a library:
// beside bin/ or lib/ where it was installed, wherever that tree was put, or at the top
// of a build tree.  Where none has it, the place in which an installed program would look.
std::string FindSharedFolder(std::string_view name);

}  // namespace utboks
