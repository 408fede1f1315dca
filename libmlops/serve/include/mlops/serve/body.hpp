#pragma once
/// What clients send, as rows; and answers as what they expect. Pure translation: no sockets. A Reader and a
/// Writer belong to one thread and reuse their memory, so that a request of one row costs about a
/// microsecond.
///
/// MLflow's scoring protocol (POST /invocations): JSON with exactly one of `dataframe_split`,
/// `dataframe_records`, `instances`, `inputs`, or CSV with a header.
/// The Open Inference Protocol, version 2 (POST /v2/models/{m}/infer), with Triton's extension for binary
/// tensors: one tensor for each input, [n] or [n, 1], or a single one of all, [n, inputs], in their order.
///
/// Faults are Error(usage) with an id:
///   request.malformed   (400) not JSON, or not of the protocol: what was seen, where, and what is wanted
///   request.media_type  (415)
///   signature.mismatch  (422) as predict::encode() has it
/// Values of inputs that are personal data are in none of their texts.

#include <mlops/base/clock.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/score/completer.hpp>
#include <mlops/score/scorer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::serve {

/// The rest of an inference request: what its answer has to repeat or leave out.
struct Inference {
  std::string id = {};
  bool id_given = false;
  struct Output {
    std::string name;     ///< "prediction" or "probability"
    bool binary = false;  ///< Behind the JSON, as bytes.
  };
  std::vector<Output> outputs = {};  ///< In the order wanted; all of them when the request names none.
};

/// Who is asked. Rows that lack columns that can be made are completed where there is somebody to do it.
struct Asked {
  // NOLINTNEXTLINE(google-explicit-constructor): a model that is asked for what it takes is the plain case
  Asked(const score::Scorer& model) : scorer(model) {}
  Asked(const score::Completer& by, Time as_of) : scorer(by.scorer()), completer(&by), now(as_of) {}

  const score::Scorer& scorer;
  const score::Completer* completer = nullptr;
  Time now = {};
};

class Reader {
 public:
  /// Opens the engine that reads JSON.
  explicit Reader(Engines& engines);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The rows hold until the next call. NaN and Infinity, which Python's json writes, are taken as null.
  Columns invocations(std::string_view content_type, std::string_view body, const Asked& asked);

  /// `json_bytes` is the value of the field Inference-Header-Content-Length, if it was sent.
  Columns inference(std::string_view body, std::optional<std::string_view> json_bytes, const Asked& asked,
                    Inference& rest);

  /// The same rows, answered: as scorer.answer() of these columns, which are made only where the values
  /// themselves do not do.
  void invocations(std::string_view content_type, std::string_view body, const Asked& asked,
                   score::Answered& out);
  void inference(std::string_view body, std::optional<std::string_view> json_bytes, const Asked& asked,
                 Inference& rest, score::Answered& out);

  /// What was looked up for the last request, refused ones among them.
  struct LookedUp {
    std::uint64_t answers = 0;  ///< One for each view and row.
    double seconds = 0;
    std::span<const std::int64_t> moments = {};  ///< As score::Made has them.
  };
  const LookedUp& looked_up() const;

  /// The rows of the last call, with what was looked up; they hold until the next.
  const score::GivenRows& rows();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where the features of views come from: the request alone, or the request or, where it has none, the
/// server.
enum class Features { given, looked_up };

/// Of one model version: what is the same in each answer is made once. Immutable; safe for many threads.
class Writer {
 public:
  /// `algorithm` is the package's, for the metadata's platform.
  Writer(const score::Scorer& scorer, const std::string& name, std::int64_t version,
         std::string_view algorithm = {}, Features features = Features::given);

  /// {"predictions": [...], "probabilities": [[...], ...], "classes": [...], "model": "churn@v3"}: a class or
  /// a value for each row; for classes also the probability of each, in the order of `classes`, as
  /// scikit-learn's predict_proba() has them.
  void invocations(const score::Answered& answers, std::string& out) const;

  /// Tensors "prediction" [n], of the label's type, and "probability" [n, classes] FP64. The number of bytes
  /// of the JSON in front of binary tensors; nothing when there are none.
  std::optional<std::size_t> inference(const score::Answered& answers, const Inference& rest,
                                       std::string& out) const;

  /// The answer of GET /v2/models/{m}: inputs and outputs with datatype and shape. What a request may leave
  /// out has "parameters": {"optional": true}; the columns by which features are looked up stand behind the
  /// inputs.
  /// `versions` are those that may be asked for by number; none: its own.
  std::string metadata(const std::vector<std::int64_t>& versions = {}) const;

 private:
  struct Class {
    std::string json;    ///< As the label was: a number, a flag or a text.
    std::string tensor;  ///< As an element of the tensor in JSON.
    std::string bytes;   ///< As an element of the tensor in bytes.
  };

  void append_prediction(const score::Answered& answers, std::size_t row, std::string Class::*form,
                         std::string& out) const;
  void append_predictions(const score::Answered& answers, std::string Class::*form, std::string& out) const;
  void append_probabilities(const score::Answered& answers, std::size_t row, std::string& out) const;
  void append_tensor(const score::Answered& answers, const Inference::Output& output, std::string& out,
                     std::size_t& binary) const;
  void append_data(const score::Answered& answers, bool probabilities, std::string& out) const;
  void append_bytes(const score::Answered& answers, bool probabilities, std::string& out) const;
  std::size_t bytes_of(const score::Answered& answers, bool probabilities) const;
  json::Object metadata_of(const score::Scorer& scorer, const std::string& name, std::int64_t version,
                           std::string_view algorithm, Features features) const;

  bool binary_task_ = false;
  std::size_t outputs_ = 0;
  std::vector<Class> classes_ = {};
  std::vector<Inference::Output> known_outputs_ = {};
  std::string prediction_type_ = {};  ///< Datatype of the tensor.
  std::string head_ = {};             ///< Of each answer to an inference.
  std::string prediction_head_ = {};  ///< Of that tensor in an answer.
  std::string probability_head_ = {};
  std::string tail_ = {};  ///< Of each answer to an invocation.
  json::Object metadata_ = {};
};

}  // namespace mlops::serve
