#include <mlops/feature/join.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

#include "src/build.hpp"
#include "src/history.hpp"
#include "src/meaning.hpp"
#include "src/slide.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

Column column_of(const Columns& rows, const std::string& name, const std::string& what) {
  if (const auto found = rows.find(name)) return rows.column(*found);
  std::vector<std::string> names;
  for (const Field& field : rows.fields()) names.push_back(field.name);
  Error fault = error(Code::usage, "the rows have no column '{}', {}", name, what);
  const auto near = near_misses(name, names);
  throw near.empty() ? fault : std::move(fault).with_hint("similar columns exist: {}", one_of(near));
}

std::vector<std::int64_t> times_of(const Columns& rows, const std::string& time) {
  const Column column = column_of(rows, time, "which is their time");
  if (is_moment(column.type().kind)) return moments_of(column);
  const auto position = rows.find(time);
  throw error(Code::usage, "the column '{}' is {}: a date or a time stamp is wanted", time,
              rows.fields()[*position].sql)
      .with_hint("the rows' time says as of when their features are");
}

/// What one column of a use becomes, row by row.
struct Output {
  const ViewColumn* column;
  std::string name;
  std::vector<std::int64_t> whole = {};
  std::vector<double> real = {};
  std::vector<std::uint32_t> picks = {};  ///< Rows of the events.
  std::vector<std::uint8_t> valid = {};   ///< A byte for each row: bits would be shared by threads.
};

class UseJoin {
 public:
  UseJoin(const Columns& rows, const std::vector<std::int64_t>& times, const Use& use, const Workers& workers)
      : rows_(rows), times_(times), use_(use), events_(use.history->impl()), workers_(workers) {
    for (const ViewColumn* column : wanted()) outputs_.push_back({.column = column, .name = name(*column)});
  }

  std::vector<Output>& outputs() { return outputs_; }

  void run() {
    const Groups groups = asked();
    for (Output& output : outputs_) reserve(output);
    const auto pieces = pieces_of(groups, piece_rows);
    in_parallel(pieces.size() - 1, workers_, [&](std::size_t piece) {
      std::vector<Question> questions;
      for (std::uint32_t group = pieces[piece]; group < pieces[piece + 1]; ++group) {
        ask(groups, group, questions);
        for (Output& output : outputs_) answer(group, questions, output);
      }
    });
    if (too_great_ != nullptr) fail_too_great(events_.view, *too_great_);
  }

  Built build(Output& output, std::uint64_t& nulls) const {
    Built column = made(output);
    nulls = column.nulls;
    output.whole = {};
    output.real = {};
    output.picks = {};
    output.valid = {};
    return column;
  }

 private:
  std::vector<const ViewColumn*> wanted() const {
    std::vector<const ViewColumn*> out;
    std::vector<std::string> known;
    for (const ViewColumn& column : events_.view.columns) {
      known.push_back(column.name);
      if (use_.columns.empty()) out.push_back(&column);
    }
    for (const std::string& name : use_.columns) {
      out.push_back(events_.view.find(name));
      if (out.back() != nullptr) continue;
      Error fault = error(Code::usage, "view '{}' has no column '{}'", events_.view.name, name);
      const auto near = near_misses(name, known);
      throw near.empty() ? fault : std::move(fault).with_hint("similar columns exist: {}", one_of(near));
    }
    return out;
  }

  std::string name(const ViewColumn& column) const {
    return use_.as.empty() ? column.name : use_.as + "__" + column.name;
  }

  std::vector<Column> key_columns() const {
    const View& view = events_.view;
    if (use_.key.size() != view.key.size())
      throw error(Code::internal, "view '{}' has {} keys and is used with {}", view.name, view.key.size(),
                  use_.key.size());
    std::vector<Column> out;
    for (std::size_t i = 0; i < view.key.size(); ++i) {
      out.push_back(
          column_of(rows_, use_.key[i], fmt::format("the key '{}' of '{}'", view.key[i].entity, view.name)));
      const auto kind = key_kind_of(out.back().type());
      if (kind == view.key[i].kind) continue;
      throw error(Code::usage, "the column '{}' of the rows is {}, and the key '{}' of view '{}' is of {}s",
                  use_.key[i], rows_.fields()[*rows_.find(use_.key[i])].sql, view.key[i].entity, view.name,
                  name_of(view.key[i].kind))
          .with_hint("cast one of them where the tables are made");
    }
    return out;
  }

  /// The rows that may see something, by key.
  Groups asked() const {
    KeyReader reader(key_columns());
    std::vector<std::uint32_t> ids(times_.size(), no_row);
    for (std::size_t row = 0; row < ids.size(); ++row) {
      if (times_[row] == no_moment) continue;
      if (const auto key = reader.read(row)) ids[row] = events_.index.find(*key).value_or(no_row);
    }
    return grouped(ids, events_.index.size());
  }

  void ask(const Groups& groups, std::uint32_t group, std::vector<Question>& questions) const {
    questions.clear();
    for (std::size_t i = groups.begin[group]; i < groups.begin[group + 1]; ++i)
      questions.push_back({times_[groups.rows[i]], groups.rows[i]});
    const auto earlier = [](const Question& a, const Question& b) { return a.time < b.time; };
    if (!std::is_sorted(questions.begin(), questions.end(), earlier))
      std::sort(questions.begin(), questions.end(), earlier);
  }

  Result result_of(const ViewColumn& column) const {
    return feature::result_of(column, column.input && is_whole(kind_of(column)));
  }

  Kind kind_of(const ViewColumn& column) const {
    return events_.events.column(events_.input_column(*column.input)).type().kind;
  }

  void reserve(Output& output) const {
    const std::size_t rows = times_.size();
    const Result result = result_of(*output.column);
    if (result == Result::pick) output.picks.assign(rows, no_row);
    else if (result == Result::real) output.real.assign(rows, 0);
    else output.whole.assign(rows, 0);
    if (result == Result::whole || result == Result::real) output.valid.assign(rows, 0);
  }

  Built made(const Output& output) const {
    switch (result_of(*output.column)) {
      case Result::pick:
        return gathered(output.name, output.column->type,
                        events_.events.column(events_.input_column(*output.column->input)), output.picks);
      case Result::real:
        return built(output.name, output.real, output.valid);
      default:
        return built(output.name, output.whole, output.valid);
    }
  }

  void answer(std::uint32_t group, const std::vector<Question>& questions, Output& output) {
    const Definition& definition = output.column->definition;
    if (questions.empty()) return;
    if (!definition.aggregate) return answer_latest(group, questions, output);
    const Series* series = output.column->input ? &events_.series[*output.column->input] : nullptr;
    const auto go = [&](auto window, auto take) {
      slide(events_, group, definition.window_us, questions, window,
            [&](std::uint32_t row) { take(window, row); });
    };
    switch (*definition.aggregate) {
      case Aggregate::count:
        return go(Counter{series},
                  [&](const Counter& in, std::uint32_t row) { output.whole[row] = in.count; });
      case Aggregate::sum:
      case Aggregate::mean:
        if (is_whole(kind_of(*output.column))) return answer_whole(go, *series, output);
        return answer_real(go, *series, output);
      default:
        return answer_extreme(go, *series, output);
    }
  }

  template <typename Go>
  void answer_whole(const Go& go, const Series& series, Output& output) {
    const bool mean = output.column->definition.aggregate == Aggregate::mean;
    go(WholeSum{&series}, [&](const WholeSum& in, std::uint32_t row) {
      if (in.count == 0) return;
      output.valid[row] = 1;
      if (mean) output.real[row] = mean_of(in.sum, in.count);
      else if (const auto sum = in_64_bits(in.sum)) output.whole[row] = *sum;
      else too_great_ = output.column;
    });
  }

  template <typename Go>
  void answer_real(const Go& go, const Series& series, Output& output) {
    const bool mean = output.column->definition.aggregate == Aggregate::mean;
    go(RealSum{&series}, [&](const RealSum& in, std::uint32_t row) {
      if (in.sum.count() == 0) return;
      output.valid[row] = 1;
      output.real[row] = mean ? in.sum.mean() : in.sum.value();
    });
  }

  template <typename Go>
  void answer_extreme(const Go& go, const Series& series, Output& output) {
    const bool max = output.column->definition.aggregate == Aggregate::max;
    const auto take = [&](const auto& in, std::uint32_t row) {
      if (!in.empty()) output.picks[row] = events_.groups.rows[in.best()];
    };
    if (is_whole(kind_of(*output.column))) {
      const auto better = [&series, max](std::uint32_t a, std::uint32_t b) {
        return max ? series.whole[a] > series.whole[b] : series.whole[a] < series.whole[b];
      };
      return go(Extreme(series, better), take);
    }
    const auto better = [&series, max](std::uint32_t a, std::uint32_t b) {
      return max ? rank(series.real[a]) > rank(series.real[b]) : rank(series.real[a]) < rank(series.real[b]);
    };
    go(Extreme(series, better), take);
  }

  void answer_latest(std::uint32_t group, const std::vector<Question>& questions, Output& output) const {
    const std::size_t end = events_.groups.begin[group + 1];
    std::size_t enter = events_.groups.begin[group];
    std::uint32_t best = no_row;
    for (const Question& question : questions) {
      for (; enter < end; ++enter) {
        const auto position =
            events_.entering.empty() ? static_cast<std::uint32_t>(enter) : events_.entering[enter];
        if (events_.enters(position) > question.time) break;
        best = best == no_row ? position : std::max(best, position);
      }
      if (best == no_row) continue;
      const auto ttl = events_.view.ttl_us;
      if (!ttl || events_.at[best] >= question.time - *ttl)
        output.picks[question.row] = events_.groups.rows[best];
    }
  }

  const Columns& rows_;
  const std::vector<std::int64_t>& times_;
  const Use& use_;
  const History::Impl& events_;
  Workers workers_;
  std::vector<Output> outputs_;
  std::atomic<const ViewColumn*> too_great_ = nullptr;
};

void refuse_clashes(const Columns& rows, const std::vector<Joined>& joined) {
  std::vector<std::string> names;
  for (const Joined& one : joined) names.push_back(lowered(one.name));
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw error(Code::usage, "two features are called '{}'", *twice)
        .with_hint("give one of the uses a name of its own: `{{use: ..., as: ...}}`");
  for (const Field& field : rows.fields()) {
    if (!std::binary_search(names.begin(), names.end(), lowered(field.name))) continue;
    throw error(Code::usage, "the rows have a column '{}', which a feature would add", field.name)
        .with_hint("rename it, or give the use another name: `{{use: ..., as: ...}}`");
  }
}

}  // namespace

JoinResult join(const Columns& rows, const std::string& time, std::span<const Use> uses,
                const JoinOptions& options) {
  const unsigned all = std::max(1u, std::thread::hardware_concurrency());
  const Workers workers{.threads = options.threads == 0 ? all : options.threads, .cancel = options.cancel};
  const std::vector<std::int64_t> times = times_of(rows, time);
  JoinResult out;
  std::vector<std::unique_ptr<UseJoin>> joins;
  for (const Use& use : uses) {
    joins.push_back(std::make_unique<UseJoin>(rows, times, use, workers));
    for (const Output& output : joins.back()->outputs())
      out.joined.push_back({.name = output.name,
                            .view = use.history->view().name,
                            .column = output.column->name,
                            .transform = output.column->definition.transform});
  }
  refuse_clashes(rows, out.joined);
  std::vector<Built> built;
  for (const auto& join : joins) {
    join->run();
    for (Output& output : join->outputs()) {
      built.push_back(join->build(output, out.joined[built.size()].nulls));
    }
  }
  out.columns = assemble(std::move(built), times.size());
  return out;
}

Columns beside(const Columns& left, const Columns& right) {
  if (left.rows() != right.rows())
    throw error(Code::internal, "{} rows beside {}", left.rows(), right.rows());
  std::vector<Borrowed> columns;
  for (std::size_t i = 0; i < left.width(); ++i) columns.push_back({&left, i});
  for (std::size_t i = 0; i < right.width(); ++i) columns.push_back({&right, i});
  return assemble(columns, left.rows());
}

}  // namespace mlops::feature
