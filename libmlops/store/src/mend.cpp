/// What fsck can put right: nothing that is removed here is the only copy of anything.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>

#include <algorithm>

#include "src/batch.hpp"
#include "src/check.hpp"
#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

/// Packs are written anew by one process at a time, this one or a collection; nothing while another does.
std::optional<fs::File> turn(const Path& root) {
  fs::make_folders(root / "locks");
  fs::File lock(root / "locks" / "gc", fs::File::Mode::append);
  return fs::try_lock(lock) ? std::optional(std::move(lock)) : std::nullopt;
}

/// The packs that were written.
std::vector<Path> commit(Objects::Batch::Impl& batch, Objects::Batch::Lane::Impl& lane) {
  lane.finish();
  std::vector<Path> out;
  for (const HeldPack& pack : batch.packs) out.push_back(pack.target);
  batch.commit();
  return out;
}

}  // namespace

void Check::mend_packs() {
  Packs& packs = objects_.encodings().packs();
  std::vector<Path> damaged;
  packs.all([&](const Path& pack, const std::string& why) {
    damaged.push_back(pack);
    add(why, "bring it back from a copy of the store");
  });
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    Fault& fault = faults_[faults_.size() - damaged.size() + i];
    std::string how;
    if (!could([&] { fault.repaired = salvaged(damaged[i], how); })) continue;
    if (fault.repaired) fault.fix = how;
  }
  if (!damaged.empty()) packs.forget();
}

bool Check::salvaged(const Path& pack, std::string& how) {
  const auto turn = store::turn(root_);
  if (!turn) return false;
  std::uint64_t lost = 0;
  const std::vector<PackEntry> entries = salvage(pack, lost);
  const fs::File file(pack);
  Objects::Batch::Impl batch(objects_);
  Objects::Batch::Lane::Impl lane(batch);
  std::string frame;
  for (const PackEntry& entry : entries) {
    frame.resize(entry.stored);
    if (file.read_at(frame.data(), frame.size(), entry.offset) == frame.size()) lane.put_frame(entry, frame);
  }
  const std::vector<Path> written = commit(batch, lane);
  how = fmt::format("its {} were written anew", count_of(entries.size(), "object"));
  if (std::count(written.begin(), written.end(), pack) > 0) return true;  // In its place.
  const Path kept = root_ / "lost" / pack.filename();
  const fs::Lock lock = sweep_lock(root_);
  fs::make_folders(kept.parent_path());
  fs::rename_file(pack, kept);
  how +=
      fmt::format("; it is '{}' now, and {} of it are of no object", kept.native(), count_of(lost, "byte"));
  return true;
}

void Check::mended(Damage& damage, std::string how) {
  damage.mended = true;
  faults_[damage.fault].repaired = true;
  faults_[damage.fault].fix = std::move(how);
}

void Check::mend() {
  if (damages_.empty()) return;
  could([&] {
    const auto turn = store::turn(root_);
    if (!turn) return;
    drop_from_packs();
    // Files before the recipes that are made of them.
    for (const Kind kind : {Kind::whole, Kind::recipe}) {
      for (Damage& damage : damages_) {
        if (damage.kind != kind) continue;
        if (kind == Kind::recipe && objects_.encodings().is_sound(damage.digest, kind)) {
          mended(damage, "what it is made of was mended");
        } else if (objects_.encodings().has_other(damage.digest, kind) && put_away(damage)) {
          mended(damage, "there is another copy of it; the damaged one was removed");
        }
      }
    }
  });
}

/// Where nothing else is wrong what they are made of is whole.
void Check::drop_caches(const Graph& graph) {
  std::vector<Damage*> caches;
  for (Damage& damage : damages_) {
    const Node* const node = graph.find(damage.digest);
    const bool cache = node != nullptr && node->kind == NodeKind::columnar && damage.kind == Kind::whole;
    if (cache && !damage.mended) caches.push_back(&damage);
  }
  const auto wrong = static_cast<std::size_t>(
      std::count_if(faults_.begin(), faults_.end(), [](const Fault& fault) { return !fault.repaired; }));
  if (caches.empty() || wrong > caches.size()) return;
  could([&] {
    const auto turn = store::turn(root_);
    if (!turn) return;
    for (Damage* const damage : caches) {
      if (put_away(*damage))
        mended(*damage, "it was removed: asked for, it is made again from the bytes as they came");
    }
  });
}

bool Check::put_away(const Damage& damage) {
  const Path path =
      damage.kind == Kind::recipe ? recipe_path(root_, damage.digest) : object_path(root_, damage.digest);
  const fs::Lock lock = sweep_lock(root_);
  const auto stamp = fs::find_stamp(path);
  if (!stamp || stamp->modified_ns != damage.modified_ns) return false;  // Somebody wrote it anew.
  fs::remove_file(path);
  return true;
}

void Check::drop_from_packs() {
  std::map<Path, std::vector<Damage*>> by_pack;
  for (Damage& damage : damages_) {
    if (damage.kind == Kind::packed &&
        objects_.encodings().has_other(damage.digest, damage.kind, damage.pack.get()))
      by_pack[damage.pack->path()].push_back(&damage);
  }
  for (auto& [path, dropped] : by_pack) {
    const PackFile& pack = *dropped.front()->pack;
    Objects::Batch::Impl batch(objects_);
    Objects::Batch::Lane::Impl lane(batch);
    for (const PackEntry& entry : pack.entries()) {
      if (std::none_of(dropped.begin(), dropped.end(),
                       [&](const Damage* d) { return d->digest == entry.digest; }))
        lane.put_frame(entry, pack.frame(entry));
    }
    commit(batch, lane);
    {
      const fs::Lock lock = sweep_lock(root_);
      fs::remove_file(path);
    }
    objects_.encodings().packs().forget();
    for (Damage* damage : dropped)
      mended(*damage, "there is another copy of it; the damaged one was removed");
  }
}

}  // namespace mlops::store
