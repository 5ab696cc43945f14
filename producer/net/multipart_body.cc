#include "producer/net/multipart_body.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>

namespace utboks {
namespace {

// A boundary must not stand in what it bounds.  This one hangs on all of it: content
// that holds its own hash cannot be made.
std::string BoundaryOf(std::span<const FormPart> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
  std::array<std::uint8_t, 32> digest{};
  bool good = hash && EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) == 1;
  for (const FormPart& part : parts) {
    for (const std::string_view text : {part.name, part.filename, part.type, part.content}) {
      const std::uint64_t size = text.size();
      good = good && EVP_DigestUpdate(hash.get(), &size, sizeof size) == 1 &&
             EVP_DigestUpdate(hash.get(), text.data(), text.size()) == 1;
    }
  }
  if (!good || EVP_DigestFinal_ex(hash.get(), digest.data(), nullptr) != 1) throw std::bad_alloc();
  std::string boundary = "utboks-";
  for (std::size_t i = 0; i < 16; ++i) boundary += fmt::format("{:02x}", digest[i]);
  return boundary;
}

// As browsers write them; the check of attachments lets none of these in.
std::string Quoted(std::string_view name) {
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\r' || c == '\n') {
      quoted += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted;
}

}  // namespace

MultipartBody::MultipartBody(std::span<const FormPart> parts) {
  const std::string boundary = BoundaryOf(parts);
  content_type_ = fmt::format("multipart/form-data; boundary={}", boundary);
  between_.reserve(parts.size() + 1);  // the pieces point into them
  pieces_.reserve(2 * parts.size() + 1);
  for (const FormPart& part : parts) {
    std::string& head = between_.emplace_back(between_.empty() ? "" : "\r\n");
    head += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary,
                        Quoted(part.name));
    if (!part.filename.empty()) head += fmt::format("; filename=\"{}\"", Quoted(part.filename));
    head +=
        fmt::format("\r\nContent-Type: {}\r\nContent-Transfer-Encoding: binary\r\n\r\n", part.type);
    Add(head);
    Add(part.content);
  }
  Add(between_.emplace_back(fmt::format("\r\n--{}--\r\n", boundary)));
}

void MultipartBody::Add(std::string_view piece) {
  if (piece.empty()) return;
  pieces_.push_back(piece);
  size_ += piece.size();
}

}  // namespace utboks
