#include "src/materialize.hpp"

#include <cmath>
#include <limits>
#include <tuple>
#include <unordered_map>

namespace mlops::feature {
namespace {

void append(std::string& out, std::uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t bits_of(double value) {
  return std::bit_cast<std::uint64_t>(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value);
}

/// The same bytes for events that are the same value for value.
void encode(const EventRows& rows, std::size_t row, std::string_view key, std::string& out) {
  out.clear();
  append(out, key.size());
  out.append(key);
  append(out, static_cast<std::uint64_t>(rows.at(row)));
  append(out, static_cast<std::uint64_t>(rows.known(row)));
  for (std::size_t i = 0; i < rows.inputs(); ++i) {
    out.push_back(rows.has(row, i) ? 1 : 0);
    if (!rows.has(row, i)) continue;
    if (rows.cell(i) == Cell::whole) append(out, static_cast<std::uint64_t>(rows.whole(row, i)));
    else if (rows.cell(i) == Cell::real) append(out, bits_of(rows.real(row, i)));
    else append(out, rows.text(row, i).size()), out.append(rows.text(row, i));
  }
}

}  // namespace

Materializing::Materializing(const View& view, const Columns& version, const Columns& pushed)
    : view_(view), version_{EventRows(view, version), {}}, pushed_{EventRows(view, pushed), {}} {
  number(version_);
  number(pushed_);
  for (const Part* part : {&version_, &pushed_}) {
    for (std::size_t row = 0; row < part->keys.size(); ++row) {
      if (part->keys[row] != no_row && (!newest_ || part->rows.at(row) > *newest_))
        newest_ = part->rows.at(row);
    }
  }
}

void Materializing::number(Part& part) {
  part.keys.assign(part.rows.rows(), no_row);
  for (std::size_t row = 0; row < part.keys.size(); ++row) {
    if (const auto key = part.rows.key(row)) part.keys[row] = index_.add(*key);
  }
}

void Materializing::supersede() {
  if (pushed_.rows.rows() == 0) return;
  std::unordered_map<std::string, std::pair<std::uint64_t, std::uint64_t>>
      counts;  // pushed, and in the version
  std::string bytes;
  for (std::size_t row = 0; row < pushed_.keys.size(); ++row) {
    encode(pushed_.rows, row, *pushed_.rows.key(row), bytes);
    ++counts[bytes].first;
  }
  for (std::size_t row = 0; row < version_.keys.size(); ++row) {
    if (version_.keys[row] == no_row) continue;
    encode(version_.rows, row, *version_.rows.key(row), bytes);
    if (const auto found = counts.find(bytes); found != counts.end()) ++found->second.second;
  }
  for (std::size_t row = 0; row < pushed_.keys.size(); ++row) {
    encode(pushed_.rows, row, *pushed_.rows.key(row), bytes);
    std::uint64_t& there = counts[bytes].second;
    if (there == 0) continue;
    --there;
    ++superseded_;
    pushed_.keys[row] = no_row;
  }
}

void Materializing::find_latest(const Part& part, std::size_t first, std::int64_t complete_from) {
  for (std::size_t row = 0; row < part.keys.size(); ++row) {
    if (part.keys[row] == no_row || part.rows.enters(row) > complete_from) continue;
    Latest& latest = latest_[part.keys[row]];
    const auto moments = std::pair(part.rows.at(row), part.rows.known(row));
    if (latest.arrival == SIZE_MAX || moments >= std::pair(latest.at, latest.known))
      latest = {moments.first, moments.second, first + row};
  }
}

void Materializing::write(Part& part, std::size_t first, bool pushed, EventTable& table,
                          std::int64_t complete_from) {
  const std::int64_t oldest = complete_from - view_.longest_window_us();
  for (std::size_t row = 0; row < part.keys.size(); ++row) {
    if (part.keys[row] == no_row) continue;
    const bool needed = part.rows.at(row) >= oldest || part.rows.enters(row) > complete_from ||
                        latest_[part.keys[row]].arrival == first + row;
    if (needed) table.insert(part.rows, row, *part.rows.key(row), pushed);
  }
}

void Materializing::write(EventTable& table, std::int64_t complete_from) {
  latest_.assign(index_.size(), {});
  find_latest(version_, 0, complete_from);
  find_latest(pushed_, version_.keys.size(), complete_from);
  write(version_, 0, false, table, complete_from);
  write(pushed_, version_.keys.size(), true, table, complete_from);
}

}  // namespace mlops::feature
