#include "queue/postgres/url.h"

#include <libpq-fe.h>

#include <map>
#include <optional>

namespace utboks::postgres {
namespace {

// What a URL says; nothing when it is none.
std::optional<std::map<std::string, std::string>> WordsOf(const std::string& url) {
  char* wrong = nullptr;
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), &wrong);
  if (options == nullptr) {
    PQfreemem(wrong);
    return std::nullopt;
  }
  std::map<std::string, std::string> words;
  for (const PQconninfoOption* one = options; one->keyword != nullptr; ++one) {
    if (one->val != nullptr) words.emplace(one->keyword, one->val);
  }
  PQconninfoFree(options);
  return words;
}

}  // namespace

bool HasPassword(const std::string& url) {
  const auto words = WordsOf(url);
  return words && (words->contains("password") || words->contains("sslpassword"));
}

std::string NameOf(const std::string& url) {
  const auto words = WordsOf(url);
  if (!words) return {};
  const auto word = [&](const char* name, const char* otherwise) {
    const auto found = words->find(name);
    return found == words->end() ? std::string(otherwise) : found->second;
  };
  return word("host", "localhost") + "/" + word("dbname", "");
}

}  // namespace utboks::postgres
