// Remembers every request as the worker saw it: what went out, in which order,
// and what it was told.  Then says what of the promise was broken.
//
// Promise (what holds after any fault): the same bytes each time; nothing that was
// told to be accepted goes again; and for each person no message goes before the
// one ahead of it was accepted.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "producer/submit/register_client.h"

namespace utboks::testing {

class Witness {
 public:
  struct Request {
    std::string identifikator;
    std::string document;
    std::optional<Verdict> told;  // nothing while it is under way
  };

  std::unique_ptr<RegisterClient> Watch(std::unique_ptr<RegisterClient> client) {
    return std::make_unique<Client>(*this, std::move(client));
  }

  std::vector<Request> requests() const {
    std::lock_guard guard(mutex_);
    return requests_;
  }

  // `lines`: for each person the identifiers of its messages in their order.
  // Fails the running test on each breach.  All of them must have been accepted.
  void CheckPromise(const std::vector<std::vector<std::string>>& lines) const {
    const std::vector<Request> all = requests();
    std::map<std::string, std::string> bytes;
    std::map<std::string, std::size_t> first, accepted;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Request& one = all[i];
      const auto [known, is_new] = bytes.emplace(one.identifikator, one.document);
      EXPECT_EQ(known->second, one.document) << one.identifikator << ": other bytes";
      first.emplace(one.identifikator, i);
      EXPECT_FALSE(accepted.contains(one.identifikator))
          << one.identifikator << ": sent again after it was accepted";
      if (one.told == Verdict::kAccepted) accepted.emplace(one.identifikator, i);
    }
    for (const std::vector<std::string>& line : lines) {
      for (const std::string& name : line) {
        EXPECT_TRUE(accepted.contains(name)) << name << ": never accepted";
      }
      for (std::size_t i = 1; i < line.size(); ++i) {
        if (!accepted.contains(line[i - 1]) || !first.contains(line[i])) continue;
        EXPECT_LT(accepted.at(line[i - 1]), first.at(line[i])) << line[i] << ": overtook";
      }
    }
  }

 private:
  class Client final : public RegisterClient {
   public:
    Client(Witness& witness, std::unique_ptr<RegisterClient> client)
        : witness_(witness), client_(std::move(client)) {}

    Outcome Submit(const Payload& payload, SteadyTime deadline,
                   const std::stop_token& stop) override {
      const std::size_t mine = witness_.Begin(payload);
      Outcome outcome = client_->Submit(payload, deadline, stop);
      witness_.End(mine, outcome.verdict);
      return outcome;
    }
    HeadResult Head(std::string_view ressurs, SteadyTime deadline,
                    const std::stop_token& stop) override {
      return client_->Head(ressurs, deadline, stop);
    }

   private:
    Witness& witness_;
    const std::unique_ptr<RegisterClient> client_;
  };

  std::size_t Begin(const Payload& payload) {
    std::lock_guard guard(mutex_);
    requests_.push_back({payload.identifikator.reveal(), payload.document.reveal(), std::nullopt});
    return requests_.size() - 1;
  }
  void End(std::size_t nr, Verdict verdict) {
    std::lock_guard guard(mutex_);
    requests_[nr].told = verdict;
  }

  mutable std::mutex mutex_;
  std::vector<Request> requests_;  // guarded by mutex_
};

}  // namespace utboks::testing
