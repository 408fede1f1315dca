#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/score/batch.hpp>
#include <mlops/score/row_answers.hpp>
#include <mlops/score/sink.hpp>

#include <algorithm>

#include "src/answers.hpp"
#include "src/writers.hpp"

namespace mlops::score {
namespace {

namespace stdfs = std::filesystem;

/// Names that promise what would not be in the file.
void refuse_other_names(const stdfs::path& path) {
  const std::string ending = lowered(path.extension().string());
  for (const char* other : {".json", ".gz", ".zst", ".bz2", ".xz", ".zip", ".xlsx", ".xls", ".avro", ".arrow",
                            ".feather", ".orc", ".pkl"}) {
    if (ending != other) continue;
    throw error(Code::usage,
                "'{}' is not written: the name ends in {}, and the format is csv, jsonl or parquet",
                path.string(), ending)
        .with_hint("`--format jsonl` writes JSON Lines under any name");
  }
}

/// As asked for, else by the output's name, else as the input; rows of a JSON array are written as JSON
/// Lines.
std::string output_format(const BatchRequest& request, const std::string& input) {
  if (!request.output_format) {
    refuse_other_names(request.output);
    return dataset::format_of_name(request.output).value_or(input == "json" ? "jsonl" : input);
  }
  const std::string& wished = *request.output_format;
  if (wished == "csv" || wished == "jsonl" || wished == "parquet") return wished;
  throw error(Code::usage, "unknown format '{}': csv, jsonl or parquet is wanted", wished);
}

void refuse_same_file(const BatchRequest& request) {
  std::error_code ignored;
  if (request.input == "-" || request.output == "-" || !stdfs::is_regular_file(request.output, ignored))
    return;
  if (!stdfs::equivalent(request.input, request.output, ignored)) return;
  throw error(Code::usage, "'{}' is both the input and the output", request.output.string())
      .with_hint("write the answers to another file");
}

/// Texts of training stay texts here, be they digits: an id such as 007. So do the keys of features.
std::map<std::string, std::string> wished_types(const Scorer& scorer) {
  std::map<std::string, std::string> types;
  for (const predict::Input& input : scorer.signature().inputs) {
    if (input.type == "VARCHAR") types.emplace(input.name, input.type);
  }
  for (const LookupColumn& column : scorer.derived().reads()) {
    if (column.type == "VARCHAR") types.emplace(column.name, column.type);
  }
  for (const ModelView& view : scorer.features().views) {
    for (std::size_t i = 0; i < view.key.size(); ++i) {
      const feature::KeyKind kind = view.view.key[i].kind;
      if (kind == feature::KeyKind::text) types.emplace(view.key[i].name, "VARCHAR");
      else if (kind == feature::KeyKind::integer) types.emplace(view.key[i].name, "BIGINT");
      else if (kind == feature::KeyKind::boolean) types.emplace(view.key[i].name, "BOOLEAN");
    }
  }
  return types;
}

/// Columns whose texts are dates in the way of the training data.
std::map<std::string, std::string> dates_of(const Scorer& scorer) {
  std::map<std::string, std::string> types;
  const auto add = [&](const std::string& name, const std::string& type) {
    if (type == "DATE" || type == "TIMESTAMP") types.emplace(name, type);
  };
  for (const predict::Input& input : scorer.signature().inputs) add(input.name, input.type);
  for (const LookupColumn& column : scorer.features().lookups()) add(column.name, column.type);
  for (const LookupColumn& column : scorer.derived().reads()) add(column.name, column.type);
  return types;
}

std::vector<std::string> names_of(const std::vector<AnswerColumn>& columns) {
  std::vector<std::string> names;
  for (const AnswerColumn& column : columns) names.push_back(column.name);
  return names;
}

class Batch {
 public:
  Batch(dataset::OpenFile& file, const Scorer& scorer, const BatchRequest& request,
        const feature::JoinOptions& joining)
      : file_(file),
        scorer_(scorer),
        request_(request),
        columns_(answer_columns(scorer.signature())),
        answers_(scorer, file.fields(), joining) {
    if (!request.only_answers) refuse_clash();
    answers_.read(request.history);
    for (const ModelView* view : answers_.views()) report_.looked_up.push_back(view->as);
  }

  void write_text(const std::string& format, Sink& sink, Progress& progress, const Cancel* cancel) {
    std::vector<std::string> names;
    if (!request_.only_answers) {
      for (const Field& field : file_.fields()) names.push_back(field.name);
    }
    const auto writer =
        format == "csv" ? csv_writer(names, names_of(columns_)) : jsonl_writer(names, names_of(columns_));
    run(*writer, !request_.only_answers, sink, progress, cancel);
  }

  void write_parquet(const stdfs::path& scratch, Sink& sink, Progress& progress, const Cancel* cancel) {
    const fs::TemporaryFolder folder(scratch);
    const stdfs::path answers = folder.path() / "answers.csv";
    const stdfs::path table = folder.path() / "table.parquet";
    const auto answers_sink = open_sink(answers, {});
    run(*csv_writer({}, names_of(columns_), false), false, *answers_sink, progress, cancel);
    dataset::OpenFile::Beside beside{.csv = answers, .columns = {}};
    for (const AnswerColumn& column : columns_) beside.columns.emplace_back(column.name, column.type);
    file_.write_parquet(beside, !request_.only_answers, table);
    copy(table, sink, cancel);
  }

  BatchReport report() { return std::move(report_); }

 private:
  void refuse_clash() const {
    for (const AnswerColumn& column : columns_) {
      for (const Field& field : file_.fields()) {
        if (lowered(field.name) != lowered(column.name)) continue;
        throw error(Code::usage, "the input has a column '{}', which the prediction would add", field.name)
            .with_hint("rename it, or leave the input's columns out with `--only`");
      }
    }
  }

  void run(Writer& writer, bool with_rows, Sink& sink, Progress& progress, const Cancel* cancel) {
    progress.phase("predicting", file_.rows(), Unit::rows);
    std::string text;
    writer.begin(text);
    each_block([&](const Columns& rows) {
      if (cancel != nullptr) cancel->check();
      add(writer, with_rows, rows, text);
      progress.at(report_.rows);
      if (text.size() < block_bytes) return;
      sink.write(text);
      text.clear();
    });
    sink.write(text);
    sink.commit();
  }

  /// As they come; to be joined, in blocks so large that each pays for the events that it is joined to.
  template <typename Take>
  void each_block(Take take) {
    std::vector<Columns> waiting;
    std::size_t rows = 0;
    file_.each([&](const Columns& batch) {
      waiting.push_back(batch);
      rows += batch.rows();
      if (!answers_.views().empty() && rows < joined_rows) return true;
      take(concatenate(waiting));
      waiting.clear();
      rows = 0;
      return true;
    });
    if (!waiting.empty()) take(concatenate(waiting));
  }

  void add(Writer& writer, bool with_rows, const Columns& rows, std::string& text) {
    answers_.answer(rows, answered_, report_.rows + 1);
    const Answers answers(scorer_.signature(), answered_.predictions, answered_.classes);
    writer.add(with_rows ? &rows : nullptr, answers, answered_.rows, text);
    count();
  }

  void count() {
    const std::size_t inputs = answered_.met.nulls.size();
    predict::Encountered& sum = report_.encountered;
    for (auto* counts : {&sum.nulls, &sum.unseen, &sum.out_of_range}) counts->resize(inputs);
    for (std::size_t i = 0; i < inputs; ++i) {
      sum.nulls[i] += answered_.met.nulls[i];
      sum.unseen[i] += answered_.met.unseen[i];
      sum.out_of_range[i] += answered_.met.out_of_range[i];
    }
    report_.unanswered += answered_.unanswered;
    report_.rows += answered_.rows;
  }

  static void copy(const stdfs::path& from, Sink& sink, const Cancel* cancel) {
    fs::File file(from);
    std::string block(block_bytes, '\0');
    for (std::size_t got = file.read(block.data(), block.size()); got > 0;
         got = file.read(block.data(), block.size())) {
      if (cancel != nullptr) cancel->check();
      sink.write({block.data(), got});
    }
    sink.commit();
  }

  static constexpr std::size_t block_bytes = 1 << 20;
  static constexpr std::size_t joined_rows = 1 << 17;

  dataset::OpenFile& file_;
  const Scorer& scorer_;
  const BatchRequest& request_;
  std::vector<AnswerColumn> columns_;
  RowAnswers answers_;
  Answered answered_;
  BatchReport report_;
};

}  // namespace

BatchReport predict_batch(Engines& engines, dataset::Resources resources, const stdfs::path& scratch,
                          const Scorer& scorer, const BatchRequest& request, Progress& progress,
                          const Cancel* cancel) {
  refuse_same_file(request);
  const predict::Signature& signature = scorer.signature();
  std::vector<std::string> pii;
  for (const predict::Input& input : signature.inputs) {
    if (input.pii) pii.push_back(input.name);
  }
  // The output is opened first: what cannot be written is told before an hour of work.
  const auto sink = open_sink(request.output, request.write_output);
  dataset::OpenFile file({.engines = engines,
                          .resources = resources,
                          .scratch = scratch,
                          .progress = progress,
                          .cancel = cancel},
                         {.file = request.input,
                          .input = request.read_input,
                          .format = request.input_format,
                          .types = wished_types(scorer),
                          .read = scorer.training_read(),
                          .dates = dates_of(scorer),
                          .pii = pii});
  Batch batch(file, scorer, request, {.threads = resources.threads, .cancel = cancel});
  const std::string format = output_format(request, file.format());
  if (format == "parquet") batch.write_parquet(scratch, *sink, progress, cancel);
  else batch.write_text(format, *sink, progress, cancel);
  return batch.report();
}

}  // namespace mlops::score
