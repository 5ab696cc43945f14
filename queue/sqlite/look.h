// Looks at a store's file beside whoever works with it, and leaves no trace but the
// lock's note of who held it last: no file is made, the store is not written to.
#pragma once

#include "queue/open_store.h"

namespace utboks::sqlite {

StoreReport LookAtFile(const StoreOptions& options);

}  // namespace utboks::sqlite
