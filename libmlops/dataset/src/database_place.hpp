#pragma once
/// Where a source of SQLite lies, and whether its answer can change while its files do not.

#include <mlops/manifest/manifest.hpp>

#include <filesystem>
#include <string>

namespace mlops::dataset {

/// "sqlite://crm.db/customers": the last part is the table, unless a query stands for it.
struct DatabasePlace {
  std::filesystem::path file;
  std::string written;  ///< The file, as the address has it.
  std::string table;
};

DatabasePlace database_place(const manifest::SourceSpec& source, const std::filesystem::path& base);

/// Throws Error: not_found, with near misses, when the file of a database source is not there; usage (a
/// folder).
void require_database(const manifest::SourceSpec& source, const std::filesystem::path& base);

/// The file itself, where it is a link: SQLite keeps its logs beside that. Throws as require_database() does.
std::filesystem::path database_file(const manifest::SourceSpec& source, const std::filesystem::path& base);

/// Whether a query, or a view, may ask for the time or for random numbers. True as well where the database
/// does not say.
bool may_ask_clock(const manifest::SourceSpec& source, const std::filesystem::path& base);

}  // namespace mlops::dataset
