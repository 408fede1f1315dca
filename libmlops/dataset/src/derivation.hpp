#pragma once
/// The parts of dataset/derive.hpp: what a table of `data:` is known by, and how it is made.

#include <mlops/dataset/derive.hpp>

#include <string>
#include <vector>

#include "src/definition.hpp"

namespace mlops::dataset {

/// "departures" of "data/departures".
std::string name_in(const std::string& address);

std::vector<std::string> personal_columns(const Version& version);

/// What the key is made of; the record keeps it, so that two of them can be told apart.
Made made_of(const Definition& definition, const Inputs& inputs, const std::string& engine);

/// The first component that differs, for people; empty for equal keys.
std::string difference(const Made& before, const Made& now);

/// Makes the table; its version has no time and no number yet, and is not published.
Version make_table(store::Store& store, Workshop& shop, const Definition& definition, const Inputs& inputs,
                   Made made);

}  // namespace mlops::dataset
