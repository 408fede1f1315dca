#pragma once
/// Tables made by hand, column by column, for tests: nothing is a null.

#include <mlops/base/columns.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlops::test {

template <typename T>
using Cells = std::vector<std::optional<T>>;

/// Builds Columns; take() ends it.
class TableOf {
 public:
  TableOf& numbers(const std::string& name, const Cells<double>& cells) {
    return fixed(name, {.kind = Kind::float64}, "DOUBLE", cells);
  }
  TableOf& wholes(const std::string& name, const Cells<std::int64_t>& cells) {
    return fixed(name, {.kind = Kind::int64}, "BIGINT", cells);
  }
  TableOf& dates(const std::string& name, const Cells<std::int32_t>& cells) {
    return fixed(name, {.kind = Kind::date}, "DATE", cells);
  }
  TableOf& texts(const std::string& name, const Cells<std::string>& cells,
                 const std::string& sql = "VARCHAR") {
    Part& part = add(name, {.kind = Kind::text, .large = true}, sql, cells);
    std::vector<std::int64_t> ends = {0};
    for (const auto& cell : cells) {
      part.text += cell.value_or("");
      ends.push_back(static_cast<std::int64_t>(part.text.size()));
    }
    part.bytes.resize(ends.size() * sizeof ends[0]);
    std::memcpy(part.bytes.data(), ends.data(), part.bytes.size());
    part.buffers = {part.valid.data(), part.bytes.data(), part.text.data()};
    return *this;
  }
  TableOf& flags(const std::string& name, const Cells<bool>& cells) {
    Part& part = add(name, {.kind = Kind::boolean}, "BOOLEAN", cells);
    part.bytes.assign(cells.size() / 8 + 1, 0);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].value_or(false)) part.bytes[i / 8] |= static_cast<std::uint8_t>(1U << (i % 8));
    }
    part.buffers = {part.valid.data(), part.bytes.data()};
    return *this;
  }
  /// A column that is null in every row, of a kind that has no values here (nested ones, bytes).
  TableOf& nothing(const std::string& name, const Type& type, const std::string& sql, std::size_t rows) {
    Part& part = add(name, type, sql, Cells<int>(rows));
    part.bytes.assign(16 * (rows + 1), 0);
    part.buffers = {part.valid.data(), part.bytes.data(), part.bytes.data()};
    return *this;
  }

  Columns take() {
    auto owned = std::make_unique<Owned>();
    owned->parts = std::move(parts_);
    for (auto& part : owned->parts) {
      part->array.length = static_cast<std::int64_t>(rows_);
      part->array.null_count = -1;
      part->array.n_buffers = static_cast<std::int64_t>(part->buffers.size());
      part->array.buffers = part->buffers.data();
      owned->children.push_back(&part->array);
    }
    ArrowArray root = {};
    root.length = static_cast<std::int64_t>(rows_);
    root.n_children = static_cast<std::int64_t>(owned->children.size());
    root.children = owned->children.data();
    root.private_data = owned.release();
    root.release = [](ArrowArray* array) {
      delete static_cast<Owned*>(array->private_data);
      array->release = nullptr;
    };
    return Columns(std::make_shared<const std::vector<Field>>(std::move(fields_)), root);
  }

 private:
  struct Part {
    std::vector<std::uint8_t> valid = {};
    std::vector<std::uint8_t> bytes = {};
    std::string text = {};
    std::vector<const void*> buffers = {};
    ArrowArray array = {};
  };
  struct Owned {
    std::vector<std::unique_ptr<Part>> parts;
    std::vector<ArrowArray*> children;
  };

  template <typename T>
  Part& add(const std::string& name, Type type, const std::string& sql, const Cells<T>& cells) {
    rows_ = cells.size();
    fields_.push_back({.name = name, .type = std::move(type), .sql = sql});
    parts_.push_back(std::make_unique<Part>());
    auto& valid = parts_.back()->valid;
    valid.assign(cells.size() / 8 + 1, 0);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].has_value()) valid[i / 8] |= static_cast<std::uint8_t>(1U << (i % 8));
    }
    return *parts_.back();
  }

  template <typename T>
  TableOf& fixed(const std::string& name, Type type, const std::string& sql, const Cells<T>& cells) {
    Part& part = add(name, std::move(type), sql, cells);
    part.bytes.resize(sizeof(T) * (cells.size() + 1));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const T value = cells[i].value_or(T());
      std::memcpy(part.bytes.data() + i * sizeof(T), &value, sizeof(T));
    }
    part.buffers = {part.valid.data(), part.bytes.data()};
    return *this;
  }

  std::size_t rows_ = 0;
  std::vector<Field> fields_ = {};
  std::vector<std::unique_ptr<Part>> parts_ = {};
};

}  // namespace mlops::test
