#include <mlops/base/error.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/predict/spelling.hpp>
#include <mlops/score/scorer.hpp>
#include <mlops/store/store.hpp>

#include <algorithm>
#include <utility>

#include "src/answers.hpp"
#include "src/fitting.hpp"

namespace mlops::score {
namespace {

std::vector<std::string> texts_in(const json::Value& list) {
  std::vector<std::string> out;
  if (list.as_array() == nullptr) return out;
  for (const json::Value& item : *list.as_array()) out.push_back(item.text_or(""));
  return out;
}

/// `null` holds for every column but the texts of `keep_null`, `typed_null` for those that are no text.
std::vector<std::vector<std::string>> nulls_of(const std::vector<predict::Input>& columns,
                                               const json::Object& training_read) {
  const json::Value read(training_read);
  const auto everywhere = texts_in(read["null"]);
  const auto typed = texts_in(read["typed_null"]);
  const auto keeping = texts_in(read["keep_null"]);
  std::vector<std::vector<std::string>> out;
  for (const predict::Input& input : columns) {
    const bool keeps = std::find(keeping.begin(), keeping.end(), input.name) != keeping.end();
    out.push_back(keeps ? std::vector<std::string>{} : everywhere);
    if (input.type != "VARCHAR") out.back().insert(out.back().end(), typed.begin(), typed.end());
  }
  return out;
}

std::vector<json::Value> values_of_classes(const predict::Signature& signature) {
  std::vector<json::Value> out;
  for (const std::string& name : signature.classes) out.push_back(class_value(name, signature.label_type));
  return out;
}

/// What the record of the training data calls personal is so for the model.
void mark_personal(const dataset::Version& data, std::vector<predict::Input>& inputs) {
  for (predict::Input& input : inputs) {
    const dataset::Column* column = data.find(input.name);
    if (column != nullptr && column->pii) input.pii = true;
  }
}

predict::Encoding encoding_of(std::string_view type) {
  if (type == "BOOLEAN") return predict::Encoding::flag;
  if (type == "DATE") return predict::Encoding::date;
  if (type.starts_with("TIMESTAMP")) return predict::Encoding::timestamp;
  return predict::is_whole(type) ? predict::Encoding::number : predict::Encoding::category;
}

std::vector<predict::Input> columns_of(const predict::Signature& signature, const ModelFeatures& features,
                                       const std::vector<DerivedColumn>& derived) {
  std::vector<predict::Input> out = signature.inputs;
  const auto add = [&](const std::string& name, const std::string& type) {
    if (std::none_of(out.begin(), out.end(), [&](const auto& one) { return one.name == name; }))
      out.push_back({.name = name, .type = type, .encoding = encoding_of(type)});
  };
  for (const LookupColumn& column : features.lookups()) add(column.name, column.type);
  for (const DerivedColumn& column : derived) {
    add(column.name, column.type);
    for (const DerivedRead& read : column.reads) add(read.name, read.type);
  }
  return out;
}

predict::Signature asked_of(const predict::Package& package) {
  predict::Signature out = package.asked();
  for (const DerivedColumn& column : derived_of(package)) {
    for (predict::Input& input : out.inputs) {
      if (input.name != column.name) continue;
      for (const DerivedRead& read : column.reads) input.made_from.push_back(read.name);
    }
  }
  return out;
}

predict::Package files_of(store::Store& store, const Digest& tree) {
  try {
    return predict::get(store.objects(), tree);
  } catch (const Error& e) {
    if (e.id() != "object.missing") throw;
    throw error(Code::corrupt, "files of the model are gone: {}", e.message())
        .with_hint("`mlops store fsck` tells what else is missing");
  }
}

}  // namespace

Scorer::Scorer(const predict::Package& package, json::Object training_read, Engines& engines)
    : encoder_(asked_of(package)),
      features_(features_of(package)),
      fitting_(package.given.empty() ? nullptr : std::make_shared<const Fitting>(package, features_.fits)),
      predictor_(predict::open(package, engines)),
      training_read_(std::move(training_read)),
      columns_(columns_of(encoder_.signature(), features_, derived_of(package))),
      derived_(derived_of(package), columns_),
      null_texts_(nulls_of(columns_, training_read_)),
      class_values_(values_of_classes(package.signature)) {}

Scorer Scorer::load(store::Store& store, const Digest& package, const std::optional<Digest>& data_record,
                    Engines& engines) {
  predict::Package files = files_of(store, package);
  if (!data_record || !store.objects().has(*data_record)) return Scorer(files, {}, engines);
  const auto data = dataset::from_record(store.record(*data_record), *data_record, 0);
  mark_personal(data, files.signature.inputs);
  mark_personal(data, files.given);
  Scorer scorer(files, data.read, engines);
  mark_personal(data, scorer.columns_);
  scorer.derived_ = Derived(scorer.derived_.columns(), scorer.columns_);
  return scorer;
}

bool Scorer::is_null_text(std::size_t column, std::string_view text) const {
  const auto& nulls = null_texts_[column];
  return text.empty() || std::find(nulls.begin(), nulls.end(), text) != nulls.end();
}

void Scorer::answer(const Columns& rows, Answered& out, std::uint64_t first_row) const {
  start(out);
  encoder_.encode(derived_.complete(rows, first_row), out.frame, &out.met, first_row);
  predict(out);
}

bool Scorer::answer(const predict::JsonRows& rows, Answered& out) const {
  start(out);
  if (!encoder_.encode(rows, out.frame, out.met)) return false;
  predict(out);
  return true;
}

void Scorer::start(Answered& out) const {
  for (auto* counts : {&out.met.nulls, &out.met.unseen, &out.met.out_of_range})
    counts->assign(signature().inputs.size(), 0);
}

void Scorer::predict(Answered& out) const {
  out.rows = out.frame.rows;
  out.predictions.resize(out.rows * signature().outputs());
  if (fitting_ != nullptr) fitting_->apply(out.frame, out.fitted);
  const predict::Frame& frame = fitting_ != nullptr ? out.fitted : out.frame;
  predictor_->predict(frame, out.predictions);
  out.unanswered = predictor_->unanswered(frame);
  predict::decide(signature(), out.predictions, out.classes);
}

}  // namespace mlops::score
