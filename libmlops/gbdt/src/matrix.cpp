#include "src/matrix.hpp"

#include <exception>

namespace mlops::gbdt {
namespace {

void describe(DMatrixHandle handle, const Data& data) {
  if (!data.labels.empty())
    check(XGDMatrixSetInfoFromInterface(handle, "label", array_of(data.labels).c_str()));
  if (!data.weights.empty())
    check(XGDMatrixSetInfoFromInterface(handle, "weight", array_of(data.weights).c_str()));
  if (data.categorical.empty()) return;
  std::vector<const char*> types;
  for (const bool category : data.categorical) types.push_back(category ? "c" : "q");
  check(XGDMatrixSetStrFeatureInfo(handle, "feature_type", types.data(), types.size()));
}

// The library asks for batches, several times over; there is one.
struct Batches {
  const Data& data;
  DMatrixHandle proxy;
  bool given = false;
  std::exception_ptr fault = {};
};

void rewind(DataIterHandle handle) { static_cast<Batches*>(handle)->given = false; }

void give(const Batches& batches) {
  check(XGProxyDMatrixSetDataDense(batches.proxy, array_of(batches.data.matrix).c_str()));
  describe(batches.proxy, batches.data);
}

// Nothing may be thrown through the library.
int next(DataIterHandle handle) {
  auto& batches = *static_cast<Batches*>(handle);
  if (batches.given) return 0;
  batches.given = true;
  try {
    give(batches);
    return 1;
  } catch (...) {
    batches.fault = std::current_exception();
    return 0;
  }
}

}  // namespace

DMatrix dense(const Data& data) {
  const std::string config = fmt::format(R"({{"missing": NaN, "nthread": {}}})", data.threads);
  DMatrixHandle handle = nullptr;
  check(XGDMatrixCreateFromDense(array_of(data.matrix).c_str(), config.c_str(), &handle));
  DMatrix matrix(handle);
  describe(handle, data);
  return matrix;
}

DMatrix quantiles(const Data& data, int max_bin) {
  const std::string config =
      fmt::format(R"({{"missing": NaN, "nthread": {}, "max_bin": {}}})", data.threads, max_bin);
  DMatrixHandle handle = nullptr;
  check(XGProxyDMatrixCreate(&handle));
  const DMatrix proxy(handle);
  Batches batches = {data, handle};
  const int status = XGQuantileDMatrixCreateFromCallback(&batches, proxy.get(), nullptr, rewind, next,
                                                         config.c_str(), &handle);
  if (batches.fault) std::rethrow_exception(batches.fault);
  check(status);
  return DMatrix(handle);
}

}  // namespace mlops::gbdt
