#pragma once
/// Columns made by hand, for tests of modules that do not open the table engine.

#include <mlops/base/columns.hpp>

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::test {

template <typename T>
using Cells = std::vector<std::optional<T>>;

/// add() columns of equal length, then build(). SQL types are those of the kinds, where they matter.
class ColumnsOf {
 public:
  template <typename T>
  ColumnsOf& add(const std::string& name, const Type& type, const Cells<T>& cells,
                 const std::string& sql = "of a test") {
    Part& part = next(name, type, sql, cells);
    part.data.resize((cells.size() + 1) * sizeof(T));
    for (std::size_t row = 0; row < cells.size(); ++row) {
      const T value = cells[row].value_or(T());
      std::copy_n(reinterpret_cast<const char*>(&value), sizeof(T), part.data.data() + row * sizeof(T));
    }
    part.buffers = {part.valid.data(), part.data.data()};
    return *this;
  }

  ColumnsOf& numbers(const std::string& name, const Cells<double>& cells) {
    return add(name, {.kind = Kind::float64}, cells, "DOUBLE");
  }
  ColumnsOf& integers(const std::string& name, const Cells<std::int64_t>& cells) {
    return add(name, {.kind = Kind::int64}, cells, "BIGINT");
  }
  ColumnsOf& dates(const std::string& name, const Cells<std::int32_t>& cells) {
    return add(name, {.kind = Kind::date}, cells, "DATE");
  }

  ColumnsOf& texts(const std::string& name, const Cells<std::string>& cells,
                   const std::string& sql = "VARCHAR") {
    Part& part = next(name, {.kind = Kind::text}, sql, cells);
    part.offsets.push_back(0);
    for (const auto& cell : cells) {
      part.data += cell.value_or("");
      part.offsets.push_back(static_cast<std::int32_t>(part.data.size()));
    }
    part.buffers = {part.valid.data(), part.offsets.data(), part.data.data()};
    return *this;
  }

  ColumnsOf& flags(const std::string& name, const Cells<bool>& cells) {
    Part& part = next(name, {.kind = Kind::boolean}, "BOOLEAN", cells);
    part.data.resize(cells.size() / 8 + 1);
    for (std::size_t row = 0; row < cells.size(); ++row) {
      if (cells[row].value_or(false))
        part.data[row / 8] = static_cast<char>(part.data[row / 8] | (1 << (row % 8)));
    }
    part.buffers = {part.valid.data(), part.data.data()};
    return *this;
  }

  /// A column that is null in every row, of a kind that has no values here (nested ones, bytes).
  ColumnsOf& nothing(const std::string& name, const Type& type, const std::string& sql, std::size_t rows) {
    Part& part = next(name, type, sql, Cells<int>(rows));
    part.data.assign(16 * (rows + 1), 0);
    part.buffers = {part.valid.data(), part.data.data(), part.data.data()};
    return *this;
  }

  /// The builder is empty afterwards.
  Columns build() {
    auto* parts = new Owned{std::move(parts_), {}, {nullptr}};
    for (Part& part : parts->parts) {
      part.array.length = static_cast<std::int64_t>(rows_);
      part.array.null_count = -1;
      part.array.n_buffers = static_cast<std::int64_t>(part.buffers.size());
      part.array.buffers = part.buffers.data();
      parts->children.push_back(&part.array);
    }
    ArrowArray root = {};
    root.length = static_cast<std::int64_t>(rows_);
    root.n_buffers = 1;
    root.n_children = static_cast<std::int64_t>(parts->children.size());
    root.buffers = parts->no_buffers;
    root.children = parts->children.data();
    root.private_data = parts;
    root.release = [](ArrowArray* array) {
      delete static_cast<Owned*>(array->private_data);
      array->release = nullptr;
    };
    return Columns(std::make_shared<const std::vector<Field>>(std::move(fields_)), root);
  }

 private:
  struct Part {
    std::vector<std::uint8_t> valid = {};
    std::vector<std::int32_t> offsets = {};
    std::string data = {};
    std::vector<const void*> buffers = {};
    ArrowArray array = {};
  };
  struct Owned {
    std::list<Part> parts;
    std::vector<ArrowArray*> children;
    const void* no_buffers[1];
  };

  template <typename T>
  Part& next(const std::string& name, const Type& type, const std::string& sql, const Cells<T>& cells) {
    rows_ = cells.size();
    fields_.push_back({.name = name, .type = type, .sql = sql});
    Part& part = parts_.emplace_back();
    part.valid.resize(rows_ / 8 + 1);
    for (std::size_t row = 0; row < rows_; ++row) {
      if (cells[row].has_value())
        part.valid[row / 8] = static_cast<std::uint8_t>(part.valid[row / 8] | (1U << (row % 8)));
    }
    return part;
  }

  std::list<Part> parts_;
  std::vector<Field> fields_;
  std::size_t rows_ = 0;
};

}  // namespace mlops::test
