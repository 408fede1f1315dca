/// The grammar of `slices:`: COLUMN [`by` WIDTH], where a column with blanks stands in backticks.
#include "src/internal.hpp"

#include <mlops/manifest/slices.hpp>

#include <charconv>
#include <cmath>

namespace mlops::manifest {
namespace {

constexpr std::string_view by_word = " by ";

/// A number greater than 0, with '_' between its digits.
std::optional<double> parse_width(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '_');
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, value);
  const bool good = fault == std::errc() && stop == end && std::isfinite(value) && value > 0;
  return good ? std::optional(value) : std::nullopt;
}

bool has_blank(std::string_view text) { return text.find_first_of(" \t") != std::string_view::npos; }

/// The column, and what stands behind it; nothing where a backtick has no partner.
std::optional<std::pair<std::string, std::string_view>> quoted(std::string_view text) {
  std::string column;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '`') column += text[i];
    else if (text.substr(i).starts_with("``")) column += text[i++];
    else return std::pair(column, text.substr(i + 1));
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, std::string_view>> column_of(std::string_view text) {
  if (text.starts_with('`')) return quoted(text);
  const std::size_t at = std::min(text.find(' '), text.size());
  return std::pair(std::string(text.substr(0, at)), text.substr(at));
}

/// What was meant by a column with blanks that does not stand in backticks.
SliceSpec without_backticks(std::string_view text) {
  const std::size_t at = text.rfind(by_word);
  const auto by = at == std::string_view::npos ? std::nullopt : parse_width(text.substr(at + by_word.size()));
  return {.column = std::string(by ? text.substr(0, at) : text), .by = by};
}

Problem problem(std::size_t index, std::string message, std::string hint) {
  return {"slices", index, std::move(message), std::move(hint)};
}

/// Blanks belong to the name of the column, or `by` is missing.
std::string hint_for(std::string_view text) {
  std::string column(text);
  std::erase(column, '`');
  return fmt::format(
      "a column with blanks stands in backticks, in quotes: `` '{}' ``; ranges of numbers are `distance by "
      "500`",
      without_backticks(column).text());
}

}  // namespace

std::string SliceSpec::text() const {
  std::string out = column;
  if (has_blank(column) || column.starts_with('`')) {
    out.assign(1, '`');
    for (const char c : column) out += c == '`' ? "``" : std::string(1, c);
    out += '`';
  }
  return by ? fmt::format("{} by {}", out, *by) : out;
}

namespace {

SliceSpec parse_slice(std::string_view text, std::size_t index, std::vector<Problem>& out) {
  const auto found = column_of(text);
  if (!found || found->first.empty()) {
    out.push_back(problem(index, fmt::format("'{}' names no column", text),
                          "write `origin`, or `distance by 500` for ranges of numbers"));
    return {.column = std::string(text)};
  }
  SliceSpec slice{.column = found->first};
  const std::string_view rest = found->second;
  if (rest.empty()) return slice;
  if (!rest.starts_with(by_word)) {
    out.push_back(problem(index, fmt::format("'{}' is no slice", text), hint_for(text)));
    return slice;
  }
  slice.by = parse_width(rest.substr(by_word.size()));
  if (!slice.by)
    out.push_back(problem(index, fmt::format("'{}': behind `by` stands a number greater than 0", text),
                          fmt::format("write `{} by 500`", slice.column)));
  return slice;
}

}  // namespace

SliceSpec slice_of(std::string_view text, std::string_view where) {
  std::vector<Problem> problems;
  SliceSpec out = parse_slice(text, 0, problems);
  if (problems.empty()) return out;
  throw error(Code::usage, "{}: {}", where, problems.front().message).with_hint("{}", problems.front().hint);
}

void check_slices(std::vector<Problem>& out, const std::vector<SliceSpec>& slices) {
  for (auto slice = slices.begin(); slice != slices.end(); ++slice) {
    const bool again =
        std::any_of(slices.begin(), slice, [&](const SliceSpec& one) { return one.column == slice->column; });
    if (again)
      out.push_back(problem(static_cast<std::size_t>(slice - slices.begin()),
                            fmt::format("'{}' stands in the list twice", slice->column),
                            "a column is sliced in one way"));
  }
}

void read_slices(Reader& reader, const yaml::Node& node, ReleaseSpec& release) {
  std::vector<Problem> problems;
  for (const std::string& text : reader.texts(node))
    release.slices.push_back(parse_slice(text, release.slices.size(), problems));
  reader.add(problems, node.at);
}

}  // namespace mlops::manifest
