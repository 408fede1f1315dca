#pragma once
/// A dataset version as the table of a view that was compiled before.

#include <mlops/feature/view.hpp>
#include <mlops/score/enrich.hpp>
#include <mlops/table/engine.hpp>

#include <memory>

namespace mlops::score {

std::unique_ptr<table::Engine> engine_of(const EnrichPlace& place);

feature::Table table_of_version(const EnrichPlace& place, const dataset::Version& version);

/// Throws Error(conflict, "features.changed") where the version has no longer what the view reads.
void require_readable(const feature::View& view, const dataset::Version& version, const feature::Table& table,
                      table::Engine& engine);

}  // namespace mlops::score
