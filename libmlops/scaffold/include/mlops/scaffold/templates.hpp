#pragma once
/// The text of a project's first `mlops.yaml`, with comments for who has not seen one. Pure; every text is
/// read by manifest::parse() without a fault.

#include <string>
#include <string_view>

namespace mlops::scaffold {

/// For data that nobody knows yet: no entry, and what one would look like.
std::string plain_project(std::string_view project);

/// Three million flights: a table by SQL, features of the past, three models. `from` is where the Parquet
/// file is read from; empty: flights-3m.parquet beside the project file.
std::string flights_project(std::string_view from = {});

}  // namespace mlops::scaffold
