/// many_runs STORE COUNT: a store with so many sealed runs of one experiment, each with 5 params and 5
/// metrics.
#include <mlops/json/value.hpp>
#include <mlops/store/store.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace mlops;

json::Object metric(double value) {
  return {{"last", value}, {"min", value}, {"max", value}, {"step", 1}, {"count", 1}};
}

json::Object record(int number) {
  char id[16];
  std::snprintf(id, sizeof id, "r%011d", number);
  const Time time{1'760'000'000'000'000 + number * 1'000'000LL};
  json::Object params;
  json::Object metrics;
  for (int i = 0; i < 5; ++i) {
    params.append("param" + std::to_string(i), 0.001 * (number % (i + 7)));
    metrics.append("test.metric" + std::to_string(i), metric(1.0 / (1 + (number * 7919 + i) % 10007)));
  }
  return {{"kind", "run/1"},      {"id", id},         {"experiment", "bench"},
          {"name", "model"},      {"status", "done"}, {"started", time.text()},
          {"ended", time.text()}, {"params", params}, {"metrics", metrics}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  store::Store store(argv[1], store::Store::Mode::create);
  const int count = std::atoi(argv[2]);
  store::Objects::Batch batch(store.objects());
  std::vector<Digest> digests;
  for (int i = 0; i < count; ++i) digests.push_back(batch.put(json::canonical(record(i))));
  batch.commit();
  std::optional<Digest> before;
  for (int i = 0; i < count; ++i) {
    const auto& digest = digests[static_cast<std::size_t>(i)];
    store.references().move({"runs", "bench"}, digest, before, Time{i}, "bench", "run", "run");
    before = digest;
  }
}
