#pragma once
/// `-p NAME=VALUE` of a training.

#include <mlops/release/train.hpp>

#include <vector>

namespace mlops::release {

/// With the request's parameters put into each candidate whose trainer knows them. Throws Error(usage) for
/// one that none knows, with near misses.
std::vector<Candidate> with_asked_parameters(const TrainRequest& request, std::vector<Candidate> candidates);

}  // namespace mlops::release
