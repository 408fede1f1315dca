#pragma once
/// Rows as predictors and trainers see them: numbers and codes, column by column. Made from Columns by a
/// signature, in training and in serving alike, so that the two cannot differ.

#include <mlops/base/columns.hpp>
#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mlops::predict {

/// One feature: a number, or a category's code. A column makes one, a date several.
struct Feature {
  enum class Part { value, days, year, month, day, weekday, hour };

  std::string name;       ///< "tenure", "signed month"
  std::size_t input = 0;  ///< Position in Signature::inputs.
  Part part = Part::value;
  std::size_t categories = 0;  ///< Of a category: how many codes there are; 0: a number.

  bool operator==(const Feature&) const = default;
  bool is_category() const { return categories != 0; }
};

/// The features of a signature, in the order of its inputs: the same list for every model trained on it.
std::vector<Feature> features_of(const Signature& signature);

/// Codes of a category that are none of its values.
inline constexpr std::int32_t code_null = -1;
inline constexpr std::int32_t code_unseen = -2;

/// The values of one feature; one of the two is filled.
struct Values {
  std::vector<double> numbers = {};      ///< NaN: null.
  std::vector<std::int32_t> codes = {};  ///< 0.. , code_null or code_unseen.

  bool operator==(const Values&) const = default;
};

struct Frame {
  std::size_t rows = 0;
  std::vector<Values> features = {};  ///< As features_of() lists them.
  std::uint64_t first_row = 1;        ///< Number of the first row in messages.

  /// The rows chosen, in that order.
  Frame select(std::span<const std::uint32_t> rows) const;
  /// Row-major matrix of 32-bit floats for tree models: NaN for nulls; a category's code as a number, NaN
  /// when it is null or unseen. `out` has rows * features.size() places.
  void to_floats(std::span<float> out) const;
};

/// What was met while encoding, by input.
struct Encountered {
  std::vector<std::uint64_t> nulls = {};
  std::vector<std::uint64_t> unseen = {};  ///< Of categories.
  std::vector<std::uint64_t> out_of_range =
      {};  ///< Of numbers: beyond min and max of training; for information.
};

/// Rows as a JSON text has them: each value where the text has it.
struct JsonRows {
  std::size_t rows = 0;
  /// By column: position in Signature::inputs. Columns of positions behind them are passed over.
  std::span<const std::size_t> inputs = {};
  std::span<const json::Cell* const> cells = {};  ///< Column by column, `rows` of each.
};

/// A signature made ready for encoding many batches: lookups of categories are built once. Immutable, safe
/// for many threads at once; a batch of one row costs a microsecond or two.
class Encoder {
 public:
  explicit Encoder(Signature signature);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  const Signature& signature() const;
  const std::vector<Feature>& features() const;
  /// As the function encode().
  Frame encode(const Columns& columns, Encountered* encountered = nullptr, std::uint64_t first_row = 1) const;
  /// The same into `frame`, whose memory is used again.
  void encode(const Columns& columns, Frame& frame, Encountered* encountered = nullptr,
              std::uint64_t first_row = 1) const;
  /// The short way of rows whose values are plainly what their inputs are: numbers for numbers, texts for
  /// categories. The frame and the counts are those that encode() makes of columns of the same values, in a
  /// tenth of the time. False, and neither means anything, where a value is of another kind or refused, an
  /// input is missing, or is a date or a time: columns are the way then, and tell what is wrong.
  bool encode(const JsonRows& given, Frame& frame, Encountered& encountered) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

/// "column 'tenure' (BIGINT) is missing", and what may help, of rows that have the columns `there`: a similar
/// name, or what it is made from.
std::string missing_column(const Input& input, const std::vector<std::string>& there);

/// Encodes rows. Columns are found by name, whatever their order; others than the inputs are ignored. Values
/// of another type are cast where nothing is lost (integer to double, a text that spells a number, a number
/// for a category's text). Infinite numbers, NaN and blank texts for a number are taken as null, and
/// counted as such. `encountered` is added to. Throws Error(usage, "signature.mismatch"): columns missing
/// (all of them named, with near misses), a value that does not fit (column, row, value seen and type wanted;
/// the value is masked where the input is personal data), a policy that refuses. Pure; safe for many threads.
Frame encode(const Signature& signature, const Columns& columns, Encountered* encountered = nullptr,
             std::uint64_t first_row = 1);

}  // namespace mlops::predict
