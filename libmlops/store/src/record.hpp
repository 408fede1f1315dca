#pragma once
/// What the bytes of a record look like from outside.

#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/objects.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::store {

/// "dataset-version" of "dataset-version/1"; nothing when the text is no kind.
std::optional<std::string> kind_name(std::string_view kind);

/// The object as a record. Throws Error: not_found, corrupt (not JSON, no kind).
json::Object get_record(const Objects& objects, const Digest& digest);

/// Every "sha256:<64 hex>" in the value; `raw` when a member called "raw" is on the way to it.
void each_edge(const json::Value& value, const std::function<void(const Digest& digest, bool raw)>& visit);

/// The table of a dataset's version where it can be made again from what the record names as raw.
std::optional<Digest> cache_in(const json::Value& record);

}  // namespace mlops::store
