// How often this process has asked the kernel to make a file durable, by whichever
// library: fsync and fdatasync are taken over in the program itself, so that every
// caller in it is counted alike.
#pragma once

#include <cstdint>

namespace utboks::bench {

std::uint64_t SyncCount();

}  // namespace utboks::bench
