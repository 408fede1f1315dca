#include "src/result.hpp"

namespace mlops::table {
namespace {

// Releases what the engine wrote, also when reading it fails.
struct Schema {
  Schema() = default;
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  ~Schema() {
    if (value.release != nullptr) value.release(&value);
  }
  ArrowSchema value = {};
};

struct Types {
  explicit Types(duckdb_result& result) {
    for (idx_t i = 0; i < duckdb_column_count(&result); ++i) {
      owned.emplace_back(duckdb_column_logical_type(&result, i));
      raw.push_back(owned.back().get());
    }
  }
  std::vector<LogicalType> owned;
  std::vector<duckdb_logical_type> raw;
};

// Types that the C data interface of the engine cannot carry, or carries so that bytes are lost.
void refuse(const char* name, const std::string& sql, duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_UNION:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_TIME_TZ:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_TIME_NS:
      throw error(Code::usage, "column '{}' has the type {}, which cannot be read", name, sql)
          .with_hint("cast it, as in `CAST({} AS VARCHAR)`", name);
    default:
      break;
  }
}

}  // namespace

Result::Result(duckdb_prepared_statement statement, SqlTypes& types) {
  duckdb_pending_result started = nullptr;
  const auto state = duckdb_pending_prepared_streaming(statement, &started);
  const Pending pending(started);
  if (state != DuckDBSuccess) throw to_error(duckdb_pending_error(started));
  if (duckdb_execute_pending(started, &result_) != DuckDBSuccess) {
    const Error failure = to_error(duckdb_result_error(&result_));
    duckdb_destroy_result(&result_);
    throw failure;
  }
  try {
    read_fields(types);
  } catch (...) {
    duckdb_destroy_result(&result_);
    throw;
  }
}

void Result::read_fields(SqlTypes& types) {
  options_.reset(duckdb_result_get_arrow_options(&result_));
  Types logical(result_);
  std::vector<std::string> spelled;
  std::vector<const char*> names;
  for (idx_t i = 0; i < logical.raw.size(); ++i) {
    names.push_back(duckdb_column_name(&result_, i));
    spelled.push_back(types.spell(logical.raw[i]));
    refuse(names.back(), spelled.back(), duckdb_get_type_id(logical.raw[i]));
  }
  Schema schema;
  check(ErrorData(
      duckdb_to_arrow_schema(options_.get(), logical.raw.data(), names.data(), names.size(), &schema.value)));
  auto fields = fields_of(schema.value);
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i].sql = spelled[i];
  fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
}

Columns Result::columns(duckdb_data_chunk chunk) {
  ArrowArray array = {};
  check(ErrorData(duckdb_data_chunk_to_arrow(options_.get(), chunk, &array)));
  return Columns(fields_, array);
}

std::optional<Columns> Result::next() {
  const Chunk chunk(duckdb_fetch_chunk(result_));
  if (chunk) return columns(chunk.get());
  const char* failure = duckdb_result_error(&result_);
  if (failure != nullptr && *failure != '\0') throw to_error(failure);
  return std::nullopt;
}

Columns Result::none() {
  Types types(result_);
  const Chunk empty(duckdb_create_data_chunk(types.raw.data(), types.raw.size()));
  return columns(empty.get());
}

}  // namespace mlops::table
