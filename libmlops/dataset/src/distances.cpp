#include "src/distances.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <map>
#include <tuple>

#include "src/assertion_sql.hpp"
#include "src/column_counts.hpp"
#include "src/examples.hpp"

namespace mlops::dataset {
namespace {

const std::string& column_name(const expect::Expr* argument) { return argument->path.front().text; }

std::string joined_by(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

}  // namespace

std::vector<Answered> Distances::answer(const std::vector<Asked>& asked) {
  std::vector<Answered> answers(asked.size());
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<std::size_t>> columns;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const expect::Comparison& of = asked[i].of;
    if (auto known = without_looking(asked[i])) answers[i] = *std::move(known);
    else if (asked[i].function == "overlap") answers[i] = overlap(asked[i]);
    else columns[{of.reference, of.current, column_name(of.columns.front())}].push_back(i);
  }
  for (const auto& [key, which] : columns) answer_column(asked, which, answers);
  return answers;
}

std::optional<Answered> Distances::without_looking(const Asked& asked) {
  const auto& [reference, current, columns] = asked.of;
  for (const std::string& table : {reference, current}) {
    const Version* version = relations_.version(table);
    if (version == nullptr) return Answered{expect::Missing{Relations::missing(table)}};
    if (auto why = relations_.unparted(table); !why.empty()) return Answered{expect::Null{}, std::move(why)};
    for (const expect::Expr* column : columns) {
      if (version->find(column_name(column)) == nullptr)
        return Answered{expect::Missing{fmt::format("{} has no column '{}'", table, column_name(column))}};
    }
  }
  for (const expect::Expr* argument : columns) {
    const Column& a = *relations_.version(reference)->find(column_name(argument));
    const Column& b = *relations_.version(current)->find(column_name(argument));
    if (assertion_type(a.type).sort != assertion_type(b.type).sort)
      return Answered{expect::Null{}, fmt::format("{} was {} and is {}", a.name, a.type, b.type)};
  }
  return std::nullopt;
}

void Distances::answer_column(const std::vector<Asked>& asked, const std::vector<std::size_t>& which,
                              std::vector<Answered>& answers) {
  const expect::Comparison& of = asked[which.front()].of;
  const Column& column = *relations_.version(of.current)->find(column_name(of.columns.front()));
  const ColumnCounts counts = count_column(engine_, relations_, of.reference, of.current, column);
  for (const std::size_t i : which) {
    if (counts.numbers_rows)
      answers[i].value = expect::Missing{fmt::format("{} numbers the rows", column.name)};
    else answers[i].value = distance(asked[i].function, counts);
  }
}

/// Those named, else every column that both have.
std::vector<std::string> Distances::keys_of(const expect::Comparison& of) const {
  std::vector<std::string> out;
  for (const expect::Expr* one : of.columns) out.push_back(column_name(one));
  if (!out.empty()) return out;
  for (const Column& column : relations_.version(of.current)->columns) {
    if (relations_.version(of.reference)->find(column.name) != nullptr) out.push_back(column.name);
  }
  return out;
}

/// A null is no key; of whole rows, it is a value like any other.
Answered Distances::overlap(const Asked& asked) {
  const auto& of = asked.of;
  const bool whole = of.columns.empty();
  const std::vector<std::string> keys = keys_of(of);
  std::vector<std::string> names, present, same;
  for (const std::string& key : keys) {
    const std::string name = table::identifier(key);
    names.push_back(name);
    present.push_back(name + " IS NOT NULL");
    same.push_back(fmt::format("a.{0} {1} b.{0}", name, whole ? "IS NOT DISTINCT FROM" : "="));
  }
  const std::string list = joined_by(names, ", ");
  const std::string rows = fmt::format("(SELECT {} FROM {}{}) b", list, relations_.sql(of.current),
                                       whole ? "" : " WHERE " + joined_by(present, " AND "));
  const std::string found = fmt::format("{} SEMI JOIN (SELECT DISTINCT {} FROM {}) a ON {}", rows, list,
                                        relations_.sql(of.reference), joined_by(same, " AND "));
  const Columns counted =
      engine_.query(fmt::format("SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {})", found, rows));
  const auto shared = static_cast<std::uint64_t>(counted.column(0).values<std::int64_t>()[0]);
  const auto all = static_cast<std::uint64_t>(counted.column(1).values<std::int64_t>()[0]);
  if (all == 0) return {expect::Null{}, "there is no row to look for"};
  Answered out{static_cast<double>(shared) / static_cast<double>(all)};
  if (shared == 0) return out;
  out.detail = fmt::format("{} of {}", count_text(shared), count_of(all, "row"));
  if (!whole) out.detail += ", such as " + shared_key(found, keys, *relations_.version(of.current));
  return out;
}

/// The key that most rows have.
std::string Distances::shared_key(const std::string& from, const std::vector<std::string>& keys,
                                  const Version& version) {
  std::vector<std::string> texts;
  for (const std::string& key : keys)
    texts.push_back(fmt::format("CAST({} AS VARCHAR)", table::identifier(key)));
  const std::string list = joined_by(texts, ", ");
  const Columns found = engine_.query(
      fmt::format("SELECT {0} FROM {1} GROUP BY ALL ORDER BY count(*) DESC, {0} LIMIT 1", list, from));
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < keys.size() && found.rows() > 0; ++i)
    shown.push_back(
        fmt::format("{} = {}", keys[i], shown_cell(found.column(i).text(0), *version.find(keys[i]))));
  return joined_by(shown, ", ");
}

}  // namespace mlops::dataset
