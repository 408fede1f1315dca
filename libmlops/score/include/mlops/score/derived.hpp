#pragma once
/// Columns that the SQL of a model's table makes from others of the same row, such as hour(date): what a row
/// does not give is worked out again, by the same definition and without any SQL engine. Kept as the file
/// derived.json in the model's folder; mlops-store(5) has its fields.

#include <mlops/base/clock.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/predict/expression.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/score/features.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

class GivenRows;
class Made;

/// A column of the rows that an expression reads.
struct DerivedRead {
  std::string name;  ///< Of the rows.
  std::string as;    ///< In the expression.
  std::string type;  ///< SQL type in training.

  bool operator==(const DerivedRead&) const = default;
};

struct DerivedColumn {
  std::string name;
  std::string type;        ///< SQL type in training, and of the expression.
  std::string expression;  ///< See predict::Expression.
  std::vector<DerivedRead> reads = {};

  bool operator==(const DerivedColumn&) const = default;
};

inline constexpr std::string_view derived_file = "derived.json";

std::string derived_json(const std::vector<DerivedColumn>& columns);
/// Throws Error(corrupt): a damaged file, an expression that this program does not know or that has another
/// type, columns that are made of later ones.
std::vector<DerivedColumn> derived_from(std::string_view text);
/// Those of a model's package; empty for one that has no such file.
std::vector<DerivedColumn> derived_of(const predict::Package& package);

/// Immutable; safe for many threads at once.
class Derived {
 public:
  /// A column may read those before it. `inputs` are the columns that requests may have: their positions, and
  /// what is personal data and in no message. Throws as derived_from() does.
  explicit Derived(std::vector<DerivedColumn> columns, std::vector<predict::Input> inputs = {});
  ~Derived();
  Derived(Derived&&) noexcept;
  Derived& operator=(Derived&&) noexcept;

  const std::vector<DerivedColumn>& columns() const { return columns_; }
  const DerivedColumn* find(std::string_view name) const;
  /// The columns of rows that are read, each once.
  std::vector<LookupColumn> reads() const;
  /// Which columns would be made of rows that have those of `there`.
  std::vector<const DerivedColumn*> made_of(const std::vector<std::string>& there) const;

  /// `rows` with the columns at their right that they lack and whose parts they have. Throws Error(usage):
  /// "signature.mismatch" (a value that is not of the type that an expression reads), "derived.value" (where
  /// the engine would fail, such as an overflow), naming column and row.
  Columns complete(const Columns& rows, std::uint64_t first_row = 1) const;

  /// The time of rows that have none, or null, in the column of that name.
  struct Moment {
    std::string_view column;
    Time now = {};
  };
  /// The same for a request. Dates and time stamps are made as texts.
  void complete(const GivenRows& given, const std::optional<Moment>& moment, Made& out) const;

 private:
  struct Step;
  class Request;

  std::vector<DerivedColumn> columns_;
  std::vector<predict::Input> inputs_;
  std::vector<Step> steps_;
};

}  // namespace mlops::score
