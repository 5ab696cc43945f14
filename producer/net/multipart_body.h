// The body of a multipart/form-data request (RFC 7578), as pieces that lie where they
// are: a large attachment is not copied to be sent.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace utboks {

struct FormPart {
  std::string_view name;      // without quotes and control characters
  std::string_view filename;  // "" = none
  std::string_view type;
  std::string_view content;
};

// The same parts give the same bytes, each time: what is sent again is what was sent
// before.  Not thread-safe; what the parts point at outlives it.
class MultipartBody {
 public:
  explicit MultipartBody(std::span<const FormPart> parts);
  MultipartBody(const MultipartBody&) = delete;
  MultipartBody& operator=(const MultipartBody&) = delete;

  const std::string& content_type() const { return content_type_; }
  std::span<const std::string_view> pieces() const { return pieces_; }
  std::size_t size() const { return size_; }  // bytes of all pieces

 private:
  void Add(std::string_view piece);

  std::string content_type_;
  std::vector<std::string> between_;  // what stands before each part, and at the end
  std::vector<std::string_view> pieces_;
  std::size_t size_ = 0;
};

}  // namespace utboks
