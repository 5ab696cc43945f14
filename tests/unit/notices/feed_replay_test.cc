// Four days of the register's feed, rebuilt from what is known of them (facts/outages.md
// §7 and §8): order, times, repeated ids, dates and wordings are those of the days; what
// stood around them is made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/notices/read_feed.h"

namespace utboks {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using testing::FeedItem;
using ::testing::IsEmpty;
using enum FeedReading::News::Kind;

std::vector<FeedItem> operator+(std::vector<FeedItem> first, const std::vector<FeedItem>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

// What stood in the feed before: none of it had a date.
std::vector<FeedItem> Older(int count) {
  std::vector<FeedItem> items;
  for (int i = 0; i < count; ++i) {
    items.push_back(
        {fmt::format("Driftsproblemer {:02}.{:02}.2020", i % 28 + 1, i % 12 + 1),
         fmt::format("driftsproblemer-{}", i), "",
         fmt::format("<p>Det er for tiden problemer med våre tjenester ({}).</p>\n", i)});
  }
  return items;
}

// The build of the site stood still, and three notices came at once, an hour late; then
// the date of one went to and fro while its zone was being put right.
TEST(FeedReplayTest, Day20210512) {
  ReadFeed feed;
  const std::vector<FeedItem> older = Older(20);
  EXPECT_THAT(feed.Read(older, At("2021-05-12T07:40:00Z")).news, IsEmpty());
  // From 09:47 on nothing is built.  13:00 reception stops, 13:34 the notice is written.
  EXPECT_THAT(feed.Read(older, At("2021-05-12T11:40:00Z")).changes.changed, IsEmpty());
  EXPECT_THAT(feed.Read(older, At("2021-05-12T11:50:00Z")).news, IsEmpty());

  FeedItem stop{"Stans i mottak fra Produsenter", "stans-i-mottak-fra-produsenter",
                "Wed, 12 May 2021 13:32:00 GMT",
                "<p>Feil som påvirker Produsenttjenester.</p>\n<p>Feil Oppstod: 13:00</p>\n"};
  const FeedItem yesterday{
      "Driftsproblem", "driftsproblem", "Wed, 12 May 2021 09:47:00 GMT",
      "<p>Meldinger fra produsenter ble ikke mottatt i går kveld mellom kl 20:00 og kl 21:00. "
      "LØST</p>\n"};
  const FeedItem altinn{"Driftsvarsel vedlikehold i Altinn og Maskinporten", "driftsvarsel",
                        "Wed, 12 May 2021 10:01:00 GMT",
                        "<p>Fra fredag 14.05 kl 21 til lørdag 15.05 kl 10.</p>\n"};
  const WallTime seen = At("2021-05-12T12:00:24Z");
  FeedReading reading = feed.Read(std::vector{stop, altinn, yesterday} + older, seen);
  EXPECT_THAT(TitlesOf(reading),
              ElementsAre("Stans i mottak fra Produsenter",
                          "Driftsvarsel vedlikehold i Altinn og Maskinporten", "Driftsproblem"));
  EXPECT_EQ(reading.flood, 0U);
  EXPECT_EQ(feed.Shown(), "Stans i mottak fra Produsenter, open");
  EXPECT_EQ(feed.Latest()->first_seen, seen);

  minutes later{10};
  for (const char* date : {"Wed, 12 May 2021 11:32:00 GMT", "Wed, 12 May 2021 13:32:00 GMT",
                           "Wed, 12 May 2021 11:32:00 GMT"}) {
    stop.published = date;
    // By its date it goes below the other, and back.
    EXPECT_THAT(feed.Read(std::vector{altinn, stop, yesterday} + older, seen + later).news,
                IsEmpty());
    EXPECT_EQ(feed.Shown(), "Stans i mottak fra Produsenter, open");
    EXPECT_EQ(feed.Latest()->first_seen, seen);
    EXPECT_EQ(feed.Latest()->published, date);
    later += minutes(10);
  }

  stop.description += "<p>LØST: 14:30</p>\n";
  reading = feed.Read(std::vector{stop, altinn, yesterday} + older, At("2021-05-12T12:45:00Z"));
  ASSERT_EQ(reading.news.size(), 1U);
  EXPECT_EQ(reading.news[0].kind, kChanged);
  EXPECT_EQ(feed.Shown(), "Stans i mottak fra Produsenter, resolved");
  EXPECT_EQ(feed.Latest()->first_seen, seen);
  EXPECT_EQ(feed.Latest()->news_at, At("2021-05-12T12:45:00Z"));

  const FeedItem solved{"LØST-Stans i mottak fra Produsenter",
                        "lost-stans-i-mottak-fra-produsenter", "Wed, 12 May 2021 13:12:00 GMT",
                        "<p>Feil som påvirket Produsenttjenester er nå løst.</p>\n"
                        "<p>Feil Oppstod: 13:00\nFeil Løst: 14:30</p>\n"};
  reading =
      feed.Read(std::vector{solved, stop, altinn, yesterday} + older, At("2021-05-12T13:17:00Z"));
  EXPECT_THAT(TitlesOf(reading), ElementsAre(solved.title));
  EXPECT_EQ(feed.Shown(), "LØST-Stans i mottak fra Produsenter, resolved");
}

// Four notices of one title, one link and one guid.
TEST(FeedReplayTest, Day20220210) {
  ReadFeed feed;
  const std::vector<FeedItem> older = Older(30);
  feed.Read(older, At("2022-02-10T02:00:00Z"));
  const auto notice = [](const char* time, const char* text) {
    return FeedItem{"Driftsproblemer 10.02.2022", "driftsproblemer-10.02.2022",
                    fmt::format("Thu, 10 Feb 2022 {}:00 GMT", time),
                    fmt::format("<p>{}</p>\n", text)};
  };
  const std::vector<FeedItem> all = {
      notice("11:22", "Det er Altinn som er årsaken til feilen."),
      notice("10:24", "Oppslag i nettleser er nede."),
      notice("05:02", "Feilen er nå rettet"),
      notice("04:32", "Det er for tiden problemer med våre tjenester. Feil oppsto ca 02:30"),
  };
  struct Step {
    std::size_t from;  // of `all`
    const char* at;
    const char* shown;
  };
  const Step steps[] = {
      {3, "2022-02-10T03:34:00Z", "Driftsproblemer 10.02.2022, open"},
      {2, "2022-02-10T04:04:00Z", "Driftsproblemer 10.02.2022, resolved"},
      // Neither concerns who sends messages.
      {1, "2022-02-10T09:26:00Z", "Driftsproblemer 10.02.2022, resolved"},
      {0, "2022-02-10T10:24:00Z", "Driftsproblemer 10.02.2022, resolved"},
  };
  for (const Step& step : steps) {
    const std::vector<FeedItem> now(all.begin() + static_cast<std::ptrdiff_t>(step.from),
                                    all.end());
    const FeedReading reading = feed.Read(now + older, At(step.at));
    ASSERT_EQ(reading.news.size(), 1U) << step.at;
    EXPECT_EQ(reading.news[0].kind, kNew) << step.at;
    EXPECT_EQ(feed.Shown(), step.shown) << step.at;
  }
  EXPECT_EQ(feed.Latest()->first_seen, At("2022-02-10T04:04:00Z"));
  std::set<WallTime> first_seen;
  for (const Notice& one : feed.known()) {
    if (one.title == "Driftsproblemer 10.02.2022") first_seen.insert(one.first_seen);
  }
  EXPECT_EQ(first_seen.size(), 4U) << "each is known by itself";
}

// 15:14 the feed lost 293 items, 22 minutes later 294 were new to it.
TEST(FeedReplayTest, Day20230821) {
  ReadFeed feed;
  const FeedItem open{"Ustabile tjenester 17.08", "ustabile-tjenester-17.08",
                      "Thu, 17 Aug 2023 09:20:00 GMT",
                      "<p>Det er ustabilitet på våre tjenester.</p>\n"};
  const std::vector<FeedItem> others = Older(392);
  feed.Read(others, At("2023-08-17T06:00:00Z"));
  const WallTime first_seen = At("2023-08-17T07:22:00Z");
  feed.Read(std::vector{open} + others, first_seen);
  std::map<std::string, WallTime> known_since;
  for (const Notice& one : feed.known()) known_since[one.link] = one.first_seen;

  const std::vector<FeedItem> left(others.begin(), others.begin() + 99);
  FeedReading reading = feed.Read(std::vector{open} + left, At("2023-08-21T13:14:00Z"));
  EXPECT_THAT(reading.news, IsEmpty());
  EXPECT_EQ(reading.changes.changed.size(), 293U);
  EXPECT_THAT(reading.changes.removed, IsEmpty());
  EXPECT_EQ(feed.Shown(), "Ustabile tjenester 17.08, open");

  const FeedItem fresh{"Endringer i dokumentasjonen", "endringer", "Mon, 21 Aug 2023 13:30:00 GMT",
                       "<p>Titler er gjort unike.</p>\n"};
  reading = feed.Read(std::vector{fresh, open} + others, At("2023-08-21T13:36:00Z"));
  EXPECT_THAT(TitlesOf(reading), ElementsAre("Endringer i dokumentasjonen"));
  EXPECT_EQ(reading.flood, 0U);
  EXPECT_EQ(feed.Shown(), "Ustabile tjenester 17.08, open");
  for (const Notice& one : feed.known()) {
    EXPECT_FALSE(one.gone_since.has_value()) << one.link;
    if (known_since.contains(one.link)) {
      EXPECT_EQ(one.first_seen, known_since[one.link]) << one.link;
    }
  }

  // Titles were made unique that day, and links and ids with them: old notices all the same.
  std::vector<FeedItem> renamed = others;
  for (int i = 0; i < 24; ++i) {
    FeedItem& item = renamed[static_cast<std::size_t>(i)];
    item.title += fmt::format(" ({})", i);
    item.link += fmt::format("-{}", i);
  }
  reading = feed.Read(std::vector{fresh, open} + renamed, At("2023-08-21T13:50:00Z"));
  EXPECT_THAT(reading.news, IsEmpty());
  EXPECT_EQ(reading.flood, 0U);
  EXPECT_EQ(feed.known().size(), 394U);
  for (const Notice& one : feed.known()) EXPECT_LE(one.first_seen, At("2023-08-21T13:36:00Z"));
}

// A worker that began to read while most of the feed was away.
TEST(FeedReplayTest, Day20230821ReadFirstWhenMostWasGone) {
  ReadFeed feed;
  const std::vector<FeedItem> all = Older(394);
  feed.Read({all.begin(), all.begin() + 100}, At("2023-08-21T13:20:00Z"));
  const FeedItem fresh{"Stans i mottak", "stans-i-mottak", "", "<p>Det er feil i mottak.</p>\n"};
  feed.Read(std::vector{fresh} + std::vector(all.begin(), all.begin() + 100),
            At("2023-08-21T13:25:00Z"));
  EXPECT_EQ(feed.Shown(), "Stans i mottak, open");
  const FeedReading reading = feed.Read(std::vector{fresh} + all, At("2023-08-21T13:36:00Z"));
  EXPECT_THAT(reading.news, IsEmpty());
  EXPECT_EQ(reading.flood, 294U);
  EXPECT_EQ(feed.Shown(), "Stans i mottak, open") << "what came with many others is no news";
}

// Each update took the place of the notice before it, which was deleted.
TEST(FeedReplayTest, Day20240815) {
  ReadFeed feed;
  const std::vector<FeedItem> older = Older(40);
  feed.Read(older, At("2024-08-15T07:30:00Z"));
  const FeedItem first{"Driftsproblemer 15.08.2024", "driftsproblemer-15.08.2024",
                       "Thu, 15 Aug 2024 10:05:00 GMT",
                       "<p>Det er for tiden ustabilitet på våre tjenester.\nFeil oppsto: "
                       "09:45</p>\n"};
  const FeedItem second{"Driftsstatus 15.08.2024", "driftsstatus-15.08.2024",
                        "Thu, 15 Aug 2024 10:40:00 GMT",
                        "<p>Vi har fortsatt problemer med våre tjenester. Det jobbes med å løse "
                        "feilen.</p>\n"};
  // One of the files without .md: its link is the file's name, its text raw Markdown.
  const FeedItem third{"Driftsstatus 15.08.2024", "driftsstatus/2024-08-15-driftsstatus2-md",
                       "Thu, 15 Aug 2024 12:20:00 GMT",
                       "**Problemene med våre tjenester er nå løst.**\n\nFeil oppsto: 09:45\nFeil "
                       "løst: 11:35"};
  feed.Read(std::vector{first} + older, At("2024-08-15T08:07:00Z"));
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 15.08.2024, open");
  // Deleted, and its successor not built yet: that it is gone says nothing.
  EXPECT_THAT(feed.Read(older, At("2024-08-15T08:38:00Z")).news, IsEmpty());
  EXPECT_EQ(feed.Shown(), "Driftsproblemer 15.08.2024, open");
  EXPECT_THAT(TitlesOf(feed.Read(std::vector{second} + older, At("2024-08-15T08:42:00Z"))),
              ElementsAre("Driftsstatus 15.08.2024"));
  EXPECT_EQ(feed.Shown(), "Driftsstatus 15.08.2024, open");
  EXPECT_EQ(feed.Latest()->first_seen, At("2024-08-15T08:42:00Z"));
  EXPECT_EQ(feed.Read(std::vector{third} + older, At("2024-08-15T10:21:00Z")).news.size(), 1U);
  EXPECT_EQ(feed.Shown(), "Driftsstatus 15.08.2024, resolved");
  // All gone: what was said last stays.
  feed.Read(older, At("2024-08-16T10:00:00Z"));
  EXPECT_EQ(feed.Shown(), "Driftsstatus 15.08.2024, resolved");
}

}  // namespace
}  // namespace utboks
