#pragma once
/// Values of the online store as JSON.

#include <mlops/feature/live.hpp>
#include <mlops/json/value.hpp>

#include <string>

namespace mlops::score {

/// As dataset::cell() has a value of that SQL type.
json::Value value_json(const feature::Value& value, const std::string& type);

/// An SQL type for the parts of keys of that kind.
std::string key_type(feature::KeyKind kind);

}  // namespace mlops::score
