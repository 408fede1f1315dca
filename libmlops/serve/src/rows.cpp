#include "src/rows.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <string>

#include "src/faults.hpp"
#include "src/form.hpp"

namespace mlops::serve {
namespace {

using Kind = json::Node::Kind;

[[noreturn]] void refuse_missing(std::string_view name, std::size_t row) {
  throw mismatch("column '{}' is missing in row {}", name, row)
      .with_hint("a value that is not known is written as null");
}

void require_list(json::Node value, std::string_view what) {
  if (!value.is(Kind::list)) throw malformed("'{}' is {}; a list is wanted", what, kind_of_value(value));
}

/// pandas' own names for columns that have none: 0, 1, 2, ...
bool is_numbering(json::Node columns) {
  std::int64_t next = 0;
  for (const json::Node column : columns.items()) {
    if (!column.is(Kind::integer) || column.integer() != next++) return false;
  }
  return true;
}

}  // namespace

void Rows::start(const std::vector<predict::Input>& inputs, std::size_t positional, Names& names,
                 Cells& cells) {
  inputs_ = &inputs;
  positional_ = positional;
  names_ = &names;
  cells_ = &cells;
  columns_.assign(inputs.size(), Names::none);
  targets_.clear();
  layout_.clear();
}

void Rows::read(json::Node body) {
  const json::Entry form = form_of(body, *inputs_);
  if (form.name == "dataframe_split") return split(form.value);
  if (form.name == "inputs" && form.value.is(Kind::object)) return object_of_columns(form.value);
  require_list(form.value, form.name);
  if (form.name == "dataframe_records") return records(form.value, form.name);
  list(form.value, form.name);
}

void Rows::add(std::size_t input) { columns_[input] = cells_->add(input); }

void Rows::put(std::size_t column, std::size_t row, json::Node value) {
  cells_->at(column, row) = value.cell();
}

void Rows::split(json::Node value) {
  if (!value.is(Kind::object))
    throw malformed("'dataframe_split' is {}; an object with 'columns' and 'data' is wanted",
                    kind_of_value(value));
  std::optional<json::Node> columns, data, index;
  for (const json::Entry& member : value.members()) {
    auto* const place = member.name == "columns" ? &columns
                        : member.name == "data"  ? &data
                        : member.name == "index" ? &index
                                                 : nullptr;
    if (place == nullptr)
      throw malformed("'dataframe_split' has {}; it takes 'columns', 'data' and 'index'",
                      quoted(member.name));
    if (*place) throw malformed("'dataframe_split' has {} twice", quoted(member.name));
    *place = member.value;
  }
  if (!data) throw malformed("'dataframe_split' has no 'data'");
  require_list(*data, "data");
  cells_->start(data->size());
  if (columns && !(columns->is(Kind::list) && columns->size() != 0 && is_numbering(*columns)))
    named_columns(*columns);
  else positional_columns();
  if (index && (!index->is(Kind::list) || index->size() != data->size()))
    throw malformed("'index' of 'dataframe_split' is no list of {}", count_of(data->size(), "row"));
  table(*data, "dataframe_split");
}

void Rows::named_columns(json::Node columns) {
  require_list(columns, "columns");
  for (const json::Node column : columns.items()) {
    if (!column.is(Kind::text)) throw malformed("'columns' has {}; names are wanted", shown(column, false));
    const std::size_t input = names_->find(column.text());
    if (input != Names::none && columns_[input] != Names::none)
      throw malformed("'columns' has {} twice", quoted(column.text()));
    if (input != Names::none) add(input);
    targets_.push_back(input == Names::none ? Names::none : columns_[input]);
  }
}

void Rows::positional_columns() {
  for (std::size_t input = 0; input < positional_; ++input) {
    add(input);
    targets_.push_back(columns_[input]);
  }
}

/// Before any memory is taken for the rows.
void Rows::check_table(json::Node rows, std::string_view form) const {
  std::size_t row = 0;
  for (const json::Node values : rows.items()) {
    ++row;
    if (!values.is(Kind::list))
      throw malformed("row {} of '{}' is {}; a list of values is wanted", row, form, kind_of_value(values));
    if (values.size() != targets_.size())
      throw malformed("row {} of '{}' has {}, where {} are wanted", row, form,
                      count_of(values.size(), "value"), targets_.size());
  }
}

void Rows::table(json::Node rows, std::string_view form) {
  check_table(rows, form);
  cells_->make();
  std::size_t row = 0;
  for (const json::Node values : rows.items()) {
    auto target = targets_.begin();
    for (const json::Node value : values.items()) {
      if (*target != Names::none) put(*target, row, value);
      ++target;
    }
    ++row;
  }
}

/// Before any memory is taken for the rows: those that are too small to have what the first one has.
void Rows::check_records(json::Node rows, std::string_view form) const {
  std::size_t row = 0;
  for (const json::Node values : rows.items()) {
    ++row;
    if (!values.is(Kind::object))
      throw malformed("row {} of '{}' is {}; an object is wanted", row, form, kind_of_value(values));
    if (values.size() >= cells_->width()) continue;
    std::size_t column = 0;
    while (values.find(name_of(column))) ++column;
    refuse_missing(name_of(column), row);
  }
}

const std::string& Rows::name_of(std::size_t column) const { return (*inputs_)[cells_->input(column)].name; }

void Rows::records(json::Node rows, std::string_view form) {
  cells_->start(rows.size());
  if (rows.size() == 0) return positional_columns();
  const json::Node first = *rows.items().begin();
  if (first.is(Kind::object)) lay_out(first);
  check_records(rows, form);
  cells_->make();
  std::size_t row = 0;
  for (const json::Node values : rows.items()) record(values, row++, form);
}

/// What the first record has is what all of them must have.
void Rows::lay_out(json::Node record) {
  for (const json::Entry& member : record.members()) {
    const std::size_t input = names_->find(member.name);
    if (input != Names::none && columns_[input] == Names::none) add(input);
    layout_.push_back({member.name, input == Names::none ? Names::none : columns_[input]});
  }
}

/// Records mostly have their names where the record before had them.
std::size_t Rows::column_of(std::string_view name, std::size_t member) {
  if (member < layout_.size() && layout_[member].name == name) return layout_[member].column;
  const std::size_t input = names_->find(name);
  if (input != Names::none && columns_[input] == Names::none) refuse_missing(name, 1);
  if (layout_.size() <= member) layout_.resize(member + 1);
  layout_[member] = {name, input == Names::none ? Names::none : columns_[input]};
  return layout_[member].column;
}

void Rows::record(json::Node record, std::size_t row, std::string_view form) {
  std::size_t member = 0;
  std::size_t found = 0;
  for (const json::Entry& entry : record.members()) {
    const std::size_t column = column_of(entry.name, member++);
    if (column == Names::none) continue;
    const json::Cell*& place = cells_->at(column, row);
    if (place != nullptr) throw malformed("row {} of '{}' has {} twice", row + 1, form, quoted(entry.name));
    place = entry.value.cell();
    ++found;
  }
  if (found == cells_->width()) return;
  std::size_t column = 0;
  while (cells_->at(column, row) != nullptr) ++column;
  refuse_missing(name_of(column), row + 1);
}

void Rows::list(json::Node rows, std::string_view form) {
  if (rows.size() == 0) return records(rows, form);
  const json::Node first = *rows.items().begin();
  if (first.is(Kind::object)) return records(rows, form);
  cells_->start(rows.size());
  positional_columns();
  if (first.is(Kind::list)) return table(rows, form);
  scalars(rows, form);
}

void Rows::scalars(json::Node rows, std::string_view form) {
  if (positional_ != 1)
    throw malformed("'{}' is a list of single values; a list of rows is wanted, each with {}", form,
                    count_of(positional_, "value"));
  cells_->make();
  column_values(0, rows);
}

void Rows::object_of_columns(json::Node value) {
  if (value.size() == 0) throw with_example(malformed("'inputs' has no columns"));
  const auto size_of = [](json::Node node) { return node.is(Kind::list) ? node.size() : 1; };
  const json::Entry first = *value.members().begin();
  cells_->start(size_of(first.value));
  for (const json::Entry& member : value.members()) {
    if (size_of(member.value) != cells_->rows())
      throw malformed("'inputs' has {} of {} and {} of {}; columns of one length are wanted",
                      count_of(cells_->rows(), "value"), quoted(first.name),
                      count_of(size_of(member.value), "value"), quoted(member.name));
    const std::size_t input = names_->find(member.name);
    if (input != Names::none && columns_[input] != Names::none)
      throw malformed("'inputs' has {} twice", quoted(member.name));
    if (input != Names::none) add(input);
    targets_.push_back(input == Names::none ? Names::none : columns_[input]);
  }
  cells_->make();
  auto target = targets_.begin();
  for (const json::Entry& member : value.members()) {
    if (const std::size_t column = *target++; column != Names::none) column_values(column, member.value);
  }
}

void Rows::column_values(std::size_t column, json::Node value) {
  if (!value.is(Kind::list)) return put(column, 0, value);
  std::size_t row = 0;
  for (const json::Node item : value.items()) put(column, row++, item);
}

}  // namespace mlops::serve
