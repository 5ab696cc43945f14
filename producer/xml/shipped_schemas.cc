#include "producer/xml/shipped_schemas.h"

#include <fstream>
#include <system_error>

namespace utboks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 8u << 20;

}  // namespace

ShippedSchemas::ShippedSchemas(const std::string& dir) : dir_(dir) {}

std::string ShippedSchemas::Meant(std::string_view location, std::string_view from) const {
  const fs::path path = (fs::path(from).parent_path() / location).lexically_normal();
  const std::string name = path.generic_string();
  const bool inside = path.is_relative() && !name.starts_with("..") && name != ".";
  return inside ? name : "";
}

std::optional<std::string> ShippedSchemas::Read(const std::string& file) const {
  const fs::path path = dir_ / file;
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > kMaxFile) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  return bytes;
}

}  // namespace utboks
