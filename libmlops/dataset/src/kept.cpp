#include <mlops/dataset/kept.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/memo/memo.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <optional>

#include "src/remake.hpp"

namespace mlops::dataset {
namespace {

std::string loss_of(const store::Objects& objects, const Digest& digest, std::string_view what) {
  if (objects.sound(digest)) return "";
  return fmt::format("its {} is {}", what, objects.has(digest) ? "damaged" : "missing");
}

/// Of what came from outside a stat is enough; a statement is small.
std::string loss_of_files(const store::Objects& objects, const Digest& tree, std::string_view what,
                          bool small) {
  std::string loss = loss_of(objects, tree, fmt::format("list of {}", what));
  if (!loss.empty()) return loss;
  const store::Tree files = store::get_tree(objects, tree);
  const bool whole = std::all_of(files.files.begin(), files.files.end(), [&](const store::TreeFile& file) {
    return small ? objects.sound(file.digest) : objects.size(file.digest) == file.size;
  });
  return whole ? "" : fmt::format("not all of its {} are there", what);
}

[[noreturn]] void refuse_forgotten(const Version& version) {
  const std::string way = version.made
                              ? fmt::format("`mlops run {}` makes the table again", version.address())
                              : fmt::format("`mlops data list {}` shows what there is", version.name);
  throw error(Code::not_found, "the contents of {}@v{} were forgotten", version.address(), version.number)
      .with_id("data.forgotten")
      .with_hint("{}; `mlops log` says when and why", way);
}

/// `cache`: it is there, and damaged.
[[noreturn]] void fail_unreadable(const Version& version, bool cache, const Error& fault) {
  const auto told = [&] {
    return Error(fault).with_message("the table of {}@v{} cannot be read: {}", version.address(),
                                     version.number, fault.message());
  };
  if (fault.hint().starts_with("`mlops fetch"))
    throw told().with_hint("`mlops fetch {}@v{}` brings it from a remote", version.address(), version.number);
  if (fault.code() == Code::failed && version.is_cache())
    throw told().with_hint("it has to be made again, once, by somebody who may write to the store");
  if (cache)
    throw told().with_hint(
        "`mlops store fsck` removes it, and then it is made again from the bytes as they came");
  const std::string way = version.made ? fmt::format("`mlops run {}` makes", version.address())
                                       : fmt::format("`mlops ingest {}` reads", version.name);
  throw told().with_hint("{} the newest version again; `mlops store fsck` checks the whole store", way);
}

/// Of an object that garbage collection may take. Throws for one that is damaged: the disk is, too, and that
/// has to be known.
std::optional<KeptTable> find_kept(store::Objects& objects, const Digest& digest) {
  objects.keep(digest);
  if (!objects.has(digest)) return std::nullopt;
  return KeptTable{digest, objects.file(digest)};
}

/// Another release of the engine writes the same table in other bytes: where these are is remembered.
json::Object bytes_of(const Digest& table) { return {{"asked", "columnar"}, {"table", table.hex()}}; }

std::optional<KeptTable> find_table(store::Store& store, const Version& version) {
  if (auto table = find_kept(store.objects(), version.data)) return table;
  const auto other = find_other(store, version.table);
  return other ? find_kept(store.objects(), *other) : std::nullopt;
}

void require_same(const HashedTable& table, const Version& version) {
  if (table.digest == version.table) return;
  throw error(Code::corrupt, "{}@v{} comes out otherwise than it was, read again from its bytes{}",
              version.address(), version.number,
              table.rows == version.rows ? std::string()
                                         : fmt::format(": it has {}, and had {}", count_of(table.rows, "row"),
                                                       count_text(version.rows)))
      .with_id("data.comes_otherwise")
      .with_hint(
          "its bytes as they came are as they were: the release of mlops that ingested them reads them "
          "as it did, `mlops ingest {}` makes a version of how they are read now",
          version.name);
}

KeptTable make_again(const TablePlace& place, const Version& version) {
  Remade made = remake(place, version);
  require_same(made.table, version);
  store::Objects& objects = place.store.objects();
  const Digest data = objects.adopt(made.data.release());
  if (data != version.data) memo::Memo(place.store.root()).keep(bytes_of(version.table), data.text());
  return {data, objects.file(data)};
}

}  // namespace

std::string loss_of_table(const store::Objects& objects, const Version& version) {
  if (version.forgotten) return "its contents were forgotten";
  const bool dropped = version.is_cache() && !objects.has(version.data);
  std::string loss =
      dropped ? loss_of_files(objects, version.raw, "files", false) : loss_of(objects, version.data, "table");
  if (loss.empty() && version.quarantine.data)
    loss = loss_of(objects, *version.quarantine.data, "quarantine");
  if (loss.empty() && version.blobs) loss = loss_of_files(objects, *version.blobs, "blobs", false);
  return loss;
}

std::string loss_of(const store::Objects& objects, const Version& version) {
  std::string loss = loss_of_table(objects, version);
  if (loss.empty() && version.raw_kept)
    loss = loss_of_files(objects, version.raw, "files", version.made.has_value());
  return loss;
}

KeptTable kept_table(const TablePlace& place, const Version& version) {
  if (version.forgotten) refuse_forgotten(version);
  store::Objects& objects = place.store.objects();
  try {
    if (!version.is_cache()) return {version.data, objects.file(version.data)};
    const auto known = find_table(place.store, version);
    return known ? *known : make_again(place, version);
  } catch (const Error& fault) {
    const bool passes = fault.code() == Code::busy || fault.code() == Code::interrupted;
    if (passes || fault.id() == "data.comes_otherwise") throw;
    fail_unreadable(version, version.is_cache() && objects.has(version.data), fault);
  }
}

std::filesystem::path table_file(const TablePlace& place, const Version& version) {
  return kept_table(place, version).file;
}

TablePlace table_place(store::Store& store, const Workshop& shop) {
  return {.store = store,
          .engines = shop.engines,
          .resources = shop.resources,
          .cancel = shop.cancel,
          .progress = &shop.progress};
}

std::optional<Digest> find_other(store::Store& store, const Digest& table) {
  const auto answer = memo::Memo(store.root()).find(bytes_of(table));
  return answer ? Digest::parse(answer->text_or("")) : std::nullopt;
}

std::string loss_if_dropped(const TablePlace& place, const Version& version) {
  try {
    require_same(remake(place, version).table, version);
    return "";
  } catch (const Error& fault) {
    if (fault.code() == Code::busy || fault.code() == Code::interrupted) throw;
    return fault.message();
  }
}

}  // namespace mlops::dataset
