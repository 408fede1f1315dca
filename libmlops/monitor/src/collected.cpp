#include "src/collected.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "src/log_window.hpp"

namespace mlops::monitor {
namespace {

using CellKind = json::Node::Kind;

constexpr std::size_t portion = 1'000'000;
constexpr unsigned permissions = 0600;

bool is_in(const Window& window, Time time) { return window.from <= time && time < window.to; }

double number_in(const json::Node& node) {
  if (node.is(CellKind::number)) return node.number();
  if (node.is(CellKind::integer)) return static_cast<double>(node.integer());
  return std::numeric_limits<double>::quiet_NaN();
}

TableColumn answer(std::string name, std::string type, TableColumn::Form form) {
  TableColumn out;
  out.name = std::move(name);
  out.kind = "answer";
  out.type = std::move(type);
  out.form = form;
  return out;
}

std::vector<TableColumn> answers_of(const predict::Signature& signature) {
  using Form = TableColumn::Form;
  if (signature.task == predict::Task::regression) return {answer("prediction", "DOUBLE", Form::number)};
  // A class is its text, and of an exact number no other.
  const bool exact = signature.label_type.starts_with("DECIMAL");
  std::vector<TableColumn> out = {
      answer("prediction", exact ? "VARCHAR" : signature.label_type, Form::category)};
  if (signature.task == predict::Task::binary) out.push_back(answer("probability", "DOUBLE", Form::number));
  else
    for (const std::string& one : signature.classes)
      out.push_back(answer("probability_" + one, "DOUBLE", Form::number));
  return out;
}

class Collector {
 public:
  Collector(const CollectPlace& place, const WatchRequest& request, const std::optional<Window>& due)
      : place_(place), window_(request.window), due_(due), document_(place.engines) {
    if (due_) out_.answers = std::make_unique<Lined>(place_.scratch / "answers.csv");
  }

  void add(std::string_view text) {
    const auto time = time_of(text);
    if (!time) {
      ++out_.torn;
      return;
    }
    if (!is_in(window_, *time) && !(due_ && is_in(*due_, *time))) return;
    const auto line = log_line(document_, text);
    if (line) add(*line);
    else ++out_.torn;
  }

  void torn(std::uint64_t lines) { out_.torn += lines; }

  Collected finish() {
    for (VersionRows& one : out_.versions) {
      if (one.csv) one.csv->close();
    }
    if (out_.answers) out_.answers->close();
    return std::move(out_);
  }

 private:
  void add(const LogLine& line) {
    const std::size_t version = version_of(line);
    const bool inside = is_in(window_, line.time);
    const bool due = due_ && is_in(*due_, line.time);
    if (inside) add_row(line, out_.versions[version]);
    if (due_) add_answer(line, due);
    if (due) add_due(line, version);
    ++n_;
  }

  std::size_t version_of(const LogLine& line) {
    key_.assign(line.model).append(1, ' ').append(line.digest);
    if (const auto found = places_.find(key_); found != places_.end()) return found->second;
    VersionRows rows = {.version = find_watched(place_.store, line.model, line.digest)};
    start(rows, place_.scratch, out_.versions.size());
    out_.versions.push_back(std::move(rows));
    return places_[key_] = out_.versions.size() - 1;
  }

  void add_row(const LogLine& line, VersionRows& to) {
    ++out_.rows;
    if (line.row == 1) ++out_.requests;
    ++to.rows;
    to.last = std::max(to.last, line.time);
    std::string& out = to.csv->buffer();
    predict::spell(static_cast<std::int64_t>(n_), out);
    out += ',';
    append_quoted(line.request, out);
    out += ',';
    predict::spell(line.row, out);
    out += ',';
    predict::spell(line.time.us, out);
    for (TableColumn& column : to.columns) {
      if (column.is_class()) append_class(line, to.version, out);
      else column.append(value_of(line, column), out);
    }
    out += '\n';
    to.csv->written();
  }

  static void append_class(const LogLine& line, const WatchedVersion& version, std::string& out) {
    out += ',';
    if (const auto found = version.class_of(line.prediction))
      append_quoted(version.signature.classes[*found], out);
  }

  static json::Node value_of(const LogLine& line, const TableColumn& column) {
    static const json::Cell nothing = {};
    if (column.kind == "answer") {
      if (column.name == "prediction") return line.prediction;
      if (column.name == "probability") return line.probability;
      constexpr std::string_view prefix = "probability_";
      return line.probabilities.find(std::string_view(column.name).substr(prefix.size()))
          .value_or(json::Node(&nothing));
    }
    const json::Node& all = column.kind == "feature" ? line.features : line.inputs;
    return all.find(column.name).value_or(json::Node(&nothing));
  }

  void add_answer(const LogLine& line, bool due) {
    std::string& out = out_.answers->buffer();
    predict::spell(static_cast<std::int64_t>(n_), out);
    out += ',';
    append_quoted(line.request, out);
    out += ',';
    predict::spell(line.row, out);
    out += due ? ",true\n" : ",false\n";
    out_.answers->written();
  }

  void add_due(const LogLine& line, std::size_t version) {
    VersionRows& rows = out_.versions[version];
    ++rows.due;
    rows.last_due = std::max(rows.last_due, line.time);
    out_.due.push_back({n_, static_cast<std::uint32_t>(version)});
    const predict::Signature& signature = rows.version.signature;
    if (!rows.version.known || signature.task == predict::Task::regression) {
      out_.outputs.push_back(number_in(line.prediction));
    } else if (signature.task == predict::Task::binary) {
      out_.outputs.push_back(number_in(line.probability));
    } else {
      for (const std::string& one : signature.classes) {
        const auto found = line.probabilities.find(one);
        out_.outputs.push_back(found ? number_in(*found) : std::numeric_limits<double>::quiet_NaN());
      }
    }
  }

  const CollectPlace& place_;
  const Window window_;
  const std::optional<Window> due_;
  json::Document document_;
  Collected out_ = {};
  std::map<std::string, std::size_t> places_ = {};
  std::string key_ = {};
  std::uint64_t n_ = 0;
};

const VersionRows* newest_of(const std::vector<VersionRows>& versions, Time VersionRows::*last,
                             std::uint64_t VersionRows::*rows) {
  const VersionRows* out = nullptr;
  for (const VersionRows& one : versions) {
    if (one.*rows > 0 && (out == nullptr || one.*last >= out->*last)) out = &one;
  }
  return out;
}

}  // namespace

Lined::Lined(std::filesystem::path path)
    : path_(std::move(path)), file_(path_, fs::File::Mode::create_new, permissions) {}

void Lined::written() {
  if (buffer_.size() < portion) return;
  file_.write(buffer_);
  buffer_.clear();
}

void Lined::close() {
  file_.write(buffer_);
  buffer_.clear();
}

const VersionRows* Collected::newest() const {
  return newest_of(versions, &VersionRows::last, &VersionRows::rows);
}

const VersionRows* Collected::newest_due() const {
  return newest_of(versions, &VersionRows::last_due, &VersionRows::due);
}

std::vector<TableColumn> columns_of(const WatchedVersion& version) {
  std::vector<TableColumn> out;
  std::set<std::string> taken;
  for (const WatchedInput& input : version.inputs) {
    out.push_back(column_of(input));
    taken.insert(lowered(input.input.name));
  }
  if (!version.known) return out;
  for (TableColumn& column : answers_of(version.signature)) {
    if (taken.insert(lowered(column.name)).second) out.push_back(std::move(column));
  }
  return out;
}

void start(VersionRows& rows, const std::filesystem::path& scratch, std::size_t number) {
  rows.columns = columns_of(rows.version);
  rows.csv = std::make_unique<Lined>(scratch / fmt::format("rows-{}.csv", number));
}

void each_id(const CollectPlace& place, const WatchRequest& request,
             const std::function<bool(std::string_view id)>& take) {
  constexpr std::uint64_t much = 256'000'000;
  json::Document document(place.engines);
  auto files = segments(request.log, request.model);
  std::reverse(files.begin(), files.end());
  std::uint64_t bytes = 0;
  bool goes_on = true;
  for (const Segment& segment : files) {
    if (!goes_on || bytes > much) return;
    read_if_there(segment, [&](std::string_view text) {
      if (!goes_on) return;
      if (const auto line = log_line(document, text)) goes_on = take(line->request);
    });
    bytes += segment.bytes;
    if (place.cancel != nullptr) place.cancel->check();
  }
}

Collected collect(const CollectPlace& place, const WatchRequest& request, const std::optional<Window>& due) {
  Collector collector(place, request, due);
  std::vector<Window> windows = {request.window};
  if (due) windows.push_back(*due);
  std::uint64_t lines = 0;
  for (const Segment& segment : segments_in(request.log, request.model, windows)) {
    const Lines read = read_if_there(segment, [&](std::string_view line) {
      constexpr std::uint64_t between_looks = 4096;
      if (place.cancel != nullptr && ++lines % between_looks == 0) place.cancel->check();
      collector.add(line);
    });
    collector.torn(read.torn);
  }
  return collector.finish();
}

}  // namespace mlops::monitor
