#include "src/relations.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/kept.hpp>

#include <iterator>

namespace mlops::dataset {
namespace {

bool is_part_of_subject(const std::string& table) {
  return table == "train" || table == "valid" || table == "test";
}

/// A bit for each row, the first one foremost, as SQL's BIT.
std::string bits_of(const std::vector<std::uint32_t>& rows, std::uint64_t count) {
  std::vector<std::uint8_t> bytes((count + 7) / 8);
  for (const std::uint32_t row : rows) bytes[row / 8] |= static_cast<std::uint8_t>(128U >> (row % 8));
  std::string out = "'";
  for (const std::uint8_t byte : bytes) fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte);
  return out + "'::BLOB::BIT";
}

}  // namespace

const Version* Relations::version(const std::string& table) const {
  if (table.empty() || is_part_of_subject(table)) return &subject_.version;
  if (table == "last") return subject_.last ? &*subject_.last : nullptr;
  const auto found = subject_.others.find(table);
  return found == subject_.others.end() ? nullptr : &found->second;
}

std::string Relations::missing(const std::string& table) {
  return table == "last" ? "there is no last accepted version" : fmt::format("{} has no version yet", table);
}

std::string Relations::unparted(const std::string& table) {
  if (is_part_of_subject(table)) load_parts();
  return is_part_of_subject(table) ? unparted_ : "";
}

std::string Relations::sql(const std::string& table, std::string_view options) {
  const Version* wanted = version(table);
  const bool beside = wanted == &subject_.version && !subject_.file.empty();
  const std::string file = table::literal((beside ? subject_.file : table_file(place_, *wanted)).string());
  if (!is_part_of_subject(table)) return fmt::format("read_parquet({}{})", file, options);
  load_parts();
  return fmt::format(
      "(SELECT * EXCLUDE (file_row_number) FROM read_parquet({}, file_row_number = true) WHERE "
      "get_bit(getvariable('part_{}'), CAST(file_row_number AS INTEGER)) = 1)",
      file, table);
}

std::uint64_t Relations::rows(const std::string& table) {
  if (!is_part_of_subject(table)) return version(table)->rows;
  load_parts();
  return table == "train"   ? parts_->train.size()
         : table == "valid" ? parts_->valid.size()
                            : parts_->test.size();
}

void Relations::load_parts() {
  if (parts_) return;
  try {
    parts_ = subject_.training->parts();
  } catch (const Error& fault) {
    if (fault.code() != Code::negative) throw;
    parts_.emplace();
    unparted_ = fault.message();
  }
  load_part("train", parts_->train);
  load_part("valid", parts_->valid);
  load_part("test", parts_->test);
}

void Relations::load_part(const std::string& name, const std::vector<std::uint32_t>& rows) {
  if (subject_.version.rows == 0) return;
  engine_.execute(fmt::format("SET VARIABLE part_{} = {}", name, bits_of(rows, subject_.version.rows)));
}

}  // namespace mlops::dataset
