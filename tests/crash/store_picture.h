// Everything that can be seen of a store, as text: two stores with the same picture
// hold the same messages, in the same states, with the same bytes and history.
#pragma once

#include <string>

#include "queue/store.h"

namespace utboks::testing {

// One line for each message, attempt, event, gate, alarm and replay job.  Fails the
// running test when the store cannot be read.
std::string PictureOf(Store& store);

// The first line in which two pictures differ, of both; "" when they are the same.
std::string FirstDifference(const std::string& one, const std::string& other);

}  // namespace utboks::testing
