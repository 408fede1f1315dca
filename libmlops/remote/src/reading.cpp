#include "src/reading.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/json/value.hpp>

#include <algorithm>
#include <vector>

namespace mlops::remote {
namespace {

constexpr std::int64_t known_format = 1;

void check_format(const std::string& text, const std::string& name) {
  std::int64_t format = 0;
  try {
    format = json::parse(text)["remote"].int_or(0);
  } catch (const Error&) {
    // Said below.
  }
  if (format > known_format) {
    throw error(Code::usage, "the remote '{}' has format {}, this program knows format {}", name, format,
                known_format)
        .with_id("remote.newer")
        .with_hint("use the newer program that wrote it");
  }
  if (format < 1)
    throw error(Code::corrupt, "'{}' of '{}' does not name a format", format_key, name)
        .with_id("remote.corrupt");
}

/// The entry of that number, which is there.
Push push_at(Space& space, const std::string& name, const std::string& key) {
  const auto text = space.find(key);
  if (!text) damaged(name, key, "it was listed, and is gone");
  return push_from(*text, key);
}

/// Entries behind that number, from the log; `same` is whether that one is among them.
std::vector<std::string> list_log(Space& space, std::int64_t last, bool& same) {
  std::vector<std::string> out;
  space.list("log/", log_key(std::max<std::int64_t>(0, last - 1)), [&](const Item& item) {
    const auto number = number_of(item.key);
    if (number == last) same = true;
    if (number && *number > last) out.push_back(item.key);
  });
  return out;
}

void add(Space& space, const std::string& name, const Options& options, const std::vector<std::string>& keys,
         Tracking::Known& known, Progress& progress) {
  if (keys.empty()) return;
  progress.phase(fmt::format("reading what was pushed to {}", name), keys.size(), Unit::items);
  std::vector<Push> pushes(keys.size());
  in_parallel(keys.size(), {.threads = options.transfers, .cancel = options.cancel},
              [&](std::size_t i) { pushes[i] = push_at(space, name, keys[i]); });
  for (const Push& push : pushes) apply(known.ledger, push);
  known.newest = pushes.back().id;
}

}  // namespace

void damaged(const std::string& name, const std::string& key, std::string_view why) {
  throw error(Code::corrupt, "'{}' of the remote '{}' is damaged: {}", key, name, why)
      .with_id("remote.corrupt")
      .with_hint("bring the file back, or push again from a store that has it");
}

Tracking::Known read_all(Space& space, const std::string& name, const Options& options, Progress& progress) {
  Tracking::Known out;
  const auto format = space.find(format_key);
  if (!format) return out;
  check_format(*format, name);
  std::int64_t newest = 0;
  space.list("checkpoints/", "", [&](const Item& item) { newest = number_of(item.key).value_or(newest); });
  if (newest > 0) {
    const std::string key = checkpoint_key(newest);
    out.ledger = ledger_from(space.find(key).value_or(""), key);
  }
  bool same = false;
  add(space, name, options, list_log(space, out.ledger.number, same), out, progress);
  if (out.newest.empty() && out.ledger.number > 0)
    out.newest = push_at(space, name, log_key(out.ledger.number)).id;
  return out;
}

/// The listing begins with the newest entry that is known.
std::optional<Tracking::Known> read_on(Space& space, const std::string& name, const Options& options,
                                       Tracking::Known known, Progress& progress) {
  bool same = false;
  const auto keys = list_log(space, known.ledger.number, same);
  if (!same) return std::nullopt;
  try {
    add(space, name, options, keys, known, progress);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return std::nullopt;  // All is read, and told where it is so.
  }
  return known;
}

}  // namespace mlops::remote
