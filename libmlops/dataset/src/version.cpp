#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/store/forgotten.hpp>
#include <mlops/store/record_fields.hpp>
#include <mlops/store/selector.hpp>

#include <algorithm>
#include <map>

namespace mlops::dataset {
namespace {

constexpr std::string_view version_kind = "dataset-version/1";

json::Array text_list(const std::vector<std::string>& values) { return {values.begin(), values.end()}; }

json::Value optional_text(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value optional_digest(const std::optional<Digest>& digest) {
  return digest ? json::Value(digest->text()) : json::Value();
}

/// Of what was dropped the name stays, without the prefix of an object that could be asked for.
json::Object raw_json(const Version& version) {
  return {{"tree", version.raw_kept ? json::Value(version.raw.text()) : json::Value()},
          {"dropped", version.raw_kept ? json::Value() : json::Value(version.raw.hex())},
          {"files", version.raw_files},
          {"bytes", version.raw_bytes}};
}

void read_raw(const store::RecordFields& raw, Version& version) {
  const std::string dropped = raw.text_or_empty("dropped");
  version.raw_kept = dropped.empty();
  const auto digest = Digest::parse("sha256:" + dropped);
  version.raw = digest ? *digest : raw.digest("tree");
  version.raw_files = raw.count("files");
  version.raw_bytes = raw.count("bytes");
}

json::Object origin_json(const Origin& origin) {
  return {{"from", text_list(origin.from)},
          {"kind", optional_text(origin.kind)},
          {"party", optional_text(origin.party)},
          {"licence", optional_text(origin.licence)},
          {"price", optional_text(origin.price)},
          {"url", optional_text(origin.url)},
          {"retrieved", origin.retrieved.text()},
          {"seen", origin.seen.empty() ? json::Value() : json::Value(origin.seen)}};
}

json::Array columns_json(const std::vector<Column>& columns) {
  json::Array out;
  for (const Column& column : columns) {
    out.push_back(json::Object{{"name", column.name},
                               {"original", column.original},
                               {"type", column.type},
                               {"open", column.open},
                               {"pii", column.pii},
                               {"blob", column.blob}});
  }
  return out;
}

Column column_from(const json::Value& value, const std::string& where) {
  const store::RecordFields fields(value, where);
  return {.name = fields.text("name"),
          .original = fields.text("original"),
          .type = fields.text("type"),
          .open = fields.flag("open"),
          .pii = fields.flag("pii"),
          .blob = fields.flag("blob")};
}

json::Object made_json(const Made& made) {
  json::Array inputs;
  for (const MadeInput& input : made.inputs) {
    inputs.push_back(json::Object{{"address", input.address},
                                  {"record", input.record.text()},
                                  {"table", input.table.hex()},
                                  {"pii", text_list(input.pii)}});
  }
  return {{"sql", made.sql},
          {"inputs", std::move(inputs)},
          {"params", made.params},
          {"engine", made.engine},
          {"key", made.key.hex()}};
}

MadeInput made_input_from(const json::Value& value, const std::string& where) {
  const store::RecordFields fields(value, where);
  MadeInput out{.address = fields.text("address"),
                .record = fields.digest("record"),
                .table = fields.digest("table"),
                .pii = {}};
  for (const json::Value& name : fields.array("pii")) out.pii.push_back(name.text_or(""));
  return out;
}

Made made_from(const store::RecordFields& fields, const std::string& where) {
  Made made{.sql = fields.text("sql"),
            .params = fields.object("params"),
            .engine = fields.text("engine"),
            .key = fields.digest("key")};
  for (const json::Value& input : fields.array("inputs"))
    made.inputs.push_back(made_input_from(input, where));
  return made;
}

// ---- addresses
// --------------------------------------------------------------------------------------------------

struct Address {
  std::string name;                     ///< With its section, if one was written.
  std::optional<std::string> selector;  ///< What stands behind '@', if there is one.
};

Address split(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

/// Versions of one name; what was forgotten of it is looked up once.
class Loader {
 public:
  Loader(store::Store& store, const store::ReferenceName& name)
      : store_(store), name_(name), instead_(store::forgotten(store, name)) {}

  Version load(const store::ReferenceEntry& entry) const {
    try {
      Version version = read(entry);
      version.section = name_.kind;
      version.record = entry.digest;
      return version;
    } catch (Error& e) {
      e.add_context(fmt::format("while reading {}/{}@v{}", name_.kind, name_.name, entry.seq));
      throw;
    }
  }

 private:
  Version read(const store::ReferenceEntry& entry) const {
    const auto found = instead_.find(entry.digest);
    const Digest record = found == instead_.end() ? entry.digest : found->second.value_or(entry.digest);
    Version version = from_record(store_.record(record), record, entry.seq);
    version.forgotten = found != instead_.end() && !found->second;
    if (record != entry.digest) version.instead = record;
    return version;
  }

  store::Store& store_;
  const store::ReferenceName& name_;
  const std::map<Digest, std::optional<Digest>> instead_;
};

bool is_dataset(const store::ReferenceName& name) { return name.kind == "sources" || name.kind == "data"; }

store::ReferenceName find_name(store::Store& store, std::string_view wanted) {
  std::vector<std::string> known;
  std::vector<store::ReferenceName> found;
  for (const store::ReferenceName& name : store.references().list()) {
    if (!is_dataset(name)) continue;
    known.push_back(name.name);
    if (wanted == name.name || wanted == name.kind + "/" + name.name) found.push_back(name);
  }
  if (found.size() == 1) return found[0];
  if (found.size() > 1) {
    throw error(Code::usage, "'{}' is the name of {} things", wanted, found.size())
        .with_hint("write {}",
                   one_of({found[0].kind + "/" + found[0].name, found[1].kind + "/" + found[1].name}));
  }
  Error fault = error(Code::not_found, "no dataset '{}'", wanted).with_id("data.not_found");
  if (known.empty())
    throw std::move(fault).with_hint("nothing was ingested yet; `mlops ingest FILE` makes the first one");
  const auto near = near_misses(wanted, known);
  if (near.empty()) throw std::move(fault).with_hint("`mlops data list` shows what there is");
  throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
}

/// The version whose record's digest begins with these digits.
std::optional<Version> by_digest(store::Store& store, std::string_view hex) {
  std::optional<Version> found;
  for (const store::ReferenceName& name : store.references().list()) {
    if (!is_dataset(name)) continue;
    for (const auto& entry : store.references().history(name)) {
      if (!entry.digest.hex().starts_with(hex)) continue;
      if (found && found->record != entry.digest) {
        throw error(Code::usage, "the digest '{}' is ambiguous", hex)
            .with_hint("{}@v{} and {}/{}@v{} begin with it", found->address(), found->number, name.kind,
                       name.name, entry.seq);
      }
      found = load(store, name, entry);
    }
  }
  return found;
}

}  // namespace

const Column* Version::find(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

bool Version::has_pii() const {
  return std::any_of(columns.begin(), columns.end(), [](const Column& column) { return column.pii; });
}

json::Object to_record(const Version& version) {
  json::Object out = {{"kind", version_kind},
                      {"name", version.name},
                      {"section", version.section},
                      {"time", version.time.text()},
                      {"previous", optional_digest(version.previous)},
                      {"source", origin_json(version.origin)},
                      {"raw", raw_json(version)},
                      {"read", version.read},
                      {"columns", columns_json(version.columns)},
                      {"rows", version.rows},
                      {"table", json::Object{{"logical", version.table.hex()},
                                             {"parquet", version.data.text()},
                                             {"bytes", version.data_bytes},
                                             {"cache", version.cache}}},
                      {"quarantine", json::Object{{"rows", version.quarantine.rows},
                                                  {"parquet", optional_digest(version.quarantine.data)},
                                                  {"limit", version.quarantine.limit}}},
                      {"blobs", optional_digest(version.blobs)}};
  if (version.made) out.append("made", made_json(*version.made));
  if (version.rows_forgotten > 0) out.append("forgotten", version.rows_forgotten);
  return out;
}

Version from_record(const json::Object& record, const Digest& digest, std::int64_t number) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(version_kind);
  Version version{
      .section = fields.text("section"), .name = fields.text("name"), .number = number, .record = digest};
  version.time = fields.time("time");
  version.previous = fields.optional_digest("previous");
  const store::RecordFields source = fields.inside("source");
  for (const json::Value& from : source.array("from")) version.origin.from.push_back(from.text_or(""));
  version.origin.kind = source.text_or_empty("kind");
  version.origin.party = source.text_or_empty("party");
  version.origin.licence = source.text_or_empty("licence");
  version.origin.price = source.text_or_empty("price");
  version.origin.url = source.text_or_empty("url");
  version.origin.retrieved = source.time("retrieved");
  const json::Value& seen = value["source"]["seen"];
  if (seen.as_object() != nullptr) version.origin.seen = *seen.as_object();
  read_raw(fields.inside("raw"), version);
  version.read = fields.object("read");
  for (const json::Value& column : fields.array("columns"))
    version.columns.push_back(column_from(column, digest.brief()));
  version.rows = fields.count("rows");
  const store::RecordFields table = fields.inside("table");
  version.table = table.digest("logical");
  version.data = table.digest("parquet");
  version.data_bytes = table.count("bytes");
  version.cache = value["table"]["cache"].bool_or(false);
  const store::RecordFields quarantine = fields.inside("quarantine");
  version.quarantine = {.rows = quarantine.count("rows"),
                        .data = quarantine.optional_digest("parquet"),
                        .limit = quarantine.text("limit")};
  version.blobs = fields.optional_digest("blobs");
  if (!value["forgotten"].is_null()) version.rows_forgotten = fields.count("forgotten");
  if (!value["made"].is_null()) version.made = made_from(fields.inside("made"), digest.brief());
  return version;
}

Version load(store::Store& store, const store::ReferenceName& name, const store::ReferenceEntry& entry) {
  return Loader(store, name).load(entry);
}

std::vector<Version> latest(store::Store& store) {
  std::vector<Version> versions;
  for (const store::ReferenceName& name : store.references().list()) {
    if (!is_dataset(name)) continue;
    if (const auto entry = store.references().find(name)) versions.push_back(load(store, name, *entry));
  }
  return versions;
}

std::vector<Version> history(store::Store& store, const store::ReferenceName& name) {
  std::vector<Version> versions;
  const Loader loader(store, name);
  for (const auto& entry : store.references().history(name)) versions.push_back(loader.load(entry));
  return versions;
}

Version resolve(store::Store& store, std::string_view address) {
  const bool prefixed = address.starts_with("sha256:");
  const std::string_view digits = prefixed ? address.substr(7) : address;
  if (store::is_digits(digits)) {
    const auto names = store.references().list();
    const bool named =
        std::any_of(names.begin(), names.end(), [&](const auto& n) { return n.name == address; });
    const auto found = named ? std::nullopt : by_digest(store, digits);
    if (found) return *found;
  }
  if (prefixed) throw error(Code::not_found, "no dataset version '{}'", address).with_id("data.not_found");
  const Address parts = split(address);
  const store::ReferenceName name = find_name(store, parts.name);
  const auto entries = store.references().history(name);
  if (entries.empty())
    throw error(Code::not_found, "'{}' has no version", parts.name).with_id("data.not_found");
  return load(store, name,
              parts.selector ? store::select(entries, parts.name, *parts.selector, "data.not_found")
                             : entries.back());
}

}  // namespace mlops::dataset
