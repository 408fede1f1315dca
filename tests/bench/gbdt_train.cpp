/// gbdt_train ours|bare ENGINES ROWS COLUMNS ROUNDS: trains on made-up rows, by our train() or by the
/// library's own calls one after the other, and prints CPU seconds and megabytes at the peak above those of
/// the rows.

#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>

#include <sys/resource.h>
#include <xgboost/c_api.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "boosted_rows.hpp"

namespace {

const std::map<std::string, std::string> parameters = {{"objective", "binary:logistic"},
                                                       {"eval_metric", "logloss"},
                                                       {"tree_method", "hist"},
                                                       {"max_depth", "6"},
                                                       {"eta", "0.1"},
                                                       {"nthread", "1"},
                                                       {"seed", "7"}};

struct Use {
  double seconds;
  double megabytes;
};

Use used() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

void need(int status) {
  if (status == 0) return;
  std::fprintf(stderr, "error: %s\n", XGBGetLastError());
  std::exit(1);
}

DMatrixHandle matrix(const BoostedRows& data) {
  DMatrixHandle handle = nullptr;
  need(XGDMatrixCreateFromMat_omp(data.values.data(), data.rows, data.columns,
                                  std::numeric_limits<float>::quiet_NaN(), &handle, 1));
  need(XGDMatrixSetFloatInfo(handle, "label", data.labels.data(), data.rows));
  return handle;
}

std::size_t bare(const BoostedRows& train, const BoostedRows& valid, int rounds) {
  DMatrixHandle matrices[] = {matrix(train), matrix(valid)};
  BoosterHandle booster = nullptr;
  need(XGBoosterCreate(matrices, 2, &booster));
  for (const auto& [name, value] : parameters) need(XGBoosterSetParam(booster, name.c_str(), value.c_str()));
  const char* names[] = {"train", "valid"};
  const char* text = nullptr;
  for (int round = 0; round < rounds; ++round) {
    need(XGBoosterUpdateOneIter(booster, round, matrices[0]));
    need(XGBoosterEvalOneIter(booster, round, matrices, names, 2, &text));
  }
  bst_ulong size = 0;
  need(XGBoosterSaveModelToBuffer(booster, R"({"format": "json"})", &size, &text));
  need(XGBoosterFree(booster));
  for (const auto handle : matrices) need(XGDMatrixFree(handle));
  return size;
}

std::size_t ours(const char* folder, const BoostedRows& train, const BoostedRows& valid, int rounds) {
  mlops::Engines engines({folder});
  const mlops::gbdt::TrainRequest request = {.train = {train.values, train.rows, train.columns},
                                             .train_labels = train.labels,
                                             .valid = {valid.values, valid.rows, valid.columns},
                                             .valid_labels = valid.labels,
                                             .parameters = parameters,
                                             .rounds = rounds};
  return mlops::gbdt::train(engines, request).model.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: gbdt_train ours|bare ENGINES ROWS COLUMNS ROUNDS\n", stderr);
    return 2;
  }
  const auto rows = std::strtoul(argv[3], nullptr, 10);
  const auto columns = std::strtoul(argv[4], nullptr, 10);
  const int rounds = std::atoi(argv[5]);
  const BoostedRows train(rows, columns, 1);
  const BoostedRows valid(rows / 5, columns, 2);
  const Use before = used();
  try {
    const auto size =
        std::string(argv[1]) == "ours" ? ours(argv[2], train, valid, rounds) : bare(train, valid, rounds);
    if (size == 0) return 1;
  } catch (const mlops::Error& fault) {
    std::fprintf(stderr, "error: %s\n", fault.what());
    return 1;
  }
  const Use after = used();
  std::printf("%.4f\t%.1f\n", after.seconds - before.seconds, after.megabytes - before.megabytes);
}
