#pragma once
/// A trained model as a folder: `model.json` (signature, algorithm, what was fitted) and files beside it that
/// other programs read, such as `booster.json` of XGBoost. It holds nothing that differs between two
/// trainings with the same data, settings and seed, so equal models have equal digests.

#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/signature.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {
class Objects;
}

namespace mlops::predict {

struct Package {
  Signature signature = {};  ///< What the algorithm takes.
  /// What callers give, where it is not that: the inputs before the transforms that were fitted for it, which
  /// are in a file of their own beside model.json. Empty: signature.inputs. A package that has them is of
  /// format 2.
  std::vector<Input> given = {};
  std::string algorithm;         ///< "prior", "mean", "rule", "linear", "logistic", "xgboost"
  json::Object parameters = {};  ///< Resolved, defaults included.
  std::string loss = {};         ///< "logloss", "squared error", ...
  /// Of the algorithm. prior: {"shares": [one for each class]}; mean: {"mean"}; linear, logistic: see
  /// linear.hpp; rule: see rule.hpp; xgboost: nothing, the booster is in `files`.
  json::Object fitted = {};
  std::map<std::string, std::string> files = {};  ///< By path beside model.json: their bytes.

  /// The signature with the inputs that callers give.
  Signature asked() const;
};

/// The text of model.json.
std::string model_json(const Package& package);

/// What model_json() wrote, with the files it names as `file` reads them. Throws Error(corrupt) as get()
/// does.
Package package_from(std::string_view model_json,
                     const std::function<std::string(const std::string& path)>& file);

/// Stores the folder as a tree (mode 0644, so that the digest depends on nothing else). `more` are files that
/// others add, such as MLmodel; a path given twice is Error(internal).
Digest put(store::Objects& objects, const Package& package,
           const std::map<std::string, std::string>& more = {});

/// The package without what others added (`more`). Throws Error: not_found, corrupt (no model.json, a field
/// missing or of the wrong kind, a newer format).
Package get(const store::Objects& objects, const Digest& tree);

}  // namespace mlops::predict
