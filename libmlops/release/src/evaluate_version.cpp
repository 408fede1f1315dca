#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/select.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/evaluate/bootstrap.hpp>
#include <mlops/release/evaluate_version.hpp>

#include "src/asked.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlops::release {
namespace {

using Names = std::vector<std::string>;

bool has_name(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_masked(const dataset::Version& data, const std::string& column) {
  const dataset::Column* known = data.find(column);
  return known != nullptr && known->pii;
}

void require_label(const VersionQuestion& question, const std::string& label) {
  if (question.data.find(label) != nullptr) return;
  Names known;
  for (const dataset::Column& column : question.data.columns) known.push_back(column.name);
  const auto near = near_misses(label, known);
  throw error(Code::usage, "{}@v{} has no column '{}', the label of {}", question.data.address(),
              question.data.number, label, question.version.address())
      .with_hint("{}", near.empty() ? "name data whose label is known: `--data DATASET`"
                                    : "a similar column exists: " + one_of(near));
}

/// One or two versions and the rows that they are asked about.
class Evaluating {
 public:
  Evaluating(Workshop& shop, const VersionQuestion& question, const HistoryOf& history)
      : shop_(shop), question_(question), history_(history), first_(shop, question.version) {
    require_label(question, signature().label);
    metric_ =
        question.metric.empty() ? std::string(evaluate::main_metric(signature().task)) : question.metric;
    greater_ = evaluate::greater_is_better(signature().task, metric_);
    if (!question.against) return;
    second_.emplace(shop, *question.against);
    train::Target target;
    target.task = signature().task;
    target.column = signature().label;
    target.classes = signature().classes;
    require_comparable(*question.against, second_->signature(), target);
  }

  VersionEvaluation run() {
    read();
    choose_rows();
    VersionEvaluation out{.label = signature().label,
                          .task = signature().task,
                          .how = how_,
                          .rows = rows_.size(),
                          .left_out = target_.left_out,
                          .metric = metric_};
    ask();
    tell_unseen(out);
    judge(out);
    slice(out);
    if (second_) resample(out);
    return out;
  }

 private:
  const predict::Signature& signature() const { return first_.signature(); }

  evaluate::Truth truth() const { return {signature().task, signature().classes.size(), labels_}; }

  /// Only what is needed of the data, where they have it.
  Names columns() const {
    Names out = {signature().label};
    const auto add = [&](const std::string& name) {
      if (!name.empty() && question_.data.find(name) != nullptr && !has_name(out, name)) out.push_back(name);
    };
    for (const std::string& name : first_.columns()) add(name);
    if (second_) {
      for (const std::string& name : second_->columns()) add(name);
    }
    for (const evaluate::SliceBy& by : question_.slices) add(by.column);
    for (const std::string& name : {question_.split.time, question_.split.group, question_.split.part})
      add(name);
    return out;
  }

  void read() {
    shop_.progress.phase("reading " + question_.data.address(), 0, Unit::rows);
    dataset::Reader reader(shop_.tables());
    table_ = reader.columns(question_.data, columns());
    const std::string& label = signature().label;
    target_ = train::known_target(table_, label, signature().task, signature().classes,
                                  is_masked(question_.data, label));
    if (target_.rows.empty())
      throw error(Code::negative,
                  "there is nothing to judge by: '{}' is not known in any of the {} of {}@v{}", label,
                  count_of(table_.rows(), "row"), question_.data.address(), question_.data.number)
          .with_id("evaluate.no_rows");
  }

  void choose_rows() {
    rows_ = target_.rows;
    how_ = "all rows";
    if (question_.part == RowPart::all) {
      labels_ = target_.labels;
      return;
    }
    // As `train run` splits them: by the classes that are there.
    train::Split split = train::split(table_, train::read_target(table_, signature().label, signature().task),
                                      question_.split);
    how_ = split.how;
    rows_ = std::move(question_.part == RowPart::train   ? split.train
                      : question_.part == RowPart::valid ? split.valid
                                                         : split.test);
    if (rows_.empty())
      throw error(Code::negative, "there is nothing to judge by: the part '{}' has no rows ({})",
                  name_of(question_.part), how_)
          .with_id("evaluate.no_rows");
    for (const std::uint32_t row : rows_) {
      const auto at = std::lower_bound(target_.rows.begin(), target_.rows.end(), row);
      labels_.push_back(target_.labels[static_cast<std::size_t>(at - target_.rows.begin())]);
    }
  }

  void ask() {
    std::vector<std::size_t> all(table_.width());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const Columns rows = rows_.size() == table_.rows() ? table_ : select(table_, all, rows_);
    shop_.progress.phase("asking " + question_.version.address(), 0, Unit::rows);
    answers_ = first_.answers(rows, history_, &unseen_);
    if (!second_) return;
    shop_.progress.phase("asking " + question_.against->address(), 0, Unit::rows);
    others_ = second_->answers(rows, history_);
  }

  void tell_unseen(VersionEvaluation& out) const {
    for (std::size_t i = 0; i < unseen_.size(); ++i) {
      if (unseen_[i] > 0) out.unseen.push_back({signature().inputs[i].name, unseen_[i]});
    }
  }

  void judge(VersionEvaluation& out) {
    const auto judged = [&](const Asked& asked, const std::vector<double>& answers) {
      return evaluate::evaluate(truth(), answers, signature().classes, asked.signature().threshold).metrics;
    };
    for (evaluate::Metric& metric : judged(first_, answers_)) out.metrics.push_back({std::move(metric)});
    if (!second_) return;
    const std::vector<evaluate::Metric> others = judged(*second_, others_);
    for (std::size_t i = 0; i < others.size(); ++i) {
      out.metrics[i].other = others[i].estimate;
      out.metrics[i].difference = difference(out.metrics[i].metric, others[i]);
    }
  }

  stats::Estimate difference(const evaluate::Metric& metric, const evaluate::Metric& other) const {
    // The thresholds of the two may differ, and what they decide by them too.
    const bool one_threshold = signature().threshold == second_->signature().threshold;
    if (one_threshold && evaluate::has_difference(signature().task, metric.name))
      return evaluate::difference(truth(), metric.name, answers_, others_, signature().threshold);
    return stats::bare(metric.estimate.value - other.estimate.value);
  }

  void slice(VersionEvaluation& out) const {
    for (const evaluate::SliceBy& by : question_.slices) {
      const auto slices = evaluate::slices_of(table_, rows_, by, is_masked(question_.data, by.column));
      SliceTable table{
          .by = by,
          .slices = evaluate::evaluate_slices(truth(), answers_, by.column, slices, signature().threshold)};
      if (!by.by)
        std::stable_sort(table.slices.begin(), table.slices.end(),
                         [](const auto& a, const auto& b) { return a.rows > b.rows; });
      if (const evaluate::Slice* worst = evaluate::worst(table.slices, metric_, greater_, question_.least))
        table.worst = static_cast<std::size_t>(worst - table.slices.data());
      out.slices.push_back(std::move(table));
    }
  }

  void resample(VersionEvaluation& out) const {
    shop_.progress.phase("drawing resamples", 0, Unit::rows);
    const evaluate::Resampled wanted[] = {{answers_, metric_, signature().threshold},
                                          {others_, metric_, second_->signature().threshold}};
    const auto values = evaluate::bootstrap(truth(), wanted,
                                            {.resamples = question_.resamples,
                                             .seed = question_.seed,
                                             .threads = shop_.resources.threads,
                                             .cancel = shop_.cancel});
    std::size_t better = 0, equal = 0;
    Resamples& seen = out.resamples.emplace();
    for (std::size_t i = 0; i < values.size(); i += 2) {
      if (std::isnan(values[i]) || std::isnan(values[i + 1])) continue;
      ++seen.defined;
      equal += values[i] == values[i + 1];
      better += greater_ ? values[i] > values[i + 1] : values[i] < values[i + 1];
    }
    const auto share = [&](std::size_t count) {
      return seen.defined == 0 ? std::numeric_limits<double>::quiet_NaN()
                               : static_cast<double>(count) / static_cast<double>(seen.defined);
    };
    seen.better = share(better);
    seen.equal = share(equal);
  }

  Workshop& shop_;
  const VersionQuestion& question_;
  const HistoryOf& history_;
  Asked first_;
  std::optional<Asked> second_;
  std::string metric_;
  bool greater_ = true;
  Columns table_;
  train::Target target_;
  std::vector<std::uint32_t> rows_;  ///< That judge.
  std::vector<double> labels_;
  std::string how_;
  std::vector<double> answers_;
  std::vector<double> others_;
  std::vector<std::uint64_t> unseen_;  ///< By input.
};

}  // namespace

std::string_view name_of(RowPart part) {
  switch (part) {
    case RowPart::train:
      return "train";
    case RowPart::valid:
      return "valid";
    case RowPart::test:
      return "test";
    default:
      return "all";
  }
}

VersionEvaluation evaluate_version(Workshop& shop, const VersionQuestion& question,
                                   const HistoryOf& history) {
  return Evaluating(shop, question, history).run();
}

}  // namespace mlops::release
