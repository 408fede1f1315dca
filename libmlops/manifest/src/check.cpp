/// What values may be, whether they come from the file or from a command line.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mlops::manifest {
namespace {

using Problems = std::vector<Problem>;
using Words = std::vector<std::string>;

void check_word(Problems& out, std::string_view key, const std::optional<std::string>& word,
                const Words& words) {
  if (word) check_word(out, key, *word, words);
}

/// "s3" of "s3://lake/x"; empty when `path` is no URL.
std::string_view scheme(std::string_view path) {
  const std::size_t colon = path.find("://");
  if (colon == 0 || colon == std::string_view::npos) return {};
  const std::string_view name = path.substr(0, colon);
  const bool good = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '.' || c == '-';
  });
  return good ? name : std::string_view{};
}

void check_paths(Problems& out, const std::vector<std::string>& paths) {
  if (paths.empty())
    out.push_back({"from", 0, "'from' names no file", "write a path, a folder or a pattern"});
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!is_utf8(paths[i])) {
      out.push_back({"from", i, "a path that is not UTF-8", "rename the file"});
    } else if (paths[i].empty()) {
      out.push_back({"from", i, "an empty path", "write a path, a folder or a pattern"});
    } else if (const auto name = scheme(paths[i]); name == "file") {
      out.push_back({"from", i, fmt::format("'{}' is a URL", paths[i]), "write the path without `file://`"});
    } else if (!name.empty()) {
      out.push_back({"from", i,
                     fmt::format("cannot read '{}': this version reads files, not `{}://`", paths[i], name),
                     "copy the data into a file and name where it came from in `url:`"});
    } else if (std::find(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(i), paths[i]) !=
               paths.begin() + static_cast<std::ptrdiff_t>(i)) {
      out.push_back({"from", i, fmt::format("'{}' stands in the list twice", paths[i]), ""});
    }
  }
}

bool is_tab(std::string_view text) { return text == "tab" || text == "\\t" || text == "\t"; }

/// One byte that can separate or enclose values.
bool is_byte(std::string_view text) {
  return text.size() == 1 && static_cast<unsigned char>(text[0]) >= 0x20 &&
         static_cast<unsigned char>(text[0]) < 0x7F;
}

void check_bytes(Problems& out, const ReadOptions& read) {
  if (read.delimiter && !is_tab(*read.delimiter) && !is_byte(*read.delimiter)) {
    out.push_back({"delimiter", 0,
                   fmt::format("'delimiter' is '{}', one ASCII character is wanted", *read.delimiter),
                   "write `tab` for a tab"});
  }
  if (read.quote && !read.quote->empty() && !is_byte(*read.quote)) {
    out.push_back({"quote", 0, fmt::format("'quote' is '{}', one ASCII character is wanted", *read.quote),
                   "write '' for none"});
  }
  const std::string_view delimiter = read.delimiter ? *read.delimiter : std::string_view();
  if (!delimiter.empty() && read.quote == read.delimiter) {
    out.push_back({"quote", 0, fmt::format("'quote' and 'delimiter' are both '{}'", delimiter), ""});
  }
  if (!delimiter.empty() && read.decimal == read.delimiter) {
    out.push_back({"decimal", 0, fmt::format("'decimal' and 'delimiter' are both '{}'", delimiter), ""});
  }
  if (read.format == "tsv" && read.delimiter && !is_tab(delimiter)) {
    out.push_back({"delimiter", 0,
                   fmt::format("'delimiter' is '{}', the values of tsv are separated by tabs", delimiter),
                   "write `format: csv`"});
  }
}

/// "100" or "1%", "0.5%".
bool is_quarantine(std::string_view text) {
  const bool share = text.ends_with('%');
  if (share) text.remove_suffix(1);
  double value = 0;
  const auto [end, fault] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (fault != std::errc() || end != text.data() + text.size() || !(value >= 0)) return false;
  if (share) return value <= 100;
  return text.size() <= 18 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_read(Problems& out, const ReadOptions& read) {
  check_word(out, "format", read.format, {"csv", "tsv", "json", "jsonl", "parquet"});
  check_word(out, "encoding", read.encoding, {"utf-8", "utf-16le", "utf-16be", "latin-1"});
  check_word(out, "decimal", read.decimal, {".", ","});
  check_bytes(out, read);
  if (read.null && !std::all_of(read.null->begin(), read.null->end(), is_utf8)) {
    out.push_back({"null", 0, "a text in 'null' that is not UTF-8",
                   "name the file's `encoding`, and the text in UTF-8"});
  }
  for (const auto& [column, type] : read.types) {
    if (!type.empty()) continue;
    out.push_back({"types", 0, fmt::format("the type of '{}' is empty", column),
                   "write an SQL type, such as `VARCHAR`"});
  }
  if (read.quarantine && !is_quarantine(*read.quarantine)) {
    out.push_back({"quarantine", 0,
                   fmt::format("'quarantine' is '{}', a count or a share is wanted", *read.quarantine),
                   "write `100` or `1%`"});
  }
}

void check_split(Problems& out, const TableSpec& table) {
  const SplitSpec& split = table.split;
  if (split.test && split.valid && *split.test + *split.valid >= 1) {
    out.push_back(
        {"valid", 0, "'test' and 'valid' leave no rows to train on", "both together are less than 100%"});
  }
  const bool decides = split.test || split.valid || split.seed || !split.group.empty() || !table.time.empty();
  if (!split.part.empty() && decides) {
    out.push_back({"part", 0, fmt::format("the column '{}' says the parts: nothing else can", split.part),
                   "remove `time`, `test`, `valid`, `seed` and `group`, or `part`"});
  }
  for (const auto& [key, column] :
       {std::pair{"time", table.time}, {"group", split.group}, {"part", split.part}}) {
    if (column.empty() || column != table.label) continue;
    out.push_back({key, 0, fmt::format("'{}' is the label", column), "the label cannot split the rows"});
  }
}

}  // namespace

void check_word(Problems& out, std::string_view key, const std::string& word, const Words& words) {
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  const Words near = near_misses(word, words);
  out.push_back({key, 0, fmt::format("'{}' cannot be '{}'", key, word),
                 near.empty() ? "it is one of " + one_of(words) : "similar value exists: " + one_of(near)});
}

void check_columns(Problems& out, std::string_view key, const std::vector<std::string>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty())
      out.push_back({key, i, fmt::format("an empty name of a column in '{}'", key), ""});
  }
}

std::vector<Problem> problems(const TableSpec& table) {
  Problems out;
  if (auto problem = problem_of_name(table.name)) out.push_back(*std::move(problem));
  if (!table.task.empty()) check_word(out, "task", table.task, {"binary", "multiclass", "regression"});
  check_columns(out, "outcome", table.outcome);
  check_split(out, table);
  return out;
}

std::vector<Problem> problems(const SourceSpec& source) {
  Problems out = problems(static_cast<const TableSpec&>(source));
  check_paths(out, source.from);
  if (!source.kind.empty()) {
    check_word(out, "kind", source.kind, {"user-input", "system", "behaviour", "internal", "third-party"});
  }
  check_columns(out, "pii", source.pii);
  check_columns(out, "blobs", source.blobs);
  check_read(out, source.read);
  return out;
}

void normalise(ReadOptions& options) {
  if (options.delimiter && is_tab(*options.delimiter)) options.delimiter = "\t";
}

SourceSpec checked(SourceSpec source) {
  const std::vector<Problem> found = problems(source);
  if (!found.empty()) throw error(Code::usage, "{}", found[0].message).with_hint("{}", found[0].hint);
  normalise(source.read);
  return source;
}

}  // namespace mlops::manifest
