#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/ingest.hpp>

#include <algorithm>
#include <set>

#include "src/blobs.hpp"
#include "src/csv.hpp"
#include "src/engine.hpp"
#include "src/structured.hpp"
#include "src/table_digest.hpp"

namespace mlops::dataset {
namespace {

// ---- what was declared
// ------------------------------------------------------------------------------------------

json::Value texts(const std::vector<std::string>& values) {
  return json::Array(values.begin(), values.end());
}

/// Everything that was asked for, so that asking the same of the same bytes is seen to change nothing.
json::Object declaration(const manifest::SourceSpec& source) {
  json::Object out{{"kind", source.kind},         {"party", source.party}, {"licence", source.licence},
                   {"price", source.price},       {"url", source.url},     {"pii", texts(source.pii)},
                   {"blobs", texts(source.blobs)}};
  const manifest::ReadOptions& read = source.read;
  const auto set = [&out](std::string name, const std::optional<std::string>& value) {
    if (value) out.set(std::move(name), *value);
  };
  set("format", read.format);
  set("delimiter", read.delimiter);
  set("quote", read.quote);
  set("encoding", read.encoding);
  set("decimal", read.decimal);
  set("quarantine", read.quarantine);
  if (read.header) out.set("header", *read.header);
  if (read.null) out.set("null", texts(*read.null));
  json::Object types;
  for (const auto& [column, type] : read.types) types.set(column, type);
  out.set("types", std::move(types));
  return out;
}

void require_known_kind(const std::string& kind) {
  static const std::vector<std::string> kinds = {"user-input", "system", "behaviour", "internal",
                                                 "third-party"};
  if (kind.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
  throw error(Code::usage, "unknown kind of source '{}'", kind).with_hint("{} is wanted", one_of(kinds));
}

void mark(std::vector<Column>& columns, const std::vector<std::string>& names, std::string_view what,
          bool Column::*flag) {
  for (const std::string& name : names) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
    if (found == columns.end()) {
      std::vector<std::string> known;
      for (const Column& column : columns) known.push_back(column.name);
      const auto near = near_misses(name, known);
      Error fault = error(Code::usage, "the {} column '{}' is not there", what, name);
      if (near.empty()) throw fault;
      throw std::move(fault).with_hint("similar columns exist: {}", one_of(near));
    }
    (*found).*flag = true;
  }
}

// ---- the pinned schema
// ------------------------------------------------------------------------------------------

/// Throws when the columns are not those that the lock pins, with the difference line by line.
void require_pinned(const Plan& plan, const json::Object& pinned, const std::string& name) {
  const json::Value entry(pinned);
  const json::Object* columns = entry["columns"].as_object();
  if (columns == nullptr) return;
  std::string difference;
  std::set<std::string> seen;
  for (const ColumnPlan& column : plan.columns) {
    const std::string& type = column.column.type;
    seen.insert(column.column.name);
    const json::Value* wanted = columns->find(column.column.name);
    if (wanted == nullptr) difference += fmt::format("  + {} {}\n", column.column.name, type);
    else if (wanted->text_or("") != type) {
      difference += fmt::format("  ~ {} {}, pinned as {}\n", column.column.name, type, wanted->text_or(""));
    }
  }
  for (const auto& [column, type] : *columns) {
    if (!seen.contains(column)) difference += fmt::format("  - {} {}\n", column, type.text_or(""));
  }
  if (difference.empty()) return;
  throw error(Code::conflict, "the columns of '{}' are not the ones that mlops.lock pins", name)
      .with_id("ingest.schema_changed")
      .with_detail(difference)
      .with_hint("to take the new columns: `mlops ingest {} --accept-schema`", name);
}

/// The columns in the pinned order, whatever order the data have them in.
void order_as_pinned(Plan& plan, const json::Object& pinned) {
  const json::Value entry(pinned);
  const json::Object* columns = entry["columns"].as_object();
  if (columns == nullptr) return;
  const auto place = [columns](const ColumnPlan& column) {
    const auto& members = columns->members();
    return std::find_if(members.begin(), members.end(),
                        [&](const auto& m) { return m.first == column.column.name; }) -
           members.begin();
  };
  std::stable_sort(plan.columns.begin(), plan.columns.end(),
                   [&](const ColumnPlan& a, const ColumnPlan& b) { return place(a) < place(b); });
}

/// What the declaration now says of types wins over the pins.
json::Object without_wished(const json::Object& pinned, const std::map<std::string, std::string>& types) {
  const json::Value entry(pinned);
  const json::Object* columns = entry["columns"].as_object();
  if (columns == nullptr || types.empty()) return pinned;
  json::Object left;
  for (const auto& [name, type] : *columns) {
    const auto wish = types.find(name);
    std::string wanted = wish == types.end() ? type.text_or("") : wish->second;
    if (wish != types.end()) {
      std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                     [](unsigned char c) { return std::toupper(c); });
    }
    left.set(name, wanted);
  }
  json::Object out = pinned;
  out.set("columns", std::move(left));
  return out;
}

// ---- one ingest
// -------------------------------------------------------------------------------------------------

class Ingest {
 public:
  Ingest(Workshop& shop, const IngestRequest& request)
      : shop_(shop), request_(request), limit_(limit_of(request.source.read)) {
    require_known_kind(request.source.kind);
    if (request.pinned) pinned_ = without_wished(*request.pinned, request.source.read.types);
  }

  IngestReport run() {
    stage();
    const store::ReferenceName name{"sources", request_.source.name};
    const auto current = shop_.store.references().find(name);
    if (current && is_unchanged(*current)) return report_;
    decide();
    load();
    describe(current);
    publish(name, current);
    return std::move(report_);
  }

  IngestReport plan() {
    stage();
    decide();
    Version& version = report_.version;
    version.read = plan_.read;
    for (const ColumnPlan& column : plan_.columns) version.columns.push_back(column.column);
    mark_columns();
    fill_decisions(plan_);
    return std::move(report_);
  }

 private:
  store::Objects& objects() { return shop_.store.objects(); }

  table::Engine& engine() {
    if (!engine_) engine_ = open_engine(shop_.store, shop_.engines, shop_.resources, shop_.cancel);
    return *engine_;
  }

  void stage() {
    const auto inputs = find_inputs(request_.source.from, request_.base);
    staged_ = Staging(objects(), shop_.engines, shop_.progress, shop_.cancel)
                  .stage(inputs, request_.source.read, request_.input);
    raw_ = store::put_tree(objects(), staged_.raw);
  }

  bool is_unchanged(const store::ReferenceEntry& current) {
    Version last = from_record(shop_.store.record(current.digest), current.digest, current.seq);
    const json::Value read(last.read);
    const bool same_pins = pinned_ && json::Value(*pinned_)["digest"].text_or("") == current.digest.text();
    // The record is canonical: its members are sorted, the declaration's are not.
    const bool same_wishes =
        json::canonical(read["declared"]) == json::canonical(declaration(request_.source));
    if (last.raw != raw_ || !same_wishes || !same_pins) return false;
    report_.version = std::move(last);
    report_.unchanged = true;
    return true;
  }

  void decide() {
    shop_.progress.phase(fmt::format("looking at {}", request_.source.name), 0, Unit::rows);
    if (staged_.format == Format::csv) {
      sniffed_ = decide_csv(staged_, request_.source.read, pinned_);
      refuse_ragged(staged_, sniffed_, limit_);
      plan_ = plan_csv(staged_, sniffed_);
    } else {
      plan_ = plan_structured(engine(), objects(), staged_, request_.source.read, pinned_);
    }
    if (pinned_) require_pinned(plan_, *pinned_, request_.source.name);
  }

  void load() {
    shop_.progress.phase(fmt::format("loading {}", request_.source.name), 0, Unit::rows);
    loaded_ = staged_.format == Format::csv
                  ? load_csv(engine(), objects(), staged_, sniffed_, limit_)
                  : load_structured(engine(), objects(), staged_, std::move(plan_), limit_);
    if (pinned_) order_as_pinned(loaded_->plan, *pinned_);
    std::sort(loaded_->bad_rows.begin(), loaded_->bad_rows.end(), [](const BadRow& a, const BadRow& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    const std::uint64_t good = count_rows(engine(), loaded_->data.path());
    enforce(limit_, loaded_->bad, good + loaded_->bad, loaded_->bad_rows);
  }

  /// Reads the table back from disk, in order, and names it by its values.
  void hash_table(const std::filesystem::path& parquet) {
    std::string columns;
    for (const ColumnPlan& column : loaded_->plan.columns) {
      columns += (columns.empty() ? "" : ", ") + table::identifier(column.column.name);
    }
    const std::uint64_t total = count_rows(engine(), parquet);
    shop_.progress.phase(fmt::format("checking {}", request_.source.name), total, Unit::rows);
    TableDigest digest;
    engine().stream(fmt::format("SELECT {} FROM read_parquet({})", columns, table::literal(parquet.string())),
                    [&](const Columns& batch) {
                      digest.add(batch);
                      shop_.progress.at(digest.rows());
                      return true;
                    });
    report_.version.rows = digest.rows();
    report_.version.table = digest.finish();
  }

  void describe(const std::optional<store::ReferenceEntry>& current) {
    Version& version = report_.version;
    const manifest::SourceSpec& source = request_.source;
    version.name = source.name;
    version.time = shop_.clock.now();
    if (current) version.previous = current->digest;
    version.origin = {.from = source.from,
                      .kind = source.kind,
                      .party = source.party,
                      .licence = source.licence,
                      .price = source.price,
                      .url = source.url,
                      .retrieved = version.time};
    version.raw = raw_;
    version.raw_files = staged_.raw.files.size();
    version.raw_bytes = staged_.raw_bytes;
    version.read = loaded_->plan.read;
    version.read.set("declared", declaration(source));
    for (const ColumnPlan& column : loaded_->plan.columns) version.columns.push_back(column.column);
    mark_columns();
    fill_decisions(loaded_->plan);
    hash_table(loaded_->data.path());
    version.blobs = put_blobs(engine(), objects(), loaded_->data.path(), source.blobs, blob_base());
    keep_data();
  }

  /// The pictures and texts that rows point at lie beside the table.
  std::filesystem::path blob_base() const {
    if (request_.source.from.front() == "-") return request_.base;
    const std::filesystem::path first = request_.base / request_.source.from.front();
    return std::filesystem::is_directory(first) ? first : first.parent_path();
  }

  void mark_columns() {
    mark(report_.version.columns, request_.source.pii, "pii", &Column::pii);
    mark(report_.version.columns, request_.source.blobs, "blob", &Column::blob);
  }

  void keep_data() {
    Version& version = report_.version;
    version.quarantine = {.rows = loaded_->bad, .data = {}, .limit = limit_.text};
    if (loaded_->bad > 0) {
      version.quarantine.data =
          objects().adopt(write_quarantine(engine(), objects(), loaded_->bad_rows).release());
    }
    version.data_bytes = std::filesystem::file_size(loaded_->data.path());
    version.data = objects().adopt(loaded_->data.release());
    const std::size_t shown = std::min<std::size_t>(loaded_->bad_rows.size(), 5);
    report_.bad_rows.assign(loaded_->bad_rows.begin(),
                            loaded_->bad_rows.begin() + static_cast<std::ptrdiff_t>(shown));
  }

  void fill_decisions(const Plan& plan) {
    const auto& wishes = request_.source.read.types;
    for (const ColumnPlan& column : plan.columns) {
      const std::string& name = column.column.name;
      const By by = wishes.contains(name) ? By::wish : column.given ? By::pin : By::data;
      report_.decisions.push_back(
          {.column = name, .type = column.column.type, .by = by, .note = column.note});
    }
  }

  void publish(const store::ReferenceName& name, const std::optional<store::ReferenceEntry>& current) {
    Version& version = report_.version;
    const std::string bad = version.quarantine.rows == 0
                                ? ""
                                : fmt::format(", {} in quarantine", count_text(version.quarantine.rows));
    const std::string why = fmt::format("ingested {}, {}{}", count_of(version.rows, "row"),
                                        count_of(version.columns.size(), "column"), bad);
    if (shop_.cancel != nullptr) shop_.cancel->check();
    const auto published =
        shop_.store.publish({.name = name,
                             .expected = current ? std::optional(current->digest) : std::nullopt,
                             .record = to_record(version),
                             .time = version.time,
                             .who = request_.who,
                             .why = why,
                             .summary = why});
    version.record = published.digest;
    version.number = published.version;
  }

  Workshop& shop_;
  const IngestRequest& request_;
  Limit limit_;
  std::optional<json::Object> pinned_;
  std::unique_ptr<table::Engine> engine_;
  Staged staged_;
  Digest raw_ = {};
  Sniffed sniffed_;
  Plan plan_;
  std::optional<LoadedTable> loaded_;
  IngestReport report_;
};

}  // namespace

IngestReport ingest(Workshop& workshop, const IngestRequest& request) {
  return Ingest(workshop, request).run();
}

IngestReport plan_ingest(Workshop& workshop, const IngestRequest& request) {
  return Ingest(workshop, request).plan();
}

json::Object lock_entry(const Version& version) {
  json::Object read = version.read;
  json::Object kept;
  for (const auto& [name, value] : read) {
    if (name != "declared") kept.set(name, value);
  }
  json::Object columns;
  for (const Column& column : version.columns) columns.set(column.name, column.type);
  return {{"digest", version.record.text()}, {"read", std::move(kept)}, {"columns", std::move(columns)}};
}

}  // namespace mlops::dataset
