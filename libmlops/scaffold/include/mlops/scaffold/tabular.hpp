#pragma once
/// A first `mlops.yaml` for a table and the column to be predicted in it, written after a look at its values:
/// what holds of them, which columns say nothing, what the models are. It reads back without a fault, its
/// assertions hold for the version that was looked at, and it trains as it stands.

#include <mlops/dataset/read.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/release/train.hpp>

#include <memory>
#include <string>
#include <vector>

namespace mlops::scaffold {

struct TabularRequest {
  std::string project;
  /// With a label; with a time the latest rows are to judge, without one that is offered where there is a
  /// column of dates.
  manifest::SourceSpec source;
  std::uint64_t rows = 0;
  const std::vector<dataset::Reader::ColumnProfile>& profile;
  const release::Prepared& prepared;  ///< By the default split.
};

/// Throws Error: usage for a time that is none; internal should the text not read back.
std::string tabular_project(const TabularRequest& request);

/// A store that goes away with its owner: for a look at data that leaves nothing behind.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  store::Store& store();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::scaffold
