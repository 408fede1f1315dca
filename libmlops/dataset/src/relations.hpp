#pragma once
/// The tables that assertions name, as SQL: versions, and parts of the version that is judged.

#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/validate.hpp>
#include <mlops/table/engine.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::dataset {

class Relations {
 public:
  /// All of it must outlive this.
  Relations(const TablePlace& place, table::Engine& engine, const Subject& subject)
      : place_(place), engine_(engine), subject_(subject) {}

  /// Of a name as in expect::Scope; that of a part is the subject's. Null: there is none.
  const Version* version(const std::string& table) const;
  /// Why there is none.
  static std::string missing(const std::string& table);

  /// Why the subject cannot be parted; empty: it can, or `table` is no part.
  std::string unparted(const std::string& table);

  /// What stands behind FROM. `options` of the reader, such as ", file_row_number = true"; not of parts.
  std::string sql(const std::string& table, std::string_view options = "");
  std::uint64_t rows(const std::string& table);

 private:
  void load_parts();
  void load_part(const std::string& name, const std::vector<std::uint32_t>& rows);

  const TablePlace place_;
  table::Engine& engine_;
  const Subject& subject_;
  std::optional<Parts> parts_ = {};
  std::string unparted_ = {};
};

}  // namespace mlops::dataset
