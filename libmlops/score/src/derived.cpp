#include <mlops/base/error.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/predict/spelling.hpp>
#include <mlops/score/completer.hpp>
#include <mlops/score/derived.hpp>

#include <algorithm>
#include <utility>

#include "src/derived_values.hpp"

namespace mlops::score {
namespace {

using predict::Scalar;
using predict::SqlType;

[[noreturn]] void refuse_damaged(const DerivedColumn& column, const std::string& what) {
  throw error(Code::corrupt, "derived.json of the model: column '{}': {}", column.name, what)
      .with_id("model.damaged")
      .with_hint("a newer version of this program may read it");
}

std::vector<predict::TypedName> names_in(const DerivedColumn& column) {
  std::vector<predict::TypedName> out;
  for (const DerivedRead& read : column.reads) out.push_back({read.as, read.type});
  return out;
}

predict::Expression expression_of(const DerivedColumn& column) {
  for (const DerivedRead& read : column.reads) {
    if (!predict::sql_type_of(read.type))
      refuse_damaged(column, fmt::format("it reads a column of type {}", read.type));
  }
  try {
    predict::Expression out(column.expression, names_in(column));
    if (predict::name_of(out.type()) != column.type)
      refuse_damaged(column, fmt::format("its expression is of type {}, and it of {}",
                                         predict::name_of(out.type()), column.type));
    return out;
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    refuse_damaged(column, e.message());
  }
}

/// npos: it is none of the inputs.
std::size_t position(const std::vector<predict::Input>& inputs, std::string_view name) {
  const auto found =
      std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == name; });
  return found == inputs.end() ? std::string::npos : static_cast<std::size_t>(found - inputs.begin());
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

struct Derived::Step {
  predict::Expression expression;
  std::size_t place = 0;            ///< In inputs_.
  std::vector<SqlType> types = {};  ///< Of what it reads.
  /// Of what it reads: its place in inputs_, and which of columns_ it is, npos for none.
  std::vector<std::size_t> places = {};
  std::vector<std::size_t> made = {};
};

Derived::Derived(std::vector<DerivedColumn> columns, std::vector<predict::Input> inputs)
    : columns_(std::move(columns)), inputs_(std::move(inputs)) {
  for (const DerivedColumn& column : columns_) {
    Step step{.expression = expression_of(column), .place = position(inputs_, column.name)};
    for (const DerivedRead& read : column.reads) {
      const DerivedColumn* made = find(read.name);
      if (made != nullptr && made >= &column) refuse_damaged(column, "it reads what is made later");
      step.types.push_back(*predict::sql_type_of(read.type));
      step.places.push_back(position(inputs_, read.name));
      step.made.push_back(made == nullptr ? std::string::npos
                                          : static_cast<std::size_t>(made - columns_.data()));
    }
    if (find(column.name) != &column) refuse_damaged(column, "it is made twice");
    steps_.push_back(std::move(step));
  }
}

Derived::~Derived() = default;
Derived::Derived(Derived&&) noexcept = default;
Derived& Derived::operator=(Derived&&) noexcept = default;

const DerivedColumn* Derived::find(std::string_view name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const DerivedColumn& column) { return column.name == name; });
  return found == columns_.end() ? nullptr : &*found;
}

std::vector<LookupColumn> Derived::reads() const {
  std::vector<LookupColumn> out;
  for (const DerivedColumn& column : columns_) {
    for (const DerivedRead& read : column.reads) {
      const LookupColumn one{read.name, read.type};
      if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
    }
  }
  return out;
}

std::vector<const DerivedColumn*> Derived::made_of(const std::vector<std::string>& there) const {
  std::vector<const DerivedColumn*> out;
  std::vector<std::string> known = there;
  for (const DerivedColumn& column : columns_) {
    const bool makes = std::all_of(column.reads.begin(), column.reads.end(),
                                   [&](const DerivedRead& read) { return is_among(known, read.name); });
    if (!makes || is_among(known, column.name)) continue;
    out.push_back(&column);
    known.push_back(column.name);
  }
  return out;
}

namespace {

class ColumnParts final : public PartSource {
 public:
  ColumnParts(const Columns& rows, const DerivedColumn& column, const std::vector<SqlType>& types)
      : types_(types) {
    for (const DerivedRead& read : column.reads) columns_.push_back(rows.column(*rows.find(read.name)));
  }
  std::optional<Scalar> part(std::size_t part, std::size_t row) const override {
    return predict::scalar_of(columns_[part], row, types_[part]);
  }
  std::string shown(std::size_t part, std::size_t row) const override {
    std::string out;
    return predict::spell(columns_[part], row, out) ? fmt::format("'{}'", out.substr(0, 60)) : "the value";
  }

 private:
  const std::vector<SqlType>& types_;
  std::vector<Column> columns_;
};

}  // namespace

Columns Derived::complete(const Columns& rows, std::uint64_t first_row) const {
  std::vector<std::string> there;
  for (const Field& field : rows.fields()) there.push_back(field.name);
  Columns out = rows;
  for (const DerivedColumn* column : made_of(there)) {
    const Step& step = steps_[static_cast<std::size_t>(column - columns_.data())];
    const ColumnParts parts(out, *column, step.types);
    const auto values = values_of(*column, step.expression, parts, inputs_, rows.rows(), first_row);
    out = feature::beside(out, predict::column_of(column->name, step.expression.type(), values));
  }
  return out;
}

/// What a request has, and what was made of it.
class Derived::Request {
 public:
  Request(const Derived& derived, const GivenRows& given, const std::optional<Moment>& moment)
      : derived_(derived), given_(given), moment_(moment), made_(derived.columns_.size()) {}

  void run(Made& out) {
    for (std::size_t i = 0; i < made_.size(); ++i) {
      const Step& step = derived_.steps_[i];
      if (given_.has(step.place) || !has_parts(i)) continue;
      made_[i] = values_of(derived_.columns_[i], step.expression, Parts(*this, i), derived_.inputs_,
                           given_.rows(), 1);
      const auto cells = out.add(step.place, Kind::null);
      for (std::size_t row = 0; row < cells.size(); ++row)
        cells[row] = cell_of((*made_[i])[row], step.expression.type(),
                             [&](std::string_view text) { return out.keep(text); });
    }
  }

 private:
  class Parts final : public PartSource {
   public:
    Parts(const Request& request, std::size_t column) : request_(request), column_(column) {}
    std::optional<Scalar> part(std::size_t part, std::size_t row) const override {
      return request_.part(column_, part, row);
    }
    std::string shown(std::size_t part, std::size_t row) const override {
      return shown_cell(request_.given_.cell(request_.derived_.steps_[column_].places[part], row));
    }

   private:
    const Request& request_;
    std::size_t column_;
  };

  bool is_made(const Step& step, std::size_t part) const {
    return step.made[part] != std::string::npos && made_[step.made[part]].has_value();
  }

  bool is_time(std::size_t column, std::size_t part) const {
    return moment_ && moment_->column == derived_.columns_[column].reads[part].name;
  }

  bool has_parts(std::size_t column) const {
    const Step& step = derived_.steps_[column];
    for (std::size_t part = 0; part < step.places.size(); ++part) {
      if (!given_.has(step.places[part]) && !is_made(step, part) && !is_time(column, part)) return false;
    }
    return true;
  }

  std::optional<Scalar> part(std::size_t column, std::size_t part, std::size_t row) const {
    const Step& step = derived_.steps_[column];
    if (is_made(step, part)) return (*made_[step.made[part]])[row];
    if (given_.has(step.places[part])) {
      const json::Cell cell = given_.cell(step.places[part], row);
      if (cell.kind != json::Cell::Kind::null || !is_time(column, part))
        return predict::scalar_of(cell, step.types[part]);
    }
    return now_as(step.types[part]);
  }

  std::optional<Scalar> now_as(SqlType type) const {
    constexpr std::int64_t day_us = 86'400'000'000;
    const std::int64_t now = moment_->now.us;
    const std::int64_t days = now / day_us - (now % day_us < 0 ? 1 : 0);
    if (type != SqlType::date && type != SqlType::timestamp) return std::nullopt;
    return Scalar{.null = false, .whole = type == SqlType::date ? days : now};
  }

  const Derived& derived_;
  const GivenRows& given_;
  const std::optional<Moment>& moment_;
  std::vector<std::optional<std::vector<Scalar>>> made_;  ///< By column.
};

void Derived::complete(const GivenRows& given, const std::optional<Moment>& moment, Made& out) const {
  out.start(given.rows(), columns_.size());
  Request(*this, given, moment).run(out);
}

}  // namespace mlops::score
