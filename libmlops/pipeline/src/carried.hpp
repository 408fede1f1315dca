#pragma once
/// What of a journal a new file begins with.

#include <mlops/pipeline/journal.hpp>

#include <cstddef>
#include <vector>

namespace mlops::pipeline {

/// Places of the entries without which state_of() would say another thing, and of the newest twenty; in
/// order.
std::vector<std::size_t> carried(const std::vector<Entry>& entries);

}  // namespace mlops::pipeline
