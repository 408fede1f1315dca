#pragma once
/// MLflow's words for finding runs: `metrics.loss < 0.5 AND params.depth = '3' AND tags.stage LIKE 'te%'`,
/// and `metrics.loss DESC`. Clauses are joined by AND alone; a bare key is an attribute.

#include <mlops/mlflow/session.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlops::mlflow {

enum class Entity { attribute, metric, param, tag };

struct Field {
  Entity entity = Entity::attribute;
  std::string key;
};

/// What something has for a field: a number, a text, or nothing.
using Found = std::variant<std::monostate, double, std::string>;
Found value_of(const Field& field, const TrackedRun& run);
Found value_of(const Field& field, const LoggedModel& model);

/// The attributes that a kind of thing has, and their other names.
struct Attributes {
  std::string_view what;
  std::vector<std::string_view> texts;
  std::vector<std::string_view> numbers;
  std::map<std::string_view, std::string_view> others;

  bool is_number(const Field& field) const;
};
const Attributes& run_attributes();
const Attributes& model_attributes();

/// Reads "metrics.`a b`" from the front of `text`, and cuts it off. Throws Error(usage).
Field take_field(std::string_view& text, const Attributes& attributes);
void skip_blanks(std::string_view& text);

class Filter {
 public:
  /// Throws Error(usage).
  Filter(std::string_view text, const Attributes& attributes);

  template <typename Thing>
  bool fits(const Thing& thing) const {
    return std::all_of(clauses_.begin(), clauses_.end(),
                       [&](const Clause& each) { return fits(each, value_of(each.field, thing)); });
  }

 private:
  struct Clause {
    Field field;
    std::string comparator;          ///< In capitals, one blank between two words.
    std::vector<std::string> texts;  ///< One, or those of IN.
    double number = 0;
  };
  static Clause take_clause(std::string_view& text, const Attributes& attributes);
  static bool fits(const Clause& clause, const Found& found);

  std::vector<Clause> clauses_;
};

/// Missing values last in both directions.
class Order {
 public:
  /// ["metrics.loss DESC", ...] or [{"field_name": "metrics.loss", "ascending": false}, ...]. Throws
  /// Error(usage).
  Order(const json::Array& wanted, const Attributes& attributes);

  /// Less than 0 when `a` comes before `b`.
  template <typename Thing>
  int compare(const Thing& a, const Thing& b) const {
    for (const Key& key : keys_) {
      const int order = compare(value_of(key.field, a), value_of(key.field, b), key.descending);
      if (order != 0) return order;
    }
    return 0;
  }

 private:
  struct Key {
    Field field;
    bool descending = false;
  };
  static Key key_of(const json::Value& wanted, const Attributes& attributes);
  static int compare(const Found& a, const Found& b, bool descending);

  std::vector<Key> keys_;
};

}  // namespace mlops::mlflow
