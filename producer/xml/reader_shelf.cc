#include "producer/xml/reader_shelf.h"

namespace utboks::xml {

Result<const Schema*> ReaderShelf::schema() {
  std::call_once(once_, [this] {
    auto loaded = Schema::Load(*source_, file_);
    if (loaded.ok()) {
      schema_ = std::move(loaded).value();
    } else {
      loaded_ = loaded.status();
    }
  });
  if (!loaded_.ok()) return loaded_;
  return schema_.get();
}

std::unique_ptr<Reader> ReaderShelf::Take() {
  {
    const MutexLock lock(mutex_);
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return std::make_unique<Reader>(schema_);
}

void ReaderShelf::PutBack(std::unique_ptr<Reader> reader) {
  if (!reader->reusable()) return;
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace utboks::xml
