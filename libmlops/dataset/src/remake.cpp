#include "src/remake.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/csv.hpp"
#include "src/database_place.hpp"
#include "src/database_plan.hpp"
#include "src/declaration.hpp"
#include "src/engine.hpp"
#include "src/loading.hpp"
#include "src/structured.hpp"
#include "src/transform.hpp"

namespace mlops::dataset {
namespace {

/// Which rows are bad is known: they are in the quarantine, and were no more than allowed.
Limit no_limit() { return {.text = "0"}; }

/// Columns as they came, before a transform.
std::vector<Column> came(const Version& version) {
  const json::Value* const told = version.read.find("came");
  const json::Array* const list = told == nullptr ? nullptr : told->as_array();
  if (list == nullptr) return version.columns;
  std::vector<Column> out;
  for (const json::Value& column : *list)
    out.push_back({.name = column["name"].text_or(""), .original = "", .type = column["type"].text_or("")});
  return out;
}

class Remaking {
 public:
  Remaking(const TablePlace& place, const Version& version)
      : objects_(place.store.objects()),
        version_(version),
        source_(declared_source(version)),
        came_(came(version)),
        shop_{.engines = place.engines,
              .resources = place.resources,
              .clock = clock_,
              .progress = place.progress == nullptr ? silent_ : *place.progress,
              .cancel = place.cancel},
        raw_(objects_) {
    json::Object columns;
    for (const Column& column : came_) columns.append(column.name, column.type);
    pinned_ = lock_entry(version);
    pinned_.set("columns", std::move(columns));
    pinned_ = without_wished(pinned_, source_.read.types);
  }

  Remade run() {
    Staging staging(objects_, raw_, shop_.engines, shop_.progress, shop_.cancel);
    staged_ = staging.take(store::get_tree(objects_, version_.raw));
    try {
      read(staging);
    } catch (const Error& e) {
      throw_named(e, staged_);
    }
    if (!source_.transform.empty()) put_through();
    std::vector<std::string> names;
    for (const Column& column : version_.columns) names.push_back(column.name);
    const HashedTable table = hash_parquet(engine(), loaded_->data.path(), names, nullptr);
    return {.data = std::move(loaded_->data), .table = table};
  }

 private:
  void read(Staging& staging) {
    const bool database = is_database(source_.from);
    if (database) staging.open_rows(staged_, version_.name, 0);
    else staging.open(staged_, source_.read);
    shop_.progress.phase(fmt::format("loading {}", version_.name), 0, Unit::rows);
    if (staged_.format == Format::csv) {
      sniffed_ = decide_csv(objects_, staged_, source_.read, pinned_);
      loaded_ = load_csv(engine(), objects_, staged_, sniffed_, no_limit());
    } else {
      Plan plan = database ? plan_rows(engine(), staged_, rows(), source_.read, pinned_)
                           : plan_structured(engine(), objects_, staged_, source_.read, pinned_);
      loaded_ = load_structured(engine(), objects_, staged_, std::move(plan), no_limit());
    }
  }

  /// Of a database the types were pinned for want of the database itself.
  DatabaseRows rows() const {
    DatabaseRows out{.gathered = {}, .name = version_.name};
    for (const Column& column : came_) out.columns.push_back({.name = column.name, .declared = ""});
    return out;
  }

  void put_through() {
    Transformed made = transform(objects_, shop_, source_, loaded_->data.path(), came_);
    loaded_->data = std::move(made.data);
  }

  /// As ingest() has it.
  table::Engine& engine() {
    if (engine_) return *engine_;
    Resources resources = shop_.resources;
    if (staged_.format == Format::csv && sniffed_.columns.size() <= 500)
      resources.memory_bytes = std::min(resources.memory_bytes, csv_memory_bytes);
    engine_ = open_engine(objects_, shop_.engines, resources, shop_.cancel);
    return *engine_;
  }

  const SystemClock clock_;
  NoProgress silent_;
  store::Objects& objects_;
  const Version& version_;
  const manifest::SourceSpec source_;
  const std::vector<Column> came_;
  Workshop shop_;
  store::Objects::Batch raw_;  ///< Nothing is kept of it.
  json::Object pinned_;
  Staged staged_;
  Sniffed sniffed_;
  std::unique_ptr<table::Engine> engine_;
  std::optional<LoadedTable> loaded_;
};

}  // namespace

Remade remake(const TablePlace& place, const Version& version) { return Remaking(place, version).run(); }

}  // namespace mlops::dataset
