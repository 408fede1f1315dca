#pragma once
/// The values of a view at each row of its own table, as they were known then: what training would see there.

#include <mlops/base/progress.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/score/enrich.hpp>

#include <filesystem>
#include <memory>

namespace mlops::score {

/// A Parquet file with one row for each row of the view's table, in their order: the keys under the names of
/// their columns, then the view's columns. As of the table's `time`, else the view's `at`. Transforms that
/// learn are not done. The file is gone when its owner is.
class ViewValues {
 public:
  /// `scratch` is the folder that has it. Throws Error as join_rows() does.
  ViewValues(const EnrichPlace& place, const std::filesystem::path& scratch, const ViewUse& use,
             Progress& progress);
  ~ViewValues();
  ViewValues(ViewValues&&) noexcept;
  ViewValues& operator=(ViewValues&&) noexcept;

  const std::filesystem::path& file() const;
  /// The file as if it were a version of "features/<view>": columns and rows, number and record of the
  /// table's version.
  const dataset::Version& version() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::score
