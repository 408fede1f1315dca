#include "src/entry.hpp"
#include "src/session.hpp"

#include <cmath>

namespace mlops::gbdt {
namespace {

void check_sizes(const char* rows, const Matrix& matrix, std::span<const float> labels, std::size_t columns) {
  if (matrix.columns != columns || matrix.values.size() != matrix.rows * columns ||
      labels.size() != matrix.rows) {
    throw error(Code::internal, "the {} rows are {} values and {} labels, want {} rows of {} columns", rows,
                matrix.values.size(), labels.size(), matrix.rows, columns);
  }
}

void check_request(const TrainRequest& request) {
  const auto columns = request.train.columns;
  check_sizes("training", request.train, request.train_labels, columns);
  if (request.valid.rows != 0) check_sizes("validation", request.valid, request.valid_labels, columns);
  if (!request.weights.empty() && request.weights.size() != request.train.rows)
    throw error(Code::internal, "{} weights for {} rows", request.weights.size(), request.train.rows);
  if (!request.categorical.empty() && request.categorical.size() != columns)
    throw error(Code::internal, "{} kinds of column for {} columns", request.categorical.size(), columns);
  if (request.train.rows == 0 || columns == 0 || request.rounds < 1)
    throw error(Code::usage, "boosted trees need rows, columns and rounds; these are {}, {} and {}",
                request.train.rows, columns, request.rounds);
}

// The library takes any name and only mentions, once, what it did not know.
void check_parameters() {
  const auto unused = Quiet::unused_parameters();
  if (unused.empty()) return;
  throw error(Code::usage, "boosted trees with this objective have no parameter '{}'", unused.front());
}

/// The best round seen, and when to stop looking for a better one.
class Best {
 public:
  explicit Best(const TrainRequest& request)
      : stop_after_(request.valid.rows == 0 ? 0 : request.stop_after), maximize_(request.maximize) {}

  bool wanted() const { return stop_after_ > 0; }
  bool found() const { return round_ >= 0; }
  int round() const { return round_; }

  bool improves(int round, double valid) {
    const bool better = !std::isnan(valid) && (!found() || (maximize_ ? valid > value_ : valid < value_));
    if (better) round_ = round, value_ = valid;
    return better;
  }
  bool enough(int round) const { return wanted() && round - round_ >= stop_after_; }

 private:
  int stop_after_;
  bool maximize_;
  int round_ = -1;
  double value_ = 0;
};

void note(const TrainRequest& request, Trained& trained, int round, std::pair<double, double> metrics) {
  trained.history.push_back(metrics);
  if (request.at_round) request.at_round(round, metrics.first, metrics.second);
}

void run(const TrainRequest& request, Trained& trained) {
  Session session(request);
  Best best(request);
  int rounds = 0;
  for (; rounds < request.rounds && !best.enough(rounds - 1); ++rounds) {
    if (request.cancel != nullptr) request.cancel->check();
    session.round(rounds);
    if (rounds == 0) check_parameters();
    const auto metrics = session.evaluate(rounds);
    note(request, trained, rounds, metrics);
    if (best.improves(rounds, metrics.second) && best.wanted() && session.reweighs())
      trained.model = session.model(rounds + 1);
  }
  if (best.wanted() && !best.found())
    throw error(Code::failed, "the metric on the validation rows was no number in any of {} rounds", rounds)
        .with_hint("look whether those rows hold every class, or choose another metric");
  trained.rounds = best.wanted() ? best.round() + 1 : rounds;
  if (trained.model.empty()) trained.model = session.model(trained.rounds);
}

}  // namespace
}  // namespace mlops::gbdt

extern "C" void mlops_gbdt_train(const mlops::gbdt::TrainRequest& request, mlops::gbdt::Trained& trained) {
  mlops::gbdt::check_request(request);
  const mlops::gbdt::Quiet quiet;
  mlops::gbdt::run(request, trained);
}
