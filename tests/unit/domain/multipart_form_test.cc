#include "producer/domain/multipart_form.h"

#include <gtest/gtest.h>

#include "producer/domain/media_type.h"

namespace utboks {
namespace {

// The names of the parts, "-" where none takes it.
std::string Assigned(const MultipartForm& form, const std::vector<std::string_view>& types) {
  std::string names;
  for (const auto* part : AssignParts(form, types)) {
    names += (names.empty() ? "" : " ") + (part == nullptr ? "-" : part->name);
  }
  return names;
}

TEST(AssignParts, TheFirstThatTakesTheTypeAndIsNotUsedUp) {
  const MultipartForm any = {{"rekvisisjon", "application/xml", ""}, {{"vedlegg", ""}}};
  EXPECT_EQ(Assigned(any, {}), "");
  EXPECT_EQ(Assigned(any, {"application/pdf", "image/png", "x/y"}), "vedlegg vedlegg vedlegg");
  const MultipartForm paternity = {{"melding", "application/xml", ""},
                                   {{"vedlegg", "application/pdf", 1},
                                    {"melding2", "application/xml", 1},
                                    {"melding3", "application/xml", 1}}};
  EXPECT_EQ(Assigned(paternity, {"application/pdf", "application/xml", "application/xml"}),
            "vedlegg melding2 melding3");
  EXPECT_EQ(Assigned(paternity, {"application/xml", "application/xml", "application/pdf"}),
            "melding2 melding3 vedlegg");
  EXPECT_EQ(Assigned(paternity, {"application/pdf", "application/pdf", "text/plain"}),
            "vedlegg - -");
  EXPECT_EQ(Assigned({}, {"application/pdf"}), "-");
}

TEST(MediaTypeOf, ByTheEndingOfTheName) {
  EXPECT_EQ(MediaTypeOf("kopi.pdf"), "application/pdf");
  EXPECT_EQ(MediaTypeOf("KOPI.PDF"), "application/pdf");
  EXPECT_EQ(MediaTypeOf("a.xml.tiff"), "image/tiff");
  EXPECT_EQ(MediaTypeOf("a.Jpeg"), "image/jpeg");
  EXPECT_EQ(MediaTypeOf("signatur.xml"), "application/xml");
  for (const char* name : {"", "pdf", "a.", "a.pdfx", "a.pd", "a.docx"}) {
    EXPECT_EQ(MediaTypeOf(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace utboks
