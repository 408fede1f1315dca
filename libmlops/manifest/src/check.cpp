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

bool is_web(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

/// What a project file says is committed and shown: a password in it is none any more.
void check_web(Problems& out, std::size_t i, std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::string_view authority = url.substr(begin, end - begin);
  const std::size_t at = authority.rfind('@');
  const std::string_view host = authority.substr(at == std::string_view::npos ? 0 : at + 1);
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (at != std::string_view::npos) {
    out.push_back({"from", i, fmt::format("a URL for '{}' with a name or a password in it", host),
                   fmt::format("put them into ~/.netrc: `machine {} login NAME password SECRET`", host)});
  } else if (host.empty() || std::any_of(url.begin(), url.end(), odd)) {
    out.push_back(
        {"from", i, fmt::format("'{}' is not a URL that can be fetched", url), "a space is written `%20`"});
  }
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
    } else if (is_web(name)) {
      check_web(out, i, paths[i]);
    } else if (name == "sqlite") {
      if (paths.size() > 1)
        out.push_back({"from", i, fmt::format("'{}' stands beside others", paths[i]),
                       "make a source of its own of it, and join them with SQL"});
    } else if (!name.empty()) {
      out.push_back({"from", i, fmt::format("cannot read '{}': `{}://` is not known", paths[i], name),
                     "files, `https://`, `http://` and `sqlite://` are read; copy other data into a file and "
                     "name where it came from in `url:`"});
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

/// query, cursor, transform and raw, which depend on each other and on where data come from.
void check_way_in(Problems& out, const SourceSpec& source) {
  const bool table = !source.from.empty() && scheme(source.from[0]) == "sqlite";
  if (!source.query.empty() && !table) {
    out.push_back(
        {"query", 0, "'query' asks a database, and 'from' is none", "SQL over what was read is `transform`"});
  }
  if (!source.cursor.empty() && !table) {
    out.push_back({"cursor", 0, "'cursor' is a column of a database, and 'from' is none",
                   "files and URLs are only read again when they changed"});
  }
  if (!source.raw.empty()) check_word(out, "raw", source.raw, {"keep", "drop"});
  if (source.raw != "drop") return;
  if (source.transform.empty()) {
    out.push_back({"raw", 0, "'raw: drop' keeps only what 'transform' makes, and there is none",
                   "add `transform: SELECT ... FROM " + source.name + "`"});
  }
  if (!source.cursor.empty()) {
    out.push_back({"raw", 0, "'cursor' adds to what came before, which 'raw: drop' does not keep",
                   "remove one of them"});
  }
}

void check_split(Problems& out, const TableSpec& table) {
  const SplitSpec& split = table.split;
  if (split.test && split.valid && *split.test + *split.valid >= 1) {
    out.push_back(
        {"valid", 0, "'test' and 'valid' leave no rows to train on", "both together are less than 100%"});
  }
  const bool by_length = split.test_last_us || split.valid_before_us;
  if (by_length && table.time.empty() && split.part.empty()) {
    out.push_back({split.test_last_us ? "test" : "valid", 0, "a length of time needs 'time'",
                   "name the column that has it: `time: day`"});
  }
  const bool decides =
      split.test || split.valid || by_length || split.seed || !split.group.empty() || !table.time.empty();
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
  check_way_in(out, source);
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
