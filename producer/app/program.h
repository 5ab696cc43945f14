// The command line from its words to its exit code.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "producer/app/console.h"
#include "producer/app/parts.h"

namespace utboks::app {

// `config_path`: what --config gave.
using MakeParts =
    std::function<std::unique_ptr<Parts>(const std::optional<std::string>& config_path)>;

// `words` are the arguments without the program's own name.  Never throws; the
// exit code is one of interface.md §1.
int RunProgram(const std::vector<std::string>& words, const Streams& streams,
               const MakeParts& make_parts);

}  // namespace utboks::app
