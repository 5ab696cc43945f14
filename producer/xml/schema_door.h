// What is asked of a schema's file before the parser sees it.
//
// Schemas are read by a part of Xerces to which none of its bounds reach: it would
// look for external DTDs and expand entities without end.  What it would stumble over
// is refused here, as the door does with documents.  A DOCTYPE may stand in it (XML
// Signature's schema has one), with declarations that stay inside the file.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace utboks {

// Nothing when the parser may read the file, which is then *text: its bytes, but blanks
// where a DOCTYPE names an external DTD (what Xerces does with one leaks, and once was
// worse: CVE-2018-1311).  Else why not.  Beside what CheckDoor
// asks of a document: the root element is xs:schema; entities are declared in the
// file itself, name no file, address or other entity and hold no markup, all that are
// used are declared; and what they and default attributes add up to is bounded.
std::optional<std::string> CheckSchemaDoor(std::string_view bytes, std::string* text);

}  // namespace utboks
