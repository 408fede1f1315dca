#pragma once
/// What the ways in for models from outside share.

#include <mlops/model/import.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mlops::model {

/// Files by path, wherever they are.
class Files {
 public:
  virtual ~Files() = default;
  virtual std::vector<std::string> paths() const = 0;
  virtual std::string read(const std::string& path) const = 0;
  /// The first bytes, enough to tell a format.
  virtual std::string head(const std::string& path) const = 0;
  /// Makes them the folder of the registration.
  virtual void give(Registration& registration) const = 0;
};

/// What loading such a file would do, for a warning; empty when it can only be data.
std::string unsafe_format(std::string_view path, std::string_view head);

/// True for the first bytes of a model of XGBoost in JSON or UBJSON.
bool is_xgboost(std::string_view head);

/// A package with the signature that the model tells, held to the library. Throws Error: corrupt, failed.
Imported import_xgboost(Engines& engines, std::string_view bytes, const std::string& what);

/// Throws Error(failed, "model.differs") unless the package answers as its booster does, bit for bit, on
/// generated rows: thresholds of its trees and their neighbours, other numbers, missing values.
void verify_xgboost(Engines& engines, const predict::Package& package, const json::Value& model,
                    const std::string& what);

}  // namespace mlops::model
