#pragma once
/// One question to the online store: a key, a moment, the values.

#include <mlops/feature/online.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

/// The bytes of a key whose parts are given as text, in the order of View::key. Throws Error(usage) for a
/// text that is no value of its kind.
std::string key_bytes(const feature::View& view, const std::vector<std::string>& parts);

/// What one column has for a key and a moment.
struct LookedUp {
  std::string column;
  std::string type;         ///< SQL
  json::Value value = {};   ///< As dataset::cell() has it.
  std::string_view status;  ///< See statuses.
};

/// present: a value. null: the moment sees events of the key, and what is asked of them is null. expired: the
/// latest one is older than the view's ttl. none: it sees no event of the key.
namespace statuses {
inline constexpr std::string_view present = "present";
inline constexpr std::string_view null = "null";
inline constexpr std::string_view expired = "expired";
inline constexpr std::string_view none = "none";
}  // namespace statuses

struct LookUp {
  std::vector<LookedUp> values = {};
  std::optional<std::int64_t> newest_us = {};  ///< Event time of the newest event that the moment sees.
};

/// `columns` of the view; empty: all. Throws as LiveView::look_up() does.
LookUp look_up(const feature::OnlineStore& store, const feature::OnlineView& view, const std::string& key,
               std::int64_t time_us, const std::vector<std::string>& columns = {});

}  // namespace mlops::score
