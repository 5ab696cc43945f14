// The words that an answer may be made of: those of the contracts, and of our own
// source.  A word that is in neither can only have come out of the document.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace utboks::fuzz {

class Vocabulary {
 public:
  // The words of all files with this ending in `folder` and the folders in it.
  // std::filesystem::filesystem_error when it cannot be read.
  void AddFolder(const std::string& folder, std::string_view ending);
  void AddText(std::string_view text);

  // The first word of `text` that is not known, as its place and length; length 0: none.
  struct Span {
    std::size_t at = 0, length = 0;
  };
  Span FirstUnknown(std::string_view text) const;
  std::size_t size() const { return words_.size(); }

 private:
  std::set<std::string, std::less<>> words_;
};

}  // namespace utboks::fuzz
