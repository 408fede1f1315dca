#pragma once
/// Parts of the page; empty where there is nothing to say.

#include <mlops/monitor/watch.hpp>

#include <span>
#include <string>

namespace mlops::monitor {

std::string columns_section(const Watch& watch);
/// `watches` oldest first, as below.
std::string over_time_section(std::span<const Watch> watches);
std::string performance_section(std::span<const Watch> watches);

}  // namespace mlops::monitor
