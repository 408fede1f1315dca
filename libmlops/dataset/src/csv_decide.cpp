/// The decisions on how to read delimited text: from samples, wishes and pins.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <set>

#include "src/csv.hpp"
#include "src/record_walker.hpp"
#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

constexpr std::size_t head_bytes = 1 << 20;
constexpr std::size_t stretch_bytes = 64 * 1024;
constexpr std::uint64_t stretches = 16;

std::string read_at(std::ifstream& in, std::uint64_t offset, std::size_t size) {
  std::string text(size, '\0');
  in.clear();
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// Stretches spread over the rest of a large file, without their first and last, cut lines.
std::vector<std::string> further_stretches(const StagedFile& file) {
  std::vector<std::string> out;
  if (file.size < head_bytes + 4 * stretch_bytes) return out;
  std::ifstream in(file.path, std::ios::binary);
  const std::uint64_t rest = file.size - head_bytes - stretch_bytes;
  const std::uint64_t count = std::min<std::uint64_t>(stretches, rest / stretch_bytes);
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::string text = read_at(in, head_bytes + rest * i / count, stretch_bytes);
    const std::size_t first = text.find('\n');
    const std::size_t last = text.rfind('\n');
    if (first != std::string::npos && last > first) out.push_back(text.substr(first + 1, last - first));
  }
  return out;
}

/// What was pinned, as wishes; what is wished for now wins.
manifest::ReadOptions with_pins(const manifest::ReadOptions& wishes, const json::Value& pinned) {
  manifest::ReadOptions out = wishes;
  const json::Value& read = pinned["read"];
  const auto text = [&read](std::optional<std::string>& wish, std::string_view key) {
    if (!wish && read[key].as_string() != nullptr) wish = *read[key].as_string();
  };
  text(out.delimiter, "delimiter");
  text(out.quote, "quote");
  text(out.decimal, "decimal");
  if (!out.header && read["header"].as_bool() != nullptr) out.header = *read["header"].as_bool();
  if (!out.null && read["null"].as_array() != nullptr) out.null = texts_in(read["null"]);
  return out;
}

/// Takes over what was pinned beyond wishes, and throws when the columns are not the pinned ones.
void apply_pins(Sniffed& sniffed, const manifest::ReadOptions& wishes, const json::Value& pinned) {
  const json::Value& read = pinned["read"];
  if (read["format"].text_or("") != "csv") return;
  if (!wishes.delimiter && !wishes.quote && read["escape"].as_string() != nullptr) {
    const std::string& escape = *read["escape"].as_string();
    sniffed.dialect.escape = escape.empty() ? '\0' : escape[0];
  }
  sniffed.notation.date_format = read["dates"].text_or("");
  sniffed.trim = read["trim"].bool_or(false);
  if (!wishes.null) sniffed.typed_nulls = texts_in(read["typed_null"]);
  const auto listed = texts_in(read["keep_null"]);
  const std::set<std::string_view> keeping(listed.begin(), listed.end());
  const auto types = texts_by_name(pinned["columns"]);
  for (SniffedColumn& column : sniffed.columns) {
    const auto type = types.find(column.name);
    if (type != types.end() && !column.given) {
      column.type = scalar_type(*type->second, column.name);
      column.given = true;
      column.open = false;
      column.note.clear();
    }
    column.keeps_null_texts = keeping.contains(column.name);
  }
}

void require_same_columns(const Sniffed& first, const Sniffed& other, const StagedFile& a,
                          const StagedFile& b) {
  const auto names = [](const Sniffed& sniffed) {
    std::vector<std::string> out;
    for (const SniffedColumn& column : sniffed.columns) out.push_back(lowered(column.name));
    return out;
  };
  if (names(first) == names(other)) return;
  std::string detail;
  for (const auto* side : {&first, &other}) {
    detail += fmt::format("  {}:", side == &first ? a.name : b.name);
    for (const SniffedColumn& column : side->columns) detail += " " + column.name;
    detail += "\n";
  }
  throw error(Code::conflict, "'{}' does not have the columns of '{}'", b.name, a.name)
      .with_detail(detail)
      .with_hint("files that are read as one table need the same columns in the same order");
}

/// The engine cuts a file wrongly whose lines do not all end alike, be it inside of quotes: outside of them
/// all ends become "\n".
void even_line_ends(store::Objects& objects, StagedFile& file, const Dialect& dialect) {
  TemporaryFile even(objects.temporary_path());
  std::ofstream out(even.path(), std::ios::binary);
  std::ifstream in(file.path, std::ios::binary);
  RecordWalker walker(file.path, dialect);
  std::string record;
  std::uint64_t at = 0;
  for (Place place; walker.next(place);) {
    in.ignore(static_cast<std::streamsize>(place.begin - at));
    record.resize(place.end - place.begin);
    in.read(record.data(), static_cast<std::streamsize>(record.size()));
    out << record << '\n';
    at = place.end;
  }
  out.close();
  if (!out) throw system_error(errno, fmt::format("cannot write '{}'", even.path().string()));
  file.path = even.path();
  file.size = std::filesystem::file_size(file.path);
  file.mixes_line_ends = false;
  file.made.push_back(std::move(even));
}

}  // namespace

std::unordered_map<std::string_view, const std::string*> texts_by_name(const json::Value& object) {
  std::unordered_map<std::string_view, const std::string*> out;
  if (const json::Object* members = object.as_object()) {
    for (const auto& [name, value] : *members) {
      if (value.as_string() != nullptr) out.emplace(name, value.as_string());
    }
  }
  return out;
}

std::vector<std::string> texts_in(const json::Value& list) {
  std::vector<std::string> out;
  if (const json::Array* items = list.as_array()) {
    for (const json::Value& item : *items) out.push_back(item.text_or(""));
  }
  return out;
}

Sniffed decide_csv(store::Objects& objects, Staged& staged, const manifest::ReadOptions& wishes,
                   const std::optional<json::Object>& pinned) {
  const json::Value pins = pinned ? json::Value(*pinned) : json::Value();
  manifest::ReadOptions how = with_pins(wishes, pins);
  const auto look = [](const StagedFile& file, const manifest::ReadOptions& options,
                       const std::vector<std::string>& rest) {
    try {
      return sniff(read_head(file.path, head_bytes), file.size <= head_bytes, options, rest);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      throw error(Code::corrupt, "'{}' has no record: {}", file.name, e.message());
    }
  };
  for (StagedFile& file : staged.files) {
    if (file.mixes_line_ends) even_line_ends(objects, file, look(file, how, {}).dialect);
  }
  std::vector<std::string> more = further_stretches(staged.files.front());
  Sniffed first = look(staged.files.front(), how, more);
  if (staged.files.size() > 1) {
    manifest::ReadOptions same = how;
    same.delimiter = character_text(first.dialect.delimiter);
    same.quote = character_text(first.dialect.quote);
    same.header = first.dialect.header;
    for (std::size_t i = 1; i < staged.files.size(); ++i) {
      const StagedFile& file = staged.files[i];
      require_same_columns(first, look(file, same, {}), staged.files.front(), file);
      std::string text = read_head(file.path, stretch_bytes);
      const std::size_t body = first.dialect.header ? text.find('\n') + 1 : 0;
      const std::size_t last = text.rfind('\n');
      if (last != std::string::npos && last >= body) more.push_back(text.substr(body, last + 1 - body));
    }
    first = look(staged.files.front(), same, more);
  }
  apply_pins(first, wishes, pins);
  return first;
}

void refuse_ragged(const Staged& staged, const Sniffed& sniffed, const Limit& limit) {
  const std::uint64_t bad = sniffed.ragged.size();
  if (bad <= 100 || limit.allows(bad / 2, sniffed.rows)) return;
  std::vector<BadRow> first;
  for (std::size_t i = 0; i < 5; ++i) {
    first.push_back({.file = staged.files.front().name,
                     .line = sniffed.ragged[i],
                     .column = "",
                     .reason = fmt::format("not {}", count_of(sniffed.columns.size(), "field")),
                     .raw = ""});
  }
  enforce(limit, bad, sniffed.rows, first);
}

}  // namespace mlops::dataset
