#pragma once
/// What was forgotten, for who follows what records name.

#include <mlops/base/digest.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/store/references.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace mlops::store {

/// What its journals say, one after the other.
class ForgottenVersions {
 public:
  /// One entry. Throws Error(corrupt).
  void read(const Objects& objects, const ReferenceEntry& entry);

  const std::map<Digest, std::optional<Digest>>& instead() const { return instead_; }
  /// Records whose contents nothing is to keep.
  std::set<Digest> records() const;

 private:
  std::map<Digest, std::optional<Digest>> instead_;
  std::set<Digest> seen_;  ///< All that were forgotten, or were put in the place of one.
};

ReferenceName forgotten_name(const ReferenceName& name);

/// Of the whole store, as far as it can be read: damage is told by who checks records.
ForgottenVersions forgotten_versions(const std::filesystem::path& root, const Objects& objects);

/// What forgotten records name, as far as it is there, but records: contents, trees and their files; sorted,
/// each once. Other records may name it as well.
std::vector<Digest> forgotten_contents(const std::filesystem::path& root, const Objects& objects);

/// What is kept as what differs from one of these, which are sorted, becomes a file of its own.
void make_whole(Objects& objects, const std::filesystem::path& root, const std::vector<Digest>& without);

}  // namespace mlops::store
