#include <mlops/train/plan.hpp>

#include "src/cells.hpp"
#include "src/hash.hpp"
#include "src/single.hpp"

#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <unordered_map>

namespace mlops::train {
namespace {

constexpr std::size_t most_rows = 1'000'000;
constexpr double suspicious_share = 0.01;

/// From here on one column tells too much.
constexpr double suspicious = 0.995;
/// With fewer rows an honest column may look like that by chance.
constexpr std::size_t enough_rows = 100;

/// At most `most` of the rows, evenly spaced.
Labelled sample(const Target& target, const std::vector<std::uint32_t>& rows, std::size_t most) {
  const std::size_t step = std::max<std::size_t>(1, (rows.size() + most - 1) / most);
  Labelled out;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    const auto at = std::lower_bound(target.rows.begin(), target.rows.end(), rows[i]) - target.rows.begin();
    out.rows.push_back(rows[i]);
    out.labels.push_back(target.labels[static_cast<std::size_t>(at)]);
  }
  return out;
}

/// Each value has one label only, and each label one value only: the same thing under another name.
class Renamed {
 public:
  bool add(std::uint64_t value, double label) {
    const auto bits = std::bit_cast<std::uint64_t>(label + 0.0);
    return forth_.emplace(value, bits).first->second == bits &&
           back_.emplace(bits, value).first->second == value;
  }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> forth_ = {}, back_ = {};
};

/// The value of each row as 64 bits; equal values have equal ones.
std::vector<std::uint64_t> keys_of(const Column& column, std::span<const std::uint32_t> rows) {
  constexpr std::uint64_t null = 0x6e756c6c;
  std::vector<std::uint64_t> keys;
  keys.reserve(rows.size());
  if (column.type().kind == Kind::text) {
    for (const auto row : rows) {
      keys.push_back(column.valid(row) ? mixed(std::hash<std::string_view>()(column.text(row))) : null);
    }
    return keys;
  }
  const auto numbers = numbers_of(column);
  for (const auto row : rows) {
    keys.push_back(std::isfinite(numbers[row]) ? mixed(std::bit_cast<std::uint64_t>(numbers[row] + 0.0))
                                               : null);
  }
  return keys;
}

/// Values that nearly all differ go with each other in any case: of regression, and of classes of a row or
/// two, it says nothing.
bool renames_label(const Column& column, const Target& target, const Labelled& part) {
  if (target.task == predict::Task::regression || part.rows.size() < 5 * target.classes.size()) return false;
  Renamed renamed;
  const auto keys = keys_of(column, part.rows);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!renamed.add(keys[i], part.labels[i])) return false;
  }
  return true;
}

std::string message_on(const std::string& column, const Target& target, double strength, bool renames) {
  if (renames) {
    return fmt::format(
        "column '{}' is the label '{}' under another name: each value of the one goes with one "
        "value of the other",
        column, target.column);
  }
  const char* measure = target.task == predict::Task::regression ? "R2" : "AUC";
  return fmt::format(
      "column '{}' alone tells the label '{}' almost for certain ({} {:.3f}); make sure that it is known "
      "when the prediction is wanted",
      column, target.column, measure, strength);
}

void find_single(const Columns& table, const Target& target, const Labelled& train, const Labelled& test,
                 const std::string& name, std::vector<Leak>& leaks) {
  const auto column = table.column(table.find(name).value());
  const double strength = strength_alone(column, target, train, test);
  const bool renames = renames_label(column, target, train) &&
                       (test.rows.size() < 5 * target.classes.size() || renames_label(column, target, test));
  if (!renames && !(strength >= suspicious && test.rows.size() >= enough_rows)) return;
  leaks.push_back({Leak::Kind::single_feature, name, strength, message_on(name, target, strength, renames)});
}

/// All inputs and the label of each row, as one number.
std::vector<std::uint64_t> rows_as_keys(const Columns& table, const Plan& plan, const Labelled& part) {
  std::vector<std::uint64_t> keys(part.rows.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i] = mixed(std::bit_cast<std::uint64_t>(part.labels[i] + 0.0));
  for (const auto& input : plan.signature.inputs) {
    const auto column = keys_of(table.column(table.find(input.name).value()), part.rows);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = mixed(std::rotl(keys[i], 17) + column[i]);
  }
  return keys;
}

void find_shared(const Columns& table, const Plan& plan, const Labelled& train, const Labelled& test,
                 std::vector<Leak>& leaks) {
  auto known = rows_as_keys(table, plan, train);
  std::sort(known.begin(), known.end());
  std::uint64_t seen = 0;
  for (const auto key : rows_as_keys(table, plan, test))
    seen += std::binary_search(known.begin(), known.end(), key);
  const double share =
      test.rows.empty() ? 0 : static_cast<double>(seen) / static_cast<double>(test.rows.size());
  if (share < suspicious_share) return;
  leaks.push_back(
      {Leak::Kind::shared_rows, "", share,
       fmt::format("{} of {} test rows ({:.1f} %) are in the training rows too, with the same inputs and "
                   "label",
                   count_text(seen), count_text(test.rows.size()), 100 * share)});
}

/// What columns are fitted on, and what they are judged by.
struct Samples {
  Labelled train;
  Labelled test;
  /// A few test rows are told apart by chance: the validation rows help, which no column was fitted on
  /// either.
  Labelled judging;
};

Samples samples_of(const Target& target, const Split& split) {
  Samples out;
  out.test = sample(target, split.test, most_rows / 2);
  out.train = sample(target, split.train, most_rows - out.test.rows.size());
  std::vector<std::uint32_t> unseen;
  std::merge(split.valid.begin(), split.valid.end(), split.test.begin(), split.test.end(),
             std::back_inserter(unseen));
  out.judging = sample(target, unseen, most_rows / 2);
  return out;
}

}  // namespace

std::vector<Leak> find_leaks(const Columns& table, const Target& target, const Split& split,
                             const Plan& plan) {
  const Samples samples = samples_of(target, split);
  std::vector<Leak> leaks;
  for (const auto& input : plan.signature.inputs)
    find_single(table, target, samples.train, samples.judging, input.name, leaks);
  find_shared(table, plan, samples.train, samples.test, leaks);
  return leaks;
}

std::vector<Strength> strengths(const Columns& table, const Target& target, const Split& split,
                                const Plan& plan) {
  const Samples samples = samples_of(target, split);
  std::vector<Strength> out;
  for (const auto& input : plan.signature.inputs) {
    const auto column = table.column(table.find(input.name).value());
    out.push_back({input.name, strength_alone(column, target, samples.train, samples.judging)});
  }
  return out;
}

}  // namespace mlops::train
