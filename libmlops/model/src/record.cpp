/// A version as the record "model-version/1", and back.
#include <mlops/base/error.hpp>

#include <cmath>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

constexpr std::string_view record_kind = "model-version/1";

json::Value or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Value or_null(const std::optional<Digest>& digest) {
  return digest ? json::Value(digest->text()) : json::Value();
}

json::Value finite(const json::Value& value);

json::Object finite(const json::Object& object) {
  json::Object out;
  for (const auto& [name, value] : object) out.append(name, finite(value));
  return out;
}

/// JSON has no NaN and no infinity.
json::Value finite(const json::Value& value) {
  if (const double* number = value.as_double(); number != nullptr && !std::isfinite(*number)) return nullptr;
  if (const json::Object* object = value.as_object()) return finite(*object);
  const json::Array* array = value.as_array();
  if (array == nullptr) return value;
  json::Array out;
  for (const json::Value& item : *array) out.push_back(finite(item));
  return out;
}

/// Reads the fields of a record, naming the one that is wrong.
class Fields {
 public:
  Fields(const json::Value& value, std::string where) : value_(value), where_(std::move(where)) {}

  std::string text(std::string_view name) const {
    const std::string* found = value_[name].as_string();
    if (found == nullptr) fail(name, "a text");
    return *found;
  }
  std::string text_or_empty(std::string_view name) const { return value_[name].text_or(""); }
  std::uint64_t count(std::string_view name) const {
    const std::int64_t* found = value_[name].as_int();
    if (found == nullptr || *found < 0) fail(name, "a count");
    return static_cast<std::uint64_t>(*found);
  }
  Digest digest(std::string_view name) const {
    const auto found = Digest::parse(text(name));
    if (!found) fail(name, "a digest");
    return *found;
  }
  std::optional<Digest> optional_digest(std::string_view name) const {
    return value_[name].is_null() ? std::nullopt : std::optional(digest(name));
  }
  Time time(std::string_view name) const {
    const auto found = Time::parse(text(name));
    if (!found) fail(name, "a time");
    return *found;
  }
  const json::Object& object(std::string_view name) const {
    const json::Object* found = value_[name].as_object();
    if (found == nullptr) fail(name, "an object");
    return *found;
  }
  Fields inside(std::string_view name) const {
    object(name);
    return {value_[name], where_};
  }

 private:
  [[noreturn]] void fail(std::string_view name, std::string_view wanted) const {
    throw error(Code::corrupt, "the record {} has no '{}' that is {}", where_, name, wanted)
        .with_id("record.corrupt");
  }

  const json::Value& value_;
  std::string where_;
};

}  // namespace

json::Object to_record(const Version& version) {
  return {
      {"kind", record_kind},
      {"name", version.name},
      {"time", version.time.text()},
      {"previous", or_null(version.previous)},
      {"package",
       json::Object{{"tree", version.package.text()}, {"files", version.files}, {"bytes", version.bytes}}},
      {"algorithm", version.algorithm},
      {"task", or_null(version.task)},
      {"loss", or_null(version.loss)},
      {"parameters", finite(version.parameters)},
      {"run", json::Object{{"id", or_null(version.run)}, {"record", or_null(version.run_record)}}},
      {"data", json::Object{{"address", or_null(version.data)}, {"record", or_null(version.data_record)}}},
      {"code", finite(version.code)},
      {"environment", or_null(version.environment)},
      {"metrics", finite(version.metrics)},
      {"note", or_null(version.note)}};
}

Version from_record(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const Fields fields(value, digest.brief());
  if (fields.text("kind") != record_kind) {
    throw error(Code::corrupt, "the record {} is a '{}', not a '{}'", digest.brief(), fields.text("kind"),
                record_kind)
        .with_id("record.corrupt");
  }
  const Fields package = fields.inside("package");
  const Fields run = fields.inside("run");
  const Fields data = fields.inside("data");
  Version version;
  version.name = fields.text("name");
  version.record = digest;
  version.previous = fields.optional_digest("previous");
  version.time = fields.time("time");
  version.package = package.digest("tree");
  version.files = package.count("files");
  version.bytes = package.count("bytes");
  version.algorithm = fields.text("algorithm");
  version.task = fields.text_or_empty("task");
  version.loss = fields.text_or_empty("loss");
  version.parameters = fields.object("parameters");
  version.run = run.text_or_empty("id");
  version.run_record = run.optional_digest("record");
  version.data = data.text_or_empty("address");
  version.data_record = data.optional_digest("record");
  version.code = fields.object("code");
  version.environment = fields.optional_digest("environment");
  version.metrics = fields.object("metrics");
  version.note = fields.text_or_empty("note");
  return version;
}

Version load(const store::Store& store, std::string_view name, const store::ReferenceEntry& entry) {
  try {
    Version version = from_record(store.record(entry.digest), entry.digest);
    version.number = entry.seq;
    version.who = entry.who;
    return version;
  } catch (Error& e) {
    e.add_context(fmt::format("while reading models/{}@v{}", name, entry.seq));
    throw;
  }
}

std::string Version::address() const { return fmt::format("{}@v{}", name, number); }

void require_runnable(const Version& version) {
  if (version.runs_here()) return;
  throw error(Code::failed, "{} is kept as files, and nothing here can run it", version.address())
      .with_id("model.opaque")
      .with_hint("`mlops model show {}` lists them; models of XGBoost in JSON or UBJSON run",
                 version.address());
}

}  // namespace mlops::model
