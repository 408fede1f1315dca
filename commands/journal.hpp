#pragma once
/// What the journal says of one thing.

#include "address.hpp"

#include <mlops/store/catalogue.hpp>

#include <cstddef>
#include <vector>

namespace mlops::commands {

/// The newest first; of a model the moves of its aliases too. `limit` 0 is no limit. Throws as named() does.
std::vector<store::Event> events_of(store::Store& store, const std::string& address, std::size_t limit);

}  // namespace mlops::commands
