#include <mlops/feature/sets.hpp>

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace mlops::feature {
namespace {

/// The meaning alone, without where it stands in its text.
Definition placeless(Definition definition) {
  definition.offset = 0;
  return definition;
}

const Input* input_of(const View& view, const ViewColumn& column) {
  return column.input ? &view.inputs[*column.input] : nullptr;
}

bool same_input(const Input* a, const Input* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

/// With what the text reads, where the text alone would not tell two apart.
std::string with_input(const View& view, const ViewColumn& column) {
  const Input* input = input_of(view, column);
  return fmt::format("{} as {}{}", column.text, column.type, input == nullptr ? "" : " of " + input->sql);
}

std::string key_text(const Key& key) {
  constexpr std::array<std::string_view, 5> kinds = {"whole number", "text", "flag", "date", "time stamp"};
  return fmt::format("{} ({})", key.column, kinds[static_cast<std::size_t>(key.kind)]);
}

std::string ttl_text(const View& view) { return view.ttl_us ? duration_text(*view.ttl_us) : ""; }

template <typename Item, typename Name>
std::string in_order(const std::vector<Item>& items, const Name& name) {
  std::string out;
  for (const Item& item : items) out += (out.empty() ? "" : ", ") + item.*name;
  return out;
}

template <typename Item>
const Item* named_as(const Item& wanted, const std::vector<Item>& items, std::string Item::*name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& one) { return one.*name == wanted.*name; });
  return found == items.end() ? nullptr : &*found;
}

class Differences {
 public:
  Differences(const View& before, const View& after) : before_(before), after_(after) {}

  std::vector<Change> all() {
    note("from", before_.from, after_.from);
    lists(&View::key, &Key::entity, "key");
    note("at", before_.at, after_.at);
    note("known", before_.known, after_.known);
    note("ttl", ttl_text(before_), ttl_text(after_));
    lists(&View::columns, &ViewColumn::name, "column");
    return std::move(out_);
  }

 private:
  void note(const std::string& what, const std::string& before, const std::string& after) {
    if (before != after) out_.push_back({what, before, after});
  }

  /// Each item by its name; their order only where nothing else has changed.
  template <typename Item>
  void lists(std::vector<Item> View::*items, std::string Item::*name, const std::string& kind) {
    const std::size_t noted = out_.size();
    for (const Item& one : before_.*items) {
      const Item* other = named_as(one, after_.*items, name);
      if (other != nullptr) compare(kind + " " + one.*name, one, *other);
      else out_.push_back({kind + " " + one.*name, text_of_item(one), ""});
    }
    for (const Item& one : after_.*items) {
      if (named_as(one, before_.*items, name) == nullptr)
        out_.push_back({kind + " " + one.*name, "", text_of_item(one)});
    }
    if (noted == out_.size()) note(kind + "s", in_order(before_.*items, name), in_order(after_.*items, name));
  }

  static std::string text_of_item(const Key& key) { return key_text(key); }
  static std::string text_of_item(const ViewColumn& column) { return column.text; }

  void compare(const std::string& what, const Key& before, const Key& after) {
    note(what, key_text(before), key_text(after));
  }
  void compare(const std::string& what, const ViewColumn& before, const ViewColumn& after) {
    if (placeless(before.definition) != placeless(after.definition))
      out_.push_back({what, before.text, after.text});
    else if (before.type != after.type || !same_input(input_of(before_, before), input_of(after_, after)))
      out_.push_back({what, with_input(before_, before), with_input(after_, after)});
  }

  const View& before_;
  const View& after_;
  std::vector<Change> out_;
};

}  // namespace

std::vector<Change> changes(const View& before, const View& after) {
  return Differences(before, after).all();
}

}  // namespace mlops::feature
