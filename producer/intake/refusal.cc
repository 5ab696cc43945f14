#include "producer/intake/refusal.h"

#include <fmt/format.h>

namespace utboks {

std::string DescribeViolation(const Violation& violation) {
  std::string line;
  if (violation.line > 0) line += fmt::format("{}:{} ", violation.line, violation.column);
  if (!violation.path.empty()) line += violation.path;
  if (!line.empty()) line += line.back() == ' ' ? "" : ": ";
  return fmt::format("{}{} ({})", line, violation.text, violation.rule);
}

std::string DescribeRefusal(const Checked& checked) {
  if (checked.violations.empty()) return "the document was refused";
  const std::size_t others = checked.violations.size() - 1 + checked.more;
  const std::string first = DescribeViolation(checked.violations.front());
  return others == 0 ? first : fmt::format("{}; and {} more", first, others);
}

}  // namespace utboks
