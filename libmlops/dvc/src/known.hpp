#pragma once
/// Which SHA-256 an MD5 of DVC's stands for: `dvc.db` in the store. A cache: it may be lost, damaged or
/// behind, and then contents are read. What it says is not that the store has it.

#include <mlops/base/digest.hpp>
#include <mlops/db/database.hpp>
#include <mlops/dvc/project.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

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
  /// Waits for flush(), or until many wait: names come in no order, so that few at a time would write each
  /// page of the database again and again.
  void add(const Name& name, const Meaning& meaning);
  void flush();

 private:
  bool try_open();
  void drop();

  const std::filesystem::path file_;
  const bool rehearsal_;
  std::unique_ptr<db::Database> database_;
  struct Statements;
  std::unique_ptr<Statements> statements_;
  std::map<std::string, Meaning> waiting_;  ///< By key, as the database sorts them.
};

}  // namespace mlops::dvc
