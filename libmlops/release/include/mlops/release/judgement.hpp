#pragma once
/// Whether a version may answer in production: the gates of its release, judged on rows that it has not seen,
/// beside the champion on the same rows. A judgement is a record of kind "judgement/1" under the reference
/// `judgements/<model>@v<number>`, newest last; mlops-store(5) lists its fields. A version is rejected while
/// its newest judgement has a gate that fails and is no warning. Of a version that was never judged nobody
/// said no, unless its release had gates when it was registered (model::Version::gated): that one was left
/// behind by a process that ended in between, and the next training of the same model judges it.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/error.hpp>
#include <mlops/evaluate/slices.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/json/value.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::release {

/// The alias that answers for a model, and its name among those that were judged.
inline constexpr std::string_view champion_name = "champion";

struct Gate {
  std::string assertion;
  bool warn = false;  ///< A failure is told, and rejects nothing.
  expect::Verdict verdict = {};

  bool operator==(const Gate&) const = default;
  bool rejects() const { return !warn && verdict.outcome == expect::Outcome::fail; }
};

/// One of those that were judged on these rows.
struct Judgee {
  std::string name;                   ///< Of the candidate, or "champion".
  std::string address = {};           ///< "delay@v3", of one that is registered.
  std::optional<Digest> record = {};  ///< Likewise.
  std::string run = {};               ///< Id.
  std::string fault = {};             ///< Why it could not be judged; the metrics are empty then.
  json::Object metrics = {};          ///< "auc": {"value", "low", "high"}, of every metric of the task.
  double predict_us = 0;              ///< For one row of a batch; 0: not measured.
  std::uint64_t bytes = 0;

  bool operator==(const Judgee&) const = default;
};

struct Judgement {
  Digest record = {};  ///< Of this judgement, when it is read or kept; no part of it.
  std::string model;
  std::int64_t number = 0;
  Digest version = {};  ///< The record of the version that was judged.
  Time time = {};
  std::string data = {};  ///< "data/departures@v2"
  Digest data_record = {};
  std::string rows_how = {};  ///< "last 30d of date"
  std::uint64_t rows = 0;
  Digest rows_digest =
      {};  ///< Of the row numbers, as little-endian 32-bit numbers: the same rows, the same digest.
  std::string picked = {};          ///< Name of the candidate.
  std::string metric = {};          ///< By which it was picked.
  std::string reason = {};          ///< Why that one.
  std::vector<Judgee> judged = {};  ///< The candidates in their order, then the champion, where there is one.
  std::vector<Gate> gates = {};
  std::uint64_t seed = 1;       ///< Of the resamples.
  std::uint64_t resamples = 0;  ///< 0: nothing asked for them.
  std::vector<evaluate::Slice> slices =
      {};  ///< Of the picked one; the largest 50 of each column, and its worst.

  std::string address() const;  ///< "delay@v3"
  bool rejects() const;
  /// "4 gates hold, 1 fails"
  std::string summary() const;
  /// "2 of 5 gates fail: auc >= 0.8: auc = 0.7553, wanted >= 0.8; and 1 more"; of one that rejects.
  std::string fault() const;
  /// The champion that was asked, or could not be; null where there was none.
  const Judgee* champion() const;
};

json::Object to_record(const Judgement& judgement);
/// Throws Error(corrupt).
Judgement judgement_from(const json::Object& record, const Digest& digest);

/// The newest of a version; nothing when it was never judged.
std::optional<Judgement> find_judgement(store::Store& store, std::string_view model, std::int64_t number);

/// Why the version may not answer for its model: Error(negative) "release.rejected" or "release.unjudged",
/// or "release.unreadable" with the code of what is wrong with its judgement; without a hint; nothing: it
/// may.
std::optional<Error> refusal(store::Store& store, const model::Version& version);

/// Keeps it, also behind one that is damaged, unless the newest one says the same but for times and runs; its
/// record is that one then. Throws as publish() does.
void keep(store::Store& store, Judgement& judgement, std::string_view who);

}  // namespace mlops::release
