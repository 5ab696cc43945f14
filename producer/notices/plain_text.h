// A description as people read it: no tags, no entities, no layout.  Pure.
#pragma once

#include <string>
#include <string_view>

namespace utboks {

// Tags out, entities decoded once, white space within a line made one blank; a line of
// its own where HTML or Markdown has one, none of them empty.  What is no tag ("<a@b>" in
// raw Markdown) stays.
std::string PlainLines(std::string_view markup);

// All on one line: what is compared and hashed.
std::string OnOneLine(std::string_view lines);

// Small letters, the Norwegian ones too.
std::string LowerNorwegian(std::string_view text);

// At most `most` bytes, cut between characters, with "…" where something was cut off.
std::string CutText(std::string_view text, std::size_t most);

}  // namespace utboks
