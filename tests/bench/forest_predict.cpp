/// forest_predict ENGINES TREES DEPTH: trains boosted trees of 20 features, opens and predicts with them by
/// our forest and by XGBoost on one thread, and prints lines of: what, ours, XGBoost's.

#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>

#include <xgboost/c_api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "boosted_rows.hpp"
#include "cpu_seconds.hpp"
#include "src/forest.hpp"

namespace {

using mlops::predict::Frame;

constexpr std::size_t columns = 20;

/// Least CPU seconds of one call, of many.
template <typename Work>
double least(double total_seconds, Work work) {
  double best = 1e9;
  for (const double begin = cpu_seconds(); cpu_seconds() - begin < total_seconds;) {
    const double before = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - before);
  }
  return best;
}

std::string trained(mlops::Engines& engines, const char* trees, const char* depth) {
  const BoostedRows data(50'000, columns, 1);
  const mlops::gbdt::TrainRequest request = {.train = {data.values, data.rows, columns},
                                             .train_labels = data.labels,
                                             .parameters = {{"objective", "binary:logistic"},
                                                            {"max_depth", depth},
                                                            {"min_child_weight", "0"},
                                                            {"eta", "0.1"}},
                                             .rounds = std::atoi(trees)};
  return mlops::gbdt::train(engines, request).model;
}

mlops::predict::Package package_of(std::string model) {
  mlops::predict::Package package = {.algorithm = "xgboost"};
  for (std::size_t i = 0; i < columns; ++i)
    package.signature.inputs.push_back({.name = "n" + std::to_string(i), .type = "FLOAT"});
  package.signature.classes = {"0", "1"};
  package.files["booster.json"] = std::move(model);
  return package;
}

Frame frame_of(const BoostedRows& data) {
  Frame frame = {.rows = data.rows};
  frame.features.resize(columns);
  for (std::size_t i = 0; i < data.values.size(); ++i)
    frame.features[i % columns].numbers.push_back(static_cast<double>(data.values[i]));
  return frame;
}

void need(int status) {
  if (status == 0) return;
  std::fprintf(stderr, "error: %s\n", XGBGetLastError());
  std::exit(1);
}

/// The library at its best: the array described once, a proxy kept.
class Library {
 public:
  explicit Library(const std::string& model) {
    need(XGBoosterCreate(nullptr, 0, &booster_));
    need(XGBoosterLoadModelFromBuffer(booster_, model.data(), model.size()));
    need(XGBoosterSetParam(booster_, "nthread", "1"));
    need(XGProxyDMatrixCreate(&proxy_));
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    XGDMatrixFree(proxy_);
    XGBoosterFree(booster_);
  }

  const float* predict(const std::string& array) {
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* out = nullptr;
    need(XGBoosterPredictFromDense(booster_, array.c_str(),
                                   R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,)"
                                   R"("strict_shape":false,"missing":NaN,"cache_id":0})",
                                   proxy_, &shape, &dimensions, &out));
    return out;
  }

 private:
  BoosterHandle booster_ = nullptr;
  DMatrixHandle proxy_ = nullptr;
};

void compare(const mlops::predict::Predictor& forest, Library& library, std::size_t rows) {
  const BoostedRows data(rows, columns, 3);
  const Frame frame = frame_of(data);
  const std::string array = fmt::format(R"({{"data":[{},true],"shape":[{},{}],"typestr":"<f4","version":3}})",
                                        reinterpret_cast<std::uintptr_t>(data.values.data()), rows, columns);
  std::vector<double> out(rows);
  const auto calls = std::max<std::size_t>(1, 200 / rows);
  const auto repeat = [calls](auto work) {
    return [calls, work] {
      for (std::size_t i = 0; i < calls; ++i) work();
    };
  };
  const double scale = 1e6 / static_cast<double>(calls * rows);
  const double ours = least(0.5, repeat([&] { forest.predict(frame, out); })) * scale;
  const double theirs = least(0.5, repeat([&] { library.predict(array); })) * scale;
  const float* const answers = library.predict(array);
  if (!std::equal(out.begin(), out.end(), answers,
                  [](double a, float b) { return a == static_cast<double>(b); })) {
    std::fputs("error: the two do not answer alike\n", stderr);
    std::exit(1);
  }
  std::printf("%zu\t%.4f\t%.4f\n", rows, ours, theirs);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: forest_predict ENGINES TREES DEPTH\n", stderr);
    return 2;
  }
  try {
    mlops::Engines engines({argv[1]});
    const auto package = package_of(trained(engines, argv[2], argv[3]));
    const std::string& model = package.files.at("booster.json");
    const double ours = least(0.5, [&] { mlops::predict::open_forest(package, engines); });
    const double theirs = least(0.5, [&] { const Library opened(model); });
    std::printf("open\t%.3f\t%.3f\n", ours * 1e3, theirs * 1e3);
    const auto forest = mlops::predict::open_forest(package, engines);
    Library library(model);
    for (const std::size_t rows : {1u, 10u, 100u, 1000u}) compare(*forest, library, rows);
  } catch (const mlops::Error& fault) {
    std::fprintf(stderr, "error: %s\n", fault.what());
    return 1;
  }
}
