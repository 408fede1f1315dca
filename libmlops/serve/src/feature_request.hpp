#pragma once
/// What POST /get-online-features and the pushes have in their bodies.

#include <mlops/json/document.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mlops::serve {

/// Columns of one length, by name: `entities` and `df`. Reused from request to request.
class NamedLists {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// `member` is what the body calls them. Throws FeatureFault.
  void read(std::string_view member, json::Node value);

  std::size_t rows() const { return rows_; }
  std::size_t width() const { return names_.size(); }
  std::string_view name(std::size_t column) const { return names_[column]; }
  std::size_t find(std::string_view name) const;
  std::span<const json::Cell* const> cells(std::size_t column) const {
    return {cells_.data() + column * rows_, rows_};
  }
  /// "'a', 'b' and 'c'" for a message; "no columns".
  std::string names_text() const;

 private:
  void add(std::string_view name);

  std::size_t rows_ = 0;
  std::vector<std::string_view> names_ = {};
  std::unordered_map<std::string_view, std::size_t> places_ = {};  ///< Of all names, where they are many.
  std::vector<const json::Cell*> cells_ = {};
};

struct FeatureQuestion {
  NamedLists entities = {};
  std::vector<std::string_view> features = {};
  std::optional<std::string_view> service = {};
  bool full_names = false;

  /// Throws FeatureFault.
  void read(json::Node body);
};

struct PushedRows {
  std::string_view view = {};
  NamedLists columns = {};

  /// `view_member` is what the body calls the view. Throws FeatureFault, also where the rows are meant for
  /// another place than the online store.
  void read(json::Node body, std::string_view view_member);
};

}  // namespace mlops::serve
