#include <errno.h>
#include <signal.h>
#include <utboks/outbox.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

#include "producer/app/wiring.h"
#include "producer/embed/given_settings.h"
#include "producer/embed/values.h"
#include "producer/intake/acceptor.h"
#include "queue/base/mask.h"

namespace utboks::outbox {

// Made by one thread in Open; then only what is safe for many threads is used.
struct Outbox::Parts {
  Parts(app::Config config, std::string who) : wiring(std::move(config)), actor(std::move(who)) {}

  app::Wiring wiring;
  const std::string actor;
  utboks::Store* store = nullptr;
  std::optional<Acceptor> acceptor;
};

namespace {

// Nothing but want of memory leaves the library.
template <typename Call, typename Failed>
auto Guarded(Call&& call, Failed&& failed) -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::length_error&) {
    throw;
  } catch (const std::exception&) {
    // Its text may quote anything.
    return failed(Status{Code::kInternal,
                         "unexpected failure; do the same again, which harms nothing, and report "
                         "this"});
  }
}

std::string ActorOf(const Options& options) {
  constexpr std::size_t kLongest = 64;
  const std::string name = options.actor.empty() ? program_invocation_short_name : options.actor;
  return "lib:" + MaskIdentifier(name.substr(0, kLongest));
}

// The store's threads are born while all signals are blocked: the program's handlers never
// run on them.  Its own threads keep what they had, where opening blocks SIGTSTP for good.
class SignalsAsTheyWere {
 public:
  SignalsAsTheyWere() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsAsTheyWere() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsAsTheyWere(const SignalsAsTheyWere&) = delete;
  SignalsAsTheyWere& operator=(const SignalsAsTheyWere&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Outbox::Outbox(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Outbox::~Outbox() = default;

Opened Outbox::Open(const Options& options) {
  const auto failed = [](Status status) { return Opened{std::move(status), nullptr}; };
  const auto open = [&]() -> Opened {
    auto config = embed::ReadOptions(options);
    if (!config.ok()) return failed(embed::Public(config.status()));
    auto parts = std::make_unique<Parts>(*std::move(config), ActorOf(options));
    const auto validator = parts->wiring.GetValidator();
    if (!validator.ok()) return failed(embed::Public(validator.status()));
    const SignalsAsTheyWere signals;
    const auto store = parts->wiring.OpenStore({.create = options.create});
    if (!store.ok()) return failed(embed::Public(store.status()));
    parts->store = *store;
    parts->acceptor.emplace(**validator, **store);
    return {Status(), std::unique_ptr<Outbox>(new Outbox(std::move(parts)))};
  };
  return Guarded(open, failed);
}

Answer Outbox::Enqueue(Document document) {
  std::vector<Document> one;
  one.push_back(std::move(document));
  return std::move(Enqueue(std::move(one), Batch::kEachAlone).front());
}

std::vector<Answer> Outbox::Enqueue(std::vector<Document> documents, Batch batch) {
  const std::size_t count = documents.size();
  const auto enqueue = [&] {
    std::vector<Incoming> incoming;
    incoming.reserve(count);
    for (Document& document : documents) {
      incoming.push_back(embed::Internal(std::move(document), parts_->actor));
    }
    auto done = parts_->acceptor->Accept(
        incoming, batch == Batch::kAllOrNone ? InsertMode::kAllOrNone : InsertMode::kEachAlone);
    std::vector<Answer> answers;
    answers.reserve(count);
    for (auto& answer : done) answers.push_back(embed::Public(std::move(answer)));
    return answers;
  };
  return Guarded(enqueue, [&](const Status& status) {
    std::vector<Answer> answers(count);
    for (Answer& answer : answers) answer.status = status;
    return answers;
  });
}

Found Outbox::Find(const std::string& id) const {
  const auto find = [&]() -> Found {
    const auto found = parts_->store->Find(id, false);
    if (!found.ok()) return {embed::Public(found.status()), {}};
    if (found->empty()) return {{Code::kNotFound, "no such message"}, {}};
    return {Status(), embed::Public(found->front())};
  };
  return Guarded(find, [](Status status) { return Found{std::move(status), {}}; });
}

const char* Version() noexcept {
  return UTBOKS_VERSION;
}

}  // namespace utboks::outbox
