#pragma once
/// The label: what is to be predicted, and for which rows it is known.

#include <mlops/base/columns.hpp>
#include <mlops/predict/signature.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::train {

struct Target {
  predict::Task task = predict::Task::binary;
  std::string column;
  std::string type;                  ///< SQL type.
  std::vector<std::string> classes;  ///< In order (of binary: negative, positive); empty for regression.
  std::vector<std::uint32_t> rows;   ///< Rows of the table whose label is known, ascending.
  std::vector<double> labels;        ///< For each of `rows`: the class number or the value.
  std::uint64_t left_out = 0;        ///< Rows without a label, or with one that is not finite.
  std::string reason;                ///< Why this task: "two values", "12 whole numbers", ...
};

/// Two values: binary (the greater one is positive; texts in lower case first, so that "no" is before "Yes");
/// texts, and up to 20 different whole numbers that occur twice at least: multiclass; else regression. `task`
/// overrides it. Throws Error: usage (no such column, with near misses; a type that cannot be a label; a
/// label that cannot be of the wished task; over 1,000 classes), negative (nothing to learn: no rows, all
/// null, one value, less than two classes that have two rows, naming what was seen). A class of many with one
/// row is kept: it can train.
Target read_target(const Columns& table, const std::string& column, std::optional<predict::Task> task = {});

/// The same for a model that is there already: its task, and its classes in its order. Any number of rows may
/// be known, of any classes of these. `masked`: the values are personal data, and in no message. Throws
/// Error: usage (no such column, with near misses; a type that cannot be such a label), failed
/// ("model.incomparable": a value that is none of the classes, with its row).
Target known_target(const Columns& table, const std::string& column, predict::Task task,
                    const std::vector<std::string>& classes, bool masked = false);

}  // namespace mlops::train
