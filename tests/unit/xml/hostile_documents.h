// Hostile and odd documents, each made when it is asked for: some have 50 MB.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace utboks::test {

enum class Must { kReject, kAccept, kNoHarm };

struct Hostile {
  std::string name;
  Must must;
  std::string rule;  // of the first violation; "" = any
  std::function<std::string()> make;
  bool bomb = false;
  bool lax = false;  // against the contract with content of any kind
};

void PrintTo(const Hostile& hostile, std::ostream* out);

// `url` and `file`: outside, where some of them point to.  To make one of them opens no
// file.
std::vector<Hostile> HostileDocuments(const std::string& url, const std::string& file);

}  // namespace utboks::test
