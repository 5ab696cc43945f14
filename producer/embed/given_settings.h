// The library's options as the program's configuration.
#pragma once

#include <utboks/outbox.h>

#include "producer/app/config.h"

namespace utboks::embed {

// The file, the process's environment and Options::settings, by the one reading that the
// program has.  kConfig names the setting: one of Options::settings by the variable's
// name that it would have, UTBOKS_SECTION_KEY.
Result<app::Config> ReadOptions(const outbox::Options& options);

}  // namespace utboks::embed
