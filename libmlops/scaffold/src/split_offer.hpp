#pragma once
/// A split by time whose lengths fit the data.

#include <mlops/release/train.hpp>

#include <optional>
#include <string>

namespace mlops::scaffold {

struct SplitOffer {
  std::string time;   ///< The column.
  std::string split;  ///< "{test: last 30d, valid: 30d before test}"; empty where shares say it better.
};

/// By `time`; if that is empty, by the first column of dates that is known in nearly every row. Nothing when
/// there is none, or the latest rows are none to judge by. Throws Error(usage) for a `time` that is none.
std::optional<SplitOffer> offer_split(const release::Prepared& prepared, const std::string& time);

}  // namespace mlops::scaffold
