#include <mlops/feature/sets.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/json.hpp>
#include <mlops/store/record_fields.hpp>
#include <mlops/store/selector.hpp>

#include <algorithm>
#include <set>

namespace mlops::feature {
namespace {

constexpr std::string_view record_kind = "view-version/1";
constexpr std::string_view reference_kind = "features";
constexpr std::string_view section = "features/";

/// Every conflict means that another process made a version; so many of them in a row are no accident.
constexpr int most_conflicts = 1000;

store::ReferenceName versions_of(const std::string& view) { return {std::string(reference_kind), view}; }

ViewVersion load(const store::Store& store, const std::string& name, const store::ReferenceEntry& entry) {
  try {
    ViewVersion version = from_record(store.record(entry.digest), entry.digest);
    version.number = entry.seq;
    version.who = entry.who;
    return version;
  } catch (Error& e) {
    e.add_context(fmt::format("while reading features/{}@v{}", name, entry.seq));
    throw;
  }
}

std::vector<std::string> applied_names(const store::References& references) {
  std::vector<std::string> out;
  for (const store::ReferenceName& name : references.list()) {
    if (name.kind == reference_kind) out.push_back(name.name);
  }
  return out;
}

[[noreturn]] void fail_unknown_view(const std::string& name, const std::vector<std::string>& known) {
  Error fault = error(Code::not_found, "no view '{}' was applied", name).with_id("features.not_found");
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar view was: {}", one_of(near));
  throw std::move(fault).with_hint("`mlops features apply` records those of mlops.yaml");
}

const store::ReferenceEntry& selected(const std::vector<store::ReferenceEntry>& entries,
                                      const std::string& name, const std::string& selector) {
  const auto missing = [&] {
    return error(Code::not_found, "features/{} has no version {}: it has {}", name, selector,
                 count_of(entries.size(), "version"))
        .with_id("features.not_found");
  };
  if (const auto number = store::number_in(selector, "v", "")) {
    if (*number >= 1 && *number <= static_cast<std::int64_t>(entries.size()))
      return entries[static_cast<std::size_t>(*number - 1)];
    throw missing();
  }
  if (const auto back = store::number_in(selector, "{", "}")) {
    const auto steps = static_cast<std::size_t>(*back);
    if (steps < entries.size()) return entries[entries.size() - 1 - steps];
    throw missing();
  }
  const auto time = Time::parse(selector);
  if (!time)
    throw error(Code::usage, "'@{}' selects no version", selector)
        .with_hint("`@v2` (number), `@{{1}}` (one back) or `@2026-11-01` (as of) is wanted");
  const auto later =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.time > *time; });
  if (later != entries.begin()) return *(later - 1);
  throw missing().with_hint("the first is of {}", entries.front().time.text());
}

std::optional<ViewVersion> by_digest(store::Store& store, std::string_view hex) {
  for (const std::string& name : applied_names(store.references())) {
    for (const auto& entry : store.references().history(versions_of(name))) {
      if (entry.digest.hex() == hex) return load(store, name, entry);
    }
  }
  return std::nullopt;
}

/// "4 columns of departures by airport"
std::string summary_of(const View& view) {
  std::string entities;
  for (const Key& key : view.key) entities += (entities.empty() ? " by " : ", ") + key.entity;
  return fmt::format("{} of {}{}", count_of(view.columns.size(), "column"), view.from, entities);
}

Step step_of(store::Store& store, const View& view) {
  Step out{.name = view.name, .view = view};
  const auto newest = store.references().find(versions_of(view.name));
  if (!newest) {
    out.kind = Step::Kind::create;
    return out;
  }
  out.version = load(store, view.name, *newest);
  out.changes = changes(out.version->view, view);
  if (!out.changes.empty()) out.kind = Step::Kind::change;
  return out;
}

ViewVersion publish(store::Store& store, const Step& step, Time time, const std::string& who) {
  ViewVersion version{.view = *step.view, .time = time, .who = who};
  if (step.version) version.previous = step.version->record;
  const std::string summary = summary_of(*step.view);
  const auto published = store.publish({.name = versions_of(step.name),
                                        .expected = version.previous,
                                        .record = to_record(version),
                                        .time = time,
                                        .who = who,
                                        .why = summary,
                                        .summary = summary});
  version.number = published.version;
  version.record = published.digest;
  return version;
}

Step applied(store::Store& store, const View& view, Time time, const std::string& who) {
  for (int conflicts = 0;; ++conflicts) {
    Step step = step_of(store, view);
    if (step.kind == Step::Kind::none) return step;
    try {
      step.version = publish(store, step, time, who);
      return step;
    } catch (const Error& e) {
      if (e.code() != Code::conflict || e.id() != "reference.conflict" || conflicts == most_conflicts) throw;
    }
  }
}

/// By name, with those that are defined no more.
template <typename Make>
std::vector<Step> steps_of(store::Store& store, const std::vector<View>& views, const Make& make) {
  std::vector<Step> out;
  std::set<std::string> defined;
  for (const View& view : views) {
    defined.insert(view.name);
    out.push_back(make(view));
  }
  for (ViewVersion& version : latest(store)) {
    if (defined.contains(version.view.name)) continue;
    out.push_back({.kind = Step::Kind::gone, .name = version.view.name, .version = std::move(version)});
  }
  std::sort(out.begin(), out.end(), [](const Step& a, const Step& b) { return a.name < b.name; });
  return out;
}

}  // namespace

std::string ViewVersion::address() const { return fmt::format("features/{}@v{}", view.name, number); }

json::Object to_record(const ViewVersion& version) {
  return {{"kind", record_kind},
          {"name", version.view.name},
          {"time", version.time.text()},
          {"previous", version.previous ? json::Value(version.previous->text()) : json::Value()},
          {"view", to_json(version.view)}};
}

ViewVersion from_record(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(record_kind);
  ViewVersion out{.view = view_from(value["view"], digest.brief()),
                  .record = digest,
                  .previous = fields.optional_digest("previous"),
                  .time = fields.time("time")};
  if (fields.text("name") == out.view.name) return out;
  throw error(Code::corrupt, "the record {} is of '{}', and its view is '{}'", digest.brief(),
              fields.text("name"), out.view.name)
      .with_id("record.corrupt");
}

std::vector<ViewVersion> latest(store::Store& store) {
  std::vector<ViewVersion> out;
  for (const std::string& name : applied_names(store.references())) {
    if (const auto entry = store.references().find(versions_of(name)))
      out.push_back(load(store, name, *entry));
  }
  return out;
}

std::vector<ViewVersion> history(store::Store& store, const std::string& view) {
  std::vector<ViewVersion> out;
  for (const auto& entry : store.references().history(versions_of(view)))
    out.push_back(load(store, view, entry));
  return out;
}

ViewVersion resolve(store::Store& store, std::string_view address) {
  if (const auto digest = Digest::parse(address)) {
    if (auto found = by_digest(store, digest->hex())) return *std::move(found);
  }
  if (address.starts_with(section)) address.remove_prefix(section.size());
  const std::size_t at = address.find('@');
  const std::string name(address.substr(0, at));
  const auto known = applied_names(store.references());
  if (std::find(known.begin(), known.end(), name) == known.end()) fail_unknown_view(name, known);
  const auto entries = store.references().history(versions_of(name));
  const bool newest = at == std::string_view::npos;
  return load(store, name,
              newest ? entries.back() : selected(entries, name, std::string(address.substr(at + 1))));
}

std::vector<Step> plan(store::Store& store, const std::vector<View>& views) {
  return steps_of(store, views, [&](const View& view) { return step_of(store, view); });
}

std::vector<Step> apply(store::Store& store, const std::vector<View>& views, Time time,
                        const std::string& who) {
  return steps_of(store, views, [&](const View& view) { return applied(store, view, time, who); });
}

}  // namespace mlops::feature
