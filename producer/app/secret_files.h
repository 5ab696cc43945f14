// The files with secrets that the configuration names, and whether they are kept
// from the other users of the machine.
#pragma once

#include <string>
#include <vector>

#include "producer/app/config.h"

namespace utboks::app {

struct SecretFile {
  std::string what;  // "client key"
  std::string path;
};

std::vector<SecretFile> SecretFilesOf(const Config& config);

// kConfig: every user of the machine may read or write it.  Ok when it is kept (its
// group is the service's own affair), and when it is not there: whoever needs it
// says so.
Status CheckKept(const SecretFile& file);

}  // namespace utboks::app
