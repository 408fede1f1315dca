#include "publish.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>

namespace mlops::run {
namespace {

constexpr int patience_ms = 60'000;
constexpr int most_attempts = 100;

}  // namespace

store::Store::Published publish_next(store::Store& store, store::Store::Publication publication) {
  const auto locks = store.root() / "locks";
  fs::make_folders(locks);
  // The lock keeps many that end at once from trying again and again; that the reference has not moved
  // meanwhile is checked all the same.
  const fs::Lock turn(locks / "runs", patience_ms);
  for (int attempt = 1;; ++attempt) {
    const auto now = store.references().find(publication.name);
    publication.expected = now ? std::optional(now->digest) : std::nullopt;
    try {
      return store.publish(publication);
    } catch (const Error& e) {
      if (e.code() != mlops::Code::conflict || attempt == most_attempts) throw;
    }
  }
}

}  // namespace mlops::run
