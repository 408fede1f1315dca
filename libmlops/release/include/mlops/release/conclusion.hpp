#pragma once
/// What the last training of a model came to, and of which key it was: who asks for the same again need not
/// train. A conclusion is a record of kind "release/1" under the reference `releases/<model>`, newest last,
/// written when all else of the training is; mlops-store(5) lists its fields.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/release/judgement.hpp>
#include <mlops/release/train.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::release {

struct Conclusion {
  std::string model;
  Key key = {};
  std::int64_t number = 0;               ///< Of the version that was picked.
  Digest version = {};                   ///< Its record.
  std::optional<Digest> judgement = {};  ///< Its record; nothing: the release has neither gates nor slices.
  std::int64_t champion = 0;             ///< The champion when judging began; 0: there was none.
  std::uint64_t rows = 0;                ///< That judged.
  std::string reason = {};               ///< Why that candidate, a sentence without full stop.
  Time time = {};
};

json::Object to_record(const Conclusion& conclusion);
/// Throws Error(corrupt).
Conclusion conclusion_from(const json::Object& record, const Digest& digest);

/// The newest; nothing where the model was never trained, or what is there cannot be read.
std::optional<Conclusion> find_conclusion(store::Store& store, std::string_view model);

/// The version and its judgement, where they still stand for the model: the version is its newest one, it can
/// be read, and the newest judgement of it is that of the conclusion, where it was judged then.
struct StillTrue {
  model::Version version = {};
  std::optional<Judgement> judgement = {};
};
std::optional<StillTrue> still_true(store::Store& store, const Conclusion& conclusion);

/// Keeps it, unless the newest one says the same but for its time. Throws as publish() does.
void keep(store::Store& store, const Conclusion& conclusion, std::string_view who);

}  // namespace mlops::release
