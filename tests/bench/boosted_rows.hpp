#pragma once
/// Made-up rows for the benches of boosted trees: numbers of which some matter, every fiftieth missing, and a
/// label of two classes.

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

struct BoostedRows {
  std::size_t rows;
  std::size_t columns;
  std::vector<float> values = {};
  std::vector<float> labels = {};

  BoostedRows(std::size_t row_count, std::size_t column_count, unsigned seed)
      : rows(row_count), columns(column_count) {
    std::mt19937 random(seed);
    const auto unit = [&] { return static_cast<float>(random()) / 4294967296.0f; };
    values.reserve(rows * columns);
    for (std::size_t row = 0; row < rows; ++row) {
      float sum = unit() * 2 - 1;
      for (std::size_t column = 0; column < columns; ++column) {
        const float value = unit() * 2 - 1;
        if (column < 8) sum += std::sin(value * static_cast<float>(column + 1));
        values.push_back(random() % 50 == 0 ? std::numeric_limits<float>::quiet_NaN() : value);
      }
      labels.push_back(sum > 0 ? 1.0f : 0.0f);
    }
  }
};
