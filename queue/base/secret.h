// Values that must not be seen: keys, and what could name a person.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace utboks {

// Bytes that are wiped when they go; movable, not copyable.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  ~Secret() { Wipe(); }
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe();
      bytes_ = std::move(other.bytes_);
      other.bytes_.clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  std::span<const std::uint8_t> bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  void Wipe() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }
  std::vector<std::uint8_t> bytes_;
};

// A value that cannot be printed or serialised by accident: there is no
// operator<<, no formatter and no conversion.  reveal() marks each place where
// it is used on purpose.
template <typename T>
class Sensitive {
 public:
  Sensitive() = default;
  explicit Sensitive(T value) : value_(std::move(value)) {}
  const T& reveal() const { return value_; }
  T& reveal() { return value_; }
  bool operator==(const Sensitive&) const = default;

 private:
  T value_{};
};

using SensitiveText = Sensitive<std::string>;

// A text that can be large, held by many and changed by nobody: copying it copies no
// bytes, and the last holder frees them.  Safe to hold in many threads.
class SharedText {
 public:
  SharedText() = default;
  explicit SharedText(std::string text)
      : text_(std::make_shared<const std::string>(std::move(text))) {}
  const std::string& reveal() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  bool operator==(const SharedText& other) const { return reveal() == other.reveal(); }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace utboks
