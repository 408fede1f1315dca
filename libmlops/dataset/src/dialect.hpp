#pragma once
/// The first half of sniffing: how records are cut.

#include <mlops/dataset/sniff.hpp>

namespace mlops::dataset {

/// Delimiter, quote and escape (header is decided later). Tries every combination on the beginning of the
/// sample and takes the one under which the lines agree best on their number of fields and most fields look
/// like values.
Dialect choose_dialect(std::string_view sample, bool complete, const manifest::ReadOptions& wishes);

/// The number of fields that most records have; 0 for no records.
std::size_t usual_width(const std::vector<Record>& records);

}  // namespace mlops::dataset
