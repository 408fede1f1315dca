/// What is asked of the index.

#include "index.hpp"
#include "run_row.hpp"

namespace mlops::run {

std::vector<Run> Index::find(const Filter& filter) {
  const bool smallest = filter.sort.starts_with('-');
  const std::string metric = smallest ? filter.sort.substr(1) : filter.sort;
  const std::string order =
      metric.empty() ? "started DESC, id"
                     : fmt::format(
                           "(SELECT value FROM last_values WHERE metric = ?3 AND run = id) {} NULLS LAST, "
                           "started DESC, id",
                           smallest ? "ASC" : "DESC");
  db::Statement query = database_->prepare(
      fmt::format("SELECT {} FROM runs WHERE (?1 = '' OR experiment = ?1) AND (?2 = '' OR status = ?2) "
                  "AND ?3 = ?3 ORDER BY {} LIMIT ?4",
                  run_columns, order));
  query.bind(filter.experiment, filter.status ? name_of(*filter.status) : "", metric,
             filter.limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(filter.limit));
  return runs_of(query);
}

std::optional<Run> Index::newest() {
  auto found = find({.limit = 1});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Run> Index::with_prefix(std::string_view prefix, std::size_t limit) {
  db::Statement query = database_->prepare(
      fmt::format("SELECT {} FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", run_columns));
  query.bind(prefix, std::string(prefix) + "\x7F", static_cast<std::int64_t>(limit));
  return runs_of(query);
}

std::optional<Run> Index::with_key(const std::string& key) {
  db::Statement query = database_->prepare(
      fmt::format("SELECT {} FROM runs WHERE id IN (SELECT run FROM keys WHERE key = ?1) AND status = ?2 "
                  "ORDER BY started DESC, id LIMIT 1",
                  run_columns));
  query.bind(key, name_of(Status::done));
  auto found = runs_of(query);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::set<std::string> Index::experiments() {
  std::set<std::string> out;
  db::Statement query = database_->prepare("SELECT DISTINCT experiment FROM runs");
  while (query.step()) out.insert(query.text(0));
  return out;
}

std::set<std::string> Index::metrics() {
  std::set<std::string> out;
  db::Statement query = database_->prepare("SELECT DISTINCT metric FROM last_values");
  while (query.step()) out.insert(query.text(0));
  return out;
}

std::vector<std::string> Index::ids() {
  std::vector<std::string> out;
  db::Statement query = database_->prepare("SELECT id FROM runs ORDER BY started DESC, id LIMIT 1000");
  while (query.step()) out.push_back(query.text(0));
  return out;
}

std::vector<Digest> Index::annotations(const std::string& id) {
  std::vector<Digest> out;
  db::Statement query = database_->prepare("SELECT record FROM annotations WHERE run = ? ORDER BY id");
  query.bind(id);
  while (query.step()) out.push_back(Digest::parse(query.text(0)).value_or(Digest()));
  return out;
}

std::size_t Index::size() {
  db::Statement query = database_->prepare("SELECT count(*) FROM runs");
  return query.step() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

std::vector<Unreadable> Index::unreadable() {
  std::vector<Unreadable> out;
  db::Statement query = database_->prepare(
      "SELECT experiment, number, run, record, time, why FROM unreadable ORDER BY experiment, number");
  while (query.step()) {
    out.push_back({.id = query.text(2),
                   .experiment = query.text(0),
                   .number = query.integer(1),
                   .record = Digest::parse(query.text(3)).value_or(Digest()),
                   .ended = {query.integer(4)},
                   .why = query.text(5)});
  }
  return out;
}

}  // namespace mlops::run
