// A first look into a message's bytes, far cheaper than parsing them: enough to
// know whose request it is before anything is checked.
#pragma once

#include <string>
#include <string_view>

namespace utboks::simulator {

// The text of the first element whose local name is
// avsendersMeldingsidentifikator, references resolved, blanks kept; empty when
// there is none or the bytes are no XML in UTF-8.  Never fails.
std::string FindIdentifier(std::string_view xml);

// `text` as it must stand between tags.
std::string EscapeXml(std::string_view text);

}  // namespace utboks::simulator
