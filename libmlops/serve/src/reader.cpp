#include <mlops/json/document.hpp>
#include <mlops/serve/body.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "src/batch.hpp"
#include "src/cells.hpp"
#include "src/csv.hpp"
#include "src/faults.hpp"
#include "src/given.hpp"
#include "src/media_type.hpp"
#include "src/names.hpp"
#include "src/rows.hpp"
#include "src/tensors.hpp"
#include "src/wanted.hpp"

namespace mlops::serve {
namespace {

bool has_personal_data(const score::Scorer& scorer) {
  const auto& columns = scorer.columns();
  return std::any_of(columns.begin(), columns.end(), [](const predict::Input& column) { return column.pii; });
}

/// The parser repeats what it read last, which may be a value.
std::string without_values(std::string message) {
  for (const char* const quote : {"; last read", " parsing '"})
    message.erase(std::min(message.find(quote), message.size()));
  return message;
}

bool looks_like_json(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

/// How many bytes of the body are JSON.
std::size_t json_size(std::string_view body, std::string_view field) {
  std::size_t size = 0;
  const char* const end = field.data() + field.size();
  const auto [read, fault] = std::from_chars(field.data(), end, size);
  if (read != end || fault != std::errc())
    throw malformed("Inference-Header-Content-Length is {}; a number of bytes is wanted", quoted(field));
  if (size > body.size())
    throw malformed("Inference-Header-Content-Length is {}, where the body has {} bytes", size, body.size());
  return size;
}

}  // namespace

struct Reader::Impl {
  explicit Impl(Engines& engines) : document(engines) {}

  json::Document document;
  Names names = {};
  Cells cells = {};
  Batch batch = {};
  Rows rows = {};
  Csv csv = {};
  Tensors tensors = {};
  std::size_t count = 0;  ///< Of rows.
  score::Made made = {};
  std::optional<Given> given = {};
  score::Made derived = {};
  Reader::LookedUp looked_up = {};

  void start(const score::Scorer& scorer) {
    names.start(scorer.columns());
    batch.start(scorer.columns(), scorer.signature().inputs.size());
    cells.start(0);
    looked_up = {};
  }

  /// What is worked out from other columns of the row. Rows are of now only where features are looked up.
  void derive(const Asked& asked) {
    if (asked.scorer.derived().columns().empty()) return;
    std::optional<score::Derived::Moment> moment;
    if (asked.completer != nullptr && !asked.scorer.features().empty())
      moment = score::Derived::Moment{asked.scorer.features().time.name, asked.now};
    asked.scorer.derived().complete(Given(count, cells, batch, names), moment, derived);
    for (const score::Made::Column& column : derived.columns()) cells.put(column, count);
  }

  /// Puts what the request lacks beside what it has.
  void complete(const Asked& asked) {
    derive(asked);
    if (asked.completer == nullptr) return;
    const auto start = std::chrono::steady_clock::now();
    asked.completer->complete(Given(count, cells, batch, names), asked.now, made);
    for (const score::Made::Column& column : made.columns()) cells.put(column, count);
    if (made.lookups() == 0) return;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    looked_up = {.answers = made.lookups(), .seconds = took.count(), .moments = made.moments()};
  }

  json::Node parse(std::string_view body, const score::Scorer& scorer) {
    if (body.empty()) throw malformed("the body is empty; JSON is wanted");
    try {
      return document.parse(body);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      throw malformed("{}", has_personal_data(scorer) ? without_values(e.message()) : e.message());
    }
  }

  void read_invocations(std::string_view content_type, std::string_view body, const score::Scorer& scorer) {
    const Media media = media_of(content_type);
    start(scorer);
    if (media == Media::csv) {
      count = csv.read(body, scorer, names, batch);
      return;
    }
    if (!body.empty() && !says_json(content_type) && !looks_like_json(body))
      throw malformed("the body is not JSON").with_hint("CSV wants the field `Content-Type: text/csv`");
    rows.start(scorer.columns(), scorer.signature().inputs.size(), names, cells);
    rows.read(parse(body, scorer));
    count = cells.rows();
  }

  void read_inference(std::string_view body, std::optional<std::string_view> json_bytes,
                      const score::Scorer& scorer, Inference& rest) {
    start(scorer);
    rest.id.clear();
    rest.id_given = false;
    rest.outputs.clear();
    const std::size_t size = json_bytes ? json_size(body, *json_bytes) : body.size();
    tensors.start(scorer.columns(), scorer.signature().inputs.size(), names, cells, batch);
    if (json_bytes && size == 0) read_bytes(body, scorer, rest);
    else read_tensors(body.substr(0, size), body.substr(size), scorer, rest);
  }

  void read_tensors(std::string_view body, std::string_view binary, const score::Scorer& scorer,
                    Inference& rest) {
    const json::Node root = parse(body, scorer);
    if (!root.is(json::Node::Kind::object))
      throw malformed("the body is {}; an object with 'inputs' is wanted", kind_of_value(root));
    count = tensors.read(root, binary);
    read_wanted(root, scorer.signature().task, rest);
  }

  void read_bytes(std::string_view body, const score::Scorer& scorer, Inference& rest) {
    count = tensors.read_raw(body);
    for (const std::string& name : outputs_of(scorer.signature().task)) rest.outputs.push_back({name, true});
  }

  Columns columns(const score::Scorer& scorer) {
    cells.fill(scorer.signature().inputs, batch);
    return batch.finish(count, names.unknown());
  }

  void answer(const Asked& asked, score::Answered& out) {
    complete(asked);
    if (!asked.scorer.answer(cells.json(), out)) asked.scorer.answer(columns(asked.scorer), out);
  }
};

Reader::Reader(Engines& engines) : impl_(std::make_unique<Impl>(engines)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

Columns Reader::invocations(std::string_view content_type, std::string_view body, const Asked& asked) {
  impl_->read_invocations(content_type, body, asked.scorer);
  impl_->complete(asked);
  return impl_->columns(asked.scorer);
}

Columns Reader::inference(std::string_view body, std::optional<std::string_view> json_bytes,
                          const Asked& asked, Inference& rest) {
  impl_->read_inference(body, json_bytes, asked.scorer, rest);
  impl_->complete(asked);
  return impl_->columns(asked.scorer);
}

const score::GivenRows& Reader::rows() {
  return impl_->given.emplace(impl_->count, impl_->cells, impl_->batch, impl_->names);
}

void Reader::invocations(std::string_view content_type, std::string_view body, const Asked& asked,
                         score::Answered& out) {
  impl_->read_invocations(content_type, body, asked.scorer);
  impl_->answer(asked, out);
}

void Reader::inference(std::string_view body, std::optional<std::string_view> json_bytes, const Asked& asked,
                       Inference& rest, score::Answered& out) {
  impl_->read_inference(body, json_bytes, asked.scorer, rest);
  impl_->answer(asked, out);
}

const Reader::LookedUp& Reader::looked_up() const { return impl_->looked_up; }

}  // namespace mlops::serve
