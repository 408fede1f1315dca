#pragma once
/// What models look like on screen.

#include "ui/row.hpp"

#include <mlops/model/registry.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// One line of a list.
ui::Row model_row(const model::Version& version);

/// Everything about one version, its folder included.
ui::Row model_record(store::Store& store, const model::Version& version);

/// What became of a registration: "new", "unchanged" or "would be registered".
ui::Row registration_row(const model::Version& version, std::string_view state);

/// A move of an alias: "moved", "unchanged" or "would be moved".
ui::Row move_row(const model::Registry::Move& move, std::string_view state);

/// The lines that people get of the last two: what stands now, in one line.
std::string registration_line(const model::Version& version, std::string_view state);
std::string move_line(const model::Registry::Move& move, std::string_view state);

}  // namespace mlops::commands
