#include "producer/ops/revalidator.h"

#include <utility>

namespace utboks {

Result<Revalidated> Revalidate(Reader& reader, Revalidator& revalidator, const Uuid& id) {
  Revalidated result;
  const auto payload = reader.Content(id);
  if (!payload.ok()) {
    // The store failed as a whole, unless it is this message that cannot be read.
    if (payload.code() != Code::kNotFound && payload.code() != Code::kAltered) {
      return payload.status();
    }
    result.refused = payload.status();
    return result;
  }
  auto checked = revalidator.Check(*payload);
  if (checked.ok()) {
    result.accepted = *std::move(checked);
  } else if (checked.code() == Code::kInvalid) {
    result.refused = checked.status();
  } else {
    return checked.status();
  }
  return result;
}

}  // namespace utboks
