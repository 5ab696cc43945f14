// Durable names.
#pragma once

#include <string>

namespace utboks {

// Makes the entries of the folder that `path` lies in durable: a file's name is as
// much part of it as its bytes, and no sync of the file is bound to keep it.  False,
// with errno, when the folder cannot be opened or synced.
bool SyncFolderOf(const std::string& path);

}  // namespace utboks
