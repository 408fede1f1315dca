#include "src/split_ways.hpp"

#include "src/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mlops::train {
namespace {

struct Counts {
  std::size_t train = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

/// Whole numbers in proportion to the shares that add up to `count` (largest remainders; of equal ones train
/// first, then test). Then test and valid get one row each if train can spare it.
Counts exact_counts(std::size_t count, const SplitRequest& request) {
  const auto n = static_cast<double>(count);
  const std::array<double, 3> quotas = {n * (1 - request.valid - request.test), n * request.test,
                                        n * request.valid};
  std::array<std::size_t, 3> parts = {};
  std::array<std::pair<double, std::size_t>, 3> remainders = {};
  for (std::size_t i = 0; i < 3; ++i) {
    parts[i] = static_cast<std::size_t>(quotas[i] + 1e-9);
    remainders[i] = {static_cast<double>(parts[i]) - quotas[i], i};
  }
  std::sort(remainders.begin(), remainders.end(), [](const auto& a, const auto& b) {
    return a.first + 1e-9 < b.first || (std::abs(a.first - b.first) <= 1e-9 && a.second < b.second);
  });
  std::size_t left = count - parts[0] - parts[1] - parts[2];
  for (std::size_t i = 0; left > 0; --left, ++i) ++parts[remainders[i].second];
  if (parts[0] == 0 && count > 0) --*std::max_element(parts.begin(), parts.end()), ++parts[0];
  for (const std::size_t i : {1UL, 2UL}) {
    if (parts[i] == 0 && quotas[i] > 0 && parts[0] > 1) --parts[0], ++parts[i];
  }
  return {parts[0], parts[2], parts[1]};
}

/// Shuffled by the hash of seed and position.
void shuffle(Rows& rows, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;
  keys.reserve(rows.size());
  for (const auto row : rows) keys.emplace_back(hash_of(seed, row), row);
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = keys[i].second;
}

/// From so many classes on, most of which are small, the shares are kept over all of them: class by class the
/// same part would get the odd row each time.
constexpr std::size_t many_classes = 21;

/// What the parts have got so far, of how many rows.
struct Running {
  std::size_t rows = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

Counts running_counts(std::size_t count, const SplitRequest& request, Running& so_far) {
  so_far.rows += count;
  const auto due = [&](double share, std::size_t had) {
    const auto wanted = static_cast<std::size_t>(std::lround(static_cast<double>(so_far.rows) * share));
    return wanted > had ? wanted - had : 0;
  };
  const std::size_t spare = count == 0 ? 0 : count - 1;
  const std::size_t test = std::min(due(request.test, so_far.test), spare);
  const std::size_t valid = std::min(due(request.valid, so_far.valid), spare - test);
  so_far.test += test;
  so_far.valid += valid;
  return {count - test - valid, valid, test};
}

void deal(Split& split, Rows rows, const SplitRequest& request, Running* so_far) {
  shuffle(rows, request.seed);
  const auto counts =
      so_far == nullptr ? exact_counts(rows.size(), request) : running_counts(rows.size(), request, *so_far);
  const auto test = rows.begin() + static_cast<std::ptrdiff_t>(counts.test);
  const auto valid = test + static_cast<std::ptrdiff_t>(counts.valid);
  split.test.insert(split.test.end(), rows.begin(), test);
  split.valid.insert(split.valid.end(), test, valid);
  split.train.insert(split.train.end(), valid, rows.end());
}

}  // namespace

Split split_by_hash(const Target& target, const SplitRequest& request) {
  const bool classes = target.task != predict::Task::regression;
  std::vector<Rows> strata(classes ? target.classes.size() : 1);
  for (std::size_t i = 0; i < target.rows.size(); ++i) {
    strata[classes ? static_cast<std::size_t>(target.labels[i]) : 0].push_back(target.rows[i]);
  }
  Split split;
  Running so_far;
  Running* const running = strata.size() >= many_classes ? &so_far : nullptr;
  for (Rows& rows : strata) deal(split, std::move(rows), request, running);
  split.how =
      fmt::format("{}, {}, seed {}", classes ? "stratified by " + target.column : "by hash of the position",
                  percentages(request), request.seed);
  return split;
}

}  // namespace mlops::train
