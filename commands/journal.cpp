#include "journal.hpp"

#include <mlops/dataset/checks.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/run/list.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::commands {
namespace {

bool is_move(const store::Event& event) {
  return event.name.starts_with("model-aliases/") || event.name.starts_with("checks/");
}

/// Of one moment, the move to a version and its check came after the version.
bool is_newer(const store::Event& a, const store::Event& b) {
  if (a.time != b.time) return a.time > b.time;
  if (is_move(a) != is_move(b)) return is_move(a);
  return a.id > b.id;
}

std::vector<store::Event> of_model(store::Store& store, const std::string& address) {
  const std::string name = model::Registry(store).get(address).name;
  std::vector<store::Event> events = store.catalogue().events("models/" + name);
  for (const std::string& alias : model::aliases_of(store.references(), name)) {
    const auto moves = store.catalogue().events(fmt::format("model-aliases/{}@{}", name, alias));
    events.insert(events.end(), moves.begin(), moves.end());
  }
  std::sort(events.begin(), events.end(), is_newer);
  return events;
}

std::vector<store::Event> of_dataset(store::Store& store, const std::string& address) {
  const std::string name = dataset::resolve(store, address).address();
  std::vector<store::Event> events = store.catalogue().events(name);
  const auto checks = dataset::check_events(store, name);
  events.insert(events.end(), checks.begin(), checks.end());
  std::sort(events.begin(), events.end(), is_newer);
  return events;
}

std::vector<store::Event> of_view(store::Store& store, const std::string& address) {
  return store.catalogue().events("features/" + feature::resolve(store, address).view.name);
}

std::vector<store::Event> of_run(store::Store& store, const std::string& address) {
  const run::Run run = run::get(store, address);
  std::vector<store::Event> events = store.catalogue().events("runs/" + run.experiment);
  std::erase_if(events, [&](const store::Event& event) { return event.record != run.record; });
  return events;
}

std::vector<store::Event> of_record(store::Store& store, const std::string& digest) {
  std::vector<store::Event> events = store.catalogue().events();
  std::erase_if(events, [&](const store::Event& event) { return event.record.text() != digest; });
  return events;
}

std::vector<store::Event> all_of(store::Store& store, const Named& named) {
  switch (named.thing) {
    case Thing::dataset:
      return of_dataset(store, named.address);
    case Thing::view:
      return of_view(store, named.address);
    case Thing::model:
      return of_model(store, named.address);
    case Thing::run:
      return of_run(store, named.address);
    case Thing::other:
      break;
  }
  return of_record(store, named.address);
}

}  // namespace

std::vector<store::Event> events_of(store::Store& store, const std::string& address, std::size_t limit) {
  std::vector<store::Event> events = all_of(store, named(store, address));
  if (limit > 0 && events.size() > limit) events.resize(limit);
  return events;
}

}  // namespace mlops::commands
