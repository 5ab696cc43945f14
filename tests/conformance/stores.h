// Which stores the conformance suite runs on.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/conformance/postgres_maker.h"

namespace utboks::testing {

inline std::unique_ptr<StoreMaker> MakeSqliteFile() {
  return std::make_unique<SqliteFileMaker>();
}
inline std::unique_ptr<StoreMaker> MakeSqliteMemory() {
  return std::make_unique<SqliteMemoryMaker>();
}
inline std::unique_ptr<StoreMaker> MakePostgres() {
  return std::make_unique<PostgresMaker>();
}

}  // namespace utboks::testing

#define UTBOKS_INSTANTIATE_STORES(suite)                                                  \
  INSTANTIATE_TEST_SUITE_P(Stores, suite,                                                 \
                           ::testing::Values(StoreKind{"SqliteFile", MakeSqliteFile},     \
                                             StoreKind{"SqliteMemory", MakeSqliteMemory}, \
                                             StoreKind{"Postgres", MakePostgres}),        \
                           [](const auto& param) { return param.param.name; })
