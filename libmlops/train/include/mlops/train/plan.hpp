#pragma once
/// What becomes of each column of a table: feature, with which encoding, or left out, and why. The signature
/// of every model that is trained on it comes from here.

#include <mlops/base/columns.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/train/split.hpp>
#include <mlops/train/target.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mlops::train {

/// What the data's record says of a column.
struct ColumnFacts {
  std::string name;
  std::string type;  ///< SQL type.
  bool pii = false;
  bool blob = false;
};

struct PlanRequest {
  std::vector<std::string> only =
      {};  ///< Features to take; empty: all that can be. Also takes what would be left out.
  std::vector<std::string> without = {};  ///< Columns to leave out.
  std::vector<std::string> outcome =
      {};                   ///< Columns known only afterwards: never features, even if asked for.
  SplitRequest split = {};  ///< Its group and part columns are no features.
};

enum class Role { feature, label, left_out };

struct ColumnPlan {
  std::string name;
  std::string type;
  Role role = Role::feature;
  std::string encoding;  ///< "number", "category of 5", ... ; empty for others than features.
  std::string reason;    ///< Of those left out: "identifier: every value is different", "constant", "nested",
                         ///< "personal data"
  std::uint64_t distinct = 0;  ///< Among the training rows.
  std::uint64_t nulls = 0;
};

/// Something that makes the judgement too good to be true.
struct Leak {
  enum class Kind { single_feature, shared_rows };
  Kind kind;
  std::string column;   ///< Of single_feature.
  double strength = 0;  ///< AUC or R2 of the one column alone on the validation and test rows; or the share
                        ///< of test rows seen in training.
  std::string message;  ///< A sentence for people, without full stop.
};

struct Plan {
  predict::Signature
      signature;  ///< Inputs in the order of the table; categories and ranges from the training rows.
  std::vector<ColumnPlan> columns;
};

/// Throws Error: usage (a column of the request that is not there, with near misses), negative (no feature is
/// left).
Plan plan(const Columns& table, const std::vector<ColumnFacts>& facts, const Target& target,
          const Split& split, const PlanRequest& request);

/// A column of `table` as an input, whatever its values make of it: type, encoding, and what `rows`, those of
/// the training, have of nulls, range and categories.
predict::Input input_of(const Columns& table, std::size_t column, const std::vector<ColumnFacts>& facts,
                        std::span<const std::uint32_t> rows);

/// Looks for features that predict the label alone, and for rows of test that training has seen (all inputs
/// and the label equal), over at most 1,000,000 rows.
std::vector<Leak> find_leaks(const Columns& table, const Target& target, const Split& split,
                             const Plan& plan);

/// How well one input alone tells the label.
struct Strength {
  std::string column;
  double value = 0;  ///< As Leak::strength of a single feature; NaN when there is nothing to measure.
};

/// Of each input, fitted to training rows and measured on validation and test rows; over at most 1,000,000
/// rows.
std::vector<Strength> strengths(const Columns& table, const Target& target, const Split& split,
                                const Plan& plan);

}  // namespace mlops::train
