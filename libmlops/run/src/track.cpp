#include <mlops/run/track.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/proc/process.hpp>
#include <mlops/run/report.hpp>

#include <algorithm>
#include <csignal>

#include "facts.hpp"
#include "folder.hpp"
#include "lent.hpp"
#include "spoken.hpp"

namespace mlops::run {
namespace {

constexpr unsigned ticks_a_second = 10;

bool is_ours(const std::string& name) {
  constexpr std::string_view prefixes[] = {"MLOPS_PARAM_", "MLOPS_INPUT_"};
  constexpr std::string_view names[] = {
      "MLOPS_RUN_ID", "MLOPS_RUN_DIR",       "MLOPS_PROJECT", "MLOPS_ATTEMPT", "MLOPS_SEED",
      "MLOPS_PARAMS", "MLOPS_PARENT_RUN_ID", "MLOPS_OUTPUTS", "MLOPS_LOG",     "MLOPS_CHECKPOINTS"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
         std::any_of(std::begin(prefixes), std::end(prefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string found(const Variables& environment, const std::string& name) {
  const auto at = environment.find(name);
  return at == environment.end() ? "" : at->second;
}

void set_new(Variables& variables, const std::string& name, const std::string& value) {
  if (variables.emplace(name, value).second) return;
  throw error(mlops::Code::usage, "two of them would be the variable {}", name);
}

/// Of params and inputs; nothing of a run around this one shows through.
Variables given(const Task& task, const Folder& folder = {}) {
  Variables out;
  for (const auto& [name, value] : task.params) set_new(out, variable_name("MLOPS_PARAM_", name), value);
  for (const TaskInput& input : task.inputs) {
    const Path file = input.object ? folder.inputs() / input.link : input.file;
    set_new(out, variable_name("MLOPS_INPUT_", input.name), file.native());
  }
  return out;
}

Variables contract(const Task& task, const Live& live) {
  const Folder folder{live.folder()};
  Variables out = given(task, folder);
  for (const auto& [name, value] : task.environment) {
    if (!is_ours(name)) out.emplace(name, value);
  }
  const std::string parent = found(task.environment, "MLOPS_RUN_ID");
  if (!parent.empty()) out["MLOPS_PARENT_RUN_ID"] = parent;
  out["MLOPS_RUN_ID"] = live.id();
  out["MLOPS_RUN_DIR"] = folder.files();
  out["MLOPS_PROJECT"] = task.project;
  out["MLOPS_ATTEMPT"] = "1";
  out["MLOPS_SEED"] = std::to_string(task.seed);
  out["MLOPS_PARAMS"] = folder.params();
  out["MLOPS_OUTPUTS"] = folder.outputs();
  out["MLOPS_CHECKPOINTS"] = folder.checkpoints();
  out["MLOPS_LOG"] = folder.journal();
  out.try_emplace("PYTHONHASHSEED", std::to_string(task.seed % (1ULL << 32)));
  return out;
}

void write_down(const Task& task, Live& live, Lent& lent) {
  json::Object params;
  for (const auto& [name, text] : task.params) {
    live.param(name, value_of(text));
    params.append(name, value_of(text));
  }
  for (const auto& [name, text] : task.tags) live.tag(name, text);
  const Folder folder{live.folder()};
  for (const TaskInput& input : task.inputs) {
    live.input(input.data);
    if (input.object) lent.give(task, input, folder);
  }
  fs::write_atomic(folder.params(), json::dump_pretty(std::move(params)) + "\n");
  live.sync();
}

/// The program's words on their way to the terminal, to the logs, and to the journal where they are facts.
class Hearing {
 public:
  Hearing(const Task& task, Live& live)
      : task_(task), live_(live), listener_([this](const std::string& lines) { report(lines); }) {}

  bool hear(proc::Stream stream, std::string_view bytes) {
    const bool error_stream = stream == proc::Stream::err;
    const bool read = !task_.at_output || task_.at_output(error_stream, bytes);
    live_.heard(error_stream, bytes);
    if (!error_stream) listener_.hear(bytes, live_.now());
    return read;
  }

  /// A program never fails because we cannot write.
  void tick() {
    if (task_.companion != nullptr) task_.companion->tick();
    if (++ticks_ % ticks_a_second != 0) return;
    try {
      live_.sync();
    } catch (const Error& e) {
      fault_ = e.message();
    }
  }

  std::vector<std::string> finish() {
    listener_.finish(live_.now());
    std::vector<std::string> notes;
    if (!fault_.empty()) notes.push_back("some facts were not kept: " + fault_);
    if (listener_.ignored() > 0) {
      notes.push_back(fmt::format("{} that looked like metrics were too many to be taken for some",
                                  count_of(listener_.ignored(), "line")));
    }
    return notes;
  }

 private:
  void report(const std::string& lines) {
    try {
      live_.facts(lines);
    } catch (const Error& e) {
      fault_ = e.message();
    }
  }

  const Task& task_;
  Live& live_;
  Listener listener_;
  std::string fault_;
  unsigned ticks_ = 0;
};

Status status_of(const proc::Ended& ended, const Cancel* cancel) {
  const bool stopped = ended.signal == SIGINT || (cancel != nullptr && cancel->is_set());
  if (stopped && (ended.signal != 0 || ended.status != 0)) return Status::interrupted;
  return ended.signal == 0 && ended.status == 0 ? Status::done : Status::failed;
}

Resources resources_of(const proc::Ended& ended) {
  return {.wall_s = ended.wall_s,
          .cpu_s = ended.usage.user_s + ended.usage.system_s,
          .peak_rss_bytes = ended.usage.peak_rss_bytes,
          .read_bytes = ended.usage.read_bytes,
          .written_bytes = ended.usage.written_bytes};
}

proc::Ended run_command(const Task& task, const Begin& begun, Live& live, Hearing& hearing, Lent& lent,
                        const Cancel* cancel) {
  try {
    write_down(task, live, lent);
    Variables environment = contract(task, live);
    if (task.companion != nullptr) task.companion->begin(live, begun, environment);
    return proc::run({.command = task.command,
                      .environment = std::move(environment),
                      .folder = task.folder,
                      .at_output = [&](proc::Stream stream,
                                       std::string_view bytes) { return hearing.hear(stream, bytes); },
                      .at_tick = [&] { hearing.tick(); }},
                     cancel);
  } catch (const Error&) {
    live.discard();
    throw;
  }
}

Begin beginning(store::Store& store, const Task& task) {
  return {.experiment = task.experiment,
          .name = task.name,
          .command = task.command,
          .folder = task.folder,
          .parent = found(task.environment, "MLOPS_RUN_ID"),
          .seed = task.seed,
          .code = capture_code(store.objects(), task.folder, task.environment),
          .environment = capture_environment(store.objects(), task.environment, task.folder),
          .who = task.who,
          .time = task.time};
}

}  // namespace

DataReference file_input(const std::filesystem::path& file, const std::string& address) {
  fs::File open(file);
  crypto::Sha256 hash;
  std::vector<char> block(1 << 20);
  while (const std::size_t count = open.read(block.data(), block.size())) hash.update(block.data(), count);
  return {.role = "input", .address = address, .digest = hash.finish().text()};
}

std::string variable_name(std::string_view prefix, std::string_view name) {
  std::string out(prefix);
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? c : '_';
  }
  return out;
}

void check(const Task& task) {
  given(task);
  proc::find_program(task.command.front(), task.environment, task.folder);
}

Tracked track(store::Store& store, const Task& task, const Cancel* cancel) {
  check(task);
  const Begin begun = beginning(store, task);
  Live live(store, begun);
  Hearing hearing(task, live);
  Lent lent;
  const proc::Ended ended = run_command(task, begun, live, hearing, lent, cancel);
  live.remark(hearing.finish());
  const auto damage = lent.damage(store);
  live.remark(damage);
  Status status = status_of(ended, cancel);
  if (!damage.empty() && status == Status::done) status = Status::failed;
  if (task.companion != nullptr) live.remark(task.companion->end(status));
  Tracked out = {.sealed = {},
                 .status = status,
                 .exit_code = ended.status,
                 .signal = ended.signal,
                 .wall_s = ended.wall_s};
  out.sealed = live.end(out.status, ended.status, resources_of(ended), live.now(), ended.signal);
  if (!damage.empty() && out.exit_code == 0) out.exit_code = static_cast<int>(mlops::Code::corrupt);
  return out;
}

}  // namespace mlops::run
