#include "queue/state.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

#include "queue/outcome.h"

namespace utboks {
namespace {

using Triple = std::tuple<std::string, std::string, std::string>;

// architecture.md §3 in the words people hold; every triple that is not here is
// illegal.
const std::set<Triple>& Legal() {
  static const std::set<Triple> legal = {
      {"-", "received", "arrival"},
      {"-", "due", "validation"},
      {"-", "rejected", "validation"},
      {"received", "due", "validation"},
      {"received", "rejected", "validation"},
      {"due", "sending", "claim"},
      {"in_doubt", "sending", "claim"},
      {"sending", "due", "hand-back"},
      {"sending", "in_doubt", "hand-back"},
      {"sending", "accepted", "settle"},
      {"sending", "due", "settle"},
      {"sending", "in_doubt", "settle"},
      {"sending", "held", "settle"},
      {"sending", "rejected", "settle"},
      {"sending", "held", "limit"},
      {"sending", "held", "blame-run"},
      {"sending", "in_doubt", "worker-died"},
      {"in_doubt", "accepted", "feed"},
      {"in_doubt", "held", "limit"},
      {"in_doubt", "held", "hold"},
      {"due", "held", "limit"},
      {"due", "held", "hold"},
      {"rejected", "held", "blame-run"},
      {"held", "held", "blame-run"},
      {"held", "due", "release"},
      {"held", "in_doubt", "release"},
      {"held", "due", "replay"},
      {"held", "in_doubt", "replay"},
      {"rejected", "due", "replay"},
      {"accepted", "due", "replay-again"},
      {"closed", "due", "replay-again"},
      {"due", "cancelled", "cancel"},
      {"held", "cancelled", "cancel"},
      {"rejected", "cancelled", "cancel"},
      {"in_doubt", "cancelled", "cancel"},
      {"accepted", "closed", "feed"},
      {"accepted", "closed", "purge"},
      {"accepted", "closed", "close"},
      {"held", "closed", "close"},
      {"rejected", "closed", "close"},
      {"in_doubt", "closed", "close"},
      {"due", "accepted", "late-receipt"},
      {"sending", "accepted", "late-receipt"},
      {"in_doubt", "accepted", "late-receipt"},
      {"held", "accepted", "late-receipt"},
      {"rejected", "accepted", "late-receipt"},
      {"cancelled", "accepted", "late-receipt"},
      {"closed", "accepted", "late-receipt"},
      {"due", "in_doubt", "restore"},
      {"sending", "in_doubt", "restore"},
  };
  return legal;
}

TEST(StateTest, OnlyTheEdgesOfTheTableAreLegal) {
  std::set<Triple> found;
  std::vector<std::optional<State>> froms = {std::nullopt};
  froms.insert(froms.end(), kAllStates.begin(), kAllStates.end());
  for (const auto& from : froms) {
    for (const State to : kAllStates) {
      for (int cause = 0; cause <= static_cast<int>(kLastCause); ++cause) {
        const Triple triple{from ? StateName(*from) : "-", StateName(to),
                            CauseName(static_cast<Cause>(cause))};
        const bool legal = LegalEdge(from, to, static_cast<Cause>(cause));
        EXPECT_EQ(legal, Legal().contains(triple))
            << std::get<0>(triple) << " → " << std::get<1>(triple) << " by " << std::get<2>(triple);
        if (legal) found.insert(triple);
      }
    }
  }
  EXPECT_EQ(found.size(), Legal().size()) << "a triple of the table names nothing";
}

TEST(StateTest, AcceptedIsLeftOnlyByAPersonTheFeedOrRetention) {
  for (const State to : kAllStates) {
    for (int n = 0; n <= static_cast<int>(kLastCause); ++n) {
      const Cause cause = static_cast<Cause>(n);
      if (!LegalEdge(State::kAccepted, to, cause)) continue;
      EXPECT_TRUE(cause == Cause::kReplayAgain || cause == Cause::kClose || cause == Cause::kFeed ||
                  cause == Cause::kPurge)
          << CauseName(cause);
    }
  }
}

TEST(StateTest, NamesReadBackAndTheNumbersAreStored) {
  for (std::size_t i = 0; i < kAllStates.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kAllStates[i]), i);
    EXPECT_EQ(ParseState(StateName(kAllStates[i])), kAllStates[i]);
  }
  EXPECT_EQ(ParseState("In_Doubt"), std::nullopt);
  EXPECT_EQ(ParseState(""), std::nullopt);
}

TEST(StateTest, CausesHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (int n = 0; n <= static_cast<int>(kLastCause); ++n) {
    EXPECT_TRUE(names.insert(CauseName(static_cast<Cause>(n))).second);
  }
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(OutcomeTest, NamesAreThoseOfTheJson) {
  EXPECT_EQ(VerdictName(Verdict::kAccepted), "accepted");
  EXPECT_EQ(VerdictName(Verdict::kRetry), "retry");
  EXPECT_EQ(VerdictName(Verdict::kInDoubt), "in_doubt");
  EXPECT_EQ(VerdictName(Verdict::kHold), "hold");
  EXPECT_EQ(VerdictName(Verdict::kReject), "reject");
  EXPECT_EQ(ScopeName(Scope::kNone), "none");
  EXPECT_EQ(ScopeName(Scope::kMessage), "message");
  EXPECT_EQ(ScopeName(Scope::kResource), "resource");
  EXPECT_EQ(ScopeName(Scope::kSite), "site");
  EXPECT_EQ(AttemptResultName(AttemptResult::kOpen), "open");
  EXPECT_EQ(AttemptResultName(AttemptResult::kAnswered), "answered");
  EXPECT_EQ(AttemptResultName(AttemptResult::kNotSent), "not_sent");
  EXPECT_EQ(AttemptResultName(AttemptResult::kUnanswered), "unanswered");
}

}  // namespace
}  // namespace utboks
