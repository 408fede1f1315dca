#pragma once
/// Columns made by hand: values and validity in, Arrow's layout out.

#include <mlops/base/columns.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace mlops::feature {

inline constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

/// One column that will own its memory.
struct Built {
  Field field;
  std::size_t rows = 0;
  std::size_t nulls = 0;
  std::vector<std::uint8_t> valid = {};  ///< Bits; empty: no nulls.
  std::vector<std::byte> values = {};    ///< Values, bits of flags, or offsets of 8 bytes.
  std::vector<char> text = {};
};

/// `valid`: a byte for each row, or empty where there are no nulls.
Built built(std::string name, const std::vector<std::int64_t>& values,
            const std::vector<std::uint8_t>& valid);
Built built(std::string name, const std::vector<double>& values, const std::vector<std::uint8_t>& valid);

/// The same in the type of a field whose kind is_whole(), or FLOAT or DOUBLE.
Built built(Field field, const std::vector<std::int64_t>& values, const std::vector<std::uint8_t>& valid);
Built built(Field field, const std::vector<double>& values, const std::vector<std::uint8_t>& valid);
Built built(Field field, const std::vector<Int128>& values, const std::vector<std::uint8_t>& valid);
/// `ends`: of each row's text in `text`.
Built built(Field field, const std::vector<std::int64_t>& ends, std::vector<char> text,
            const std::vector<std::uint8_t>& valid);

/// The rows of `source` that `picks` says, null at no_row.
Built gathered(std::string name, const std::string& sql, const Column& source,
               const std::vector<std::uint32_t>& picks);

Columns assemble(std::vector<Built> columns, std::size_t rows);

/// Chosen columns of some Columns under one root, without copies.
struct Borrowed {
  const Columns* from;
  std::size_t column;
  std::string name = {};  ///< Empty: its own.
};
Columns assemble(const std::vector<Borrowed>& columns, std::size_t rows);

}  // namespace mlops::feature
