#pragma once
/// The bad rows of delimited text: which lines they are, what is wrong with them, and their text as it
/// stands.

#include <mlops/dataset/sniff.hpp>

#include <vector>

#include "src/loading.hpp"

namespace mlops::dataset {

/// Reads every file once more and collects the rows that are cut wrongly or hold a value that does not fit:
/// the first `most` of them.
std::vector<BadRow> find_bad_rows(table::Engine& engine, const Staged& staged, const Sniffed& sniffed,
                                  const Plan& plan, std::size_t most);

}  // namespace mlops::dataset
