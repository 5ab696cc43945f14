#include "tests/unit/xml/hostile_documents.h"

#include <string_view>

#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

std::string Times(std::size_t count, std::string_view unit) {
  if (unit.size() == 1) return std::string(count, unit[0]);
  std::string text;
  text.reserve(count * unit.size());
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

// Each file is read once, before the documents are made: who looks on as they are checked
// must see no file opened.
const std::string& Message() {
  static const std::string message = Example("Doedsfall_v1.0");
  return message;
}
const std::string& ManyPersons() {
  static const std::string message =
      ReadFile(SchemasDir() + "/examples/MeldingOmInnflytting_v1.0.xml");
  return message;
}
const std::string& ManyAttachments() {
  static const std::string message = Example("Doedsfall_v1.2");
  return message;
}

// A message with a signature, and in its KeyInfo this content of any kind.
std::string InKeyInfo(const std::string& content) {
  static const std::string message =
      ReadFile(SchemasDir() + "/examples/RekvisisjonAvDNummer_5.0.xml");
  return Changed(message, "</rekvisisjonAvDNummer>",
                 "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>"
                 "<ds:CanonicalizationMethod Algorithm=\"urn:c\"/>"
                 "<ds:SignatureMethod Algorithm=\"urn:s\"/><ds:Reference>"
                 "<ds:DigestMethod Algorithm=\"urn:d\"/><ds:DigestValue>AA==</ds:DigestValue>"
                 "</ds:Reference></ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue>"
                 "<ds:KeyInfo>" +
                     content + "</ds:KeyInfo></ds:Signature></rekvisisjonAvDNummer>");
}

constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kXsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ";

std::string WithDoctype(const std::string& subset, const std::string& from = "",
                        const std::string& to = "") {
  const std::string document =
      Changed(Message(), "<meldingOm", "<!DOCTYPE meldingOmDoedsfall " + subset + ">\n<meldingOm");
  return from.empty() ? document : Changed(document, from, to);
}
std::string InText(const std::string& text) {
  return Changed(Message(), "Lege Eksempel", text);
}
std::string InRoot(const std::string& attributes) {
  return Changed(Message(), "<meldingOmDoedsfall ",
                 "<meldingOmDoedsfall " + std::string(kXsi) + attributes + " ");
}
std::string Declared(std::string_view declaration) {
  return Changed(Message(), kHead, std::string(declaration) + "\n");
}
std::string Numbered(std::size_t count, std::string_view before, std::string_view after) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += std::string(before) + std::to_string(i) + std::string(after);
  }
  return text;
}
std::string Utf16(const std::string& ascii, bool big, bool mark) {
  std::string bytes = mark ? (big ? "\xFE\xFF" : "\xFF\xFE") : "";
  for (const char c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80) continue;
    if (big) bytes += '\0';
    bytes += c;
    if (!big) bytes += '\0';
  }
  return bytes;
}

}  // namespace

std::vector<Hostile> HostileDocuments(const std::string& url, const std::string& file) {
  Message(), ManyPersons(), ManyAttachments(), InKeyInfo(""), LaxCatalogue();
  const auto reject = Must::kReject;
  const auto accept = Must::kAccept;
  std::vector<Hostile> kinds = {
      {"xxe file", reject, "doctype",
       [=] {
         return WithDoctype("[<!ENTITY x SYSTEM \"" + file + "\">]", "Lege Eksempel", "&x;");
       }},
      {"xxe http", reject, "doctype",
       [=] { return WithDoctype("[<!ENTITY x SYSTEM \"" + url + "\">]", "Lege Eksempel", "&x;"); }},
      {"external subset http", reject, "doctype",
       [=] { return WithDoctype("SYSTEM \"" + url + "\""); }},
      {"external subset file", reject, "doctype",
       [=] { return WithDoctype("SYSTEM \"" + file + "\""); }},
      {"external subset public", reject, "doctype",
       [=] { return WithDoctype("PUBLIC \"-//x\" \"" + url + "\""); }},
      {"parameter entity", reject, "doctype",
       [=] { return WithDoctype("[<!ENTITY % p SYSTEM \"" + file + "\"> %p;]"); }},
      {"billion laughs", reject, "doctype",
       [] {
         std::string subset = "[<!ENTITY e0 \"ha\">";
         for (int i = 1; i < 10; ++i) {
           subset += "<!ENTITY e" + std::to_string(i) + " \"" +
                     Times(10, "&e" + std::to_string(i - 1) + ";") + "\">";
         }
         return WithDoctype(subset + "]", "Lege Eksempel", "&e9;");
       }},
      {"quadratic blowup", reject, "doctype",
       [] {
         return WithDoctype("[<!ENTITY e \"" + Times(50000, "x") + "\">]", "Lege Eksempel",
                            Times(4000, "&e;"));
       }},
      {"billion laughs that nobody asks for", reject, "doctype",
       [] {
         std::string subset = "[<!ENTITY e0 \"ha\">";
         for (int i = 1; i < 10; ++i) {
           subset += "<!ENTITY e" + std::to_string(i) + " \"" +
                     Times(10, "&e" + std::to_string(i - 1) + ";") + "\">";
         }
         return WithDoctype(subset + "]");
       }},
      {"harmless entity", reject, "doctype",
       [] { return WithDoctype("[<!ENTITY e \"x\">]", "Lege Eksempel", "&e;"); }},
      {"empty doctype", reject, "doctype", [] { return WithDoctype(""); }},
      {"default attribute", reject, "doctype",
       [] { return WithDoctype("[<!ATTLIST kilde a CDATA \"1\">]"); }},
      {"recursive entities", reject, "doctype",
       [] {
         return WithDoctype("[<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">]", "Lege Eksempel", "&a;");
       }},
      {"entity as namespace", reject, "doctype",
       [] {
         return WithDoctype("[<!ENTITY n \"folkeregisteret:melding:doedsfall:v1\">]",
                            "=\"folkeregisteret:melding:doedsfall:v1\"", "=\"&n;\"");
       }},
      {"doctype behind a comment", reject, "doctype",
       [] { return Changed(WithDoctype(""), "<!DOCTYPE", "<!-- > --><?p > ?><!DOCTYPE"); }},
      {"doctype in the content", reject, "doctype", [] { return InText("<!DOCTYPE a>"); }},
      {"undeclared entity", reject, "not-well-formed", [] { return InText("&hemmelig;"); }},
      {"xinclude in text", reject, "element-unexpected",
       [=] {
         return InText(
             "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" parse=\"text\" "
             "href=\"" +
             file + "\"/>");
       }},
      {"xinclude as child", reject, "element-unexpected",
       [=] {
         return Changed(Message(), "<doedPerson>",
                        "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"" + url +
                            "\"/><doedPerson>");
       }},
      {"schemaLocation http", accept, "",
       [=] {
         return InRoot("xsi:schemaLocation=\"folkeregisteret:melding:doedsfall:v1 " + url + "\"");
       }},
      {"schemaLocation file", accept, "",
       [=] {
         return InRoot("xsi:schemaLocation=\"folkeregisteret:melding:doedsfall:v1 " + file + "\"");
       }},
      {"schemaLocation of a laxer schema", reject, "enumeration",
       [=] {
         return Changed(
             InRoot("xsi:schemaLocation=\"folkeregisteret:melding:doedsfall:v1 " + file + "\""),
             ">helse<", ">feil<");
       }},
      {"schemaLocation in lax content", accept, "",
       [=] {
         return LaxDocument("<w><x xmlns=\"urn:foreign\" xsi:schemaLocation=\"urn:foreign " + file +
                            " urn:other " + url + "\">a</x></w>");
       },
       false, true},
      {"schemaLocation in KeyInfo", accept, "",
       [=] {
         return InKeyInfo("<x xmlns=\"urn:foreign\" " + std::string(kXsi) +
                          "xsi:schemaLocation=\"urn:foreign " + file + " urn:other " + url +
                          "\">a</x>");
       }},
      {"levels without end in KeyInfo", reject, "too-deep",
       [] {
         return InKeyInfo("<x xmlns='urn:foreign'>" + Times(20000, "<a>") + Times(20000, "</a>") +
                          "</x>");
       }},
      {"noNamespaceSchemaLocation", accept, "",
       [=] { return InRoot("xsi:noNamespaceSchemaLocation=\"" + url + "\""); }},
      {"stylesheet", accept, "",
       [=] {
         return Changed(Message(), "<meldingOm",
                        "<?xml-stylesheet type=\"text/xsl\" href=\"" + url + "\"?><meldingOm");
       }},
      {"100,000 levels", reject, "too-deep",
       [] { return InText(Times(100000, "<a>") + Times(100000, "</a>")); }},
      {"100,000 levels never closed", reject, "too-deep",
       [] { return std::string(kHead) + Times(100000, "<a>"); }},
      {"600,000 levels", reject, "too-deep", [] { return Times(600000, "<a>"); }},
      {"levels with attributes", reject, "too-deep",
       [] { return std::string(kHead) + Times(50000, "<a b='>'>"); }},
      {"20,000 levels in lax content", reject, "too-deep",
       [] { return LaxDocument("<t>" + Times(20000, "<a>") + Times(20000, "</a>") + "</t>"); },
       false, true},
      {"100,000 attributes", reject, "too-many-attributes",
       [] { return InRoot(Numbered(100000, "a", "='' ")); }, true},
      {"20,000 namespaces", Must::kNoHarm, "",
       [] { return InRoot(Numbered(20000, "xmlns:a", "='urn:x' ")); }, true},
      {"20,000 attributes in lax content", reject, "too-many-attributes",
       [] { return LaxDocument("<t " + Numbered(20000, "a", "='' ") + "/>"); }, true, true},
      {"namespaces on many elements", reject, "too-many-attributes",
       [] {
         return LaxDocument("<t>" + Times(200, "<a " + Numbered(200, "xmlns:p", "='u' ") + ">") +
                            Times(50000, "<b/>") + Times(200, "</a>") + "</t>");
       },
       false, true},
      {"a namespace of its own on each element", reject, "too-many-attributes",
       [] { return LaxDocument("<t>" + Numbered(50000, "<a xmlns='u", "'/>") + "</t>"); }, false,
       true},
      {"a name of its own for each element", reject, "too-complex",
       [] { return LaxDocument("<t>" + Numbered(100000, "<a", "/>") + "</t>"); }, false, true},
      {"attribute of 1 MB", reject, "attribute-unexpected",
       [] { return InRoot("a=\"" + Times(1000000, "x") + "\""); }},
      {"hint of 800 kB", Must::kNoHarm, "",
       [] { return InRoot("xsi:schemaLocation=\"" + Times(100000, "urn:x y ") + "\""); }},
      {"name of 300 kB", reject, "element-unexpected",
       [] { return Changed(Message(), "<kilde>", "<" + Times(300000, "a") + "/><kilde>"); }},
      {"60,000 comments", Must::kNoHarm, "",
       [] { return Changed(Message(), "<meldingOm", Times(60000, "<!-- c -->") + "<meldingOm"); }},
      {"UTF-8 with mark", accept, "", [] { return "\xEF\xBB\xBF" + Message(); }},
      {"UTF-16LE with mark", reject, "encoding",
       [] { return Utf16(Declared("<?xml version=\"1.0\" encoding=\"UTF-16\"?>"), false, true); }},
      {"UTF-16BE with mark", reject, "encoding",
       [] { return Utf16(Declared("<?xml version=\"1.0\" encoding=\"UTF-16\"?>"), true, true); }},
      {"UTF-16LE without mark", reject, "encoding", [] { return Utf16(Message(), false, false); }},
      {"UTF-16BE without mark", reject, "encoding", [] { return Utf16(Message(), true, false); }},
      {"UTF-16 declared as UTF-8", reject, "encoding",
       [] { return Utf16(Message(), false, true); }},
      {"UTF-8 declared as UTF-16", reject, "encoding",
       [] { return Declared("<?xml version=\"1.0\" encoding=\"UTF-16\"?>"); }},
      {"ISO-8859-1", reject, "encoding",
       [] {
         return Changed(Declared("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"),
                        "Lege Eksempel", "L\xF8ge");
       }},
      {"UTF-8 declared as ISO-8859-1", reject, "encoding",
       [] { return Declared("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"); }},
      {"windows-1252", reject, "encoding",
       [] { return Declared("<?xml version=\"1.0\" encoding=\"windows-1252\"?>"); }},
      {"Latin-1 declared as UTF-8", reject, "encoding", [] { return InText("L\xF8ge"); }},
      {"UTF-7", reject, "encoding",
       [] { return Declared("<?xml version=\"1.0\" encoding=\"UTF-7\"?>"); }},
      {"unknown encoding", reject, "encoding",
       [] { return Declared("<?xml version=\"1.0\" encoding=\"x-hemmelig\"?>"); }},
      {"overlong", reject, "encoding", [] { return InText("a\xC0\xBC"); }},
      {"cut sequence", reject, "encoding", [] { return InText("a\xE2\x82"); }},
      {"surrogates as UTF-8", reject, "encoding",
       [] { return InText("\xED\xA0\xBD\xED\xB8\x80"); }},
      {"above U+10FFFF", reject, "encoding", [] { return InText("\xF4\x90\x80\x80"); }},
      {"U+FFFF", reject, "character", [] { return InText("\xEF\xBF\xBF"); }},
      {"NUL in text", reject, "character", [] { return InText(std::string("a\0b", 3)); }},
      {"NUL after the root", reject, "character", [] { return Message() + std::string(3, '\0'); }},
      {"mark twice", reject, "encoding", [] { return "\xEF\xBB\xBF\xEF\xBB\xBF" + Message(); }},
      {"truncated", reject, "not-well-formed",
       [] { return Message().substr(0, Message().size() / 2); }},
      {"truncated in a tag", reject, "not-well-formed",
       [] { return Message().substr(0, Message().size() - 3); }},
      {"empty", reject, "not-well-formed", [] { return std::string(); }},
      {"white space only", reject, "not-well-formed", [] { return std::string(" \t\r\n"); }},
      {"mark only", reject, "not-well-formed", [] { return std::string("\xEF\xBB\xBF"); }},
      {"text only", reject, "not-well-formed", [] { return std::string("21873816357"); }},
      {"XML 1.1", reject, "xml-version",
       [] { return Declared("<?xml version=\"1.1\" encoding=\"UTF-8\"?>"); }},
      {"XML 1.1 with a control character", reject, "xml-version",
       [] { return Changed(Declared("<?xml version=\"1.1\"?>"), "Lege Eksempel", "&#1;"); }},
      {"XML 2.0", reject, "xml-version", [] { return Declared("<?xml version='2.0'?>"); }},
      {"attribute twice", reject, "not-well-formed", [] { return LaxDocument("<t a='1' a='2'/>"); },
       false, true},
      {"attribute twice by namespace", reject, "not-well-formed",
       [] { return LaxDocument("<t xmlns:p='urn:a' xmlns:q='urn:a' p:a='1' q:a='2'/>"); }, false,
       true},
      {"undeclared prefix", reject, "not-well-formed",
       [] { return Changed(Message(), "<kilde>", "<p:kilde/><kilde>"); }},
      {"undeclared prefix of the root", reject, "not-well-formed",
       [] { return std::string("<p:meldingOmDoedsfall/>"); }},
      {"prefix unbound", reject, "not-well-formed",
       [] { return Changed(InRoot("xmlns:p='urn:p'"), "<kilde>", "<kilde xmlns:p=''>"); }},
      {"control characters", reject, "character", [] { return InText("a\x01\x02"); }},
      {"reference to a control character", reject, "character", [] { return InText("&#x1;"); }},
      {"references to surrogates", reject, "character", [] { return InText("&#xD83D;&#xDE00;"); }},
      {"reference that overflows", reject, "", [] { return InText("&#4294967361;"); }},
      {"reference that overflows in hexadecimal", reject, "",
       [] { return InText("&#x100000041;"); }},
      {"reference above U+10FFFF", reject, "", [] { return InText("&#x110000;"); }},
      {"CDATA unterminated", reject, "not-well-formed", [] { return InText("<![CDATA[x"); }},
      {"two documents", reject, "not-well-formed",
       [] { return Message() + Message().substr(kHead.size()); }},
      {"two declarations", reject, "not-well-formed", [] { return Message() + Message(); }},
      {"text behind the root", reject, "not-well-formed", [] { return Message() + "21873816357"; }},
      {"homoglyph in a name", reject, "element-unexpected",
       [] {
         return Changed(Changed(Message(), "<doedPerson>",
                                "<d\xD0\xBE"
                                "edPerson>"),
                        "</doedPerson>",
                        "</d\xD0\xBE"
                        "edPerson>");
       }},
      {"homoglyph in the namespace", reject, "root-element",
       [] { return Changed(Message(), "folkeregisteret:", "folk\xD0\xB5register:"); }},
      {"gzip", reject, "encoding",
       [] { return std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03", 10); }},
      {"html", reject, "doctype",
       [] { return std::string("<!DOCTYPE html><html><body>x</body></html>"); }},
      {"html without doctype", reject, "root-element",
       [] { return std::string("<html><body><br></body></html>"); }},
      {"json", reject, "not-well-formed", [] { return std::string("{\"a\": 1}"); }},
      {"text of 50 MB", reject, "too-large", [] { return InText(Times(50u << 20, "x")); }},
      {"text of almost 2 MB", reject, "length", [] { return InText(Times(2000000, "x")); }},
      {"attribute of almost 2 MB", reject, "attribute-unexpected",
       [] { return InRoot("a='" + Times(2000000, "x") + "'"); }},
      {"white space of almost 2 MB", accept, "",
       [] { return Changed(Message(), "<kilde>", Times(2000000, " ") + "<kilde>"); }},
      {"comment of almost 2 MB", accept, "",
       [] { return Message() + "<!--" + Times(2000000, " ") + "-->"; }},
      {"30,000 repeats", reject, "attachment-name",
       [] {
         return Changed(ManyAttachments(), "</forespoersel>",
                        Times(30000, "<vedlegg><dokumenttype/><multipartnavn/></vedlegg>") +
                            "</forespoersel>");
       }},
      {"attribute of 12 MB", reject, "too-large",
       [] { return InRoot("a='" + Times(12u << 20, "x") + "'"); }},
      {"a million repeats", reject, "too-large",
       [] {
         return Changed(Message(), "</forespoersel>",
                        Times(1000000, "<vedlegg><multipartnavn/></vedlegg>") + "</forespoersel>");
       }},
      {"a wrong number in each of 10,000 elements", reject, "person-number",
       [] {
         return Changed(ManyPersons(), "<opphold>",
                        Times(10000,
                              "<familierelasjon><foedselsEllerDNummer>21873816358"
                              "</foedselsEllerDNummer><relatertPersonsRolle>soesken"
                              "</relatertPersonsRolle><erPaastandsbasert>false"
                              "</erPaastandsbasert></familierelasjon>") +
                            "<opphold>");
       }},
      {"white space of 50 MB", reject, "too-large",
       [] { return Changed(Message(), "<kilde>", Times(50u << 20, " ") + "<kilde>"); }},
      {"comment of 50 MB", reject, "too-large",
       [] { return Message() + "<!--" + Times(50u << 20, " ") + "-->"; }},
      {"a million levels", reject, "too-large", [] { return Times(1000000, "<a>"); }},
  };
  return kinds;
}

void PrintTo(const Hostile& hostile, std::ostream* out) {
  *out << hostile.name;
}

}  // namespace utboks::test
