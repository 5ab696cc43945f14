#include "producer/xml/rss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "producer/xml/xerces.h"
#include "tests/support/feed_text.h"

namespace utboks {
namespace {

using testing::FeedItem;
using testing::FeedText;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string Rss(const std::string& inside) {
  return "<rss version=\"2.0\"><channel>" + inside + "</channel></rss>";
}

TEST(RssTest, AFeedOfTheRegisterIsReadAsItStands) {
  const FeedItem items[] = {
      {"LØST-Stans i mottak fra Produsenter", "lost-stans", "Wed, 12 May 2021 13:12:00 GMT",
       "<p>Feil &amp; mangler</p>\n"},
      {"", "driftsstatus/til-24/:00", "", "**raw** <a@b>"},
  };
  const auto read = ReadRss(FeedText(items));
  ASSERT_TRUE(read.ok()) << read.status().text();
  ASSERT_THAT(*read, SizeIs(2));
  EXPECT_EQ((*read)[0].title, "LØST-Stans i mottak fra Produsenter");
  EXPECT_EQ((*read)[0].link, std::string(testing::kFeedSite) + "lost-stans");
  EXPECT_EQ((*read)[0].guid, (*read)[0].link);
  EXPECT_EQ((*read)[0].published, "Wed, 12 May 2021 13:12:00 GMT");
  EXPECT_EQ((*read)[0].description, "<p>Feil &amp; mangler</p>");
  EXPECT_EQ((*read)[1].title, "");
  EXPECT_EQ((*read)[1].published, "");
  EXPECT_EQ((*read)[1].description, "**raw** <a@b>");
}

TEST(RssTest, OtherShapesOfTheSame) {
  struct Case {
    const char* inside;
    const char* title;
    const char* description;
  };
  const Case cases[] = {
      {"<item><title>a &lt; b</title></item>", "a < b", ""},
      {"<item><title>\n  a\n  </title></item>", "a", ""},
      {"<item><title>a<![CDATA[<b>]]>c</title></item>", "a<b>c", ""},
      {"<item><description><p>a</p><p>b</p></description></item>", "", "a b"},
      {"<item><title>first</title><title>second</title></item>", "first", ""},
      {"<item><x:title xmlns:x='urn:x'>other</x:title><title>own</title></item>", "own", ""},
      {"<item><image><title>deeper</title></image></item>", "", ""},
      {"<item/>", "", ""},
  };
  for (const Case& c : cases) {
    const auto read = ReadRss("\xEF\xBB\xBF" + Rss(c.inside));
    ASSERT_TRUE(read.ok()) << c.inside << read.status().text();
    ASSERT_THAT(*read, SizeIs(1)) << c.inside;
    EXPECT_EQ((*read)[0].title, c.title) << c.inside;
    EXPECT_EQ((*read)[0].description, c.description) << c.inside;
  }
  for (const char* none : {"", "<title>channel</title>", "<box><item><title>x</title></item></box>",
                           "<x:item xmlns:x='urn:x'/>"}) {
    const auto read = ReadRss(Rss(none));
    ASSERT_TRUE(read.ok()) << none;
    EXPECT_THAT(*read, SizeIs(0)) << none;
  }
}

TEST(RssTest, WhatIsNoFeedIsOneError) {
  const std::string laughs =
      "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
      "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>" +
      Rss("<item><title>&c;</title></item>");
  std::string deep, many_names, many_items;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 1'000; ++i) many_names += "<n" + std::to_string(i) + "/>";
  for (int i = 0; i < 100'000; ++i) many_items += "<item/>";
  struct Case {
    std::string bytes;
    const char* why;
  };
  const Case cases[] = {
      {"", "no XML element"},
      {"503 Service Unavailable", "no XML element"},
      {"{\"rss\": []}", "no XML element"},
      {"<html><body>Vi er snart tilbake</body></html>", "not rss"},
      {"<feed xmlns='http://www.w3.org/2005/Atom'/>", "not rss"},
      {"<rss xmlns='urn:x'/>", "not rss"},
      {laughs, "DOCTYPE"},
      {"<!DOCTYPE rss SYSTEM \"http://localhost:1/x.dtd\">" + Rss(""), "DOCTYPE"},
      {Rss("<item>").substr(0, 40), "not well-formed"},
      {Rss("<item><title>x</item>"), "not well-formed"},
      {Rss("<item><title>&undeclared;</title></item>"), "not well-formed"},
      {Rss("<item><title>\xff</title></item>"), "UTF-8"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?>" + Rss(""), "UTF-8"},
      {Rss(deep), "deep"},
      {Rss("<item>" + many_names + "</item>"), "too many different elements"},
      {Rss(many_items), "more than 2000 items"},
      {std::string(kMostRssBytes + 1, ' '), "larger than"},
  };
  for (const Case& c : cases) {
    const auto read = ReadRss(c.bytes);
    EXPECT_EQ(read.code(), Code::kInvalid) << c.why;
    EXPECT_THAT(read.status().text(), HasSubstr(c.why));
    EXPECT_EQ(read.status().text().find('\n'), std::string::npos);
    EXPECT_EQ(read.status().text().find("tilbake"), std::string::npos) << "quotes the page";
  }
  EXPECT_EQ(xml::RefusingResolver::Instance().refused(), 0U);
}

TEST(RssTest, LongTextsAreCut) {
  const auto read =
      ReadRss(Rss("<item><title>" + std::string(100'000, 'x') + "</title><description>" +
                  std::string(1'000'000, 'y') + "</description></item>"));
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ((*read)[0].title.size(), 2'048U);
  EXPECT_EQ((*read)[0].description.size(), 65'536U);
}

}  // namespace
}  // namespace utboks
