#pragma once
/// What a store knows of a remote: its ledger as it was last read, the indexes of its packs, and what was
/// sent of a push that was cut. All of it can be lost.
///
///   ledger     a line {"newest","taken","url"}, and the ledger
///   indexes/   the last bytes of packs, by their ids
///   sent       the url, and keys, one a line
///   partial/   large objects on their way
///   lock

#include <mlops/fs/lock.hpp>
#include <mlops/remote/ledger.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace mlops::remote {

class Tracking {
 public:
  Tracking(std::filesystem::path folder, std::string url)
      : folder_(std::move(folder)), url_(std::move(url)) {}

  struct Known {
    Ledger ledger = {};
    std::string newest = {};                   ///< The id of its newest entry.
    std::map<std::string, Digest> taken = {};  ///< The project's files as they were last taken or pushed.
  };
  /// Nothing where nothing is known, or of another url.
  std::optional<Known> load() const;
  /// Of whatever url.
  static std::optional<Ledger> find(const std::filesystem::path& folder);
  void save(const Known& known) const;

  std::optional<std::string> index(const std::string& id) const;
  void keep_index(const std::string& id, std::string_view tail) const;

  std::set<std::string> sent() const;
  void begin_sending() const;
  void add_sent(const std::string& key) const;
  void forget_sent() const;

  std::filesystem::path partial(const Digest& digest) const;

 private:
  const std::filesystem::path folder_;
  const std::string url_;
};

}  // namespace mlops::remote
