#include <mlops/dataset/kept.hpp>

#include <mlops/base/error.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>

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

}  // namespace

std::string loss_of_table(const store::Objects& objects, const Version& version) {
  if (version.forgotten) return "its contents were forgotten";
  std::string loss = loss_of(objects, version.data, "table");
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

std::filesystem::path table_file(const store::Objects& objects, const Version& version) {
  if (version.forgotten) {
    const std::string way = version.made
                                ? fmt::format("`mlops run {}` makes the table again", version.address())
                                : fmt::format("`mlops data list {}` shows what there is", version.name);
    throw error(Code::not_found, "the contents of {}@v{} were forgotten", version.address(), version.number)
        .with_id("data.forgotten")
        .with_hint("{}; `mlops log` says when and why", way);
  }
  try {
    return objects.file(version.data);
  } catch (const Error& fault) {
    if (fault.code() != Code::corrupt) throw;
    const auto told = [&] {
      return Error(fault).with_message("the table of {}@v{} cannot be read: {}", version.address(),
                                       version.number, fault.message());
    };
    if (fault.hint().starts_with("`mlops fetch"))
      throw told().with_hint("`mlops fetch {}@v{}` brings it from a remote", version.address(),
                             version.number);
    const std::string way = version.made ? fmt::format("`mlops run {}` makes", version.address())
                                         : fmt::format("`mlops ingest {}` reads", version.name);
    throw told().with_hint("{} the newest version again; `mlops store fsck` checks the whole store", way);
  }
}

}  // namespace mlops::dataset
