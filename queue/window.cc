#include "queue/window.h"

#include <algorithm>
#include <cassert>

namespace utboks {

void Window::OnSuccess() {
  Done();
  if (++successes_ < size_) return;
  // A whole window passed: what failed before it was not the resource.
  successes_ = 0;
  last_failed_ = 0;
  size_ = std::min(size_ * 2, ceiling_);
}

void Window::OnFailure(MessageSeq message, SteadyTime sent, SteadyTime now) {
  Done();
  if (last_cut_ && sent <= *last_cut_) return;
  if (last_failed_ == 0 || last_failed_ == message) {
    last_failed_ = message;
    return;
  }
  size_ = std::max(size_ / 2, 1);
  successes_ = 0;
  last_failed_ = 0;
  last_cut_ = now;
}

void Window::OnHandedBack() {
  Done();
}

void Window::OnNeutral() {
  Done();
}

void Window::OnOutcome(const Outcome& outcome, MessageSeq message, SteadyTime sent,
                       SteadyTime now) {
  const bool answered =
      outcome.result == AttemptResult::kAnswered && outcome.gate != GateEffect::kNotBefore;
  if (!outcome.interrupted && outcome.gate == GateEffect::kCount) {
    OnFailure(message, sent, now);
  } else if (!outcome.interrupted && answered) {
    OnSuccess();
  } else {
    OnNeutral();
  }
}

void Window::Restart() {
  size_ = 1;
  successes_ = 0;
  last_failed_ = 0;
}

void Window::Done() {
  assert(in_flight_ > 0);
  in_flight_ = std::max(in_flight_ - 1, 0);
}

}  // namespace utboks
