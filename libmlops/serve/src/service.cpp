#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/serve/service.hpp>

#include <optional>
#include <utility>

#include "src/feature_state.hpp"
#include "src/state.hpp"

namespace mlops::serve {
namespace {

constexpr std::int64_t retry_us = 30'000'000;
constexpr int looks_until_lost = 5;  ///< A network file system may be away for a moment.

/// Where an address leads now: the reference that decides it and what that points at.
struct Mark {
  store::ReferenceName reference = {};
  Digest record = {};
  bool operator==(const Mark&) const = default;
};

/// An address as refresh() watches it.
struct Watched {
  std::string address;
  std::vector<store::ReferenceName> references = {};
  std::optional<Mark> mark = {};     ///< Of what answers now; nothing when pinned.
  std::optional<Mark> refused = {};  ///< What could not be loaded last.
  Time refused_at = {};
  int lost = 0;  ///< Looks in a row that found no reference.
};

std::optional<Mark> look(const store::References& references, const Watched& watched) {
  for (const store::ReferenceName& name : watched.references) {
    if (const auto entry = references.find(name)) return Mark{name, entry->digest};
  }
  return std::nullopt;
}

/// Two addresses of one version: whether they can ever be of two.
bool stay_together(const Watched& a, const Watched& b) {
  if (a.references == b.references) return true;
  return a.mark && a.mark == b.mark && !model::alias_in(a.mark->reference).empty();
}

/// An address without an alias follows the newest version, as `churn@latest` says and `churn` means while it
/// has no champion.
std::string follows(const std::optional<Mark>& mark) {
  if (!mark) return "";
  const std::string alias = model::alias_in(mark->reference);
  return alias.empty() ? "latest" : alias;
}

}  // namespace

struct Service::Impl {
  Engines& engines;
  store::Store& store;
  const Clock& clock;
  Reader reader;
  Online online;
  State state = {};
  std::vector<Watched> watched = {};
  bool online_lost = false;
  std::function<void(const std::string& address, const model::Version& version)> admit = {};

  Impl(Engines& opened, store::Store& where, const Clock& time, const ServiceOptions& options)
      : engines(opened),
        store(where),
        clock(time),
        reader(opened),
        online(options.online, options.features == nullptr ? nullptr : options.features->impl().image()) {
    admit = options.admit;
    state.now = options.now == nullptr ? &time : options.now;
    state.features = options.features;
  }

  std::shared_ptr<const Loaded> load_version(const std::string& address, const model::Version& version) {
    if (admit) admit(address, version);
    auto loaded = load({engines, store, online}, version, reader, state.now->now());
    const std::lock_guard lock(state.mutex);
    ++state.loads[version.name].good;
    return loaded;
  }

  void begin(const std::vector<std::string>& addresses);
  Served first(Watched& one);
  void refuse_same(const std::vector<Served>& models, std::size_t newest) const;
  void replace(std::size_t at, const Mark& mark, std::shared_ptr<const Loaded> loaded);
  std::optional<Change> follow_online();
  std::optional<Change> follow(std::size_t at);
  std::optional<Change> move(std::size_t at, const Mark& mark);
  std::optional<Change> lose(std::size_t at, const Error& fault);
  Change report(std::size_t at, const Mark& mark, std::int64_t to, const Error& fault);
};

/// The alias may move between two looks: what counts is what was loaded.
Served Service::Impl::first(Watched& one) {
  one.references = model::followed(store.references(), one.address);
  one.mark = look(store.references(), one);
  const model::Version version = model::Registry(store).get(one.address);
  if (one.mark) one.mark->record = version.record;
  return {one.address, follows(one.mark), load_version(one.address, version)};
}

void Service::Impl::refuse_same(const std::vector<Served>& models, std::size_t newest) const {
  for (std::size_t i = 0; i < newest; ++i) {
    if (models[i].loaded->version.record != models[newest].loaded->version.record) continue;
    if (!stay_together(watched[i], watched[newest])) continue;
    throw error(Code::usage, "'{}' and '{}' are the same model: {}", models[i].address,
                models[newest].address, models[i].loaded->address)
        .with_hint("name it once");
  }
}

void Service::Impl::begin(const std::vector<std::string>& addresses) {
  if (addresses.empty() && state.features == nullptr) throw error(Code::usage, "no model to serve");
  auto models = std::make_shared<std::vector<Served>>();
  for (const std::string& address : addresses) {
    models->push_back(first(watched.emplace_back(Watched{.address = address})));
    refuse_same(*models, models->size() - 1);
  }
  state.models = std::move(models);
}

/// The handlers that are busy keep the models that they have until their next request.
void Service::Impl::replace(std::size_t at, const Mark& mark, std::shared_ptr<const Loaded> loaded) {
  auto models = std::make_shared<std::vector<Served>>(*state.models);
  (*models)[at].follows = follows(mark);
  (*models)[at].loaded = std::move(loaded);
  const std::lock_guard lock(state.mutex);
  state.models = std::move(models);
  state.generation.fetch_add(1, std::memory_order_release);
}

Change Service::Impl::report(std::size_t at, const Mark& mark, std::int64_t to, const Error& fault) {
  Watched& one = watched[at];
  one.refused = mark;
  one.refused_at = clock.now();
  const model::Version& kept = (*state.models)[at].loaded->version;
  const std::lock_guard lock(state.mutex);
  ++state.loads[kept.name].failed;
  return {.address = one.address, .from = kept.number, .to = to, .fault = fault.message()};
}

std::optional<Change> Service::Impl::move(std::size_t at, const Mark& mark) {
  Watched& one = watched[at];
  const bool again = one.refused == mark;
  const std::shared_ptr<const Loaded> before = (*state.models)[at].loaded;
  std::int64_t to = 0;
  try {
    const model::Version version = model::Registry(store).get(one.address);
    to = version.number;
    const bool same = version.record == before->version.record;
    replace(at, mark, same ? before : load_version(one.address, version));
    one.mark = Mark{mark.reference, version.record};
    one.refused.reset();
    if (same) return std::nullopt;
    return Change{.address = one.address, .from = before->version.number, .to = to};
  } catch (const Error& e) {
    Change change = report(at, mark, to, e);
    return again ? std::nullopt : std::optional(std::move(change));
  }
}

/// Told once, until it is found again.
std::optional<Change> Service::Impl::lose(std::size_t at, const Error& fault) {
  if (++watched[at].lost != looks_until_lost) return std::nullopt;
  const model::Version& kept = (*state.models)[at].loaded->version;
  const std::lock_guard lock(state.mutex);
  ++state.loads[kept.name].failed;
  return Change{.address = watched[at].address, .from = kept.number, .fault = fault.message()};
}

std::optional<Change> Service::Impl::follow(std::size_t at) {
  Watched& one = watched[at];
  if (one.references.empty()) return std::nullopt;
  const std::optional<Mark> now = look(store.references(), one);
  if (!now) return lose(at, error(Code::not_found, "'{}' is gone from the store", one.address));
  one.lost = 0;
  if (now == one.mark) {
    one.refused.reset();
    return std::nullopt;
  }
  const bool waits = one.refused == now && clock.now().us - one.refused_at.us < retry_us;
  return waits ? std::nullopt : move(at, *now);
}

/// A store that cannot be read leaves what was read; told once, until it can be read again.
std::optional<Change> Service::Impl::follow_online() {
  try {
    if (state.features != nullptr) state.features->refresh();
    online.refresh();
    online_lost = false;
  } catch (const Error& fault) {
    if (!std::exchange(online_lost, true)) return Change{.address = "", .fault = fault.message()};
  }
  return std::nullopt;
}

Service::Service(Engines& engines, store::Store& store, const Clock& clock,
                 const std::vector<std::string>& addresses, const ServiceOptions& options)
    : impl_(std::make_unique<Impl>(engines, store, clock, options)) {
  impl_->begin(addresses);
}

Service::~Service() = default;

http::Handler Service::handler() { return make_handler(impl_->engines, impl_->state); }

std::vector<Serving> Service::serving() const {
  const std::lock_guard lock(impl_->state.mutex);
  std::vector<Serving> out;
  for (const Served& one : *impl_->state.models) {
    out.push_back({one.address, one.follows, one.loaded->version});
  }
  return out;
}

std::uint64_t Service::answered() const {
  const std::lock_guard lock(impl_->state.mutex);
  std::uint64_t sum = 0;
  for (const auto& shard : impl_->state.shards) {
    for (const RouteCounts& route : shard->routes) {
      for (const Count& count : route.by_status) sum += count.value();
    }
  }
  return sum;
}

std::string Service::example() const {
  const std::lock_guard lock(impl_->state.mutex);
  const auto& models = *impl_->state.models;
  return models.empty() ? "" : models.front().loaded->example(impl_->state.now->now());
}

std::vector<Change> Service::refresh() {
  std::vector<Change> changes;
  if (auto change = impl_->follow_online()) changes.push_back(std::move(*change));
  for (std::size_t i = 0; i < impl_->watched.size(); ++i) {
    try {
      if (auto change = impl_->follow(i)) changes.push_back(std::move(*change));
    } catch (const Error& e) {
      if (auto change = impl_->lose(i, e)) changes.push_back(std::move(*change));
    }
  }
  return changes;
}

void Service::begin_drain() { impl_->state.draining.store(true, std::memory_order_relaxed); }

void Service::watch(std::function<http::Traffic()> traffic) {
  const std::lock_guard lock(impl_->state.mutex);
  impl_->state.traffic = std::move(traffic);
}

void Service::on_request(std::function<void(const Seen&)> seen) { impl_->state.seen = std::move(seen); }

void Service::log_to(monitor::PredictionLog& log) { impl_->state.log = &log; }

}  // namespace mlops::serve
