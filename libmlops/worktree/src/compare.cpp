#include <mlops/base/error.hpp>

#include <algorithm>
#include <map>

#include "src/survey.hpp"
#include "src/version.hpp"

namespace mlops::worktree {
namespace {

/// Renamed files are looked for among so many that were added and deleted; beyond, they are told as these.
constexpr std::size_t most_held = 20'000;

using Tell = std::function<void(const Difference& difference)>;

class Comparison {
 public:
  Comparison(const Place& place, const std::string& path, const Tell& tell)
      : place_(place), path_(path), tell_(tell) {}

  Compared run(const Pin& pin) {
    if (!place_.store.objects().has(pin.digest)) {
      say({State::missing, "", "", pin.bytes});
      return {pin.files, 1};
    }
    Survey survey(place_, path_, pin, true);
    const Youth youth(place_.root);
    place_.progress.phase("looking at " + path_, pin.files, Unit::items);
    for (auto window = survey.next(); !window.empty(); window = survey.next()) {
      if (read_doubtful(window)) write_index(window.front().path);
      mind_missing(window);
      for (Item& item : window) {
        out_.files += item.expected ? 1 : 0;
        if (index_ && item.there && item.digest && !youth.young(item.look.stamp))
          index_->add(known_of(item, *item.digest));
        tell(item);
      }
      place_.progress.at(out_.files);
    }
    release();
    if (index_) index_->finish();
    return out_;
  }

 private:
  struct Held {
    Difference difference;
    std::optional<Digest> digest;
    Item item;  ///< Of what was added.
  };

  /// Of what is pinned, with its size, and not known to be as it was.
  bool read_doubtful(std::vector<Item>& window) const {
    std::vector<Item*> doubtful;
    for (Item& item : window) {
      if (item.there && item.expected && !item.digest && item.mode == item.expected->mode &&
          item.look.stamp.size == item.expected->size)
        doubtful.push_back(&item);
    }
    share_out(place_, doubtful, [](Item& item, std::size_t) { item.digest = hash_of(item); });
    return !doubtful.empty();
  }

  /// From the first file on that was read; what comes before this path is in the index already.
  void write_index(const std::string& path) {
    if (index_) return;
    index_.emplace(place_.store, path_);
    IndexReader before(index_path(place_.store, path_));
    while (const auto known = before.next_before(path)) index_->add(*known);
  }

  void mind_missing(const std::vector<Item>& window) {
    std::vector<Digest> pinned;
    for (const Item& item : window) {
      if (item.expected) pinned.push_back(item.expected->digest);
    }
    missing_ = place_.store.objects().missing(std::move(pinned));
  }

  void tell(Item& item) {
    if (item.expected && std::binary_search(missing_.begin(), missing_.end(), item.expected->digest))
      say({State::missing, item.path, "", item.expected->size});
    if (!item.there) {
      const Difference difference{State::deleted, item.path, "", item.expected->size};
      const auto digest = item.expected->digest;
      hold({difference, digest, std::move(item)});
    } else if (!item.expected) {
      const Difference difference{State::added, item.path, "", item.look.stamp.size};
      const auto digest = item.digest;
      hold({difference, digest, std::move(item)});
    } else if (!item.same()) {
      hold({{State::modified, item.path, "", item.look.stamp.size}, item.digest, {}});
    }
  }

  void hold(Held held) {
    held_.push_back(std::move(held));
    if (held_.size() < most_held || gave_up_) {
      if (gave_up_) release();
      return;
    }
    gave_up_ = true;
    release();
  }

  /// Deleted and added files of one content become one that was renamed.
  void pair_up() {
    std::multimap<std::uint64_t, Held*> gone;
    for (Held& held : held_) {
      if (held.difference.state == State::deleted) gone.emplace(held.difference.bytes, &held);
    }
    if (gone.empty()) return;
    std::vector<Item*> candidates;
    std::map<const Item*, Held*> owners;
    for (Held& held : held_) {
      if (held.difference.state != State::added || !gone.contains(held.difference.bytes)) continue;
      owners.emplace(&held.item, &held);
      if (!held.item.digest) candidates.push_back(&held.item);
    }
    share_out(place_, candidates, [](Item& item, std::size_t) { item.digest = hash_of(item); });
    for (Held& held : held_) {
      if (!owners.contains(&held.item)) continue;
      const auto [begin, end] = gone.equal_range(held.difference.bytes);
      const auto from =
          std::find_if(begin, end, [&](const auto& one) { return one.second->digest == held.item.digest; });
      if (from == end) continue;
      held.difference.state = State::renamed;
      held.difference.from = from->second->difference.file;
      from->second->digest.reset();
      from->second->difference.state = State::renamed;  // Told by the other one.
      gone.erase(from);
    }
    std::erase_if(held_, [](const Held& held) {
      return held.difference.state == State::renamed && held.difference.from.empty();
    });
  }

  void release() {
    if (!gave_up_) pair_up();
    for (const Held& held : held_) say(held.difference);
    held_.clear();
  }

  void say(const Difference& difference) {
    ++out_.differences;
    tell_(difference);
  }

  const Place& place_;
  const std::string& path_;
  const Tell& tell_;
  std::optional<IndexWriter> index_;
  bool gave_up_ = false;
  std::vector<Held> held_;
  std::vector<Digest> missing_;  ///< Of the window, sorted.
  Compared out_;
};

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::added:
      return "added";
    case State::modified:
      return "modified";
    case State::deleted:
      return "deleted";
    case State::renamed:
      return "renamed";
    case State::missing:
      return "not in store";
  }
  return "";
}

Compared compare(const Place& place, const std::string& path, const Pin& pin, const Tell& tell) {
  return Comparison(place, path, tell).run(pin);
}

}  // namespace mlops::worktree
