#include "queue/seal/seal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

StoreKeys FixedKeys(std::uint64_t seed = 1) {
  const auto random = SeededRandom(seed);
  return MakeKeys(*random);
}

constexpr Uuid kMessage = {1, 2, 3};

TEST(SealTest, OpensWhatItSealed) {
  const Sealer sealer(FixedKeys(), "store");
  for (const std::string& plain :
       {std::string(), std::string("x"), std::string(1'000'000, 'a'), std::string("\0\xff", 2)}) {
    const std::string sealed = sealer.Seal(plain, kMessage, "document");
    EXPECT_EQ(*sealer.Open(sealed, kMessage, "document"), plain);
    if (plain.size() > 8) {
      EXPECT_EQ(sealed.find(plain.substr(0, 8)), std::string::npos);
    }
  }
}

TEST(SealTest, TheSameTextSealedTwiceLooksDifferent) {
  const Sealer sealer(FixedKeys(), "store");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(sealer.Seal("same", kMessage, "document"));
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(SealTest, WhatWasMovedOrAlteredDoesNotOpen) {
  const Sealer sealer(FixedKeys(), "store");
  const std::string sealed = sealer.Seal("secret", kMessage, "document");
  EXPECT_EQ(sealer.Open(sealed, Uuid{9}, "document").code(), Code::kAltered) << "another message";
  EXPECT_EQ(sealer.Open(sealed, kMessage, "names").code(), Code::kAltered) << "another column";
  EXPECT_EQ(Sealer(FixedKeys(), "other").Open(sealed, kMessage, "document").code(), Code::kAltered)
      << "another store";
  EXPECT_EQ(Sealer(FixedKeys(2), "store").Open(sealed, kMessage, "document").code(), Code::kAltered)
      << "another key";
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string altered = sealed;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    EXPECT_EQ(sealer.Open(altered, kMessage, "document").code(), Code::kAltered) << at;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(sealer.Open(sealed.substr(0, size), kMessage, "document").ok()) << size;
  }
}

TEST(SealTest, TheLastSealKeySealsAndAllOfThemOpen) {
  const Sealer old(FixedKeys(), "store");
  const std::string sealed = old.Seal("secret", kMessage, "document");
  StoreKeys both = FixedKeys();
  StoreKeys second = FixedKeys(2);
  second.seal[0].id = 2;
  both.seal.push_back(std::move(second.seal[0]));
  const Sealer rotated(std::move(both), "store");
  EXPECT_EQ(*rotated.Open(sealed, kMessage, "document"), "secret");
  const std::string again = rotated.Seal("secret", kMessage, "document");
  EXPECT_EQ(again[1], 2);
  EXPECT_FALSE(old.Open(again, kMessage, "document").ok());
}

TEST(SealTest, LookUpsAreKeyedAndTellPartsApart) {
  const Sealer sealer(FixedKeys(), "store");
  const Sealer other(FixedKeys(2), "store");
  EXPECT_EQ(sealer.Lookup("a", {"x"}), sealer.Lookup("a", {"x"}));
  EXPECT_NE(sealer.Lookup("a", {"x"}), other.Lookup("a", {"x"}));
  EXPECT_NE(sealer.Lookup("a", {"x"}), sealer.Lookup("b", {"x"}));
  EXPECT_NE(sealer.Lookup("a", {"x", "y"}), sealer.Lookup("a", {"xy"}));
  EXPECT_NE(sealer.Lookup("a", {"x", ""}), sealer.Lookup("a", {"x"}));
  EXPECT_NE(sealer.Lookup("a", {"xy", "z"}), sealer.Lookup("a", {"x", "yz"}));
}

TEST(KeyFileTest, IsMadeForItsOwnerAloneAndReadsBack) {
  const TempDir dir;
  const std::string path = dir.File("outbox.keys");
  const auto random = SeededRandom(1);
  const Result<StoreKeys> made = CreateKeyFile(path, *random);
  ASSERT_TRUE(made.ok()) << made.status().text();
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  const Result<StoreKeys> read = ReadKeyFile(path);
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ(Fingerprint(read->lookup.bytes), Fingerprint(made->lookup.bytes));
  EXPECT_EQ(Fingerprint(read->seal[0].bytes), Fingerprint(made->seal[0].bytes));
}

TEST(KeyFileTest, IsNeverWrittenOver) {
  const TempDir dir;
  const std::string path = dir.File("outbox.keys");
  std::ofstream(path) << "mine";
  const auto random = SeededRandom(1);
  EXPECT_EQ(CreateKeyFile(path, *random).code(), Code::kConfig);
  std::string text;
  std::ifstream(path) >> text;
  EXPECT_EQ(text, "mine");
}

// Whoever dies while making one leaves either nothing that counts or a whole one.
TEST(KeyFileTest, StandsInItsPlaceOnlyWhole) {
  const TempDir dir;
  const std::string path = dir.File("outbox.keys");
  std::ofstream(path + ".unfinished") << "# Keys of the outb";
  const auto random = SeededRandom(1);
  ASSERT_TRUE(CreateKeyFile(path, *random).ok()) << "what a dead one left is in nobody's way";
  EXPECT_TRUE(ReadKeyFile(path).ok());
  EXPECT_NE(access((path + ".unfinished").c_str(), F_OK), 0);
}

TEST(KeyFileTest, AMistypedFileIsRefusedWithItsLineAndWithoutTheKey) {
  const std::string good = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const std::string other = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  struct Case {
    const char* what;
    std::string text;
    const char* says;
  };
  const Case cases[] = {
      {"empty", "", "no seal key"},
      {"no lookup key", "1 seal " + good + "\n", "no lookup key"},
      {"no seal key", "1 lookup " + good + "\n", "no seal key"},
      {"two lookup keys", "1 lookup " + good + "\n2 lookup " + other + "\n", "line 2"},
      {"an id twice", "1 seal " + good + "\n1 seal " + other + "\n", "line 2"},
      {"short key", "# keys\n1 seal AAAA\n", "line 2"},
      {"one character less", "1 seal " + good.substr(1) + "\n", "line 1"},
      {"not base64", "1 seal " + std::string(44, '!') + "\n", "line 1"},
      {"other purpose", "1 sign " + good + "\n", "line 1"},
      {"id 0", "0 seal " + good + "\n", "line 1"},
      {"id 256", "256 seal " + good + "\n", "line 1"},
      {"no id", "seal " + good + "\n", "line 1"},
      {"a fourth word", "1 seal " + good + " x\n", "line 1"},
  };
  const TempDir dir;
  for (const Case& c : cases) {
    const std::string path = dir.File("k");
    std::ofstream(path, std::ios::trunc) << c.text;
    const Result<StoreKeys> read = ReadKeyFile(path);
    EXPECT_EQ(read.code(), Code::kConfig) << c.what;
    const std::string text = read.status().text();
    EXPECT_NE(text.find(c.says), std::string::npos) << c.what << ": " << text;
    EXPECT_NE(text.find(path), std::string::npos) << c.what;
    EXPECT_EQ(text.find("AAAA"), std::string::npos) << c.what;
    EXPECT_EQ(text.find('\n'), std::string::npos) << c.what;
  }
  EXPECT_EQ(ReadKeyFile(dir.File("absent")).code(), Code::kConfig);
  EXPECT_EQ(ReadKeyFile(dir.path().string()).code(), Code::kConfig);
}

}  // namespace
}  // namespace utboks::testing
