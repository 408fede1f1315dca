#pragma once
/// A store with versions of a model that were trained on known rows, and a log of their answers.

#include <mlops/base/progress.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/monitor/baseline.hpp>
#include <mlops/monitor/watch.hpp>
#include <mlops/predict/predictor.hpp>
#include <mlops/store/store.hpp>
#include <mlops/table/engine.hpp>

#include <numeric>
#include <optional>

#include "monitor_test.hpp"

namespace mlops::monitor {

class WatchTest : public MonitorTest {
 protected:
  WatchTest() : store_(dir_ / ".mlops", store::Store::Mode::create) {}

  /// Registers the package, with a baseline of `rows` where some are given.
  model::Version add(predict::Package package, const std::optional<Columns>& rows = {},
                     json::Object metrics = {}) {
    if (rows) {
      std::vector<std::uint32_t> train(rows->rows());
      std::iota(train.begin(), train.end(), 0U);
      const predict::Signature asked = package.asked();
      const auto predictor = predict::open(package, engines_);
      std::vector<double> answers(rows->rows() * asked.outputs());
      predictor->predict(predict::encode(asked, *rows), answers);
      package.files.emplace(baseline_file, baseline_json(BaselineMaker(*rows, train).make(asked, answers)));
    }
    return model::Registry(store_)
        .add({.name = "churn", .package = std::move(package), .metrics = std::move(metrics), .who = "me"})
        .version;
  }

  /// Answers a request of these rows and writes it down.
  void answer(PredictionLog& log, const model::Version& version, const Columns& rows,
              const std::string& request) {
    const predict::Package package = predict::get(store_.objects(), version.package);
    auto& scorer = scorers_[version.address()];
    if (!scorer) scorer = std::make_unique<score::Scorer>(package, json::Object{}, engines_);
    score::Answered answered;
    scorer->answer(rows, answered);
    const GivenColumns given(*scorer, rows);
    const Stream* stream = log.stream("churn", version.address(), version.record, *scorer);
    ASSERT_TRUE(log.lane().put(*stream, {.request = request, .answered = answered, .given = given}));
  }

  static Asserted asserted(const std::string& text, bool warn = false) {
    return {text, warn, std::get<expect::Assertion>(expect::parse(text))};
  }

  WatchRequest request(const std::vector<std::string>& assertions = {}) const {
    WatchRequest out = {.model = "churn",
                        .log = folder_,
                        .window = {{clock_.now().us - hour_us}, {clock_.now().us + hour_us}},
                        .scratch = dir_ / "scratch"};
    for (const std::string& one : assertions) out.assertions.push_back(asserted(one));
    return out;
  }

  Watch watched(const WatchRequest& request) { return watch(store_, shop_, request); }

  /// "pass: ..." of each assertion.
  std::vector<std::string> judged(const std::vector<std::string>& assertions,
                                  std::optional<WatchRequest> wanted = {}) {
    WatchRequest request = wanted.value_or(this->request());
    for (const std::string& one : assertions) request.assertions.push_back(asserted(one));
    std::vector<std::string> out;
    for (const WatchResult& one : watched(request).results)
      out.push_back(fmt::format("{}: {}", expect::name_of(one.verdict.outcome), one.verdict.seen));
    return out;
  }
  std::string judged(const std::string& assertion, std::optional<WatchRequest> wanted = {}) {
    return judged(std::vector{assertion}, std::move(wanted)).front();
  }

  static constexpr std::int64_t hour_us = 3'600'000'000;
  store::Store store_;
  NoProgress progress_ = {};
  dataset::Workshop shop_{
      .engines = engines_, .resources = {.threads = 2}, .clock = clock_, .progress = progress_};
  std::map<std::string, std::unique_ptr<score::Scorer>> scorers_ = {};
};

}  // namespace mlops::monitor
