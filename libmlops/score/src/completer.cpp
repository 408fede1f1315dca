#include <mlops/score/completer.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <utility>

#include "src/lookup_faults.hpp"
#include "src/made_cells.hpp"
#include "src/row_cells.hpp"

namespace mlops::score {
namespace {

using json::Cell;

constexpr std::int64_t us_of_day = 86'400'000'000;

std::size_t position(const Scorer& scorer, const std::string& name) {
  const auto& columns = scorer.columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  throw error(Code::corrupt, "the model has a view with '{}', which is no input of it", name)
      .with_id("model.damaged");
}

std::size_t position(const feature::View& view, const std::string& name) {
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (view.columns[i].name == name) return i;
  }
  throw error(Code::internal, "the view '{}' that is looked up has no column '{}'", view.name, name);
}

/// For messages: the ways of rows that are whole know no names.
std::vector<std::string> names_in(const Scorer& scorer, const GivenRows& given) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < scorer.columns().size(); ++i) {
    if (given.has(i)) out.push_back(scorer.columns()[i].name);
  }
  for (const std::string_view name : given.unknown()) out.emplace_back(name);
  return out;
}

/// A time that is called a little otherwise must not be taken for none.
void refuse_misspelt(const predict::Input& time, const std::vector<std::string_view>& unknown) {
  const auto similar = near_misses(time.name, {unknown.begin(), unknown.end()});
  if (similar.empty()) return;
  throw error(Code::usage,
              "column '{}' ({}), as of which features are looked up, is missing; did you mean {}?", time.name,
              time.type, one_of(similar))
      .with_id("signature.mismatch")
      .with_hint("a row whose '{}' is null is of now", time.name);
}

bool has_all(const GivenRows& given, const std::vector<std::size_t>& columns) {
  return std::all_of(columns.begin(), columns.end(), [&](std::size_t column) { return given.has(column); });
}

}  // namespace

void Made::start(std::size_t rows, std::size_t width) {
  rows_ = rows;
  columns_.clear();
  cells_.resize(rows * width);
  kept_ = 0;
  lookups_ = 0;
}

std::span<Cell> Made::add(std::size_t column, Kind kind) {
  const std::span<Cell> cells = std::span(cells_).subspan(columns_.size() * rows_, rows_);
  columns_.push_back({.column = column, .kind = kind, .cells = cells});
  return cells;
}

std::string_view Made::keep(std::string_view text) {
  if (kept_ == texts_.size()) texts_.emplace_back();
  return texts_[kept_++].assign(text);
}

struct Completer::Lookup {
  const ModelView* view;
  const feature::LiveView* live;
  std::vector<std::size_t> key = {};      ///< Positions in Scorer::columns().
  std::vector<std::size_t> inputs = {};   ///< Of the features: positions in Scorer::columns().
  std::vector<std::size_t> columns = {};  ///< Of each: its position in LiveView's.
  std::vector<CellForm> forms = {};
};

Completer::Completer(const Scorer& scorer, std::vector<std::shared_ptr<const feature::LiveView>> views)
    : scorer_(&scorer), views_(std::move(views)) {
  const ModelFeatures& features = scorer.features();
  if (views_.size() != features.views.size())
    throw error(Code::internal, "{} views for a model of {}", views_.size(), features.views.size());
  if (features.empty()) return;
  time_ = position(scorer, features.time.name);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const ModelView& view = features.views[i];
    Lookup lookup{.view = &view, .live = views_[i].get()};
    for (const LookupColumn& key : view.key) lookup.key.push_back(position(scorer, key.name));
    for (const std::string& name : view.names()) lookup.inputs.push_back(position(scorer, name));
    for (const std::string& name : view.columns) {
      lookup.columns.push_back(position(lookup.live->view(), name));
      lookup.forms.push_back(form_of(lookup.live->view().columns[lookup.columns.back()].type));
    }
    lookups_.push_back(std::move(lookup));
  }
  for (std::size_t i = 0; i < scorer.signature().inputs.size(); ++i) {
    if (i != time_ && !features.has(scorer.columns()[i].name)) needed_.push_back(i);
  }
}

Completer::~Completer() = default;
Completer::Completer(Completer&&) noexcept = default;

bool Completer::lacks(const Lookup& lookup, const GivenRows& given) const {
  const auto there = std::count_if(lookup.inputs.begin(), lookup.inputs.end(),
                                   [&](std::size_t column) { return given.has(column); });
  if (there == 0) return true;
  if (static_cast<std::size_t>(there) == lookup.inputs.size()) return false;
  return score::lacks(*lookup.view, names_in(*scorer_, given));
}

void Completer::require(const std::vector<const Lookup*>& lacking, const GivenRows& given) const {
  const bool whole = has_all(given, needed_) &&
                     std::all_of(lacking.begin(), lacking.end(),
                                 [&](const Lookup* lookup) { return has_all(given, lookup->key); });
  if (whole) return;
  std::vector<const ModelView*> views;
  for (const Lookup* lookup : lacking) views.push_back(lookup->view);
  require_lookups(*scorer_, views, names_in(*scorer_, given), TimeColumn::optional);
}

void Completer::take_times(const GivenRows& given, Time now, Made& out) const {
  out.times_.assign(given.rows(), now.us);
  if (!given.has(time_)) return;
  const predict::Input& column = scorer_->columns()[time_];
  for (std::size_t row = 0; row < out.times_.size(); ++row)
    out.times_[row] = moment_in({column, row}, given.cell(time_, row)).value_or(now.us);
}

/// To a model that takes the time as an input, where the request has none. In its own words where it has
/// some.
void Completer::give_times(const GivenRows& given, Time now, Made& out) const {
  const bool date = scorer_->columns()[time_].encoding == predict::Encoding::date;
  if (!given.has(time_)) {
    const std::int64_t days = now.us / us_of_day - (now.us % us_of_day < 0 ? 1 : 0);
    const auto cells = out.add(time_, date ? Kind::date : Kind::timestamp);
    return std::fill(cells.begin(), cells.end(), integer_cell(date ? days : now.us));
  }
  std::size_t nulls = 0;
  for (std::size_t row = 0; row < given.rows(); ++row) {
    const Cell cell = given.cell(time_, row);
    if (cell.kind == Cell::Kind::null) ++nulls;
    else if (cell.kind != Cell::Kind::text) return;  // to be refused as any other value of its kind
  }
  if (nulls == 0) return;
  constexpr std::size_t date_length = 10;
  const std::string now_text = date ? now.text().substr(0, date_length) : now.text();
  const auto cells = out.add(time_, Kind::null);
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const Cell cell = given.cell(time_, row);
    const bool null = cell.kind == Cell::Kind::null;
    cells[row] = text_cell(out.keep(null ? now_text : json::Node(&cell).text()));
  }
}

void Completer::refuse_forgotten(const Lookup& lookup, std::size_t row, std::int64_t time) const {
  const Time since{lookup.live->complete_from()};
  throw error(Code::usage,
              "column '{}', row {}: the features of '{}' are kept since {}, and the row is of {}",
              scorer_->features().time.name, row + 1, lookup.view->as, since.text(), Time{time}.text())
      .with_id("features.forgotten")
      .with_hint("features of older rows go with the request as columns");
}

void Completer::ask(const Lookup& lookup, std::optional<std::string_view> key, std::size_t row,
                    Made& out) const {
  try {
    lookup.live->look_up(key, out.times_[row], lookup.columns, out.found_);
  } catch (const Error& fault) {
    if (fault.id() == "features.forgotten") refuse_forgotten(lookup, row, out.times_[row]);
    throw;
  }
}

void Completer::look_up(const Lookup& lookup, const GivenRows& given, Made& out) const {
  const std::vector<feature::Key>& keys = lookup.live->view().key;
  const auto& columns = scorer_->columns();
  const std::size_t first = out.columns_.size();
  for (std::size_t i = 0; i < lookup.inputs.size(); ++i) out.add(lookup.inputs[i], lookup.forms[i].kind);
  feature::KeyBytes bytes(keys.size());
  for (std::size_t row = 0; row < out.rows_; ++row) {
    bytes.start();
    bool known = true;
    for (std::size_t part = 0; part < keys.size(); ++part) {
      const std::size_t column = lookup.key[part];
      const Cell cell = given.cell(column, row);
      if (cell.kind == Cell::Kind::null) known = false;
      else add_key({columns[column], row}, cell, keys[part], bytes);
    }
    const auto key = known ? std::optional(bytes.bytes()) : std::nullopt;
    ask(lookup, key, row, out);
    for (std::size_t i = 0; i < lookup.inputs.size(); ++i) {
      feature::Value& value = out.found_.values[i];
      Cell& cell = out.cells_[(first + i) * out.rows_ + row];
      cell = cell_of(value, lookup.forms[i], columns[lookup.inputs[i]]);
      if (cell.kind == Cell::Kind::text) cell.text = out.keep(value.text).data();
    }
  }
  out.lookups_ += out.rows_;
}

void Completer::complete(const GivenRows& given, Time now, Made& out) const {
  std::vector<const Lookup*> lacking;
  std::size_t width = 1;
  for (const Lookup& lookup : lookups_) {
    if (!lacks(lookup, given)) continue;
    lacking.push_back(&lookup);
    width += lookup.inputs.size();
  }
  out.start(given.rows(), width);
  if (lookups_.empty()) return;
  const bool takes_time = time_ < scorer_->signature().inputs.size();
  if (lacking.empty() && !takes_time) return;
  if (!lacking.empty()) require(lacking, given);
  if (!given.has(time_)) refuse_misspelt(scorer_->columns()[time_], given.unknown());
  if (!lacking.empty()) take_times(given, now, out);
  if (takes_time) give_times(given, now, out);
  for (const Lookup* lookup : lacking) look_up(*lookup, given, out);
}

}  // namespace mlops::score
