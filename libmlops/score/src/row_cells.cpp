#include "src/row_cells.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>

#include <charconv>
#include <cmath>
#include <string_view>

namespace mlops::score {
namespace {

using feature::KeyKind;
using json::Cell;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr double most_exact = 9'007'199'254'740'992;  // 2^53

std::string shown_text(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return fmt::format("'{}'", text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("'{}...'", text.substr(0, end));
}

std::string shown(const CellPlace& place, const Cell& cell) {
  if (cell.kind == Cell::Kind::list) return "a list";
  if (cell.kind == Cell::Kind::object) return "an object";
  if (place.column.pii) return "a value (masked)";
  if (cell.kind == Cell::Kind::text) return shown_text(json::Node(&cell).text());
  if (cell.kind == Cell::Kind::flag) return cell.flag ? "true" : "false";
  std::string out;
  if (cell.kind == Cell::Kind::integer) predict::spell(cell.integer, out);
  else if (cell.kind == Cell::Kind::large) predict::spell(cell.large, out);
  else predict::spell(cell.number, out);
  return out;
}

[[noreturn]] void refuse_moment(const CellPlace& place, const Cell& cell) {
  throw error(Code::usage, "column '{}', row {}: {} is no time stamp, such as 2026-11-05T09:30:00",
              place.column.name, place.row + 1, shown(place, cell))
      .with_id("signature.mismatch")
      .with_hint("without one, or with null, a row is of now");
}

std::string_view wanted(KeyKind kind) {
  switch (kind) {
    case KeyKind::integer:
      return "integer";
    case KeyKind::text:
      return "text";
    case KeyKind::boolean:
      return "flag (true or false)";
    case KeyKind::date:
      return "date, such as 2026-11-05";
    case KeyKind::timestamp:
      return "time stamp, such as 2026-11-05T09:30:00";
  }
  return "";
}

[[noreturn]] void refuse_key(const CellPlace& place, const Cell& cell, const feature::Key& key) {
  throw error(Code::usage, "column '{}', row {}: {} is no {}, which the key '{}' is", place.column.name,
              place.row + 1, shown(place, cell), wanted(key.kind), key.entity)
      .with_id("signature.mismatch");
}

std::optional<std::int64_t> integer_in(const Cell& cell) {
  if (cell.kind == Cell::Kind::integer) return cell.integer;
  if (cell.kind == Cell::Kind::number && std::abs(cell.number) <= most_exact &&
      cell.number == std::trunc(cell.number))
    return static_cast<std::int64_t>(cell.number);
  if (cell.kind != Cell::Kind::text) return std::nullopt;
  const std::string_view text = json::Node(&cell).text();
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> flag_in(const Cell& cell) {
  if (cell.kind == Cell::Kind::flag) return cell.flag ? 1 : 0;
  if (cell.kind == Cell::Kind::text) {
    const std::string_view text = json::Node(&cell).text();
    if (text == "true" || text == "false") return text == "true" ? 1 : 0;
  }
  const auto value = integer_in(cell);
  return value && (*value == 0 || *value == 1) ? value : std::nullopt;
}

std::optional<std::int64_t> time_in(const Cell& cell) {
  return cell.kind == Cell::Kind::text ? predict::read_timestamp(json::Node(&cell).text()) : std::nullopt;
}

std::optional<std::int64_t> day_in(const Cell& cell) {
  const auto moment = time_in(cell);
  return moment && *moment % day_us == 0 ? std::optional(*moment / day_us) : std::nullopt;
}

std::optional<std::int64_t> part_in(const Cell& cell, KeyKind kind) {
  switch (kind) {
    case KeyKind::integer:
      return integer_in(cell);
    case KeyKind::boolean:
      return flag_in(cell);
    case KeyKind::date:
      return day_in(cell);
    case KeyKind::timestamp:
      return time_in(cell);
    case KeyKind::text:
      break;
  }
  return std::nullopt;
}

}  // namespace

void add_key(const CellPlace& place, const Cell& cell, const feature::Key& key, feature::KeyBytes& bytes) {
  if (key.kind == KeyKind::text) {
    if (cell.kind != Cell::Kind::text) refuse_key(place, cell, key);
    return bytes.text(json::Node(&cell).text());
  }
  const auto part = part_in(cell, key.kind);
  if (!part) refuse_key(place, cell, key);
  bytes.integer(*part);
}

std::optional<std::int64_t> moment_in(const CellPlace& place, const Cell& cell) {
  if (cell.kind == Cell::Kind::null) return std::nullopt;
  const auto moment = time_in(cell);
  if (!moment) refuse_moment(place, cell);
  return moment;
}

}  // namespace mlops::score
