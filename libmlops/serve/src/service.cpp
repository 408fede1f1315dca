#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/serve/service.hpp>

#include <exception>
#include <optional>
#include <string>
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
  std::optional<Mark> refused = {};  ///< What may not answer, or could not be loaded.
  std::string why = {};
  Time again_at = {};  ///< Loading is not tried before; who may answer is asked at each look.
  int lost = 0;        ///< Looks in a row that found no reference.
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

  void require_admitted(const std::string& address, const model::Version& version) const {
    if (admit) admit(address, version);
  }

  std::shared_ptr<const Loaded> load_version(const model::Version& version) {
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
  std::optional<Change> lose(std::size_t at, const std::string& fault);
  Change failed(std::size_t at, std::int64_t to, const std::string& fault);
};

/// The alias may move between two looks: what counts is what was loaded.
Served Service::Impl::first(Watched& one) {
  one.references = model::followed(store.references(), one.address);
  one.mark = look(store.references(), one);
  const model::Version version = model::Registry(store).get(one.address);
  if (one.mark) one.mark->record = version.record;
  require_admitted(one.address, version);
  return {one.address, follows(one.mark), load_version(version)};
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

Change Service::Impl::failed(std::size_t at, std::int64_t to, const std::string& fault) {
  const model::Version& kept = (*state.models)[at].loaded->version;
  const std::lock_guard lock(state.mutex);
  ++state.loads[kept.name].failed;
  return {.address = watched[at].address, .from = kept.number, .to = to, .fault = fault};
}

std::optional<Change> Service::Impl::move(std::size_t at, const Mark& mark) {
  Watched& one = watched[at];
  const std::shared_ptr<const Loaded> before = (*state.models)[at].loaded;
  std::int64_t to = 0;
  bool loading = false;
  try {
    const model::Version version = model::Registry(store).get(one.address);
    to = version.number;
    const bool same = version.record == before->version.record;
    if (!same) require_admitted(one.address, version);
    loading = true;
    replace(at, mark, same ? before : load_version(version));
    one.mark = Mark{mark.reference, version.record};
    one.refused.reset();
    if (same) return std::nullopt;
    return Change{.address = one.address, .from = before->version.number, .to = to};
  } catch (const std::exception& e) {  // whatever it is, memory too: who answers now goes on
    const bool known = one.refused == mark && one.why == e.what();
    one.refused = mark;
    one.why = e.what();
    one.again_at = Time{clock.now().us + (loading ? retry_us : 0)};
    if (known && !loading) return std::nullopt;
    Change change = failed(at, to, e.what());
    return known ? std::nullopt : std::optional(std::move(change));
  }
}

/// Told once, until it is found again.
std::optional<Change> Service::Impl::lose(std::size_t at, const std::string& fault) {
  if (++watched[at].lost != looks_until_lost) return std::nullopt;
  return failed(at, 0, fault);
}

std::optional<Change> Service::Impl::follow(std::size_t at) {
  Watched& one = watched[at];
  if (one.references.empty()) return std::nullopt;
  const std::optional<Mark> now = look(store.references(), one);
  if (!now) return lose(at, fmt::format("'{}' is gone from the store", one.address));
  one.lost = 0;
  if (now == one.mark) {
    one.refused.reset();
    return std::nullopt;
  }
  const bool waits = one.refused == now && clock.now() < one.again_at;
  return waits ? std::nullopt : move(at, *now);
}

/// A store that cannot be read leaves what was read; told once, until it can be read again.
std::optional<Change> Service::Impl::follow_online() {
  try {
    if (state.features != nullptr) state.features->refresh();
    online.refresh();
    online_lost = false;
  } catch (const std::exception& fault) {
    if (!std::exchange(online_lost, true)) return Change{.address = "", .fault = fault.what()};
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
    } catch (const std::exception& e) {
      if (auto change = impl_->lose(i, e.what())) changes.push_back(std::move(*change));
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
