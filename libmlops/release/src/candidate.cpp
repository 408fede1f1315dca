#include "src/candidate.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/evaluate/evaluation.hpp>
#include <mlops/train/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "src/views.hpp"

namespace mlops::release {
namespace {

/// Seconds of wall time, for figures that are reported and decide nothing.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

rusage usage_so_far() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

/// Of this process, all threads.
double cpu_seconds() {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  const rusage usage = usage_so_far();
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t peak_bytes() { return static_cast<std::uint64_t>(usage_so_far().ru_maxrss) * 1024; }

std::vector<double> labels_of(const train::Target& target, const std::vector<std::uint32_t>& rows) {
  std::vector<double> labels;
  labels.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    const auto at = std::lower_bound(target.rows.begin(), target.rows.end(), row);
    labels.push_back(target.labels[static_cast<std::size_t>(at - target.rows.begin())]);
  }
  return labels;
}

train::Part part_of(const predict::Frame& all, const train::Target& target,
                    const std::vector<std::uint32_t>& rows) {
  return {.frame = all.select(rows), .labels = labels_of(target, rows)};
}

Parts parts_of(const Prepared& prepared, const predict::Signature& signature) {
  const predict::Frame all = predict::encode(signature, prepared.table);
  return {.signature = signature,
          .train = part_of(all, prepared.target, prepared.split.train),
          .valid = part_of(all, prepared.target, prepared.split.valid),
          .test = part_of(all, prepared.target, prepared.split.test)};
}

/// Microseconds for one row of a batch, the best of several passes over at most 10,000 of them.
double microseconds_per_row(const predict::Predictor& predictor, const predict::Frame& frame,
                            std::size_t outputs) {
  constexpr double enough_s = 0.05;
  std::vector<std::uint32_t> rows(std::min<std::size_t>(frame.rows, 10'000));
  std::iota(rows.begin(), rows.end(), 0U);
  if (rows.empty()) return 0;
  const predict::Frame some = frame.select(rows);
  std::vector<double> answers(some.rows * outputs);
  const Stopwatch all;
  double best = 0;
  do {
    const Stopwatch watch;
    predictor.predict(some, answers);
    const double seconds = watch.seconds();
    if (best == 0 || seconds < best) best = seconds;
  } while (all.seconds() < enough_s);
  return best / static_cast<double>(some.rows) * 1e6;
}

std::uint64_t bytes_of(const predict::Package& package) {
  std::uint64_t bytes = predict::model_json(package).size();
  for (const auto& [path, content] : package.files) bytes += content.size();
  return bytes;
}

/// The test rows as this package wants them: a rule has a signature of its own.
predict::Frame test_frame(const Prepared& prepared, const Parts& parts, const predict::Signature& signature) {
  if (signature == parts.signature) return parts.test.frame;
  return predict::encode(signature, prepared.table).select(prepared.split.test);
}

/// What is judged is what will be loaded: a model that cannot be read back is none.
predict::Package as_read_back(const predict::Package& package) {
  return predict::package_from(predict::model_json(package),
                               [&](const std::string& path) { return package.files.at(path); });
}

void go_on(const Workshop& shop) {
  if (shop.cancel != nullptr) shop.cancel->check();
}

/// What callers will give, as this model was trained on it, and what it answered.
void keep_baseline(monitor::BaselineMaker& baselines, Judged& out) {
  const monitor::Baseline baseline = baselines.make(out.package.asked(), out.predictions);
  out.package.files.emplace(monitor::baseline_file, monitor::baseline_json(baseline));
}

/// Asks it about the test rows.
void ask(Workshop& shop, const Prepared& prepared, const Parts& parts, Judged& out) {
  const predict::Signature& signature = out.package.signature;
  const auto predictor = predict::open(as_read_back(out.package), shop.engines);
  go_on(shop);
  const predict::Frame frame = test_frame(prepared, parts, signature);
  out.predictions.resize(frame.rows * signature.outputs());
  predictor->predict(frame, out.predictions);
  go_on(shop);
  out.outcome.test = evaluate::evaluate(truth_of(prepared.target, parts.test.labels), out.predictions,
                                        signature.classes, signature.threshold);
  go_on(shop);
  out.outcome.predict_us = microseconds_per_row(*predictor, frame, signature.outputs());
}

/// "airport(airport=destination)".
std::string described(const score::ViewUse& view) {
  std::string key;
  for (const auto& [entity, column] : view.view.key) {
    const auto other = view.use.key.find(entity);
    key += fmt::format("{}{}={}", key.empty() ? "" : ", ", entity,
                       other == view.use.key.end() ? column : other->second);
  }
  return fmt::format("{}({})", view.use.use, key);
}

void record_beginning(run::Live& live, const Workshop& shop, const TrainRequest& request,
                      const Prepared& prepared, const Candidate& candidate, const Parts& parts) {
  live.input({.role = "training",
              .address = fmt::format("{}@v{}", request.data.address(), request.data.number),
              .digest = request.data.record.text()});
  for (const score::ViewUse& view : request.views) {
    const std::string prefix = score::prefix_of(view.use);
    if (std::find(candidate.views.begin(), candidate.views.end(), prefix) == candidate.views.end()) continue;
    live.input({.role = "features/" + prefix,
                .address = fmt::format("{}@v{}", view.version.address(), view.version.number),
                .digest = view.version.record.text()});
    live.param("view." + prefix, described(view));
  }
  live.param("trainer", candidate.trainer);
  live.param("label", request.label);
  live.param("task", predict::name_of(prepared.target.task));
  live.param("split", prepared.split.how);
  live.param("features", parts.signature.inputs.size());
  live.param("threads", shop.resources.threads);
}

void record_result(run::Live& live, Workshop& shop, const Judged& judged) {
  for (const auto& [name, value] : judged.package.parameters) live.param(name, value);
  for (const evaluate::Metric& metric : judged.outcome.test.metrics)
    live.metric("test." + metric.name, metric.estimate.value);
  if (const json::Value* rounds = judged.package.fitted.find("rounds"))
    live.metric("train.rounds", rounds->number_or(0));
  live.metric("train.seconds", judged.outcome.train_s);
  live.metric("predict.us_per_row", judged.outcome.predict_us);
  live.metric("model.bytes", static_cast<double>(judged.outcome.bytes));
  for (const evaluate::Plot& plot : judged.outcome.test.plots)
    live.artifact("plots/" + plot.name + ".csv", plot.csv());
  live.artifact("evaluation.json", json::canonical(metrics_of(judged.outcome.test)));
  const Digest model = predict::put(shop.store.objects(), judged.package);
  live.output({.role = "model", .address = {}, .digest = model.text()});
}

void fit(Workshop& shop, const Candidate& candidate, const Parts& parts, std::uint64_t seed, run::Live& live,
         Judged& out) {
  const Stopwatch training;
  train::Fitted fitted =
      train::fit(shop.engines, {.trainer = candidate.trainer,
                                .parameters = candidate.parameters,
                                .signature = parts.signature,
                                .train = parts.train,
                                .valid = parts.valid,
                                .seed = seed,
                                .threads = shop.resources.threads,
                                .cancel = shop.cancel,
                                .at_step = [&](std::string_view metric, double value, int step) {
                                  live.metric(metric, value, step);
                                }});
  out.outcome.train_s = training.seconds();
  out.outcome.notes = std::move(fitted.notes);
  out.package = std::move(fitted.package);
}

/// The id of the run that this training is a part of; empty when it is none.
std::string run_around(const Workshop& shop) {
  const auto found = shop.environment.find("MLOPS_RUN_ID");
  return found == shop.environment.end() ? "" : found->second;
}

}  // namespace

json::Object metrics_of(const evaluate::Evaluation& test) {
  const json::Value evaluation = evaluate::to_json(test);
  json::Object out;
  for (const auto& [name, estimate] : *evaluation["metrics"].as_object()) out.set("test." + name, estimate);
  return out;
}

evaluate::Truth truth_of(const train::Target& target, std::span<const double> labels) {
  return {.task = target.task, .classes = target.classes.size(), .labels = labels};
}

Bench set_up(Workshop& shop, const TrainRequest& request, const Prepared& prepared) {
  return {.parts = parts_of(prepared, prepared.plan.signature),
          .code = run::capture_code(shop.store.objects(), request.folder, shop.environment),
          .environment = run::capture_environment(shop.store.objects(), shop.environment, request.folder),
          .baselines = std::make_unique<monitor::BaselineMaker>(
              prepared.features.empty() ? prepared.table : prepared.given, prepared.split.train)};
}

std::optional<Judged> read_back(Workshop& shop, const Prepared& prepared, const Bench& bench,
                                const Candidate& candidate, const Digest& key) {
  auto made = find_made(shop.store, key);
  if (!made) return std::nullopt;
  try {
    Judged out;
    out.outcome.candidate = candidate;
    out.outcome.run = made->run.id;
    out.outcome.reused = true;
    out.package = std::move(made->package);
    out.run_record = made->run.record;
    ask(shop, prepared, bench.parts, out);
    out.outcome.bytes = bytes_of(out.package);
    const auto seconds = made->run.metrics.find("train.seconds");
    if (seconds != made->run.metrics.end()) out.outcome.train_s = seconds->second.value;
    return out;
  } catch (const Error& e) {
    // Damaged or gone: it is trained again, which mends it.
    if (e.code() != mlops::Code::corrupt && e.code() != mlops::Code::not_found) throw;
    return std::nullopt;
  }
}

Judged train_one(Workshop& shop, const TrainRequest& request, const Prepared& prepared, const Bench& bench,
                 const Candidate& candidate, const Digest& key) {
  Judged out = {.outcome = {.candidate = candidate, .run = {}}};
  const std::uint64_t seed = candidate.seed.value_or(request.seed);
  run::Live live(shop.store, {.experiment = request.model,
                              .name = candidate.name,
                              .command = request.command,
                              .folder = request.folder,
                              .parent = run_around(shop),
                              .seed = seed,
                              .code = bench.code,
                              .environment = bench.environment,
                              .who = request.who,
                              .time = shop.clock.now(),
                              .key = key});
  out.outcome.run = live.id();
  const Stopwatch watch;
  const double cpu_before = cpu_seconds();
  const auto seal = [&](run::Status status, int exit_code) {
    const run::Resources took = {
        .wall_s = watch.seconds(), .cpu_s = cpu_seconds() - cpu_before, .peak_rss_bytes = peak_bytes()};
    return live.end(status, exit_code, took, shop.clock.now()).record;
  };
  try {
    const bool shared = !candidate.has_columns();
    const Parts own = shared ? Parts{} : parts_of(prepared, plan_of(request, prepared, candidate).signature);
    const Parts& parts = shared ? bench.parts : own;
    record_beginning(live, shop, request, prepared, candidate, parts);
    shop.progress.phase("training " + candidate.name, 0, Unit::items);
    fit(shop, candidate, parts, seed, live, out);
    keep_features(request, prepared, out.package);
    ask(shop, prepared, parts, out);
    keep_baseline(*bench.baselines, out);
    out.outcome.bytes = bytes_of(out.package);
    record_result(live, shop, out);
    out.run_record = seal(run::Status::done, 0);
  } catch (const Error& e) {
    const bool stopped = e.code() == Code::interrupted;
    live.tag("error", e.message());
    seal(stopped ? run::Status::interrupted : run::Status::failed, static_cast<int>(e.code()));
    if (stopped) throw;
    out.outcome.fault = e;
  }
  return out;
}

}  // namespace mlops::release
