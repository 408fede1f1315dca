#include "src/cargo.hpp"

#include <deque>
#include <set>

namespace mlops::remote {
namespace {

/// Decides in which form what is missing there goes.
class Loading {
 public:
  Loading(store::Store& store, const Inventory& inventory) : store_(store), inventory_(inventory) {}

  Cargo load(const store::Reached& reached) {
    add(reached.history, out_.history);
    add(reached.contents, out_.small);
    while (!recipes_.empty()) {
      Cargo::Large recipe = std::move(recipes_.front());
      recipes_.pop_front();
      decide(std::move(recipe));
    }
    return std::move(out_);
  }

 private:
  void add(const std::vector<Digest>& digests, std::vector<Digest>& small) {
    const auto forms = store::forms_of(store_, digests);
    for (std::size_t i = 0; i < digests.size(); ++i) {
      if (!planned_.insert(digests[i]).second) continue;
      ++out_.objects;
      out_.bytes += forms[i].recipe.empty() ? forms[i].size : forms[i].recipe.size();
      if (forms[i].small) {
        small.push_back(digests[i]);
      } else if (forms[i].recipe.empty()) {
        out_.large.push_back({digests[i], forms[i]});
      } else {
        recipes_.push_back({digests[i], forms[i]});
      }
    }
  }

  /// As a recipe, with what it is made of, where that is less than the whole.
  void decide(Cargo::Large large) {
    std::vector<Digest> parts;
    for (const Digest& part : large.form.parts) {
      if (!inventory_.has(part) && !planned_.contains(part)) parts.push_back(part);
    }
    std::uint64_t more = 0;
    for (const store::Form& form : store::forms_of(store_, parts)) more += form.size;
    if (more >= large.form.size) {
      out_.bytes += large.form.size - large.form.recipe.size();
      large.form.recipe.clear();
    } else {
      add(parts, out_.small);
    }
    out_.large.push_back(std::move(large));
  }

  store::Store& store_;
  const Inventory& inventory_;
  std::set<Digest> planned_;
  std::deque<Cargo::Large> recipes_;
  Cargo out_;
};

}  // namespace

Cargo load(store::Store& store, const Inventory& inventory, const store::Reached& reached) {
  return Loading(store, inventory).load(reached);
}

}  // namespace mlops::remote
