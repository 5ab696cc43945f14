// A fault at one place after the other, until a run ends before the fault comes.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "queue/base/log.h"
#include "tests/crash/scale.h"

namespace utboks::testing {

// Which places: 1, 1 + `stride`, … up to `last`; so many runs go at the same time, as they
// mostly wait.
struct Places {
  int stride = 1;
  int last = kMostFaults;
  int at_once = 6;
};

// `one` is given places until it says that the fault was not met.  Fails the running test
// when it met none at all; how many it met comes back.
int Sweep(const Places& places, const std::function<bool(int)>& one);

// For tests in which calls fail by the thousand: the log says nothing.
class QuietTest : public ::testing::Test {
 protected:
  QuietTest();
  ~QuietTest() override;
};

}  // namespace utboks::testing
