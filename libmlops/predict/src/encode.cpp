#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "src/encoding.hpp"

namespace mlops::predict {
namespace {

bool can_be_number(Kind kind) {
  return kind == Kind::boolean || (kind >= Kind::int8 && kind <= Kind::uint64) || kind == Kind::decimal ||
         kind == Kind::float32 || kind == Kind::float64;
}

bool can_be_moment(Kind kind) {
  return kind == Kind::date || kind == Kind::timestamp || kind == Kind::timestamp_tz;
}

/// Whether some value of that kind could fit.
bool can_be(Encoding encoding, Kind kind) {
  if (kind == Kind::text || kind == Kind::null) return true;
  switch (encoding) {
    case Encoding::number:
    case Encoding::flag:
      return can_be_number(kind);
    case Encoding::category:
      return can_be_number(kind) || can_be_moment(kind) || kind == Kind::time;
    case Encoding::date:
    case Encoding::timestamp:
      return can_be_moment(kind);
    case Encoding::time:
      return kind == Kind::time;
  }
  return false;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string shown(const ColumnTask& task, std::size_t row) {
  if (!task.column.valid(row)) return "null";
  if (task.input.pii) return "a value (masked)";
  std::string text;
  if (!spell(task.column, row, text)) return "the value";
  return "'" + shortened(text) + "'";
}

std::vector<std::string> names_of(const Columns& columns) {
  std::vector<std::string> names;
  for (const Field& field : columns.fields()) names.push_back(field.name);
  return names;
}

/// Where each input's column is. A batch in the signature's own order costs one comparison an input.
class Places {
 public:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  explicit Places(const Columns& columns) : columns_(columns) {}

  std::size_t of(const std::string& name) {
    const auto& fields = columns_.fields();
    if (next_ < fields.size() && fields[next_].name == name) return next_++;
    const std::size_t place = fields.size() <= few ? columns_.find(name).value_or(nowhere) : indexed(name);
    if (place != nowhere) next_ = place + 1;
    return place;
  }

 private:
  static constexpr std::size_t few = 16;

  std::size_t indexed(const std::string& name) {
    if (index_.empty()) {
      for (std::size_t i = 0; i < columns_.width(); ++i) index_.emplace(columns_.fields()[i].name, i);
    }
    const auto found = index_.find(name);
    return found == index_.end() ? nowhere : found->second;
  }

  const Columns& columns_;
  std::size_t next_ = 0;
  std::unordered_map<std::string_view, std::size_t> index_;
};

std::vector<std::size_t> places_of(const Signature& signature, const Columns& columns) {
  Places places(columns);
  std::vector<std::size_t> out;
  out.reserve(signature.inputs.size());
  for (const Input& input : signature.inputs) out.push_back(places.of(input.name));
  return out;
}

/// How a time is written, for who sends it as a number, such as milliseconds since 1970.
std::string_view example_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::date:
      return ", such as 2026-11-05";
    case Encoding::timestamp:
      return ", such as 2026-11-05T09:30:00";
    case Encoding::time:
      return ", such as 09:30:00";
    default:
      return "";
  }
}

/// "'a', 'b' and 'c'"
std::string all_of(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += fmt::format("{}'{}'", i == 0 ? "" : i + 1 == names.size() ? " and " : ", ", names[i]);
  return out;
}

std::string fault_of(const Input& input, const Columns& columns, std::size_t place) {
  if (place < columns.width()) {
    return fmt::format("column '{}' is of type {}, where {} is wanted{}", input.name,
                       columns.fields()[place].sql, input.type, example_of(input.encoding));
  }
  return missing_column(input, names_of(columns));
}

[[noreturn]] void refuse_schema(std::vector<std::string> faults) {
  const std::string hint = "`mlops model show MODEL` lists the inputs that it takes";
  if (faults.size() == 1)
    throw error(Code::usage, "{}", faults[0]).with_id("signature.mismatch").with_hint("{}", hint);
  std::string detail;
  for (const std::string& fault : faults) detail += "  " + fault + "\n";
  throw error(Code::usage, "the data do not have the model's inputs: {}", count_of(faults.size(), "fault"))
      .with_id("signature.mismatch")
      .with_detail(detail)
      .with_hint("{}", hint);
}

void require_schema(const Signature& signature, const Columns& columns,
                    const std::vector<std::size_t>& places) {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Input& input = signature.inputs[i];
    if (places[i] < columns.width() && can_be(input.encoding, columns.fields()[places[i]].type.kind))
      continue;
    faults.push_back(fault_of(input, columns, places[i]));
  }
  if (!faults.empty()) refuse_schema(std::move(faults));
}

void size_for(Encountered& encountered, std::size_t inputs) {
  encountered.nulls.resize(inputs);
  encountered.unseen.resize(inputs);
  encountered.out_of_range.resize(inputs);
}

}  // namespace

std::string missing_column(const Input& input, const std::vector<std::string>& there) {
  std::string out = fmt::format("column '{}' ({}) is missing", input.name, input.type);
  const std::vector<std::string>& parts = input.made_from;
  if (parts.size() == 1) out += fmt::format("; it is made from '{}', which is missing too", parts[0]);
  else if (parts.size() > 1)
    out += fmt::format("; it is made from {}, which are not all there", all_of(parts));
  auto similar = near_misses(input.name, there);
  for (const std::string& part : parts) {
    const auto more = near_misses(part, there);
    if (similar.empty()) similar = more;
  }
  return out + (similar.empty() ? "" : fmt::format("; did you mean {}?", one_of(similar)));
}

void refuse_value(const ColumnTask& task, std::size_t row, std::string_view wanted) {
  throw error(Code::usage, "column '{}', row {}: {} is no {}", task.input.name, task.first_row + row,
              shown(task, row), wanted)
      .with_id("signature.mismatch")
      .with_hint("training saw {} there", task.input.type);
}

void refuse_unseen(const ColumnTask& task, std::size_t row, std::string_view text) {
  auto fault = error(Code::usage, "column '{}', row {}: {} is none of the {} that training saw",
                     task.input.name, task.first_row + row, shown(task, row),
                     task.input.categories.size() == 1 ? "category" : "categories")
                   .with_id("signature.mismatch");
  const auto similar = near_misses(text, task.input.categories);
  if (!similar.empty() && !task.input.pii)
    throw std::move(fault).with_hint("a similar one is {}", one_of(similar));
  throw fault;
}

struct Encoder::Impl {
  Signature signature;
  std::vector<Feature> features;
  std::vector<std::size_t> first;                    ///< Of each input's features, and one behind the last.
  std::vector<std::vector<std::string>> categories;  ///< As encode_categories() spells them.
  std::vector<Lookup> lookups;
  std::vector<Spelling> spellings;

  explicit Impl(Signature of) : signature(std::move(of)), features(features_of(signature)) {
    for (std::size_t f = 0; f < features.size(); ++f) {
      while (first.size() <= features[f].input) first.push_back(f);
    }
    first.push_back(features.size());
    for (const Input& input : signature.inputs) {
      spellings.push_back(spelling_of(input.type));
      categories.push_back(respelled(input.categories, spellings.back()));
    }
    for (const auto& texts : categories) lookups.emplace_back(texts);
  }

  /// The frame may have been another model's.
  void start(Frame& frame, std::size_t rows, std::uint64_t first_row) const {
    frame.rows = rows;
    frame.first_row = first_row;
    frame.features.resize(features.size());
    for (std::size_t f = 0; f < features.size(); ++f) {
      if (features[f].is_category()) frame.features[f].numbers.clear();
      else frame.features[f].codes.clear();
    }
  }

  void encode(ColumnTask& task, std::size_t i, std::span<Values> out) const {
    switch (task.input.encoding) {
      case Encoding::number:
        return encode_numbers(task, out[0].numbers);
      case Encoding::flag:
        return encode_flags(task, out[0].numbers);
      case Encoding::category:
        return encode_categories(task, lookups[i], spellings[i], out[0].codes);
      case Encoding::time:
        return encode_times(task, out[0].numbers);
      case Encoding::date:
      case Encoding::timestamp:
        return encode_moments(task, std::span(features).subspan(first[i], out.size()), out);
    }
  }
};

Encoder::Encoder(Signature signature) : impl_(std::make_unique<const Impl>(std::move(signature))) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

const Signature& Encoder::signature() const { return impl_->signature; }
const std::vector<Feature>& Encoder::features() const { return impl_->features; }

Frame Encoder::encode(const Columns& columns, Encountered* encountered, std::uint64_t first_row) const {
  Frame frame;
  encode(columns, frame, encountered, first_row);
  return frame;
}

void Encoder::encode(const Columns& columns, Frame& frame, Encountered* encountered,
                     std::uint64_t first_row) const {
  const auto& inputs = impl_->signature.inputs;
  const std::vector<std::size_t> at = places_of(impl_->signature, columns);
  require_schema(impl_->signature, columns, at);
  if (encountered != nullptr) size_for(*encountered, inputs.size());
  impl_->start(frame, columns.rows(), first_row);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Column column = columns.column(at[i]);
    ColumnTask task{.input = inputs[i], .column = column, .first_row = first_row};
    const std::size_t from = impl_->first[i];
    impl_->encode(task, i, std::span(frame.features).subspan(from, impl_->first[i + 1] - from));
    if (encountered == nullptr) continue;
    encountered->nulls[i] += task.nulls;
    encountered->unseen[i] += task.unseen;
    encountered->out_of_range[i] += task.out_of_range;
  }
}

bool Encoder::encode(const JsonRows& given, Frame& frame, Encountered& encountered) const {
  const auto& inputs = impl_->signature.inputs;
  const auto is_input = [&](std::size_t i) { return i < inputs.size(); };
  const auto there = std::count_if(given.inputs.begin(), given.inputs.end(), is_input);
  if (inputs.empty() || static_cast<std::size_t>(there) != inputs.size()) return false;
  size_for(encountered, inputs.size());
  impl_->start(frame, given.rows, 1);
  for (std::size_t column = 0; column < given.inputs.size(); ++column) {
    const std::size_t i = given.inputs[column];
    if (!is_input(i)) continue;
    CellTask task{.input = inputs[i], .cells = given.cells.subspan(column * given.rows, given.rows)};
    if (!encode_cells(task, impl_->lookups[i], impl_->spellings[i], frame.features[impl_->first[i]]))
      return false;
    encountered.nulls[i] += task.nulls;
    encountered.unseen[i] += task.unseen;
    encountered.out_of_range[i] += task.out_of_range;
  }
  return true;
}

Frame encode(const Signature& signature, const Columns& columns, Encountered* encountered,
             std::uint64_t first_row) {
  return Encoder(signature).encode(columns, encountered, first_row);
}

}  // namespace mlops::predict
