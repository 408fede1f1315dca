#include <mlops/base/error.hpp>
#include <mlops/dvc/import.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <set>

#include "src/folder_object.hpp"
#include "src/known.hpp"
#include "src/taking.hpp"

namespace mlops::dvc {
namespace {

/// So many files of a folder are looked up, and read, together.
constexpr std::size_t window_size = 4096;

std::optional<worktree::Version> newest_version(const store::Store& store, const std::string& path) {
  auto versions = worktree::history(store, path);
  return versions.empty() ? std::nullopt : std::optional(std::move(versions.back()));
}

worktree::Pin pin_of(const Out& out, const Meaning& meaning) {
  return {.digest = meaning.digest,
          .folder = out.name.folder(),
          .executable = out.executable && !out.name.folder(),
          .files = meaning.files,
          .bytes = meaning.bytes};
}

/// The files that a folder's object lists, in the order of their paths. DVC writes them so; a list in another
/// order, by somebody else, is held in memory.
class Listing {
 public:
  explicit Listing(const std::filesystem::path& file) : reader_(file) {
    FolderReader first(file);
    Listed before;
    bool sorted = true;
    for (Listed one; first.next(one); before = std::move(one)) sorted = sorted && before.path < one.path;
    if (sorted) return;
    for (Listed one; reader_.next(one);) all_.push_back(one);
    std::sort(all_.begin(), all_.end(), [](const Listed& a, const Listed& b) { return a.path < b.path; });
  }

  bool next(Listed& listed) {
    if (all_.empty()) return reader_.next(listed);
    if (at_ == all_.size()) return false;
    listed = all_[at_++];
    return true;
  }

 private:
  FolderReader reader_;
  std::vector<Listed> all_;
  std::size_t at_ = 0;
};

}  // namespace

struct Importer::Impl {
  Impl(worktree::Place where, Source from)
      : place(where),
        source(std::move(from)),
        origin(source, place.cancel),
        linker(place.store.objects()),
        known(place.store.root(), false) {}

  Imported import(const Out& out, const std::string& path, const worktree::Intent& intent, bool past) {
    place.progress.phase("importing " + path, out.files.value_or(0), Unit::items);
    const auto newest = newest_version(place.store, path);
    Taking taking(place, origin, linker, known, out);
    const Meaning meaning = out.name.folder() ? folder(taking, out, newest) : file(taking, out, newest);
    const worktree::Pin pin = pin_of(out, meaning);
    if (!newest || newest->pin != pin || taking.batch().holds_new()) taking.batch().commit();
    if (out.name.folder()) known.add(out.name, meaning);
    known.flush();
    Imported done = taking.counts();
    const auto same = past ? find_past(path, pin, intent.time) : std::nullopt;
    if (same) done.added.version = *same;
    else done.added = worktree::publish(place.store, path, pin, intent);
    return done;
  }

  std::optional<worktree::Version> find_past(const std::string& path, const worktree::Pin& pin, Time time) {
    auto versions = worktree::history(place.store, path);
    for (worktree::Version& version : versions) {
      if (version.pin == pin && version.time == time) return std::move(version);
    }
    const bool first = begun.insert(path).second;
    if (first && !versions.empty() && versions.back().pin != pin && versions.back().time > time) {
      throw error(Code::conflict, "'{}' has a version of {}, which is younger than {}", path,
                  versions.back().time.text(), time.text())
          .with_id("dvc.history")
          .with_hint("the history of a path can only be imported before its first other version");
    }
    return std::nullopt;
  }

  Meaning file(Taking& taking, const Out& out, const std::optional<worktree::Version>& newest) const {
    if (newest && !newest->pin.folder) taking.base = newest->pin.digest;
    Wanted wanted{.name = out.name};
    taking.take({&wanted});
    taking.finish();
    return *wanted.meaning;
  }

  Meaning folder(Taking& taking, const Out& out, const std::optional<worktree::Version>& newest) {
    if (const auto meaning = known.find(out.name); meaning && is_whole(taking.batch(), *meaning))
      return *meaning;
    Listing listing(taking.file_of(out.name));
    const auto& objects = place.store.objects();
    const bool based = newest && newest->pin.folder && objects.sound(newest->pin.digest);
    store::TreeWriter tree(place.store.objects(), based ? std::optional(newest->pin.digest) : std::nullopt);
    Meaning meaning{.files = 0};
    for (std::vector<Wanted> window = next(listing, out); !window.empty(); window = next(listing, out)) {
      std::vector<Wanted*> wanted;
      for (Wanted& one : window) wanted.push_back(&one);
      taking.take(std::move(wanted));
      for (const Wanted& one : window) {
        tree.add({one.below, one.mode, one.meaning->bytes, one.meaning->digest});
        ++meaning.files;
        meaning.bytes += one.meaning->bytes;
      }
      place.progress.at(meaning.files);
    }
    taking.finish();
    meaning.digest = tree.finish(taking.batch());
    return meaning;
  }

  static std::vector<Wanted> next(Listing& listing, const Out& out) {
    std::vector<Wanted> window;
    for (Listed one; window.size() < window_size && listing.next(one);) {
      window.push_back({.name = {.hex = std::move(one.md5), .dos = out.name.dos},
                        .below = std::move(one.path),
                        .mode = one.executable ? 0755U : 0644U});
    }
    return window;
  }

  /// Whether the store has the tree and all that it names.
  bool is_whole(store::Objects::Batch& batch, const Meaning& meaning) const {
    const store::Objects& objects = place.store.objects();
    if (!batch.lacks({meaning.digest}).empty() || !objects.sound(meaning.digest)) return false;
    store::TreeReader tree(objects, meaning.digest);
    std::vector<Digest> files;
    const auto all_there = [&] { return batch.lacks(std::exchange(files, {})).empty(); };
    for (store::TreeFile file; tree.next(file);) {
      files.push_back(file.digest);
      if (files.size() == window_size && !all_there()) return false;
    }
    return all_there();
  }

  worktree::Place place;
  Source source;
  Origin origin;
  Linker linker;
  Known known;
  std::set<std::string> begun;  ///< Paths whose past was begun.
};

Importer::Importer(worktree::Place place, Source source)
    : impl_(std::make_unique<Impl>(place, std::move(source))) {}

Importer::~Importer() = default;

Imported Importer::import(const Out& out, const std::string& path, const worktree::Intent& intent) {
  return impl_->import(out, path, intent, false);
}

Imported Importer::import_past(const Out& out, const std::string& path, const worktree::Intent& intent) {
  return impl_->import(out, path, intent, true);
}

Planned plan(const store::Store* store, const Source& source, const Out& out, const std::string& path) {
  Planned planned{.files = out.name.folder() ? out.files : 1, .bytes = out.bytes};
  std::optional<Meaning> meaning;
  if (store != nullptr) {
    const auto newest = newest_version(*store, path);
    meaning = Known(store->root(), true).find(out.name);
    planned.fresh = !newest || !meaning || newest->pin != pin_of(out, *meaning);
    planned.version = (newest ? newest->number : 0) + (planned.fresh ? 1 : 0);
  }
  if (meaning) {
    planned.files = meaning->files;
    planned.bytes = meaning->bytes;
    return planned;
  }
  const Origin origin(source, nullptr);
  if (origin.in_cache(out.name) || origin.has_remote(out) ||
      (!out.name.folder() && origin.in_work_tree(out, "", out.name)))
    return planned;
  throw error(Code::not_found, "'{}' cannot be imported: DVC's cache lacks {}", out.path, out.name.hex)
      .with_id("dvc.missing")
      .with_hint("`dvc fetch {}` brings it, or `mlops import dvc --remote NAME`", out.path);
}

}  // namespace mlops::dvc
