#pragma once
/// A registered version judged on rows whose label is known, alone or beside another one on the same rows.
/// Nothing is kept, and nothing is decided by it.

#include <mlops/dataset/version.hpp>
#include <mlops/evaluate/evaluation.hpp>
#include <mlops/evaluate/slices.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/release/rescore.hpp>
#include <mlops/train/split.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::release {

/// Which rows judge. `all`: every row whose label is known; the others are parts of a split.
enum class RowPart { train, valid, test, all };

std::string_view name_of(RowPart part);

struct VersionQuestion {
  model::Version version = {};
  std::optional<model::Version> against = {};
  dataset::Version data = {};
  RowPart part = RowPart::test;
  train::SplitRequest split = {};  ///< Of the data, unless all rows judge.
  std::vector<evaluate::SliceBy> slices = {};
  std::string metric = {};  ///< By which slices are the worst, and models better; empty: the task's main one.
  std::size_t resamples = 2000;                      ///< Of the comparison.
  std::uint64_t seed = 1;                            ///< Likewise.
  std::uint64_t least = evaluate::least_slice_rows;  ///< Rows of a slice that may be the worst.
};

/// The slices of one column: ranges in their order, values the largest first.
struct SliceTable {
  evaluate::SliceBy by = {};
  std::vector<evaluate::Slice> slices = {};
  std::optional<std::size_t> worst = {};  ///< Its place; nothing: none is large enough to tell.
};

/// One metric of the version, of the other one, and how much greater it is.
struct MetricBeside {
  evaluate::Metric metric = {};
  std::optional<stats::Estimate> other = {};
  /// Less the other's, with the error of the difference on these very rows; without one (NaN) where there is
  /// no closed form.
  std::optional<stats::Estimate> difference = {};
};

/// Rows with a category that the training of the version never saw.
struct Unseen {
  std::string column = {};
  std::uint64_t rows = 0;
};

/// Shares of the resamples in which the metric is defined for both.
struct Resamples {
  std::size_t defined = 0;
  double better = 0;  ///< The version is.
  double equal = 0;
};

struct VersionEvaluation {
  std::string label;
  predict::Task task = predict::Task::binary;
  std::string how;             ///< Which rows: "stratified by churned, 70/15/15, seed 1", "all rows".
  std::uint64_t rows = 0;      ///< That judge.
  std::uint64_t left_out = 0;  ///< Of the data: without a label.
  std::string metric;
  std::vector<MetricBeside> metrics = {};  ///< The main one first.
  std::vector<SliceTable> slices = {};
  std::vector<Unseen> unseen = {};          ///< By column, where there are any.
  std::optional<Resamples> resamples = {};  ///< Of `metric`, against the other.
};

/// Throws Error: usage (the data have not the label of the version, a metric that the task has not, slices as
/// evaluate::slices_of()), negative ("evaluate.no_rows": no row has a label; as train::split()), failed
/// ("model.incomparable": labels that are no classes of the version, another version that answers another
/// question), and as rescore() for either.
VersionEvaluation evaluate_version(Workshop& shop, const VersionQuestion& question, const HistoryOf& history);

}  // namespace mlops::release
