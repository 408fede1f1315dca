#include "src/layout.hpp"

#include <array>
#include <utility>

#include "src/values.hpp"

namespace mlops::feature {

Type input_type(const std::string& sql) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 12> plain = {{{"BOOLEAN", Kind::boolean},
                                                                               {"TINYINT", Kind::int8},
                                                                               {"SMALLINT", Kind::int16},
                                                                               {"INTEGER", Kind::int32},
                                                                               {"BIGINT", Kind::int64},
                                                                               {"UTINYINT", Kind::uint8},
                                                                               {"USMALLINT", Kind::uint16},
                                                                               {"UINTEGER", Kind::uint32},
                                                                               {"FLOAT", Kind::float32},
                                                                               {"DOUBLE", Kind::float64},
                                                                               {"DATE", Kind::date},
                                                                               {"TIME", Kind::time}}};
  for (const auto& [name, kind] : plain) {
    if (name == sql) return {.kind = kind};
  }
  if (sql == "TIMESTAMP") return {.kind = Kind::timestamp};
  if (sql == "TIMESTAMP_S") return {.kind = Kind::timestamp, .unit = TimeUnit::s};
  if (sql == "TIMESTAMP_MS") return {.kind = Kind::timestamp, .unit = TimeUnit::ms};
  if (sql == "TIMESTAMP_NS") return {.kind = Kind::timestamp, .unit = TimeUnit::ns};
  if (sql == "TIMESTAMP WITH TIME ZONE") return {.kind = Kind::timestamp_tz};
  return {.kind = Kind::text, .large = true};  // also UUID, JSON, enumerations
}

Cell cell_of(const Type& type) {
  if (is_whole(type.kind)) return Cell::whole;
  return type.kind == Kind::float32 || type.kind == Kind::float64 ? Cell::real : Cell::text;
}

Layout::Layout(const View& view)
    : has_known_(!view.known.empty()),
      valid_(has_known_ ? 2 : 1),
      values_(valid_ + (view.inputs.size() + 63) / 64),
      needs_(view.inputs.size()) {
  for (const Input& input : view.inputs) cells_.push_back(cell_of(input_type(input.type)));
  for (const ViewColumn& column : view.columns) {
    if (!column.input || !column.definition.aggregate) continue;
    const Aggregate aggregate = *column.definition.aggregate;
    Needs& needs = needs_[*column.input];
    if (aggregate == Aggregate::sum || aggregate == Aggregate::mean) needs.sum = true;
    else if (aggregate != Aggregate::count) needs.extremes = true;
  }
}

}  // namespace mlops::feature
