#pragma once
/// A reference as JSON, in baseline.json and in records.

#include <mlops/json/value.hpp>
#include <mlops/stats/reference.hpp>

#include <optional>

namespace mlops::monitor {

/// A finite number, else null; mean, psi and the like.
json::Value number_or_null(const std::optional<double>& value);

json::Object to_json(const stats::Bins& bins);
json::Array to_json(const std::vector<std::uint64_t>& counts);
json::Object to_json(const stats::Reference& reference);

/// Nothing for what is none, or does not hold together.
std::optional<stats::Bins> bins_from(const json::Value& value);
std::optional<std::vector<std::uint64_t>> counts_from(const json::Value& value);
std::optional<stats::Reference> reference_from(const json::Value& value);

}  // namespace mlops::monitor
