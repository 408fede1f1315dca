#include <mlops/release/key.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::release {
namespace {

/// "0.1", "auc"; texts without quotes.
std::string shown(const json::Value* value) {
  if (value == nullptr || value->is_null()) return "default";
  const std::string* text = value->as_string();
  if (text != nullptr) return text->empty() ? "default" : *text;
  return json::dump(*value);
}

bool same(const json::Value& a, const json::Value& b) { return json::canonical(a) == json::canonical(b); }

const json::Object& object_in(const json::Value& value) {
  static const json::Object none;
  const json::Object* found = value.as_object();
  return found == nullptr ? none : *found;
}

/// The first member that differs: "eta 0.1 -> 0.2".
std::string member_difference(const json::Value& before, const json::Value& now) {
  const auto told = [&](const std::string& name) {
    return fmt::format("{} {} -> {}", name, shown(object_in(before).find(name)),
                       shown(object_in(now).find(name)));
  };
  for (const auto& [name, value] : object_in(now)) {
    if (!same(before[name], value)) return told(name);
  }
  for (const auto& [name, value] : object_in(before)) {
    if (!same(now[name], value)) return told(name);
  }
  return "";
}

const std::pair<std::string, std::int64_t>* find_table(const Key& key, const std::string& address) {
  const auto found = std::find_if(key.tables.begin(), key.tables.end(),
                                  [&](const auto& one) { return one.first == address; });
  return found == key.tables.end() ? nullptr : &*found;
}

/// "data/departures has version 3, it was trained on version 2".
std::string table_difference(const std::string& address, const Key& before, const Key& now) {
  const auto* then = find_table(before, address);
  const auto* today = find_table(now, address);
  if (then == nullptr || today == nullptr || then->second == today->second)
    return fmt::format("{} has other values", address);
  return fmt::format("{} has version {}, it was trained on version {}", address, today->second, then->second);
}

std::string said_otherwise(const std::string& address) {
  return fmt::format("what {} is said to hold is other", address);
}

/// What a model is made of.
class Candidates {
 public:
  Candidates(const Key& before, const Key& now) : before_(before), now_(now) {}

  std::string difference(const std::string& name, const json::Value& a, const json::Value& b) const {
    if (std::string text = data(a, b); !text.empty()) return text;
    if (!same(a["trainer"], b["trainer"]))
      return fmt::format("{} is trained by {}, it was {}", name, shown(&b["trainer"]), shown(&a["trainer"]));
    for (const auto& [part, said] : named) {
      if (const std::string text = member_difference(a[part], b[part]); !text.empty())
        return fmt::format("{} of {}: {}", said, name, text);
    }
    for (const std::string_view part : {"seed", "label", "task", "time"}) {
      if (!same(a[part], b[part]))
        return fmt::format("{} of {}: {} -> {}", part, name, shown(&a[part]), shown(&b[part]));
    }
    if (std::string text = views(name, a["views"], b["views"]); !text.empty()) return text;
    if (const std::string text = member_difference(a["engines"], b["engines"]); !text.empty())
      return "engine " + text;
    return fmt::format("{} is made in another way", name);
  }

 private:
  static constexpr std::pair<std::string_view, std::string_view> named[] = {
      {"params", "params"}, {"split", "split"}, {"columns", "columns"}};

  std::string data(const json::Value& a, const json::Value& b) const {
    const json::Value &then = a["data"], &today = b["data"];
    if (same(then, today)) return "";
    const std::string address = today["address"].text_or("");
    if (!same(then["address"], today["address"]))
      return fmt::format("it is trained on {}, it was {}", address, then["address"].text_or(""));
    if (!same(then["table"], today["table"])) return table_difference(address, before_, now_);
    return same(then["columns"], today["columns"]) ? fmt::format("the SQL of {} is another", address)
                                                   : said_otherwise(address);
  }

  std::string views(const std::string& name, const json::Value& a, const json::Value& b) const {
    for (const auto& [as, view] : object_in(b)) {
      const json::Value& then = a[as];
      if (then.is_null()) return fmt::format("features of {}: {} is new", name, as);
      if (!same(then["definition"], view["definition"]) || !same(then["view"], view["view"]))
        return fmt::format("features/{} is defined in another way", shown(&view["view"]));
      if (!same(then["key"], view["key"]))
        return fmt::format("features of {}: the key of {} is another", name, as);
      if (!same(then["table"], view["table"]))
        return table_difference(view["from"].text_or(""), before_, now_);
      if (!same(then["columns"], view["columns"])) return said_otherwise(view["from"].text_or(""));
    }
    for (const auto& [as, view] : object_in(a)) {
      if (b[as].is_null()) return fmt::format("features of {}: {} is gone", name, as);
    }
    return "";
  }

  const Key& before_;
  const Key& now_;
};

const json::Array& list_in(const json::Value& value) {
  static const json::Array none;
  const json::Array* found = value.as_array();
  return found == nullptr ? none : *found;
}

const json::Value* named_in(const json::Array& candidates, const std::string& name) {
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [&](const json::Value& one) { return one["name"].text_or("") == name; });
  return found == candidates.end() ? nullptr : &*found;
}

std::string candidates_difference(const Key& before, const Key& now) {
  const json::Value a(before.of), b(now.of);
  const json::Array &then = list_in(a["candidates"]), &today = list_in(b["candidates"]);
  for (const json::Value& one : today) {
    const std::string name = one["name"].text_or("");
    const json::Value* known = named_in(then, name);
    if (known == nullptr) return fmt::format("the model {} is new", name);
    if (!same((*known)["key"], one["key"]))
      return Candidates(before, now).difference(name, (*known)["of"], one["of"]);
  }
  for (const json::Value& one : then) {
    const std::string name = one["name"].text_or("");
    if (named_in(today, name) == nullptr) return fmt::format("the model {} is no longer tried", name);
  }
  return "the models are in another order";
}

std::string judging_difference(const json::Value& a, const json::Value& b) {
  if (!same(a["gates"], b["gates"])) return "the gates are others";
  if (!same(a["slices"], b["slices"])) return "the slices are others";
  return "picking: " + member_difference(a, b);
}

}  // namespace

std::string difference(const Key& before, const Key& now) {
  if (before.digest == now.digest) return "";
  const json::Value a(before.of), b(now.of);
  const bool trained = same(a["candidates"], b["candidates"]);
  return trained ? judging_difference(a["judging"], b["judging"]) : candidates_difference(before, now);
}

}  // namespace mlops::release
