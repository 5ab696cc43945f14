// A file with a key, a certificate or a password, read whole and bounded.
#pragma once

#include <cstddef>
#include <string>

#include "queue/base/secret.h"
#include "queue/base/status.h"

namespace utboks {

// kConfig with one line that names `what` and `path`: cannot be opened, is not a
// regular file, is empty, is larger than `most` bytes.
Result<Secret> ReadCredentialFile(const std::string& what, const std::string& path,
                                  std::size_t most);

}  // namespace utboks
