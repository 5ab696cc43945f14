#include "producer/lab/weather.h"

#include <algorithm>
#include <array>
#include <memory>

namespace utboks::lab {
namespace {

struct Chance {
  Failure failure;
  double share;
};

constexpr std::array kDown = {Chance{Failure::kRefused, 0.30}, Chance{Failure::kServerError, 0.25},
                              Chance{Failure::kWebPage, 0.20}, Chance{Failure::kHang, 0.15},
                              Chance{Failure::kNotFound, 0.10}};
constexpr std::array kUnstable = {Failure::kServerError, Failure::kWebPage, Failure::kRefused};
constexpr double kLeastShare = 0.30, kMostShare = 0.95;

// FNV-1a: the same on every machine.
std::uint64_t Hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL ^ seed;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  }
  return hash;
}

Failure DrawDown(Random& random) {
  double left = random.Unit();
  for (const Chance& chance : kDown) {
    if (left < chance.share) return chance.failure;
    left -= chance.share;
  }
  return kDown.front().failure;
}

}  // namespace

Weather::Weather(const Calendar& calendar, std::uint64_t seed) {
  for (const Outage& outage : calendar.outages) {
    // Everything is taken while only the feedback is late.
    if (outage.effect == Effect::kDelayedFeedback) continue;
    const std::unique_ptr<Random> random = SeededRandom(Hash(outage.id, seed));
    Spell spell{outage.start, outage.end, Failure::kNone, 1.0};
    const bool down = outage.effect == Effect::kDown;
    if (down) {
      spell.failure = DrawDown(*random);
    } else {
      spell.share = kLeastShare + (kMostShare - kLeastShare) * random->Unit();
      spell.failure = kUnstable[random->Below(kUnstable.size())];
    }
    if (outage.answer) spell.failure = *outage.answer;
    if (episodes_.empty() || spell.start > episodes_.back().end) {
      episodes_.push_back({spell.start, spell.end, down, outage.id});
      first_spell_.push_back(spells_.size());
    } else {
      Episode& episode = episodes_.back();
      episode.end = std::max(episode.end, spell.end);
      episode.down = episode.down || down;
      episode.ids += "+" + outage.id;
    }
    spells_.push_back(spell);
  }
}

int Weather::EpisodeAt(WallTime now) const {
  const auto after = std::ranges::upper_bound(episodes_, now, {}, &Episode::start);
  if (after == episodes_.begin() || now >= std::prev(after)->end) return -1;
  return static_cast<int>(after - episodes_.begin()) - 1;
}

Failure Weather::Meets(WallTime now, Random& random) const {
  const int episode = EpisodeAt(now);
  if (episode < 0) return Failure::kNone;
  const Spell* worst = nullptr;
  const auto from = first_spell_[static_cast<std::size_t>(episode)];
  for (std::size_t i = from; i < spells_.size() && spells_[i].start <= now; ++i) {
    const Spell& spell = spells_[i];
    if (now < spell.end && (worst == nullptr || spell.share > worst->share)) worst = &spell;
  }
  return worst != nullptr && random.Unit() < worst->share ? worst->failure : Failure::kNone;
}

}  // namespace utboks::lab
