#include "src/sql_type.hpp"

#include <mlops/base/text.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <cctype>

namespace mlops::table {
namespace {

const char* plain(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT:
      return "TINYINT";
    case DUCKDB_TYPE_SMALLINT:
      return "SMALLINT";
    case DUCKDB_TYPE_INTEGER:
      return "INTEGER";
    case DUCKDB_TYPE_BIGINT:
      return "BIGINT";
    case DUCKDB_TYPE_UTINYINT:
      return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT:
      return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER:
      return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT:
      return "UBIGINT";
    case DUCKDB_TYPE_FLOAT:
      return "FLOAT";
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_TIMESTAMP:
      return "TIMESTAMP";
    case DUCKDB_TYPE_DATE:
      return "DATE";
    case DUCKDB_TYPE_TIME:
      return "TIME";
    case DUCKDB_TYPE_INTERVAL:
      return "INTERVAL";
    case DUCKDB_TYPE_HUGEINT:
      return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT:
      return "UHUGEINT";
    case DUCKDB_TYPE_VARCHAR:
      return "VARCHAR";
    case DUCKDB_TYPE_BLOB:
      return "BLOB";
    case DUCKDB_TYPE_TIMESTAMP_S:
      return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return "TIMESTAMP_NS";
    case DUCKDB_TYPE_UUID:
      return "UUID";
    case DUCKDB_TYPE_BIT:
      return "BIT";
    case DUCKDB_TYPE_TIME_TZ:
      return "TIME WITH TIME ZONE";
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_BIGNUM:
      return "BIGNUM";
    case DUCKDB_TYPE_SQLNULL:
      return "\"NULL\"";
    case DUCKDB_TYPE_TIME_NS:
      return "TIME_NS";
    default:
      return "?";
  }
}

std::string enumeration(duckdb_logical_type type) {
  std::string out = "ENUM(";
  for (idx_t i = 0; i < duckdb_enum_dictionary_size(type); ++i) {
    out += (i == 0 ? "" : ", ") + literal(Text(duckdb_enum_dictionary_value(type, i)).get());
  }
  return out + ")";
}

std::set<std::string> read_keywords(duckdb_database database) {
  duckdb_connection opened = nullptr;
  if (duckdb_connect(database, &opened) != DuckDBSuccess)
    throw error(Code::failed, "the table engine is closed");
  const Connection connection(opened);
  std::set<std::string> keywords;
  duckdb_result result = {};
  if (duckdb_query(opened, "SELECT keyword_name FROM duckdb_keywords()", &result) == DuckDBSuccess) {
    for (idx_t i = 0; i < duckdb_row_count(&result); ++i) {
      keywords.insert(Text(duckdb_value_varchar(&result, 0, i)).get());
    }
  }
  duckdb_destroy_result(&result);
  return keywords;
}

}  // namespace

std::string SqlTypes::name(const std::string& text) {
  const auto in_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  const bool word = !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
                    std::all_of(text.begin(), text.end(), in_word);
  if (!word) return identifier(text);
  if (!keywords_) keywords_ = read_keywords(database_);
  return keywords_->contains(lowered(text)) ? identifier(text) : text;
}

std::string SqlTypes::structure(duckdb_logical_type type) {
  std::string out = "STRUCT(";
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    const Text field(duckdb_struct_type_child_name(type, i));
    const LogicalType child(duckdb_struct_type_child_type(type, i));
    out += i == 0 ? "" : ", ";
    if (*field != '\0') out += name(field.get()) + " ";
    out += spell(child.get());
  }
  return out + ")";
}

std::string SqlTypes::union_of(duckdb_logical_type type) {
  std::string out = "UNION(";
  for (idx_t i = 0; i < duckdb_union_type_member_count(type); ++i) {
    const Text member(duckdb_union_type_member_name(type, i));
    const LogicalType child(duckdb_union_type_member_type(type, i));
    out += (i == 0 ? "" : ", ") + name(member.get()) + " " + spell(child.get());
  }
  return out + ")";
}

std::string SqlTypes::spell(duckdb_logical_type type) {
  const Text alias(duckdb_logical_type_get_alias(type));
  if (alias && *alias != '\0') return alias.get();
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_DECIMAL:
      return "DECIMAL(" + std::to_string(duckdb_decimal_width(type)) + "," +
             std::to_string(duckdb_decimal_scale(type)) + ")";
    case DUCKDB_TYPE_ENUM:
      return enumeration(type);
    case DUCKDB_TYPE_LIST:
      return spell(LogicalType(duckdb_list_type_child_type(type)).get()) + "[]";
    case DUCKDB_TYPE_ARRAY:
      return spell(LogicalType(duckdb_array_type_child_type(type)).get()) + "[" +
             std::to_string(duckdb_array_type_array_size(type)) + "]";
    case DUCKDB_TYPE_MAP:
      return "MAP(" + spell(LogicalType(duckdb_map_type_key_type(type)).get()) + ", " +
             spell(LogicalType(duckdb_map_type_value_type(type)).get()) + ")";
    case DUCKDB_TYPE_STRUCT:
      return structure(type);
    case DUCKDB_TYPE_UNION:
      return union_of(type);
    default:
      return plain(duckdb_get_type_id(type));
  }
}

}  // namespace mlops::table
