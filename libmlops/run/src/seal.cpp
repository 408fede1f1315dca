#include "seal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>

#include "journal.hpp"
#include "publish.hpp"
#include "record.hpp"

namespace mlops::run {
namespace {

constexpr std::uint64_t largest_json = 64 << 20;
constexpr int reporter_patience_ms = 5'000;

/// Takes in a file of JSON in the run's folder; false when there is none.
template <typename Take>
void read_file(Facts& facts, const Path& path, Take take) {
  const auto stamp = fs::find_stamp(path);
  if (!stamp) return;
  const std::string name = path.filename().native();
  if (stamp->size > largest_json) {
    facts.notes.push_back(fmt::format("{} is not read: it has {}", name, size_text(stamp->size)));
    return;
  }
  try {
    take(parse_lenient(fs::read_file(path)));
  } catch (const Error& e) {
    facts.notes.push_back(fmt::format("{} is not understood: {}", name, e.message()));
  }
}

bool is_folder(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

/// The files below `folder` as objects, their paths behind `prefix`.
std::vector<store::TreeFile> keep_files(store::Objects& objects, const Path& folder,
                                        const std::vector<std::string>& except, Facts& facts) {
  std::vector<store::TreeFile> out;
  if (!is_folder(folder)) return out;
  const fs::Walked walked = fs::walk(folder);
  store::Objects::Batch batch(objects);
  for (const fs::WalkedFile& file : walked.files) {
    if (std::find(except.begin(), except.end(), file.path) != except.end()) continue;
    if (!is_utf8(file.path)) {
      facts.notes.push_back("a file is not kept: its name is not UTF-8");
      continue;
    }
    const Digest digest = batch.put_file(folder / file.path);
    out.push_back({file.path, file.executable ? 0755U : 0644U, file.size, digest});
  }
  batch.commit();
  for (const std::string& path : walked.skipped) {
    facts.notes.push_back(fmt::format("{} is not kept: it is no plain file", path));
  }
  return out;
}

std::optional<Digest> keep_artifacts(store::Store& store, const Folder& folder, Facts& facts) {
  const auto take = [&](const Path& from, const std::vector<std::string>& except) {
    for (store::TreeFile& file : keep_files(store.objects(), from, except, facts)) {
      std::string path = file.path;
      facts.artifacts.insert_or_assign(std::move(path), std::move(file));
    }
  };
  take(folder.files(), {"metrics.json", "params.json"});
  take(folder.artifacts(), {});
  store::Tree tree;
  for (const auto& [path, file] : facts.artifacts) {
    if (store.objects().has(file.digest)) tree.files.push_back(file);
    else facts.notes.push_back(fmt::format("the artifact {} is not in the store", path));
  }
  if (tree.files.empty()) return std::nullopt;
  return store::put_tree(store.objects(), std::move(tree));
}

void keep_outputs(store::Store& store, const Folder& folder, Facts& facts) {
  store::Tree tree{keep_files(store.objects(), folder.outputs(), {}, facts)};
  if (tree.files.empty()) return;
  facts.outputs.push_back(
      {.role = "output", .address = "", .digest = store::put_tree(store.objects(), std::move(tree)).text()});
}

std::vector<std::optional<Digest>> keep_logs(store::Objects& objects, const std::vector<Path>& logs) {
  std::vector<std::optional<Digest>> out;
  for (const Path& path : logs) {
    const auto stamp = path.empty() ? std::nullopt : fs::find_stamp(path);
    out.push_back(stamp && stamp->size > 0 ? std::optional(objects.put_file(path)) : std::nullopt);
  }
  return out;
}

std::string summary_of(const Begin& begin, const Facts& facts, Status status) {
  std::string text = begin.name.empty() ? "" : begin.name + ": ";
  text += name_of(status);
  return text + fmt::format(", {}, {}", count_of(facts.params.size(), "param"),
                            count_of(facts.metrics.size(), "metric"));
}

/// From here on nobody's line is taken that would not be in the record: who reports holds this lock, shared,
/// and looks whether the journal is still there. Somebody who was stopped in the midst does not stop us.
std::optional<fs::File> close_journal(const Opened& opened) {
  if (!fs::find_stamp(opened.journal)) return std::nullopt;
  fs::File journal(opened.journal, fs::File::Mode::update);
  try {
    fs::lock(journal, reporter_patience_ms);
    fs::refresh(journal);
  } catch (const Error& e) {
    if (e.code() != mlops::Code::busy) throw;
  }
  return journal;
}

constexpr std::string_view sealing = "run ";

std::string why_of(const std::string& id) { return std::string(sealing) + id; }

bool is_sealed(store::Store& store, const Folder& folder, const Begin& begin) {
  const auto history = store.references().history({std::string(reference_kind), begin.experiment});
  const std::string why = why_of(folder.id());
  return std::any_of(history.rbegin(), history.rend(),
                     [&](const store::ReferenceEntry& entry) { return entry.why == why; });
}

}  // namespace

std::string sealed_run(std::string_view why) {
  return std::string(why.starts_with(sealing) ? why.substr(sealing.size()) : "");
}

Opened open_folder(const Folder& folder) {
  Opened out = {.folder = folder,
                .begin = begin_from(json::parse(fs::read_file(folder.begin()))),
                .journal = folder.journal(),
                .logs = {}};
  for (const std::string_view name : log_names) out.logs.push_back(folder.log(name));
  return out;
}

Facts read_facts(const Opened& opened) {
  Facts facts;
  facts.last = opened.begin.time;
  read_file(facts, opened.folder.files() / "params.json",
            [&](const json::Value& value) { read_params(facts, "", value); });
  if (fs::find_stamp(opened.journal)) read_journal(facts, fs::File(opened.journal));
  read_file(facts, opened.folder.files() / "metrics.json",
            [&](const json::Value& value) { read_metrics(facts, "", value); });
  if (facts.bad_lines > 0) {
    facts.notes.push_back(fmt::format("{} of the journal could not be read{}: {}",
                                      count_of(facts.bad_lines, "line"),
                                      facts.bad_lines == 1 ? "" : ", the first", facts.first_bad));
  }
  return facts;
}

Live::Sealed seal(store::Store& store, const Opened& opened, const Ending& ending) {
  const auto closed = close_journal(opened);
  Facts facts = read_facts(opened);
  Kept kept;
  kept.artifacts = keep_artifacts(store, opened.folder, facts);
  keep_outputs(store, opened.folder, facts);
  kept.logs = keep_logs(store.objects(), opened.logs);
  if (!facts.metrics.empty()) kept.series = store.objects().put(series_text(facts));
  const auto published =
      publish_next(store, {.name = {std::string(reference_kind), opened.begin.experiment},
                           .record = to_record(store.objects(), opened, facts, ending, kept),
                           .time = ending.time ? *ending.time : facts.last,
                           .who = opened.begin.who,
                           .why = why_of(opened.folder.id()),
                           .summary = summary_of(opened.begin, facts, ending.status)});
  fs::remove_file(opened.folder.journal());
  std::vector<std::string> notes = std::move(facts.notes);
  notes.insert(notes.end(), ending.notes.begin(), ending.notes.end());
  return {opened.folder.id(), published.digest, published.version, std::move(notes)};
}

void seal_lost(store::Store& store, fs::Claim& claim) {
  const Folder folder{claim.folder()};
  const Opened opened = open_folder(folder);
  const Ending ending =
      ending_in(folder).value_or(Ending{.status = Status::lost, .notes = {"its process was killed"}});
  if (!is_sealed(store, folder, opened.begin)) seal(store, opened, ending);
  remove_folder(claim, ending.status != Status::done);
}

}  // namespace mlops::run
