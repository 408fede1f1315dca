#include "src/blobs.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <map>
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
class Beside {
 public:
  explicit Beside(const std::filesystem::path& folder) : folder_(std::filesystem::canonical(folder)) {}

  void require(const std::string& path, const std::string& column) {
    const std::filesystem::path file = folder_ / path;
    const bool plain = std::filesystem::symlink_status(file).type() == std::filesystem::file_type::regular;
    if (plain && is_inside(file.parent_path())) return;
    if (within(std::filesystem::canonical(file))) return;
    throw error(Code::corrupt, "the blob column '{}' names '{}', a link that leads out of the table's folder",
                column, path)
        .with_hint("put the file itself there");
  }

 private:
  bool within(const std::filesystem::path& target) const {
    const auto way = target.lexically_relative(folder_);
    return !way.empty() && *way.begin() != "..";
  }

  /// Many files lie in one folder.
  bool is_inside(const std::filesystem::path& folder) {
    const auto [known, fresh] = folders_.try_emplace(folder.native(), false);
    if (fresh) known->second = within(std::filesystem::canonical(folder));
    return known->second;
  }

  std::filesystem::path folder_;
  std::map<std::string, bool> folders_;
};

/// Sorted, relative to `base`.
std::vector<std::string> files_of(table::Engine& engine, const std::filesystem::path& parquet,
                                  const std::vector<std::string>& columns,
                                  const std::filesystem::path& base) {
  std::set<std::string> names;
  std::vector<std::string> missing;
  Beside beside(base);
  for (const std::string& column : columns) {
    for (const std::string& path : paths_in(engine, parquet, column)) {
      require_inside(path, column);
      std::error_code ignored;
      if (!std::filesystem::is_regular_file(base / path, ignored)) {
        missing.push_back(path);
        continue;
      }
      beside.require(path, column);
      names.insert(std::filesystem::path(path).lexically_normal().generic_string());
    }
  }
  if (missing.empty()) return {names.begin(), names.end()};
  throw error(Code::not_found, "{} that the table points at {} not there, such as '{}'",
              count_of(missing.size(), "file"), missing.size() == 1 ? "is" : "are", missing.front())
      .with_hint("paths are looked up beside the table, in '{}'", base.string());
}

/// Puts files into a batch on several threads, each a stretch of them. What is told of several that cannot be
/// put is the first in their order.
class Putting {
 public:
  Putting(store::Objects::Batch& batch, const std::vector<std::string>& names,
          const std::filesystem::path& base, const Cancel* cancel)
      : batch_(batch), names_(names), base_(base), cancel_(cancel) {}

  store::Tree run(unsigned threads) {
    tree_.files.resize(names_.size());
    stretches_ = std::clamp<std::size_t>(names_.size() / least, 1, threads);
    faults_.resize(stretches_);
    in_parallel(stretches_, {.threads = threads}, [&](std::size_t i) { put_stretch(i); });
    for (const std::exception_ptr& fault : faults_) {
      if (fault) std::rethrow_exception(fault);
    }
    return std::move(tree_);
  }

 private:
  /// Fewer files are not worth a thread.
  static constexpr std::size_t least = 64;

  void put_stretch(std::size_t number) {
    try {
      store::Objects::Batch::Lane lane(batch_);
      const std::size_t end = names_.size() * (number + 1) / stretches_;
      for (std::size_t i = names_.size() * number / stretches_; i < end && number < failed_; ++i) {
        tree_.files[i] = put(lane, names_[i]);
      }
      lane.finish();
    } catch (...) {
      faults_[number] = std::current_exception();
      // Those behind it need not go on; those in front of it might meet the fault that is told.
      std::size_t before = failed_;
      while (number < before && !failed_.compare_exchange_weak(before, number)) {
      }
    }
  }

  store::TreeFile put(store::Objects::Batch::Lane& lane, const std::string& name) const {
    std::uint64_t size = 0;
    const auto look = [&](std::string_view bytes) {
      if (cancel_ != nullptr) cancel_->check();
      size += bytes.size();
    };
    const Digest digest = lane.put_file(base_ / name, {.look = look});
    return {.path = name, .mode = 0644, .size = size, .digest = digest};
  }

  store::Objects::Batch& batch_;
  const std::vector<std::string>& names_;
  const std::filesystem::path& base_;
  const Cancel* cancel_;
  store::Tree tree_ = {};
  std::size_t stretches_ = 1;
  std::vector<std::exception_ptr> faults_ = {};
  std::atomic<std::size_t> failed_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace

std::optional<Digest> put_blobs(table::Engine& engine, store::Objects& objects,
                                const std::filesystem::path& parquet, const std::vector<std::string>& columns,
                                const BlobSource& from) {
  if (columns.empty()) return std::nullopt;
  const std::vector<std::string> names = files_of(engine, parquet, columns, from.base);
  store::Objects::Batch batch(objects);
  store::Tree tree = Putting(batch, names, from.base, from.cancel).run(from.threads);
  batch.commit();
  return store::put_tree(objects, std::move(tree));
}

Digest keep_blobs(table::Engine& engine, store::Objects& objects, const std::filesystem::path& parquet,
                  const std::vector<std::string>& columns, const Digest& tree) {
  std::set<std::string> named;
  for (const std::string& column : columns) {
    for (const std::string& path : paths_in(engine, parquet, column))
      named.insert(std::filesystem::path(path).lexically_normal().generic_string());
  }
  store::Tree out = store::get_tree(objects, tree);
  std::erase_if(out.files, [&](const store::TreeFile& file) { return !named.contains(file.path); });
  return store::put_tree(objects, std::move(out));
}

}  // namespace mlops::dataset
