#include "producer/intake/recheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "producer/intake/refusal.h"
#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::HasSubstr;

TEST(DescribeRefusal, IsOneLineForAPerson) {
  Checked checked;
  checked.violations.push_back({"too-large", 0, 0, "", "the document is too large"});
  EXPECT_EQ(DescribeRefusal(checked), "the document is too large (too-large)");
  checked.violations[0] = {"pattern", 3, 7, "/a/b", "no match"};
  checked.violations.push_back({"x", 1, 1, "", "y"});
  checked.more = 3;
  EXPECT_EQ(DescribeRefusal(checked), "3:7 /a/b: no match (pattern); and 4 more");
  EXPECT_EQ(DescribeViolation({"x", 1, 2, "", "y"}), "1:2 y (x)");
}

TEST(Recheck, AsksTheContractsAsTheyAreNow) {
  Payload payload;
  payload.ressurs = "doedsfall_v1";
  payload.document = SensitiveText(Example("Doedsfall_v1.2"));
  const auto holds = Recheck(ShippedValidator(), payload);
  ASSERT_TRUE(holds.ok());
  EXPECT_EQ(holds->edition, "1.2");
  EXPECT_EQ(holds->schema_hash.size(), 64u);

  // Edition 1.2 is not in production.
  const auto refused = Recheck(ShippedValidator(true), payload);
  EXPECT_EQ(refused.code(), Code::kInvalid);
  EXPECT_THAT(refused.status().text(), HasSubstr("no longer holds: "));
  EXPECT_THAT(refused.status().text(), HasSubstr("/meldingOmDoedsfall"));

  // A synthetic person was meant for test all along.
  payload.document = SensitiveText(Example("Doedsfall_v1.1"));
  EXPECT_THAT(Recheck(ShippedValidator(true), payload).status().text(),
              HasSubstr("(synthetic-number)"));

  // With its attachments, as it was taken in.
  payload.ressurs = "rekvisisjon_av_dnummer_v4.vedlegg";
  payload.document =
      SensitiveText(ReadFile(SchemasDir() + "/examples/RekvisisjonAvDNummer_4.0_med_vedlegg.xml"));
  EXPECT_THAT(Recheck(ShippedValidator(), payload).status().text(),
              HasSubstr("(attachment-missing); and 1 more"));
  for (const char* name : {"pass.pdf", "rekvisisjon.pdf"}) {
    payload.attachments.push_back({SensitiveText(name), "application/pdf", SharedText("x")});
  }
  EXPECT_TRUE(Recheck(ShippedValidator(), payload).ok());

  payload.ressurs = "borte_v1";
  EXPECT_EQ(Recheck(ShippedValidator(), payload).code(), Code::kInvalid);
}

}  // namespace
}  // namespace utboks::test
