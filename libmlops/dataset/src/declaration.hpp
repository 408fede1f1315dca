#pragma once
/// What an ingest was asked for, and what the lock pins.

#include <mlops/dataset/version.hpp>
#include <mlops/manifest/manifest.hpp>

#include <map>
#include <string>
#include <vector>

#include "src/loading.hpp"

namespace mlops::dataset {

/// Everything that was asked for, so that asking the same of the same bytes is seen to change nothing.
json::Object declaration(const manifest::SourceSpec& source);

/// What the record of a version says that was asked for, but for what is told of its origin.
manifest::SourceSpec declared_source(const Version& version);

/// Sets `flag` of the columns named. Throws Error(usage), with near misses, for one that is not there.
void mark(std::vector<Column>& columns, const std::vector<std::string>& names, std::string_view what,
          bool Column::*flag);

/// Throws Error(conflict) when the columns are not those that the lock pins, with the difference line by
/// line.
void require_pinned(const Plan& plan, const json::Object& pinned, const std::string& name);

/// Puts the columns into the pinned order, whatever order the data have them in.
void order_as_pinned(Plan& plan, const json::Object& pinned);

/// The pins with the types that are wished for now in place of the old ones.
json::Object without_wished(const json::Object& pinned, const std::map<std::string, std::string>& types);

}  // namespace mlops::dataset
