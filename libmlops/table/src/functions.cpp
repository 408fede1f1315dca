#include "src/functions.hpp"

#include <algorithm>

namespace mlops::table {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// As an int64 is written, and surely one: [-](0|[1-9][0-9]{0,17}).
bool is_plain_integer(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || (text.front() == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), is_digit);
}

/// Nothing but what a decimal number is made of.
bool is_plain_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  });
}

std::string_view view(duckdb_string_t& text) {
  return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
}

/// The engine hands in flat vectors. A null gives a null.
template <bool (*test)(std::string_view)>
void apply(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const duckdb_vector column = duckdb_data_chunk_get_vector(input, 0);
  auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(column));
  std::uint64_t* valid = duckdb_vector_get_validity(column);
  auto* answers = static_cast<bool*>(duckdb_vector_get_data(output));
  if (valid != nullptr) duckdb_vector_ensure_validity_writable(output);
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
    if (duckdb_validity_row_is_valid(valid, row)) {
      answers[row] = test(view(texts[row]));
    } else {
      duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
    }
  }
}

void add(duckdb_connection connection, const char* name, duckdb_scalar_function_t function) {
  const auto type_of = [](duckdb_type type) { return LogicalType(duckdb_create_logical_type(type)); };
  const ScalarFunction made(duckdb_create_scalar_function());
  duckdb_scalar_function_set_name(made.get(), name);
  duckdb_scalar_function_add_parameter(made.get(), type_of(DUCKDB_TYPE_VARCHAR).get());
  duckdb_scalar_function_set_return_type(made.get(), type_of(DUCKDB_TYPE_BOOLEAN).get());
  duckdb_scalar_function_set_function(made.get(), function);
  if (duckdb_register_scalar_function(connection, made.get()) == DuckDBSuccess) return;
  throw error(Code::failed, "the table engine refuses the function '{}'", name);
}

}  // namespace

void add_functions(duckdb_connection connection) {
  add(connection, "is_plain_integer", apply<is_plain_integer>);
  add(connection, "is_plain_number", apply<is_plain_number>);
}

}  // namespace mlops::table
