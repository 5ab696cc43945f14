// The contracts as an agency downloads them from the register: one flat folder, whose
// files name each other by the paths of the register's repository.  Made from the
// shipped ones.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace utboks::testing {

class PublishedFolder {
 public:
  // `schemas`: the folder of the shipped ones.
  explicit PublishedFolder(const std::string& schemas) {
    static const std::regex location(R"re(schemaLocation="(?:[^"]*/)?([^"/]+)")re");
    for (const std::string& from : {schemas, schemas + "/common"}) {
      for (const auto& entry : std::filesystem::directory_iterator(from)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() != ".xsd" || name == "catalogue.xsd") continue;
        Write(name, std::regex_replace(Bytes(entry.path()), location,
                                       "schemaLocation=\"../nyfolkeregisterperson/$1\""));
      }
    }
  }

  std::string path() const { return dir_.path().string(); }
  std::string File(const std::string& name) const { return dir_.File(name); }
  std::string Read(const std::string& name) const { return Bytes(File(name)); }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(File(name), std::ios::binary) << bytes;
  }
  void Remove(const std::string& name) const { std::filesystem::remove(File(name)); }
  // The file's first `from` made `to`; fails the test when there is none.
  void Change(const std::string& name, const std::string& from, const std::string& to) const {
    std::string bytes = Read(name);
    const std::size_t at = bytes.find(from);
    ASSERT_NE(at, std::string::npos) << "no " << from << " in " << name;
    Write(name, bytes.replace(at, from.size(), to));
  }
  // Leaves only these.
  void Keep(const std::set<std::string>& names) const {
    std::set<std::string> others;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      const std::string name = entry.path().filename().string();
      if (!names.contains(name)) others.insert(name);
    }
    for (const std::string& name : others) Remove(name);
  }

 private:
  static std::string Bytes(const std::filesystem::path& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }

  TempDir dir_;
};

}  // namespace utboks::testing
