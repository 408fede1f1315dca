#include "src/csv_faults.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <fstream>
#include <map>

#include <mlops/dataset/cells.hpp>
#include "src/csv.hpp"
#include "src/record_walker.hpp"

namespace mlops::dataset {
namespace {

/// A row that the engine cut wrongly: where it starts, and why.
struct Reject {
  std::uint64_t offset = 0;  ///< In bytes; it may point at the line ends in front of the row.
  std::string type;
};

/// A row that was cut well but holds values that do not fit, by its number among the rows that were cut well.
struct Misfit {
  std::string column;
  std::string reason;
};

struct Faults {
  std::vector<Reject> rejects;              ///< In the order of the file.
  std::map<std::uint64_t, Misfit> misfits;  ///< By number, from 1.
};

std::string text_at(std::ifstream& in, const Place& place) {
  constexpr std::uint64_t most = 16 << 20;
  std::string text(std::min(place.end - place.begin, most), '\0');
  in.clear();
  in.seekg(static_cast<std::streamoff>(place.begin));
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// `text` with what is not UTF-8 replaced by U+FFFD.
std::string readable(const std::string& text) {
  if (is_utf8(text)) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 4;
    while (length > 0 && !is_utf8(std::string_view(text).substr(at, length))) --length;
    out += length > 0 ? text.substr(at, length) : "\xEF\xBF\xBD";
    at += std::max<std::size_t>(1, length);
  }
  return out;
}

std::string reject_reason(const std::string& type, const std::string& raw, const Sniffed& sniffed) {
  if (type == "MISSING COLUMNS" || type == "TOO MANY COLUMNS") {
    if (raw.empty()) return fmt::format("not {}", count_of(sniffed.columns.size(), "field"));
    const auto records = split_records(raw, sniffed.dialect, true, 1);
    const std::size_t seen = records.empty() ? 0 : records[0].fields.size();
    return fmt::format("{} where {} are wanted", count_of(seen, "field"), sniffed.columns.size());
  }
  if (type == "UNQUOTED VALUE") return "a quote is not closed, or text follows a closing one";
  if (type == "INVALID ENCODING") return "it is not UTF-8";
  if (type == "LINE SIZE OVER MAXIMUM") return "it is too long";
  return "it cannot be cut into fields";
}

/// The value as one line of a message.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 60;
  std::size_t end = std::min(text.size(), most);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string out;
  for (const char c : text.substr(0, end)) {
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return end < text.size() ? out + "..." : out;
}

/// One file, read once more.
class FileFaults {
 public:
  FileFaults(table::Engine& engine, const Staged& staged, std::size_t file, const Sniffed& sniffed,
             const Plan& plan)
      : engine_(engine), file_(staged.files[file]), sniffed_(sniffed), plan_(plan) {}

  void collect(const std::string& relation, std::size_t most, std::vector<BadRow>& rows) {
    engine_.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans");
    find_misfits(relation, most);
    find_rejects();
    locate(most, rows);
  }

 private:
  void find_misfits(const std::string& relation, std::size_t most) {
    std::string outer = "r";
    std::string any;
    std::vector<std::size_t> tested;
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
      const std::string& misfit = plan_.columns[i].misfit;
      outer += ", " + aliases(i).source;
      if (misfit.empty()) continue;
      outer += fmt::format(", ({}) AS b{}", misfit, i);
      any += (any.empty() ? "(" : " OR (") + misfit + ")";
      tested.push_back(i);
    }
    // Every column is asked for, and every row read: the engine's rejects are complete only then.
    const std::string sql =
        fmt::format("SELECT {} FROM (SELECT row_number() OVER () AS r, {} FROM {}) WHERE {}", outer,
                    aliased_columns(plan_), relation, any.empty() ? "r < 0" : any);
    engine_.stream(sql, [&](const Columns& batch) {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        if (faults_.misfits.size() < most) add_misfit(batch, row, tested);
      }
      return true;
    });
  }

  void add_misfit(const Columns& batch, std::size_t row, const std::vector<std::size_t>& tested) {
    Misfit misfit;
    for (const std::size_t i : tested) {
      const auto flag = batch.column(*batch.find(fmt::format("b{}", i)));
      if (!flag.valid(row) || !flag.boolean(row)) continue;
      const std::string& name = plan_.columns[i].column.name;
      const auto value = batch.column(*batch.find(fmt::format("s{}", i)));
      const std::string why =
          fmt::format("'{}' is no {}", shortened(value.text(row)), plan_.columns[i].column.type);
      misfit.reason += misfit.reason.empty() ? why : fmt::format("; {}: {}", name, why);
      if (misfit.column.empty()) misfit.column = name;
    }
    const auto number = static_cast<std::uint64_t>(cell(batch.column(0), row).int_or(0));
    faults_.misfits.emplace(number, std::move(misfit));
  }

  void find_rejects() {
    const Columns found = engine_.query(
        "SELECT line_byte_position, min(error_type::VARCHAR) FROM reject_errors GROUP BY 1 ORDER BY 1");
    for (std::size_t row = 0; row < found.rows(); ++row) {
      const auto position = static_cast<std::uint64_t>(cell(found.column(0), row).int_or(1));
      faults_.rejects.push_back({position == 0 ? 0 : position - 1, std::string(found.column(1).text(row))});
    }
  }

  /// Walks the records of the file: a record is a reject when the next reject's offset is reached, else it is
  /// counted, and a misfit when its number is one.
  void locate(std::size_t most, std::vector<BadRow>& rows) {
    RecordWalker walker(file_.path, sniffed_.dialect);
    std::ifstream in(file_.path, std::ios::binary);
    Place place;
    if (sniffed_.dialect.header) {
      while (walker.next(place) && place.begin == place.end) {
      }
    }
    std::uint64_t number = 0;
    auto reject = faults_.rejects.begin();
    auto misfit = faults_.misfits.begin();
    while ((reject != faults_.rejects.end() || misfit != faults_.misfits.end()) && walker.next(place)) {
      if (place.begin == place.end && sniffed_.columns.size() > 1) continue;
      const bool rejected = reject != faults_.rejects.end() && reject->offset <= place.begin;
      if (!rejected) ++number;
      if (rejected) {
        const std::string raw = text_at(in, place);
        rows.push_back({.file = file_.name,
                        .line = place.line,
                        .column = "",
                        .reason = reject_reason(reject->type, raw, sniffed_),
                        .raw = readable(raw)});
        // One fault may be told at several offsets inside of the record.
        while (reject != faults_.rejects.end() && reject->offset < std::max(place.end, place.begin + 1))
          ++reject;
      } else if (misfit != faults_.misfits.end() && misfit->first == number) {
        rows.push_back({.file = file_.name,
                        .line = place.line,
                        .column = misfit->second.column,
                        .reason = misfit->second.reason,
                        .raw = readable(text_at(in, place))});
        ++misfit;
      }
      if (rows.size() >= most) return;
    }
    // What was not met on the way is kept all the same, without its line.
    for (; reject != faults_.rejects.end() && rows.size() < most; ++reject) {
      rows.push_back({.file = file_.name, .reason = reject_reason(reject->type, "", sniffed_)});
    }
    for (; misfit != faults_.misfits.end() && rows.size() < most; ++misfit) {
      rows.push_back({.file = file_.name, .column = misfit->second.column, .reason = misfit->second.reason});
    }
  }

  table::Engine& engine_;
  const StagedFile& file_;
  const Sniffed& sniffed_;
  const Plan& plan_;
  Faults faults_;
};

}  // namespace

std::vector<BadRow> find_bad_rows(table::Engine& engine, const Staged& staged, const Sniffed& sniffed,
                                  const Plan& plan, std::size_t most) {
  std::vector<BadRow> rows;
  for (std::size_t file = 0; file < staged.files.size() && rows.size() < most; ++file) {
    const StagedFile& staged_file = staged.files[file];
    Staged alone{.format = staged.format, .files = {}, .raw = {}, .raw_bytes = 0};
    alone.files.push_back({.name = staged_file.name,
                           .path = staged_file.path,
                           .made = {},
                           .longest_line = staged_file.longest_line});
    FileFaults(engine, staged, file, sniffed, plan).collect(plan_csv(alone, sniffed).relation, most, rows);
  }
  return rows;
}

}  // namespace mlops::dataset
