#pragma once
/// The record "run/1" and the series that it names.

#include "seal.hpp"

namespace mlops::run {

inline constexpr std::string_view reference_kind = "runs";

/// The value with no text in it that would name an object which the store lacks, and in clean UTF-8.
json::Value storable(const store::Objects& objects, const json::Value& value);

/// Canonical JSON {"series":1,"metrics":{name:{"step":[...],"time":[...],"value":[...]}}}, times in
/// microseconds since 1970.
std::string series_text(const Facts& facts);
std::map<std::string, std::vector<Point>> series_from(const std::string& text);

json::Object metrics_json(const std::map<std::string, Metric>& metrics);
std::map<std::string, Metric> metrics_from(const json::Value& value);

json::Object resources_json(const Resources& resources);

struct Kept {
  std::optional<Digest> series;
  std::optional<Digest> artifacts;
  std::vector<std::optional<Digest>> logs;
};
json::Object to_record(const store::Objects& objects, const Opened& opened, const Facts& facts,
                       const Ending& ending, const Kept& kept);

}  // namespace mlops::run
