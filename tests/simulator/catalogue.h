// The resources the register knows and where their schemas lie, as the catalogue
// file says.  The simulator reads it for itself: what it finds valid must not hang
// on the code it is there to try.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "queue/base/status.h"
#include "tests/simulator/form.h"

namespace utboks::simulator {

struct Contract {
  std::string ressurs;
  std::string root;                  // local name of the root element
  std::string name_space;            // its namespace
  std::vector<std::string> schemas;  // paths of its editions, newest first
  std::optional<Form> form;          // nothing: it takes no attachments
};

// Reads FOLDER/catalogue.xml.  kUnreadable when it cannot be read; kConfig when it
// is not what a catalogue must be.
Result<std::vector<Contract>> ReadCatalogue(const std::string& folder);

}  // namespace utboks::simulator
