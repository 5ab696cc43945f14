#include "producer/submit/classify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace utboks {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kId = "unik-3efaf50b2a19";

std::string Receipt(std::string_view id, std::string_view reference = "ref-1") {
  std::string body("<meldingMottatt><folkeregisterReferanse>");
  body += reference;
  body += "</folkeregisterReferanse><avsendersMeldingsidentifikator>";
  body += id;
  body += "</avsendersMeldingsidentifikator></meldingMottatt>";
  return body;
}

std::string Error(std::string_view code, std::string_view text) {
  std::string body(
      "<folkeregisterFeilmelding><httpStatus>0</httpStatus><alvorlighetsgrad>WARNING"
      "</alvorlighetsgrad><feilkode>");
  body += code;
  body += "</feilkode><feilmelding>";
  body += text;
  body += "</feilmelding><tilleggsinformasjon></tilleggsinformasjon></folkeregisterFeilmelding>";
  return body;
}

const std::string kHtml =
    "<html><body>The requested URL was rejected. Your support ID is: 4711-0815</body></html>";
const std::string kInvalid = Error("ske.folkeregister.mottak.ValideringsFeil", "Ugyldig melding");

Exchange Answer(int status, std::string body = "", std::string content_type = "application/xml") {
  Exchange exchange;
  exchange.phase = Phase::kStatusRead;
  exchange.status = status;
  exchange.content_type = std::move(content_type);
  exchange.head = "HTTP/1.1 " + std::to_string(status) + " X\r\nX-Correlation: c-1\r\n";
  exchange.body = std::move(body);
  exchange.body_whole = true;
  return exchange;
}

Exchange Failure(Phase phase, Fault fault, bool kept_alive = false,
                 TlsFault tls = TlsFault::kNone) {
  Exchange exchange;
  exchange.phase = phase;
  exchange.fault = fault;
  exchange.kept_alive = kept_alive;
  exchange.tls = tls;
  return exchange;
}

// The fields that decide, in the order of delivery.md's table.
struct Judgement {
  Verdict verdict = Verdict::kRetry;
  Scope scope = Scope::kNone;
  AttemptResult result = AttemptResult::kNotSent;
  GateEffect gate = GateEffect::kNone;
  bool counted = false;
  std::string reason;
  bool credential = false;

  bool operator==(const Judgement&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Judgement& j) {
  return out << VerdictName(j.verdict) << ", blame " << ScopeName(j.scope) << ", "
             << AttemptResultName(j.result) << ", gate effect " << static_cast<int>(j.gate)
             << (j.counted ? ", counted" : ", not counted") << ", \"" << j.reason << '"'
             << (j.credential ? ", credential" : "");
}

Judgement Of(const Outcome& outcome) {
  return {outcome.verdict, outcome.scope,  outcome.result,    outcome.gate,
          outcome.counted, outcome.reason, outcome.credential};
}

Outcome Judge(const Exchange& exchange, std::string_view id = kId) {
  return Classify(exchange, id, DeliverySettings());
}

const Judgement kAccepted = {Verdict::kAccepted,   Scope::kNone, AttemptResult::kAnswered,
                             GateEffect::kSuccess, false,        ""};
const Judgement kMixed = {Verdict::kInDoubt, Scope::kNone, AttemptResult::kUnanswered,
                          GateEffect::kNone, true,         "mixed-answer"};
Judgement Rejected() {
  return {Verdict::kReject, Scope::kMessage, AttemptResult::kAnswered, GateEffect::kNone, true,
          "feilkode"};
}
Judgement Held(std::string reason) {
  return {Verdict::kHold, Scope::kMessage,  AttemptResult::kAnswered, GateEffect::kNone,
          true,           std::move(reason)};
}
Judgement Login(std::string reason) {
  return {Verdict::kRetry,   Scope::kSite, AttemptResult::kAnswered, GateEffect::kClose, false,
          std::move(reason), true};
}
Judgement ResourceCloses(std::string reason) {
  return {Verdict::kRetry, Scope::kResource, AttemptResult::kAnswered, GateEffect::kClose,
          false,           std::move(reason)};
}
Judgement ResourceCounts(std::string reason) {
  return {Verdict::kRetry,  Scope::kResource, AttemptResult::kAnswered, GateEffect::kCount, true,
          std::move(reason)};
}
Judgement SiteDown(std::string reason, bool credential = false) {
  return {Verdict::kRetry,   Scope::kSite, AttemptResult::kNotSent, GateEffect::kClose, false,
          std::move(reason), credential};
}
Judgement Nobody(std::string reason) {
  return {Verdict::kRetry,   Scope::kNone, AttemptResult::kNotSent,
          GateEffect::kNone, false,        std::move(reason)};
}
Judgement InDoubt(std::string reason) {
  return {Verdict::kInDoubt, Scope::kResource, AttemptResult::kUnanswered, GateEffect::kCount, true,
          std::move(reason)};
}
const Judgement kThrottled = {Verdict::kRetry,        Scope::kSite, AttemptResult::kAnswered,
                              GateEffect::kNotBefore, false,        "http-429"};

struct Row {
  const char* what;
  Exchange exchange;
  Judgement expected;
};

TEST(ClassifyTest, EveryRowOfTheTable) {
  Exchange proxy_login = Failure(Phase::kNotConnected, Fault::kProxy);
  proxy_login.proxy_status = 407;
  Exchange proxy_down = proxy_login;
  proxy_down.proxy_status = 503;
  Exchange cut_after_202 = Answer(202, "<meldingMott");
  cut_after_202.fault = Fault::kClosed;
  cut_after_202.body_whole = false;

  const Row rows[] = {
      {"202", Answer(202, Receipt(kId)), kAccepted},
      {"202, status line only", Answer(202), kAccepted},
      {"202, cut", cut_after_202, kAccepted},
      {"202, half a receipt", Answer(202, Receipt(kId).substr(0, 40)), kAccepted},
      {"202, no XML", Answer(202, "OK", "text/plain"), kAccepted},
      {"202, other XML", Answer(202, "<x/>"), kAccepted},
      {"202, of another message", Answer(202, Receipt("another")), kMixed},
      {"202, a web page", Answer(202, kHtml, "text/html"), Held("firewall")},

      {"200 with the receipt", Answer(200, Receipt(kId)), kAccepted},
      {"201 with the receipt", Answer(201, Receipt(kId)), kAccepted},
      {"200 with another's receipt", Answer(200, Receipt("another")), kMixed},
      {"200 with a receipt of nobody",
       Answer(200,
              "<meldingMottatt><folkeregisterReferanse>r</folkeregisterReferanse>"
              "</meldingMottatt>"),
       Held("http-200")},

      {"400 with the register's error", Answer(400, kInvalid), Rejected()},
      {"400, half an error", Answer(400, kInvalid.substr(0, kInvalid.size() - 5)),
       Held("http-400")},
      {"400, empty", Answer(400), Held("http-400")},
      {"400, text", Answer(400, "Bad Request", "text/plain"), Held("http-400")},
      {"400, a web page", Answer(400, kHtml, "text/html"), Held("firewall")},
      {"400, a receipt", Answer(400, Receipt(kId)), Held("http-400")},

      {"200", Answer(200), Held("http-200")},
      {"204", Answer(204), Held("http-204")},
      {"299", Answer(299, "<x/>"), Held("http-299")},
      {"200, a web page", Answer(200, kHtml, "text/html"), Held("firewall")},
      {"301", Answer(301), Held("redirect")},
      {"302, a web page", Answer(302, kHtml, "text/html"), Held("redirect")},
      {"307", Answer(307), Held("redirect")},
      {"399", Answer(399), Held("redirect")},
      {"405", Answer(405), Held("http-405")},
      {"405, the register's error", Answer(405, kInvalid), Held("http-405")},
      {"409", Answer(409), Held("http-409")},
      {"410", Answer(410), Held("http-410")},
      {"411", Answer(411), Held("http-411")},
      {"413", Answer(413), Held("http-413")},
      {"414", Answer(414), Held("http-414")},
      {"415", Answer(415), Held("http-415")},
      {"416", Answer(416), Held("http-416")},
      {"417", Answer(417), Held("http-417")},
      {"422", Answer(422, kInvalid), Held("http-422")},
      {"418, unknown", Answer(418), Held("http-418")},
      {"499, unknown", Answer(499, "<x"), Held("http-499")},
      {"405, a web page", Answer(405, kHtml, "text/html"), Held("firewall")},
      {"499, a web page", Answer(499, kHtml), Held("firewall")},

      {"400 that speaks of Authorization in its code",
       Answer(400, Error("ske.InvalidAuthorizationException", "x")), Login("authorization")},
      {"400 that speaks of Authorization in its text",
       Answer(400, Error("ske.Feil", "Ugyldig AUTHORIZATION-header")), Login("authorization")},
      {"401", Answer(401), Login("http-401")},
      {"401, a web page", Answer(401, kHtml, "text/html"), Login("http-401")},
      {"407", Answer(407), Login("http-407")},
      {"the proxy wants a login", proxy_login, SiteDown("proxy-407", true)},
      {"our certificate refused",
       Failure(Phase::kTlsFailed, Fault::kTls, false, TlsFault::kOursRefused),
       SiteDown("credential", true)},
      {"our certificate refused, later",
       Failure(Phase::kTlsFailed, Fault::kTls, true, TlsFault::kOursRefused),
       SiteDown("credential", true)},
      {"theirs refused", Failure(Phase::kTlsFailed, Fault::kTls, false, TlsFault::kTheirsRefused),
       SiteDown("tls", true)},
      {"no common TLS", Failure(Phase::kTlsFailed, Fault::kTls, false, TlsFault::kOther),
       SiteDown("tls", true)},

      {"403",
       Answer(403, Error("ske.folkeregister.mottak.infrastructure.exceptions."
                         "KonsumentManglerTilgangException",
                         "x")),
       ResourceCloses("http-403")},
      {"403, empty", Answer(403), ResourceCloses("http-403")},
      {"404", Answer(404), ResourceCloses("http-404")},
      {"404, text", Answer(404, "Not Found", "text/plain"), ResourceCloses("http-404")},
      {"406", Answer(406), ResourceCloses("http-406")},
      {"403, a web page", Answer(403, kHtml, "text/html"), Held("firewall")},
      {"404, a web page", Answer(404, kHtml, "text/html"), Held("firewall")},
      {"406, a web page", Answer(406, kHtml, "text/html"), Held("firewall")},

      {"408", Answer(408), ResourceCounts("http-408")},
      {"408, a web page", Answer(408, kHtml, "text/html"), ResourceCounts("http-408")},
      {"425", Answer(425), ResourceCounts("http-425")},
      {"500", Answer(500, Error("ske.Feil", "x")), ResourceCounts("http-500")},
      {"500, empty", Answer(500), ResourceCounts("http-500")},
      {"400 that speaks of Authorization, cut off after its code",
       Answer(400,
              Error("ske.InvalidAuthorizationException", "x")
                  .substr(0, Error("ske.InvalidAuthorizationException", "x").find("<feilmelding"))),
       Login("authorization")},
      {"500 that speaks of Authorization", Answer(500, Error("AuthorizationException", "x")),
       ResourceCounts("http-500")},
      {"501", Answer(501), ResourceCounts("http-501")},
      {"502", Answer(502, "<x"), ResourceCounts("http-502")},
      {"503, a web page", Answer(503, kHtml, "text/html"), ResourceCounts("http-503")},
      {"504", Answer(504), ResourceCounts("http-504")},
      {"599, unknown", Answer(599, Receipt(kId)), ResourceCounts("http-599")},

      {"refused", Failure(Phase::kNotConnected, Fault::kRefused), SiteDown("connect-refused")},
      {"DNS", Failure(Phase::kNotConnected, Fault::kDns), SiteDown("dns")},
      {"connect timeout", Failure(Phase::kNotConnected, Fault::kTimeout),
       SiteDown("connect-timeout")},
      {"reset while connecting", Failure(Phase::kNotConnected, Fault::kReset),
       SiteDown("connect-reset")},
      {"closed while connecting", Failure(Phase::kNotConnected, Fault::kClosed),
       SiteDown("connect-closed")},
      {"no route", Failure(Phase::kNotConnected, Fault::kUnreachable), SiteDown("connect-failed")},
      {"the proxy cannot", proxy_down, SiteDown("proxy-503")},
      {"the proxy speaks no HTTP", Failure(Phase::kNotConnected, Fault::kProxy), SiteDown("proxy")},
      {"reset before the last byte, fresh", Failure(Phase::kPartlyWritten, Fault::kReset),
       SiteDown("send-reset")},
      {"closed before the last byte, fresh", Failure(Phase::kPartlyWritten, Fault::kClosed),
       SiteDown("send-closed")},
      {"not taken in time, fresh", Failure(Phase::kPartlyWritten, Fault::kTimeout),
       SiteDown("send-timeout")},
      {"reset before the last byte, kept alive",
       Failure(Phase::kPartlyWritten, Fault::kReset, true), Nobody("connection-lost")},

      {"no answer in time", Failure(Phase::kWritten, Fault::kTimeout),
       InDoubt("unanswered-timeout")},
      {"reset after the last byte", Failure(Phase::kWritten, Fault::kReset),
       InDoubt("unanswered-reset")},
      {"closed after the last byte", Failure(Phase::kWritten, Fault::kClosed),
       InDoubt("unanswered-closed")},
      {"closed after the last byte, kept alive", Failure(Phase::kWritten, Fault::kClosed, true),
       InDoubt("unanswered-closed")},
      {"no HTTP", Failure(Phase::kWritten, Fault::kMalformed), InDoubt("unanswered-malformed")},
      {"TLS broke after the last byte",
       Failure(Phase::kWritten, Fault::kTls, false, TlsFault::kOther), InDoubt("unanswered-tls")},

      {"429", Answer(429), kThrottled},
      {"429, a web page", Answer(429, kHtml, "text/html"), kThrottled},

      {"the deadline had passed", Failure(Phase::kConnected, Fault::kDeadline, true),
       Nobody("deadline")},
      {"the deadline had passed before there was a connection",
       Failure(Phase::kNotConnected, Fault::kDeadline), Nobody("deadline")},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Of(Judge(row.exchange)), row.expected) << row.what;
  }
}

TEST(ClassifyTest, EveryStatusHasAJudgementAndKeepsItsNumber) {
  for (int status = 200; status < 600; ++status) {
    for (const std::string& body : {std::string(), Receipt(kId), kInvalid, kHtml,
                                    Receipt(kId).substr(0, 50), std::string("\xFF\xFE<\0>", 5)}) {
      const Outcome outcome = Judge(Answer(status, body, ""));
      EXPECT_EQ(outcome.http_status, status);
      EXPECT_EQ(outcome.reason.empty(), outcome.verdict == Verdict::kAccepted) << status;
      EXPECT_FALSE(outcome.interrupted);
      EXPECT_EQ(outcome.wait.has_value(), status == 429);
      // Only success is ever accepted, only 400 ever rejected, and nothing
      // answered is ever thought not sent.
      EXPECT_TRUE(outcome.verdict != Verdict::kAccepted || status < 300) << status;
      EXPECT_TRUE(outcome.verdict != Verdict::kReject || status == 400) << status;
      EXPECT_NE(outcome.result, AttemptResult::kNotSent);
    }
  }
}

TEST(ClassifyTest, OddSuccessAndMixedAnswerRaiseTheirAlarms) {
  EXPECT_FALSE(Judge(Answer(202, Receipt(kId))).odd_success);
  EXPECT_TRUE(Judge(Answer(200, Receipt(kId))).odd_success);
  EXPECT_FALSE(Judge(Answer(200, Receipt(kId))).mixed_answer);
  const Outcome mixed = Judge(Answer(202, Receipt("another")));
  EXPECT_TRUE(mixed.mixed_answer);
  EXPECT_EQ(mixed.reference, "");
  EXPECT_THAT(mixed.answer, HasSubstr("another"));
}

TEST(ClassifyTest, InterruptedNeverBlames) {
  for (const Phase phase : {Phase::kNotConnected, Phase::kConnected, Phase::kPartlyWritten}) {
    const Outcome outcome = Judge(Failure(phase, Fault::kInterrupted));
    EXPECT_EQ(Of(outcome), Nobody("interrupted"));
    EXPECT_TRUE(outcome.interrupted);
  }
  const Outcome outcome = Judge(Failure(Phase::kWritten, Fault::kInterrupted));
  EXPECT_EQ(outcome.verdict, Verdict::kInDoubt);
  EXPECT_EQ(outcome.result, AttemptResult::kUnanswered);
  EXPECT_EQ(outcome.gate, GateEffect::kNone);
  EXPECT_FALSE(outcome.counted);
  EXPECT_TRUE(outcome.interrupted);
  // A status line that came before the stop stands.
  Exchange answered = Answer(202);
  answered.fault = Fault::kInterrupted;
  EXPECT_EQ(Of(Judge(answered)), kAccepted);
  EXPECT_FALSE(Judge(answered).interrupted);
}

TEST(ClassifyTest, IdentifiersAreComparedButForBlanks) {
  struct Case {
    const char* sent;
    const char* returned;
    bool same;
  };
  const Case cases[] = {
      {"2112116 - avviksmerknad om dublett", "2112116 - avviksmerknad om dublett", true},
      {" 2112116  -\tx ", "2112116 - x", true},
      {"a&b", "a&amp;b", true},
      {"A", "a", false},
      {"a b", "ab", false},
      {"a", "a b", false},
      {"ab", "a", false},
      {"\xC3\xA6", "\xC3\xB8", false},
  };
  for (const Case& each : cases) {
    const Outcome outcome = Judge(Answer(202, Receipt(each.returned)), each.sent);
    EXPECT_EQ(outcome.mixed_answer, !each.same) << each.sent << " / " << each.returned;
  }
}

TEST(ClassifyTest, ReferenceIsKeptOnlyWhenShortAndPrintable) {
  struct Case {
    std::string returned;
    std::string kept;
  };
  const Case cases[] = {
      {"47956f5b-fa1e-447d-a62d-b6714bc1f120", "47956f5b-fa1e-447d-a62d-b6714bc1f120"},
      {std::string(200, 'r'), std::string(200, 'r')},
      {std::string(201, 'r'), ""},
      {" padded ", "padded"},
      {"\xC3\xB8re", "\xC3\xB8re"},
      {"a&#10;b", ""},
      {"a&#127;b", ""},
      {"a&#x85;b", ""},
      {"\xFF\xFE", ""},
      {"\xC3", ""},
      {"\xE2\x82", ""},
      {"", ""},
  };
  for (const Case& each : cases) {
    const Outcome outcome = Judge(Answer(202, Receipt(kId, each.returned)));
    EXPECT_EQ(outcome.verdict, Verdict::kAccepted);
    EXPECT_EQ(outcome.reference, each.kept) << each.returned;
    // Without a reference the answer itself is the only evidence.
    EXPECT_EQ(outcome.answer.empty(), !each.kept.empty());
  }
}

TEST(ClassifyTest, ErrorCodeIsKeptOnlyWhenItIsOne) {
  const auto kept = [](std::string_view code) {
    return Judge(Answer(400, Error(code, "x"))).feilkode;
  };
  EXPECT_EQ(kept("ske.folkeregister.ValideringsFeil"), "ske.folkeregister.ValideringsFeil");
  EXPECT_EQ(kept("barnetHarFosterforeldre\xC3\xB8"), "barnetHarFosterforeldre\xC3\xB8");
  EXPECT_EQ(kept("Feil$Indre_2-x"), "Feil$Indre_2-x");
  EXPECT_EQ(kept("ugyldig identifikator"), "");
  EXPECT_EQ(kept("Feil98765432109"), "");
  EXPECT_EQ(kept(std::string(201, 'f')), "");
}

TEST(ClassifyTest, EvidenceIsKept) {
  const Outcome rejected = Judge(Answer(400, kInvalid));
  EXPECT_THAT(rejected.answer, HasSubstr("HTTP/1.1 400 X\r\nX-Correlation: c-1\r\n\r\n<folkereg"));
  EXPECT_EQ(rejected.feilkode, "ske.folkeregister.mottak.ValideringsFeil");
  for (const int status : {200, 202, 400, 403, 404, 422, 503}) {
    EXPECT_EQ(Judge(Answer(status, kHtml, "text/html")).support_id, "4711-0815") << status;
  }
  Exchange dated = Answer(500);
  dated.date = "Mon, 23 Nov 2026 12:00:00 GMT";
  dated.retry_after = "17";
  const Outcome outcome = Judge(dated);
  ASSERT_TRUE(outcome.server_date);
  EXPECT_EQ(FormatUtc(*outcome.server_date), "2026-11-23T12:00:00.000Z");
  EXPECT_EQ(outcome.retry_after, "17");
  dated.date = "yesterday";
  EXPECT_FALSE(Judge(dated).server_date);
}

TEST(ClassifyTest, RetryAfterIsInMillisecondsWithinBounds) {
  struct Case {
    const char* retry_after;
    const char* date;
    Millis wait;
  };
  const char* const noon = "Mon, 23 Nov 2026 12:00:00 GMT";
  const Case cases[] = {
      {"", "", Millis(2'000)},
      {"0", "", Millis(2'000)},
      {"1999", "", Millis(2'000)},
      {"2001", "", Millis(2'001)},
      {"60000", "", Millis(60'000)},
      {"3600000", "", Millis(3'600'000)},
      {"3600001", "", Millis(3'600'000)},
      {"99999999999999999999999999", "", Millis(3'600'000)},
      {"-5000", "", Millis(2'000)},
      {"5000 ms", "", Millis(2'000)},
      {"5.5", "", Millis(2'000)},
      {"soon", noon, Millis(2'000)},
      {"Mon, 23 Nov 2026 12:01:30 GMT", noon, Millis(90'000)},
      {"Monday, 23-Nov-26 12:01:30 GMT", noon, Millis(90'000)},
      {"Mon, 23 Nov 2026 11:00:00 GMT", noon, Millis(2'000)},
      {"Mon, 23 Nov 2026 15:00:00 GMT", noon, Millis(3'600'000)},
      {"Mon, 23 Nov 2026 12:01:30 GMT", "", Millis(2'000)},
  };
  for (const Case& each : cases) {
    Exchange exchange = Answer(429);
    exchange.retry_after = each.retry_after;
    exchange.date = each.date;
    const Outcome outcome = Judge(exchange);
    EXPECT_EQ(outcome.wait, each.wait) << each.retry_after;
    EXPECT_EQ(outcome.retry_after, each.retry_after);
    const HeadResult head = ClassifyHead(exchange, DeliverySettings());
    EXPECT_TRUE(head.throttled);
    EXPECT_EQ(head.wait, each.wait);
  }
}

TEST(ClassifyTest, Head) {
  const DeliverySettings settings;
  const HeadResult good = ClassifyHead(Answer(405), settings);
  EXPECT_TRUE(good.asked);
  EXPECT_TRUE(good.answered);
  EXPECT_EQ(good.http_status, 405);
  EXPECT_EQ(good.reason, "");
  EXPECT_FALSE(good.throttled);
  const HeadResult refused = ClassifyHead(Failure(Phase::kNotConnected, Fault::kRefused), settings);
  EXPECT_TRUE(refused.asked);
  EXPECT_FALSE(refused.answered);
  EXPECT_FALSE(refused.credential);
  EXPECT_EQ(refused.reason, "connect-refused");
  const HeadResult ours = ClassifyHead(
      Failure(Phase::kTlsFailed, Fault::kTls, false, TlsFault::kOursRefused), settings);
  EXPECT_TRUE(ours.asked);
  EXPECT_TRUE(ours.credential);
  EXPECT_EQ(ours.reason, "credential");
  const HeadResult silent = ClassifyHead(Failure(Phase::kWritten, Fault::kTimeout), settings);
  EXPECT_TRUE(silent.asked);
  EXPECT_FALSE(silent.answered);
  EXPECT_EQ(silent.reason, "unanswered-timeout");
  for (const Fault fault : {Fault::kDeadline, Fault::kInterrupted}) {
    EXPECT_FALSE(ClassifyHead(Failure(Phase::kConnected, fault), settings).asked);
  }
}

TEST(ClassifyTest, AHeadsStatusSaysToGatesWhatAMessagesWould) {
  struct HeadRow {
    int status;
    Scope scope;
    GateEffect gate;
  };
  const HeadRow rows[] = {
      {200, Scope::kMessage, GateEffect::kNone},   {202, Scope::kNone, GateEffect::kSuccess},
      {302, Scope::kMessage, GateEffect::kNone},   {400, Scope::kMessage, GateEffect::kNone},
      {401, Scope::kSite, GateEffect::kClose},     {403, Scope::kResource, GateEffect::kClose},
      {404, Scope::kResource, GateEffect::kClose}, {405, Scope::kMessage, GateEffect::kNone},
      {406, Scope::kResource, GateEffect::kClose}, {407, Scope::kSite, GateEffect::kClose},
      {408, Scope::kResource, GateEffect::kCount}, {425, Scope::kResource, GateEffect::kCount},
      {429, Scope::kSite, GateEffect::kNotBefore}, {500, Scope::kResource, GateEffect::kCount},
      {503, Scope::kResource, GateEffect::kCount},
  };
  for (const HeadRow& row : rows) {
    const HeadResult head = ClassifyHead(Answer(row.status), DeliverySettings());
    EXPECT_EQ(head.scope, row.scope) << row.status;
    EXPECT_EQ(head.gate, row.gate) << row.status;
    EXPECT_EQ(head.throttled, row.status == 429);
    EXPECT_FALSE(head.web_page);
    // A message's too, or this table says nothing.
    EXPECT_EQ(Classify(Answer(row.status), "id", DeliverySettings()).gate, row.gate) << row.status;
  }
  Exchange page = Answer(200);
  page.content_type = "Text/HTML; charset=utf-8";
  EXPECT_TRUE(ClassifyHead(page, DeliverySettings()).web_page);
  const HeadResult refused =
      ClassifyHead(Failure(Phase::kNotConnected, Fault::kRefused), DeliverySettings());
  EXPECT_EQ(refused.scope, Scope::kSite);
  EXPECT_EQ(refused.gate, GateEffect::kClose);
}

TEST(ClassifyTest, OnlyAnUnsentRequestOfAnOldConnectionMayGoAgain) {
  for (const bool kept_alive : {false, true}) {
    for (const Phase phase : {Phase::kNotConnected, Phase::kTlsFailed, Phase::kConnected,
                              Phase::kPartlyWritten, Phase::kWritten, Phase::kStatusRead}) {
      for (const Fault fault : {Fault::kReset, Fault::kClosed, Fault::kTimeout, Fault::kInterrupted,
                                Fault::kDeadline}) {
        const bool may =
            kept_alive && phase == Phase::kPartlyWritten && fault != Fault::kInterrupted;
        EXPECT_EQ(MayGoAgain(Failure(phase, fault, kept_alive)), may);
      }
    }
  }
}

}  // namespace
}  // namespace utboks
