/// What an address stands for.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/selector.hpp>

#include <algorithm>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

using Entries = std::vector<store::ReferenceEntry>;

constexpr std::string_view champion = "champion";

struct Address {
  std::string name;
  std::string selector;  ///< What stands behind the first '@'.
};

[[noreturn]] void selects_nothing(const std::string& selector) {
  throw error(Code::usage, "'@{}' selects no version", selector)
      .with_hint(
          "`@v2` (number), `@champion` (alias), `@{{1}}` (one move back) or `@2026-11-01` (as of) is wanted");
}

/// MLflow's spelling: `models:/churn@champion`, `models:/churn/7`, `models:/churn/latest`.
Address split_mlflow(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    const std::size_t at = std::min(text.find('@'), text.size());
    return {std::string(text.substr(0, at)), at == text.size() ? "" : std::string(text.substr(at + 1))};
  }
  const std::string version(text.substr(slash + 1));
  return {std::string(text.substr(0, slash)), store::number_in(version, "", "") ? "v" + version : version};
}

Address split(std::string_view text) {
  if (text.starts_with("models:/")) return split_mlflow(text.substr(8));
  if (text.starts_with("models/")) text.remove_prefix(7);
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return {std::string(text), ""};
  if (at + 1 == text.size()) selects_nothing("");
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

Error not_found(std::string message) {
  return Error(Code::not_found, std::move(message)).with_id("model.not_found");
}

std::string range_of(std::string_view name, const Entries& versions) {
  if (versions.size() == 1) return fmt::format("{} has v1 only", name);
  return fmt::format("{} has v1 to v{}", name, versions.size());
}

/// An address of one model, taken apart step by step.
class Resolver {
 public:
  Resolver(const store::References& references, Address address)
      : references_(references),
        name_(std::move(address.name)),
        selector_(std::move(address.selector)),
        versions_(versions(references, name_)) {}

  const store::ReferenceEntry& find() {
    if (selector_.empty()) return meant_by_name();
    if (selector_ == "latest") return versions_.back();
    if (const auto number = store::number_in(selector_, "v", "")) return numbered(*number);
    const std::size_t at = selector_.find('@');
    const std::string first = selector_.substr(0, at);
    if (at != std::string::npos) return moved(alias(first), selector_.substr(at + 1), name_ + "@" + first);
    if (selector_.starts_with('{') || Time::parse(selector_)) {
      const Entries moves = references_.history(alias_of(name_, champion));
      return moved(moves.empty() ? versions_ : moves, selector_, name_);
    }
    return entry_of(alias(selector_).back().digest);
  }

 private:
  const store::ReferenceEntry& meant_by_name() const {
    const auto now = references_.find(alias_of(name_, champion));
    return now ? entry_of(now->digest) : versions_.back();
  }

  const store::ReferenceEntry& entry_of(const Digest& record) const {
    const auto found = std::find_if(versions_.begin(), versions_.end(),
                                    [&](const auto& entry) { return entry.digest == record; });
    if (found != versions_.end()) return *found;
    throw error(Code::corrupt, "an alias of '{}' points at {}, which is no version of it", name_,
                record.text())
        .with_hint("`mlops store fsck` looks for more");
  }

  const store::ReferenceEntry& numbered(std::int64_t number) const {
    if (number >= 1 && number <= static_cast<std::int64_t>(versions_.size())) {
      return versions_[static_cast<std::size_t>(number - 1)];
    }
    throw not_found(fmt::format("'{}' has no version {}", name_, number))
        .with_hint("{}", range_of(name_, versions_));
  }

  Entries alias(const std::string& alias) const {
    if (!can_be_alias(alias)) selects_nothing(alias);
    Entries moves = references_.history(alias_of(name_, alias));
    if (!moves.empty()) return moves;
    const auto known = aliases_of(references_, name_);
    Error fault = not_found(fmt::format("'{}' has no alias '{}'", name_, alias));
    const auto near = near_misses(alias, known);
    if (!near.empty()) throw std::move(fault).with_hint("a similar one exists: {}", one_of(near));
    throw std::move(fault).with_hint("{}{}", range_of(name_, versions_),
                                     known.empty() ? ", and no alias" : ", and " + one_of(known));
  }

  /// So many moves back, or as of a time.
  const store::ReferenceEntry& moved(const Entries& moves, const std::string& selector,
                                     const std::string& what) const {
    if (const auto back = store::number_in(selector, "{", "}")) {
      const auto steps = static_cast<std::size_t>(*back);
      if (steps < moves.size()) return entry_of(moves[moves.size() - 1 - steps].digest);
      throw not_found(fmt::format("'{}' does not go back {}: it has {} behind it", what,
                                  count_of(steps, "move"), moves.size() - 1));
    }
    const auto time = Time::parse(selector);
    if (!time) selects_nothing(selector);
    const auto later =
        std::find_if(moves.begin(), moves.end(), [&](const auto& e) { return e.time > *time; });
    if (later != moves.begin()) return entry_of((later - 1)->digest);
    throw not_found(fmt::format("'{}' was nothing yet at {}", what, time->text()))
        .with_hint("it begins at {}", moves.front().time.text());
  }

  const store::References& references_;
  const std::string name_;
  const std::string selector_;
  const Entries versions_;
};

struct Found {
  std::string name;
  store::ReferenceEntry entry;
};

/// The version whose record's digest begins with these digits.
std::optional<Found> by_digest(const store::References& references, std::string_view hex) {
  std::optional<Found> found;
  for (const std::string& name : model_names(references)) {
    for (const auto& entry : references.history(versions_of(name))) {
      if (!entry.digest.hex().starts_with(hex)) continue;
      if (found) {
        throw error(Code::usage, "the digest '{}' is ambiguous", hex)
            .with_hint("{}@v{} and {}@v{} begin with it", found->name, found->entry.seq, name, entry.seq);
      }
      found = {name, entry};
    }
  }
  return found;
}

std::optional<Found> find_digest(const store::References& references, std::string_view address) {
  const bool prefixed = address.starts_with("sha256:");
  const std::string_view digits = prefixed ? address.substr(7) : address;
  if (store::is_digits(digits) && !references.find(versions_of(address))) {
    if (auto found = by_digest(references, digits)) return found;
  }
  if (prefixed) throw not_found(fmt::format("no model version '{}'", address));
  return std::nullopt;
}

Found find_version(const store::References& references, std::string_view address) {
  if (auto found = find_digest(references, address)) return std::move(*found);
  Address parts = split(address);
  std::string name = parts.name;
  return {std::move(name), Resolver(references, std::move(parts)).find()};
}

}  // namespace

std::vector<store::ReferenceName> followed(const store::References& references, std::string_view address) {
  if (find_digest(references, address)) return {};
  const Address parts = split(address);
  if (parts.selector.empty()) return {alias_of(parts.name, champion), versions_of(parts.name)};
  if (parts.selector == "latest") return {versions_of(parts.name)};
  if (can_be_alias(parts.selector)) return {alias_of(parts.name, parts.selector)};
  return {};
}

Version Registry::get(std::string_view address) const {
  const Found found = find_version(store_.references(), address);
  Version version = load(store_, found.name, found.entry);
  version.aliases = aliases_by_record(store_.references(), found.name)[version.record];
  return version;
}

}  // namespace mlops::model
