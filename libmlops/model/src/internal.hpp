#pragma once
/// What the sources of this module share.

#include <mlops/model/registry.hpp>
#include <mlops/store/references.hpp>
#include <mlops/store/tree.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::model {

store::ReferenceName versions_of(std::string_view name);
store::ReferenceName alias_of(std::string_view name, std::string_view alias);

bool can_be_alias(std::string_view text);

json::Object to_record(const Version& version);
/// Throws Error(corrupt) for a record of another kind or with a field missing.
Version from_record(const json::Object& record, const Digest& digest);

/// The record that the entry points at, with the entry's number and author; aliases are not filled in.
Version load(const store::Store& store, std::string_view name, const store::ReferenceEntry& entry);

/// Which aliases point at each record now.
using AliasesByRecord = std::map<Digest, std::vector<std::string>>;
/// Of one name, or of all when it is empty.
AliasesByRecord aliases_by_record(const store::References& references, std::string_view name = "");

/// The names of models that have a version, sorted.
std::vector<std::string> model_names(const store::References& references);

/// Every version of a name, oldest first. Throws Error(not_found) with near misses when there is none.
std::vector<store::ReferenceEntry> versions(const store::References& references, std::string_view name);

/// The entry of a moved alias that was made by taking a move back.
bool is_rollback(const store::ReferenceEntry& entry);

/// The text of MLmodel: MLflow's description of the folder. The same for equal packages.
std::string mlmodel_text(const predict::Package& package, bool has_input_example);
/// The rows as MLflow's "split" orientation: {"columns": [...], "data": [[...], ...]}.
std::string input_example_text(const json::Array& rows);

/// The model's folder: which files it has, before and after they are in the store.
store::Tree stored_folder(store::Objects& objects, const Registration& registration);
/// The same, worked out without storing anything.
store::Tree planned_folder(const Registration& registration);

/// Another process moved the reference meanwhile; so many times in a row are no accident.
bool is_conflict(const Error& e);
inline constexpr int most_conflicts = 1000;

}  // namespace mlops::model
