#include "producer/intake/refusal.h"

#include <fmt/format.h>

#include <algorithm>

namespace utboks {

std::string DescribeViolation(const Violation& violation) {
  std::string line;
  if (violation.line > 0) line += fmt::format("{}:{} ", violation.line, violation.column);
  if (!violation.path.empty()) line += violation.path;
  if (!line.empty()) line += line.back() == ' ' ? "" : ": ";
  return fmt::format("{}{} ({})", line, violation.text, violation.rule);
}

std::string DescribeRefusal(const Checked& checked) {
  const auto refused = std::ranges::find(checked.violations, false, &Violation::warning);
  if (refused == checked.violations.end()) return "the document was refused";
  const auto errors =
      static_cast<std::size_t>(std::ranges::count(checked.violations, false, &Violation::warning));
  const std::size_t others = errors - 1 + checked.more;
  const std::string first = DescribeViolation(*refused);
  return others == 0 ? first : fmt::format("{}; and {} more", first, others);
}

}  // namespace utboks
