#include "folder.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/fs/walk.hpp>

namespace mlops::run {
namespace {

/// 12 of 0-9a-z, the first a letter: 61 bits, so that no two of a million are alike.
std::string fresh_id() {
  std::uint64_t random = std::stoull(crypto::random_hex(8), nullptr, 16);
  std::string id(1, static_cast<char>('a' + random % 26));
  random /= 26;
  while (id.size() < 12) {
    id += "0123456789abcdefghijklmnopqrstuvwxyz"[random % 36];
    random /= 36;
  }
  return id;
}

json::Array texts(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& text : list) out.emplace_back(text);
  return out;
}

std::vector<std::string> list_of(const json::Value& value) {
  std::vector<std::string> out;
  if (const json::Array* array = value.as_array()) {
    for (const json::Value& item : *array) out.push_back(item.text_or(""));
  }
  return out;
}

json::Value or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

Code code_from(const json::Value& value) {
  return {.remote = value["remote"].text_or(""),
          .branch = value["branch"].text_or(""),
          .commit = value["commit"].text_or(""),
          .patch = Digest::parse(value["patch"].text_or("")),
          .patch_bytes = static_cast<std::uint64_t>(value["patch_bytes"].int_or(0)),
          .too_large = list_of(value["too_large"]),
          .note = value["note"].text_or("")};
}

Environment environment_from(const json::Value& value) {
  return {.listing = Digest::parse(value["listing"].text_or("")).value_or(Digest()),
          .summary = value["summary"].text_or("")};
}

}  // namespace

Path runs_folder(const Path& store_root) { return store_root / "runs"; }

fs::Claim make_folder(const Path& store_root) { return fs::make_claimed(runs_folder(store_root), fresh_id); }

namespace {

/// A lock file whose owner was killed before it had made its folder, or after it had removed it.
void drop_orphan(Path lock) noexcept {
  try {
    fs::claim(lock.replace_extension());
  } catch (const std::exception&) {
    // It may not be removed: it stays, and is in nobody's way.
  }
}

}  // namespace

std::vector<Folder> folders(const Path& store_root) {
  std::vector<Folder> out;
  const auto names = fs::names_in(runs_folder(store_root));
  for (const std::string& name : names) {
    Folder folder{runs_folder(store_root) / name};
    if (folder.path.extension() == ".lock") drop_orphan(folder.path);
    else if (fs::find_stamp(folder.begin())) out.push_back(std::move(folder));
  }
  return out;
}

void remove_folder(fs::Claim& claim, bool keep_checkpoints) {
  const Folder folder{claim.folder()};
  std::error_code ignored;
  std::filesystem::remove(folder.begin(), ignored);
  if (!keep_checkpoints || std::filesystem::is_empty(folder.checkpoints(), ignored) || ignored) {
    return claim.remove();
  }
  for (std::filesystem::directory_iterator entry(folder.path, ignored), end; entry != end && !ignored;
       entry.increment(ignored)) {
    std::error_code fault;
    if (entry->path() != folder.checkpoints()) std::filesystem::remove_all(entry->path(), fault);
  }
  claim.leave();
}

json::Object to_json(const Code& code) {
  return {{"remote", or_null(code.remote)},
          {"branch", or_null(code.branch)},
          {"commit", or_null(code.commit)},
          {"patch", code.patch ? json::Value(code.patch->text()) : json::Value()},
          {"patch_bytes", code.patch_bytes},
          {"too_large", texts(code.too_large)},
          {"note", or_null(code.note)}};
}

json::Object to_json(const Environment& environment) {
  const bool known = environment.listing != Digest();
  return {{"listing", known ? json::Value(environment.listing.text()) : json::Value()},
          {"summary", or_null(environment.summary)}};
}

json::Object to_json(const Begin& begin, const std::string& id) {
  json::Object out = {{"id", id},
                      {"experiment", begin.experiment},
                      {"name", or_null(begin.name)},
                      {"command", texts(begin.command)},
                      {"folder", or_null(begin.folder.native())},
                      {"parent", or_null(begin.parent)},
                      {"seed", begin.seed},
                      {"code", to_json(begin.code)},
                      {"environment", to_json(begin.environment)},
                      {"who", or_null(begin.who)},
                      {"started", begin.time.text()}};
  if (begin.key) out.set("key", begin.key->hex());
  return out;
}

Begin begin_from(const json::Value& value) {
  const auto time = Time::parse(value["started"].text_or(""));
  if (!time || value["experiment"].text_or("").empty()) {
    throw error(mlops::Code::corrupt, "a run's beginning has no 'started' or no 'experiment'");
  }
  return {.experiment = value["experiment"].text_or(""),
          .name = value["name"].text_or(""),
          .command = list_of(value["command"]),
          .folder = value["folder"].text_or(""),
          .parent = value["parent"].text_or(""),
          .seed = static_cast<std::uint64_t>(value["seed"].int_or(1)),
          .code = code_from(value["code"]),
          .environment = environment_from(value["environment"]),
          .who = value["who"].text_or(""),
          .time = *time,
          .key = Digest::parse(value["key"].text_or(""))};
}

}  // namespace mlops::run
