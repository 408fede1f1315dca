#include <mlops/base/columns.hpp>
#include <mlops/base/error.hpp>

#include <charconv>

namespace mlops {
namespace {

Kind plain_kind(char format) {
  switch (format) {
    case 'n':
      return Kind::null;
    case 'b':
      return Kind::boolean;
    case 'c':
      return Kind::int8;
    case 's':
      return Kind::int16;
    case 'i':
      return Kind::int32;
    case 'l':
      return Kind::int64;
    case 'C':
      return Kind::uint8;
    case 'S':
      return Kind::uint16;
    case 'I':
      return Kind::uint32;
    case 'L':
      return Kind::uint64;
    case 'f':
      return Kind::float32;
    case 'g':
      return Kind::float64;
    default:
      throw error(Code::failed, "no column can have the layout '{}'", format);
  }
}

int number(std::string_view& text) {
  int value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value).ptr;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(',')) text.remove_prefix(1);
  return value;
}

TimeUnit time_unit(char letter) {
  return letter == 's'   ? TimeUnit::s
         : letter == 'm' ? TimeUnit::ms
         : letter == 'u' ? TimeUnit::us
                         : TimeUnit::ns;
}

// "d:precision,scale[,bits]"
Type decimal_type(std::string_view format) {
  std::string_view rest = format.substr(2);
  Type type = {.kind = Kind::decimal};
  type.precision = number(rest);
  type.scale = number(rest);
  if (!rest.empty() && number(rest) != 128)
    throw error(Code::failed, "no column can have the layout '{}'", format);
  return type;
}

// "tdD" date, "ttu" time, "tsu:zone" timestamp, "tin" interval
Type temporal_type(std::string_view format) {
  if (format == "tdD") return {.kind = Kind::date};
  if (format == "tin") return {.kind = Kind::interval};
  if (format == "ttu" || format == "ttn") return {.kind = Kind::time, .unit = time_unit(format[2])};
  if (format.size() >= 4 && format.starts_with("ts") && format[3] == ':') {
    return {.kind = format.size() > 4 ? Kind::timestamp_tz : Kind::timestamp, .unit = time_unit(format[2])};
  }
  throw error(Code::failed, "no column can have the layout '{}'", format);
}

Type nested_type(const ArrowSchema& schema, std::string_view format) {
  Type type;
  for (Field& field : fields_of(schema)) {
    type.children.push_back(std::move(field.type));
    type.names.push_back(std::move(field.name));
  }
  if (format == "+s") {
    type.kind = Kind::structure;
  } else if (format == "+m") {
    type.kind = Kind::map;
  } else if (format == "+l" || format == "+L") {
    type.kind = Kind::list;
    type.large = format == "+L";
  } else if (format.starts_with("+w:")) {
    std::string_view width = format.substr(3);
    type.kind = Kind::fixed_list;
    type.width = static_cast<std::size_t>(number(width));
  } else {
    throw error(Code::failed, "no column can have the layout '{}'", format);
  }
  return type;
}

Type type_of(const ArrowSchema& schema) {
  const std::string_view format = schema.format;
  if (format == "u" || format == "U") return {.kind = Kind::text, .large = format == "U"};
  if (format == "z" || format == "Z") return {.kind = Kind::binary, .large = format == "Z"};
  if (format.starts_with("d:")) return decimal_type(format);
  if (format.starts_with('t')) return temporal_type(format);
  if (format.starts_with('+')) return nested_type(schema, format);
  if (format.size() != 1) throw error(Code::failed, "no column can have the layout '{}'", format);
  return {.kind = plain_kind(format[0])};
}

int index_bytes(char format) {
  switch (format) {
    case 'c':
    case 'C':
      return 1;
    case 's':
    case 'S':
      return 2;
    case 'i':
    case 'I':
      return 4;
    default:
      return 8;
  }
}

Type decoded_type(const ArrowSchema& schema) {
  if (schema.dictionary == nullptr) return type_of(schema);
  Type type = type_of(*schema.dictionary);
  if (type.kind != Kind::text) throw error(Code::failed, "only text can be kept in a dictionary");
  type.index_bytes = index_bytes(schema.format[0]);
  return type;
}

struct Owned {
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (array.release != nullptr) array.release(&array);
  }
  ArrowArray array = {};
};

}  // namespace

std::vector<Field> fields_of(const ArrowSchema& schema) {
  std::vector<Field> fields;
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    fields.push_back({.name = child.name == nullptr ? "" : child.name, .type = decoded_type(child)});
  }
  return fields;
}

std::size_t fixed_bytes(Kind kind) {
  switch (kind) {
    case Kind::int8:
    case Kind::uint8:
      return 1;
    case Kind::int16:
    case Kind::uint16:
      return 2;
    case Kind::int32:
    case Kind::uint32:
    case Kind::float32:
    case Kind::date:
      return 4;
    case Kind::int64:
    case Kind::uint64:
    case Kind::float64:
    case Kind::time:
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return 8;
    case Kind::decimal:
    case Kind::interval:
      return 16;
    default:
      return 0;
  }
}

void Column::require(bool right_kind, const char* what) const {
  if (right_kind) return;
  throw error(Code::internal, "column '{}' has no {}() of that type (kind {})", name(), what,
              static_cast<int>(type().kind));
}

std::size_t Column::nulls() const {
  if (type().kind == Kind::null) return size_;
  if (buffer<std::uint8_t>(0) == nullptr || array_->null_count == 0) return 0;
  std::size_t count = 0;
  for (std::size_t row = 0; row < size_; ++row) count += valid(row) ? 0 : 1;
  return count;
}

std::span<const std::byte> Column::bytes() const {
  const auto width = fixed_bytes(type().kind);
  require(width != 0, "bytes");
  if (size_ == 0) return {};
  return {buffer<std::byte>(1) + first_ * width, size_ * width};
}

bool Column::boolean(std::size_t row) const {
  require(type().kind == Kind::boolean, "boolean");
  const auto i = first_ + row;
  return ((buffer<std::uint8_t>(1)[i / 8] >> (i % 8)) & 1) != 0;
}

std::size_t Column::offset_at(std::size_t i) const {
  return static_cast<std::size_t>(type().large ? buffer<std::int64_t>(1)[i] : buffer<std::int32_t>(1)[i]);
}

std::string_view Column::text(std::size_t row) const {
  require(type().kind == Kind::text || type().kind == Kind::binary, "text");
  if (!valid(row)) return {};
  if (type().index_bytes != 0) return decoded(first_ + row);
  const auto begin = offset_at(first_ + row);
  const auto end = offset_at(first_ + row + 1);
  return begin == end ? std::string_view() : std::string_view(buffer<char>(2) + begin, end - begin);
}

std::string_view Column::decoded(std::size_t i) const {
  std::size_t index = 0;
  switch (type().index_bytes) {
    case 1:
      index = buffer<std::uint8_t>(1)[i];
      break;
    case 2:
      index = buffer<std::uint16_t>(1)[i];
      break;
    case 4:
      index = buffer<std::uint32_t>(1)[i];
      break;
    default:
      index = buffer<std::uint64_t>(1)[i];
      break;
  }
  const Type plain = {.kind = Kind::text, .large = type().large};
  const ArrowArray& words = *array_->dictionary;
  return Column(name_, plain, words, 0, static_cast<std::size_t>(words.length)).text(index);
}

Range Column::items(std::size_t row) const {
  const auto i = first_ + row;
  if (type().kind == Kind::fixed_list) return {i * type().width, (i + 1) * type().width};
  require(type().kind == Kind::list || type().kind == Kind::map, "items");
  return {offset_at(i), offset_at(i + 1)};
}

Column Column::child(std::size_t i) const {
  require(i < children(), "child");
  const ArrowArray& array = *array_->children[i];
  const std::string_view name =
      i < type().names.size() ? std::string_view(type().names[i]) : std::string_view();
  if (type().kind == Kind::structure) return Column(name, type().children[i], array, first_, size_);
  return Column(name, type().children[i], array, 0, static_cast<std::size_t>(array.length));
}

Columns::Columns()
    : fields_(std::make_shared<const std::vector<Field>>()), array_(std::make_shared<ArrowArray>()) {}

Columns::Columns(std::shared_ptr<const std::vector<Field>> fields, ArrowArray& array)
    : fields_(std::move(fields)) {
  const auto owned = std::make_shared<Owned>();
  owned->array = array;
  array.release = nullptr;
  array_ = {owned, &owned->array};
}

std::size_t Columns::rows() const { return static_cast<std::size_t>(array_->length); }

Column Columns::column(std::size_t i) const {
  const Field& field = fields_->at(i);
  return Column(field.name, field.type, *array_->children[i], static_cast<std::size_t>(array_->offset),
                rows());
}

std::optional<std::size_t> Columns::find(std::string_view name) const {
  for (std::size_t i = 0; i < fields_->size(); ++i) {
    if ((*fields_)[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace mlops
