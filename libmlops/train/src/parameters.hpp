#pragma once
/// The parameters of the trainers, as a table: names, kinds, ranges and defaults. What was asked for may come
/// as text (from a command line) or as a number (from a file).

#include <mlops/train/trainer.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::train {

struct Knob {
  enum class Kind { number, whole, flag, text };

  std::string name;
  Kind kind = Kind::number;
  json::Value fallback = {};  ///< null: worked out from the data.
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
  bool above = false;  ///< `min` itself is out of range.
  std::string doc = {};
};

/// The knobs of a trainer; internal error for an unknown one.
const std::vector<Knob>& knobs_of(std::string_view trainer);

/// Every parameter of the trainer in the order of its table: what was asked for, checked and converted, else
/// the default. Throws Error(usage).
json::Object resolve(std::string_view trainer, const json::Object& asked);

/// "over 0 and at most 1"
std::string range_of(const Knob& knob);

}  // namespace mlops::train
