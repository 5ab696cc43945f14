// The stores that the conformance suite holds to one contract, each made fresh.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "queue/open_store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {

class StoreMaker {
 public:
  virtual ~StoreMaker() = default;
  virtual std::string name() const = 0;
  // Opens the maker's one store (made at the first call) with `options` as they
  // are but for the URL; every call of a maker that outlives the process gives
  // the same store.
  virtual Result<std::unique_ptr<Store>> Open(StoreOptions options) = 0;
  // The store outlives its Store object, and other processes can open it.
  virtual bool durable() const = 0;
};

class SqliteFileMaker final : public StoreMaker {
 public:
  std::string name() const override { return "SqliteFile"; }
  bool durable() const override { return true; }
  Result<std::unique_ptr<Store>> Open(StoreOptions options) override {
    options.url = "sqlite:" + dir_.File("outbox.db");
    return OpenStore(options);
  }
  const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
};

class SqliteMemoryMaker final : public StoreMaker {
 public:
  std::string name() const override { return "SqliteMemory"; }
  bool durable() const override { return false; }
  Result<std::unique_ptr<Store>> Open(StoreOptions options) override {
    options.url = "sqlite::memory:";
    return OpenStore(options);
  }
};

struct StoreKind {
  const char* name;
  std::unique_ptr<StoreMaker> (*make)();
};
// For GoogleTest, which shows bytes otherwise.
inline void PrintTo(const StoreKind& kind, std::ostream* out) {
  *out << kind.name;
}

}  // namespace utboks::testing
