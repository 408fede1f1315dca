#pragma once
/// Columns made by hand, for modules that stand below the table engine.

#include <mlops/base/columns.hpp>

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::test {

/// add() columns of equal length, then build().
class ColumnsOf {
 public:
  template <typename T>
  ColumnsOf& add(std::string name, Type type, const std::vector<std::optional<T>>& values) {
    Part& part = next(std::move(name), std::move(type), values.size());
    for (std::size_t row = 0; row < values.size(); ++row) mark(part, row, values[row].has_value());
    part.data.resize(values.size() * sizeof(T));
    for (std::size_t row = 0; row < values.size(); ++row) {
      const T value = values[row].value_or(T());
      std::copy_n(reinterpret_cast<const char*>(&value), sizeof(T), part.data.data() + row * sizeof(T));
    }
    part.buffers = {part.valid.data(), part.data.data()};
    return *this;
  }

  ColumnsOf& numbers(std::string name, const std::vector<std::optional<double>>& values) {
    return add<double>(std::move(name), {.kind = Kind::float64}, values);
  }
  ColumnsOf& integers(std::string name, const std::vector<std::optional<std::int64_t>>& values) {
    return add<std::int64_t>(std::move(name), {.kind = Kind::int64}, values);
  }

  ColumnsOf& texts(std::string name, const std::vector<std::optional<std::string>>& values) {
    Part& part = next(std::move(name), {.kind = Kind::text}, values.size());
    part.offsets.push_back(0);
    for (std::size_t row = 0; row < values.size(); ++row) {
      mark(part, row, values[row].has_value());
      part.data += values[row].value_or("");
      part.offsets.push_back(static_cast<std::int32_t>(part.data.size()));
    }
    part.buffers = {part.valid.data(), part.offsets.data(), part.data.data()};
    return *this;
  }

  ColumnsOf& flags(std::string name, const std::vector<std::optional<bool>>& values) {
    Part& part = next(std::move(name), {.kind = Kind::boolean}, values.size());
    part.data.resize(values.size() / 8 + 1);
    for (std::size_t row = 0; row < values.size(); ++row) {
      mark(part, row, values[row].has_value());
      if (values[row].value_or(false))
        part.data[row / 8] = static_cast<char>(part.data[row / 8] | (1 << (row % 8)));
    }
    part.buffers = {part.valid.data(), part.data.data()};
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

  static void mark(Part& part, std::size_t row, bool valid) {
    if (valid) part.valid[row / 8] = static_cast<std::uint8_t>(part.valid[row / 8] | (1u << (row % 8)));
  }

  Part& next(std::string name, Type type, std::size_t rows) {
    rows_ = rows;
    fields_.push_back({.name = std::move(name), .type = std::move(type), .sql = "of a test"});
    parts_.emplace_back();
    parts_.back().valid.resize(rows / 8 + 1);
    return parts_.back();
  }

  std::list<Part> parts_;
  std::vector<Field> fields_;
  std::size_t rows_ = 0;
};

}  // namespace mlops::test
