/// Entries as YAML text.
#include "src/internal.hpp"

#include <mlops/yaml/write.hpp>

#include <charconv>

namespace mlops::manifest {
namespace {

std::string scalar(std::string_view text, yaml::Place place) { return yaml::single_quoted(text, place); }

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + scalar(text, yaml::Place::flow);
  return out + "]";
}

std::string map(const std::map<std::string, std::string>& values) {
  std::string out = "{";
  for (const auto& [name, value] : values) {
    out += (out.size() > 1 ? ", " : "") + scalar(name, yaml::Place::flow) + ": " +
           scalar(value, yaml::Place::flow);
  }
  return out + "}";
}

std::string one_or_list(const std::vector<std::string>& texts, yaml::Place place) {
  return texts.size() == 1 ? scalar(texts[0], place) : list(texts);
}

class Writer {
 public:
  explicit Writer(Layout layout) : place_(layout == Layout::block ? yaml::Place::block : yaml::Place::flow) {}

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
  yaml::Place place() const { return place_; }
  Fields take() { return std::move(out_); }

 private:
  yaml::Place place_;
  Fields out_;
};

void add_read(Writer& out, const ReadOptions& read) {
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

/// The value alone.
bool is_bare(const Fields& fields) { return fields.size() == 1 && fields[0].first.empty(); }

std::string flow_map(const Fields& fields) {
  if (is_bare(fields)) return fields[0].second;
  std::string out;
  for (const auto& [key, value] : fields) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", key, value);
  return "{" + out + "}";
}

/// 0.15 is `15%`.
std::string share(double value) {
  const std::string percent = fmt::format("{:.10g}", value * 100);
  double back = 0;
  std::from_chars(percent.data(), percent.data() + percent.size(), back);
  return back / 100 == value ? percent + "%" : fmt::format("{}", value);
}

Fields split_fields(const SplitSpec& split) {
  Writer out(Layout::flow);
  if (split.test) out.add("test", share(*split.test));
  if (split.test_last_us) out.add("test", "last " + duration_words(*split.test_last_us));
  if (split.valid) out.add("valid", share(*split.valid));
  if (split.valid_before_us) out.add("valid", duration_words(*split.valid_before_us) + " before test");
  if (split.seed) out.add("seed", fmt::format("{}", *split.seed));
  out.text("group", split.group);
  out.text("part", split.part);
  return out.take();
}

/// Texts that read like a number or a flag are quoted by scalar().
std::string value(const json::Value& value) {
  if (const std::string* text = value.as_string()) return scalar(*text, yaml::Place::flow);
  return json::dump(value);
}

std::string values(const json::Object& object) {
  Fields out;
  for (const auto& [name, each] : object) out.emplace_back(scalar(name, yaml::Place::flow), value(each));
  return flow_map(out);
}

}  // namespace

Fields fields_of(const SourceSpec& source, Layout layout) {
  Writer out(layout);
  out.add("from", one_or_list(source.from, out.place()));
  out.text("kind", source.kind);
  out.text("party", source.party);
  out.text("licence", source.licence);
  out.text("price", source.price);
  out.text("url", source.url);
  out.texts("pii", source.pii);
  out.texts("blobs", source.blobs);
  add_read(out, source.read);
  out.text("query", source.query);
  out.text("cursor", source.cursor);
  out.text("transform", source.transform);
  out.text("raw", source.raw);
  Fields fields = out.take();
  for (auto& field : training_fields_of(source, layout)) fields.push_back(std::move(field));
  return fields;
}

Fields training_fields_of(const TableSpec& table, Layout layout) {
  Writer out(layout);
  out.text("label", table.label);
  out.text("task", table.task);
  out.text("time", table.time);
  if (table.split != SplitSpec{}) out.add("split", flow_map(split_fields(table.split)));
  return out.take();
}

Fields fields_of(const ModelSpec& model, Layout layout) {
  Writer out(layout);
  out.text("train", model.train);
  out.text("data", model.data);
  if (!model.params.empty()) out.add("params", values(model.params));
  out.text("case", model.rule);
  out.texts("columns", model.columns);
  out.texts("without", model.without);
  if (model.seed) out.add("seed", fmt::format("{}", *model.seed));
  return out.take();
}

Fields fields_of(const ReleaseSpec& release, Layout layout) {
  Writer out(layout);
  out.texts("among", release.among);
  if (release.pick) out.text("pick", release.pick->text());
  return out.take();
}

Fields fields_of(const RemoteSpec& remote, Layout layout) {
  Writer out(layout);
  const bool bare = remote == RemoteSpec{.name = remote.name, .url = remote.url};
  out.text(bare ? "" : "url", remote.url);
  out.text("endpoint", remote.endpoint);
  out.text("region", remote.region);
  out.text("style", remote.style);
  if (remote.one_writer) out.add("one_writer", "true");
  return out.take();
}

NewEntry new_entry(const SourceSpec& source) {
  return {"sources", source.name, fields_of(source, Layout::block), fields_of(source, Layout::flow)};
}

NewEntry new_entry(const ModelSpec& model) {
  return {"models", model.name, {}, fields_of(model, Layout::flow)};
}

NewEntry new_entry(const ReleaseSpec& release) {
  return {"release", release.name, fields_of(release, Layout::block), fields_of(release, Layout::flow)};
}

NewEntry new_entry(const RemoteSpec& remote) {
  return {"remotes", remote.name, fields_of(remote, Layout::block), fields_of(remote, Layout::flow)};
}

std::string flow_entry(const NewEntry& entry) {
  return fmt::format("{}: {}", scalar(entry.name, yaml::Place::flow), flow_map(entry.flow));
}

std::vector<std::string> block_entry(const NewEntry& entry, std::size_t indent, std::size_t step) {
  const std::string margin(indent, ' ');
  if (entry.block.empty()) return {margin + flow_entry(entry)};
  const std::string name = margin + scalar(entry.name, yaml::Place::block) + ":";
  if (is_bare(entry.block)) return {name + " " + entry.block[0].second};
  std::vector<std::string> lines = {name};
  for (const auto& [key, value] : entry.block) {
    lines.push_back(fmt::format("{}{}: {}", std::string(indent + step, ' '), key, value));
  }
  return lines;
}

}  // namespace mlops::manifest
