#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/run/run.hpp>

#include <algorithm>
#include <array>
#include <chrono>

#include "folder.hpp"
#include "journal.hpp"
#include "record.hpp"
#include "seal.hpp"

namespace mlops::run {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::uint64_t most_output = 1ULL << 30;
constexpr int turn_ms = 5'000;

Path descriptor_path(const fs::File& file) { return fmt::format("/proc/self/fd/{}", file.descriptor()); }

/// What a command wrote to one of its streams.
struct Log {
  std::optional<fs::File> file;
  std::uint64_t kept = 0;
  std::uint64_t dropped = 0;
};

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::running:
      return "running";
    case Status::done:
      return "done";
    case Status::failed:
      return "failed";
    case Status::interrupted:
      return "interrupted";
    case Status::lost:
      break;
  }
  return "lost";
}

struct Live::Impl {
  Impl(store::Store& to, const Begin& what)
      : store(to), begin(what), claim(make_folder(to.root())), folder{claim.folder()} {
    for (const Path& path : {folder.files(), folder.outputs(), folder.checkpoints()}) {
      std::filesystem::create_directory(path);
    }
    journal.emplace(folder.journal(), fs::File::Mode::append);
    reserve_ending(folder);
    write_begin();
    fs::sync_folder(runs_folder(store.root()));
  }

  void write_begin() {
    const json::Value head = json::parse(json::dump(to_json(begin, folder.id())));
    fs::write_atomic(folder.begin(), json::dump(head) + "\n");
  }

  /// On a network file system appends of several machines write over each other, unless they take turns.
  std::optional<fs::File> turn() const {
    if (!network) return std::nullopt;
    try {
      fs::File file(folder.journal(), fs::File::Mode::update);
      fs::lock(file, turn_ms);
      fs::refresh(file);
      return file;
    } catch (const Error&) {
      return std::nullopt;  // Its name is gone, and so is everybody else; or somebody was stopped in the
                            // midst.
    }
  }

  void write(std::string_view line) {
    const auto held = turn();
    journal->write(line);
    if (Steady::now() - synced >= std::chrono::seconds(1)) sync();
  }

  void sync() {
    journal->sync_data();
    synced = Steady::now();
  }

  /// NFS keeps a file that is open, and so its folder.
  void close_files() {
    journal.reset();
    for (Log* log : {&logs[0], &logs[1], &times}) log->file.reset();
  }

  void open_log(Log& log, std::string_view name) {
    if (!log.file) log.file.emplace(folder.log(name), fs::File::Mode::append);
  }

  void keep(Log& log, bool error_stream, std::string_view bytes, Time time) {
    open_log(log, log_names[error_stream ? 1 : 0]);
    log.file->write(bytes);
    log.kept += bytes.size();
    const bool same = error_stream == last_stream && time.us - last_heard.us < 50'000;
    if (!same) note_time(error_stream, time);
    pending += bytes.size();
  }

  /// A line of output.times: from when on so many bytes came on which stream.
  void note_time(bool error_stream, Time time) {
    flush_times();
    last_stream = error_stream;
    last_heard = time;
  }

  void flush_times() {
    if (pending == 0) return;
    open_log(times, log_names[2]);
    times.file->write(fmt::format("{} {} {}\n", last_heard.us, last_stream ? "err" : "out", pending));
    pending = 0;
  }

  Opened opened() {
    Opened out = {.folder = folder, .begin = begin, .journal = descriptor_path(*journal), .logs = {}};
    for (const Log* log : {&logs[0], &logs[1], &times}) {
      out.logs.push_back(log->file ? descriptor_path(*log->file) : Path());
    }
    return out;
  }

  std::vector<std::string> notes() const {
    std::vector<std::string> out = remarks;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      if (logs[i].dropped == 0) continue;
      out.push_back(fmt::format("{} bytes of {} are not kept: {}", logs[i].dropped,
                                i == 0 ? "standard output" : "standard error", why_dropped));
    }
    return out;
  }

  store::Store& store;
  Begin begin;
  const Steady::time_point start = Steady::now();
  const bool network = fs::volume(store.root()).network;
  fs::Claim claim;
  Folder folder;
  std::string id = folder.id();
  std::optional<fs::File> journal = {};
  Steady::time_point synced = Steady::now();
  std::array<Log, 2> logs = {};
  Log times = {};
  bool last_stream = false;
  Time last_heard = {};
  std::uint64_t pending = 0;
  std::string why_dropped = {};
  std::vector<std::string> remarks = {};
};

Live::Live(store::Store& store, const Begin& begin) {
  require_name("experiment", begin.experiment);
  if (!begin.name.empty()) require_name("run", begin.name);
  impl_ = std::make_unique<Impl>(store, begin);
}

Live::~Live() = default;

const std::string& Live::id() const { return impl_->id; }

const std::filesystem::path& Live::folder() const { return impl_->folder.path; }

std::filesystem::path Live::journal() const { return impl_->folder.journal(); }

std::filesystem::path Live::artifacts() const { return impl_->folder.artifacts(); }

void Live::rename(const std::string& name) {
  require_name("run", name);
  impl_->begin.name = name;
  impl_->write_begin();
}

void Live::move(const std::string& experiment) {
  require_name("experiment", experiment);
  impl_->begin.experiment = experiment;
  impl_->write_begin();
}

void Live::mark(std::optional<Status> over) {
  if (!over) return clear_ending(impl_->folder);
  const Time time = now();
  const double wall_s = static_cast<double>(time.us - impl_->begin.time.us) / 1e6;
  note_ending(impl_->folder, {.status = *over,
                              .exit_code = *over == Status::done ? 0 : 1,
                              .resources = Resources{.wall_s = wall_s},
                              .time = time});
}

Time Live::now() const {
  using namespace std::chrono;
  return {impl_->begin.time.us + duration_cast<microseconds>(Steady::now() - impl_->start).count()};
}

void Live::param(std::string_view name, const json::Value& value) {
  require_name("param", name);
  impl_->write(param_line(name, value, now()));
}

void Live::metric(std::string_view name, double value, std::optional<std::int64_t> step) {
  require_name("metric", name);
  impl_->write(metric_line(name, value, step, now()));
}

void Live::tag(std::string_view name, std::string_view value) {
  require_name("tag", name);
  impl_->write(tag_line(name, value, now()));
}

void Live::facts(std::string_view lines) { impl_->write(lines); }

void Live::remark(const std::vector<std::string>& notes) {
  impl_->remarks.insert(impl_->remarks.end(), notes.begin(), notes.end());
}

void Live::input(const DataReference& data) { impl_->write(data_line(Direction::input, data, now())); }

void Live::output(const DataReference& data) { impl_->write(data_line(Direction::output, data, now())); }

void Live::artifact(std::string_view path, std::string_view bytes) {
  require_artifact_path(path);
  const Digest digest = impl_->store.objects().put(bytes);
  impl_->write(artifact_line({std::string(path), 0644, bytes.size(), digest}, now()));
}

void Live::heard(bool error_stream, std::string_view bytes) noexcept {
  Log& log = impl_->logs[error_stream ? 1 : 0];
  const std::uint64_t room = most_output - std::min(most_output, log.kept);
  try {
    if (room < bytes.size()) impl_->why_dropped = "1 GiB of a stream is";
    if (room > 0) impl_->keep(log, error_stream, bytes.substr(0, room), now());
    log.dropped += bytes.size() - std::min<std::uint64_t>(room, bytes.size());
  } catch (const std::exception& e) {
    impl_->why_dropped = e.what();
    log.dropped += bytes.size();
  }
}

void Live::sync() { impl_->sync(); }

void Live::discard() noexcept {
  impl_->close_files();
  remove_folder(impl_->claim, false);
}

Live::Sealed Live::end(Status status, int exit_code, const Resources& resources, Time time, int signal) {
  try {
    impl_->flush_times();
  } catch (const Error&) {
    // The times of the last output are missing; the output is not.
  }
  const Ending ending = {.status = status,
                         .exit_code = exit_code,
                         .signal = signal,
                         .resources = resources,
                         .time = time,
                         .notes = impl_->notes()};
  note_ending(impl_->folder, ending);
  Sealed sealed = seal(impl_->store, impl_->opened(), ending);
  impl_->close_files();
  remove_folder(impl_->claim, status != Status::done);
  return sealed;
}

}  // namespace mlops::run
