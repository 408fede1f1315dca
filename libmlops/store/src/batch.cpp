/// A batch writes all files first, syncs them together, and gives them their names then: a name never stands
/// for bytes that a power cut could still take. Whole objects and packs get their names before recipes do,
/// which are made of them.
#include "src/batch.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>

#include <algorithm>

#include "src/encodings.hpp"
#include "src/format.hpp"
#include "src/layout.hpp"

namespace mlops::store {
namespace {

void sync_all(const std::vector<Path>& files) {
  if (files.size() >= many) return fs::sync_volume(files.front());
  for (const Path& file : files) fs::File(file).sync();
}

void name(Scrap& scrap, const Path& target) {
  if (!fs::find_stamp(target.parent_path())) fs::make_folders(target.parent_path());
  fs::rename_file(scrap.path(), target);
  scrap.let_go();
}

/// Makes the names durable, and forgets them. Who made a folder may have been killed before its name was, so
/// those above are synced, too.
void sync_folders_of(std::set<Path>& targets, const Path& root) {
  std::set<Path> folders;
  for (const Path& target : targets) {
    for (Path at = target.parent_path(); at.native().size() >= root.native().size(); at = at.parent_path())
      folders.insert(at);
  }
  for (const Path& folder : folders) fs::sync_folder(folder);
  targets.clear();
}

}  // namespace

Digest Objects::Batch::Impl::hold(std::unique_ptr<Scrap> place, fs::File& file, const Digest& digest) {
  const bool stands = objects.state_->is_whole(digest, file.stamp().size);
  const std::lock_guard guard(mutex);
  if (stands) {
    named.insert(object_path(objects.root_, digest));
  } else if (!files.contains(digest)) {
    file.set_permissions(0444);
    files.emplace(digest, std::move(place));
  }
  return digest;
}

void Objects::Batch::Impl::hold_bytes(const Digest& digest, std::string_view bytes) {
  auto place = scrap();
  fs::File file(place->path(), fs::File::Mode::create_new);
  file.write(bytes);
  hold(std::move(place), file, digest);
}

HeldPack Objects::Batch::Impl::sealed(PackWriter& writer, std::unique_ptr<Scrap> place) const {
  const std::string id = writer.seal();
  PackFile file(place->path());
  return {std::move(place), packs_folder(objects.root_) / (id + ".zst"), std::move(file)};
}

void Objects::Batch::Impl::hold(HeldPack pack) {
  const std::lock_guard guard(mutex);
  packs.push_back(std::move(pack));
}

void Objects::Batch::Impl::hold_recipe(const Digest& digest, const std::string& text) {
  auto place = scrap();
  fs::File file(place->path(), fs::File::Mode::create_new);
  file.write(text);
  file.set_permissions(0444);
  const std::lock_guard guard(mutex);
  recipes.try_emplace(digest, std::move(place));
}

bool Objects::Batch::Impl::holds_pack_with(const Digest& digest) {
  const std::lock_guard guard(mutex);
  return std::any_of(packs.begin(), packs.end(),
                     [&](const HeldPack& pack) { return pack.file.find(digest).has_value(); });
}

std::unique_ptr<Content> Objects::Batch::Impl::find(const Digest& digest) const {
  if (auto bytes = own.find(digest)) return content_of(std::move(*bytes));
  const std::lock_guard guard(mutex);
  if (const auto held = files.find(digest); held != files.end())
    return content_of(fs::File(held->second->path()));
  for (const HeldPack& pack : packs) {
    if (const auto entry = pack.file.find(digest)) {
      pack::Unpacker unpacker;
      return content_of(pack.file.content(*entry, unpacker).value_or(""));
    }
  }
  if (const auto held = recipes.find(digest); held != recipes.end())
    return content_of(recipe_from(fs::read_file(held->second->path()), digest), digest, *this);
  return objects.encodings().find(digest);
}

void Objects::Batch::Impl::commit() {
  own.finish();
  std::vector<Path> written;
  for (const auto& [digest, scrap] : files) written.push_back(scrap->path());
  for (const auto& [digest, scrap] : recipes) written.push_back(scrap->path());
  for (const HeldPack& pack : packs) written.push_back(pack.scrap->path());
  sync_all(written);
  if (!packs.empty() || !recipes.empty()) need_format(objects.root_, format_with_packs);
  auto lock = objects.state_->renaming();
  for (auto& [digest, scrap] : files) {
    objects.state_->put_in_place(scrap->path(), digest);
    scrap->let_go();
    named.insert(object_path(objects.root_, digest));
  }
  for (HeldPack& pack : packs) {
    name(*pack.scrap, pack.target);
    named.insert(pack.target);
  }
  sync_folders_of(named, objects.root_);
  for (auto& [digest, scrap] : recipes) {
    name(*scrap, recipe_path(objects.root_, digest));
    named.insert(recipe_path(objects.root_, digest));
  }
  lock.reset();
  sync_folders_of(named, objects.root_);
  files.clear();
  recipes.clear();
  packs.clear();
}

Objects::Batch::Batch(Objects& objects) : impl_(std::make_unique<Impl>(objects)) {}

Objects::Batch::~Batch() = default;

Digest Objects::Batch::put(std::string_view bytes) { return impl_->own.put(bytes); }

Digest Objects::Batch::put_file(const Path& path, const Way& way) {
  return impl_->own.put_file(fs::File(path), way);
}

Digest Objects::Batch::put_file(const Path& path, const Look& look) {
  return put_file(path, Way{.look = look});
}

Path Objects::Batch::file(const Digest& digest) const {
  {
    const std::lock_guard guard(impl_->mutex);
    if (const auto held = impl_->files.find(digest); held != impl_->files.end()) return held->second->path();
    if (const auto made = impl_->plain.find(digest); made != impl_->plain.end()) return made->second->path();
  }
  if (impl_->objects.has(digest) && !impl_->own.find(digest)) return impl_->objects.file(digest);
  const auto content = impl_->find(digest);
  if (!content) return impl_->objects.file(digest);  // Says that it is missing.
  auto place = impl_->scrap();
  fs::File file(place->path(), fs::File::Mode::create_new);
  hash_content(*content, [&](std::string_view bytes) { file.write(bytes); });
  const std::lock_guard guard(impl_->mutex);
  return impl_->plain.try_emplace(digest, std::move(place)).first->second->path();
}

bool Objects::Batch::holds_new() const {
  const auto& own = impl_->own;
  const std::lock_guard guard(impl_->mutex);
  return !impl_->files.empty() || !impl_->recipes.empty() || !impl_->packs.empty() || !own.few.empty() ||
         own.writer;
}

std::vector<Digest> Objects::Batch::lacks(std::vector<Digest> digests) {
  State& state = *impl_->objects.state_;
  state.begin();
  std::vector<Digest> out;
  for (const Digest& digest : digests) {
    if (state.marked(digest)) out.push_back(digest);
  }
  const std::lock_guard guard(impl_->mutex);
  const auto found = [&](const Path& file) { impl_->named.insert(file); };
  const auto missing = impl_->objects.encodings().missing(std::move(digests), found);
  out.insert(out.end(), missing.begin(), missing.end());
  std::sort(out.begin(), out.end());
  return out;
}

void Objects::Batch::commit() { impl_->commit(); }

}  // namespace mlops::store
