#include <mlops/dataset/open_file.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>

#include <algorithm>
#include <utility>

#include <mlops/dataset/cells.hpp>
#include "src/csv.hpp"
#include "src/engine.hpp"
#include "src/sql_types.hpp"
#include "src/structured.hpp"

namespace mlops::dataset {
namespace {

/// No row may be bad.
Limit none_allowed() { return {.text = "0", .share = -1, .count = 0}; }

std::string reason_of(const BadRow& row, bool masked) {
  if (!masked) return row.reason;
  if (!row.column.empty()) return std::string(masked_reason);
  return row.reason.starts_with("not valid JSON") ? "not valid JSON" : row.reason;
}

[[noreturn]] void refuse_rows(std::uint64_t bad, std::uint64_t good, std::vector<BadRow> rows, bool masked) {
  std::sort(rows.begin(), rows.end(), [](const BadRow& a, const BadRow& b) { return a.line < b.line; });
  std::string detail;
  for (std::size_t i = 0; i < rows.size() && i < 5; ++i) {
    const std::string place =
        rows[i].line == 0 ? rows[i].file : fmt::format("{}:{}", rows[i].file, rows[i].line);
    detail += fmt::format("  {}: {}{}\n", place, rows[i].column.empty() ? "" : rows[i].column + ": ",
                          reason_of(rows[i], masked));
  }
  throw error(Code::corrupt, "{} of {} cannot be read, and none may be left out", count_text(bad),
              count_of(good + bad, "row"))
      .with_id("data.bad_rows")
      .with_detail(detail)
      .with_hint("mend these lines, or take them out");
}

}  // namespace

struct OpenFile::Impl {
  Impl(const OpenPlace& at, const OpenRequest& wanted)
      : place(at), request(wanted), folder(at.scratch), objects(folder.path()), raw(objects) {}

  void read() {
    stage();
    try {
      decide();
      load();
      opened.reset();  // what it keeps in memory of the input is not wanted again
      describe();
    } catch (const Error& e) {
      throw_named(e, staged);
    }
  }

  void stage() {
    if (request.file != "-") take_pipe();
    const bool piped = request.file == "-";
    const std::filesystem::path file = piped ? request.file : std::filesystem::absolute(request.file);
    const auto inputs =
        piped ? find_inputs({"-"}, {}) : find_inputs({file.filename().string()}, file.parent_path());
    wishes.format = request.format;
    if (request.format == "tsv") wishes.delimiter = "\t";
    Staging staging(objects, raw, place.engines, place.progress, place.cancel);
    staged = staging.take(inputs, request.input);
    staging.open(staged, wishes);
    format = format_name(staged.format);
  }

  /// A named pipe or a device is read as standard input is.
  void take_pipe() {
    std::error_code ignored;
    const auto status = std::filesystem::status(request.file, ignored);
    if (!std::filesystem::is_fifo(status) && !std::filesystem::is_character_file(status)) return;
    const auto pipe = std::make_shared<fs::File>(request.file);
    request.input = [pipe](void* buffer, std::size_t size) { return pipe->read(buffer, size); };
    request.file = "-";
  }

  table::Engine& engine() {
    if (opened) return *opened;
    Resources resources = place.resources;
    if (staged.format == Format::csv && sniffed.columns.size() <= 500)
      resources.memory_bytes =
          std::min(resources.memory_bytes == 0 ? csv_memory_bytes : resources.memory_bytes, csv_memory_bytes);
    opened = open_engine(objects, place.engines, resources, place.cancel);
    return *opened;
  }

  /// The wished types of the columns that are there.
  template <typename Names>
  void wish_types(const Names& columns) {
    for (const auto& column : columns) {
      const auto wish = request.types.find(column.name);
      if (wish != request.types.end()) wishes.types.insert(*wish);
    }
  }

  /// The texts that are no value in columns of numbers, dates and flags. Where nobody chose them, those that
  /// the other data happened to have are not all that mean it.
  static json::Value typed_nulls_like(const json::Object& other) {
    const json::Value read(other);
    json::Array nulls =
        read["typed_null"].as_array() != nullptr ? *read["typed_null"].as_array() : json::Array();
    if (!read["declared"]["null"].is_null()) return nulls;
    for (const std::string& text : customary_nulls()) {
      const json::Value one(text);
      if (std::find(nulls.begin(), nulls.end(), one) == nulls.end()) nulls.push_back(one);
    }
    return nulls;
  }

  /// What holds of other data's reading: not the dialect, which is this file's own, nor the decimal mark of
  /// another dialect.
  std::optional<json::Object> pins_like(const json::Object& other) const {
    const json::Value* format_then = other.find("format");
    if (format_then == nullptr || format_then->text_or("") != "csv") return std::nullopt;
    json::Object read = {{"format", "csv"}, {"trim", sniffed.trim}};
    for (const char* key : {"null", "keep_null", "decimal"}) {
      if (const json::Value* value = other.find(key)) read.set(key, *value);
    }
    read.set("typed_null", typed_nulls_like(other));
    const json::Value* delimiter = other.find("delimiter");
    if (delimiter == nullptr || delimiter->text_or("") != std::string(1, sniffed.dialect.delimiter)) {
      read.set("decimal", std::string(1, sniffed.notation.decimal));
    }
    const json::Value* dates = other.find("dates");
    const bool own_dates = dates == nullptr || dates->text_or("").empty();
    read.set("dates", own_dates ? json::Value(sniffed.notation.date_format) : *dates);
    json::Object columns;
    for (const auto& [name, type] : request.dates) {
      if (!own_dates) columns.set(name, type);
    }
    return json::Object{{"read", std::move(read)}, {"columns", std::move(columns)}};
  }

  /// Columns that are numbers or flags beside the customary null texts stay so.
  void take_numbers_of(const Sniffed& alone) {
    for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
      SniffedColumn& column = sniffed.columns[i];
      const std::string& type = alone.columns[i].type;
      if (column.given || !is_text(column.type)) continue;
      if (type == "BIGINT" || type == "DOUBLE" || type == "BOOLEAN") column.type = type;
    }
  }

  void decide() {
    place.progress.phase(fmt::format("looking at {}", staged.files.front().name), 0, Unit::rows);
    if (staged.format == Format::csv) {
      sniffed = decide_csv(objects, staged, wishes, std::nullopt);
      wish_types(sniffed.columns);
      const auto pins = pins_like(request.read);
      if (pins || !wishes.types.empty()) {
        const Sniffed alone = std::exchange(sniffed, decide_csv(objects, staged, wishes, pins));
        take_numbers_of(alone);
      }
      return;
    }
    plan = plan_structured(engine(), objects, staged, wishes, std::nullopt);
    if (staged.format == Format::parquet) return;  // its types are no guesses
    std::vector<Column> columns;
    for (const ColumnPlan& column : plan.columns) columns.push_back(column.column);
    wish_types(columns);
    apply_wishes(plan, wishes);
  }

  void load() {
    place.progress.phase(fmt::format("reading {}", staged.files.front().name), 0, Unit::rows);
    loaded = staged.format == Format::csv
                 ? load_csv(engine(), objects, staged, sniffed, none_allowed())
                 : load_structured(engine(), objects, staged, std::move(plan), none_allowed());
    rows = count_rows(engine(), loaded->data.path());
    if (loaded->bad > 0) refuse_rows(loaded->bad, rows, std::move(loaded->bad_rows), !request.pii.empty());
  }

  void describe() {
    engine().stream(fmt::format("SELECT * FROM {} LIMIT 0", relation()), [&](const Columns& batch) {
      fields = batch.fields();
      return false;
    });
  }

  std::string relation() const {
    return fmt::format("read_parquet({})", table::literal(loaded->data.path().string()));
  }

  OpenPlace place;
  OpenRequest request;
  fs::TemporaryFolder folder;
  store::Objects objects;
  store::Objects::Batch raw;
  manifest::ReadOptions wishes;
  Staged staged;
  std::unique_ptr<table::Engine> opened;
  Sniffed sniffed;
  Plan plan;
  std::optional<LoadedTable> loaded;
  std::string format;
  std::uint64_t rows = 0;
  std::vector<Field> fields;
};

OpenFile::OpenFile(const OpenPlace& place, const OpenRequest& request)
    : impl_(std::make_unique<Impl>(place, request)) {
  impl_->read();
}
OpenFile::~OpenFile() = default;

const std::string& OpenFile::format() const { return impl_->format; }
std::uint64_t OpenFile::rows() const { return impl_->rows; }
const std::vector<Field>& OpenFile::fields() const { return impl_->fields; }

const std::filesystem::path& OpenFile::parquet() const { return impl_->loaded->data.path(); }

void OpenFile::each(const std::function<bool(const Columns& batch)>& take) {
  impl_->engine().stream("SELECT * FROM " + impl_->relation(), take);
}

void OpenFile::write_parquet(const Beside& beside, bool with_rows, const std::filesystem::path& out) {
  std::string types;
  for (const auto& [name, type] : beside.columns) {
    types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", table::literal(name), table::literal(type));
  }
  const std::string more = fmt::format(
      "read_csv({}, auto_detect=false, columns={{{}}}, header=false, delim=',', quote='\"', escape='\"', "
      "nullstr='')",
      table::literal(beside.csv.string()), types);
  // Both sides are read in their order, row by row.
  const std::string from = with_rows ? fmt::format("{} POSITIONAL JOIN {}", impl_->relation(), more) : more;
  impl_->engine().execute(fmt::format("COPY (SELECT * FROM {}) TO {} (FORMAT parquet, COMPRESSION zstd)",
                                      from, table::literal(out.string())));
}

std::filesystem::path scratch_beside(store::Objects& objects) { return scratch_path(objects, "-open"); }

json::Value json_value(const mlops::Column& column, std::size_t row) { return cell(column, row); }

}  // namespace mlops::dataset
