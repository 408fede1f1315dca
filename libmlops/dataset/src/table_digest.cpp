#include "src/table_digest.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/json/value.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <type_traits>

namespace mlops::dataset {

namespace {

/// Bytes on their way into a hash: small pieces are gathered first.
class Stream {
 public:
  void add(const void* data, std::size_t size) {
    if (gathered_.size() + size > block_bytes) flush();
    if (size >= block_bytes) {
      hash_.update(data, size);
    } else {
      gathered_.append(static_cast<const char*>(data), size);
    }
  }
  Digest finish() {
    flush();
    return hash_.finish();
  }

 private:
  static constexpr std::size_t block_bytes = 64 * 1024;

  void flush() {
    hash_.update(gathered_);
    gathered_.clear();
  }

  crypto::Sha256 hash_;
  std::string gathered_;
};

/// Calls `use` with a value of the type that columns of a fixed-size kind hold; false for the other kinds.
template <typename Use>
bool with_fixed_type(Kind kind, Use&& use) {
  switch (kind) {
    case Kind::int8:
      use(std::int8_t{});
      return true;
    case Kind::int16:
      use(std::int16_t{});
      return true;
    case Kind::int32:
    case Kind::date:
      use(std::int32_t{});
      return true;
    case Kind::int64:
    case Kind::time:
    case Kind::timestamp:
    case Kind::timestamp_tz:
      use(std::int64_t{});
      return true;
    case Kind::uint8:
      use(std::uint8_t{});
      return true;
    case Kind::uint16:
      use(std::uint16_t{});
      return true;
    case Kind::uint32:
      use(std::uint32_t{});
      return true;
    case Kind::uint64:
      use(std::uint64_t{});
      return true;
    case Kind::decimal:
      use(Int128{});
      return true;
    case Kind::float32:
      use(float{});
      return true;
    case Kind::float64:
      use(double{});
      return true;
    case Kind::interval:
      use(Interval{});
      return true;
    default:
      return false;
  }
}

template <typename T>
T normalised(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
  }
  return value;
}

/// True when the values can be hashed where they lie.
template <typename T>
bool is_plain(const mlops::Column& column, std::span<const T> values) {
  bool plain = column.nulls() == 0;
  if constexpr (std::is_floating_point_v<T>) {
    for (const T value : values) plain = plain && !std::isnan(value);
  }
  return plain;
}

}  // namespace

/// One column, or one nested part of it, as three streams of bytes that do not depend on how rows are
/// batched: runs of valid and null rows, fixed-size values or lengths (zero where null), and the bytes of
/// texts.
class ValueHasher {
 public:
  explicit ValueHasher(const Type& type) {
    for (const Type& child : type.children) children_.push_back(std::make_unique<ValueHasher>(child));
  }

  void add(const mlops::Column& column) {
    const Kind kind = column.type().kind;
    const bool flat = children_.empty() && kind != Kind::boolean && kind != Kind::null;
    if (!flat) {
      for (std::size_t row = 0; row < column.size(); ++row) one(column, row, true);
      return;
    }
    if (column.nulls() == 0) {
      run(true, column.size());
    } else {
      for (std::size_t row = 0; row < column.size(); ++row) run(column.valid(row), 1);
    }
    if (!with_fixed_type(kind, [&](auto zero) { fixed<decltype(zero)>(column); })) texts(column);
  }

  Digest finish() {
    flush_run();
    crypto::Sha256 all;
    const auto add_digest = [&all](const Digest& digest) {
      all.update(digest.bytes.data(), digest.bytes.size());
    };
    for (Stream* part : {&valid_, &values_, &bytes_}) add_digest(part->finish());
    for (const auto& child : children_) add_digest(child->finish());
    return all.finish();
  }

 private:
  void run(bool valid, std::size_t rows) {
    if (run_length_ > 0 && valid != run_valid_) flush_run();
    run_valid_ = valid;
    run_length_ += rows;
  }

  /// The length of the run, its lowest bit telling whether the rows are valid.
  void flush_run() {
    if (run_length_ == 0) return;
    put(valid_, run_length_ << 1 | (run_valid_ ? 1 : 0));
    run_length_ = 0;
  }

  template <typename T>
  static void put(Stream& stream, const T& value) {
    stream.add(&value, sizeof value);
  }

  template <typename T>
  void fixed(const mlops::Column& column) {
    const auto values = column.values<T>();
    if (is_plain<T>(column, values)) {
      values_.add(values.data(), values.size_bytes());
      return;
    }
    for (std::size_t row = 0; row < values.size(); ++row) {
      put(values_, column.valid(row) ? normalised(values[row]) : T{});
    }
  }

  void texts(const mlops::Column& column) {
    lengths_.resize(column.size());
    std::string_view pending;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const std::string_view text = column.text(row);  // empty where it is null
      lengths_[row] = text.size();
      if (text.empty()) continue;
      if (text.data() == pending.data() + pending.size()) {  // texts that lie side by side go in one piece
        pending = {pending.data(), pending.size() + text.size()};
      } else {
        bytes_.add(pending.data(), pending.size());
        pending = text;
      }
    }
    bytes_.add(pending.data(), pending.size());
    values_.add(lengths_.data(), lengths_.size() * sizeof(std::uint64_t));
  }

  /// A single row; where a structure is null, its parts are.
  void one(const mlops::Column& column, std::size_t row, bool parent_valid) {
    const bool valid = parent_valid && column.valid(row);
    const Kind kind = column.type().kind;
    run(valid, 1);
    const bool is_fixed = with_fixed_type(kind, [&](auto zero) {
      put(values_, valid ? normalised(column.values<decltype(zero)>()[row]) : zero);
    });
    if (is_fixed || kind == Kind::null) return;
    if (kind == Kind::boolean) {
      put(values_, static_cast<std::uint8_t>(valid && column.boolean(row) ? 1 : 0));
    } else if (kind == Kind::structure) {
      for (std::size_t i = 0; i < column.children(); ++i) children_[i]->one(column.child(i), row, valid);
    } else if (children_.empty()) {
      const std::string_view text = valid ? column.text(row) : std::string_view();
      put(values_, std::uint64_t{text.size()});
      bytes_.add(text.data(), text.size());
    } else {
      items(column.child(0), valid ? column.items(row) : mlops::Range{});
    }
  }

  void items(const mlops::Column& child, mlops::Range range) {
    put(values_, std::uint64_t{range.size()});
    for (std::size_t i = range.begin; i < range.end; ++i) children_[0]->one(child, i, true);
  }

  Stream valid_;
  Stream values_;
  Stream bytes_;
  std::vector<std::unique_ptr<ValueHasher>> children_;
  std::vector<std::uint64_t> lengths_;  // of one batch, kept for the next
  std::uint64_t run_length_ = 0;
  bool run_valid_ = true;
};

TableDigest::TableDigest() = default;
TableDigest::~TableDigest() = default;

void TableDigest::add(const Columns& batch) {
  if (columns_.size() == first_) {
    for (const Field& field : batch.fields()) {
      fields_.push_back(field);
      columns_.push_back(std::make_unique<ValueHasher>(field.type));
    }
  }
  for (std::size_t i = first_; i < columns_.size(); ++i) columns_[i]->add(batch.column(i - first_));
  if (first_ == 0) rows_ += batch.rows();
}

Digest TableDigest::finish() {
  json::Array columns;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns.push_back(json::Array{fields_[i].name, fields_[i].sql, columns_[i]->finish().hex()});
  }
  return crypto::sha256(
      json::canonical(json::Object{{"table", 1}, {"rows", rows_}, {"columns", std::move(columns)}}));
}

HashedTable hash_parquet(table::Engine& engine, const std::filesystem::path& parquet,
                         const std::vector<std::string>& columns,
                         const std::function<void(const Columns& batch, std::uint64_t rows)>& look) {
  constexpr std::size_t at_once = 1000;
  TableDigest digest;
  for (std::size_t first = 0; first < columns.size(); first += at_once) {
    std::string names;
    for (std::size_t i = first; i < std::min(first + at_once, columns.size()); ++i)
      names += (names.empty() ? "" : ", ") + table::identifier(columns[i]);
    digest.next_columns();
    engine.stream(fmt::format("SELECT {} FROM read_parquet({})", names, table::literal(parquet.string())),
                  [&](const Columns& batch) {
                    digest.add(batch);
                    if (look) look(batch, digest.rows());
                    return true;
                  });
  }
  return {.rows = digest.rows(), .digest = digest.finish()};
}

}  // namespace mlops::dataset
