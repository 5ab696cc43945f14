#include "queue/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <utility>

#include "queue/store_place.h"

namespace utboks::sqlite {
namespace {

// More would read no faster, and each has a cache and a file of its own.  Who finds
// none free waits: opening one for a single read costs many times the read.
constexpr int kReaders = 8;
}  // namespace

Status SqliteStore::ReadIn(const Reading& reading) {
  // In memory there is only the writer's connection; a read there is a transaction that
  // changes nothing.
  if (in_memory()) return writer_->Run(reading);
  Result<std::unique_ptr<Connection>> reader = BorrowReader();
  if (!reader.ok()) return reader.status();
  // One snapshot for the whole operation.
  const Status begun = (*reader)->Run("BEGIN");
  const Status read = begun.ok() ? reading(**reader) : begun;
  const Status ended = begun.ok() ? (*reader)->Run("COMMIT") : begun;
  // One that could not end its snapshot would see the same for ever.
  if (!ended.ok()) reader->reset();
  ReturnReader(std::move(*reader));
  if (read.code() == Code::kCorrupt) writer_->Break(read);
  return read.ok() ? ended : read;
}

Result<std::unique_ptr<Connection>> SqliteStore::BorrowReader() {
  {
    std::unique_lock guard(readers_mutex_);
    reader_returned_.wait(guard, [&] { return !readers_.empty() || readers_open_ < kReaders; });
    if (!readers_.empty()) {
      std::unique_ptr<Connection> reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
    ++readers_open_;
  }
  Result<std::unique_ptr<Connection>> reader = OpenReader();
  if (!reader.ok()) ReturnReader(nullptr);
  return reader;
}

Result<std::unique_ptr<Connection>> SqliteStore::OpenReader() const {
  Result<std::unique_ptr<Connection>> reader = Connection::Open({path_, vfs_, false, false});
  if (!reader.ok()) return reader.status();
  UTBOKS_RETURN_IF_ERROR(
      (*reader)->RunScript("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY"));
  return reader;
}

void SqliteStore::ReturnReader(std::unique_ptr<Connection> reader) {
  {
    std::lock_guard guard(readers_mutex_);
    if (reader != nullptr) {
      readers_.push_back(std::move(reader));
    } else {
      --readers_open_;
    }
  }
  reader_returned_.notify_one();
}

Status SqliteStore::CheckRoom() const {
  if (in_memory() || min_free_ == 0) return Status();
  const std::optional<std::uint64_t> free = FreeBytes(path_);
  if (!free || *free >= min_free_) return Status();
  return Status(Code::kFull,
                fmt::format("store {}: less than {} MiB free on its disk ([outbox] min_free); "
                            "nothing was taken in, make room and try again",
                            path_, min_free_ >> 20));
}

bool SqliteStore::ChangedElsewhere() {
  if (in_memory()) return false;
  if (watch_ == nullptr) {
    Result<std::unique_ptr<Connection>> watch = Connection::Open({path_, vfs_, false, false});
    if (!watch.ok()) return false;
    watch_ = std::move(*watch);
  }
  Query q = watch_->Prepare("PRAGMA data_version");
  if (!q.Step()) return false;
  const std::int64_t version = q.Int(0);
  return std::exchange(seen_data_version_, version) != version;
}

}  // namespace utboks::sqlite
