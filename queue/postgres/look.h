// Looks at a store on PostgreSQL beside whoever works with it, and leaves no trace.
#pragma once

#include "queue/open_store.h"

namespace utboks::postgres {

StoreReport LookAtServer(const StoreOptions& options);

}  // namespace utboks::postgres
