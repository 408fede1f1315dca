#include "src/version.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/record_fields.hpp>
#include <mlops/store/selector.hpp>

namespace mlops::worktree {
namespace {

constexpr std::string_view kind = "files-version/1";

Version load(const store::Store& store, const std::string& path, const store::ReferenceEntry& entry) {
  const json::Value record(store.record(entry.digest));
  const store::RecordFields fields(record, entry.digest.text());
  fields.require_kind(kind);
  const store::RecordFields raw = fields.inside("raw");
  Version version{.path = path,
                  .number = entry.seq,
                  .record = entry.digest,
                  .time = fields.time("time"),
                  .who = entry.who};
  const auto tree = raw.optional_digest("tree");
  version.pin = {.digest = tree ? *tree : raw.digest("content"),
                 .folder = tree.has_value(),
                 .executable = raw.flag("executable"),
                 .files = raw.count("files"),
                 .bytes = raw.count("bytes")};
  return version;
}

[[noreturn]] void no_entry(const std::string& address, std::string_view why) {
  throw error(Code::usage, "the entry of '{}' in mlops.lock {}", address, why)
      .with_hint("restore mlops.lock from git, or add the path again");
}

}  // namespace

store::ReferenceName reference_of(const std::string& path) { return {"files", path}; }

json::Object to_entry(const Pin& pin) {
  json::Object entry{{"digest", pin.digest.text()}, {"size", pin.bytes}};
  if (pin.folder) entry.set("files", pin.files);
  if (pin.executable) entry.set("executable", true);
  return entry;
}

Pin pin_from(const json::Object& entry, const std::string& address) {
  const json::Value value(entry);
  const auto digest = Digest::parse(value["digest"].text_or(""));
  const std::int64_t size = value["size"].int_or(-1);
  const std::int64_t files = value["files"].is_null() ? 1 : value["files"].int_or(-1);
  if (!digest) no_entry(address, "has no digest");
  if (size < 0 || files < 0) no_entry(address, "has no size, or no number of files");
  return {.digest = *digest,
          .folder = !value["files"].is_null(),
          .executable = value["executable"].bool_or(false),
          .files = static_cast<std::uint64_t>(files),
          .bytes = static_cast<std::uint64_t>(size)};
}

json::Object to_record(const Version& version, const std::optional<Digest>& previous) {
  const Pin& pin = version.pin;
  json::Object raw{{"bytes", pin.bytes}, {"executable", pin.executable}, {"files", pin.files}};
  raw.set(pin.folder ? "tree" : "content", pin.digest.text());
  return {{"kind", std::string(kind)},
          {"path", version.path},
          {"previous", previous ? json::Value(previous->text()) : json::Value()},
          {"raw", std::move(raw)},
          {"time", version.time.text()}};
}

std::string summary_of(const Pin& pin) {
  return pin.folder ? fmt::format("{}, {}", count_of(pin.files, "file"), size_text(pin.bytes))
                    : size_text(pin.bytes);
}

std::string joined(const std::string& path, const std::string& file) {
  return file.empty() ? path : path + "/" + file;
}

std::optional<Version> newest_of(const store::Store& store, const std::string& path) {
  const auto entry = store::References(store.root()).find(reference_of(path));
  return entry ? std::optional(load(store, path, *entry)) : std::nullopt;
}

std::vector<Version> history(const store::Store& store, const std::string& path) {
  std::vector<Version> out;
  for (const auto& entry : store::References(store.root()).history(reference_of(path)))
    out.push_back(load(store, path, entry));
  return out;
}

Version version_of(const store::Store& store, const std::string& path, const std::string& selector) {
  const auto entries = store::References(store.root()).history(reference_of(path));
  if (entries.empty()) throw error(Code::not_found, "'{}' was never added", path).with_id("files.not_found");
  return load(store, path, store::select(entries, path, selector, "files.not_found"));
}

std::vector<Version> latest(const store::Store& store) {
  std::vector<Version> out;
  for (const auto& name : store::References(store.root()).list()) {
    if (name.kind != "files") continue;
    if (auto version = newest_of(store, name.name)) out.push_back(std::move(*version));
  }
  return out;
}

}  // namespace mlops::worktree
