#include "import_dvc.hpp"

#include "cli/invocation.hpp"
#include "data_files.hpp"
#include "dataset_rows.hpp"
#include "pinned_files.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dvc/history.hpp>
#include <mlops/dvc/import.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <set>

namespace mlops::commands {
namespace {

constexpr const char* schema_of_import = "mlops.import-dvc/1";

struct ImportDvcArgs {
  std::optional<std::string> path;
  std::optional<std::string> remote;
  bool history = false;
};

/// "3 of 7 outs" is worse than the worst of them: what is damaged comes first, what is missing last.
int rank_of(Code code) { return code == Code::corrupt ? 2 : code == Code::not_found ? 0 : 1; }

/// Whether the next out may fare better.
bool is_of_one_out(const Error& e) {
  return e.code() == Code::corrupt || e.code() == Code::not_found || e.code() == Code::usage ||
         e.code() == Code::conflict;
}

std::filesystem::path dvc_root(const ImportDvcArgs& args) {
  const std::filesystem::path start = args.path.value_or(".");
  std::error_code ignored;
  if (!std::filesystem::is_directory(start, ignored))
    throw error(Code::not_found, "there is no folder '{}'", start.native()).with_id("dvc.not_found");
  if (const auto found = dvc::find_project(start)) return *found;
  throw error(Code::not_found, "'{}' is not in a DVC project: there is no folder '.dvc' in it or above it",
              std::filesystem::canonical(start).native())
      .with_id("dvc.not_found")
      .with_hint("`mlops import dvc PATH` names the folder of one");
}

class DvcImport {
 public:
  DvcImport(const ImportDvcArgs& args, cli::Invocation& invocation)
      : invocation_(invocation),
        project_(invocation.project_or_create()),
        root_(dvc_root(args)),
        prefix_(prefix()),
        config_(dvc::Config::read(root_, invocation.environment())),
        source_{.root = root_,
                .config = config_,
                .environment = invocation.environment(),
                .engines = &invocation.engines()},
        others_(added_paths(project_)) {
    if (args.remote) source_.remote = config_.remote(*args.remote, std::filesystem::current_path());
  }

  void run(bool history) {
    const dvc::Found found = dvc::find_outs(root_);
    ui::Output& output = invocation_.output();
    output.begin(schema_of_import);
    try {
      if (history) import_history();
      for (const Error& fault : found.faults) note(fault);
      for (const dvc::Out& out : found.outs) output.row(row_of(out));
    } catch (const Error&) {
      output.end();  // What was imported is pinned.
      throw;
    }
    output.end();
    for (const std::string& file : rules_)
      invocation_.note_once(fmt::format("wrote a line into {}: what is versioned here is not for git", file));
    if (found.outs.empty() && found.faults.empty())
      invocation_.note(fmt::format("DVC tracks nothing in '{}'", root_.native()));
    if (!faults_.empty()) end(found.outs.size());
  }

 private:
  /// What paths of DVC's begin with here.
  std::string prefix() const {
    const std::string from = project_.relative(root_);
    if (from == "." || from.empty()) return "";
    if (!from.starts_with('/') && !from.starts_with("..")) return from + "/";
    throw error(Code::usage, "the DVC project '{}' lies outside of the project '{}'", root_.native(),
                project_.root().native())
        .with_id("dvc.outside")
        .with_hint("`mlops -C {} import dvc` makes its root a project, or belongs to the one around it",
                   root_.native());
  }

  ui::Row row_of(const dvc::Out& out) {
    const std::string path = prefix_ + out.path;
    if (out.kind != dvc::Out::Kind::ours) return skipped(out, path);
    try {
      if (!names_.insert(out.path).second)
        throw error(Code::usage, "'{}' is tracked twice, by '{}' too", path, out.file).with_id("dvc.out");
      require_place(project_, path, others_);
      ui::Row row = invocation_.dry_run() ? planned(out, path) : imported(out, path);
      others_.push_back(path);
      return row;
    } catch (const Error& e) {
      if (!is_of_one_out(e)) throw;
      note(e);
      return empty_row(path, "failed", e.message());
    }
  }

  /// The past is as complete as it can be: what is nowhere any more is left out.
  void import_history() {
    std::uint64_t gone = 0;
    dvc::each_moment(root_, invocation_.environment(), &invocation_.cancel(), [&](const dvc::Moment& moment) {
      for (const Error& fault : moment.faults)
        invocation_.warning(fmt::format("commit {}: {}", moment.commit.substr(0, 12), fault.message()));
      for (const dvc::Out& out : moment.outs) gone += row_of_past(out, moment) ? 0 : 1;
    });
    if (gone > 0) {
      invocation_.warning(
          fmt::format("{} of the past {} left out: the contents are neither in DVC's cache nor in a remote",
                      count_of(gone, "version"), gone == 1 ? "is" : "are"));
    }
  }

  /// False when its contents are nowhere.
  bool row_of_past(const dvc::Out& out, const dvc::Moment& moment) {
    const std::string path = prefix_ + out.path;
    try {
      require_place(project_, path, {});  // A past version is pinned by nothing.
      invocation_.output().row(past(out, path, moment));
      return true;
    } catch (const Error& e) {
      if (!is_of_one_out(e)) throw;
      const bool missing = e.id() == "dvc.missing";
      invocation_.output().row(empty_row(path, missing ? "skipped" : "failed", e.message()));
      if (!missing) note(e);
      return !missing;
    }
  }

  ui::Row past(const dvc::Out& out, const std::string& path, const dvc::Moment& moment) {
    if (!invocation_.dry_run())
      return imported_row(path, importer().import_past(out, path, {.time = moment.time, .who = moment.who}));
    const auto versions =
        project_.has_store() ? worktree::history(project_.store(), path) : std::vector<worktree::Version>();
    const bool there = std::any_of(versions.begin(), versions.end(), [&](const worktree::Version& version) {
      return version.time == moment.time;
    });
    return row(path, {}, {}, {}, {}, there ? "unchanged" : "would be imported", "", {});
  }

  ui::Row skipped(const dvc::Out& out, const std::string& path) {
    const std::string text = fmt::format("'{}' of '{}' is left out: {}", path, out.file, out.why);
    if (out.kind == dvc::Out::Kind::unnamed) invocation_.warning(text);
    return empty_row(path, "skipped", out.why);
  }

  ui::Row planned(const dvc::Out& out, const std::string& path) {
    const store::Store* store = project_.has_store() ? &project_.store() : nullptr;
    const dvc::Planned plan = dvc::plan(store, source_, out, path);
    const auto counted = [](const std::optional<std::uint64_t>& count) {
      return count ? json::Value(*count) : json::Value();
    };
    return row(path, plan.version, counted(plan.files), counted(plan.bytes), {},
               plan.fresh ? "would be imported" : "unchanged", "", {});
  }

  ui::Row imported(const dvc::Out& out, const std::string& path) {
    const dvc::Imported done =
        importer().import(out, path, {.time = invocation_.clock().now(), .who = user_of(invocation_)});
    pin_path(project_, path, done.added.version.pin);
    if (const auto file = worktree::hide_from_git(project_.root(), path)) rules_.push_back(*file);
    return imported_row(path, done);
  }

  dvc::Importer& importer() {
    if (!importer_) importer_ = std::make_unique<dvc::Importer>(files_place(invocation_, project_), source_);
    return *importer_;
  }

  ui::Row imported_row(const std::string& path, const dvc::Imported& done) const {
    const worktree::Pin& pin = done.added.version.pin;
    return row(path, done.added.version.number, pin.files, pin.bytes, done,
               done.added.fresh ? "imported" : "unchanged", "", pin.digest.text());
  }

  ui::Row empty_row(const std::string& path, const char* state, const std::string& why) const {
    return row(path, {}, {}, {}, {}, state, why, {});
  }

  ui::Row row(const std::string& path, json::Value version, json::Value files, json::Value bytes,
              const dvc::Imported& done, const char* state, const std::string& why,
              json::Value digest) const {
    return {{"path", path},
            {"version", std::move(version)},
            {"files", std::move(files), ui::Show::count},
            {"bytes", std::move(bytes), ui::Show::bytes},
            {"linked", done.linked, ui::Show::bytes},
            {"copied", done.copied, ui::Show::bytes},
            {"fetched", done.fetched, ui::Show::bytes},
            {"state", state},
            {"why", why.empty() ? json::Value() : json::Value(why), ui::Show::hidden},
            {"digest", std::move(digest), invocation_.dry_run() ? ui::Show::hidden : ui::Show::digest}};
  }

  void note(const Error& fault) { faults_.push_back(fault); }

  /// One fault is told as it is; of several, each, and how many they are.
  [[noreturn]] void end(std::size_t outs) {
    const auto worst = std::max_element(faults_.begin(), faults_.end(), [](const Error& a, const Error& b) {
      return rank_of(a.code()) < rank_of(b.code());
    });
    if (faults_.size() == 1) throw *worst;
    for (const Error& fault : faults_) invocation_.warning(fault.message());
    Error all = error(worst->code(), "{} of {} were not {}", faults_.size(), count_of(outs, "out"),
                      invocation_.dry_run() ? "planned" : "imported")
                    .with_id(worst->id());
    if (worst->hint().empty()) throw all;
    throw std::move(all).with_hint("{}", worst->hint());
  }

  cli::Invocation& invocation_;
  project::Project& project_;
  const std::filesystem::path root_;
  const std::string prefix_;
  const dvc::Config config_;
  dvc::Source source_;
  std::vector<std::string> others_;  ///< Paths that were added.
  std::set<std::string> names_;
  std::unique_ptr<dvc::Importer> importer_;
  std::vector<std::string> rules_;
  std::vector<Error> faults_;
};

}  // namespace

cli::Command import_dvc_spec() {
  const auto args = std::make_shared<ImportDvcArgs>();
  return {
      .name = "dvc",
      .summary = "make what DVC tracks versions of added files, from its cache as it is",
      .options = {{"path", "PATH", "a folder of the DVC project; the current one without", &args->path,
                   cli::Offer::folder},
                  {"--remote", "NAME",
                   "the DVC remote that has what the cache lacks: its name, a folder or s3://BUCKET/PREFIX",
                   &args->remote},
                  {"--history", "",
                   "first make a version of each commit of the current branch that changed an out",
                   &args->history}},
      .examples = {{"mlops import dvc -n", "Show what would be imported"},
                   {"mlops import dvc", "Make every out of DVC a version and pin it in mlops.lock"},
                   {"mlops import dvc --history",
                    "The same, with a version for each state that git remembers"},
                   {"mlops import dvc --remote storage",
                    "Fetch what the cache lacks from that remote of DVC"}},
      .exits = {{Code::not_found, "there is no DVC project, or contents of an out are nowhere"},
                {Code::corrupt, "a content is not what its MD5 says; other outs were imported"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { DvcImport(*args, invocation).run(args->history); }};
}

}  // namespace mlops::commands
