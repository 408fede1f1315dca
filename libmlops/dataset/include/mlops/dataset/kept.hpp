#pragma once
/// Whether what a version's record names is still in the store.

#include <mlops/dataset/version.hpp>

#include <filesystem>
#include <string>

namespace mlops::dataset {

/// What is wrong with the objects of a version, such as "its table is missing" or "its table is damaged";
/// empty: nothing that is seen cheaply. The table is looked at as store::Objects::file() does, of the bytes
/// as they came the sizes alone.
std::string loss_of(const store::Objects& objects, const Version& version);

/// The same of what was made of the bytes: the table, the rows that did not fit, the files beside them.
std::string loss_of_table(const store::Objects& objects, const Version& version);

/// The Parquet file of a version. Throws Error(corrupt) that names the version and what makes it whole again.
std::filesystem::path table_file(const store::Objects& objects, const Version& version);

}  // namespace mlops::dataset
