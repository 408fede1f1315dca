#include "src/split_offer.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace mlops::scaffold {
namespace {

constexpr double known_enough = 0.99;
constexpr double day_us = 86'400e6;

bool holds_dates(const Field& field) {
  return field.type.kind == Kind::date || field.type.kind == Kind::timestamp ||
         field.type.kind == Kind::timestamp_tz;
}

double us_per_unit(const Type& type) {
  if (type.kind == Kind::date) return day_us;
  switch (type.unit) {
    case TimeUnit::s:
      return 1e6;
    case TimeUnit::ms:
      return 1e3;
    case TimeUnit::us:
      return 1;
    case TimeUnit::ns:
      return 1e-3;
  }
  return 1;
}

/// The moments of the rows with a label, in microseconds, in order.
std::vector<double> moments_of(const release::Prepared& prepared, std::size_t index) {
  const Column column = prepared.table.column(index);
  const double scale = us_per_unit(column.type());
  std::vector<double> out;
  for (const std::uint32_t row : prepared.target.rows) {
    if (!column.valid(row)) continue;
    const double value = column.type().kind == Kind::date
                             ? static_cast<double>(column.values<std::int32_t>()[row])
                             : static_cast<double>(column.values<std::int64_t>()[row]);
    out.push_back(value * scale);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Whole days or hours that people speak of, nearest to `us` by their ratio; nothing for less than an hour.
std::optional<std::pair<std::string, std::int64_t>> spoken(double us) {
  constexpr std::array days = {1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365};
  constexpr double hour_us = day_us / 24;
  if (us < hour_us) return std::nullopt;
  if (us < day_us) {
    const auto hours = static_cast<std::int64_t>(std::lround(us / hour_us));
    return std::pair(fmt::format("{}h", hours), hours * static_cast<std::int64_t>(hour_us));
  }
  auto count = static_cast<std::int64_t>(std::lround(us / (365 * day_us))) * 365;
  if (us < 1.5 * 365 * day_us) {
    const auto distance = [&](int n) { return std::fabs(std::log(us / (n * day_us))); };
    count =
        *std::min_element(days.begin(), days.end(), [&](int a, int b) { return distance(a) < distance(b); });
  }
  return std::pair(fmt::format("{}d", count), count * static_cast<std::int64_t>(day_us));
}

/// Whether the parts are as large as parts should be.
bool parts_well(const release::Prepared& prepared, const train::SplitRequest& request) {
  try {
    const train::Split split = train::split(prepared.table, prepared.target, request);
    const auto rows = static_cast<double>(prepared.target.rows.size());
    const auto fair = [&](const auto& part) {
      const double share = static_cast<double>(part.size()) / rows;
      return share >= 0.05 && share <= 0.35;
    };
    return fair(split.test) && fair(split.valid);
  } catch (const Error&) {
    return false;
  }
}

std::string lengths(const release::Prepared& prepared, const std::string& time,
                    const std::vector<double>& moments) {
  const auto at = [&](double share) {
    return moments[static_cast<std::size_t>(share * static_cast<double>(moments.size() - 1))];
  };
  const auto test = spoken(moments.back() - at(0.85));
  const auto valid = spoken(at(0.85) - at(0.70));
  // A date far away from all others, as of what is announced, makes a length of time meaningless.
  if (!test || !valid || test->second > 3 * valid->second || valid->second > 3 * test->second) return "";
  const train::SplitRequest request = {
      .time = time, .test_last_us = test->second, .valid_before_us = valid->second};
  if (!parts_well(prepared, request)) return "";
  return fmt::format("{{test: last {}, valid: {} before test}}", test->first, valid->first);
}

std::optional<std::size_t> dated(const release::Prepared& prepared, const std::string& time) {
  const auto& fields = prepared.table.fields();
  if (!time.empty()) return prepared.table.find(time);
  const auto rows = static_cast<double>(prepared.target.rows.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!holds_dates(fields[i]) || fields[i].name == prepared.target.column) continue;
    if (static_cast<double>(moments_of(prepared, i).size()) >= known_enough * rows) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SplitOffer> offer_split(const release::Prepared& prepared, const std::string& time) {
  if (!time.empty()) (void)train::split(prepared.table, prepared.target, {.time = time});
  const auto index = dated(prepared, time);
  if (!index) return std::nullopt;
  const Field& field = prepared.table.fields()[*index];
  SplitOffer out{.time = field.name, .split = ""};
  if (holds_dates(field)) out.split = lengths(prepared, field.name, moments_of(prepared, *index));
  const bool judged = !out.split.empty() || !time.empty() || parts_well(prepared, {.time = field.name});
  return judged ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace mlops::scaffold
