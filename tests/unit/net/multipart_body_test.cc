#include "producer/net/multipart_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace utboks {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Whole(const MultipartBody& body) {
  std::string whole;
  for (const std::string_view piece : body.pieces()) whole += piece;
  EXPECT_EQ(whole.size(), body.size());
  return whole;
}

std::string BoundaryOf(const MultipartBody& body) {
  const std::string prefix = "multipart/form-data; boundary=";
  EXPECT_THAT(body.content_type(), StartsWith(prefix));
  return body.content_type().substr(prefix.size());
}

TEST(MultipartBody, IsWrittenAsRfc7578Says) {
  const std::vector<FormPart> parts = {
      {"rekvisisjon", "rekvisisjon.xml", "application/xml; charset=UTF-8", "<a/>\n"},
      {"vedlegg", "pass.pdf", "application/pdf", std::string_view("%PDF\0\r\n", 7)},
      {"melding", "", "text/plain", ""}};
  const MultipartBody body(parts);
  const std::string b = BoundaryOf(body);
  EXPECT_EQ(Whole(body), "--" + b +
                             "\r\nContent-Disposition: form-data; name=\"rekvisisjon\"; "
                             "filename=\"rekvisisjon.xml\"\r\n"
                             "Content-Type: application/xml; charset=UTF-8\r\n"
                             "Content-Transfer-Encoding: binary\r\n\r\n<a/>\n\r\n--" +
                             b +
                             "\r\nContent-Disposition: form-data; name=\"vedlegg\"; "
                             "filename=\"pass.pdf\"\r\nContent-Type: application/pdf\r\n"
                             "Content-Transfer-Encoding: binary\r\n\r\n" +
                             std::string("%PDF\0\r\n", 7) + "\r\n--" + b +
                             "\r\nContent-Disposition: form-data; name=\"melding\"\r\n"
                             "Content-Type: text/plain\r\n"
                             "Content-Transfer-Encoding: binary\r\n\r\n\r\n--" +
                             b + "--\r\n");
}

TEST(MultipartBody, TheSamePartsAreTheSameBytesAndOthersAreNot) {
  const std::vector<FormPart> parts = {{"a", "b", "c/d", "e"}};
  const MultipartBody once(parts), again(parts);
  EXPECT_EQ(Whole(once), Whole(again));
  EXPECT_EQ(once.content_type(), again.content_type());
  const std::vector<std::vector<FormPart>> others = {
      {{"a", "b", "c/d", "f"}},     {{"a", "b", "c/e", "e"}}, {{"a", "be", "c/d", ""}},
      {{"a", "b", "c/d", "e"}, {}}, {{"ab", "", "c/d", "e"}}, {}};
  for (const auto& other : others) {
    EXPECT_NE(BoundaryOf(MultipartBody(other)), BoundaryOf(once));
  }
}

// What one message's body was bounded by may stand in another's attachment.
TEST(MultipartBody, TheBoundaryOfAnotherBodyMayStandInIt) {
  const std::vector<FormPart> first = {{"a", "b", "c/d", "e"}};
  const MultipartBody inner(first);
  const std::string content = Whole(inner);
  const std::vector<FormPart> second = {{"a", "b", "c/d", content}};
  const MultipartBody outer(second);
  EXPECT_EQ(content.find(BoundaryOf(outer)), std::string::npos);
  EXPECT_THAT(Whole(outer), HasSubstr(content));
}

TEST(MultipartBody, NothingBreaksOutOfAHeader) {
  const std::vector<FormPart> parts = {{"a", "x\"\r\nEvil: y", "c/d", "e"}};
  EXPECT_THAT(Whole(MultipartBody(parts)), HasSubstr("filename=\"x%22%0D%0AEvil: y\"\r\n"));
}

TEST(MultipartBody, LargeContentIsNotCopied) {
  const std::string content(1'000'000, 'x');
  const std::vector<FormPart> parts = {{"a", "b", "c/d", content}};
  const MultipartBody body(parts);
  ASSERT_EQ(body.pieces().size(), 3u);
  EXPECT_EQ(body.pieces()[1].data(), content.data());
}

}  // namespace
}  // namespace utboks
