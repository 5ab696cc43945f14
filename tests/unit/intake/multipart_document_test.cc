// A document and its attachments in one body: what is read, and what is refused.
#include "producer/intake/multipart_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kType = "multipart/form-data; boundary=\"xyz\"";

TEST(MultipartDocument, IsKnownByItsContentType) {
  EXPECT_TRUE(IsMultipart("multipart/form-data; boundary=a"));
  EXPECT_TRUE(IsMultipart(" Multipart/Mixed"));
  EXPECT_FALSE(IsMultipart("application/xml"));
  EXPECT_FALSE(IsMultipart("multipart"));
  EXPECT_FALSE(IsMultipart(""));
}

TEST(MultipartDocument, FirstPartIsTheDocumentAndTheRestAreAttachments) {
  const std::string bytes("\0\r\n--xy\xFF\r\n", 10);  // much like a boundary
  const std::string body =
      "preamble\r\n--xyz \t\r\n\r\n<a/>\r\n--xyz\r\n"
      "content-disposition: form-data; name=\"x;\\\"y\"; FILENAME=\"kopi \\\"1\\\".pdf\"\r\n"
      "Content-Type: application/pdf; v=1\r\nContent-Transfer-Encoding: binary\r\n\r\n" +
      bytes + "\r\n--xyz\r\nContent-Disposition: form-data; filename=b\r\n\r\n\r\n--xyz--\r\nrest";
  const auto read = ReadMultipart(kType, body);
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ(read->document.reveal(), "<a/>");
  ASSERT_EQ(read->attachments.size(), 2U);
  EXPECT_EQ(read->attachments[0].name.reveal(), "kopi \"1\".pdf");
  EXPECT_EQ(read->attachments[0].type, "application/pdf");
  EXPECT_EQ(read->attachments[0].bytes.reveal(), bytes);
  EXPECT_EQ(read->attachments[1].name.reveal(), "b");
  EXPECT_EQ(read->attachments[1].type, "application/octet-stream");
  EXPECT_EQ(read->attachments[1].bytes.reveal(), "");
}

TEST(MultipartDocument, OnePartIsADocumentAlone) {
  const auto read = ReadMultipart("multipart/mixed;boundary=b", "--b\r\n\r\nx\r\n--b--");
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ(read->document.reveal(), "x");
  EXPECT_TRUE(read->attachments.empty());
}

TEST(MultipartDocument, WhatIsNotUnderstoodIsRefusedAndNotQuoted) {
  std::string many = "--xyz\r\n\r\na\r\n--xyz";
  for (int i = 0; i < 256; ++i) {
    many += "\r\nContent-Disposition: a; filename=f\r\n\r\n\r\n--xyz";
  }
  const std::tuple<const char*, std::string, const char*> table[] = {
      {"multipart/mixed", "--xyz\r\n\r\nhemmelig\r\n--xyz--", "no boundary"},
      {"multipart/mixed; boundary=", "hemmelig", "no boundary"},
      {"multipart/mixed; boundary=\"xyz", "--xyz\r\n\r\nhemmelig\r\n--xyz--", "no boundary"},
      {kType, "", "not in the body"},
      {kType, "hemmelig", "not in the body"},
      {kType, "--xyzhemmelig\r\n\r\na\r\n--xyz--", "begin on a line"},
      {kType, "--xyz\r\n\r\nhemmelig", "no end"},
      {kType, "--xyz\r\n\r\nhemmelig\r\n--xyz", "begin on a line"},
      {kType, "--xyz\r\nhemmelig\r\n--xyz--", "no end of its headers"},
      {kType, "--xyz\r\nA: " + std::string(9'000, 'x') + "\r\n\r\na\r\n--xyz--",
       "no end of its headers"},
      {kType, "--xyz\r\nhemmelig\r\n\r\na\r\n--xyz--", "without a colon"},
      {kType, "--xyz\r\nContent-Transfer-Encoding: base64\r\n\r\naGVt\r\n--xyz--", "encoded"},
      {kType, "--xyz\r\n\r\na\r\n--xyz\r\nContent-Disposition: x\r\n\r\nhemmelig\r\n--xyz--",
       "no filename"},
      {kType, many + "--", "256"},
  };
  for (const auto& [type, body, says] : table) {
    const auto read = ReadMultipart(type, body);
    ASSERT_FALSE(read.ok()) << body.substr(0, 80);
    EXPECT_EQ(read.code(), Code::kInvalid);
    EXPECT_THAT(read.status().text(), HasSubstr(says)) << body.substr(0, 80);
    EXPECT_THAT(read.status().text(), Not(HasSubstr("hemmelig")));
  }
}

// Cut anywhere it is refused, or (after its end) the same.
TEST(MultipartDocument, NoHalfOfABodyIsTaken) {
  const std::string whole =
      "--xyz\r\n\r\n<a/>\r\n--xyz\r\nContent-Disposition: a; "
      "filename=f\r\n\r\nbytes\r\n--xyz--\r\n";
  const std::size_t end = whole.size() - 2;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto read = ReadMultipart(kType, std::string_view(whole).substr(0, size));
    EXPECT_EQ(read.ok(), size >= end) << size;
    if (read.ok()) {
      EXPECT_EQ(read->attachments.at(0).bytes.reveal(), "bytes");
    }
  }
}

}  // namespace
}  // namespace utboks
