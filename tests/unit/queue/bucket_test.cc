#include "queue/bucket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "queue/base/random.h"
#include "tests/unit/queue/property.h"

namespace utboks {
namespace {

constexpr WallTime kStart = WallTime(Millis(1'800'000'000'000));
constexpr int kMany = 1'000'000;

TEST(BucketTest, StartsEmptyWhateverTheYear) {
  Bucket bucket;
  EXPECT_EQ(Take(bucket, kMany, 60'000, kStart), 0);
  EXPECT_EQ(bucket.filled_at, kStart);
}

TEST(BucketTest, HoldsHalfOfTheSixtiethThatItDoesNotRefill) {
  for (const int limit : {240, 1'200, 60'000}) {
    Bucket bucket{0, kStart};
    // A minute gives L − L/60, but no more than the capacity L/120 can wait.
    EXPECT_EQ(Take(bucket, kMany, limit, kStart + std::chrono::hours(1)), limit / 120) << limit;
    // Taken as it comes, the refill is L − L/60 a minute.
    int taken = 0;
    Bucket steady{0, kStart};
    for (int ms = 1; ms <= 60'000; ++ms) {
      taken += Take(steady, kMany, limit, kStart + Millis(ms));
    }
    EXPECT_NEAR(taken, limit - limit / 60.0, 1.0) << limit;
  }
}

TEST(BucketTest, HoldsTheTwoOfAProbeHoweverSmallTheLimit) {
  for (const int limit : {2, 3, 59, 60, 119}) {
    Bucket bucket{0, kStart};
    EXPECT_EQ(Take(bucket, 2, limit, kStart + std::chrono::hours(1)), 2) << limit;
  }
}

TEST(BucketTest, GivesNoMoreThanIsWanted) {
  Bucket bucket{100, kStart};
  EXPECT_EQ(Take(bucket, 3, 60'000, kStart), 3);
  EXPECT_EQ(Take(bucket, 0, 60'000, kStart), 0);
  EXPECT_EQ(Take(bucket, -1, 60'000, kStart), 0);
  EXPECT_EQ(Take(bucket, kMany, 60'000, kStart), 97);
}

TEST(BucketTest, NoLimitGivesAll) {
  Bucket bucket;
  EXPECT_EQ(Take(bucket, 1'000, 0, kStart), 1'000);
  EXPECT_EQ(NextToken(bucket, 0, kStart), kStart);
  GiveBack(bucket, 5, 0);
  EXPECT_EQ(bucket.tokens, 0);
}

TEST(BucketTest, GivesBackUpToTheCapacity) {
  Bucket bucket{0, kStart};
  GiveBack(bucket, 5, 1'200);
  EXPECT_EQ(bucket.tokens, 5);
  GiveBack(bucket, 1'000, 1'200);
  EXPECT_EQ(bucket.tokens, 10);
}

TEST(BucketTest, ALowerLimitTakesAwayWhatNoLongerFits) {
  Bucket bucket{1'000, kStart};
  EXPECT_EQ(Take(bucket, kMany, 1'200, kStart), 10);
}

TEST(BucketTest, AClockSetBackRefillsNothingAndTakesNothingAway) {
  Bucket bucket{7, kStart};
  const WallTime back = kStart - std::chrono::hours(1);
  EXPECT_EQ(Take(bucket, 2, 60'000, back), 2);
  EXPECT_EQ(bucket.tokens, 5);
  // It goes on from there rather than wait an hour.
  EXPECT_EQ(Take(bucket, kMany, 60'000, back + Millis(400)), 398);
}

TEST(BucketTest, TwoReadingsOfOneClockRefillTheSameTimeOnce) {
  Bucket bucket{0, kStart};
  int taken = 0;
  for (int i = 0; i < 1'000; ++i) {  // another process is 5 ms behind, all the time
    taken += Take(bucket, kMany, 60'000, kStart - Millis(5));
    taken += Take(bucket, kMany, 60'000, kStart);
  }
  EXPECT_EQ(taken, 0);
}

TEST(BucketTest, TheNextTokenIsThereWhenItSays) {
  const auto random = SeededRandom(11);
  for (const int limit : {1, 2, 7, 59, 60, 100, 1'200, 59'999, 60'000}) {
    for (int i = 0; i < 200; ++i) {
      Bucket bucket{random->Unit() * 3, kStart};
      const WallTime now = kStart + Millis(static_cast<int>(random->Below(50)));
      Bucket trial = bucket;
      const WallTime then = NextToken(bucket, limit, now);
      EXPECT_GE(Take(trial, 1, limit, then), 1) << limit;
      if (then > now) {
        trial = bucket;
        EXPECT_EQ(Take(trial, 1, limit, then - Millis(1)), 0) << limit;
      }
    }
  }
}

// Watches real time: what the wall clock says is what we must not trust.
class Minute {
 public:
  explicit Minute(int limit) : limit_(limit) {}
  // False when the closed 60 s that end at `real` have seen more than the limit.
  bool Add(std::int64_t real, int taken) {
    if (taken > 0) {
      seen_.emplace_back(real, taken);
      sum_ += taken;
    }
    while (!seen_.empty() && seen_.front().first < real - 60'000) {
      sum_ -= seen_.front().second;
      seen_.pop_front();
    }
    return sum_ <= limit_;
  }

 private:
  int limit_;
  std::deque<std::pair<std::int64_t, int>> seen_;
  std::int64_t sum_ = 0;
};

TEST(BucketTest, NoMinuteSeesMoreThanTheLimit) {
  const std::uint64_t seed = testing::PropertySeed(12);
  SCOPED_TRACE(seed);
  const auto random = SeededRandom(seed);
  const int limits[] = {1, 2, 3, 30, 59, 60, 61, 119, 1'000, 1'200, 59'999, 60'000};
  const int rounds = static_cast<int>(std::size(limits));
  const std::int64_t steps = testing::PropertySteps() / rounds + 1;
  for (const int limit : limits) {
    Bucket bucket;
    Minute minute(limit);
    std::int64_t real = 0, behind = 0, total = 0;
    for (std::int64_t step = 0; step < steps; ++step) {
      // Bursts, trickles and long pauses.
      switch (random->Below(6)) {
        case 0:
          real += 1;
          break;
        case 1:
        case 2:
          real += static_cast<std::int64_t>(random->Below(100));
          break;
        case 3:
          real += static_cast<std::int64_t>(random->Below(5'000));
          break;
        case 4:
          real += static_cast<std::int64_t>(random->Below(70'000));
          break;
        default:
          break;
      }
      if (random->Below(20) == 0) behind += static_cast<std::int64_t>(random->Below(7'200'000));
      if (random->Below(20) == 0) behind += static_cast<std::int64_t>(random->Below(900));
      const WallTime wall = kStart + Millis(real - behind);
      const int wanted = random->Below(3) == 0 ? kMany : 1 + static_cast<int>(random->Below(50));
      const int given = Take(bucket, wanted, limit, wall);
      const int unused =
          given > 0 && random->Below(4) == 0
              ? static_cast<int>(random->Below(static_cast<std::uint64_t>(given) + 1))
              : 0;
      GiveBack(bucket, unused, limit);
      total += given - unused;
      ASSERT_TRUE(minute.Add(real, given - unused)) << "limit " << limit << " step " << step;
      ASSERT_GE(bucket.tokens, 0);
    }
    EXPECT_GT(total, 0) << "limit " << limit << ": nothing was ever given";
  }
}

// A request is claimed, waits for its commit, its sender and perhaps a handshake: the
// register counts when it arrives.
TEST(BucketTest, NoMinuteOfArrivalsSeesMoreThanTheLimitWhereSomeComeHalfASecondLate) {
  const std::uint64_t seed = testing::PropertySeed(13);
  SCOPED_TRACE(seed);
  const auto random = SeededRandom(seed);
  constexpr std::uint64_t kLate = 500;  // ms
  for (const int limit : {240, 1'200, 60'000}) {
    Bucket bucket{kMany, kStart};  // full, as after a quiet time
    std::vector<std::int64_t> arrivals;
    // The worst: the first are as late as they can be, and then a stretch has none.
    for (std::int64_t ms = 0; ms < 240'000;
         ms += 1 + static_cast<std::int64_t>(random->Below(20))) {
      const std::uint64_t late = ms < 30'000 ? kLate : ms < 90'000 ? 0 : random->Below(kLate + 1);
      const int given = Take(bucket, kMany, limit, kStart + Millis(ms));
      for (int i = 0; i < given; ++i) arrivals.push_back(ms + static_cast<std::int64_t>(late));
    }
    std::sort(arrivals.begin(), arrivals.end());
    std::size_t first = 0;
    std::size_t most = 0;
    for (std::size_t last = 0; last < arrivals.size(); ++last) {
      while (arrivals[first] < arrivals[last] - 60'000) ++first;
      most = std::max(most, last - first + 1);
    }
    EXPECT_LE(most, static_cast<std::size_t>(limit)) << limit;
    EXPECT_GT(most, static_cast<std::size_t>(limit) * 97 / 100) << limit;
  }
}

}  // namespace
}  // namespace utboks
