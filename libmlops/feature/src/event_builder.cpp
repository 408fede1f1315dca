#include "src/event_builder.hpp"

#include <utility>

namespace mlops::feature {
namespace {

Field field_of(std::string name, Kind kind, std::string sql) {
  return {
      .name = std::move(name), .type = {.kind = kind, .large = kind == Kind::text}, .sql = std::move(sql)};
}

Field key_field(std::string name, KeyKind kind) {
  switch (kind) {
    case KeyKind::integer:
      return field_of(std::move(name), Kind::int64, "BIGINT");
    case KeyKind::boolean:
      return field_of(std::move(name), Kind::boolean, "BOOLEAN");
    case KeyKind::date:
      return field_of(std::move(name), Kind::date, "DATE");
    case KeyKind::timestamp:
      return field_of(std::move(name), Kind::timestamp, "TIMESTAMP");
    default:
      return field_of(std::move(name), Kind::text, "VARCHAR");
  }
}

Int128 widened(std::int64_t value) { return {static_cast<std::uint64_t>(value), value < 0 ? -1 : 0}; }

}  // namespace

EventBuilder::EventBuilder(const View& view) {
  for (std::size_t i = 0; i < view.key.size(); ++i)
    parts_.push_back({key_field("key" + std::to_string(i), view.key[i].kind)});
  parts_.push_back({field_of("at", Kind::timestamp, "TIMESTAMP")});
  if (!view.known.empty()) parts_.push_back({field_of("known", Kind::timestamp, "TIMESTAMP")});
  for (std::size_t i = 0; i < view.inputs.size(); ++i) {
    const std::string& sql = view.inputs[i].type;
    parts_.push_back({{.name = "input" + std::to_string(i), .type = input_type(sql), .sql = sql}});
  }
}

void EventBuilder::whole(Part& part, std::int64_t value) {
  if (part.wide.empty()) part.whole.push_back(value);
  else part.wide.push_back(widened(value));
}

void EventBuilder::integer(std::size_t column, std::int64_t value) {
  whole(parts_[column], value);
  parts_[column].valid.push_back(1);
}

void EventBuilder::wide(std::size_t column, Int128 value) {
  Part& part = parts_[column];
  if (part.wide.empty()) {
    for (const std::int64_t one : std::exchange(part.whole, {})) part.wide.push_back(widened(one));
    part.field.type = {.kind = Kind::decimal, .precision = 38};
    part.field.sql = "HUGEINT";
  }
  part.wide.push_back(value);
  part.valid.push_back(1);
}

void EventBuilder::real(std::size_t column, double value) {
  parts_[column].real.push_back(value);
  parts_[column].valid.push_back(1);
}

void EventBuilder::text(std::size_t column, std::string_view value) {
  Part& part = parts_[column];
  part.text.insert(part.text.end(), value.begin(), value.end());
  part.whole.push_back(static_cast<std::int64_t>(part.text.size()));
  part.valid.push_back(1);
}

void EventBuilder::null(std::size_t column) {
  Part& part = parts_[column];
  const Cell cell = cell_of(part.field.type);
  if (cell == Cell::real) part.real.push_back(0);
  else whole(part, cell == Cell::text ? static_cast<std::int64_t>(part.text.size()) : 0);
  part.valid.push_back(0);
}

Built EventBuilder::built_of(Part& part) {
  if (!part.wide.empty()) return built(part.field, std::exchange(part.wide, {}), part.valid);
  switch (cell_of(part.field.type)) {
    case Cell::real:
      return built(part.field, std::exchange(part.real, {}), part.valid);
    case Cell::text:
      return built(part.field, std::exchange(part.whole, {}), std::exchange(part.text, {}), part.valid);
    default:
      return built(part.field, std::exchange(part.whole, {}), part.valid);
  }
}

Columns EventBuilder::build() {
  const std::size_t count = rows();
  std::vector<Built> out;
  for (Part& part : parts_) {
    out.push_back(built_of(part));
    part.valid.clear();
  }
  return assemble(std::move(out), count);
}

}  // namespace mlops::feature
