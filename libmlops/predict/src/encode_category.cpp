#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <functional>

#include "src/encoding.hpp"

namespace mlops::predict {
namespace {

bool is_floating(Kind kind) { return kind == Kind::float32 || kind == Kind::float64; }

bool is_numeric(Kind kind) {
  return (kind >= Kind::int8 && kind <= Kind::uint64) || kind == Kind::decimal || is_floating(kind);
}

constexpr double exact = 9007199254740992;  // 2^53

void spell_number(double value, Spelling spelling, std::string& out) {
  switch (spelling.as) {
    case Spelling::As::integer:
      if (value == std::floor(value) && std::abs(value) <= exact)
        return spell(static_cast<std::int64_t>(value), out);
      return spell(value, out);
    case Spelling::As::float32:
      return spell(static_cast<float>(value), out);
    case Spelling::As::boolean:
      if (value == 0 || value == 1) out += value == 0 ? "false" : "true";
      else spell(value, out);
      return;
    case Spelling::As::decimal: {
      std::string text(400, '\0');
      const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed,
                                     spelling.scale);
      out.append(text.data(), end.ptr);
      return;
    }
    default:
      return spell(value, out);
  }
}

/// The kind of the batch is the kind of training, or training's was text: the value's own spelling is right.
bool is_own(Kind kind, Spelling spelling, int scale) {
  if (!is_numeric(kind) && kind != Kind::boolean) return true;
  switch (spelling.as) {
    case Spelling::As::own:
      return true;
    case Spelling::As::integer:
      return kind >= Kind::int8 && kind <= Kind::uint64;
    case Spelling::As::decimal:
      return kind == Kind::decimal && scale == spelling.scale;
    case Spelling::As::float32:
      return kind == Kind::float32;
    case Spelling::As::float64:
      return kind == Kind::float64;
    case Spelling::As::boolean:
      return kind == Kind::boolean;
  }
  return true;
}

/// A text as it stands, else as the number that it spells.
std::int32_t code_of_text(std::string_view text, const Lookup& lookup, Spelling spelling,
                          std::string& buffer) {
  const std::int32_t code = lookup.find(text);
  if (code >= 0 || spelling.as == Spelling::As::own) return code;
  const auto number = read_number(text);
  if (!number || !std::isfinite(*number)) return code;
  buffer.clear();
  spell_number(*number, spelling, buffer);
  return lookup.find(buffer);
}

class Codes {
 public:
  Codes(ColumnTask& task, const Lookup& lookup, Spelling spelling)
      : task_(task), lookup_(lookup), spelling_(spelling), kind_(task.column.type().kind) {
    own_ = is_own(kind_, spelling, task.column.type().scale);
  }

  std::int32_t at(std::size_t row) {
    if (is_null(row)) {
      if (task_.input.nulls == Policy::refuse)
        refuse_value(task_, row, "value, which this input has to have");
      ++task_.nulls;
      return code_null;
    }
    const std::int32_t code = kind_ == Kind::text
                                  ? code_of_text(task_.column.text(row), lookup_, spelling_, buffer_)
                                  : lookup_.find(spelled(row));
    if (code == code_unseen) meet_unseen(row);
    return code;
  }

 private:
  bool is_null(std::size_t row) const {
    if (!task_.column.valid(row)) return true;
    return is_floating(kind_) && !std::isfinite(number_at(task_.column, row));
  }

  std::string_view spelled(std::size_t row) {
    buffer_.clear();
    if (own_) spell(task_.column, row, buffer_);
    else spell_number(number_at(task_.column, row), spelling_, buffer_);
    return buffer_;
  }

  void meet_unseen(std::size_t row) {
    if (task_.input.unseen == Policy::refuse)
      refuse_unseen(task_, row, kind_ == Kind::text ? task_.column.text(row) : spelled(row));
    ++task_.unseen;
  }

  ColumnTask& task_;
  const Lookup& lookup_;
  Spelling spelling_;
  Kind kind_;
  bool own_ = true;
  std::string buffer_;
};

}  // namespace

Lookup::Lookup(const std::vector<std::string>& categories)
    : categories_(categories), slots_(std::bit_ceil(2 * categories.size() + 1), -1) {
  for (std::size_t code = 0; code < categories.size(); ++code) {
    std::size_t at = std::hash<std::string_view>()(categories[code]) & (slots_.size() - 1);
    while (slots_[at] >= 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<std::int32_t>(code);
  }
}

std::int32_t Lookup::find(std::string_view text) const {
  if (slots_.empty()) return code_unseen;
  std::size_t at = std::hash<std::string_view>()(text) & (slots_.size() - 1);
  for (; slots_[at] >= 0; at = (at + 1) & (slots_.size() - 1)) {
    if (categories_[static_cast<std::size_t>(slots_[at])] == text) return slots_[at];
  }
  return code_unseen;
}

Spelling spelling_of(std::string_view type) {
  if (type == "BOOLEAN") return {Spelling::As::boolean};
  if (type == "FLOAT") return {Spelling::As::float32};
  if (type == "DOUBLE") return {Spelling::As::float64};
  if (is_whole(type)) return {Spelling::As::integer};
  if (!type.starts_with("DECIMAL(")) return {};
  int scale = 0;
  const std::size_t comma = type.find(',');
  if (comma != std::string_view::npos)
    std::from_chars(type.data() + comma + 1, type.data() + type.size() - 1, scale);
  return {Spelling::As::decimal, scale};
}

std::vector<std::string> respelled(std::vector<std::string> categories, Spelling spelling) {
  if (spelling.as != Spelling::As::float32 && spelling.as != Spelling::As::float64) return categories;
  for (std::string& category : categories) {
    const auto number = read_number(category);
    if (!number || !std::isfinite(*number)) continue;
    category.clear();
    spell_number(*number, spelling, category);
  }
  return categories;
}

void encode_categories(ColumnTask& task, const Lookup& lookup, Spelling spelling,
                       std::vector<std::int32_t>& out) {
  const std::size_t rows = task.column.size();
  out.resize(rows);
  Codes codes(task, lookup, spelling);
  for (std::size_t row = 0; row < rows; ++row) out[row] = codes.at(row);
}

}  // namespace mlops::predict
