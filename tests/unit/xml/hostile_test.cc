// Hostile and odd documents: each gets its answer in bounded time and memory, and
// nothing outside is touched.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlack = 20;  // sanitizers cost time, and memory beyond measure
constexpr bool kMeasureMemory = false;
#elif !defined(NDEBUG)
constexpr double kSlack = 3;
constexpr bool kMeasureMemory = true;
#else
constexpr double kSlack = 1;
constexpr bool kMeasureMemory = true;
#endif
constexpr double kSeconds = 0.1 * kSlack;
constexpr double kBombSeconds = 1.0 * kSlack;
constexpr long kKilobytes = 64 * 1024;

// Something outside that must not be touched: a port that must not be called, a
// file that must not be opened.
class Outside {
 public:
  Outside() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/evil";
    path_ = dir_.File("evil.xsd");
    // A schema for the same namespace that takes anything.
    std::ofstream(path_) << "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
                            "targetNamespace=\"folkeregisteret:melding:doedsfall:v1\"><xs:element "
                            "name=\"meldingOmDoedsfall\"/><xs:element name=\"x\" type=\"xs:int\"/>"
                            "</xs:schema>";
    watch_ = ::inotify_init1(IN_NONBLOCK);
    EXPECT_GE(::inotify_add_watch(watch_, path_.c_str(), IN_OPEN | IN_ACCESS), 0);
  }
  ~Outside() {
    ::close(listener_);
    ::close(watch_);
  }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  const std::string& url() const { return url_; }
  const std::string& path() const { return path_; }
  bool Touched() const {
    char buffer[4096];
    const int caller = ::accept(listener_, nullptr, nullptr);
    if (caller >= 0) ::close(caller);
    return caller >= 0 || ::read(watch_, buffer, sizeof buffer) > 0;
  }

 private:
  testing::TempDir dir_;
  std::string url_, path_;
  int listener_ = -1, watch_ = -1;
};

Outside& TheOutside() {
  static Outside outside;
  return outside;
}

enum class Must { kReject, kAccept, kNoHarm };

struct Hostile {
  std::string name;
  Must must;
  std::string rule;  // of the first violation; "" = any
  std::function<std::string()> make;
  bool bomb = false;
  bool lax = false;  // against the contract with content of any kind
};

void PrintTo(const Hostile& hostile, std::ostream* out) {
  *out << hostile.name;
}

std::string Times(std::size_t count, std::string_view unit) {
  if (unit.size() == 1) return std::string(count, unit[0]);
  std::string text;
  text.reserve(count * unit.size());
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

std::string Message() {
  return Example("Doedsfall_v1.0");
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

std::vector<Hostile> Kinds() {
  const std::string url = TheOutside().url();
  const std::string file = TheOutside().path();
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
      {"attribute of 12 MB", reject, "too-large",
       [] { return InRoot("a='" + Times(12u << 20, "x") + "'"); }},
      {"a million repeats", reject, "too-large",
       [] {
         return Changed(Message(), "</forespoersel>",
                        Times(1000000, "<vedlegg><multipartnavn/></vedlegg>") + "</forespoersel>");
       }},
      {"white space of 50 MB", reject, "too-large",
       [] { return Changed(Message(), "<kilde>", Times(50u << 20, " ") + "<kilde>"); }},
      {"comment of 50 MB", reject, "too-large",
       [] { return Message() + "<!--" + Times(50u << 20, " ") + "-->"; }},
      {"a million levels", reject, "too-large", [] { return Times(1000000, "<a>"); }},
  };
  return kinds;
}

long PeakKilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

class HostileTest : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileTest, GetsItsAnswerAndTouchesNothing) {
  const Hostile& hostile = GetParam();
  static const auto lax = Validator::Make(LaxCatalogue(), {});
  const Validator& validator = hostile.lax ? *lax : ShippedValidator();
  ASSERT_TRUE(validator.LoadEnabled().ok());
  const std::string document = hostile.make();
  const long peak = PeakKilobytes();
  const std::clock_t start = std::clock();
  const auto checked = validator.Check(document, {.schema_only = hostile.lax});
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_TRUE(checked.ok());
  if (hostile.must == Must::kAccept) {
    EXPECT_TRUE(checked->valid) << (checked->valid ? "" : Brief(checked->violations[0]));
  }
  if (hostile.must == Must::kReject) {
    EXPECT_FALSE(checked->valid);
  }
  if (!hostile.rule.empty() && !checked->valid) {
    EXPECT_EQ(checked->violations[0].rule, hostile.rule) << checked->violations[0].text;
  }
  for (const Violation& violation : checked->violations) {
    EXPECT_EQ(violation.text.find("hemmelig"), std::string::npos);
    EXPECT_LT(violation.text.size() + violation.path.size(), 1000u);
  }
  EXPECT_LE(seconds, hostile.bomb ? kBombSeconds : kSeconds);
  if (kMeasureMemory) {
    EXPECT_LE(PeakKilobytes() - peak, kKilobytes);
  }
  EXPECT_FALSE(TheOutside().Touched());
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostileTest, ::testing::ValuesIn(Kinds()), [](const auto& kind) {
  std::string name = kind.param.name;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

TEST(Outside, NoticesATouch) {
  const Outside outside;
  EXPECT_FALSE(outside.Touched());
  ReadFile(outside.path());
  EXPECT_TRUE(outside.Touched());
}

}  // namespace
}  // namespace utboks::test
