#include "src/session.hpp"

#include <charconv>
#include <limits>

namespace mlops::gbdt {
namespace {

std::string text(const TrainRequest& request, const std::string& name, const std::string& otherwise) {
  const auto found = request.parameters.find(name);
  return found == request.parameters.end() ? otherwise : found->second;
}

int number(const TrainRequest& request, const std::string& name, int otherwise) {
  const std::string value = text(request, name, std::to_string(otherwise));
  int parsed = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (fault != std::errc() || end != value.data() + value.size() || parsed < 1)
    throw error(Code::usage, "'{}' of boosted trees is '{}', want a whole number from 1", name, value);
  return parsed;
}

// Without a say of the user one thread: the sums of a histogram depend on how many share them.
Data data_of(const TrainRequest& request) {
  return {request.train, request.train_labels, request.weights, request.categorical,
          number(request, "nthread", 1)};
}

Data valid_of(const TrainRequest& request) {
  return {request.valid, request.valid_labels, {}, request.categorical, number(request, "nthread", 1)};
}

bool bins_only(const TrainRequest& request) {
  return text(request, "tree_method", "hist") == "hist" && text(request, "booster", "gbtree") == "gbtree";
}

DMatrix train_matrix(const TrainRequest& request, const Data& data) {
  return bins_only(request) ? quantiles(data, number(request, "max_bin", 256)) : dense(data);
}

void set(BoosterHandle booster, const char* name, const std::string& value) {
  check(XGBoosterSetParam(booster, name, value.c_str()));
}

// "auc,logloss" are two metrics.
void set_metrics(BoosterHandle booster, std::string_view names) {
  while (!names.empty()) {
    const auto comma = names.find(',');
    set(booster, "eval_metric", std::string(names.substr(0, comma)));
    names = comma == names.npos ? std::string_view() : names.substr(comma + 1);
  }
}

RawBooster booster_over(const TrainRequest& request, DMatrixHandle train, DMatrixHandle valid) {
  const DMatrixHandle cached[] = {train, valid};
  BoosterHandle handle = nullptr;
  check(XGBoosterCreate(cached, valid == nullptr ? 1 : 2, &handle));
  RawBooster booster(handle);
  if (text(request, "booster", "gbtree") != "gblinear")
    set(handle, "tree_method", text(request, "tree_method", "hist"));
  set(handle, "nthread", text(request, "nthread", "1"));
  set(handle, "validate_parameters", "1");
  for (const auto& [name, value] : request.parameters) {
    if (name == "eval_metric") set_metrics(handle, value);
    else set(handle, name.c_str(), value);
  }
  return booster;
}

double after_last_colon(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.rfind(':') + 1));
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Session::Session(const TrainRequest& request)
    : train_(data_of(request)),
      valid_(valid_of(request)),
      reweighs_(text(request, "booster", "gbtree") == "dart"),
      train_matrix_(train_matrix(request, train_)),
      valid_matrix_(valid_.matrix.rows == 0 ? nullptr : dense(valid_)),
      booster_(booster_over(request, train_matrix_.get(), valid_matrix_.get())) {}

void Session::round(int number) {
  check(XGBoosterUpdateOneIter(booster_.get(), number, train_matrix_.get()));
}

// "[7]\ttrain-auc:0.9\ttrain-logloss:0.3\tvalid-auc:0.8\tvalid-logloss:0.4"
std::pair<double, double> Session::evaluate(int number) const {
  DMatrixHandle matrices[] = {train_matrix_.get(), valid_matrix_.get()};
  const char* names[] = {"train", "valid"};
  const char* answer = nullptr;
  check(XGBoosterEvalOneIter(booster_.get(), number, matrices, names, valid_matrix_ ? 2 : 1, &answer));
  const std::string_view line(answer);
  const auto valid = line.find("\tvalid-");
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  return {after_last_colon(line.substr(0, valid)),
          valid == line.npos ? nothing : after_last_colon(line.substr(valid))};
}

std::string Session::model(int rounds) const {
  int trained = 0;
  check(XGBoosterBoostedRounds(booster_.get(), &trained));
  if (rounds >= trained) return saved(booster_.get(), "json");
  BoosterHandle handle = nullptr;
  check(XGBoosterSlice(booster_.get(), 0, rounds, 1, &handle));
  return saved(RawBooster(handle).get(), "json");
}

std::string saved(BoosterHandle booster, std::string_view format) {
  bst_ulong size = 0;
  const char* bytes = nullptr;
  const std::string config = fmt::format(R"({{"format": "{}"}})", format);
  check(XGBoosterSaveModelToBuffer(booster, config.c_str(), &size, &bytes));
  return std::string(bytes, size);
}

}  // namespace mlops::gbdt
