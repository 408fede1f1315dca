#include "src/single.hpp"

#include <mlops/stats/sum.hpp>
#include "src/cells.hpp"

#include <mlops/stats/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace mlops::train {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_ranges = 64;
constexpr std::size_t rows_for_line = 8;

/// y = level + slope * (x - middle) over some rows, by least squares; without slope for few rows.
class Line {
 public:
  void add(double x, double y) { xs_.push_back(x), ys_.push_back(y); }

  void fit(double fallback) {
    const auto n = static_cast<double>(xs_.size());
    level_ = (std::accumulate(ys_.begin(), ys_.end(), 0.0) + fallback) / (n + 1);
    if (xs_.size() < rows_for_line) return;
    level_ = std::accumulate(ys_.begin(), ys_.end(), 0.0) / n;
    middle_ = std::accumulate(xs_.begin(), xs_.end(), 0.0) / n;
    double xx = 0, xy = 0;
    for (std::size_t i = 0; i < xs_.size(); ++i) {
      xx += (xs_[i] - middle_) * (xs_[i] - middle_);
      xy += (xs_[i] - middle_) * (ys_[i] - level_);
    }
    slope_ = xx > 0 ? xy / xx : 0;
  }

  double at(double x) const { return slope_ == 0 ? level_ : level_ + slope_ * (x - middle_); }

 private:
  std::vector<double> xs_ = {}, ys_ = {};
  double level_ = 0, middle_ = 0, slope_ = 0;
};

/// Which line answers for a row: its text's, its number's range, or the nulls' (the last).
class Cells {
 public:
  Cells(const Column& column, std::span<const std::uint32_t> train) : column_(column) {
    if (column.type().kind == Kind::text) name(train);
    else cut(train);
  }

  std::size_t size() const { return texts_.size() + cuts_.size() + 2; }
  double number(std::uint32_t row) const {
    return numbers_.empty() || !std::isfinite(numbers_[row]) ? 0 : numbers_[row];
  }
  std::size_t of(std::uint32_t row) const {
    if (!column_.valid(row) || (!numbers_.empty() && !std::isfinite(numbers_[row]))) return size() - 1;
    if (numbers_.empty()) {
      const auto found = texts_.find(column_.text(row));
      return found == texts_.end() ? size() - 1 : found->second;
    }
    return static_cast<std::size_t>(std::upper_bound(cuts_.begin(), cuts_.end(), numbers_[row]) -
                                    cuts_.begin());
  }

 private:
  void name(std::span<const std::uint32_t> rows) {
    for (const auto row : rows) {
      if (column_.valid(row)) texts_.emplace(column_.text(row), texts_.size());
    }
  }

  void cut(std::span<const std::uint32_t> rows) {
    numbers_ = numbers_of(column_);
    std::vector<double> sorted;
    for (const auto row : rows) {
      if (std::isfinite(numbers_[row])) sorted.push_back(numbers_[row]);
    }
    std::sort(sorted.begin(), sorted.end());
    // A range needs rows for its line, or a copy of the label would look like a poor guess at it.
    const std::size_t ranges = std::min(most_ranges, sorted.size() / (2 * rows_for_line));
    for (std::size_t i = 1; i < ranges; ++i) cuts_.push_back(sorted[i * sorted.size() / ranges]);
    cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
  }

  const Column& column_;
  std::vector<double> numbers_ = {};
  std::vector<double> cuts_ = {};
  std::unordered_map<std::string_view, std::size_t> texts_ = {};
};

/// What the lines, fitted to `train`, say of the rows of `test`. For a class the label is 1, else 0.
std::vector<double> answers(const Cells& cells, const Labelled& train, std::span<const double> labels,
                            const Labelled& test) {
  std::vector<Line> lines(cells.size());
  for (std::size_t i = 0; i < train.rows.size(); ++i) {
    lines[cells.of(train.rows[i])].add(cells.number(train.rows[i]), labels[i]);
  }
  const double mean = std::accumulate(labels.begin(), labels.end(), 0.0) / static_cast<double>(labels.size());
  for (Line& line : lines) line.fit(mean);
  std::vector<double> out;
  for (const auto row : test.rows) out.push_back(lines[cells.of(row)].at(cells.number(row)));
  return out;
}

double explained(std::span<const double> answers, std::span<const double> labels) {
  stats::Sum sum, errors, spread;
  for (const double label : labels) sum.add(label);
  const double mean = sum.value() / static_cast<double>(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    errors.add((answers[i] - labels[i]) * (answers[i] - labels[i]));
    spread.add((labels[i] - mean) * (labels[i] - mean));
  }
  return spread.value() > 0 ? 1 - errors.value() / spread.value() : nan;
}

std::vector<double> is_class(const Labelled& part, double label) {
  std::vector<double> out;
  for (const double other : part.labels) out.push_back(other == label ? 1 : 0);
  return out;
}

double auc_of(const Cells& cells, double label, const Labelled& train, const Labelled& test) {
  std::vector<std::uint8_t> truth;
  for (const double other : test.labels) truth.push_back(other == label ? 1 : 0);
  return stats::auc(answers(cells, train, is_class(train, label), test), truth).value;
}

}  // namespace

double strength_alone(const Column& column, const Target& target, const Labelled& train,
                      const Labelled& test) {
  if (train.rows.empty() || test.rows.empty()) return nan;
  const Cells cells(column, train.rows);
  if (target.task == predict::Task::regression) {
    return explained(answers(cells, train, train.labels, test), test.labels);
  }
  if (target.task == predict::Task::binary) return auc_of(cells, 1, train, test);
  double sum = 0, classes = 0;
  for (std::size_t k = 0; k < target.classes.size(); ++k) {
    const double auc = auc_of(cells, static_cast<double>(k), train, test);
    if (!std::isnan(auc)) sum += auc, ++classes;
  }
  return classes == 0 ? nan : sum / classes;
}

}  // namespace mlops::train
