#pragma once
/// Rows that must go, and versions that need not be kept: what stays is that there was a version, where it
/// came from, and that something of it was forgotten, when and why (mlops/store/forgotten.hpp).

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/manifest/tables.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace mlops::dataset {

struct ForgetRequest {
  std::string address = {};  ///< A dataset: all its versions; or one version.
  std::string where = {};    ///< A condition of SQL over the columns: rows of which it is true go.
  std::string why = {};
  std::string who = {};
  bool dry_run = false;
};

struct ForgetReport {
  struct One {
    Version version;         ///< As it was.
    std::uint64_t rows = 0;  ///< That went, or with `dry_run` would go.
    bool dropped = false;    ///< It was made from one that lost rows: its contents went as a whole.
  };
  std::vector<One> versions;         ///< That lost something.
  std::size_t looked_at = 0;         ///< Versions of the dataset.
  std::vector<Version> quarantines;  ///< With rows that could not be loaded, and so not be asked.
  std::vector<Digest> unnamed;       ///< Objects with rows that were forgotten, which no record names.
};

/// Writes every version anew that has such rows, without them: its table, and the files that blob columns
/// point at. The bytes as they came and the rows of the quarantine of such a version go altogether, and so do
/// the contents of tables of `data:` that were made from one, which `mlops run` makes again. Nothing is
/// removed from the disk by this alone: store::collect() does that. A killed one has forgotten nothing, or
/// some of the tables of `data:`, and goes on when it is called again. Throws Error: not_found, usage (the
/// condition does not fit a version, which is named), busy (another one is at work for ten minutes),
/// conflict, corrupt, interrupted.
ForgetReport forget_rows(store::Store& store, Workshop& shop, const ForgetRequest& request);

/// Versions that `keep` lets go: contents of all but the newest so many, or of those older than so long. The
/// newest stays, and those whose record is in `needed`.
std::vector<Version> expired(store::Store& store, const store::ReferenceName& name,
                             const manifest::Retention& keep, const std::set<Digest>& needed, Time now);

/// Their contents need not be kept any longer. All of one dataset.
void drop(store::Store& store, const std::vector<Version>& versions, Time now, const std::string& who,
          const std::string& why);

}  // namespace mlops::dataset
