#pragma once
/// Delimited text: from decisions to SQL, and from faults to bad rows with their lines.

#include <mlops/dataset/sniff.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/loading.hpp"

namespace mlops::dataset {

/// Looks at the files and decides; files that mix line ends are replaced by copies that do not (`objects` has
/// room for them). `pinned` is the lock's entry, whose decisions hold where no wish says otherwise. Throws
/// Error(conflict) when files, or the files and the pinned schema, do not have the same columns.
Sniffed decide_csv(store::Objects& objects, Staged& staged, const manifest::ReadOptions& wishes,
                   const std::optional<json::Object>& pinned);

Plan plan_csv(const Staged& staged, const Sniffed& sniffed);

/// The plan of column `i`, as a column of `type`. When its misfit is to be worked out under other names than
/// the column's own, those are `names`.
ColumnPlan plan_column(const Sniffed& sniffed, std::size_t i, const std::string& type, const Aliases& names);

/// The null texts of a column that is not text, the empty one first.
std::vector<std::string> typed_nulls(const Sniffed& sniffed);

/// The texts among the members of a JSON object, by name, for lookups by the thousand; it must outlive them.
std::unordered_map<std::string_view, const std::string*> texts_by_name(const json::Value& object);

/// The texts of a JSON list; none of anything else.
std::vector<std::string> texts_in(const json::Value& list);

/// Of a delimiter, quote or escape; empty where there is none.
inline std::string character_text(char c) { return c == 0 ? std::string() : std::string(1, c); }

/// What the engine may take to load delimited text, which it does not do faster with more.
inline constexpr std::uint64_t csv_memory_bytes = 512'000'000;

/// Loads all rows that fit. Where inference from the sample proves wrong later in the data, the column is
/// read as a wider type and everything is loaded once more.
LoadedTable load_csv(table::Engine& engine, store::Objects& objects, const Staged& staged, Sniffed sniffed,
                     const Limit& limit);

/// Throws Error(negative) at once when the sample alone has far more ragged rows than `limit` allows.
void refuse_ragged(const Staged& staged, const Sniffed& sniffed, const Limit& limit);

}  // namespace mlops::dataset
