#pragma once
/// The one place that prints errors.

#include "globals.hpp"

#include <mlops/base/error.hpp>

#include <exception>
#include <string>

namespace mlops::cli {

/// What is being handled, as our Error: memory that ran out and what nobody foresaw become Code::internal,
/// with the request to report it.
Error as_error(std::exception_ptr fault);

/// The text on standard error: one JSON object with --json, else `error: ...` and a hint for people.
std::string report(const Error& error, const Globals& globals, const ui::Stream& err);

}  // namespace mlops::cli
