#include "producer/submit/register_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace utboks {
namespace {

using Kind = RegisterAnswer::Kind;

constexpr std::string_view kReceipt =
    "<meldingMottatt><folkeregisterReferanse>47956f5b-fa1e-447d-a62d-b6714bc1f120"
    "</folkeregisterReferanse><avsendersMeldingsidentifikator>unik-3efaf50b2a19"
    "</avsendersMeldingsidentifikator></meldingMottatt>";

TEST(RegisterAnswerTest, TheDocumentedReceipt) {
  const RegisterAnswer answer = ReadAnswer(kReceipt, "application/xml");
  EXPECT_EQ(answer.kind, Kind::kReceipt);
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.reference, "47956f5b-fa1e-447d-a62d-b6714bc1f120");
  EXPECT_EQ(answer.identifikator, "unik-3efaf50b2a19");
}

TEST(RegisterAnswerTest, TheDocumentedError) {
  const RegisterAnswer answer = ReadAnswer(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<folkeregisterFeilmelding>\n"
      "  <httpStatus>403</httpStatus><alvorlighetsgrad>WARNING</alvorlighetsgrad>\n"
      "  <feilkode>ske.folkeregister.mottak.infrastructure.exceptions."
      "KonsumentManglerTilgangException</feilkode>\n"
      "  <feilmelding> Konsument mangler tilgang </feilmelding><tilleggsinformasjon/>\n"
      "</folkeregisterFeilmelding>\n",
      "application/xml;charset=UTF-8");
  EXPECT_EQ(answer.kind, Kind::kError);
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.feilkode,
            "ske.folkeregister.mottak.infrastructure.exceptions.KonsumentManglerTilgangException");
  EXPECT_EQ(answer.feilmelding, "Konsument mangler tilgang");
}

TEST(RegisterAnswerTest, FormsThatMeanTheSame) {
  const std::string id = "2112116 - avviksmerknad \xC3\xA6\xC3\xB8\xC3\xA5 & <x>";
  const std::string escaped = "2112116 - avviksmerknad \xC3\xA6\xC3\xB8\xC3\xA5 &amp; &lt;x&gt;";
  const std::string inner = "<folkeregisterReferanse>r</folkeregisterReferanse>";
  const std::string bodies[] = {
      "<meldingMottatt>" + inner + "<avsendersMeldingsidentifikator>" + escaped +
          "</avsendersMeldingsidentifikator></meldingMottatt>",
      "\xEF\xBB\xBF<?xml version='1.0'?><!-- a --><m:meldingMottatt xmlns:m='x' y=\"a>b\">" +
          inner + "<m:avsendersMeldingsidentifikator z='>'>" + escaped +
          "</m:avsendersMeldingsidentifikator></m:meldingMottatt>",
      "<MeldingMottatt>" + inner + "<AvsendersMeldingsidentifikator >\n <![CDATA[" + id +
          "]]>\n</AvsendersMeldingsidentifikator ></MeldingMottatt>",
      "<meldingMottatt>" + inner +
          "<avsendersMeldingsidentifikator>2112116 - avviksmerknad &#230;&#xF8;<!-- "
          "x -->&#229; &#38; "
          "<![CDATA[<]]>x&#x3e;</avsendersMeldingsidentifikator></meldingMottatt>",
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><meldingMottatt>" + inner +
          "<avsendersMeldingsidentifikator>2112116 - avviksmerknad \xE6\xF8&#229; &amp; "
          "&lt;x&gt;</avsendersMeldingsidentifikator></meldingMottatt>",
  };
  for (const std::string& body : bodies) {
    SCOPED_TRACE(body);
    const RegisterAnswer answer = ReadAnswer(body, "application/xml");
    EXPECT_EQ(answer.kind, Kind::kReceipt);
    EXPECT_TRUE(answer.whole);
    EXPECT_EQ(answer.identifikator, id);
    EXPECT_EQ(answer.reference, "r");
  }
}

TEST(RegisterAnswerTest, EveryCutGivesOnlyWholeValues) {
  for (std::size_t size = 0; size < kReceipt.size(); ++size) {
    SCOPED_TRACE(size);
    const RegisterAnswer answer = ReadAnswer(kReceipt.substr(0, size), "application/xml");
    EXPECT_FALSE(answer.whole);
    EXPECT_TRUE(answer.reference.empty() || answer.reference.size() == 36);
    EXPECT_TRUE(answer.identifikator.empty() || answer.identifikator == "unik-3efaf50b2a19");
  }
  const RegisterAnswer nearly = ReadAnswer(kReceipt.substr(0, kReceipt.size() - 1), "");
  EXPECT_EQ(nearly.kind, Kind::kReceipt);
  EXPECT_EQ(nearly.reference.size(), 36u);
}

TEST(RegisterAnswerTest, WhatIsNotReadable) {
  struct Row {
    const char* body;
    Kind kind;
  };
  const Row rows[] = {
      {"", Kind::kOther},
      {" \r\n", Kind::kOther},
      {"OK", Kind::kOther},
      {"{\"status\":202}", Kind::kOther},
      {"<other><folkeregisterReferanse>x</folkeregisterReferanse></other>", Kind::kOther},
      {"<!DOCTYPE meldingMottatt [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><meldingMottatt>"
       "<folkeregisterReferanse>&e;</folkeregisterReferanse></meldingMottatt>",
       Kind::kOther},
      {"<meldingMottatt><folkeregisterReferanse>a&e;b</folkeregisterReferanse></meldingMottatt>",
       Kind::kReceipt},
      {"<meldingMottatt><folkeregisterReferanse>&#0;</folkeregisterReferanse></meldingMottatt>",
       Kind::kReceipt},
      {"<meldingMottatt><folkeregisterReferanse>&#xD800;</folkeregisterReferanse></meldingMottatt>",
       Kind::kReceipt},
      {"<meldingMottatt><folkeregisterReferanse>&</folkeregisterReferanse></meldingMottatt>",
       Kind::kReceipt},
      {"<meldingMottatt><folkeregisterReferanse>x</other></meldingMottatt>", Kind::kReceipt},
      {"<meldingMottatt><a><folkeregisterReferanse>x</folkeregisterReferanse></a></meldingMottatt>",
       Kind::kReceipt},
      {"<meldingMottatt><folkeregisterReferanse><b>x</b></folkeregisterReferanse></meldingMottatt>",
       Kind::kReceipt},
      {"<meldingMottatt><folkeregisterReferanse/></meldingMottatt>", Kind::kReceipt},
      {"<meldingMottatt/>", Kind::kReceipt},
      {"<<<<", Kind::kOther},
      {"</>", Kind::kOther},
      {"</meldingMottatt>", Kind::kOther},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body);
    const RegisterAnswer answer = ReadAnswer(row.body, "application/xml");
    EXPECT_EQ(answer.kind, row.kind);
    EXPECT_EQ(answer.reference, "");
  }
}

TEST(RegisterAnswerTest, DeepAndLongBodiesCostLittle) {
  std::string deep = "<meldingMottatt>";
  while (deep.size() < 64 * 1024) deep += "<a>";
  EXPECT_EQ(ReadAnswer(deep, "").kind, Kind::kReceipt);
  EXPECT_EQ(ReadAnswer("<html>" + std::string(64 * 1024, '<'), "").kind, Kind::kHtml);
  std::string support = "<html>";
  while (support.size() < 64 * 1024) support += "support id ";
  EXPECT_EQ(ReadAnswer(support, "").support_id, "");
}

TEST(RegisterAnswerTest, WebPages) {
  struct Row {
    const char* body;
    const char* content_type;
    bool html;
  };
  const Row rows[] = {
      {"<html><body>x</body></html>", "text/html; charset=utf-8", true},
      {"<html><body>x</body></html>", "", true},
      {"<!DOCTYPE html>\n<html>", "application/xml", true},
      {"\n<!-- x --><HTML>", "", true},
      {"<?xml version='1.0'?><!doctype HTML PUBLIC '-//W3C//DTD XHTML 1.0'><html>", "", true},
      {"<head><title>503", "", true},
      {"Access denied", "text/html", true},
      {"<!-- never ends <html>", "", false},
      {"", "text/html", false},
      {"Access denied", "text/plain", false},
      {"<meldingMottatt></meldingMottatt>", "text/html", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ReadAnswer(row.body, row.content_type).kind == Kind::kHtml, row.html) << row.body;
  }
}

TEST(RegisterAnswerTest, SupportIdOfAFirewallsPage) {
  struct Row {
    const char* body;
    const char* id;
  };
  const Row rows[] = {
      {"<html>The requested URL was rejected. Your support ID is: 1234567890123456789<br>",
       "1234567890123456789"},
      {"<html>Support-ID:</td><td class='c123456'><b>AB12-34CD</b>", "AB12-34CD"},
      {"<html>support id &lt;98765&gt;", "98765"},
      {"<html>contact support. id unknown", ""},
      {"<html>support id: none given", ""},
      {"<html>support team of 2024", ""},
      {"<html>support id <unclosed 12345", ""},
      {"<html>Nothing 12345", ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ReadAnswer(row.body, "text/html").support_id, row.id) << row.body;
  }
}

}  // namespace
}  // namespace utboks
