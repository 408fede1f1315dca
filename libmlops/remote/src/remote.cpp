#include <mlops/remote/remote.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/json/value.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

#include "src/impl.hpp"
#include "src/reading.hpp"
#include "src/renumber.hpp"

namespace mlops::remote {
namespace {

constexpr int patience_ms = 24 * 3600 * 1000;

using Path = std::filesystem::path;

constexpr const char* place_file = "place";

Path lock_path(const Path& folder) {
  fs::make_folders(folder);
  return folder / "lock";
}

std::int64_t newest_of(const Entries& entries) { return entries.empty() ? 0 : entries.back().seq; }

/// The newest version that is the same; nothing is taken for the same by its number.
std::int64_t common_of(const Entries& here, const Entries& there) {
  std::size_t same = 0;
  while (same < std::min(here.size(), there.size()) && here[same].digest == there[same].digest) ++same;
  return static_cast<std::int64_t>(same);
}

/// Kinds whose versions have numbers that people use.
constexpr std::array<std::string_view, 6> numbered_kinds = {"sources",  "data",   "files",
                                                            "features", "models", "model-aliases"};

}  // namespace

bool is_journal(const store::ReferenceName& name) {
  return std::find(numbered_kinds.begin(), numbered_kinds.end(), name.kind) == numbered_kinds.end();
}

std::optional<Standing> standing_of(const store::ReferenceName& name, const Entries& here,
                                    const Entries& there) {
  Standing out{
      .name = name, .common = common_of(here, there), .here = newest_of(here), .there = newest_of(there)};
  if (out.here == out.common && out.there == out.common) return std::nullopt;
  out.state = out.there == out.common  ? Standing::State::ahead
              : out.here == out.common ? Standing::State::behind
                                       : Standing::State::diverged;
  return out;
}

std::string text_of(const Standing& standing) {
  const auto from = [&](std::int64_t newest) {
    if (newest == standing.common + 1) return fmt::format("v{}", newest);
    return fmt::format("v{} to v{}", standing.common + 1, newest);
  };
  return fmt::format("{}/{} ({} here, {} there)", standing.name.kind, standing.name.name, from(standing.here),
                     from(standing.there));
}

Remote::Impl::Impl(store::Store& to, std::string called, std::unique_ptr<Space> at, const Options& given)
    : store(to),
      name(std::move(called)),
      space(std::move(at)),
      options(given),
      folder(given.passing ? store.objects().temporary_path() : store::remote_folder(store.root(), name)),
      tracking(folder, space->name()) {
  if (!options.rehearsal) lock.emplace(lock_path(folder), patience_ms, given.cancel);
  known = tracking.load().value_or(Tracking::Known());
}

const Inventory& Remote::Impl::inventory() {
  if (!inventory_) {
    inventory_ = std::make_unique<Inventory>(known.ledger, options.transfers,
                                             [this](const PackItem& pack) { return tail_of(pack); });
  }
  return *inventory_;
}

std::string Remote::Impl::bytes_of(const std::string& key, std::uint64_t offset, std::uint64_t size) {
  std::string out;
  out.reserve(size);
  space->get(key, offset, size, [&](std::string_view bytes) { out += bytes; });
  return out;
}

std::string Remote::Impl::tail_of(const PackItem& pack) {
  if (auto index = tracking.index(pack.id)) {
    try {
      store::objects_in(pack.id, *index);
      return std::move(*index);
    } catch (const Error&) {
      // It is read anew.
    }
  }
  std::string tail;
  try {
    tail = bytes_of(key_of(pack), pack.bytes - pack.index_bytes, pack.index_bytes);
    store::objects_in(pack.id, tail);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt && e.code() != Code::not_found) throw;
    damaged(key_of(pack), e.message());
  }
  if (!options.rehearsal) tracking.keep_index(pack.id, tail);
  return tail;
}

void Remote::Impl::damaged(const std::string& key, std::string_view why) const {
  remote::damaged(name, key, why);
}

void Remote::Impl::look_from(const Tracking::Known& from, Progress& progress) {
  std::optional<Tracking::Known> now;
  if (from.ledger.number > 0) now = read_on(*space, name, options, from, progress);
  if (now && now->ledger.number == from.ledger.number) return;
  if (!now) now = read_all(*space, name, options, progress);
  now->taken = from.taken;
  remember(std::move(*now));
}

void Remote::Impl::remember(Tracking::Known now) {
  known = std::move(now);
  inventory_.reset();
  if (options.rehearsal) return;
  std::vector<Digest> records;
  for (const auto& [reference, entries] : known.ledger.references) {
    for (const store::ReferenceEntry& entry : entries) records.push_back(entry.digest);
  }
  if (!options.passing) store::set_elsewhere(store, name, records);
  tracking.save(known);
}

bool Remote::Impl::is_the_same() {
  if (known.ledger.number == 0) return true;
  const std::string key = log_key(known.ledger.number);
  const auto text = space->find(key);
  return text && push_from(*text, key).id == known.newest;
}

Remote::Remote(store::Store& store, std::string name, std::unique_ptr<Space> space, const Options& options)
    : impl_(std::make_unique<Impl>(store, std::move(name), std::move(space), options)) {}

Remote::~Remote() = default;

void Remote::look(Progress& progress) { impl_->look_from(impl_->known, progress); }

const Ledger& Remote::ledger() const { return impl_->known.ledger; }

std::vector<Standing> Remote::compare() const { return remote::compare(impl_->store, impl_->known.ledger); }

std::vector<FileNews> Remote::news(const std::map<std::string, std::string>& files, Progress& progress) {
  std::vector<FileNews> out;
  Tracking::Known known = impl_->known;
  for (const auto& [name, digest] : known.ledger.files) {
    const auto taken = known.taken.find(name);
    const auto here = files.find(name);
    const bool new_there = taken == known.taken.end() || taken->second != digest;
    if (!new_there) continue;
    const auto ours = here == files.end() ? std::nullopt : std::optional(crypto::sha256(here->second));
    if (ours != digest) {
      if (!impl_->store.objects().has(digest)) bring({digest}, progress);
      const bool untouched = !ours || (taken != known.taken.end() && *ours == taken->second);
      out.push_back({.name = name, .text = impl_->store.objects().get(digest), .ours = !untouched});
    }
    known.taken.insert_or_assign(name, digest);
  }
  if (known.taken != impl_->known.taken) impl_->remember(std::move(known));
  return out;
}

std::vector<Standing> Remote::rebase() { return impl_->merge(false); }

std::vector<Standing> Remote::Impl::merge(bool journals_only) {
  std::vector<Standing> out;
  for (Standing& standing : remote::compare(store, known.ledger)) {
    if (standing.state != Standing::State::diverged || (journals_only && !is_journal(standing.name)))
      continue;
    standing.here = renumber(store, known.ledger, standing);
    out.push_back(std::move(standing));
  }
  return out;
}

std::vector<Standing> compare(const Ledger& ledger) {
  std::vector<Standing> out;
  for (const auto& [name, entries] : ledger.references) {
    if (auto standing = standing_of(name, {}, entries)) out.push_back(std::move(*standing));
  }
  return out;
}

std::vector<Standing> compare(store::Store& store, const Ledger& ledger) {
  std::vector<Standing> out;
  std::vector<store::ReferenceName> names = store.references().list();
  for (const auto& [name, entries] : ledger.references) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const store::ReferenceName& name : names) {
    const auto standing = standing_of(name, store.references().history(name), ledger.history(name));
    if (standing) out.push_back(*standing);
  }
  return out;
}

Ledger read(Space& space, const std::string& name, const Options& options, Progress& progress) {
  return read_all(space, name, options, progress).ledger;
}

bool is_remote(Space& space) { return space.find(format_key).has_value(); }

std::optional<Ledger> known(store::Store& store, const std::string& name) {
  return Tracking::find(store::remote_folder(store.root(), name));
}

void set_place(store::Store& store, const std::string& name, const Address& address) {
  const Path folder = store::remote_folder(store.root(), name);
  fs::make_folders(folder);
  fs::write_atomic(folder / place_file, json::canonical(json::Object{{"endpoint", address.endpoint},
                                                                     {"one_writer", address.one_writer},
                                                                     {"region", address.region},
                                                                     {"style", address.style},
                                                                     {"url", address.url}}) +
                                            "\n");
}

std::optional<Address> find_place(store::Store& store, const std::string& name) {
  const auto text = fs::find_file(store::remote_folder(store.root(), name) / place_file);
  if (!text) return std::nullopt;
  const json::Value place = json::parse(*text);
  return Address{.url = place["url"].text_or(""),
                 .endpoint = place["endpoint"].text_or(""),
                 .region = place["region"].text_or(""),
                 .style = place["style"].text_or(""),
                 .one_writer = place["one_writer"].bool_or(false)};
}

void forget(store::Store& store, const std::string& name) {
  std::error_code fault;
  std::filesystem::remove_all(store::remote_folder(store.root(), name), fault);
  if (fault) throw system_error(fault.value(), fmt::format("cannot forget the remote '{}'", name));
}

}  // namespace mlops::remote
