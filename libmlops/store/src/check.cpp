#include "src/check.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <numeric>
#include <thread>

#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

Path folder_of(const Path& root, Encodings::Kind kind) {
  return kind == Encodings::Kind::recipe ? recipes_folder(root) : objects_folder(root);
}

std::string damaged_text(const Digest& digest, const Digest& seen) {
  return fmt::format("object {} is damaged: its content is {}", digest.text(), seen.text());
}

}  // namespace

void Check::add(std::string what, std::string fix) {
  faults_.push_back({.what = std::move(what), .fix = std::move(fix), .repaired = false});
}

void Check::tell(std::uint64_t bytes) {
  const std::lock_guard guard(telling_);
  progress_.at(done_ += bytes);
}

void Check::objects() {
  mend_packs();
  const std::vector<Job> jobs = this->jobs();
  progress_.phase("checking objects",
                  std::accumulate(jobs.begin(), jobs.end(), std::uint64_t{0},
                                  [](std::uint64_t sum, const Job& job) { return sum + job.bytes; }),
                  Unit::bytes);
  // The large ones first, so that no thread is left with one at the end.
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return jobs[a].bytes > jobs[b].bytes; });
  std::vector<std::vector<Finding>> found(jobs.size());
  in_parallel(jobs.size(), {.threads = std::max(1U, std::thread::hardware_concurrency())},
              [&](std::size_t i) { found[order[i]] = findings(jobs[order[i]]); });
  for (std::vector<Finding>& of_job : found) {
    for (Finding& finding : of_job) {
      if (finding.damage) {
        finding.damage->fault = faults_.size();
        finding.fault.object = finding.damage->digest;
        damages_.push_back(std::move(*finding.damage));
      }
      faults_.push_back(std::move(finding.fault));
    }
  }
  mend();
}

std::vector<Check::Job> Check::jobs() const {
  std::vector<Job> out;
  for (const Kind kind : {Kind::whole, Kind::recipe}) {
    const Path folder = folder_of(root_, kind);
    for (const std::string& shard : fs::names_in(folder)) {
      Job job{.kind = kind, .shard = shard};
      for (const std::string& name : fs::names_in(folder / shard)) {
        const auto stamp = fs::find_stamp(folder / shard / name);
        job.bytes += stamp ? stamp->size : 0;
      }
      out.push_back(std::move(job));
    }
  }
  for (const auto& pack : objects_.encodings().packs().all())
    out.push_back({.kind = Kind::packed, .shard = {}, .pack = pack, .bytes = pack->size()});
  return out;
}

std::vector<Check::Finding> Check::findings(const Job& job) {
  std::vector<Finding> out;
  if (job.pack) {
    in_pack(job.pack, out);
  } else {
    in_folder(job, out);
  }
  return out;
}

void Check::in_folder(const Job& job, std::vector<Finding>& out) {
  const Path folder = folder_of(root_, job.kind) / job.shard;
  for (const std::string& name : fs::names_in(folder)) {
    const auto digest = object_digest(job.shard, name);
    const auto stamp = digest ? fs::find_stamp(folder / name) : std::nullopt;
    if (!digest) {
      out.push_back({.fault = {.what = fmt::format("'{}' is no object", (folder / name).native()),
                               .fix = "remove it"}});
    }
    if (!stamp) continue;
    auto finding = job.kind == Kind::whole ? whole(*digest) : recipe(*digest, stamp->size);
    if (!finding) continue;
    finding->damage =
        Damage{.kind = job.kind, .digest = *digest, .pack = {}, .modified_ns = stamp->modified_ns};
    out.push_back(std::move(*finding));
  }
}

std::optional<Check::Finding> Check::whole(const Digest& digest) {
  try {
    fs::File file(object_path(root_, digest));
    const Digest seen = hash_rest(file, [&](std::string_view bytes) { tell(bytes.size()); });
    if (seen == digest) {
      note(root_, digest);
      return std::nullopt;
    }
    objects_.doubt(digest);
    return Finding{.fault = {.what = damaged_text(digest, seen), .fix = ""}};
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
    return std::nullopt;  // Collected meanwhile.
  }
}

std::optional<Check::Finding> Check::recipe(const Digest& digest, std::uint64_t stored) {
  tell(stored);
  try {
    const auto recipe = objects_.encodings().recipe(digest);
    if (!recipe) return std::nullopt;
    const Digest seen = hash_content(*content_of(*recipe, digest, objects_.encodings()));
    if (seen == digest) return std::nullopt;
    return Finding{.fault = {.what = damaged_text(digest, seen), .fix = ""}};
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return Finding{.fault = {.what = e.message(), .fix = ""}};
  }
}

void Check::in_pack(const std::shared_ptr<const PackFile>& pack, std::vector<Finding>& out) {
  std::vector<PackEntry> entries;
  try {
    entries = pack->entries();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return;  // Told by mend_packs().
  }
  pack->each(std::move(entries), [&](const PackEntry& entry, std::optional<std::string_view> content) {
    tell(entry.stored);
    const Digest seen = crypto::sha256(content.value_or(""));
    if (content && seen == entry.digest) return;
    out.push_back({.fault = {.what = damaged_text(entry.digest, seen), .fix = ""},
                   .damage = Damage{.kind = Kind::packed, .digest = entry.digest, .pack = pack}});
  });
  std::sort(out.begin(), out.end(),
            [](const Finding& a, const Finding& b) { return a.damage->digest < b.damage->digest; });
}

}  // namespace mlops::store
