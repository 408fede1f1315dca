#include <mlops/feature/plain.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "src/build.hpp"
#include "src/scan.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

/// Words that SQL reads as a value where no quotes stand around them.
constexpr std::array<std::string_view, 13> values_of_sql = {
    "true",      "false",        "null",           "default",           "current_date",    "current_time",
    "localtime", "current_user", "localtimestamp", "current_timestamp", "current_catalog", "session_user",
    "user"};

bool is_word(std::string_view text) {
  const auto part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
           static_cast<unsigned char>(c) > 127;
  };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), part);
}

/// The name that an expression is; empty for any other.
std::string name_in(std::string_view sql) {
  const std::string_view text = trimmed({sql}).text;
  if (is_word(text)) {
    const std::string word = lowered(text);
    return std::find(values_of_sql.begin(), values_of_sql.end(), word) == values_of_sql.end() ? word : "";
  }
  if (text.size() < 3 || text.front() != '"' || behind_quoted(text, 0) != text.size()) return "";
  std::string name;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == '"') ++i;
  }
  return lowered(name);
}

/// What stands between the two, or nothing.
std::optional<std::string_view> between(std::string_view text, std::string_view front,
                                        std::string_view back) {
  if (text.size() <= front.size() + back.size() || !text.starts_with(front) || !text.ends_with(back))
    return std::nullopt;
  return text.substr(front.size(), text.size() - front.size() - back.size());
}

std::vector<std::uint8_t> validity(const Column& column) {
  std::vector<std::uint8_t> valid(column.size());
  for (std::size_t row = 0; row < valid.size(); ++row) valid[row] = column.valid(row) ? 1 : 0;
  return valid;
}

Built whole(const std::string& name, const Column& column) {
  std::vector<std::int64_t> values(column.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (column.valid(row)) values[row] = integer_at(column, row);
  }
  return built(name, values, validity(column));
}

Built real(const std::string& name, const Column& column) {
  std::vector<double> values(column.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!column.valid(row)) continue;
    values[row] = column.type().kind == Kind::float32 ? static_cast<double>(column.values<float>()[row])
                                                      : column.values<double>()[row];
  }
  return built(name, values, validity(column));
}

/// true, or null.
Built present(const std::string& name, const Column& column) {
  std::vector<std::uint8_t> valid = validity(column);
  Built out{.field = {.name = name, .type = {.kind = Kind::boolean}, .sql = "BOOLEAN"},
            .rows = column.size()};
  out.values.assign(valid.size() / 8 + 1, std::byte{0});
  out.valid.assign(valid.size() / 8 + 1, 0);
  for (std::size_t row = 0; row < valid.size(); ++row) {
    if (valid[row] == 0) {
      ++out.nulls;
      continue;
    }
    out.values[row / 8] |= std::byte{1} << (row % 8);
    out.valid[row / 8] = static_cast<std::uint8_t>(out.valid[row / 8] | 1u << (row % 8));
  }
  return out;
}

}  // namespace

std::optional<std::size_t> column_named(std::string_view sql, const std::vector<RowColumn>& reads) {
  const std::string name = name_in(sql);
  for (std::size_t i = 0; !name.empty() && i < reads.size(); ++i) {
    if (lowered(reads[i].name) == name) return i;
  }
  return std::nullopt;
}

std::optional<PlainView> PlainView::of(const View& view, const std::vector<RowColumn>& reads) {
  PlainView out;
  bool plain = true;
  const auto add = [&](std::string name, std::optional<std::size_t> from, How how = How::same) {
    plain = plain && from;
    out.made_.push_back({std::move(name), from.value_or(0), how});
  };
  for (std::size_t i = 0; i < view.key.size(); ++i) {
    const auto is_it = [&](const RowColumn& one) { return lowered(one.name) == lowered(view.key[i].column); };
    const auto found = std::find_if(reads.begin(), reads.end(), is_it);
    const auto from = static_cast<std::size_t>(found - reads.begin());
    add(fmt::format("key{}", i), found == reads.end() ? std::nullopt : std::optional(from));
  }
  add("at", column_named(view.at, reads));
  if (!view.known.empty()) add("known", column_named(view.known, reads));
  for (std::size_t i = 0; plain && i < view.inputs.size(); ++i) {
    const Input& input = view.inputs[i];
    std::optional<std::size_t> from;
    How how = How::same;
    const auto type_of = [&] { return from ? reads[*from].type : ""; };
    if (const auto sql = between(input.sql, "CAST((", ") AS BIGINT)")) {
      from = column_named(*sql, reads);
      how = How::whole;
      plain = is_integer(type_of()) || type_of() == "BOOLEAN";
    } else if (const auto wide = between(input.sql, "CAST((", ") AS DOUBLE)")) {
      from = column_named(*wide, reads);
      how = How::real;
      plain = type_of() == "FLOAT" || type_of() == "DOUBLE";
    } else if (const auto counted = between(input.sql, "(", ") IS NOT NULL OR NULL")) {
      from = column_named(*counted, reads);
      how = How::present;
    } else if (const auto same = between(input.sql, "(", ")")) {
      from = column_named(*same, reads);
      plain = type_of() == input.type;
    }
    add(fmt::format("input{}", i), from, how);
  }
  return plain ? std::optional(std::move(out)) : std::nullopt;
}

Columns PlainView::events(const Columns& rows) const {
  std::vector<Built> converted;
  for (const Made& made : made_) {
    const Column column = rows.column(made.from);
    if (made.how == How::whole) converted.push_back(whole(made.name, column));
    else if (made.how == How::real) converted.push_back(real(made.name, column));
    else if (made.how == How::present) converted.push_back(present(made.name, column));
  }
  const Columns others = assemble(std::move(converted), rows.rows());
  std::vector<Borrowed> columns;
  std::size_t next = 0;
  for (const Made& made : made_) {
    if (made.how == How::same) columns.push_back({&rows, made.from});
    else columns.push_back({&others, next++});
    columns.back().name = made.name;
  }
  return assemble(columns, rows.rows());
}

}  // namespace mlops::feature
