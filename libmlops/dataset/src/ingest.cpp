#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/fs/temporary.hpp>

#include <algorithm>
#include <map>
#include <thread>
#include <tuple>

#include "src/blobs.hpp"
#include "src/csv.hpp"
#include "src/database_place.hpp"
#include "src/database_plan.hpp"
#include "src/declaration.hpp"
#include "src/engine.hpp"
#include "src/fetching.hpp"
#include "src/structured.hpp"
#include "src/table_digest.hpp"
#include "src/transform.hpp"

namespace mlops::dataset {
namespace {

/// The engine's time for reading a table back grows with the square of the columns that are read at once.

unsigned threads_of(const Resources& resources) {
  return resources.threads != 0 ? resources.threads : std::max(1U, std::thread::hardware_concurrency());
}

class Ingest {
 public:
  /// `objects` takes the temporary files, and what is kept if it is the store's.
  Ingest(store::Objects& objects, Workshop& shop, const IngestRequest& request)
      : shop_(shop),
        objects_(objects),
        raw_(objects),
        request_(request),
        limit_(limit_of(request.source.read)) {
    if (request.pinned && !request.accept_schema) {
      pinned_ = without_wished(*request.pinned, request.source.read.types);
    }
  }

  IngestReport run(store::Store& store) {
    const store::ReferenceName name{"sources", request_.source.name};
    const auto current = store.references().find(name);
    const auto newest = current ? std::optional(dataset::load(store, name, *current)) : std::nullopt;
    const bool as_asked =
        newest && is_declared(*newest) && !request_.accept_schema && reads_as_pinned(*newest);
    const bool whole = newest && loss_of_table(objects_, *newest).empty();
    gather(newest, as_asked && whole);
    if (gathered_.unchanged && as_asked && whole) return unchanged(*newest);
    Staging staging = take(newest);
    report_.lock_moved = leaves_lock(newest);
    const bool same = newest && is_same(*newest);
    if (same && as_asked && whole) return with_raw(*newest);
    open(staging);
    decide();
    load();
    const bool as_it_was = same && (as_asked || reads_as_loaded(*newest));
    if (as_it_was && whole) {
      take_columns(loaded_->plan);
      return with_raw(*newest);
    }
    describe(current);
    if (as_it_was && !newest->forgotten && has_objects_of(*newest)) return mended(*newest);
    if (newest) warn_of_fewer(*newest);
    try {
      publish(store, name, current);
    } catch (const Error& e) {
      if (e.code() != Code::conflict) throw;
      const auto now = store.references().find(name);
      const auto made = now ? std::optional(dataset::load(store, name, *now)) : std::nullopt;
      if (!made || !is_same(*made)) throw;  // somebody else made another version meanwhile
      return unchanged(*made);
    }
    return std::move(report_);
  }

  IngestReport plan() {
    gather(std::nullopt, false);
    Staging staging = take(std::nullopt);
    open(staging);
    decide();
    Version& version = report_.version;
    version.read = plan_.read;
    take_columns(plan_);
    return std::move(report_);
  }

 private:
  /// Errors of the engine name files as they lie in the store: people know them by other names.
  template <typename Work>
  void told_of_files(Work work) {
    try {
      work();
    } catch (const Error& e) {
      throw_named(e, staged_);
    }
  }

  table::Engine& engine() {
    if (engine_) return *engine_;
    Resources resources = shop_.resources;
    // Delimited text streams through; more memory would only let more of it pile up on the way. The writers
    // of a wide table need theirs.
    if (staged_.format == Format::csv && sniffed_.columns.size() <= 500) {
      resources.memory_bytes = std::min(resources.memory_bytes, csv_memory_bytes);
    }
    engine_ = open_engine(objects_, shop_.engines, resources, shop_.cancel);
    return *engine_;
  }

  /// Files, pages and rows are here afterwards, or known to be as they were.
  void gather(const std::optional<Version>& newest, bool as_asked) {
    const Known known = newest ? known_of(*newest, as_asked) : Known();
    const manifest::SourceSpec& source = request_.source;
    if (is_database(source.from)) {
      const bool goes_on = newest && pinned_ && reads_same_rows(*newest);
      rows_ = read_database(objects_, shop_, source, request_.base, goes_on ? known : Known());
      gathered_ = std::move(rows_->gathered);
    } else {
      gathered_ = fetch(objects_, shop_, find_inputs(source.from, request_.base), known);
    }
    for (std::string& warning : gathered_.warnings) report_.warnings.push_back(std::move(warning));
  }

  /// What else is said of them may have changed: new rows can be added to those that are here.
  bool reads_same_rows(const Version& version) const {
    const json::Value read(version.read);
    const json::Value& declared = read["declared"];
    const manifest::SourceSpec& source = request_.source;
    return version.origin.from == source.from && declared["query"].text_or("") == source.query &&
           declared["cursor"].text_or("") == source.cursor;
  }

  /// The lock, which goes along with the bytes, has heard of the place last.
  Known known_of(const Version& newest, bool as_asked) const {
    Known known{.seen = newest.origin.seen, .untouched_is_enough = as_asked, .dropped = !newest.raw_kept};
    const json::Value pins = request_.pinned ? json::Value(*request_.pinned) : json::Value();
    const json::Object* const seen = pins["seen"].as_object();
    if (seen != nullptr && pins["raw"].text_or("") == newest.raw.text()) known.seen = *seen;
    if (newest.raw_kept && is_far(request_.source) && has_files(newest))
      known.files = store::get_tree(objects_, newest.raw);
    return known;
  }

  /// What can be asked whether it has changed.
  static bool is_far(const manifest::SourceSpec& source) {
    return std::any_of(source.from.begin(), source.from.end(),
                       [](const std::string& from) { return from.find("://") != std::string::npos; });
  }

  /// A clone without objects has the record only, and what was damaged is to be had again.
  bool has_files(const Version& version) const {
    if (!objects_.sound(version.raw)) return false;
    const store::Tree tree = store::get_tree(objects_, version.raw);
    return std::all_of(tree.files.begin(), tree.files.end(),
                       [&](const store::TreeFile& file) { return objects_.sound(file.digest); });
  }

  /// The bytes are safe afterwards; of a large file that was another one before, what is new in it.
  Staging take(const std::optional<Version>& newest) {
    store::Tree before;
    if (newest && newest->raw_kept && objects_.sound(newest->raw))
      before = store::get_tree(objects_, newest->raw);
    Staging staging(objects_, raw_, shop_.engines, shop_.progress, shop_.cancel, std::move(before));
    staged_ = staging.take(gathered_.inputs, request_.input);
    return staging;
  }

  void open(Staging& staging) {
    if (rows_) staging.open_rows(staged_, rows_->name, rows_->longest_row);
    else staging.open(staged_, request_.source.read);
  }

  bool is_declared(const Version& version) const {
    // The record is canonical: its members are sorted, the declaration's are not.
    const json::Value read(version.read);
    return json::canonical(read["declared"]) == json::canonical(declaration(request_.source));
  }

  /// The version holds these bytes under this declaration.
  bool is_same(const Version& version) const {
    return is_declared(version) && store::tree_digest(staged_.raw) == version.raw;
  }

  /// The lock, if it has an entry, wants nothing read in another way.
  bool reads_as_pinned(const Version& version) const {
    if (!pinned_) return true;
    const json::Value entry(lock_entry(version));
    const json::Value pins(*pinned_);
    const auto differs = [&](std::string_view part) {
      return !pins[part].is_null() && json::canonical(pins[part]) != json::canonical(entry[part]);
    };
    return !differs("read") && !differs("columns");
  }

  /// Decided anew, everything came out as the version has it.
  bool reads_as_loaded(const Version& version) const {
    Version now;
    now.read = loaded_->plan.read;
    now.columns = columns_of(loaded_->plan);
    const json::Value entry(lock_entry(version));
    return json::canonical(entry["columns"]) == json::canonical(json::Value(lock_entry(now))["columns"]) &&
           json::canonical(entry["read"]) == json::canonical(json::Value(lock_entry(now))["read"]);
  }

  /// The lock pins other bytes than these, and not those of the newest version here: they are nobody's known
  /// past, as in a clone whose data are not those of the commit.
  bool leaves_lock(const std::optional<Version>& newest) const {
    if (!request_.pinned) return false;
    const std::string pinned = json::Value(*request_.pinned)["raw"].text_or("");
    if (pinned.empty() || (newest && newest->raw.text() == pinned)) return false;
    return store::tree_digest(staged_.raw).text() != pinned;
  }

  IngestReport unchanged(Version version) {
    report_.version = std::move(version);
    if (!gathered_.seen.empty()) report_.version.origin.seen = gathered_.seen;
    report_.unchanged = true;
    return std::move(report_);
  }

  /// The files as they came are here again, as those of the version: what the store has lost of them is back.
  IngestReport with_raw(const Version& version) {
    if (!version.raw_kept) return unchanged(version);
    const bool lost = raw_.holds_new() || !objects_.sound(version.raw);
    if (!lost) return unchanged(version);
    keep_raw();
    return mended(version);
  }

  IngestReport mended(const Version& version) {
    report_.warnings.push_back(
        fmt::format("objects of {}@v{} were missing or damaged; the same data brought them back",
                    version.name, version.number));
    return unchanged(version);
  }

  /// What was made anew is what the version names, byte by byte; of a cache the rows are enough.
  bool has_objects_of(const Version& version) const {
    const Version& now = report_.version;
    const bool table = now.data == version.data || (version.is_cache() && now.table == version.table);
    return table && now.quarantine.data == version.quarantine.data && now.blobs == version.blobs &&
           now.raw == version.raw;
  }

  void decide() {
    told_of_files([this] { look_at_data(); });
  }

  void look_at_data() {
    shop_.progress.phase(fmt::format("looking at {}", request_.source.name), 0, Unit::rows);
    if (staged_.format == Format::csv) {
      sniffed_ = decide_csv(objects_, staged_, request_.source.read, pinned_);
      refuse_ragged(staged_, sniffed_, limit_);
      plan_ = plan_csv(staged_, sniffed_);
    } else if (rows_) {
      plan_ = plan_rows(engine(), staged_, *rows_, request_.source.read, pinned_);
    } else {
      plan_ = plan_structured(engine(), objects_, staged_, request_.source.read, pinned_);
    }
    if (pinned_) require_pinned(plan_, *pinned_, request_.source.name);
    columns_of(plan_);  // a declared column that is not there is told before the work of loading
  }

  void load() {
    told_of_files([this] { load_data(); });
  }

  void load_data() {
    shop_.progress.phase(fmt::format("loading {}", request_.source.name), 0, Unit::rows);
    loaded_ = staged_.format == Format::csv
                  ? load_csv(engine(), objects_, staged_, sniffed_, limit_)
                  : load_structured(engine(), objects_, staged_, std::move(plan_), limit_);
    if (pinned_) order_as_pinned(loaded_->plan, *pinned_);
    std::sort(loaded_->bad_rows.begin(), loaded_->bad_rows.end(), [](const BadRow& a, const BadRow& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    const std::uint64_t good = count_rows(engine(), loaded_->data.path());
    enforce(limit_, loaded_->bad, good + loaded_->bad, shown(loaded_->bad_rows));
  }

  /// The first bad rows as messages may show them: no value of a table with personal data.
  std::vector<BadRow> shown(const std::vector<BadRow>& rows) const {
    const std::size_t count = std::min<std::size_t>(rows.size(), 5);
    std::vector<BadRow> out(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
    if (!request_.source.pii.empty()) hide_values(out);
    return out;
  }

  static void hide_values(std::vector<BadRow>& rows) {
    for (BadRow& row : rows) {
      row.raw = mask;
      if (!row.column.empty()) row.reason = masked_reason;
      else if (row.reason.starts_with("not valid JSON")) row.reason = "not valid JSON";
    }
  }

  bool drops_raw() const { return request_.source.raw == "drop"; }

  /// A source that has lost most of its rows is rarely meant, and must not pass unseen.
  void warn_of_fewer(const Version& before) {
    const std::uint64_t rows = report_.version.rows;
    if (rows >= before.rows / 2 || before.rows < 10) return;
    report_.warnings.push_back(fmt::format("{} has {}, and v{} had {}: is that as it should be?", before.name,
                                           count_of(rows, "row"), before.number, count_text(before.rows)));
  }

  /// Reads the table back from disk, in order, and names it by its values.
  void hash_rows(const std::filesystem::path& parquet) {
    const auto& columns = report_.version.columns;
    const std::uint64_t total = count_rows(engine(), parquet);
    shop_.progress.phase(fmt::format("checking {}", request_.source.name), total, Unit::rows);
    std::vector<std::string> names;
    for (const Column& column : columns) names.push_back(column.name);
    const HashedTable hashed = hash_parquet(
        engine(), parquet, names, [&](const Columns&, std::uint64_t rows) { shop_.progress.at(rows); });
    report_.version.rows = hashed.rows;
    report_.version.table = hashed.digest;
  }

  void hash_table(const std::filesystem::path& parquet) {
    try {
      hash_rows(parquet);
    } catch (const Error& e) {
      fail_unwritten(parquet, e);
    }
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
                      .retrieved = version.time,
                      .seen = gathered_.seen};
    version.raw_files = staged_.raw.files.size();
    version.raw_bytes = staged_.raw_bytes;
    version.read = loaded_->plan.read;
    version.read.set("declared", declaration(source));
    take_columns(loaded_->plan);
    if (!source.transform.empty()) put_through();
    hash_table(loaded_->data.path());
    std::vector<std::string> blobs;
    for (const Column& column : version.columns) {
      if (column.blob) blobs.push_back(column.name);
    }
    version.blobs = put_blobs(engine(), objects_, loaded_->data.path(), blobs,
                              {.base = blobs.empty() ? std::filesystem::path() : blob_base(),
                               .threads = threads_of(shop_.resources),
                               .cancel = shop_.cancel});
    version.raw = keep_raw();
    keep_data();
  }

  /// The pictures and texts that rows point at lie beside the table.
  std::filesystem::path blob_base() const {
    if (request_.source.from.front() == "-") return request_.base;
    const std::filesystem::path first = request_.base / request_.source.from.front();
    return std::filesystem::is_directory(first) ? first : first.parent_path();
  }

  /// The rows that fit go through the project's own SQL, and what it makes of them stays.
  void put_through() {
    Version& version = report_.version;
    json::Array came;
    for (const Column& column : version.columns) {
      json::Value type;
      if (!column.open) type = column.type;
      came.push_back(json::Object{{"name", column.name}, {"type", std::move(type)}});
    }
    version.read.set("came", std::move(came));
    Transformed made = transform(objects_, shop_, request_.source, loaded_->data.path(), version.columns);
    for (Column& column : made.columns) {
      const Column* const before = version.find(column.name);
      if (before == nullptr) continue;
      column.pii = before->pii;
      column.blob = before->blob;
    }
    version.columns = std::move(made.columns);
    loaded_->data = std::move(made.data);
  }

  /// Everything has gone well: the bytes as they came are kept, or only their name.
  Digest keep_raw() {
    report_.version.raw_kept = !drops_raw();
    if (drops_raw()) return store::tree_digest(staged_.raw);
    raw_.commit();
    return store::put_tree(objects_, staged_.raw);
  }

  void keep_data() {
    Version& version = report_.version;
    version.quarantine = {.rows = loaded_->bad_rows.size(), .data = {}, .limit = limit_.text};
    if (drops_raw()) hide_values(loaded_->bad_rows);
    if (!loaded_->bad_rows.empty()) {
      version.quarantine.data =
          objects_.adopt(write_quarantine(engine(), objects_, loaded_->bad_rows).release());
    }
    version.data_bytes = std::filesystem::file_size(loaded_->data.path());
    version.data = objects_.adopt(loaded_->data.release());
    version.cache = comes_again();
    report_.bad_rows = shown(loaded_->bad_rows);
  }

  /// Of a column that had no value before a transform the record does not tell what it was read as.
  bool comes_again() const {
    const bool told = request_.source.transform.empty() ||
                      std::none_of(loaded_->plan.columns.begin(), loaded_->plan.columns.end(),
                                   [](const ColumnPlan& column) { return column.column.open; });
    return report_.version.raw_kept && told;
  }

  /// The columns of a plan, marked as they were declared. Throws when a declared one is not there.
  std::vector<Column> columns_of(const Plan& plan) const {
    std::vector<Column> columns;
    for (const ColumnPlan& column : plan.columns) columns.push_back(column.column);
    mark(columns, request_.source.pii, "pii", &Column::pii);
    mark(columns, request_.source.blobs, "blob", &Column::blob);
    return columns;
  }

  void take_columns(const Plan& plan) {
    report_.version.columns = columns_of(plan);
    const auto& wishes = request_.source.read.types;
    for (const ColumnPlan& column : plan.columns) {
      const std::string& name = column.column.name;
      const By by = wishes.contains(name) ? By::wish : column.given ? By::pin : By::data;
      report_.decisions.push_back(
          {.column = name, .type = column.column.type, .by = by, .note = column.note});
    }
  }

  void publish(store::Store& store, const store::ReferenceName& name,
               const std::optional<store::ReferenceEntry>& current) {
    Version& version = report_.version;
    const std::string bad = version.quarantine.rows == 0
                                ? ""
                                : fmt::format(", {} in quarantine", count_text(version.quarantine.rows));
    const std::string why = fmt::format("ingested {}, {}{}", count_of(version.rows, "row"),
                                        count_of(version.columns.size(), "column"), bad);
    if (shop_.cancel != nullptr) shop_.cancel->check();
    const auto published = store.publish({.name = name,
                                          .expected = current ? std::optional(current->digest) : std::nullopt,
                                          .record = to_record(version),
                                          .time = version.time,
                                          .who = request_.who,
                                          .why = why,
                                          .summary = why});
    version.record = published.digest;
    version.number = published.version;
    report_.unchanged = !published.moved;
  }

  Workshop& shop_;
  store::Objects& objects_;
  store::Objects::Batch raw_;
  const IngestRequest& request_;
  Limit limit_;
  std::optional<json::Object> pinned_;
  std::unique_ptr<table::Engine> engine_;
  Gathered gathered_;
  std::optional<DatabaseRows> rows_;
  Staged staged_;
  Sniffed sniffed_;
  Plan plan_;
  std::optional<LoadedTable> loaded_;
  IngestReport report_;
};

/// Before an hour is spent on what cannot be kept.
void require_writable(store::Store& store) {
  try {
    store.objects().temporary_path();
  } catch (const Error& e) {
    const std::size_t reason = e.message().rfind(": ");
    throw error(e.code(), "the store '{}' cannot be written{}", store.root().string(),
                reason == std::string::npos ? "" : e.message().substr(reason));
  }
}

}  // namespace

void require_inputs(const manifest::SourceSpec& source, const std::filesystem::path& base) {
  if (is_database(source.from)) return require_database(source, base);
  require_readable(find_inputs(source.from, base));
}

IngestReport ingest(store::Store& store, Workshop& workshop, const IngestRequest& request) {
  require_writable(store);
  return Ingest(store.objects(), workshop, request).run(store);
}

IngestReport plan_ingest(Workshop& workshop, const IngestRequest& request) {
  const fs::TemporaryFolder scratch(std::filesystem::temp_directory_path());
  store::Objects objects(scratch.path());
  return Ingest(objects, workshop, request).plan();
}

json::Object lock_entry(const Version& version) {
  if (version.made)
    return {{"digest", fmt::format("sha256:{}", version.table.hex())}, {"key", version.made->key.text()}};
  std::map<std::string, json::Value> sorted(version.read.begin(), version.read.end());
  sorted.erase("declared");
  sorted.erase("came");
  json::Object read;
  for (const auto& [name, value] : sorted) read.append(name, value);
  json::Object columns;
  const json::Value* const came = version.read.find("came");
  if (came != nullptr && came->as_array() != nullptr) {
    for (const json::Value& column : *came->as_array())
      columns.append(column["name"].text_or(""), column["type"]);
  } else {
    for (const Column& column : version.columns)
      columns.append(column.name, column.open ? json::Value() : json::Value(column.type));
  }
  json::Object entry{{"raw", version.raw.text()}, {"read", std::move(read)}, {"columns", std::move(columns)}};
  if (!version.origin.seen.empty()) entry.set("seen", version.origin.seen);
  return entry;
}

}  // namespace mlops::dataset
