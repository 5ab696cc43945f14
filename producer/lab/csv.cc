#include "producer/lab/csv.h"

#include <fmt/format.h>

namespace utboks::lab {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";  // spreadsheets begin with it
    if (text_.starts_with(kMark)) text_.remove_prefix(kMark.size());
  }

  bool AtEnd() const { return at_ == text_.size(); }
  int line() const { return line_; }

  Status ReadRow(CsvRow* row) {
    row->line = line_;
    for (;;) {
      std::string field;
      UTBOKS_RETURN_IF_ERROR(Next() == '"' ? Quoted(&field) : Bare(&field));
      row->fields.push_back(std::move(field));
      if (AtEnd() || EndOfLine()) return Status();
      ++at_;  // the comma
    }
  }

 private:
  char Next() const { return AtEnd() ? '\n' : text_[at_]; }
  Status Wrong(int line, std::string_view why) const {
    return Status(Code::kInvalid, fmt::format("line {}: {}", line, why));
  }

  bool EndOfLine() {
    const std::string_view rest = text_.substr(at_);
    const std::size_t length = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
    at_ += length;
    if (length > 0) ++line_;
    return length > 0;
  }

  Status Bare(std::string* field) {
    const std::size_t end = std::min(text_.find_first_of(",\n\"", at_), text_.size());
    *field = text_.substr(at_, end - at_);
    at_ = end;
    if (Next() == '"') return Wrong(line_, "a quote inside a field that does not begin with one");
    if (!AtEnd() && Next() == '\n' && field->ends_with('\r')) {
      field->pop_back();
      --at_;
    }
    return Status();
  }

  Status Quoted(std::string* field) {
    const int begun = line_;
    for (++at_;;) {
      if (AtEnd()) return Wrong(begun, "a quoted field never ends");
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        field->push_back(c);
      } else if (Next() == '"') {
        field->push_back(text_[at_++]);
      } else {
        break;
      }
    }
    const std::string_view rest = text_.substr(at_);
    const bool ends = rest.empty() || rest[0] == ',' || rest[0] == '\n' || rest.starts_with("\r\n");
    return ends ? Status() : Wrong(line_, "something stands behind a closing quote");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> ReadCsv(std::string_view text, std::size_t most_rows) {
  std::vector<CsvRow> rows;
  Reader reader(text);
  while (!reader.AtEnd()) {
    CsvRow row;
    UTBOKS_RETURN_IF_ERROR(reader.ReadRow(&row));
    if (row.fields.size() == 1 && row.fields[0].empty()) continue;
    if (rows.size() == most_rows) {
      return Status(Code::kInvalid, fmt::format("line {}: more than {} rows", row.line, most_rows));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace utboks::lab
