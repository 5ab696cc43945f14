#include "queue/seal/keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "queue/base/sync_folder.h"

namespace utboks {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr off_t kLargestFile = off_t{64} * 1024;

Status Wrong(const std::string& path, std::string_view what) {
  return Status(Code::kConfig,
                fmt::format("key file {}: {}; put the right file back, a store cannot be read "
                            "with other keys",
                            path, what));
}

Result<Secret> Decode(std::string_view base64) {
  std::vector<std::uint8_t> bytes(base64.size() / 4 * 3 + 3);
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(base64.data()),
                      static_cast<int>(base64.size()));
  const auto padding = static_cast<std::size_t>(std::count(base64.begin(), base64.end(), '='));
  const bool fits = base64.size() % 4 == 0 && length > 0 &&
                    static_cast<std::size_t>(length) - padding == kKeyBytes;
  if (!fits) {
    explicit_bzero(bytes.data(), bytes.size());
    return Status(Code::kConfig, "is not 32 bytes in base64");
  }
  explicit_bzero(bytes.data() + kKeyBytes, bytes.size() - kKeyBytes);
  bytes.resize(kKeyBytes);
  return Secret(std::move(bytes));
}

std::string Encode(const Secret& key) {
  std::string text(4 * ((key.bytes().size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     key.bytes().data(), static_cast<int>(key.bytes().size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Secret FreshKey(Random& random) {
  std::vector<std::uint8_t> bytes(kKeyBytes);
  random.Fill(bytes);
  return Secret(std::move(bytes));
}

}  // namespace

Result<StoreKeys> ReadKeyFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Status(Code::kConfig,
                  fmt::format("key file {} cannot be opened ({}): the store beside it cannot be "
                              "read without it; put it back",
                              path, std::strerror(errno)));
  }
  struct stat about {};
  if (fstat(fd, &about) != 0 || about.st_size > kLargestFile || !S_ISREG(about.st_mode)) {
    close(fd);
    return Wrong(path, "is not a key file");
  }
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  const ssize_t got = read(fd, text.data(), text.size());
  close(fd);
  if (got != about.st_size) return Wrong(path, "cannot be read whole");

  StoreKeys keys;
  std::istringstream lines(text);
  explicit_bzero(text.data(), text.size());
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string id_text, purpose, base64, rest;
    words >> id_text >> purpose >> base64;
    int id = 0;
    const auto [end, error] = std::from_chars(id_text.data(), id_text.data() + id_text.size(), id);
    const auto wrong = [&](std::string_view what) {
      return Wrong(path, fmt::format("line {} {}", number, what));
    };
    if (error != std::errc() || end != id_text.data() + id_text.size() || id < 1 || id > 255) {
      return wrong("does not begin with an id from 1 to 255");
    }
    if (words >> rest) return wrong("has more than `id purpose base64`");
    Result<Secret> key = Decode(base64);
    explicit_bzero(base64.data(), base64.size());
    if (!key.ok()) return wrong("holds no key: the third word is not 32 bytes in base64");
    SealKey entry{static_cast<std::uint8_t>(id), std::move(key).value()};
    if (purpose == "seal") {
      for (const SealKey& other : keys.seal) {
        if (other.id == entry.id) return wrong("repeats the id of another seal key");
      }
      keys.seal.push_back(std::move(entry));
    } else if (purpose == "lookup") {
      if (keys.lookup.id != 0) return wrong("is a second lookup key; there is only ever one");
      keys.lookup = std::move(entry);
    } else {
      return wrong("has a purpose other than seal and lookup");
    }
  }
  if (keys.seal.empty()) return Wrong(path, "holds no seal key");
  if (keys.lookup.id == 0) return Wrong(path, "holds no lookup key");
  return keys;
}

StoreKeys MakeKeys(Random& random) {
  StoreKeys keys;
  keys.seal.push_back(SealKey{1, FreshKey(random)});
  keys.lookup = SealKey{1, FreshKey(random)};
  return keys;
}

Result<StoreKeys> CreateKeyFile(const std::string& path, Random& random) {
  StoreKeys keys = MakeKeys(random);
  std::string text = fmt::format(
      "# Keys of the outbox beside this file. Without them it cannot be read: keep a copy apart\n"
      "# from its backups, and never change the lookup key.\n"
      "1 seal {}\n1 lookup {}\n",
      Encode(keys.seal[0].bytes), Encode(keys.lookup.bytes));
  // Written beside and put in place whole: whoever dies on the way leaves no half a key
  // file, which would be kept for ever and fit no store.
  const std::string unfinished = path + ".unfinished";
  unlink(unfinished.c_str());
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    explicit_bzero(text.data(), text.size());
    return Status(Code::kConfig,
                  fmt::format("key file {} cannot be made ({})", path, std::strerror(errno)));
  }
  const ssize_t wrote = write(fd, text.data(), text.size());
  const bool whole = wrote == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  explicit_bzero(text.data(), text.size());
  close(fd);
  if (!whole) {
    unlink(unfinished.c_str());
    return Status(Code::kFull, fmt::format("key file {} cannot be written whole", path));
  }
  // What stands there already is never replaced.
  if (renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    const int why = errno;
    unlink(unfinished.c_str());
    return Status(Code::kConfig,
                  fmt::format("key file {} cannot be made ({})", path, std::strerror(why)));
  }
  if (!SyncFolderOf(path)) {
    return Status(Code::kConfig, fmt::format("cannot make the folder of {} durable ({})", path,
                                             std::strerror(errno)));
  }
  return keys;
}

KeyFingerprint Fingerprint(const Secret& key) {
  static constexpr unsigned char kPurpose[] = "utboks key fingerprint";
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.bytes().size()), kPurpose,
       sizeof kPurpose - 1, digest.data(), &length);
  KeyFingerprint fingerprint;
  std::copy_n(digest.begin(), fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

}  // namespace utboks
