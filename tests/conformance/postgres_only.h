// For suites of what is PostgreSQL's alone.
#pragma once

#include <memory>

#include "tests/conformance/postgres_maker.h"

#define UTBOKS_INSTANTIATE_POSTGRES(suite)                                                         \
  INSTANTIATE_TEST_SUITE_P(Stores, suite,                                                          \
                           ::testing::Values(StoreKind{"Postgres",                                 \
                                                       []() -> std::unique_ptr<StoreMaker> {       \
                                                         return std::make_unique<PostgresMaker>(); \
                                                       }}),                                        \
                           [](const auto& param) { return param.param.name; })
