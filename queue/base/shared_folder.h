// Where the files lie that were installed with the running program.
#pragma once

#include <string>
#include <string_view>

namespace utboks {

// share/utboks/NAME of the tree that the running program stands in: beside bin/
// where it was installed, wherever that tree was put, or at the top of a build tree.
// Where neither has it, the place in which an installed program would look.
std::string FindSharedFolder(std::string_view name);

}  // namespace utboks
