#include "src/datatype.hpp"

#include <array>

namespace mlops::serve {
namespace {

struct Row {
  std::string_view name;
  std::size_t bytes;
  Kind kind;
  std::string_view sql;
};

/// By Datatype.
constexpr std::array<Row, 14> rows{{{"BOOL", 1, Kind::boolean, "BOOLEAN"},
                                    {"INT8", 1, Kind::int8, "TINYINT"},
                                    {"INT16", 2, Kind::int16, "SMALLINT"},
                                    {"INT32", 4, Kind::int32, "INTEGER"},
                                    {"INT64", 8, Kind::int64, "BIGINT"},
                                    {"UINT8", 1, Kind::uint8, "UTINYINT"},
                                    {"UINT16", 2, Kind::uint16, "USMALLINT"},
                                    {"UINT32", 4, Kind::uint32, "UINTEGER"},
                                    {"UINT64", 8, Kind::uint64, "UBIGINT"},
                                    {"FP16", 2, Kind::float32, ""},
                                    {"BF16", 2, Kind::float32, ""},
                                    {"FP32", 4, Kind::float32, "FLOAT"},
                                    {"FP64", 8, Kind::float64, "DOUBLE"},
                                    {"BYTES", 0, Kind::text, "VARCHAR"}}};

const Row& row_of(Datatype type) { return rows[static_cast<std::size_t>(type)]; }

}  // namespace

std::optional<Datatype> datatype_of(std::string_view name) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name == name) return static_cast<Datatype>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Datatype type) { return row_of(type).name; }
std::size_t bytes_of(Datatype type) { return row_of(type).bytes; }
mlops::Kind kind_of(Datatype type) { return row_of(type).kind; }

Datatype datatype_of_sql(std::string_view type) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!type.empty() && rows[i].sql == type) return static_cast<Datatype>(i);
  }
  return type.starts_with("DECIMAL") ? Datatype::FP64 : Datatype::BYTES;
}

}  // namespace mlops::serve
