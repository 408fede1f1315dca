#include "fetching.hpp"

#include "cli/invocation.hpp"
#include "data_files.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <set>

namespace mlops::commands {

Fetch::Fetch(cli::Invocation& invocation, project::Project& project, remote::Remote& remote, std::string name)
    : invocation_(invocation), project_(project), remote_(remote), name_(std::move(name)) {}

void Fetch::history() {
  const remote::Fetched fetched = remote_.fetch(invocation_.progress());
  for (const remote::Standing& standing : fetched.moved) rows_.push_back(standing_row(standing, "fetched"));
  diverged_ = fetched.diverged;
  objects_ += fetched.objects;
  bytes_ += fetched.bytes;
}

void Fetch::rebase() {
  for (const remote::Standing& standing : remote_.rebase())
    rows_.push_back(standing_row(standing, "rebased"));
  diverged_.clear();
}

void Fetch::require_together() const {
  if (diverged_.empty()) return;
  std::string detail;
  for (const remote::Standing& standing : diverged_)
    detail += (detail.empty() ? "  " : "\n  ") + remote::text_of(standing);
  throw error(Code::conflict, "{} made here and in the remote '{}' since they last met",
              diverged_.size() == 1 ? "versions of a name were" : "versions of several names were", name_)
      .with_id("remote.diverged")
      .with_detail(detail)
      .with_hint("`mlops pull --rebase` gives the versions of this store the later numbers");
}

void Fetch::files() {
  for (const remote::FileNews& file : remote_.news(project_.files(), invocation_.progress())) {
    if (file.ours) {
      invocation_.warning(fmt::format("{} was changed here and in {}: the one here stays", file.name, name_));
      continue;
    }
    project_.put_file(file.name, file.text);
    invocation_.note(fmt::format("{} is now as it was pushed last", file.name));
  }
}

void Fetch::contents(const std::vector<std::string>& addresses, bool all) {
  std::vector<Digest> roots = needed(project_);
  for (const std::string& address : addresses) {
    const auto more = roots_of(project_, address);
    roots.insert(roots.end(), more.begin(), more.end());
  }
  auto how = store::Reach::close;
  if (all) {
    how = store::Reach::all;
    for (const auto& [name, entries] : remote_.ledger().references) {
      for (const store::ReferenceEntry& entry : entries) roots.push_back(entry.digest);
    }
  }
  const remote::Fetched fetched = remote_.fetch(roots, how, invocation_.progress());
  objects_ += fetched.objects;
  bytes_ += fetched.bytes;
}

void Fetch::check_out(bool force) {
  for (const ui::Row& row :
       commands::check_out(invocation_, project_, pinned_files(project_, {}), {.force = force})) {
    for (const ui::Cell& cell : row) {
      if (cell.key == "written" || cell.key == "removed")
        written_ += static_cast<std::uint64_t>(cell.value.int_or(0));
    }
  }
}

void Fetch::tell(const std::string& schema) {
  for (const remote::Standing& standing : diverged_) rows_.push_back(standing_row(standing, "diverged"));
  invocation_.rows(schema, rows_);
  if (objects_ > 0)
    invocation_.note(
        fmt::format("{} and {} came from {}", count_of(objects_, "object"), size_text(bytes_), name_));
  if (written_ > 0) invocation_.note(fmt::format("{} changed in the project", count_of(written_, "file")));
  if (rows_.empty() && objects_ == 0) invocation_.note(fmt::format("nothing is new in {}", name_));
  if (!diverged_.empty()) {
    invocation_.warning(fmt::format(
        "{} made here and in {}: `mlops pull --rebase` gives those of this store the later numbers",
        diverged_.size() == 1 ? "versions of a name were" : "versions of several names were", name_));
  }
}

void rehearse_fetch(cli::Invocation& invocation, project::Project* project, remote::Space& space,
                    const std::string& name, const std::string& schema) {
  const remote::Ledger ledger =
      remote::read(space, name, {.cancel = &invocation.cancel()}, invocation.progress());
  const bool has_store = project != nullptr && project->has_store();
  std::vector<ui::Row> rows;
  for (const remote::Standing& standing :
       has_store ? remote::compare(project->store(), ledger) : remote::compare(ledger)) {
    if (standing.state == remote::Standing::State::ahead) continue;
    const bool apart =
        standing.state == remote::Standing::State::diverged && !remote::is_journal(standing.name);
    rows.push_back(standing_row(standing, apart ? "diverged" : "would be fetched"));
  }
  invocation.rows(schema, rows);
  if (rows.empty()) invocation.note(fmt::format("nothing is new in {}", name));
}

}  // namespace mlops::commands
