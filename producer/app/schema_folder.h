// Where catalogue and contracts stand.
#pragma once

#include <string>

#include "queue/base/status.h"

namespace utboks::app {

// share/utboks/schemas of the tree that this program stands in: beside bin/ where
// it is installed, at the top of the build tree otherwise.  kConfig when there is
// none.
Result<std::string> FindSchemaFolder();

}  // namespace utboks::app
