#include "src/keys.hpp"

#include <mlops/base/error.hpp>
#include <mlops/feature/live.hpp>

#include <cstring>

#include "src/values.hpp"

#include <functional>

namespace mlops::feature {
namespace {

std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>()(key); }

void append_bytes(std::string& out, std::uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A value of BIGINT's range and its sign; what is beyond (UBIGINT) is told apart.
void append_integer(std::string& out, const Column& column, std::size_t row) {
  if (column.type().kind == Kind::uint64) {
    const std::uint64_t value = column.values<std::uint64_t>()[row];
    append_bytes(out, value);
    if (value >> 63 != 0) out.push_back('u');
  } else if (column.type().kind == Kind::decimal) {
    const Int128 value = column.values<Int128>()[row];
    append_bytes(out, value.low);
    const bool small = value.high == (static_cast<std::int64_t>(value.low) < 0 ? -1 : 0);
    if (!small)
      value.high == 0 ? out.push_back('u') : append_bytes(out, static_cast<std::uint64_t>(value.high));
  } else {
    append_bytes(out, static_cast<std::uint64_t>(integer_at(column, row)));
  }
}

void append_value(std::string& out, const Column& column, std::size_t row) {
  const Kind kind = column.type().kind;
  if (kind == Kind::text || kind == Kind::binary) out.append(column.text(row));
  else if (kind == Kind::timestamp || kind == Kind::timestamp_tz)
    append_bytes(out, static_cast<std::uint64_t>(moment_at(column, row).value_or(0)));
  else append_integer(out, column, row);
}

}  // namespace

std::optional<KeyKind> key_kind_of(const Type& type) {
  switch (type.kind) {
    case Kind::int8:
    case Kind::int16:
    case Kind::int32:
    case Kind::int64:
    case Kind::uint8:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
      return KeyKind::integer;
    case Kind::decimal:
      return type.scale == 0 ? std::optional(KeyKind::integer) : std::nullopt;
    case Kind::text:
    case Kind::binary:
      return KeyKind::text;
    case Kind::boolean:
      return KeyKind::boolean;
    case Kind::date:
      return KeyKind::date;
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return KeyKind::timestamp;
    default:
      return std::nullopt;
  }
}

std::string_view name_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::integer:
      return "integer";
    case KeyKind::text:
      return "text";
    case KeyKind::boolean:
      return "boolean";
    case KeyKind::date:
      return "date";
    case KeyKind::timestamp:
      return "timestamp";
  }
  throw error(Code::internal, "unknown kind of key");
}

KeyReader::KeyReader(std::vector<Column> columns) : columns_(std::move(columns)) {}

std::optional<std::string_view> KeyReader::read(std::size_t row) {
  if (columns_.size() == 1 && columns_[0].type().kind == Kind::text) {
    if (!columns_[0].valid(row)) return std::nullopt;
    return columns_[0].text(row);
  }
  buffer_.clear();
  for (const Column& column : columns_) {
    if (!column.valid(row)) return std::nullopt;
    const std::size_t begin = buffer_.size();
    if (columns_.size() > 1) append_bytes(buffer_, 0);
    append_value(buffer_, column, row);
    if (columns_.size() == 1) continue;
    const std::uint64_t size = buffer_.size() - begin;
    buffer_.replace(begin, sizeof size, reinterpret_cast<const char*>(&size), sizeof size);
  }
  return buffer_;
}

void KeyBytes::start() { bytes_.clear(); }

void KeyBytes::text(std::string_view value) {
  if (parts_ > 1) append_bytes(bytes_, sizeof(std::uint64_t) + value.size());
  bytes_.append(value);
}

void KeyBytes::integer(std::int64_t value) {
  if (parts_ > 1) append_bytes(bytes_, 2 * sizeof(std::uint64_t));
  append_bytes(bytes_, static_cast<std::uint64_t>(value));
}

std::vector<std::string_view> key_parts(std::string_view key, std::size_t parts) {
  if (parts == 1) return {key};
  std::vector<std::string_view> out;
  while (key.size() >= sizeof(std::uint64_t)) {
    std::uint64_t size = 0;
    std::memcpy(&size, key.data(), sizeof size);
    if (size < sizeof size || size > key.size()) break;
    out.push_back(key.substr(sizeof size, size - sizeof size));
    key.remove_prefix(size);
  }
  if (!key.empty() || out.size() != parts) throw error(Code::internal, "bytes that are no key");
  return out;
}

std::string_view KeyIndex::key(std::uint32_t id) const {
  const std::uint64_t begin = id == 0 ? 0 : ends_[id - 1];
  return std::string_view(bytes_).substr(begin, ends_[id] - begin);
}

std::size_t KeyIndex::slot_of(std::string_view wanted, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const std::uint32_t id = slots_[slot] - 1;
    if (hashes_[id] == hash && key(id) == wanted) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

std::uint32_t KeyIndex::add(std::string_view wanted) {
  const std::uint64_t hash = hash_of(wanted);
  const std::size_t slot = slot_of(wanted, hash);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  const auto id = static_cast<std::uint32_t>(hashes_.size());
  slots_[slot] = id + 1;
  hashes_.push_back(hash);
  bytes_.append(wanted);
  ends_.push_back(bytes_.size());
  if (hashes_.size() * 2 > slots_.size()) grow();
  return id;
}

std::optional<std::uint32_t> KeyIndex::find(std::string_view wanted) const {
  const std::uint32_t found = slots_[slot_of(wanted, hash_of(wanted))];
  return found == 0 ? std::nullopt : std::optional(found - 1);
}

void KeyIndex::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t id = 0; id < hashes_.size(); ++id) {
    std::size_t slot = hashes_[id] & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(id + 1);
  }
}

}  // namespace mlops::feature
