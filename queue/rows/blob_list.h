// Many blobs as one parameter, for statements that ask for all of them at once:
// CAST(? AS BYTEA[]).
#pragma once

#include <string>
#include <string_view>

namespace utboks::rows {

class BlobList {
 public:
  void Add(std::string_view blob) {
    text_ += text_.size() == 1 ? R"("\\x)" : R"(,"\\x)";
    for (const char c : blob) {
      text_ += kHex[static_cast<unsigned char>(c) >> 4];
      text_ += kHex[static_cast<unsigned char>(c) & 15];
    }
    text_ += '"';
  }
  std::string text() const { return text_ + '}'; }

 private:
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text_ = "{";
};

}  // namespace utboks::rows
