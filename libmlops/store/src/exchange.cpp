#include <mlops/store/exchange.hpp>

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

#include "src/batch.hpp"
#include "src/encodings.hpp"
#include "src/graph.hpp"
#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

[[noreturn]] void not_as_named(const std::string& what) {
  throw error(Code::corrupt, "what came as {} is something else", what).with_id("object.corrupt");
}

std::vector<Digest> each_once(std::vector<Digest> digests) {
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  return digests;
}

/// Whether every object of the pack is whole.
bool is_whole(const PackFile& pack, const std::vector<PackEntry>& entries) {
  bool whole = true;
  pack.each(entries, [&](const PackEntry& entry, std::optional<std::string_view> content) {
    whole = whole && content && crypto::sha256(*content) == entry.digest;
  });
  return whole;
}

std::string tail_of(const Path& pack, std::uint64_t objects) {
  const fs::File file(pack);
  std::string out(pack_index_bytes(objects), '\0');
  out.resize(file.read_at(out.data(), out.size(), file.stamp().size - out.size()));
  return out;
}

/// Digests of which some were dealt with.
class Open {
 public:
  explicit Open(std::vector<Digest> sorted) : digests_(std::move(sorted)), closed_(digests_.size()) {}

  std::vector<PackEntry> among(const std::vector<PackEntry>& entries) const {
    std::vector<PackEntry> out;
    for (const PackEntry& entry : entries) {
      const auto at = place(entry.digest);
      if (at < digests_.size() && digests_[at] == entry.digest && !closed_[at]) out.push_back(entry);
    }
    return out;
  }
  void close(const Digest& digest) { closed_[place(digest)] = true; }
  std::vector<Digest> rest() const {
    std::vector<Digest> out;
    for (std::size_t i = 0; i < digests_.size(); ++i) {
      if (!closed_[i]) out.push_back(digests_[i]);
    }
    return out;
  }

 private:
  std::size_t place(const Digest& digest) const {
    return static_cast<std::size_t>(std::lower_bound(digests_.begin(), digests_.end(), digest) -
                                    digests_.begin());
  }

  const std::vector<Digest> digests_;
  std::vector<bool> closed_;
};

/// Packs what no pack of the store has by itself.
class Packing {
 public:
  Packing(Objects& objects, const std::function<void(const Pack& pack)>& ready)
      : objects_(objects), ready_(ready) {}

  void add(const Digest& digest) {
    const std::string bytes = objects_.get(digest);
    begin();
    writer_->add(digest, bytes);
    if (writer_->full()) finish();
  }

  void add(const PackEntry& entry, std::string_view frame) {
    begin();
    writer_->add_frame(entry, frame);
    if (writer_->full()) finish();
  }

  void finish() {
    if (!writer_) return;
    Pack pack{.file = scrap_->path(), .id = writer_->seal(), .objects = writer_->count()};
    pack.bytes = writer_->file().stamp().size;
    pack.index = tail_of(pack.file, pack.objects);
    writer_.reset();
    ready_(pack);
    scrap_.reset();
  }

 private:
  void begin() {
    if (writer_) return;
    scrap_ = std::make_unique<Scrap>(objects_.temporary_path());
    writer_ = std::make_unique<PackWriter>(scrap_->path());
  }

  Objects& objects_;
  const std::function<void(const Pack& pack)>& ready_;
  std::unique_ptr<Scrap> scrap_;
  std::unique_ptr<PackWriter> writer_;
};

constexpr std::string_view elsewhere_file = "has";

void add_digests(const Path& file, std::vector<Digest>& out) {
  const std::string text = fs::find_file(file).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // Torn.
    if (const auto digest = Digest::parse(std::string_view(text).substr(at, end - at)))
      out.push_back(*digest);
    at = end + 1;
  }
}

std::vector<Digest> parts_in(const Recipe& recipe) {
  std::vector<Digest> out;
  for (const Part& part : recipe.parts) out.push_back(part.from);
  return each_once(std::move(out));
}

Form form_of(const Path& root, const Encodings& encodings, const Digest& digest) {
  const auto place = encodings.place(digest);
  if (!place) no_object(root, digest);
  Form form{.size = place->size, .small = place->size < small_object};
  if (place->kind != Encodings::Kind::recipe || form.small) return form;
  const auto recipe = encodings.recipe(digest);
  if (!recipe) return form;
  form.recipe = text_of(*recipe);
  form.parts = parts_in(*recipe);
  return form;
}

}  // namespace

Reached reach(Store& store, const std::vector<Digest>& roots, Reach how,
              const std::function<bool(const Digest& digest)>& stop) {
  const Graph graph = graph_of(store.root(), store.objects(), roots, how, stop);
  Reached out;
  for (const Graph::Entry& entry : graph.entries()) {
    switch (entry.node.kind) {
      case NodeKind::missing:
        out.missing.push_back(entry.digest);
        break;
      case NodeKind::absent:
        out.absent.push_back(entry.digest);
        break;
      case NodeKind::record:
      case NodeKind::tree:
        out.history.push_back(entry.digest);
        break;
      default:
        out.contents.push_back(entry.digest);
    }
  }
  for (auto* digests : {&out.history, &out.contents, &out.missing, &out.absent})
    std::sort(digests->begin(), digests->end());
  return out;
}

std::vector<Form> forms_of(Store& store, const std::vector<Digest>& digests) {
  const Encodings encodings(store.root());
  std::vector<Form> out;
  out.reserve(digests.size());
  for (const Digest& digest : digests) out.push_back(form_of(store.root(), encodings, digest));
  return out;
}

std::vector<Digest> parts_of(std::string_view recipe, const Digest& digest) {
  return parts_in(recipe_from(recipe, digest));
}

void pack_up(Store& store, std::vector<Digest> digests, const std::function<void(const Pack& pack)>& ready) {
  Packs packs(packs_folder(store.root()));
  Open open(each_once(std::move(digests)));
  Packing packing(store.objects(), ready);
  for (const auto& pack : packs.all()) {
    const auto entries = pack->entries();
    const auto wanted = open.among(entries);
    if (wanted.empty()) continue;
    if (wanted.size() == entries.size() && is_whole(*pack, entries)) {
      ready({.file = pack->path(),
             .id = pack->path().stem().native(),
             .bytes = pack->size(),
             .index = tail_of(pack->path(), entries.size()),
             .objects = entries.size(),
             .lent = true});
      for (const PackEntry& entry : wanted) open.close(entry.digest);
      continue;
    }
    pack->each(wanted, [&](const PackEntry& entry, std::optional<std::string_view> content) {
      if (!content || crypto::sha256(*content) != entry.digest) return;  // Another copy may be whole.
      packing.add(entry, pack->frame(entry));
      open.close(entry.digest);
    });
  }
  for (const Digest& digest : open.rest()) packing.add(digest);
  packing.finish();
}

std::vector<PackedObject> objects_in(const std::string& id, std::string_view index) {
  const auto entries = entries_of_index(index, id);
  if (!entries) not_as_named("the index of the pack " + id);
  std::vector<PackedObject> out;
  out.reserve(entries->size());
  for (const PackEntry& entry : *entries)
    out.push_back(
        {.digest = entry.digest, .offset = entry.offset, .stored = entry.stored, .size = entry.size});
  return out;
}

struct Intake::Impl {
  explicit Impl(Store& store) : root(store.root()), objects(store.objects()), batch(objects), lane(batch) {}

  const Path root;
  Objects& objects;
  Objects::Batch::Impl batch;
  std::mutex mutex;  ///< Of the lane.
  Objects::Batch::Lane::Impl lane;
};

Intake::Intake(Store& store) : impl_(std::make_unique<Impl>(store)) {}

Intake::~Intake() = default;

Path Intake::fresh() { return impl_->objects.temporary_path(); }

void Intake::take_pack(const Path& path, const std::string& id) {
  auto scrap = std::make_unique<Scrap>(path);
  std::optional<PackFile> file;
  try {
    file.emplace(path);
    if (file->name() != id || !is_whole(*file, file->entries())) file.reset();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    file.reset();
  }
  if (!file) not_as_named("the pack " + id);
  fs::File(path).set_permissions(0444);
  impl_->batch.hold({std::move(scrap), packs_folder(impl_->root) / (id + ".zst"), std::move(*file)});
}

void Intake::take_frame(const Digest& digest, std::uint32_t size, std::string_view frame) {
  std::string content(size, '\0');
  pack::Unpacker unpacker;
  if (size >= small_object || !unpacker.unpack(frame, content.data(), content.size()) ||
      crypto::sha256(content) != digest)
    not_as_named("object " + digest.text());
  const std::lock_guard guard(impl_->mutex);
  impl_->lane.put(content);
}

void Intake::take_file(const Path& path, const Digest& digest) {
  auto scrap = std::make_unique<Scrap>(path);
  fs::File file(path);
  if (hash_rest(file) != digest) not_as_named("object " + digest.text());
  impl_->batch.hold(std::move(scrap), file, digest);
}

void Intake::take_recipe(const Digest& digest, const std::string& text) {
  const Recipe recipe = recipe_from(text, digest);
  const Encodings encodings(impl_->root);
  const auto content = content_of(recipe, digest, encodings);
  if (hash_content(*content) != digest) not_as_named("object " + digest.text());
  impl_->batch.hold_recipe(digest, text);
}

void Intake::commit() {
  impl_->lane.finish();
  impl_->batch.commit();
}

Path remote_folder(const Path& root, const std::string& remote) { return root / "remotes" / escaped(remote); }

void set_elsewhere(Store& store, const std::string& remote, const std::vector<Digest>& records) {
  const Path file = remote_folder(store.root(), remote) / elsewhere_file;
  std::string text;
  for (const Digest& digest : each_once(records)) text += digest.hex() + "\n";
  if (fs::find_file(file).value_or("") == text) return;
  fs::make_folders(file.parent_path());
  fs::write_atomic(file, text);
}

std::vector<Digest> elsewhere(const Path& root) {
  std::vector<Digest> out;
  for (const std::string& name : fs::names_in(root / "remotes"))
    add_digests(root / "remotes" / name / elsewhere_file, out);
  return each_once(std::move(out));
}

}  // namespace mlops::store
