#include "src/assertions.hpp"

#include <fmt/format.h>
#include <mlops/expect/check.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/expect/signature.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "src/numbers.hpp"

namespace mlops::scaffold {
namespace {

using Profile = dataset::Reader::ColumnProfile;

/// Beyond so many, lines are read by nobody.
constexpr std::size_t most_items = 20;
constexpr std::size_t most_values = 12;
constexpr std::size_t longest_set = 140;
/// Up to this percentage one line says it of every column.
constexpr int small_limit = 5;

std::string doubled(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) out.append(c == quote ? 2 : 1, c);
  return out + quote;
}

/// A value of a set: bare where it is a word, else in quotes.
std::string set_word(const std::string& value) {
  const auto parsed = expect::parse("x in {" + value + "}");
  const auto* tree = std::get_if<expect::Assertion>(&parsed);
  const bool bare = tree != nullptr && tree->root.operands.size() == 2 &&
                    tree->root.operands[1].kind == expect::Kind::text && tree->root.operands[1].text == value;
  return bare ? value : doubled(value, '"');
}

void add_item(AssertionGroup& group, Assertion item) {
  if (group.items.size() < most_items) group.items.push_back(std::move(item));
  else ++group.more;
}

const train::ColumnPlan* plan_of(const Look& look, std::string_view column) {
  const auto& columns = look.prepared.plan.columns;
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

/// The label first, then the features in the order of the table.
std::vector<const Profile*> used_columns(const Look& look) {
  std::vector<const Profile*> out = {look.find(look.prepared.target.column)};
  for (const Profile& column : look.profile) {
    const train::ColumnPlan* plan = plan_of(look, column.name);
    if (plan != nullptr && plan->role == train::Role::feature) out.push_back(&column);
  }
  std::erase(out, nullptr);
  return out;
}

/// Columns that name their rows: every value is there, and each once.
AssertionGroup keys(const Look& look) {
  AssertionGroup out;
  for (const Profile& column : look.profile) {
    const train::ColumnPlan* plan = plan_of(look, column.name);
    const bool names = plan != nullptr && plan->reason.starts_with("identifier");
    if (!names || column.nulls > 0 || column.distinct != look.rows) continue;
    // Texts may all differ by chance, as titles do; numbers that look like an identifier are one.
    const bool text = column.type == "VARCHAR";
    add_item(out, {fmt::format("unique({})", column_word(column.name)), text, ""});
  }
  return out;
}

std::optional<int> null_limit(const Look& look, const Profile& column) {
  return share_limit(static_cast<double>(column.nulls) / static_cast<double>(look.rows));
}

AssertionGroup nulls(const Look& look) {
  int greatest = 0;
  for (const Profile& column : look.profile)
    greatest = std::max(greatest, null_limit(look, column).value_or(100));
  if (greatest <= small_limit) return {"", {{fmt::format("null(*) < {}%", greatest), false, "every column"}}};
  AssertionGroup out{.heading = "empty cells, with room for a quarter more"};
  for (const Profile* column : used_columns(look)) {
    const auto limit = null_limit(look, *column);
    if (!limit) continue;
    const double share = 100.0 * static_cast<double>(column->nulls) / static_cast<double>(look.rows);
    add_item(out, {fmt::format("null({}) < {}%", column_word(column->name), *limit), false,
                   column->nulls == 0 ? "none now" : fmt::format("{:.2g}% now", share)});
  }
  return out;
}

bool is_numeric(const release::Prepared& prepared, const std::string& column) {
  const auto index = prepared.table.find(column);
  const Kind kind = index ? prepared.table.fields()[*index].type.kind : Kind::null;
  return kind >= Kind::int8 && kind <= Kind::float64;
}

bool is_whole(const release::Prepared& prepared, const std::string& column) {
  const Kind kind = prepared.table.fields()[*prepared.table.find(column)].type.kind;
  return kind >= Kind::int8 && kind <= Kind::uint64;
}

/// The different texts of a column, in order; nothing when there are too many for a list.
std::vector<std::string> texts_of(const release::Prepared& prepared, const Profile& column) {
  const auto index = prepared.table.find(column.name);
  if (!index || column.distinct > most_values) return {};
  const Column texts = prepared.table.column(*index);
  if (texts.type().kind != Kind::text) return {};
  std::set<std::string, std::less<>> seen;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    if (texts.valid(row) && !seen.contains(texts.text(row))) seen.emplace(texts.text(row));
  }
  return {seen.begin(), seen.end()};
}

std::string in_set(const std::string& column, const std::vector<std::string>& members) {
  return fmt::format("{} in {{{}}}", column_word(column), fmt::join(members, ", "));
}

/// A class that no model has seen cannot be learnt from in silence: it refuses.
AssertionGroup classes(const Look& look) {
  const train::Target& target = look.prepared.target;
  AssertionGroup out;
  if (target.classes.empty() || target.classes.size() > most_values || target.type == "BOOLEAN") return out;
  const bool numbers = is_numeric(look.prepared, target.column);
  std::vector<std::string> members;
  for (const std::string& name : target.classes) members.push_back(numbers ? name : set_word(name));
  add_item(out, {in_set(target.column, members), false, "a new class is a matter for people"});
  return out;
}

AssertionGroup values(const Look& look) {
  AssertionGroup out{.heading =
                         "what was seen, with a tenth of room; anything else is told, and refuses nothing"};
  for (const Profile* column : used_columns(look)) {
    const bool label = column->name == look.prepared.target.column;
    if (label && !look.prepared.target.classes.empty()) continue;
    if (is_numeric(look.prepared, column->name) && column->distinct > 2) {
      const double low = column->min.number_or(NAN);
      const double high = column->max.number_or(NAN);
      if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) continue;
      const Bounds bounds = wider(low, high, is_whole(look.prepared, column->name));
      add_item(out,
               {fmt::format("{} in {}..{}", column_word(column->name), bounds.low, bounds.high), true, ""});
      continue;
    }
    std::vector<std::string> members;
    for (const std::string& text : texts_of(look.prepared, *column)) members.push_back(set_word(text));
    const std::string text = in_set(column->name, members);
    if (!members.empty() && text.size() <= longest_set) add_item(out, {text, true, ""});
  }
  return out;
}

}  // namespace

const Profile* Look::find(std::string_view column) const {
  const auto found =
      std::find_if(profile.begin(), profile.end(), [&](const Profile& one) { return one.name == column; });
  return found == profile.end() ? nullptr : &*found;
}

std::string column_word(const std::string& name) {
  const auto parsed = expect::parse(name);
  const auto* tree = std::get_if<expect::Assertion>(&parsed);
  const bool name_alone = tree != nullptr && tree->root.kind == expect::Kind::name &&
                          tree->root.path.size() == 1 && tree->root.path[0].text == name;
  const auto functions = expect::signatures();
  const bool function = std::any_of(functions.begin(), functions.end(), [&](const auto& one) {
    return one.bare() && one.name == name && one.allowed(expect::Where::data);
  });
  return name_alone && !function && !expect::is_reserved(name) ? name : doubled(name, '`');
}

std::vector<AssertionGroup> assertions_for(const Look& look) {
  AssertionGroup size;
  add_item(size, {fmt::format("rows >= {}", grouped(at_least(look.rows))), false,
                  fmt::format("{} now", grouped(look.rows))});
  std::vector<AssertionGroup> out = {size, keys(look), classes(look), nulls(look), values(look)};
  std::erase_if(out, [](const AssertionGroup& group) { return group.items.empty(); });
  return out;
}

}  // namespace mlops::scaffold
