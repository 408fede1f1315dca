#pragma once
/// The lists of the record "judgement/1", item by item.

#include <mlops/release/judgement.hpp>

namespace mlops::release {

json::Object json_of(const Judgee& judgee);
json::Object json_of(const Gate& gate);
json::Object json_of(const evaluate::Slice& slice);

/// Throw Error(corrupt); `record` is the one that they are of.
Judgee judgee_from(const json::Value& value, const Digest& record);
Gate gate_from(const json::Value& value, const Digest& record);
evaluate::Slice slice_from(const json::Value& value, const Digest& record);

/// "auc": {"value", "error", "low", "high", "greater_is_better"}
json::Object metrics_json(const std::vector<evaluate::Metric>& metrics);

}  // namespace mlops::release
