// Wordings are the register's own, 2018 to 2024, shortened.
#include "producer/notices/judgement.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace utboks {

void PrintTo(const Judgement& judgement, std::ostream* out) {
  *out << (judgement.operating ? "operating" : "news") << ", concern "
       << static_cast<int>(judgement.concern) << ", " << NoticeStateName(judgement.state);
}

namespace {

using enum NoticeConcern;
using enum NoticeState;

TEST(JudgementTest, TitlesTellOperatingNoticesFromNews) {
  for (const char* title :
       {"Driftsproblemer 10.02.2022", "LØST-Stans i mottak fra Produsenter", "Ustabile tjenester",
        "Vedlikehold kl.20:00 til 24:00 i kveld 09.03.2021", "Nedetid i FREG", "Sertifikatbytte",
        "Driftsmelding - Driftsproblemer løst 17.11", "Alle FREG tjenester oppe", "Hasteendring",
        "Tjenestene kjører som normalt", "SOLVED network problems",
        "Varslet arbeid utsatt til "
        "29.02.2022",
        "Normal drift på Skatteetaten sine tjenester.", "Utfordringer med nettverk"}) {
    EXPECT_TRUE(JudgeNotice(title, "").operating) << title;
  }
  for (const char* title :
       {"Ny statusside", "Utvidelse av d-nummerserien", "Brukermøte 12. juni", "Nye kontrakter",
        "Nye feilkoder for produsenter", "Endringer i registermodell", "Regionsreform 2024"}) {
    EXPECT_EQ(JudgeNotice(title, "Det kom problemer."), Judgement()) << title;
  }
}

TEST(JudgementTest, WhatHasNoTitleIsCalledByItsFirstSentence) {
  EXPECT_TRUE(JudgeNotice("No title", "Det er driftsproblemer i mottak.\nMer følger.").operating);
  EXPECT_TRUE(JudgeNotice("", "Det er driftsproblemer i mottak.").operating);
  EXPECT_FALSE(
      JudgeNotice("No title", "Vi ønsker god jul. Driftsproblemer hadde vi ikke.").operating);
  EXPECT_FALSE(JudgeNotice("", "").operating);
}

TEST(JudgementTest, WhomItConcerns) {
  struct Case {
    const char* title;
    const char* lines;
    NoticeConcern concern;
  };
  const Case cases[] = {
      {"Stans i mottak fra Produsenter", "Feil Oppstod: 13:00", kYes},
      {"Driftsproblemer",
       "Utfordringer med delingstjenester og produsenttjenester der man får "
       "http_status 404.",
       kYes},
      {"Normal drift", "Normal drift på konsument og produsent api", kYes},
      {"Vedlikehold", "Forsinket tilbakemelding fra kl 18 til kl 20.", kYes},
      {"Vedlikehold", "utilgjengelig Mottak. Her må man sørge for å sende meldinger på nytt", kYes},
      {"Vedlikehold", "Kl. 00:00-02:00, og kl. 18:00-20:00 vil ikke mottaket være tilgjengelig.",
       kYes},
      {"Alle FREG tjenester oppe", "", kYes},
      {"Driftsproblemer", "Alle tjenester er nede.", kYes},
      {"Driftsproblemer 17.11", "Det er for tiden problemer med våre tjenester.", kLikely},
      {"Ustabil drift", "Skatteetatens tjenester er ustabile.", kLikely},
      {"Nedetid i FREG", "FREG er nede fra 14:00.", kLikely},
      {"Vedlikehold", "Arbeid i nettverket kan gi korte brudd.", kLikely},
      {"Endring i brannmur", "Hasteendring i kveld.", kLikely},
      {"Driftsproblemer 22.05.2024", "Det er for tiden problemer.", kLikely},
      {"Driftsproblemer", "Problemer med konsumenttjenester.", kNo},
      {"Driftsproblemer", "Oppslag i nettleser er nede. Feilen skyldes Altinn.", kNo},
      {"Vedlikehold i Altinn og Maskinporten", "Fredag 14.05 kl 21 til lørdag.", kNo},
      {"Ustabilitet bulkoppslag", "Feilen varte mellom kl 10:25 og kl 12:25.", kNo},
      {"Vedlikehold testmiljø", "Testmiljøene er nede for produsenter og konsumenter.", kNo},
      {"Driftsstatus test", "Ustabile tjenester i test.", kNo},
      {"Vedlikehold", "Nettverk i test og produksjon blir ustabilt.", kLikely},
      {"Vedlikehold i kveld", "Konsumenttjenester er nede. Produsenttjenester er ikke berørt.",
       kNo},
  };
  for (const Case& c : cases) {
    const Judgement judgement = JudgeNotice(c.title, c.lines);
    EXPECT_TRUE(judgement.operating) << c.title;
    EXPECT_EQ(judgement.concern, c.concern) << c.title << " / " << c.lines;
  }
}

TEST(JudgementTest, WhatIsOverSaysSo) {
  struct Case {
    const char* title;
    const char* lines;
  };
  const Case cases[] = {
      // An item of its own.
      {"LØST Driftsproblemer", ""},
      {"LØST-Stans i mottak fra Produsenter", "Feil Oppstod: 13:00\nFeil Løst: 14:30"},
      {"Driftsmelding - Driftsproblemer løst 17.11", ""},
      {"Driftsmelding - Løst - Driftsproblemer", ""},
      {"Løst Driftsproblemer", ""},
      {"SOLVED network problems", ""},
      {"RETTET - Feil i mottak", ""},
      {"Normal drift på Skatteetaten sine tjenester.", ""},
      {"Tjenestene kjører som normalt", ""},
      {"Alle FREG tjenester oppe", ""},
      {"Problemer med mottak er løst", ""},
      {"Driftsproblemer 22.05.2024", "Problemene med våre tjenester er nå løst."},
      {"Driftsproblemer", "Feilen er rettet"},
      {"Driftsproblemer", "Feilen er nå rettet"},
      {"Driftsproblemer", "Problemet skal nå være løst."},
      {"Driftsproblemer", "Feil Oppsto: 09:26\nFeil løst: 13:10"},
      {"Driftsproblemer", "Problemene startet ca kl.10:11 og løst ca kl.11:12"},
      {"LØST 14.01", "Det er for tiden problemer med våre tjenester."},
      // A line that was added.
      {"Driftsproblemer", "Det er problemer.\nLØST"},
      {"Driftsproblemer", "Det er problemer.\nLØST!"},
      {"Driftsproblemer", "Det er problemer.\nLØST."},
      {"Driftsproblemer", "Det er problemer.\nLØST: 15:45"},
      {"Driftsproblemer", "Det er problemer.\nLØST kl 08:15"},
      {"Driftsproblemer", "Det er problemer.\nLØST - Kl 11:15"},
      {"Driftsproblemer", "Det er problemer.\nkl 16:10 LØST!"},
      {"Driftsproblemer", "Det er problemer.\n16:05: LØST."},
      {"Driftsproblemer", "Det er problemer.\n24.08: løst"},
      {"Driftsproblemer", "Det er problemer.\n2021-02-02: LØST"},
      {"Driftsproblemer", "Det er problemer.\nRETTET!"},
      {"Driftsproblemer", "Det er problemer.\nRETTET ca 14:20"},
      {"Driftsproblemer", "Det er problemer.\nEDIT: Feil er rettet."},
      {"Driftsproblemer", "**LØST**\nDet er problemer."},
      // Told afterwards.
      {"Driftsproblemer", "Det var problemer med mottak i perioden kl 20.38 - kl 20.49."},
      {"Ustabile tjenester", "Feilen varte mellom kl 09:45 og kl 11:35"},
      // The last word counts.
      {"Driftsproblemer", "12:26 LØST\n12:52 nye problemer\n13:30 LØST"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(JudgeNotice(c.title, c.lines).state, kResolved) << c.title << " / " << c.lines;
  }
}

TEST(JudgementTest, WhatOnlySoundsLikeItIsOpen) {
  for (const char* lines :
       {"", "Det er for tiden problemer med våre tjenester.", "Det jobbes med å løse problemet.",
        "Det jobbes med å løse. Vi kommer tilbake når feilen er løst.",
        "Ny melding kommer når feilen er løst.", "Vi forventer at feilen er rettet innen kl 10:00",
        "Feilen er ikke løst.", "Problemet er delvis løst.", "Feilen blir rettet i kveld.",
        "Problemet vil bli løst i løpet av dagen.", "Feilen er midlertidig rettet.",
        "Tjenesten er nede inntil problemet er løst", "Estimert løst kl 14",
        "Feil Oppstod: 13:00\nFeil Løst:", "Problemene startet ca kl.10:11",
        "Løst 07:45.\nDet er fortsatt noen problemer.", "LØST kl 12:26\n12:52: Nye problemer",
        "Vi antok at det var løst, men feilen er likevel ikke rettet.",
        "I perioden kl 20 til kl 22 vil mottak være ustabilt på grunn av feil."}) {
    EXPECT_EQ(JudgeNotice("Driftsproblemer", lines).state, kOpen) << lines;
  }
  EXPECT_EQ(JudgeNotice("LØST Driftsproblemer", "Fortsatt ustabilt i mottak.").state, kOpen);
}

TEST(JudgementTest, WorkIsPlannedUntilItSaysOtherwise) {
  struct Case {
    const char* title;
    const char* lines;
    NoticeState state;
  };
  const Case cases[] = {
      {"Vedlikehold", "Fra lørdag 7/11-2020 kl 09 til søndag 8/11-2020 kl 18:00", kPlanned},
      {"Vedlikehold", "Det kan oppleves ustabilitet i perioden kl 21 til 23.", kPlanned},
      {"Driftsmelding", "Planlagt oppgradering torsdag. Mottak er nede i ca 4 timer.", kPlanned},
      {"Varslet arbeid utsatt til 29.02.2022", "", kPlanned},
      {"Vedlikehold", "Nytt forsøk når feilen er rettet.", kPlanned},
      {"Vedlikehold AVLYST", "Søndag 28. august klokka 08:00", kCalledOff},
      {"AVLYST: Vedlikehold", "", kCalledOff},
      {"Vedlikehold", "Vedlikeholdet er ferdig.", kResolved},
      {"Vedlikehold", "Arbeidet er gjennomført. Normal drift.", kResolved},
      // Trouble in the title is trouble, whatever came before it.
      {"Feil etter vedlikehold", "Etter vedlikehold i natt er mottak nede.", kOpen},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(JudgeNotice(c.title, c.lines).state, c.state) << c.title << " / " << c.lines;
  }
}

TEST(JudgementTest, NothingIsTooMuchToRead) {
  const std::string endless(1'000'000, 'x');
  EXPECT_EQ(JudgeNotice("Driftsproblemer", endless + " LØST").state, kOpen);
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += "når ";
  EXPECT_EQ(JudgeNotice("Driftsproblemer", words).state, kOpen);
  EXPECT_FALSE(JudgeNotice("\xff\xfe\x80", "\xC3").operating);
}

}  // namespace
}  // namespace utboks
