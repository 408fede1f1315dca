#pragma once
/// Rows of a request, made whole: columns that the model takes and that are made from others. Features of
/// views are looked up by the keys and the time of each row, in events that are in memory: no SQL, no file.
///
///     const Completer completer(scorer, views);
///     completer.complete(request, clock.now(), made);    // made: columns to stand beside those of the
///     request
///
/// Of each view all columns are taken as they are when all of them are there, and are looked up when none is;
/// some alone are a fault, as in a file (batch.hpp). A row is of its own time in the column that
/// ModelFeatures::time names, of now where that is absent or null; a model that takes the time as an input
/// gets that moment too. A row whose key is null sees no events.

#include <mlops/base/clock.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/feature/live.hpp>
#include <mlops/json/document.hpp>
#include <mlops/score/scorer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

/// Rows as they came, whatever their form.
class GivenRows {
 public:
  virtual ~GivenRows() = default;
  virtual std::size_t rows() const = 0;
  /// `column` is a position in Scorer::columns().
  virtual bool has(std::size_t column) const = 0;
  /// Of a column that is there. What it points at holds while the rows do.
  virtual json::Cell cell(std::size_t column, std::size_t row) const = 0;
  /// Names that came and are none of Scorer::columns(): what a missing one may have been meant by.
  virtual const std::vector<std::string_view>& unknown() const = 0;
};

/// The columns that were made for some rows. Reused from batch to batch, so that its memory is.
class Made {
 public:
  struct Column {
    std::size_t column = 0;  ///< Position in Scorer::columns(); the request may have had it.
    /// date (days since 1970), time (microseconds since midnight), timestamp (microseconds since 1970): the
    /// cells are integers or null. Any other: what the cells say.
    Kind kind = Kind::null;
    std::span<const json::Cell> cells = {};  ///< One a row.
  };

  const std::vector<Column>& columns() const { return columns_; }
  /// Answers that were looked up, one for each view and row.
  std::uint64_t lookups() const { return lookups_; }
  /// As of when, one for each row, microseconds since 1970 UTC; empty where nothing was looked up.
  std::span<const std::int64_t> moments() const {
    return lookups_ > 0 ? std::span<const std::int64_t>(times_) : std::span<const std::int64_t>();
  }

 private:
  friend class Completer;
  friend class Derived;
  void start(std::size_t rows, std::size_t width);
  std::span<json::Cell> add(std::size_t column, Kind kind);
  std::string_view keep(std::string_view text);

  std::size_t rows_ = 0;
  std::vector<Column> columns_ = {};
  std::vector<json::Cell> cells_ = {};
  std::deque<std::string> texts_ = {};
  std::size_t kept_ = 0;  ///< Of `texts_`.
  std::vector<std::int64_t> times_ = {};
  feature::Found found_ = {};
  std::uint64_t lookups_ = 0;
};

/// Immutable; safe for many threads at once.
class Completer {
 public:
  /// `views`: one for each of scorer.features().views, whose columns it has (feature::covers()). The scorer
  /// must outlive it.
  Completer(const Scorer& scorer, std::vector<std::shared_ptr<const feature::LiveView>> views);
  ~Completer();
  Completer(Completer&&) noexcept;

  const Scorer& scorer() const { return *scorer_; }
  const std::vector<std::shared_ptr<const feature::LiveView>>& views() const { return views_; }

  /// Throws Error(usage): "signature.mismatch" (columns by which features are looked up are missing, a key or
  /// a time is of another kind, only some features of a view are there), "features.forgotten" (a row of a
  /// moment before LiveView::complete_from()).
  void complete(const GivenRows& given, Time now, Made& out) const;

 private:
  struct Lookup;

  bool lacks(const Lookup& lookup, const GivenRows& given) const;
  void require(const std::vector<const Lookup*>& lacking, const GivenRows& given) const;
  void take_times(const GivenRows& given, Time now, Made& out) const;
  void give_times(const GivenRows& given, Time now, Made& out) const;
  void look_up(const Lookup& lookup, const GivenRows& given, Made& out) const;
  void ask(const Lookup& lookup, std::optional<std::string_view> key, std::size_t row, Made& out) const;
  void refuse_forgotten(const Lookup& lookup, std::size_t row, std::int64_t time) const;

  const Scorer* scorer_;
  std::vector<std::shared_ptr<const feature::LiveView>> views_;
  std::vector<Lookup> lookups_;
  std::size_t time_ = 0;                  ///< Position in Scorer::columns().
  std::vector<std::size_t> needed_ = {};  ///< Inputs that nothing here makes.
};

}  // namespace mlops::score
