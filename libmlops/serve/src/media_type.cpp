#include "src/media_type.hpp"

#include <mlops/base/text.hpp>

#include "src/faults.hpp"

namespace mlops::serve {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string type_of(std::string_view content_type) {
  return lowered(trimmed(content_type.substr(0, content_type.find(';'))));
}

bool is_json(std::string_view type) { return type == "application/json" || type.ends_with("+json"); }

void require_utf8(std::string_view charset) {
  if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
    charset = charset.substr(1, charset.size() - 2);
  const std::string name = lowered(charset);
  if (name == "utf-8" || name == "utf8") return;
  throw error(Code::usage, "the charset {} is not taken; utf-8 is wanted", quoted(charset))
      .with_id("request.media_type");
}

void check_parameters(std::string_view content_type) {
  for (std::size_t at = content_type.find(';'); at != std::string_view::npos;) {
    content_type.remove_prefix(at + 1);
    at = content_type.find(';');
    const std::string_view parameter = trimmed(content_type.substr(0, at));
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || lowered(trimmed(parameter.substr(0, equals))) != "charset")
      continue;
    require_utf8(trimmed(parameter.substr(equals + 1)));
  }
}

}  // namespace

bool says_json(std::string_view content_type) {
  return content_type == "application/json" || is_json(type_of(content_type));
}

Media media_of(std::string_view content_type) {
  if (content_type.empty() || content_type == "application/json") return Media::json;
  const std::string type = type_of(content_type);
  const bool json = type.empty() || is_json(type);
  if (!json && type != "text/csv")
    throw error(Code::usage, "the content type {} is not taken; application/json or text/csv is wanted",
                serve::quoted(type))
        .with_id("request.media_type");
  check_parameters(content_type);
  return json ? Media::json : Media::csv;
}

}  // namespace mlops::serve
