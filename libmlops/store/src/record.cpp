#include "src/record.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>

namespace mlops::store {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_kind_letter(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; }

void walk(const json::Value& value, bool raw,
          const std::function<void(const Digest& digest, bool raw)>& visit) {
  if (const std::string* text = value.as_string()) {
    const auto digest = text->starts_with("sha256:") ? Digest::parse(*text) : std::nullopt;
    if (digest) visit(*digest, raw);
  } else if (const json::Array* array = value.as_array()) {
    for (const json::Value& item : *array) walk(item, raw, visit);
  } else if (const json::Object* object = value.as_object()) {
    for (const auto& [name, member] : *object) walk(member, raw || name == "raw", visit);
  }
}

}  // namespace

std::optional<std::string> kind_name(std::string_view kind) {
  const std::size_t slash = kind.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == kind.size()) return std::nullopt;
  const auto name = kind.substr(0, slash);
  const auto version = kind.substr(slash + 1);
  if (!std::all_of(name.begin(), name.end(), is_kind_letter)) return std::nullopt;
  if (!std::all_of(version.begin(), version.end(), is_digit)) return std::nullopt;
  return std::string(name);
}

json::Object get_record(const Objects& objects, const Digest& digest) {
  const std::string bytes = objects.get(digest);
  try {
    json::Value value = json::parse(bytes);
    json::Object* object = value.as_object();
    if (object != nullptr && kind_name(value["kind"].text_or(""))) return std::move(*object);
  } catch (const Error&) {
    // Whatever is wrong with its JSON, the fault to tell is that it is no record.
  }
  throw error(Code::corrupt, "object {} is no record: it is not JSON with a 'kind' such as \"run/1\"",
              digest.text())
      .with_id("record.corrupt");
}

void each_edge(const json::Value& value, const std::function<void(const Digest& digest, bool raw)>& visit) {
  walk(value, false, visit);
}

std::optional<Digest> cache_in(const json::Value& record) {
  const json::Value& table = record["table"];
  return table["cache"].bool_or(false) ? Digest::parse(table["parquet"].text_or("")) : std::nullopt;
}

}  // namespace mlops::store
