#include "src/session.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>

#include "src/values.hpp"

namespace mlops::mlflow {
namespace {

constexpr std::string_view first_experiment = "0";

std::string tag_in(const Texts& tags, std::string_view name) {
  for (const auto& [key, value] : tags) {
    if (key == name) return value;
  }
  return "";
}

std::string name_of(const NewRun& run) { return run.name.empty() ? tag_in(run.tags, name_tag) : run.name; }

}  // namespace

Session::Impl::Impl(store::Store& to, run::Live& live, const run::Begin& how, const SessionOptions& which)
    : store(to), main(live), begun(how), options(which) {
  const std::int64_t now_ms = now().us / 1000;
  const std::string id(first_experiment);
  experiments[id] = {.id = id, .name = begun.experiment, .created_ms = now_ms};
  entries[main.id()].run = {.id = main.id(),
                            .experiment = id,
                            .name = begun.name,
                            .user = begun.who,
                            .started_ms = begun.time.us / 1000,
                            .artifacts = main.artifacts()};
  order.push_back(main.id());
}

Entry& Session::Impl::entry(const std::string& id) {
  const auto found = entries.find(id);
  if (found == entries.end()) throw error(Code::not_found, "Run with id={} not found", id);
  return found->second;
}

void Session::Impl::write(Entry& entry, const run::Report& report) {
  if (report.empty()) return;
  if (entry.live) return entry.live->facts(report.text());
  if (entry.sealed) {
    run::report(store, entry.run.id, report, begun.who);
    return;
  }
  adopted = true;
  if (!run::report_to(main.journal(), report, run::Durable::no)) {
    throw error(Code::not_found, "Run with id={} not found: its folder was removed", entry.run.id);
  }
}

Entry& Session::Impl::adopt(const NewRun& run, const Experiment& experiment) {
  if (experiment.name != begun.experiment) main.move(experiment.name);
  Entry& out = entry(main.id());
  out.run.experiment = experiment.id;
  out.run.user = run.user.empty() ? out.run.user : run.user;
  if (!name_of(run).empty()) set_name(out, name_of(run));
  adopted = true;
  return out;
}

Entry& Session::Impl::begin_within(const NewRun& run, const Experiment& experiment,
                                   const std::string& parent) {
  run::Begin begin = begun;
  begin.experiment = experiment.name;
  begin.name = name_of(run);
  begin.parent = parent;
  begin.time = now();
  auto live = std::make_unique<run::Live>(store, begin);
  const std::string id = live->id();
  Entry& out = entries[id];
  out.run = {.id = id,
             .experiment = experiment.id,
             .name = begin.name,
             .user = run.user,
             .started_ms = run.started_ms.value_or(begin.time.us / 1000),
             .artifacts = live->artifacts()};
  out.live = std::move(live);
  out.began = begin.time;
  order.push_back(id);
  return out;
}

/// The name that the user gave the run around the program stays.
void Session::Impl::set_name(Entry& entry, const std::string& name) {
  if (entry.run.name == name || entry.sealed ||
      (&entry.run == &this->entry(main.id()).run && !begun.name.empty()))
    return;
  (entry.live ? *entry.live : main).rename(name);
  entry.run.name = name;
}

void Session::Impl::over(Entry& entry, std::optional<run::Status> status) {
  std::erase(ended, entry.run.id);
  if (!entry.live) return;
  entry.live->mark(status);
  entry.ended = status ? std::optional(entry.live->now()) : std::nullopt;
  if (status) ended.push_back(entry.run.id);
  seal_oldest();
}

void Session::Impl::seal_oldest() {
  while (ended.size() > options.most_ended) {
    Entry& oldest = entry(ended.front());
    ended.pop_front();
    seal(oldest, ending_of(oldest.run.status).value_or(run::Status::done));
  }
}

void Session::Impl::seal(Entry& entry, run::Status status) {
  const Time time = entry.ended.value_or(entry.live->now());
  const double wall_s = static_cast<double>(time.us - entry.began.us) / 1e6;
  try {
    const auto sealed =
        entry.live->end(status, status == run::Status::done ? 0 : 1, {.wall_s = wall_s}, time);
    for (const std::string& note : sealed.notes) notes.push_back("run " + entry.run.id + ": " + note);
    entry.sealed = true;
  } catch (const Error& e) {
    notes.push_back("run " + entry.run.id + " is left for the next command to seal: " + e.message());
  }
  entry.live.reset();
}

/// The client goes on writing files where a run had them that is sealed by now.
void Session::Impl::keep_late_artifacts(Entry& entry) {
  std::error_code ignored;
  if (!entry.sealed || !std::filesystem::is_directory(entry.run.artifacts, ignored)) return;
  run::Report report(now());
  for (const auto& each : std::filesystem::directory_iterator(entry.run.artifacts)) {
    report.artifact(store.objects(), each.path(), each.path().filename().native());
  }
  write(entry, report);
  std::filesystem::remove_all(entry.run.artifacts.parent_path(), ignored);
}

Session::Session(store::Store& store, run::Live& main, const run::Begin& begun, const SessionOptions& options)
    : impl_(std::make_unique<Impl>(store, main, begun, options)) {}

Session::~Session() = default;

const std::string& Session::main_id() const { return impl_->main.id(); }

std::int64_t Session::now_ms() const { return impl_->now().us / 1000; }

const std::map<std::string, Experiment>& Session::experiments() const { return impl_->experiments; }

const Experiment* Session::find_experiment(const std::string& id) const {
  const auto found = impl_->experiments.find(id);
  return found == impl_->experiments.end() ? nullptr : &found->second;
}

const Experiment* Session::find_experiment_named(const std::string& name) const {
  if (name == "Default") return find_experiment(std::string(first_experiment));
  const auto alias = impl_->aliases.find(name);
  if (alias != impl_->aliases.end()) return find_experiment(alias->second);
  for (const auto& [id, experiment] : impl_->experiments) {
    if (experiment.name == name) return &experiment;
  }
  return nullptr;
}

const Experiment& Session::add_experiment(const std::string& name) {
  if (find_experiment_named(name) != nullptr) {
    throw error(Code::conflict, "Experiment '{}' already exists.", name);
  }
  const std::string id =
      impl_->options.experiment_chosen ? std::string(first_experiment) : experiment_id(name);
  impl_->aliases[name] = id;
  return impl_->experiments.try_emplace(id, Experiment{.id = id, .name = name, .created_ms = now_ms()})
      .first->second;
}

TrackedRun& Session::start(const NewRun& run) {
  const Experiment* experiment =
      find_experiment(run.experiment.empty() ? std::string(first_experiment) : run.experiment);
  if (experiment == nullptr) {
    throw error(Code::not_found, "No Experiment with id={} exists", run.experiment);
  }
  const std::string parent = tag_in(run.tags, parent_tag);
  const bool nested = !parent.empty() || impl_->adopted;
  if (!parent.empty()) impl_->entry(parent);
  Entry& entry = nested ? impl_->begin_within(run, *experiment, parent.empty() ? main_id() : parent)
                        : impl_->adopt(run, *experiment);
  log(entry.run, {.tags = run.tags});
  return entry.run;
}

TrackedRun& Session::get(const std::string& id) { return impl_->entry(id).run; }

std::vector<const TrackedRun*> Session::runs() const {
  std::vector<const TrackedRun*> out;
  for (const std::string& id : impl_->order) out.push_back(&impl_->entries.at(id).run);
  return out;
}

void Session::set_status(TrackedRun& run, const std::string& status, std::optional<std::int64_t> ended_ms) {
  const auto over = ending_of(status);
  Entry& entry = impl_->entry(run.id);
  if (run.id == main_id()) impl_->adopted = true;
  run.status = status;
  if (over) run.ended_ms = ended_ms.value_or(now_ms());  // stays when it is taken up again, as MLflow has it
  impl_->over(entry, over);
}

void Session::rename(TrackedRun& run, const std::string& name) {
  impl_->set_name(impl_->entry(run.id), name);
}

void Session::sync() {
  for (auto& [id, entry] : impl_->entries) {
    if (entry.live) entry.live->sync();
  }
}

std::vector<std::string> Session::end(run::Status status) {
  for (const std::string& id : impl_->order) {
    Entry& entry = impl_->entries.at(id);
    if (entry.live) impl_->seal(entry, ending_of(entry.run.status).value_or(status));
    try {
      impl_->keep_late_artifacts(entry);
    } catch (const std::exception& e) {
      impl_->notes.push_back("artifacts of run " + id + " are not kept: " + e.what());
    }
  }
  return std::move(impl_->notes);
}

}  // namespace mlops::mlflow
