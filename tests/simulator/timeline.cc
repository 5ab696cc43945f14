#include "tests/simulator/timeline.h"

#include <algorithm>
#include <utility>

namespace utboks::simulator {
namespace {

// Draws of a step's delay must not follow those of its share.
constexpr std::uint64_t kDelayDraw = std::uint64_t{1} << 32U;

bool Matches(const Step& step, const Timeline::Request& request) {
  if (!step.method.empty() && step.method != request.method) return false;
  if (!step.resources.empty() && std::find(step.resources.begin(), step.resources.end(),
                                           request.ressurs) == step.resources.end()) {
    return false;
  }
  // The empty prefix fits all, also requests without an identifier.
  return request.identifier.starts_with(step.identifier_prefix) &&
         (step.identifier_sha256.empty() ||
          request.identifier_sha256.starts_with(step.identifier_sha256));
}

}  // namespace

Timeline::Timeline(const Scenario& scenario, std::uint64_t seed, SteadyTime start,
                   WallTime start_wall)
    : scenario_(scenario), dice_(seed), start_(start), start_wall_(start_wall) {
  const MutexLock lock(mutex_);
  playing_.resize(scenario.steps.size());
  for (std::size_t i = 0; i < playing_.size(); ++i) {
    const Step& step = scenario.steps[i];
    if (step.from) playing_[i].from = Place(*step.from);
    if (step.until) playing_[i].until = Place(*step.until);
    // Over before it could be met: it never was.
    if (playing_[i].until && *playing_[i].until <= start) playing_[i].phase = Phase::kOver;
    hash_wanted_ = hash_wanted_ || !step.identifier_sha256.empty();
    const Reset* reset = std::get_if<Reset>(&step.action);
    early_wanted_ = early_wanted_ || (reset != nullptr && reset->at == ResetAt::kRequest);
  }
  Advance(start);
}

SteadyTime Timeline::Place(const Moment& moment) const {
  if (const Millis* after = std::get_if<Millis>(&moment)) return start_ + *after;
  // Ten years either way are for ever; a longer way would not fit the steady clock.
  constexpr Millis kForever = std::chrono::hours(24 * 3660);
  return start_ + std::clamp(std::get<WallTime>(moment) - start_wall_, -kForever, kForever);
}

void Timeline::Advance(SteadyTime now) {
  for (std::size_t i = 0; i < playing_.size(); ++i) {
    const Step& step = scenario_.steps[i];
    Playing& playing = playing_[i];
    if (playing.phase == Phase::kWaiting) {
      const bool too_late = !playing.from && playing.until && *playing.until <= now;
      const bool begins = playing.from ? *playing.from <= now : playing.seen >= step.after_requests;
      if (too_late) {
        playing.phase = Phase::kOver;
      } else if (begins) {
        playing.phase = Phase::kOn;
        if (step.lasting) playing.until = playing.from.value_or(now) + *step.lasting;
        changes_.push_back({i, true});
      }
    }
    const bool ends = (playing.until && *playing.until <= now) ||
                      (step.for_requests && playing.acted >= *step.for_requests);
    if (playing.phase == Phase::kOn && ends) {
      playing.phase = Phase::kOver;
      changes_.push_back({i, false});
    }
  }
  has_changes_.store(!changes_.empty(), std::memory_order_release);
}

bool Timeline::Hits(std::size_t number, const Request& request) const {
  const Step& step = scenario_.steps[number];
  if (step.attempts && request.send > *step.attempts) return false;
  return step.share >= 1.0 || dice_.Unit(number, request.key, request.send) < step.share;
}

Timeline::Play Timeline::OnRequest(const Request& request, SteadyTime now) {
  const MutexLock lock(mutex_);
  Advance(now);
  Play play;
  for (std::size_t i = 0; i < playing_.size(); ++i) {
    const Step& step = scenario_.steps[i];
    Playing& playing = playing_[i];
    if (playing.phase == Phase::kOver || step.AtTheDoor() || !Matches(step, request)) continue;
    // HEAD comes and goes as a client's probes please: a test that counts messages
    // would be at their mercy.
    const bool counts = request.method != "HEAD" || step.method == "HEAD";
    if (counts) ++playing.seen;
    const bool adds_only = step.NeverDecides();
    if (playing.phase != Phase::kOn || (play.step != nullptr && !adds_only) || !Hits(i, request)) {
      continue;
    }
    if (counts) ++playing.acted;
    play.delay +=
        dice_.Between(step.delay.low, step.delay.high, kDelayDraw + i, request.key, request.send);
    if (const auto* clock = std::get_if<ClockOff>(&step.action)) play.clock_ahead += clock->ahead;
    if (!adds_only) {
      play.step = &step;
      play.number = i;
      play.end = playing.until;
    }
  }
  Advance(now);
  return play;
}

void Timeline::OnDecided(SteadyTime now) {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < playing_.size(); ++i) {
    if (scenario_.steps[i].AtTheDoor()) ++playing_[i].seen;
  }
  Advance(now);
}

std::vector<Timeline::Change> Timeline::TakeChanges(SteadyTime now) {
  const MutexLock lock(mutex_);
  Advance(now);
  has_changes_.store(false, std::memory_order_release);
  return std::exchange(changes_, {});
}

std::optional<SteadyTime> Timeline::NextChange() const {
  const MutexLock lock(mutex_);
  std::optional<SteadyTime> next;
  for (const Playing& playing : playing_) {
    const std::optional<SteadyTime>& at =
        playing.phase == Phase::kWaiting && playing.from ? playing.from : playing.until;
    if (playing.phase != Phase::kOver && at && (!next || *at < *next)) next = at;
  }
  return next;
}

std::optional<Timeline::Standing> Timeline::AtTheDoor() const {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < playing_.size(); ++i) {
    if (playing_[i].phase == Phase::kOn && scenario_.steps[i].AtTheDoor()) {
      return Standing{i, playing_[i].until};
    }
  }
  return std::nullopt;
}

}  // namespace utboks::simulator
