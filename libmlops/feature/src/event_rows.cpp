#include "src/event_rows.hpp"

#include <mlops/base/error.hpp>

namespace mlops::feature {
namespace {

std::size_t moments_in(const View& view) { return view.known.empty() ? 1 : 2; }

std::vector<Column> keys_of(const View& view, const Columns& events) {
  if (events.width() != view.key.size() + moments_in(view) + view.inputs.size())
    throw error(Code::internal, "events of view '{}' have {} columns", view.name, events.width());
  std::vector<Column> out;
  for (std::size_t i = 0; i < view.key.size(); ++i) {
    out.push_back(events.column(i));
    if (key_kind_of(out.back().type()) == view.key[i].kind) continue;
    throw error(Code::internal, "key '{}' of an event of view '{}' is no {}", view.key[i].entity, view.name,
                name_of(view.key[i].kind));
  }
  return out;
}

void require(const View& view, std::size_t input, const Type& type) {
  const Type wanted = input_type(view.inputs[input].type);
  const bool text = wanted.kind == Kind::text;
  if (type.kind == wanted.kind && (text || type.unit == wanted.unit)) return;
  throw error(Code::internal, "input {} of an event of view '{}' is no {}", input, view.name,
              view.inputs[input].type);
}

}  // namespace

EventRows::EventRows(const View& view, const Columns& events) : reader_(keys_of(view, events)) {
  const std::size_t keys = view.key.size();
  at_ = moments_of(events.column(keys));
  if (!view.known.empty()) known_ = moments_of(events.column(keys + 1));
  for (std::size_t i = 0; i < view.inputs.size(); ++i) {
    inputs_.push_back(events.column(keys + moments_in(view) + i));
    require(view, i, inputs_.back().type());
    cells_.push_back(cell_of(inputs_.back().type()));
    floats_.push_back(inputs_.back().type().kind == Kind::float32);
  }
}

std::optional<std::string_view> EventRows::key(std::size_t row) {
  if (at_[row] == no_moment || (!known_.empty() && known_[row] == no_moment)) return std::nullopt;
  return reader_.read(row);
}

}  // namespace mlops::feature
