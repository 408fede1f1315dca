#include "src/blobs.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/tree.hpp>

#include <set>

namespace mlops::dataset {
namespace {

std::set<std::string> paths_in(table::Engine& engine, const std::filesystem::path& parquet,
                               const std::string& column) {
  std::set<std::string> paths;
  const std::string name = table::identifier(column);
  const std::string sql =
      fmt::format("SELECT DISTINCT {}::VARCHAR FROM read_parquet({}) WHERE {} IS NOT NULL", name,
                  table::literal(parquet.string()), name);
  engine.stream(sql, [&](const Columns& batch) {
    for (std::size_t row = 0; row < batch.rows(); ++row) paths.emplace(batch.column(0).text(row));
    return true;
  });
  return paths;
}

void require_inside(const std::string& path, const std::string& column) {
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  if (!normal.is_absolute() && !normal.empty() && *normal.begin() != "..") return;
  throw error(Code::corrupt, "the blob column '{}' names '{}', which is not beside the table", column, path)
      .with_hint("paths relative to the table's folder are wanted");
}

/// Data from elsewhere may bring links: what they would draw in is told to whoever gets the version.
void require_kept_in(const std::filesystem::path& base, const std::string& path, const std::string& column) {
  const auto target =
      std::filesystem::canonical(base / path).lexically_relative(std::filesystem::canonical(base));
  if (!target.empty() && *target.begin() != "..") return;
  throw error(Code::corrupt, "the blob column '{}' names '{}', a link that leads out of the table's folder",
              column, path)
      .with_hint("put the file itself there");
}

}  // namespace

std::optional<Digest> put_blobs(table::Engine& engine, store::Objects& objects,
                                const std::filesystem::path& parquet, const std::vector<std::string>& columns,
                                const std::filesystem::path& base) {
  if (columns.empty()) return std::nullopt;
  std::set<std::string> names;
  std::vector<std::string> missing;
  for (const std::string& column : columns) {
    for (const std::string& path : paths_in(engine, parquet, column)) {
      require_inside(path, column);
      std::error_code ignored;
      if (!std::filesystem::is_regular_file(base / path, ignored)) {
        missing.push_back(path);
        continue;
      }
      require_kept_in(base, path, column);
      names.insert(std::filesystem::path(path).lexically_normal().generic_string());
    }
  }
  if (!missing.empty()) {
    throw error(Code::not_found, "{} that the table points at {} not there, such as '{}'",
                count_of(missing.size(), "file"), missing.size() == 1 ? "is" : "are", missing.front())
        .with_hint("paths are looked up beside the table, in '{}'", base.string());
  }
  store::Objects::Batch batch(objects);
  store::Tree tree;
  for (const std::string& name : names) {
    std::uint64_t size = 0;
    const Digest digest = batch.put_file(base / name, [&](std::string_view bytes) { size += bytes.size(); });
    tree.files.push_back({.path = name, .mode = 0644, .size = size, .digest = digest});
  }
  batch.commit();
  return store::put_tree(objects, std::move(tree));
}

}  // namespace mlops::dataset
