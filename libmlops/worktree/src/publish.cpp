#include <mlops/base/error.hpp>

#include "src/version.hpp"

namespace mlops::worktree {
namespace {

bool is_conflict(const Error& e) { return e.code() == Code::conflict && e.id() == "reference.conflict"; }

}  // namespace

Added publish(store::Store& store, const std::string& path, const Pin& pin, const Intent& intent) {
  Added out{.version = {.path = path, .pin = pin, .time = intent.time, .who = intent.who}};
  for (;;) {
    const auto newest = newest_of(store, path);
    if (newest && newest->pin == pin) {
      out.version = *newest;
      return out;
    }
    const auto previous = newest ? std::optional(newest->record) : std::nullopt;
    const std::string summary = "added " + summary_of(pin);
    try {
      const auto published = store.publish({.name = reference_of(path),
                                            .expected = previous,
                                            .record = to_record(out.version, previous),
                                            .time = intent.time,
                                            .who = intent.who,
                                            .why = summary,
                                            .summary = summary});
      out.version.number = published.version;
      out.version.record = published.digest;
      out.fresh = published.moved;  // Who adds the same at the same moment makes the same record.
      return out;
    } catch (const Error& e) {
      if (!is_conflict(e)) throw;
    }
  }
}

}  // namespace mlops::worktree
