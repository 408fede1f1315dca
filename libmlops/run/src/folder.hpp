#pragma once
/// Where a living run keeps what it has: <store>/runs/<id>/, claimed by the process that runs it.
///
///   run.json        how it began; without it there is no living run here
///   end.json        how it ended; blanks while it lives
///   journal.jsonl   facts, a line each
///   stdout.log, stderr.log, output.times
///   params.json     for the command to read
///   inputs/         links to tables
///   files/          for the command to write: metrics.json, params.json, artifacts
///   artifacts/      artifacts, whatever they are called: there when somebody wrote some
///   outputs/        for the command to write: models
///   checkpoints/    stays when the run fails

#include <mlops/fs/claim.hpp>
#include <mlops/run/run.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::run {

using Path = std::filesystem::path;

Path runs_folder(const Path& store_root);

struct Folder {
  Path path;

  std::string id() const { return path.filename().native(); }
  Path begin() const { return path / "run.json"; }
  Path end() const { return path / "end.json"; }
  Path journal() const { return path / "journal.jsonl"; }
  Path log(std::string_view name) const { return path / name; }
  Path params() const { return path / "params.json"; }
  Path files() const { return path / "files"; }
  Path artifacts() const { return path / "artifacts"; }
  Path inputs() const { return path / "inputs"; }
  Path outputs() const { return path / "outputs"; }
  Path checkpoints() const { return path / "checkpoints"; }
};

inline constexpr std::string_view log_names[] = {"stdout.log", "stderr.log", "output.times"};

/// A folder of a fresh id.
fs::Claim make_folder(const Path& store_root);

/// Folders that hold a run, living or lost, sorted by id.
std::vector<Folder> folders(const Path& store_root);

/// Removes it; checkpoints stay when `keep_checkpoints`. What cannot be removed is no run any more, at least.
void remove_folder(fs::Claim& claim, bool keep_checkpoints);

json::Object to_json(const Begin& begin, const std::string& id);
/// Throws Error(corrupt).
Begin begin_from(const json::Value& value);

json::Object to_json(const Code& code);
json::Object to_json(const Environment& environment);

}  // namespace mlops::run
