/// What is online, for scripts, for Prometheus and for people.
#include <mlops/base/text.hpp>
#include <mlops/feature/definition.hpp>

#include <fmt/format.h>

#include <iterator>

#include "src/feature_answerer.hpp"
#include "src/label.hpp"

namespace mlops::serve {
namespace {

json::Value moment_or_null(std::optional<std::int64_t> us) {
  return us ? json::Value(Time{*us}.text()) : json::Value();
}

const char* kind_name(feature::KeyKind kind) {
  switch (kind) {
    case feature::KeyKind::integer:
      return "integer";
    case feature::KeyKind::text:
      return "text";
    case feature::KeyKind::boolean:
      return "boolean";
    case feature::KeyKind::date:
      return "date";
    case feature::KeyKind::timestamp:
      break;
  }
  return "timestamp";
}

json::Array entities_of(const feature::View& view) {
  json::Array out;
  for (const feature::Key& key : view.key)
    out.push_back(json::Object{{"name", key.entity}, {"column", key.column}, {"kind", kind_name(key.kind)}});
  return out;
}

json::Array columns_of(const feature::View& view) {
  json::Array out;
  for (const feature::ViewColumn& column : view.columns)
    out.push_back(json::Object{{"name", column.name}, {"type", column.type}, {"definition", column.text}});
  return out;
}

json::Array reads_of(const feature::OnlineView& online) {
  json::Array out;
  for (const feature::RowColumn& column : online.reads)
    out.push_back(json::Object{{"name", column.name}, {"type", column.type}});
  return out;
}

json::Object json_of(const feature::OnlineView& online) {
  const feature::View& view = online.view;
  return {{"name", view.name},
          {"id", online.id},
          {"entities", entities_of(view)},
          {"features", columns_of(view)},
          {"ttl", view.ttl_us ? json::Value(feature::duration_text(*view.ttl_us)) : json::Value()},
          {"rows", reads_of(online)},
          {"complete_from", Time{online.complete_from_us}.text()},
          {"materialized", online.materialized.text()},
          {"newest", moment_or_null(online.newest_us)},
          {"events", online.events},
          {"pushed", online.pushed},
          {"keys", online.keys}};
}

class Lines {
 public:
  explicit Lines(const Catalogue& catalogue, std::string& out) : catalogue_(catalogue), out_(out) {}

  template <typename Value>
  void write(std::string_view name, std::string_view type, std::string_view help, Value value) {
    begin(name, type, help);
    each([&](const Answering& view, const std::string& label) { line(name, label, value(view)); });
  }
  void write_values() {
    constexpr std::string_view name = "mlops_online_values_total";
    begin(name, "counter", "Values of features answered, by view and status.");
    each([&](const Answering& view, const std::string& label) {
      for (std::size_t i = 0; i < presence_names.size(); ++i)
        line(name, fmt::format("{},status=\"{}\"", label, presence_names[i]), view.counts->values[i].load());
    });
  }

 private:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <typename Number>
  void line(std::string_view name, const std::string& labels, Number value) {
    fmt::format_to(std::back_inserter(out_), "{}{{{}}} {}\n", name, labels, value);
  }
  /// The newest definition of each name.
  template <typename Take>
  void each(Take take) {
    const std::string* last = nullptr;
    for (const Answering& view : catalogue_.views) {
      const std::string& name = view.online.view.name;
      if (last == nullptr || *last != name) take(view, fmt::format("view=\"{}\"", escaped(name)));
      last = &name;
    }
  }

  const Catalogue& catalogue_;
  std::string& out_;
};

}  // namespace

std::string features_json(const std::vector<feature::OnlineView>& views) {
  json::Array out;
  for (const feature::OnlineView& one : views) out.push_back(json_of(one));
  return json::dump(json::Object{{"views", std::move(out)}});
}

void write_feature_metrics(const FeatureServer::Impl& server, std::string& out) {
  const auto catalogue = server.catalogue();
  Lines lines(*catalogue, out);
  lines.write("mlops_online_lookups_total", "counter", "Keys looked up, by view.",
              [](const Answering& view) { return view.counts->lookups.load(); });
  lines.write_values();
  lines.write("mlops_online_pushes_total", "counter", "Pushes taken, by view.",
              [](const Answering& view) { return view.counts->pushes.load(); });
  lines.write("mlops_online_pushes_refused_total", "counter", "Pushes refused, by view.",
              [](const Answering& view) { return view.counts->pushes_refused.load(); });
  lines.write("mlops_online_rows_pushed_total", "counter", "Rows pushed, by view.",
              [](const Answering& view) { return view.counts->pushed_rows.load(); });
  lines.write("mlops_online_events", "gauge", "Events held, by view.",
              [](const Answering& view) { return view.live->events(); });
  lines.write("mlops_online_keys", "gauge", "Keys that have events, by view.",
              [](const Answering& view) { return view.live->keys(); });
  lines.write(
      "mlops_online_newest_event_timestamp_seconds", "gauge",
      "Event time of the newest event, in seconds since 1970; 0 without any.",
      [](const Answering& view) { return static_cast<double>(view.live->newest().value_or(0)) / 1e6; });
}

std::string lines_of_views(const FeatureServer::Impl& server) {
  std::string out;
  for (const Answering& one : server.catalogue()->views) {
    std::string entities;
    for (const feature::Key& key : one.online.view.key)
      entities += (entities.empty() ? "" : ", ") + key.entity;
    out += fmt::format("  {}  {} of {}, complete from {}\n", one.online.view.name,
                       count_of(one.online.view.columns.size(), "feature"),
                       entities.empty() ? "everything" : entities, Time{one.online.complete_from_us}.text());
  }
  return out;
}

}  // namespace mlops::serve
