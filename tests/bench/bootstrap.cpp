/// bootstrap [ROWS [RESAMPLES]]: what it costs to judge two models on resamples of the same rows, beside a
/// plain loop that draws rows with std::mt19937_64 and asks evaluate::judge() for the metric of the rows
/// drawn, measured on a few resamples. Prints lines of: what, CPU seconds, CPU seconds of the loop for as
/// many.

#include <mlops/evaluate/bootstrap.hpp>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "cpu_seconds.hpp"

namespace {

using namespace mlops;

struct Rows {
  std::vector<double> labels;
  std::vector<double> fine;    ///< As a boosted model: hardly any ties.
  std::vector<double> coarse;  ///< As a shallow tree: a few hundred different answers.

  explicit Rows(std::size_t count) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform;
    for (std::size_t i = 0; i < count; ++i) {
      const double p = 0.6 * uniform(random) * uniform(random) + 0.05;
      labels.push_back(uniform(random) < p ? 1 : 0);
      fine.push_back(p * 0.9 + 0.1 * uniform(random));
      coarse.push_back(static_cast<double>(static_cast<int>(p * 300)) / 300);
    }
  }
  evaluate::Truth truth() const { return {predict::Task::binary, 2, labels}; }
};

double loop_seconds(const Rows& rows, const std::string& metric, std::size_t resamples) {
  const std::size_t count = rows.labels.size();
  const double start = cpu_seconds();
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::size_t> any(0, count - 1);
  std::vector<double> labels(count), a(count), b(count);
  double sum = 0;
  for (std::size_t number = 0; number < resamples; ++number) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = any(random);
      labels[i] = rows.labels[row];
      a[i] = rows.fine[row];
      b[i] = rows.coarse[row];
    }
    const evaluate::Truth truth{predict::Task::binary, 2, labels};
    sum += evaluate::judge(truth, metric, a).value - evaluate::judge(truth, metric, b).value;
  }
  if (!(sum == sum)) std::exit(1);
  return cpu_seconds() - start;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500'000;
  const std::size_t resamples = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 2'000;
  constexpr std::size_t few = 5;
  const Rows rows(count);
  for (const char* metric : {"auc", "logloss", "ece", "f1", "average_precision"}) {
    const evaluate::Resampled wanted[] = {{rows.fine, metric}, {rows.coarse, metric}};
    const double start = cpu_seconds();
    const auto values = evaluate::bootstrap(rows.truth(), wanted, {.resamples = resamples});
    const double ours = cpu_seconds() - start;
    if (values.size() != 2 * resamples) return 1;
    const double loop = loop_seconds(rows, metric, few) / few * static_cast<double>(resamples);
    std::printf("%s\t%.4f\t%.4f\n", metric, ours, loop);
    std::fflush(stdout);
  }
}
