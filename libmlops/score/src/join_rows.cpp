#include <mlops/score/join_rows.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/dataset/write.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/score/sink.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "src/writers.hpp"

namespace mlops::score {
namespace {

namespace stdfs = std::filesystem;

constexpr std::size_t block_bytes = 1 << 20;

std::string written_format(const JoinRequest& request) {
  if (request.output_format) return *request.output_format;
  if (request.output == "-") return "csv";
  if (const auto named = dataset::format_of_name(request.output)) return *named;
  throw error(Code::usage, "the name '{}' does not say what to write", request.output.string())
      .with_hint("end it with .csv, .json, .jsonl or .parquet, or give `--format`");
}

void refuse_own_input(const JoinRequest& request) {
  std::error_code ignored;
  if (request.version || request.input == "-" || request.output == "-") return;
  if (!stdfs::is_regular_file(request.output, ignored)) return;
  if (!stdfs::equivalent(request.input, request.output, ignored)) return;
  throw error(Code::usage, "'{}' is both the input and the output", request.output.string())
      .with_hint("write the training set to another file");
}

/// The column of the rows that is an entity of the view.
const std::string& key_column(const ViewUse& use, const feature::Key& key) {
  const auto other = use.use.key.find(key.entity);
  return other == use.use.key.end() ? key.column : other->second;
}

/// Texts that are keys stay texts in the rows, be they digits: an id such as 007.
std::map<std::string, std::string> key_types(const std::vector<ViewUse>& uses,
                                             const std::vector<feature::View>& views) {
  std::map<std::string, std::string> types;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    for (const feature::Key& key : views[i].key) {
      if (key.kind == feature::KeyKind::text) types.emplace(key_column(uses[i], key), "VARCHAR");
    }
  }
  return types;
}

bool is_moment(const Field& field) {
  return field.type.kind == Kind::date || field.type.kind == Kind::timestamp ||
         field.type.kind == Kind::timestamp_tz;
}

class Joining {
 public:
  Joining(const EnrichPlace& place, const stdfs::path& scratch, const JoinRequest& request,
          Progress& progress)
      : place_(place), scratch_(scratch), request_(request), progress_(progress), folder_(scratch) {}

  JoinReport run() {
    refuse_own_input(request_);
    report_.format = written_format(request_);
    // What cannot be written is told before the work.
    const bool writes = !request_.dry_run && !request_.take;
    const auto sink = writes ? open_sink(request_.output, request_.write_output) : nullptr;
    const auto views = compile_views(place_, request_.uses);
    open_rows(views);
    choose_time();
    const Columns features = joined(views);
    report_.rows = features.rows();
    for (const Field& field : features.fields()) report_.columns.push_back(field.name);
    require_new_names();
    if (!request_.dry_run) write(features, sink.get());
    return std::move(report_);
  }

 private:
  void open_rows(const std::vector<feature::View>& views) {
    if (request_.version) {
      parquet_ = dataset::table_file(place_, *request_.version);
    } else {
      file_.emplace(dataset::OpenPlace{.engines = place_.engines,
                                       .resources = place_.resources,
                                       .scratch = scratch_,
                                       .progress = progress_,
                                       .cancel = place_.cancel},
                    dataset::OpenRequest{.file = request_.input,
                                         .input = request_.read_input,
                                         .format = request_.input_format,
                                         .types = key_types(request_.uses, views)});
      parquet_ = file_->parquet();
    }
    engine_ = table::open(place_.engines,
                          {.threads = place_.resources.threads,
                           .memory_bytes = place_.resources.memory_bytes,
                           .spill_dir = folder_.path()},
                          place_.cancel);
    engine_->stream(fmt::format("SELECT * FROM {} LIMIT 0", rows_relation()), [&](const Columns& batch) {
      fields_ = batch.fields();
      return false;
    });
  }

  std::string rows_relation() const {
    return fmt::format("read_parquet({})", table::literal(parquet_.string()));
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const Field& field : fields_) out.push_back(field.name);
    return out;
  }

  void choose_time() {
    report_.time = request_.time;
    if (!report_.time.empty()) return;
    std::vector<std::string> moments;
    for (const Field& field : fields_) {
      if (is_moment(field)) moments.push_back(field.name);
      if (field.name == request_.usual_time) report_.time = field.name;
    }
    if (!report_.time.empty()) return;
    if (moments.size() == 1) {
      report_.time = moments.front();
      return;
    }
    Error fault = error(Code::usage, "which column says when a row happened is not said");
    if (moments.empty())
      throw std::move(fault).with_hint("no column is a date or a time stamp; they have {}", one_of(names()));
    throw std::move(fault).with_hint("name one of {}: `--time {}`", one_of(moments), moments.front());
  }

  void require_column(const std::string& name, const std::string& what) const {
    const auto known = names();
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    Error fault = error(Code::usage, "the rows have no column '{}', {}", name, what);
    const auto near = near_misses(name, known);
    throw std::move(fault).with_hint(
        "{} {}", near.empty() ? "they have" : "a similar one exists:", one_of(near.empty() ? known : near));
  }

  /// Keys and times alone, which is all that a join looks at.
  Columns looked_at(const std::vector<feature::View>& views) {
    require_column(report_.time, "the time");
    std::set<std::string> wanted = {report_.time};
    for (std::size_t i = 0; i < views.size(); ++i) {
      for (const feature::Key& key : views[i].key) {
        const std::string& column = key_column(request_.uses[i], key);
        require_column(column, fmt::format("the {} of {}", key.entity, prefix_of(request_.uses[i].use)));
        wanted.insert(column);
      }
    }
    std::string list;
    for (const std::string& name : wanted) list += (list.empty() ? "" : ", ") + table::identifier(name);
    std::vector<Columns> batches;
    engine_->stream(fmt::format("SELECT {} FROM {}", list, rows_relation()), [&](const Columns& batch) {
      batches.push_back(batch);
      return true;
    });
    return concatenate(batches);
  }

  Columns joined(const std::vector<feature::View>& views) {
    const Columns rows = looked_at(views);
    progress_.phase("joining", rows.rows(), Unit::rows);
    const Enriched enriched = enrich(place_, rows, report_.time, request_.uses);
    report_.fits =
        request_.train ? feature::fit(enriched.join, *request_.train) : feature::fixed(enriched.join);
    report_.joined = enriched.join.joined;
    return feature::apply(report_.fits, enriched.join.columns);
  }

  /// In any case: readers of the file may not tell two spellings apart.
  void require_new_names() const {
    std::set<std::string> taken;
    for (const Field& field : fields_) taken.insert(lowered(field.name));
    for (const std::string& name : report_.columns) {
      if (taken.insert(lowered(name)).second) continue;
      throw error(Code::usage, "there would be two columns '{}'", name)
          .with_hint("give the view another name: `other=VIEW` makes columns other__COLUMN");
    }
  }

  void write(const Columns& features, Sink* sink) {
    dataset::RowsBeside beside{.csv = folder_.path() / "features.csv", .columns = {}};
    for (const Field& field : features.fields()) beside.columns.emplace_back(field.name, field.sql);
    write_features(features, beside.csv);
    progress_.phase("writing", report_.rows, Unit::rows);
    if (sink == nullptr) return dataset::each_row(*engine_, parquet_, &beside, request_.take);
    const stdfs::path out = folder_.path() / ("set." + report_.format);
    dataset::write_rows(*engine_, parquet_, &beside, report_.format, out);
    copy_into(*sink, out);
    sink->commit();
  }

  void copy_into(Sink& sink, const stdfs::path& from) const {
    fs::File file(from);
    std::string block(block_bytes, '\0');
    for (std::size_t got = file.read(block.data(), block.size()); got > 0;
         got = file.read(block.data(), block.size())) {
      if (place_.cancel != nullptr) place_.cancel->check();
      sink.write({block.data(), got});
    }
  }

  void write_features(const Columns& features, const stdfs::path& csv) {
    const auto sink = open_sink(csv, {});
    std::vector<Column> columns;
    for (std::size_t i = 0; i < features.width(); ++i) columns.push_back(features.column(i));
    std::string text;
    for (std::size_t row = 0; row < features.rows(); ++row) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) text += ',';
        csv_value(columns[i], row, text);
      }
      text += '\n';
      if (text.size() < block_bytes) continue;
      progress_.at(row);
      sink->write(text);
      text.clear();
    }
    sink->write(text);
    sink->commit();
  }

  const EnrichPlace& place_;
  const stdfs::path scratch_;
  const JoinRequest& request_;
  Progress& progress_;
  const fs::TemporaryFolder folder_;
  std::optional<dataset::OpenFile> file_;
  std::unique_ptr<table::Engine> engine_;
  stdfs::path parquet_;
  std::vector<Field> fields_;
  JoinReport report_;
};

}  // namespace

JoinReport join_rows(const EnrichPlace& place, const stdfs::path& scratch, const JoinRequest& request,
                     Progress& progress) {
  return Joining(place, scratch, request, progress).run();
}

}  // namespace mlops::score
