#pragma once
/// What the record of a version says of its columns.

#include <mlops/dataset/version.hpp>
#include <mlops/train/plan.hpp>

#include <vector>

namespace mlops::release {

std::vector<train::ColumnFacts> facts_of(const dataset::Version& version);

}  // namespace mlops::release
