#include <mlops/memo/memo.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/version.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>

#include <map>
#include <system_error>

namespace mlops::memo {
namespace {

constexpr std::size_t most_answers = 200;

json::Array told(const fs::Stamp& stamp) {
  return {static_cast<std::int64_t>(stamp.size), static_cast<std::int64_t>(stamp.inode), stamp.modified_ns};
}

/// This very executable: one that was built again may answer otherwise.
json::Array program() {
  json::Array out = {std::string(version())};
  const auto stamp = fs::find_stamp("/proc/self/exe");
  if (stamp) out.emplace_back(told(*stamp));
  return out;
}

std::string name_of(const json::Object& question) {
  return crypto::sha256(json::canonical(json::Array{program(), question})).hex();
}

}  // namespace

Memo::Memo(const std::filesystem::path& store) : file_(store / "memo.json") {}

void Memo::load() {
  if (loaded_) return;
  loaded_ = true;
  try {
    const auto text = fs::find_file(file_);
    const json::Value kept = text ? json::parse(*text) : json::Value();
    if (const json::Object* answers = kept.as_object()) answers_ = *answers;
  } catch (const Error&) {
    answers_ = {};  // Torn or somebody else's: a cache.
  }
}

std::optional<json::Value> Memo::find(const json::Object& question) {
  load();
  const json::Value* found = answers_.find(name_of(question));
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void Memo::keep(const json::Object& question, json::Value answer) noexcept {
  try {
    loaded_ = false;
    load();  // Others may have kept theirs meanwhile.
    const std::string name = name_of(question);
    json::Object next;
    std::size_t left = answers_.size();
    for (const auto& [known, value] : answers_) {
      if (known != name && left-- <= most_answers) next.append(known, value);
    }
    next.append(name, std::move(answer));
    answers_ = std::move(next);
    fs::write_atomic(file_, json::dump(answers_) + "\n");
  } catch (const std::exception&) {
    // A full disk, a store that may only be read: then it is worked out again.
  }
}

json::Array stamps_of(const std::vector<std::filesystem::path>& folders) {
  std::map<std::string, fs::Stamp> found;
  for (const std::filesystem::path& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      if (const auto stamp = fs::find_stamp(entry.path())) found.emplace(entry.path().native(), *stamp);
    }
  }
  json::Array out;
  for (const auto& [file, stamp] : found) out.push_back(json::Array{file, told(stamp)});
  return out;
}

std::optional<Digest> digest_of(const std::filesystem::path& file) {
  const auto bytes = fs::find_file(file);
  return bytes ? std::optional(crypto::sha256(*bytes)) : std::nullopt;
}

}  // namespace mlops::memo
