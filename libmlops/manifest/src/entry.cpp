/// Entries as YAML text.
#include "src/internal.hpp"

#include <mlops/yaml/write.hpp>

namespace mlops::manifest {
namespace {

using yaml::Place;

std::string scalar(std::string_view text, Place place) { return yaml::single_quoted(text, place); }

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + scalar(text, Place::flow);
  return out + "]";
}

std::string map(const std::map<std::string, std::string>& values) {
  std::string out = "{";
  for (const auto& [name, value] : values) {
    out += (out.size() > 1 ? ", " : "") + scalar(name, Place::flow) + ": " + scalar(value, Place::flow);
  }
  return out + "}";
}

std::string one_or_list(const std::vector<std::string>& texts, Place place) {
  return texts.size() == 1 ? scalar(texts[0], place) : list(texts);
}

class Fields {
 public:
  explicit Fields(Layout layout) : place_(layout == Layout::block ? Place::block : Place::flow) {}

  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) add(key, scalar(value, place_));
  }
  void text(std::string_view key, const std::optional<std::string>& value) {
    if (value) add(key, value == "\t" ? "tab" : scalar(*value, place_));
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) add(key, list(values));
  }
  void add(std::string_view key, std::string value) { out_.emplace_back(key, std::move(value)); }
  Place place() const { return place_; }
  std::vector<std::pair<std::string, std::string>> take() { return std::move(out_); }

 private:
  Place place_;
  std::vector<std::pair<std::string, std::string>> out_;
};

void add_read(Fields& out, const ReadOptions& read) {
  out.text("format", read.format);
  out.text("delimiter", read.delimiter);
  out.text("quote", read.quote);
  if (read.header) out.add("header", *read.header ? "true" : "false");
  out.text("encoding", read.encoding);
  out.text("decimal", read.decimal);
  if (read.null) out.add("null", list(*read.null));
  if (!read.types.empty()) out.add("types", map(read.types));
  out.text("quarantine", read.quarantine);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> entry_fields(const SourceSpec& source, Layout layout) {
  Fields out(layout);
  out.add("from", one_or_list(source.from, out.place()));
  out.text("kind", source.kind);
  out.text("party", source.party);
  out.text("licence", source.licence);
  out.text("price", source.price);
  out.text("url", source.url);
  out.texts("pii", source.pii);
  out.texts("blobs", source.blobs);
  add_read(out, source.read);
  return out.take();
}

std::string flow_entry(const SourceSpec& source) {
  std::string out;
  for (const auto& [key, value] : entry_fields(source, Layout::flow)) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", key, value);
  }
  return fmt::format("{}: {{{}}}", scalar(source.name, Place::flow), out);
}

std::vector<std::string> block_entry(const SourceSpec& source, std::size_t indent, std::size_t step) {
  std::vector<std::string> lines = {std::string(indent, ' ') + scalar(source.name, Place::block) + ":"};
  for (const auto& [key, value] : entry_fields(source, Layout::block)) {
    lines.push_back(fmt::format("{}{}: {}", std::string(indent + step, ' '), key, value));
  }
  return lines;
}

}  // namespace mlops::manifest
