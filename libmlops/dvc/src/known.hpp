#pragma once
/// Which SHA-256 an MD5 of DVC's stands for: `dvc.db` in the store. A cache: it may be lost, damaged or
/// behind, and then contents are read. What it says is not that the store has it.

#include <mlops/base/digest.hpp>
#include <mlops/db/database.hpp>
#include <mlops/dvc/project.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace mlops::dvc {

/// A content, or the tree of a folder.
struct Meaning {
  Digest digest = {};
  std::uint64_t files = 1;
  std::uint64_t bytes = 0;

  bool operator==(const Meaning&) const = default;
};

class Known {
 public:
  /// With `rehearsal` nothing is written.
  Known(const std::filesystem::path& store, bool rehearsal);
  ~Known();

  std::optional<Meaning> find(const Name& name);
  /// All at once.
  void add(const std::vector<std::pair<Name, Meaning>>& found);

 private:
  bool try_open();
  void drop();

  const std::filesystem::path file_;
  const bool rehearsal_;
  std::unique_ptr<db::Database> database_;
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

}  // namespace mlops::dvc
