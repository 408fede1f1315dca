#pragma once
/// Tables of `data:`: SELECT statements over sources and other such tables become versions like any other, in
/// the section `data`. One is made again only when its key changes: the digest of the engine's version, the
/// statement (without comments, in one spelling), the values of the parameters it reads, and the values of
/// its inputs.
///
/// Rows are in the order that the statement states; without ORDER BY in the order of the one table whose rows
/// they are; else sorted by all columns, from the left, nulls last. Where rows are put together (joins,
/// groups, windows) one thread works, so that sums of fractions come out the same on every machine.
///
/// A column whose values come from personal data is personal data too.
///
/// Errors of a statement are Error(usage) that begin with the place, `mlops.yaml:14:9: ...`, and show the
/// line with a caret.

#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/manifest/manifest.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// What is declared; all of it must outlive its users.
struct Declared {
  const manifest::Manifest& manifest;
  std::filesystem::path root;       ///< Where `sql: FILE` starts.
  json::Object params = {};         ///< What `$name` stands for.
  std::string file = "mlops.yaml";  ///< In messages.
};

/// The versions of inputs, by address.
using Inputs = std::map<std::string, Version>;

class Derivations {
 public:
  Derivations(const Declared& declared, Workshop& workshop);
  ~Derivations();
  Derivations(const Derivations&) = delete;
  Derivations& operator=(const Derivations&) = delete;

  /// The addresses of `targets` (each `sources/x` or `data/x`) and of everything they are made from, each
  /// after its inputs, once. Throws Error(usage) for a statement that is no SELECT, depends on files, the
  /// clock or chance, reads a table that is not there (with near misses), or itself, and for a parameter
  /// that is not declared; not_found for an SQL file that is not there.
  std::vector<std::string> order(const std::vector<std::string>& targets);

  /// Addresses that `name` of `data:` is made from, sorted.
  std::vector<std::string> inputs_of(const std::string& name);

  struct State {
    Digest key = {};
    std::optional<Version> newest = {};  ///< The newest version, whatever its key.
    std::string why = {};  ///< What differs first; empty when the newest version is of this key, and whole.
    bool lost = false;     ///< It is of this key, and the store has lost or damaged objects of it.

    bool fresh() const { return newest && why.empty(); }
  };
  /// Whether the table would be made.
  State state(store::Store& store, const std::string& name, const Inputs& inputs);

  struct Report {
    Version version;
    /// There was a version of this key; its table is made again where it was lost, and `unchanged` false
    /// then.
    bool unchanged = false;
    std::string why = {};  ///< As in State.
  };
  /// The version of `name` for these inputs (at least inputs_of()), made if need be. Two processes that make
  /// it at once end with one version. Throws Error: as order(); usage (the statement does not bind, two
  /// columns of one name), failed (it cannot run on these values), busy (disk full, locked), interrupted.
  Report derive(store::Store& store, const std::string& name, const Inputs& inputs, const std::string& who);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::dataset
