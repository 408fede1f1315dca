#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/remote/remote.hpp>

#include <algorithm>
#include <set>

#include "src/cargo.hpp"
#include "src/impl.hpp"
#include "src/reading.hpp"

namespace mlops::remote {
namespace {

/// So many entries of the log are read one by one at most.
constexpr std::int64_t checkpoint_every = 32;

[[noreturn]] void diverged(const std::string& remote, const std::vector<Standing>& standings) {
  std::vector<std::string> lines;
  for (const Standing& standing : standings) {
    if (standing.state == Standing::State::diverged && !is_journal(standing.name))
      lines.push_back("  " + text_of(standing));
  }
  constexpr std::size_t most = 10;
  std::string detail;
  for (std::size_t i = 0; i < std::min(most, lines.size()); ++i) detail += (i == 0 ? "" : "\n") + lines[i];
  if (lines.size() > most) detail += fmt::format("\n  and {} more", lines.size() - most);
  throw error(Code::conflict, "{} moved here and in the remote '{}' since they last met; nothing was pushed",
              count_of(lines.size(), lines.size() == 1 ? "name was" : "name"), remote)
      .with_id("remote.diverged")
      .with_detail(detail)
      .with_hint("`mlops pull --rebase` gives the versions of this store the later numbers; then push again");
}

}  // namespace

/// One push.
class Pushing {
 public:
  Pushing(Remote::Impl& remote, const PushRequest& request, Progress& progress)
      : remote_(remote), request_(request), progress_(progress), meter_(progress) {}

  Pushed run() {
    look();
    Pushed out = told();
    if (out.moved.empty() && out.files.empty()) return out;
    const Cargo cargo = load();
    out.objects = cargo.objects;
    out.bytes = cargo.bytes;
    if (request_.dry_run) return out;
    send(cargo);
    out.bytes = meter_.done();
    while (!enter()) {
      // Another push came first, and moved what this one moves. What was sent stays there.
      compare();
      adds_ = {};
      mine_.clear();
      send(load());
    }
    out.number = remote_.known.ledger.number;
    return out;
  }

 private:
  void look() {
    remote_.look_from(remote_.known, progress_);
    if (!remote::compare(remote_.store, remote_.known.ledger).empty() && !remote_.is_the_same())
      remote_.look_from({.taken = remote_.known.taken}, progress_);
    compare();
    for (const auto& [name, text] : request_.files) look(name, crypto::sha256(text));
  }

  void look(const std::string& name, const Digest& digest) {
    const auto found = [&](const std::map<std::string, Digest>& in) {
      const auto at = in.find(name);
      return at == in.end() ? std::nullopt : std::optional(at->second);
    };
    const auto there = found(remote_.known.ledger.files);
    const auto taken = found(remote_.known.taken);
    if (there == digest || (taken == digest && !request_.files_win)) return;
    if (there == taken || !there || request_.files_win) files_.emplace(name, digest);
    else apart_.push_back(name);
  }

  /// What is ahead; throws where anything but journals has diverged.
  void compare() {
    standings_ = remote::compare(remote_.store, remote_.known.ledger);
    bool journals = false;
    for (const Standing& standing : standings_) {
      if (standing.state != Standing::State::diverged) continue;
      if (!is_journal(standing.name)) diverged(remote_.name, standings_);
      journals = true;
    }
    if (journals && !request_.dry_run) {
      fetch_history(remote_, progress_);
      remote_.merge(true);
      standings_ = remote::compare(remote_.store, remote_.known.ledger);
    }
    std::erase_if(standings_, [](const Standing& s) { return s.state == Standing::State::behind; });
  }

  Pushed told() const {
    Pushed out{.number = remote_.known.ledger.number, .moved = standings_, .apart = apart_};
    for (const auto& [name, digest] : files_) out.files.push_back(name);
    return out;
  }

  Cargo load() {
    std::vector<Digest> roots;
    for (const Standing& standing : standings_) {
      // What is made here from now on is for the next push.
      const auto& entries = mine_[standing.name] = remote_.store.references().history(standing.name);
      for (auto entry = entries.begin() + standing.common; entry != entries.end(); ++entry)
        roots.push_back(entry->digest);
    }
    for (const auto& [name, digest] : files_) {
      roots.push_back(digest);
      if (!request_.dry_run) remote_.store.objects().put(request_.files.at(name));
    }
    const Inventory& inventory = remote_.inventory();
    const auto has = [&](const Digest& digest) { return inventory.has(digest); };
    std::erase_if(roots, has);
    const store::Reached reached = store::reach(remote_.store, roots, store::Reach::all, has);
    require(reached.missing);
    return remote::load(remote_.store, inventory, reached);
  }

  void require(const std::vector<Digest>& missing) const {
    for (const Digest& digest : missing) {
      const bool file = std::any_of(files_.begin(), files_.end(),
                                    [&](const auto& member) { return member.second == digest; });
      if (file) continue;  // A rehearsal does not put it.
      const bool one = missing.size() == 1;
      throw error(Code::corrupt, "{} that {} to go to '{}' {} not here, the first is {}",
                  count_of(missing.size(), "object"), one ? "has" : "have", remote_.name, one ? "is" : "are",
                  digest.text())
          .with_id("object.missing")
          .with_hint("`mlops fetch --all` from the remote that has it, else `mlops store fsck`");
    }
  }

  /// Contents before what names them, so that what is there is whole whenever this ends.
  void send(const Cargo& cargo) {
    if (remote_.known.ledger.number == 0)
      remote_.space->create(format_key,
                            fmt::format("{{\"id\":\"{}\",\"remote\":1}}\n", crypto::random_hex(16)));
    remote_.tracking.begin_sending();
    sent_ = remote_.tracking.sent();
    progress_.phase(fmt::format("pushing {} to {}", count_of(cargo.objects, "object"), remote_.name),
                    cargo.bytes, Unit::bytes);
    packs(cargo.small, false);
    large(cargo, false);
    large(cargo, true);
    packs(cargo.history, true);
  }

  /// Those of the store itself go at once, others when they are made.
  void packs(const std::vector<Digest>& digests, bool history) {
    std::vector<store::Pack> lent;
    store::pack_up(remote_.store, digests, [&](const store::Pack& pack) {
      if (pack.lent) lent.push_back(pack);
      else send(pack, history);
    });
    in_parallel(lent.size(), workers(), [&](std::size_t i) { send(lent[i], history); });
  }

  void send(const store::Pack& pack, bool history) {
    const PackItem item{.id = pack.id,
                        .bytes = pack.bytes,
                        .index_bytes = pack.index.size(),
                        .objects = pack.objects,
                        .history = history};
    send(key_of(item), pack.file, std::nullopt);
    remote_.tracking.keep_index(pack.id, pack.index);
    const std::lock_guard guard(mutex_);
    adds_.packs.push_back(item);
  }

  void large(const Cargo& cargo, bool recipes) {
    std::vector<const Cargo::Large*> chosen;
    for (const Cargo::Large& object : cargo.large) {
      if (object.form.recipe.empty() != recipes) chosen.push_back(&object);
    }
    in_parallel(chosen.size(), workers(), [&](std::size_t i) { send(*chosen[i]); });
  }

  void send(const Cargo::Large& large) {
    ObjectItem item{.digest = large.digest, .bytes = large.form.size, .recipe = !large.form.recipe.empty()};
    if (item.recipe) {
      if (!remote_.store.objects().sound(large.digest))
        throw error(Code::corrupt, "object {} is damaged", large.digest.text())
            .with_id("object.corrupt")
            .with_hint("`mlops store fsck` checks the whole store");
      item.bytes = large.form.recipe.size();
      remote_.space->put(key_of(item), large.form.recipe);
      meter_.add(item.bytes);
    } else {
      send(key_of(item), remote_.store.objects().file(large.digest), large.digest);
    }
    const std::lock_guard guard(mutex_);
    adds_.objects.push_back(item);
  }

  void send(const std::string& key, const std::filesystem::path& file, const std::optional<Digest>& digest) {
    if (sent_.contains(key) && is_there(key)) return;
    remote_.space->put_file(key, file, digest, [&](std::uint64_t bytes) { meter_.add(bytes); });
    const std::lock_guard guard(mutex_);
    remote_.tracking.add_sent(key);
  }

  /// What was sent by a push that was cut may have been removed since.
  bool is_there(const std::string& key) {
    try {
      remote_.space->get(key, 0, 1, [](std::string_view) {});
      return true;
    } catch (const Error& e) {
      if (e.code() != Code::not_found && e.code() != Code::corrupt) throw;
      return false;
    }
  }

  /// The push happens here. Where others came first it goes behind them; false when they have moved the same
  /// journals.
  bool enter() {
    std::sort(adds_.packs.begin(), adds_.packs.end(),
              [](const PackItem& a, const PackItem& b) { return a.id < b.id; });
    std::sort(adds_.objects.begin(), adds_.objects.end(),
              [](const ObjectItem& a, const ObjectItem& b) { return a.digest < b.digest; });
    adds_.files = files_;
    for (;;) {
      if (remote_.options.cancel != nullptr) remote_.options.cancel->check();
      adds_.references.clear();
      if (!move()) return false;
      adds_.number = remote_.known.ledger.number + 1;
      const Push push{.adds = adds_, .id = crypto::random_hex(8), .time = request_.time, .who = request_.who};
      if (remote_.space->create(log_key(adds_.number), text_of(push))) {
        entered(push);
        return true;
      }
      remote_.look_from(remote_.known, progress_);
    }
  }

  /// What is to be added to the references as they are there now; false when a journal has diverged. Throws
  /// where anything else has.
  bool move() {
    std::vector<Standing> apart;
    for (const auto& [name, entries] : mine_) {
      const auto standing = standing_of(name, entries, remote_.known.ledger.history(name));
      if (!standing || standing->state == Standing::State::behind) continue;  // Another one pushed the same.
      if (standing->state == Standing::State::diverged) apart.push_back(*standing);
      else adds_.references[name].assign(entries.begin() + standing->common, entries.end());
    }
    if (std::any_of(apart.begin(), apart.end(), [](const Standing& s) { return !is_journal(s.name); }))
      diverged(remote_.name, apart);
    return apart.empty();
  }

  void entered(const Push& push) {
    Tracking::Known known = remote_.known;
    apply(known.ledger, push);
    known.newest = push.id;
    for (const auto& [name, digest] : files_) known.taken.insert_or_assign(name, digest);
    remote_.remember(std::move(known));
    remote_.tracking.forget_sent();
    const Ledger& ledger = remote_.known.ledger;
    if (ledger.number % checkpoint_every == 0)
      remote_.space->put(checkpoint_key(ledger.number), text_of(ledger));
  }

  Workers workers() const { return {.threads = remote_.options.transfers, .cancel = remote_.options.cancel}; }

  Remote::Impl& remote_;
  const PushRequest& request_;
  Progress& progress_;
  Meter meter_;
  std::vector<Standing> standings_;
  std::map<store::ReferenceName, Entries> mine_;  ///< As they were when it began.
  std::map<std::string, Digest> files_;
  std::vector<std::string> apart_;
  std::set<std::string> sent_;
  std::mutex mutex_;
  Ledger adds_;
};

Pushed Remote::push(const PushRequest& request, Progress& progress) {
  return Pushing(*impl_, request, progress).run();
}

}  // namespace mlops::remote
