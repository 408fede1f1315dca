#include <mlops/base/error.hpp>

#include <algorithm>

#include "src/survey.hpp"
#include "src/version.hpp"

namespace mlops::worktree {
namespace {

using Batch = store::Objects::Batch;

class Adding {
 public:
  Adding(const Place& place, const std::string& path, const Intent& intent)
      : place_(place), path_(path), intent_(intent), batch_(place.store.objects()) {
    for (unsigned i = 0; i < std::max(1U, place.threads); ++i)
      lanes_.push_back(std::make_unique<Batch::Lane>(batch_));
  }

  Added run() {
    const auto look = fs::find_look(place_.root / path_);
    if (!look) throw error(Code::not_found, "there is no '{}'", path_);
    out_.version.pin.folder = look->type == fs::Type::folder;
    const auto newest = newest_of(place_.store, path_);
    place_.progress.phase("reading " + path_, 0, Unit::items);
    IndexWriter index(place_.store, path_);
    out_.version.pin = read(index, newest);
    if (!newest || newest->pin != out_.version.pin || batch_.holds_new()) batch_.commit();
    const Added made = publish(place_.store, path_, out_.version.pin, intent_);
    out_.version = made.version;
    out_.fresh = made.fresh;
    index.finish();
    return out_;
  }

 private:
  /// Everything there is, into the batch.
  Pin read(IndexWriter& index, const std::optional<Version>& newest) {
    Survey survey(place_, path_, known_pin(newest), true);
    const bool same_kind = newest && newest->pin.folder == out_.version.pin.folder;
    store::TreeWriter tree(place_.store.objects(),
                           same_kind ? std::optional(newest->pin.digest) : std::nullopt);
    const Youth youth(place_.root);
    Pin pin{.folder = out_.version.pin.folder, .files = 0};
    for (auto window = survey.next(); !window.empty(); window = survey.next()) {
      read(window);
      for (const Item& item : window) {
        if (!item.there) continue;
        if (pin.folder) {
          tree.add({item.path, item.mode, item.look.stamp.size, *item.digest});
        } else {
          pin.digest = *item.digest;
          pin.executable = item.mode == 0755;
        }
        ++pin.files;
        pin.bytes += item.look.stamp.size;
        if (!youth.young(item.look.stamp)) index.add(known_of(item, *item.digest));
      }
      place_.progress.at(pin.files);
    }
    for (auto& lane : lanes_) lane->finish();
    if (pin.folder) pin.digest = tree.finish(batch_);
    return pin;
  }

  /// The version before tells what files are later versions of, unless it is damaged.
  std::optional<Pin> known_pin(const std::optional<Version>& newest) const {
    if (!newest || newest->pin.folder != out_.version.pin.folder) return std::nullopt;
    if (!newest->pin.folder || place_.store.objects().sound(newest->pin.digest)) return newest->pin;
    return std::nullopt;
  }

  /// What the index does not know, and what the store has lost.
  void read(std::vector<Item>& window) {
    std::vector<Digest> known;
    for (const Item& item : window) {
      if (item.there && item.digest) known.push_back(*item.digest);
    }
    const std::vector<Digest> lost = batch_.lacks(std::move(known));
    std::vector<Item*> unread;
    for (Item& item : window) {
      if (item.there && (!item.digest || std::binary_search(lost.begin(), lost.end(), *item.digest)))
        unread.push_back(&item);
    }
    share_out(place_, unread, [&](Item& item, std::size_t lane) { read(item, *lanes_[lane]); });
    for (const Item* item : unread) {
      ++out_.files_read;
      out_.bytes_read += item->look.stamp.size;
    }
  }

  /// A file that is written to meanwhile gets a second chance.
  void read(Item& item, Batch::Lane& lane) const {
    try {
      return read_once(item, lane);
    } catch (const Error& e) {
      if (e.code() != Code::conflict) throw;
    }
    const auto look = item.folder->find(item.name);
    if (!look || look->type != item.look.type) throw changed(item);
    item.look = *look;
    read_once(item, lane);
  }

  void read_once(Item& item, Batch::Lane& lane) const {
    if (item.is_link()) {
      item.digest = lane.put(item.folder->link_text(item.name));
    } else {
      std::optional<Digest> base;
      if (item.expected && item.expected->mode != store::TreeFile::link) base = item.expected->digest;
      item.digest = lane.put_file(item.folder->open(item.name),
                                  {.look = nullptr, .base = base, .stamp = item.look.stamp});
    }
  }

  const Place& place_;
  const std::string& path_;
  const Intent& intent_;
  Batch batch_;
  std::vector<std::unique_ptr<Batch::Lane>> lanes_;
  Added out_;
};

}  // namespace

Added add(const Place& place, const std::string& path, const Intent& intent) {
  return Adding(place, path, intent).run();
}

Pin measure(const std::filesystem::path& root, const std::string& path) {
  const auto look = fs::find_look(root / path);
  if (!look) throw error(Code::not_found, "there is no '{}'", path);
  Pin pin{.folder = look->type == fs::Type::folder, .files = 0};
  Walk walk(root, path);
  for (Walked walked; walk.next(walked);) {
    const auto file = walked.folder->find(walked.name);
    ++pin.files;
    pin.bytes += file ? file->stamp.size : 0;
  }
  return pin;
}

}  // namespace mlops::worktree
