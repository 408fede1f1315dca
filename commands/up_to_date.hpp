#pragma once
/// Tables of `data:` and their sources, brought up to date for whoever needs them.

#include <mlops/base/error.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// What became, or would become, of one address.
struct Step {
  std::string address;
  bool fresh = false;  ///< Nothing was to do.
  /// What there was to do it for; when fresh empty, or that nobody can tell: the files of a source are gone.
  std::string why = {};
  std::optional<dataset::Version> version = {};  ///< The newest; with a plan that of before, if any.
  /// It did not work; with a version: what mlops.yaml asserts of that one fails.
  std::optional<Error> fault = {};
  /// Why it was judged, or would be, although nothing else was to do; empty: it was, by what is asserted now.
  std::string judging = {};
  /// Of a plan, of what may become another version: what the one of now is refused with.
  std::optional<Error> refused = {};
  std::string blocked = {};  ///< What kept it from being tried, such as "data/known failed".
};

/// What it keeps its dependants from: "data/known failed" or "data/known was rejected", of itself or of one
/// that it is made from; empty: nothing.
std::string obstacle_in(const Step& step);

/// Brings `targets` (names or addresses of tables in mlops.yaml) up to date with everything that they are
/// made from, in order: sources that were never ingested or whose files changed, then tables. `params` as in
/// dataset::Declared. plan: nothing is changed. Throws as dataset::Derivations and dataset::ingest() do;
/// Error(not_found) for a target that the file does not have.
///
/// OnFault::go_on: what fails stops its dependants only, and the steps say so. What is thrown then is a fault
/// of mlops.yaml (before anything is done), internal or interrupted.
enum class Change { make, plan };
enum class OnFault { stop, go_on };
std::vector<Step> bring_up_to_date(const std::vector<std::string>& targets, const json::Object& params,
                                   Change change, cli::Invocation& invocation,
                                   OnFault on_fault = OnFault::stop);

/// Nothing that is done after it has a meaning.
bool ends_everything(const Error& fault);

/// Throws Error(not_found) with the way to make it when `address` names a table of `data:`.
void require_made(cli::Invocation& invocation, const std::string& address);

/// What `resolve` returns; where it finds nothing, a table of mlops.yaml that was never made is told of.
template <typename Resolve>
auto made_or(cli::Invocation& invocation, const std::string& address, Resolve resolve) {
  try {
    return resolve();
  } catch (const Error& fault) {
    if (fault.code() == Code::not_found) require_made(invocation, address);
    throw;
  }
}

/// The dataset of that address; a table of `data:` is brought up to date first, and what was done is told.
/// `parameters` are NAME=VALUE. A dry run makes nothing. Throws Error(not_found) as well for a table that a
/// dry run would have to make.
dataset::Version current_version(const std::string& address, const std::vector<std::string>& parameters,
                                 cli::Invocation& invocation, Change change = Change::make);

/// The same, and nothing is ever made or read: the newest version, and a note where it is out of date. Throws
/// Error(not_found) for a table that was never made or ingested, with the command that does it.
dataset::Version known_version(const std::string& address, cli::Invocation& invocation);

}  // namespace mlops::commands
