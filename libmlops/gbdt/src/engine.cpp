#include "src/entry.hpp"
#include "src/library.hpp"

extern "C" const char* mlops_engine_version() {
  static const std::string text = [] {
    int major = 0;
    int minor = 0;
    int patch = 0;
    XGBoostVersion(&major, &minor, &patch);
    return fmt::format("XGBoost {}.{}.{}", major, minor, patch);
  }();
  return text.c_str();
}
