#pragma once
/// What fsck does with a store: it reads every copy of every object, on all cores, and mends what another
/// copy or a pack's own frames allow. Faults come in an order that the store alone decides.

#include <mlops/base/digest.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/encodings.hpp"
#include "src/graph.hpp"

namespace mlops::store {

class Check {
 public:
  Check(const std::filesystem::path& root, Objects& objects, Progress& progress)
      : root_(root), objects_(objects), progress_(progress) {}

  void objects();
  void references();
  void graph();
  std::vector<Fault> take() { return std::move(faults_); }

 private:
  using Kind = Encodings::Kind;

  /// A copy that is not what its digest says.
  struct Damage {
    Kind kind = Kind::whole;
    Digest digest = {};
    std::shared_ptr<const PackFile> pack = {};
    std::int64_t modified_ns = 0;  ///< Of the file, when it was read.
    std::size_t fault = 0;         ///< Its number.
    bool mended = false;
  };
  struct Finding {
    Fault fault;
    std::optional<Damage> damage = {};
  };
  /// A folder of objects or recipes, or a pack.
  struct Job {
    Kind kind = Kind::whole;
    std::string shard = {};
    std::shared_ptr<const PackFile> pack = {};
    std::uint64_t bytes = 0;
  };

  void add(std::string what, std::string fix);
  void tell(std::uint64_t bytes);

  std::vector<Job> jobs() const;
  std::vector<Finding> findings(const Job& job);
  void in_folder(const Job& job, std::vector<Finding>& out);
  void in_pack(const std::shared_ptr<const PackFile>& pack, std::vector<Finding>& out);
  std::optional<Finding> whole(const Digest& digest);
  std::optional<Finding> recipe(const Digest& digest, std::uint64_t stored);

  void mend_packs();
  bool salvaged(const std::filesystem::path& pack, std::string& how);
  void mend();
  bool put_away(const Damage& damage);
  void drop_from_packs();
  void mended(Damage& damage, std::string how);
  void drop_caches(const Graph& graph);

  std::string way_back(const Graph& graph, const Digest& digest) const;

  const std::filesystem::path root_;
  Objects& objects_;
  Progress& progress_;
  std::mutex telling_;
  std::uint64_t done_ = 0;
  std::vector<Fault> faults_;
  std::vector<Damage> damages_;
  std::map<Digest, std::string> named_by_;  ///< Kinds of references.
};

/// False where nothing can be written: no room, no permission.
template <typename Mend>
bool could(Mend mend) {
  try {
    mend();
    return true;
  } catch (const Error& e) {
    if (e.code() != Code::busy && e.code() != Code::failed) throw;
    return false;
  }
}

}  // namespace mlops::store
