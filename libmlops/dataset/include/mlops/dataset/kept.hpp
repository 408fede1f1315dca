#pragma once
/// Whether what a version's record names is still in the store, and its table, which may have to be made
/// again.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/store/store.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace mlops::dataset {

/// What is wrong with the objects of a version, such as "its table is missing" or "its table is damaged";
/// empty: nothing that is seen cheaply. The table is looked at as store::Objects::file() does, of the bytes
/// as they came the sizes alone. A cache is not missed.
std::string loss_of(const store::Objects& objects, const Version& version);

/// The same of what was made of the bytes: the table, the rows that did not fit, the files beside them.
std::string loss_of_table(const store::Objects& objects, const Version& version);

/// Where tables are, and what it takes to make one again. All of it must outlive the call.
struct TablePlace {
  store::Store& store;
  Engines& engines;
  Resources resources = {};
  const Cancel* cancel = nullptr;
  Progress* progress = nullptr;
};
TablePlace table_place(store::Store& store, const Workshop& shop);

struct KeptTable {
  Digest object = {};  ///< Version::data, or the same table as this release of the engine writes it.
  std::filesystem::path file;
};

/// The Parquet file of a version; it stays while this process lives. A cache that is not there is made again,
/// which takes as long as its ingest did. Throws Error: not_found ("data.forgotten"), corrupt (the table is
/// damaged, or not there and cannot be made again; it names the version and what makes it whole), busy (disk
/// full), interrupted.
KeptTable kept_table(const TablePlace& place, const Version& version);
std::filesystem::path table_file(const TablePlace& place, const Version& version);

/// The object that stands for a table, by its logical digest, whose own is another release's; no record names
/// it.
std::optional<Digest> find_other(store::Store& store, const Digest& table);

/// Makes a table that is a cache again, and says why it would be lost if it was dropped; empty: it came out
/// as it was. Throws Error: busy (disk full), interrupted.
std::string loss_if_dropped(const TablePlace& place, const Version& version);

}  // namespace mlops::dataset
