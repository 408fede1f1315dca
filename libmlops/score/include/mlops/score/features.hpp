#pragma once
/// What a model keeps of the views that it was trained on, so that rows to be answered get the same features:
/// the file features.json in its folder. mlops-store(5) has its fields.
///
/// Package::signature is what the algorithm takes, after the transforms; Package::given (when there are
/// transforms) what callers give, before them.

#include <mlops/base/digest.hpp>
#include <mlops/feature/fit.hpp>
#include <mlops/feature/view.hpp>
#include <mlops/predict/package.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

/// A column of the rows by which features are looked up.
struct LookupColumn {
  std::string name;
  std::string type;  ///< SQL type in training.

  bool operator==(const LookupColumn&) const = default;
};

struct ModelView {
  feature::View view = {};                ///< As it was compiled for the training.
  std::string as = {};                    ///< Prefix of its columns.
  std::vector<LookupColumn> key = {};     ///< Of the rows, one for each key of the view.
  std::vector<std::string> columns = {};  ///< Those of the view that the model takes.
  Digest table = {};                      ///< Logical digest of the table that it was joined from.

  bool operator==(const ModelView&) const = default;
  /// The names of `columns` among the rows', before transforms: "airport__delay_1h".
  std::vector<std::string> names() const;
};

struct ModelFeatures {
  LookupColumn time = {};               ///< Of the rows: as of when.
  std::vector<ModelView> views = {};    ///< Empty: the model takes no views.
  std::vector<feature::Fit> fits = {};  ///< Of columns of the views.

  bool operator==(const ModelFeatures&) const = default;
  bool empty() const { return views.empty(); }
  /// Whether a view makes that column of the rows.
  bool has(std::string_view name) const;
  /// The key columns and the time, each once.
  std::vector<LookupColumn> lookups() const;
};

inline constexpr std::string_view features_file = "features.json";

std::string features_json(const ModelFeatures& features);
/// Throws Error(corrupt).
ModelFeatures features_from(std::string_view text);
/// Those of a model's package; empty for one that has no such file.
ModelFeatures features_of(const predict::Package& package);

}  // namespace mlops::score
