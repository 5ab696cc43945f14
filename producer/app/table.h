// Rows in columns, for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace utboks::app {

// `text` with control characters, line ends and broken UTF-8 as "?": it stays on
// its line and cannot move a terminal's cursor.
std::string Printable(std::string_view text);
// At most `most` characters, the last of them "…" where something was cut off.
std::string Shortened(std::string_view text, std::size_t most);

class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  // As many cells as there are heads; made printable.  "" stands as "-".
  void Row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // Lines without their ends: the heads, then the rows.  Columns are as wide as
  // their widest cell, two blanks apart, nothing after the last.
  std::vector<std::string> Lines() const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace utboks::app
