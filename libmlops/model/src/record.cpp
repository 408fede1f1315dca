/// A version as the record "model-version/1", and back.
#include <mlops/base/error.hpp>
#include <mlops/store/record_fields.hpp>

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

}  // namespace

json::Object to_record(const Version& version) {
  json::Object out = {
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
  if (version.gated) out.set("gated", true);
  return out;
}

Version from_record(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(record_kind);
  const store::RecordFields package = fields.inside("package");
  const store::RecordFields run = fields.inside("run");
  const store::RecordFields data = fields.inside("data");
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
  version.gated = value["gated"].bool_or(false);
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
