#pragma once
/// MLflow's words for finding runs: `metrics.loss < 0.5 AND params.depth = '3' AND tags.stage LIKE 'te%'`,
/// and `metrics.loss DESC`. Clauses are joined by AND alone; a bare key is an attribute.

#include <mlops/mlflow/session.hpp>

#include <string>
#include <variant>
#include <vector>

namespace mlops::mlflow {

enum class Entity { attribute, metric, param, tag };

struct Field {
  Entity entity = Entity::attribute;
  std::string key;
};

/// What a run has for a field: a number, a text, or nothing.
using Found = std::variant<std::monostate, double, std::string>;
Found value_of(const Field& field, const TrackedRun& run);

/// Reads "metrics.`a b`" from the front of `text`, and cuts it off. Throws Error(usage).
Field take_field(std::string_view& text);
void skip_blanks(std::string_view& text);

class Filter {
 public:
  /// Throws Error(usage).
  explicit Filter(std::string_view text);
  bool fits(const TrackedRun& run) const;

 private:
  struct Clause {
    Field field;
    std::string comparator;          ///< In capitals, one blank between two words.
    std::vector<std::string> texts;  ///< One, or those of IN.
    double number = 0;
  };
  static Clause take_clause(std::string_view& text);
  static bool fits(const Clause& clause, const TrackedRun& run);

  std::vector<Clause> clauses_;
};

class Order {
 public:
  /// ["metrics.loss DESC", ...]. Throws Error(usage).
  explicit Order(const json::Array& wanted);
  /// Missing values last; then the newest first.
  void sort(std::vector<const TrackedRun*>& runs) const;

 private:
  struct Key {
    Field field;
    bool descending = false;
  };
  std::vector<Key> keys_;
};

}  // namespace mlops::mlflow
