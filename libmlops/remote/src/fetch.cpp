#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/remote/remote.hpp>

#include <algorithm>
#include <iterator>

#include "src/impl.hpp"
#include "src/plan.hpp"

namespace mlops::remote {
namespace {

/// So much arrives before it is made durable: what a kill makes come again.
constexpr std::uint64_t batch_bytes = 512 << 20;

std::vector<Digest> each_once(std::vector<Digest> digests) {
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  return digests;
}

/// Both sorted.
std::vector<Digest> without(const std::vector<Digest>& digests, const std::vector<Digest>& others) {
  std::vector<Digest> out;
  std::set_difference(digests.begin(), digests.end(), others.begin(), others.end(), std::back_inserter(out));
  return out;
}

}  // namespace

/// Brings objects.
class Fetching {
 public:
  Fetching(Remote::Impl& remote, Progress& progress) : remote_(remote), progress_(progress) {}

  /// All records and small trees that the remote has.
  void history() {
    std::vector<Job> jobs;
    for (const PackItem& pack : remote_.known.ledger.packs) {
      if (pack.history && lacks(pack)) jobs.push_back({.pack = &pack, .bytes = pack.bytes});
    }
    run(jobs, fmt::format("fetching the history of {}", remote_.name));
  }

  /// The records that references there point at and those here do not, however large; they stay from now on.
  std::vector<Digest> records() {
    std::vector<Digest> records;
    for (const Standing& standing : compare(remote_.store, remote_.known.ledger)) {
      if (standing.state == Standing::State::ahead) continue;
      const Entries& there = remote_.known.ledger.references.at(standing.name);
      for (auto entry = there.begin() + standing.common; entry != there.end(); ++entry)
        records.push_back(entry->digest);
    }
    records = each_once(std::move(records));
    auto& objects = remote_.store.objects();
    const auto lacking = bring(objects.missing(records), "fetching records");
    if (!lacking.empty())
      remote_.damaged(log_key(remote_.known.ledger.number),
                      fmt::format("the record {} that it names is not there", lacking.front().text()));
    objects.require(records);
    return records;
  }

  /// Of these, what the remote has. What it has not is returned.
  std::vector<Digest> bring(std::vector<Digest> digests, std::string_view what) {
    if (digests.empty()) return {};
    digests = each_once(std::move(digests));
    const Inventory& inventory = remote_.inventory();
    std::vector<Digest> lacking;
    std::vector<const Packed*> packed;
    std::vector<Job> jobs;
    std::vector<const ObjectItem*> recipes;
    for (const Digest& digest : digests) {
      const ObjectItem* const object = inventory.find_object(digest);
      if (const Packed* found = inventory.find_packed(digest)) {
        packed.push_back(found);
      } else if (object == nullptr) {
        lacking.push_back(digest);
      } else if (object->recipe) {
        recipes.push_back(object);
      } else {
        jobs.push_back({.object = object, .bytes = object->bytes});
      }
    }
    plan(remote_.known.ledger, std::move(packed), jobs);
    run(jobs, what);
    if (!recipes.empty()) bring_recipes(recipes);
    return lacking;
  }

  std::uint64_t objects() const { return objects_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  /// Whether anything of the pack is not here. Where its index is not known it is read with the pack.
  bool lacks(const PackItem& pack) const {
    const auto tail = remote_.tracking.index(pack.id);
    if (!tail) return true;
    try {
      std::vector<Digest> digests;
      for (const auto& object : store::objects_in(pack.id, *tail)) digests.push_back(object.digest);
      return !remote_.store.objects().missing(std::move(digests)).empty();
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      return true;
    }
  }

  void run(const std::vector<Job>& jobs, std::string_view what) {
    if (jobs.empty()) return;
    std::uint64_t all = 0;
    for (const Job& job : jobs) all += job.bytes;
    progress_.phase(what, all, Unit::bytes);
    Meter meter(progress_);
    for (std::size_t at = 0; at < jobs.size();) {
      std::size_t end = at;
      for (std::uint64_t bytes = 0; end < jobs.size() && (end == at || bytes < batch_bytes); ++end)
        bytes += jobs[end].bytes;
      batch(jobs, at, end, meter);
      at = end;
    }
    bytes_ += meter.done();
  }

  /// What has arrived when something fails is kept.
  void batch(const std::vector<Job>& jobs, std::size_t at, std::size_t end, Meter& meter) {
    store::Intake intake(remote_.store);
    try {
      in_parallel(end - at, {.threads = remote_.options.transfers, .cancel = remote_.options.cancel},
                  [&](std::size_t i) { take(jobs[at + i], intake, meter); });
    } catch (...) {
      intake.commit();
      throw;
    }
    intake.commit();
  }

  void take(const Job& job, store::Intake& intake, Meter& meter) {
    const std::string key = job.object != nullptr ? key_of(*job.object) : key_of(*job.pack);
    try {
      once(job, key, intake, meter);
    } catch (const Error& e) {
      // Once more, from the beginning: bytes may be wrong on the way only, and who pushes the same replaces
      // it.
      if (e.code() != Code::corrupt && e.code() != Code::conflict) throw;
      try {
        once(job, key, intake, meter);
      } catch (const Error& again) {
        if (again.code() != Code::corrupt) throw;
        remote_.damaged(key, again.message());
      }
    }
  }

  void once(const Job& job, const std::string& key, store::Intake& intake, Meter& meter) {
    if (job.object != nullptr) {
      whole(*job.object, key, intake, meter);
    } else if (job.parts.empty()) {
      pack(*job.pack, key, intake, meter);
    } else {
      parts(job, key, intake, meter);
    }
  }

  void pack(const PackItem& item, const std::string& key, store::Intake& intake, Meter& meter) {
    const std::filesystem::path path = intake.fresh();
    {
      fs::File file(path, fs::File::Mode::create_new);
      remote_.space->get(key, 0, item.bytes, [&](std::string_view bytes) {
        file.write(bytes);
        meter.add(bytes.size());
      });
      std::string tail(item.index_bytes, '\0');
      tail.resize(file.read_at(tail.data(), tail.size(), item.bytes - item.index_bytes));
      store::objects_in(item.id, tail);
      if (!remote_.tracking.index(item.id)) remote_.tracking.keep_index(item.id, tail);
    }
    intake.take_pack(path, item.id);
    count(item.objects);
  }

  void parts(const Job& job, const std::string& key, store::Intake& intake, Meter& meter) {
    const std::string bytes = remote_.bytes_of(key, job.offset, job.bytes);
    for (const Packed* part : job.parts)
      intake.take_frame(part->digest, part->size,
                        std::string_view(bytes).substr(part->offset - job.offset, part->stored));
    meter.add(bytes.size());
    count(job.parts.size());
  }

  /// A file that was cut goes on where it ends, in another process, too.
  void whole(const ObjectItem& item, const std::string& key, store::Intake& intake, Meter& meter) {
    const std::filesystem::path path = remote_.tracking.partial(item.digest);
    {
      fs::File file(path, fs::File::Mode::append);
      std::uint64_t at = file.stamp().size;
      if (at > item.bytes) file.truncate(at = 0);
      meter.add(at);
      remote_.space->get(key, at, item.bytes - at, [&](std::string_view bytes) {
        file.write(bytes);
        meter.add(bytes.size());
      });
    }
    const std::filesystem::path fresh = intake.fresh();
    fs::rename_file(path, fresh);
    intake.take_file(fresh, item.digest);
    count(1);
  }

  void bring_recipes(const std::vector<const ObjectItem*>& items) {
    std::vector<std::string> texts(items.size());
    in_parallel(items.size(), {.threads = remote_.options.transfers, .cancel = remote_.options.cancel},
                [&](std::size_t i) { texts[i] = remote_.space->find(key_of(*items[i])).value_or(""); });
    std::vector<Digest> parts;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto named = store::parts_of(texts[i], items[i]->digest);
      parts.insert(parts.end(), named.begin(), named.end());
    }
    const auto missing = remote_.store.objects().missing(each_once(std::move(parts)));
    if (!missing.empty()) {
      const auto lacking = bring(missing, "fetching what versions share");
      if (!lacking.empty()) remote_.damaged(key_of(*items.front()), "what it is made of is not there");
    }
    store::Intake intake(remote_.store);
    for (std::size_t i = 0; i < items.size(); ++i) {
      try {
        intake.take_recipe(items[i]->digest, texts[i]);
      } catch (const Error& e) {
        if (e.code() != Code::corrupt) throw;
        remote_.damaged(key_of(*items[i]), e.message());
      }
      bytes_ += texts[i].size();
      count(1);
    }
    intake.commit();
  }

  void count(std::uint64_t objects) {
    const std::lock_guard guard(mutex_);
    objects_ += objects;
  }

  Remote::Impl& remote_;
  Progress& progress_;
  std::mutex mutex_;
  std::uint64_t objects_ = 0;
  std::uint64_t bytes_ = 0;
};

void fetch_history(Remote::Impl& remote, Progress& progress) {
  Fetching fetching(remote, progress);
  fetching.history();
  fetching.records();
}

Fetched Remote::fetch(Progress& progress) {
  look(progress);
  Fetching fetching(*impl_, progress);
  fetching.history();
  const std::vector<Digest> records = fetching.records();
  Fetched out{.objects = fetching.objects(), .bytes = fetching.bytes()};
  if (impl_->options.passing) {  // Nobody has it later: all of it comes, and before it is named.
    const Fetched rest = fetch(records, store::Reach::all, progress);
    out.objects += rest.objects;
    out.bytes += rest.bytes;
  }
  impl_->merge(true);
  std::vector<store::Extension> extensions;
  for (const Standing& standing : compare()) {
    if (standing.state == Standing::State::diverged) out.diverged.push_back(standing);
    if (standing.state != Standing::State::behind) continue;
    const Entries& there = impl_->known.ledger.references.at(standing.name);
    extensions.push_back(
        {.name = standing.name, .entries = Entries(there.begin() + standing.common, there.end())});
    out.moved.push_back(standing);
  }
  const auto left_out = impl_->store.references().extend(extensions);
  std::erase_if(out.moved, [&](const Standing& standing) {
    return std::find(left_out.begin(), left_out.end(), standing.name) != left_out.end();
  });
  return out;
}

Fetched Remote::fetch(const std::vector<Digest>& roots, store::Reach how, Progress& progress) {
  Fetching fetching(*impl_, progress);
  std::vector<Digest> unmissed;  // Caches that the remote has not either.
  for (;;) {
    const store::Reached reached = store::reach(impl_->store, roots, how);
    std::vector<Digest> wanted = without(reached.absent, unmissed);
    unmissed = reached.absent;
    wanted.insert(wanted.end(), reached.missing.begin(), reached.missing.end());
    if (wanted.empty()) break;
    const auto lacking = without(
        fetching.bring(wanted,
                       fmt::format("fetching {} from {}", count_of(wanted.size(), "object"), impl_->name)),
        unmissed);
    if (lacking.empty()) continue;
    throw error(Code::not_found, "{} {} neither here nor in the remote '{}', the first is {}",
                count_of(lacking.size(), "object"), lacking.size() == 1 ? "is" : "are", impl_->name,
                lacking.front().text())
        .with_id("remote.no_object")
        .with_hint("push it from the store that has it");
  }
  return {.objects = fetching.objects(), .bytes = fetching.bytes()};
}

std::vector<Digest> Remote::bring(const std::vector<Digest>& digests, Progress& progress) {
  Fetching fetching(*impl_, progress);
  const auto lacking = fetching.bring(digests, fmt::format("fetching what is damaged from {}", impl_->name));
  std::vector<Digest> out;
  for (const Digest& digest : each_once(digests)) {
    if (!std::binary_search(lacking.begin(), lacking.end(), digest)) out.push_back(digest);
  }
  return out;
}

}  // namespace mlops::remote
