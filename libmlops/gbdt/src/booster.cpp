#include "src/entry.hpp"
#include "src/session.hpp"

#include <algorithm>

namespace mlops::gbdt {
namespace {

constexpr const char* predict_config =
    R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true, )"
    R"("missing": NaN, "cache_id": 0})";

struct Answer {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;

  std::size_t size() const {
    std::size_t product = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) product *= shape[i];
    return product;
  }
};

class LoadedBooster final : public Booster {
 public:
  explicit LoadedBooster(std::string_view model) {
    BoosterHandle handle = nullptr;
    check(XGBoosterCreate(nullptr, 0, &handle));
    booster_.reset(handle);
    check(XGBoosterSetParam(handle, "nthread", "1"));
    check(XGBoosterLoadModelFromBuffer(handle, model.data(), model.size()), Code::corrupt);
    check(XGBoosterSetParam(handle, "nthread", "1"));
    check(XGBoosterGetNumFeature(handle, &features_), Code::corrupt);
    in_place_ = is_tree_booster();
  }

  void predict(const Matrix& rows, std::span<float> out) const override {
    if (rows.columns != features_)
      throw error(Code::internal, "rows of {} columns for a model of {}", rows.columns, features_);
    if (rows.rows == 0) return;
    const Quiet quiet;
    if (in_place_) predict_in_place(rows, out);
    else predict_copied(rows, out);
  }

  std::string save(const std::string& format) const override {
    const Quiet quiet;
    return saved(booster_.get(), format == "UBJSON" ? "ubj" : "json");
  }

 private:
  bool is_tree_booster() const {
    bst_ulong size = 0;
    const char* bytes = nullptr;
    check(XGBoosterSaveJsonConfig(booster_.get(), &size, &bytes), Code::corrupt);
    return std::string_view(bytes, size).find(R"("booster":"gbtree")") != std::string_view::npos;
  }

  void predict_in_place(const Matrix& rows, std::span<float> out) const {
    Answer answer;
    check(XGBoosterPredictFromDense(booster_.get(), array_of(rows).c_str(), predict_config, nullptr,
                                    &answer.shape, &answer.dimensions, &answer.values));
    take(answer, out);
  }

  // Linear boosters cannot predict in place; with dart the library adds the base score to each tree and takes
  // it off again then, which rounds.
  void predict_copied(const Matrix& rows, std::span<float> out) const {
    const DMatrix matrix = dense({rows});
    Answer answer;
    check(XGBoosterPredictFromDMatrix(booster_.get(), matrix.get(), predict_config, &answer.shape,
                                      &answer.dimensions, &answer.values));
    take(answer, out);
  }

  static void take(const Answer& answer, std::span<float> out) {
    if (answer.size() != out.size())
      throw error(Code::internal, "the model gives {} values where {} are wanted", answer.size(), out.size());
    std::copy_n(answer.values, out.size(), out.begin());
  }

  RawBooster booster_;
  bst_ulong features_ = 0;
  bool in_place_ = false;
};

// Other bytes would be taken for the library's old binary format, which it reads unchecked.
void check_is_object(std::string_view model) {
  const auto first = model.find_first_not_of(" \t\r\n");
  if (first == model.npos || model[first] != '{')
    throw error(Code::corrupt, "this is no model of XGBoost in JSON or UBJSON");
}

}  // namespace
}  // namespace mlops::gbdt

extern "C" mlops::gbdt::Booster* mlops_gbdt_load(std::string_view model) {
  mlops::gbdt::check_is_object(model);
  const mlops::gbdt::Quiet quiet;
  return std::make_unique<mlops::gbdt::LoadedBooster>(model).release();
}
