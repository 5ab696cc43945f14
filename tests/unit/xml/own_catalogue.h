// A folder with a catalogue and contracts that a test writes itself.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "producer/xml/catalogue.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/xml/documents.h"

namespace utboks::test {

class OwnCatalogue {
 public:
  // `entries`: the <ressurs> elements.
  explicit OwnCatalogue(const std::string& entries = "") {
    std::filesystem::copy_file(SchemasDir() + "/catalogue.xsd", dir_.File("catalogue.xsd"));
    Write("catalogue.xml", "<catalogue xmlns=\"urn:utboks:catalogue\">" + entries + "</catalogue>");
  }

  std::string dir() const { return dir_.path().string(); }
  void Write(const std::string& file, const std::string& bytes) {
    const std::string path = dir_.File(file);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  Catalogue Load() const {
    auto loaded = Catalogue::Load(dir());
    EXPECT_TRUE(loaded.ok()) << loaded.status().text();
    return loaded.ok() ? std::move(loaded).value() : Catalogue();
  }

 private:
  testing::TempDir dir_;
};

inline std::string OwnSchema(const std::string& body) {
  return "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:own\" "
         "targetNamespace=\"urn:own\" elementFormDefault=\"qualified\">" +
         body + "</xs:schema>";
}

// A contract that has what the register's later ones have: content of any kind.
inline const Catalogue& LaxCatalogue() {
  static OwnCatalogue own(
      "<ressurs name=\"lax_v1\" root=\"r\" namespace=\"urn:own\">"
      "<edition name=\"1\" file=\"lax.xsd\" status=\"production\"/>"
      "<identifikator path=\"id\"/></ressurs>");
  static const Catalogue catalogue = [] {
    own.Write("lax.xsd", OwnSchema(R"(
      <xs:element name="r"><xs:complexType><xs:sequence>
        <xs:element name="id" type="xs:string"/>
        <xs:element name="t" type="xs:anyType" minOccurs="0"/>
        <xs:element name="w" minOccurs="0"><xs:complexType><xs:sequence>
          <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
        </xs:sequence></xs:complexType></xs:element>
        <xs:element name="navn" type="xs:string" minOccurs="0"/>
        <xs:element name="tom" type="xs:int" nillable="true" minOccurs="0"/>
      </xs:sequence></xs:complexType></xs:element>)"));
    return own.Load();
  }();
  return catalogue;
}

// `content` stands after the identifier.
inline std::string LaxDocument(const std::string& content) {
  return "<r xmlns=\"urn:own\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><id>1</id>" +
         content + "</r>";
}

}  // namespace utboks::test
