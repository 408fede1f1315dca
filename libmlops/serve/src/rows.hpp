#pragma once
/// The JSON of MLflow's scoring protocol: where the value of each input and row is.

#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

#include "src/cells.hpp"
#include "src/names.hpp"

namespace mlops::serve {

class Rows {
 public:
  /// Everything must outlive the call of read(). Rows without names have the first `positional` of `inputs`.
  void start(const std::vector<predict::Input>& inputs, std::size_t positional, Names& names, Cells& cells);

  /// Finds the values of a body with one of `dataframe_split`, `dataframe_records`, `instances`, `inputs`;
  /// inputs that are not there get no column. Throws request.malformed, and signature.mismatch for a row that
  /// lacks what others have.
  void read(json::Node body);

 private:
  struct Place {
    std::string_view name;
    std::size_t column;  ///< Of the cells, or none.
  };

  void split(json::Node value);
  void named_columns(json::Node columns);
  void positional_columns();
  void table(json::Node rows, std::string_view form);
  void check_table(json::Node rows, std::string_view form) const;
  void check_records(json::Node rows, std::string_view form) const;
  const std::string& name_of(std::size_t column) const;
  void records(json::Node rows, std::string_view form);
  void lay_out(json::Node record);
  void record(json::Node record, std::size_t row, std::string_view form);
  std::size_t column_of(std::string_view name, std::size_t member);
  void list(json::Node rows, std::string_view form);
  void scalars(json::Node rows, std::string_view form);
  void object_of_columns(json::Node value);
  void column_values(std::size_t column, json::Node value);
  void add(std::size_t input);
  void put(std::size_t column, std::size_t row, json::Node value);

  const std::vector<predict::Input>* inputs_ = nullptr;
  std::size_t positional_ = 0;
  Names* names_ = nullptr;
  Cells* cells_ = nullptr;
  std::vector<std::size_t> targets_ = {};  ///< By position in a list: its column, or none.
  std::vector<std::size_t> columns_ = {};  ///< By input: its column, or none.
  std::vector<Place> layout_ = {};         ///< Of the record before, member by member.
};

}  // namespace mlops::serve
