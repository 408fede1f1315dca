#pragma once
/// One entry of `data:` as the engine understands it.

#include <mlops/dataset/derive.hpp>
#include <mlops/table/engine.hpp>

#include <optional>
#include <string>
#include <vector>

#include "src/sql_text.hpp"

namespace mlops::dataset {

struct Definition {
  const manifest::DataSpec* spec = nullptr;
  std::string file;     ///< Where the statement stands, for messages.
  std::string written;  ///< As it stands there.
  BoundSql sql = {};
  table::SelectFacts facts = {};
  std::vector<std::string> inputs = {};  ///< Addresses, sorted.
};

/// Throws as Derivations::order() does.
Definition define(table::Engine& engine, const Declared& declared, const manifest::DataSpec& spec);

/// `fault` with its place in the file in front, and the line. npos: only the file and the line of the entry.
Error placed(const Definition& definition, const Error& fault, std::size_t offset);

/// What the engine says of `ran`, a text that holds the bound statement, placed.
Error placed(const Definition& definition, const Error& fault, const std::string& ran);

/// Columns of the result that hold personal data, where these of the inputs do.
std::vector<std::string> personal(const Definition& definition, const std::vector<std::string>& columns,
                                  const std::vector<std::string>& of_inputs);

}  // namespace mlops::dataset
