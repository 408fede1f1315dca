/// serve_log ENGINES FOLDER: requests of one row handed to the prediction log; prints lines of: what, CPU
/// microseconds a row of the thread that answers, what it is compared with, those of that.

#include <mlops/monitor/prediction_log.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <thread>

#include "columns.hpp"

namespace {

using namespace mlops;

double thread_seconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Nothing beyond the frame is asked for.
class NoRows final : public score::GivenRows {
 public:
  std::size_t rows() const override { return 1; }
  bool has(std::size_t) const override { return false; }
  json::Cell cell(std::size_t, std::size_t) const override { return {}; }
  const std::vector<std::string_view>& unknown() const override { return none_; }

 private:
  std::vector<std::string_view> none_ = {};
};

predict::Package package(int inputs) {
  predict::Package out = {.signature = {.label = "late", .label_type = "BIGINT", .classes = {"0", "1"}},
                          .algorithm = "prior",
                          .loss = "logloss",
                          .fitted = {{"shares", json::Array{0.75, 0.25}}}};
  for (int i = 0; i < inputs; ++i)
    out.signature.inputs.push_back({.name = "input " + std::to_string(i), .type = "DOUBLE"});
  return out;
}

void measure(Engines& engines, const char* folder, int inputs) {
  constexpr int windows = 60;
  constexpr int calls = 500;
  const score::Scorer scorer(package(inputs), {}, engines);
  test::ColumnsOf columns;
  for (const predict::Input& input : scorer.signature().inputs) columns.numbers(input.name, {0.1234567});
  score::Answered answered;
  scorer.answer(columns.build(), answered);
  const SystemClock clock;
  monitor::PredictionLog log({.folder = folder, .models = {{"m", {}}}}, clock);
  monitor::Lane& lane = log.lane();
  const monitor::Stream* stream = log.stream("m", "m@v1", Digest{}, scorer);
  double best = 1e9;
  for (int window = 0; window < windows; ++window) {
    const double before = thread_seconds();
    for (int i = 0; i < calls; ++i)
      lane.put(*stream,
               {.request = "01a1fde8-d328-7a45-aef7-100c7f97c5ec", .answered = answered, .given = NoRows()});
    best = std::min(best, (thread_seconds() - before) / calls);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // for the thread that writes
  }
  std::printf("%d_inputs\t%.3f\tthe most that is allowed\t2\n", inputs, best * 1e6);
}

}  // namespace

int main(int, char** argv) {
  Engines engines({argv[1]});
  measure(engines, argv[2], 2);
  measure(engines, argv[2], 20);
}
