#include "producer/app/table.h"

#include <algorithm>
#include <utility>

#include "queue/base/utf8.h"

namespace utboks::app {
namespace {

// Characters, not columns: a wide character pushes its row, which harms nobody.
std::size_t Width(std::string_view printable) {
  return static_cast<std::size_t>(std::count_if(printable.begin(), printable.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (length == 0 || BeginsWithControl(text)) {
      out.push_back('?');
    } else {
      out.append(text.substr(0, taken));
    }
    text.remove_prefix(taken);
  }
  return out;
}

std::string Shortened(std::string_view text, std::size_t most) {
  std::string printable = Printable(text);
  if (Width(printable) <= most) return printable;
  std::size_t end = 0;
  for (std::size_t characters = 0; characters + 1 < most; ++characters) {
    end += Utf8SequenceLength(std::string_view(printable).substr(end));
  }
  return printable.substr(0, end) + "…";
}

void Table::Row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = cell.empty() ? "-" : Printable(cell);
  cells.resize(heads_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::string> Table::Lines() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < heads_.size(); ++column) {
    std::size_t width = Width(heads_[column]);
    for (const auto& row : rows_) width = std::max(width, Width(row[column]));
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      text += cells[column];
      if (column + 1 < cells.size()) text.append(widths[column] - Width(cells[column]) + 2, ' ');
    }
    return text;
  };
  std::vector<std::string> lines = {line(heads_)};
  for (const auto& row : rows_) lines.push_back(line(row));
  return lines;
}

}  // namespace utboks::app
